/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/prediction.h"

#include <math.h>

#include "results/horizon/calendar.h"
#include "results/horizon/pause.h"
#include "sim/base/units.h"

#define PENDING_ERROR 0.15                  /* of what generation 1 leaves, relative */
#define LATEST_S      (100 * 365 * 86400.0) /* nobody waits longer */
#define CHANGED_EARLY 0.1                   /* of the steady state: what was before is little */

/* ---- when ------------------------------------------------------------------------------- */

static double pending_spread(const struct steady *steady)
{
    return hypot(PENDING_ERROR, 2 * steady->middle_error);
}

/* Relative, of the time until then: two standard errors. */
static double spread_of(const struct first *first, const struct steady *steady)
{
    if (!first->planned)
        return hypot(2 * steady->rate_error / steady->rate,
                     first->waits_for_pending ? pending_spread(steady) : 0);
    if (first->reports == 0)
        return 0;
    double seen = first->reports * (steady->to - steady->from);
    return 2 * sqrt(fmax(1, steady->dispersion) * (1 / seen + 1 / first->after));
}

/* Seconds earlier or later, besides: a trigger; where the 25% rule decides, a collection of
 * generation 1; what the policy asks for may have to wait for the end of a pause. */
static double slack_of(const struct first *first, const struct steady *steady,
                       const struct ending *ending)
{
    if (first->planned)
        return fmax(0.1, steady->longest_pause);
    return steady->interval * (first->waits_for_pending ? (double)(ending->threshold[1] + 2) : 1);
}

/* Later if what grows does no more: then there are as many births less. */
static double slower(const struct first *first, const struct steady *steady)
{
    double growth = first->planned || !(steady->grows > 0) ? 0 : steady->grows / steady->rate;
    return growth < 1 ? 1 / (1 - growth) : INFINITY;
}

static void set_instant(struct prediction_of *next, const struct past *past,
                        const struct first *first, const struct steady *steady)
{
    double now = units_seconds(past->result->wall_ns);
    double spread = spread_of(first, steady);
    double slack = slack_of(first, steady, &past->result->ending);
    double low = first->in * fmax(0, 1 - spread) - slack;
    double high = first->in * slower(first, steady) * (1 + spread) + slack;
    next->at = fmin(now + first->in, LATEST_S);
    next->low = fmin(now + fmax(0, low), LATEST_S);
    next->high = fmin(now + high, LATEST_S);
}

/* ---- how long --------------------------------------------------------------------------- */

static double usual_pause(const struct past *past, const struct steady *steady,
                          const struct calendar *calendar, int g)
{
    if (g < 2 && !isnan(steady->usual_pause[g]))
        return steady->usual_pause[g];
    if (isinf(calendar->first[g].in) || (g == 2 && isinf(calendar->full_period)))
        return NAN;
    return pause_of(past, g, content_usual(past, steady, calendar, g));
}

/* The most that is to be expected: what is reachable goes on growing, as far as that generation
 * holds it, and there is as much more garbage as its rate may be higher. */
static struct content most(struct content content, const struct steady *steady, int g, double in)
{
    double seen = steady->to - steady->from;
    if (g == 2 && steady->grows > 0)
        content.survivors += steady->grows * fmax(0, in - seen);
    if (g == 1)
        content.survivors += steady->lasting * fmax(0, in - seen);
    if (g > 0 && steady->rate > 0)
        content.garbage *= 1 + 2 * steady->rate_error / steady->rate;
    return content;
}

static double pause_of_next(const struct past *past, const struct steady *steady,
                            const struct calendar *calendar, int g)
{
    if (g < 2 && steady->is_fresh[g] && !isnan(steady->usual_pause[g]))
        return steady->usual_pause[g];
    return pause_of(past, g, content_of_next(past, steady, calendar, g));
}

static void set_pause(struct prediction *prediction, int g, const struct past *past,
                      const struct steady *steady, const struct calendar *calendar)
{
    struct prediction_of *next = &prediction->next[g];
    struct content content = content_of_next(past, steady, calendar, g);
    next->pause = pause_of_next(past, steady, calendar, g);
    double high = pause_of(past, g, most(content, steady, g, calendar->first[g].in));
    next->pause_high = fmax(next->pause, high);
}

/* ---- what that means ---------------------------------------------------------------------- */

static bool was_seen(const struct steady *steady, int g)
{
    return steady->seen[g] >= prediction_seen_enough(g);
}

static bool grows(const struct steady *steady)
{
    return steady->grows > 2 * steady->grows_error && steady->grows > 0.1 * steady->rate;
}

/* Nothing comes later: what would, is taken to come then. */
static struct calendar none_behind(const struct calendar *calendar, double latest)
{
    struct calendar until = *calendar;
    for (int g = 0; g < GENERATIONS; g++)
        until.first[g].in = fmin(until.first[g].in, latest);
    until.full_period = fmin(until.full_period, latest);
    return until;
}

/* Whether one of that generation may come within the horizon. */
static bool may_come(const struct prediction *prediction, int g)
{
    return prediction->next[g].low < prediction->horizon;
}

/* `until`: the calendar up to the horizon. What may come earlier than predicted, and so within it,
 * finds what there is by then; later full ones find what has grown until then. */
static double longest_pause(const struct prediction *prediction, const struct past *past,
                            const struct steady *steady, const struct calendar *calendar,
                            const struct calendar *until)
{
    double longest = steady->longest_pause;
    for (int g = 0; g < GENERATIONS; g++)
        if (may_come(prediction, g))
            longest = fmax(longest, pause_of_next(past, steady, until, g));
    if (prediction->expected[2] >= 2)
        longest = fmax(longest, usual_pause(past, steady, calendar, 2));
    return longest;
}

/* The same collections, with the scatter at the ends of its range. */
static void look_at_ends(struct prediction *prediction, const struct past *past,
                         const struct calendar *calendar, const struct calendar *until)
{
    for (int end = 0; end < PRICE_ENDS; end++) {
        struct past at_end = *past;
        struct steady steady;
        at_end.is_at_end = true;
        at_end.end = (enum price_end)end;
        if (steady_find(&steady, &at_end))
            prediction->pause_max_at[end] =
                longest_pause(prediction, &at_end, &steady, calendar, until);
    }
}

/* Do policies begin or end within the horizon, or have they with more than the beginning of the
 * steady state behind it? Then what was seen is of both, and says little of what comes. */
static bool changes(const struct past *past, const struct steady *steady,
                    const struct calendar *until)
{
    double changed = units_seconds(past->result->ending.plans.changed_ns);
    return until->change < until->left ||
           changed > steady->from + CHANGED_EARLY * (steady->to - steady->from);
}

static void judge(struct prediction *prediction, const struct past *past,
                  const struct steady *steady, const struct calendar *until)
{
    prediction->changes = changes(past, steady, until);
    bool flagged = prediction->arrival_dispersion > DISPERSION_LIMIT || grows(steady) ||
                   prediction->changes > 0;
    bool covered = !flagged && !isnan(steady->grows);
    for (int g = 0; g < GENERATIONS; g++)
        if (may_come(prediction, g))
            covered &= was_seen(steady, g);
    prediction->flagged = flagged;
    prediction->covered = covered || until->left <= 0;
}

/* Just before a full collection, or at the horizon, which may come first. */
static double heap_peak(const struct past *past, const struct steady *steady,
                        const struct calendar *until)
{
    double garbage = content_of_next(past, steady, until, 2).garbage;
    if (until->expected[2] >= 2)
        garbage = fmax(garbage, content_usual(past, steady, until, 2).garbage);
    return fmax((double)past->result->totals.heap_peak_bytes, heap_with(past, garbage));
}

/* What comes at all comes by then. */
static void forget_centuries(struct calendar *calendar)
{
    for (int g = 0; g < GENERATIONS; g++)
        if (isfinite(calendar->first[g].in))
            calendar->first[g].in = fmin(calendar->first[g].in, LATEST_S);
    if (isfinite(calendar->full_period))
        calendar->full_period = fmin(calendar->full_period, LATEST_S);
}

static void look_ahead(struct prediction *prediction, const struct past *past,
                       const struct steady *steady)
{
    struct calendar calendar;
    double end = units_seconds(past->result->wall_ns), left = fmax(0, prediction->horizon - end);
    calendar_find(&calendar, past, steady, left);
    struct calendar until = none_behind(&calendar, left);
    forget_centuries(&calendar);
    for (int g = 0; g < GENERATIONS; g++) {
        prediction->expected[g] = calendar.expected[g];
        prediction->usual_pause[g] = usual_pause(past, steady, &calendar, g);
        if (isinf(calendar.first[g].in))
            continue;
        set_instant(&prediction->next[g], past, &calendar.first[g], steady);
        set_pause(prediction, g, past, steady, &calendar);
    }
    if (isfinite(calendar.full_period))
        prediction->full_period = calendar.full_period;
    prediction->horizon_heap_peak = heap_peak(past, steady, &until);
    prediction->horizon_pause_max = longest_pause(prediction, past, steady, &calendar, &until);
    look_at_ends(prediction, past, &calendar, &until);
    judge(prediction, past, steady, &until);
}

static struct prediction nothing(void)
{
    static const struct prediction_of none = {NAN, NAN, NAN, NAN, NAN};
    return (struct prediction){
        .next = {none, none, none},
        .expected = {NAN, NAN, NAN},
        .usual_pause = {NAN, NAN, NAN},
        .full_period = NAN,
        .net_rate = NAN,
        .live_growth = NAN,
        .arrival_dispersion = NAN,
        .horizon = NAN,
        .flagged = NAN,
        .changes = NAN,
        .covered = NAN,
        .horizon_pause_max = NAN,
        .pause_max_at = {NAN, NAN},
        .horizon_heap_peak = NAN,
    };
}

struct prediction predict(const struct past *past, uint64_t horizon_ns)
{
    struct steady steady;
    struct prediction prediction = nothing();
    if (!steady_find(&steady, past))
        return prediction;
    prediction.horizon = units_seconds(horizon_ns);
    prediction.net_rate = steady.rate;
    prediction.live_growth = steady.grows;
    prediction.arrival_dispersion = steady.dispersion;
    look_ahead(&prediction, past, &steady);
    return prediction;
}
