/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/prediction.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include "results/horizon/triggers.h"
#include "sim/base/array.h"

#define PARTS         10 /* of the steady state, to see how rates vary */
#define TRIGGERS_FEW  6  /* fewer say too little of the time between two */
#define SURVIVORS_FEW 4  /* as few collections of generation 1 */
#define FULL_SEEN     3  /* full collections of which the run has seen enough */
#define PENDING_ERROR 0.15 /* of what generation 1 leaves, relative */
#define LATEST_S      (100 * 365 * 86400.0) /* nobody waits longer */

/* What the steady state was like. Times are seconds. */
struct steady {
    double from, to;
    double rate, rate_error;   /* of net births, and its standard error, a second */
    double grows, grows_error; /* reachable objects, a second */
    double accumulates;        /* objects of the heap, garbage included, a second */
    double interval;           /* between two triggers */
    double young_survivors;    /* of a collection of generation 0 */
    double middle_survivors;   /* of one of generation 1 */
    uint64_t seen[GENERATIONS];
    double longest_pause;
};

static double seconds(uint64_t ns)
{
    return (double)ns / NS_PER_S;
}

/* ---- the steady state ----------------------------------------------------------------- */

static bool is_steady(const struct past *past, uint64_t wall_ns)
{
    return past->result->steady_ns == 0 || wall_ns > past->result->steady_ns;
}

/* The first sample of the steady state. */
static size_t first_steady(const struct past *past)
{
    size_t first = 0;
    while (first < past->sample_count && !is_steady(past, past->samples[first].wall_ns))
        first++;
    return first;
}

static double rate_between(const struct sample *a, const struct sample *b)
{
    return ((double)b->net - (double)a->net) / (seconds(b->wall_ns) - seconds(a->wall_ns));
}

static void find_rate(struct steady *steady, const struct sample *samples, size_t count)
{
    double rates[PARTS];
    size_t parts = count - 1 < PARTS ? count - 1 : PARTS;
    steady->rate = rate_between(&samples[0], &samples[count - 1]);
    for (size_t i = 0; i < parts; i++)
        rates[i] = rate_between(&samples[i * (count - 1) / parts],
                                &samples[(i + 1) * (count - 1) / parts]);
    steady->rate_error =
        parts > 1 ? gsl_stats_sd(rates, 1, parts) / sqrt((double)parts) : steady->rate;
}

static double objects_of(const struct sample *sample)
{
    return (double)(sample->tracked[0] + sample->tracked[1] + sample->tracked[2]);
}

/* Straight lines through what is reachable, and through all. Bytes are made objects of usual size.
 */
static void find_growth(struct steady *steady, const struct past *past,
                        const struct sample *samples, size_t count)
{
    const struct ending *ending = &past->result->ending;
    double tracked = 0, c0, c1, cov00, cov01, cov11, sum;
    size_t room = 0;
    double *x = array_grow(NULL, &room, 2 * count, sizeof *x), *y = x + count;
    for (int g = 0; g <= PERMANENT; g++)
        tracked += (double)ending->tracked[g];
    double objects = ending->heap_bytes ? tracked / (double)ending->heap_bytes : 0;
    for (size_t i = 0; i < count; i++) {
        x[i] = seconds(samples[i].wall_ns);
        y[i] = objects * (double)samples[i].live_bytes;
    }
    gsl_fit_linear(x, 1, y, 1, count, &c0, &c1, &cov00, &cov01, &cov11, &sum);
    steady->grows = c1;
    steady->grows_error = sqrt(cov11);
    for (size_t i = 0; i < count; i++)
        y[i] = objects_of(&samples[i]);
    gsl_fit_linear(x, 1, y, 1, count, &c0, &c1, &cov00, &cov01, &cov11, &sum);
    steady->accumulates = c1;
    array_free(x, room, sizeof *x);
}

static double mean_or(double sum, uint64_t count, uint64_t few, double otherwise)
{
    return count >= few && count > 0 ? sum / (double)count : otherwise;
}

static void find_collections(struct steady *steady, const struct past *past)
{
    const struct ending *ending = &past->result->ending;
    double survivors[GENERATIONS] = {0}, first = 0, last = 0;
    uint64_t triggers = 0;
    for (size_t i = 0; i < past->collection_count; i++) {
        const struct collection *collection = &past->collections[i];
        if (!is_steady(past, collection->wall_ns))
            continue;
        steady->seen[collection->generation]++;
        survivors[collection->generation] +=
            (double)(collection->examined - collection->unreachable);
        steady->longest_pause = fmax(steady->longest_pause, seconds(collection->pause_ns));
        if (collection->cause != CAUSE_threshold)
            continue;
        last = seconds(collection->wall_ns);
        first = triggers++ ? first : last;
    }
    steady->interval = (double)(ending->threshold[0] + 1) / steady->rate;
    if (triggers >= TRIGGERS_FEW)
        steady->interval = (last - first) / (double)(triggers - 1);
    const struct would_find *would = ending->would_find;
    steady->young_survivors = mean_or(survivors[0], steady->seen[0], 1,
                                      (double)(would[0].examined - would[0].unreachable));
    steady->middle_survivors =
        mean_or(survivors[1], steady->seen[1], SURVIVORS_FEW,
                steady->young_survivors * (double)(ending->threshold[1] + 2));
}

/* False: there is none, or nothing to go by. */
static bool find_steady(struct steady *steady, const struct past *past)
{
    size_t first = first_steady(past), count = past->sample_count - first;
    *steady = (struct steady){.to = seconds(past->result->wall_ns)};
    if (past->result->status != RUN_finished || count < 3)
        return false;
    steady->from = seconds(past->result->steady_ns);
    find_rate(steady, past->samples + first, count);
    find_growth(steady, past, past->samples + first, count);
    find_collections(steady, past);
    return true;
}

static double dispersion(const struct past *past, const struct steady *steady)
{
    double parts[PARTS] = {0};
    double length = (steady->to - steady->from) / PARTS;
    for (size_t i = 0; i < past->request_count; i++) {
        double part = (seconds(past->requests[i].arrival_ns) - steady->from) / length;
        if (is_steady(past, past->requests[i].arrival_ns) && part >= 0 && part < PARTS)
            parts[(int)part]++;
    }
    double mean = gsl_stats_mean(parts, 1, PARTS);
    return mean > 0 ? gsl_stats_variance_m(parts, 1, PARTS, mean) / mean : NAN;
}

/* ---- when ------------------------------------------------------------------------------- */

static struct trigger_state state_of(const struct ending *ending, const struct steady *steady)
{
    struct trigger_state state = {
        .long_lived_total = ending->long_lived_total,
        .long_lived_pending = ending->long_lived_pending,
        .first_survivors = fmax(steady->middle_survivors, (double)ending->tracked[1]),
        .survivors = steady->middle_survivors,
    };
    memcpy(state.count, ending->count, sizeof state.count);
    memcpy(state.threshold, ending->threshold, sizeof state.threshold);
    return state;
}

/* Until the first trigger, in intervals between two. */
static double part_of_interval(const struct ending *ending)
{
    double left = (double)ending->threshold[0] + 1 - (double)ending->count[0];
    return fmax(0, left) / ((double)ending->threshold[0] + 1);
}

static void set_instant(struct prediction_of *next, const struct steady *steady, double in,
                        bool by_pending, double slack)
{
    double spread = 2 * steady->rate_error / steady->rate;
    if (by_pending)
        spread = hypot(spread, PENDING_ERROR);
    double growth = fmin(fmax(steady->grows / steady->rate, 0), 1);
    double low = in * fmax(0, 1 - spread) - slack;
    double high = growth < 1 ? in / (1 - growth) * (1 + spread) + slack : INFINITY;
    next->at = fmin(steady->to + in, LATEST_S);
    next->low = fmin(steady->to + fmax(0, low), LATEST_S);
    next->high = fmin(steady->to + high, LATEST_S);
}

static void predict_instants(struct prediction *prediction, const struct ending *ending,
                             const struct steady *steady)
{
    struct trigger_state state = state_of(ending, steady);
    struct triggers triggers = triggers_of(&state);
    double apart = steady->interval * (double)(ending->threshold[1] + 2);
    for (int g = 0; g < GENERATIONS; g++) {
        bool by_pending = g == 2 && triggers.waits_for_pending;
        double in = (part_of_interval(ending) + triggers.first[g] - 1) * steady->interval;
        if (isfinite(in))
            set_instant(&prediction->next[g], steady, in, by_pending,
                        by_pending ? apart : steady->interval);
    }
}

/* From a full collection that leaves what one now would, with the counters at 0. */
static void predict_period(struct prediction *prediction, const struct ending *ending,
                           const struct steady *steady)
{
    struct trigger_state state = {.first_survivors = steady->middle_survivors,
                                  .survivors = steady->middle_survivors};
    memcpy(state.threshold, ending->threshold, sizeof state.threshold);
    state.long_lived_total = ending->would_find[2].examined - ending->would_find[2].unreachable;
    double period = triggers_of(&state).first[2] * steady->interval;
    if (isfinite(period))
        prediction->full_period = fmin(period, LATEST_S);
}

/* Those that the policy asks for itself come when they come; they stand where nothing comes before.
 */
static void predict_plan(struct prediction *prediction, const struct past *past,
                         const struct steady *steady)
{
    const struct simulation_result *result = past->result;
    const struct policy_plan *plan = &result->ending.plan;
    if (plan->generation < 0)
        return;
    struct prediction_of *next = &prediction->next[plan->generation];
    double at = seconds(plan->at_ns), period = seconds(plan->every_ns);
    if (plan->after) {
        double reports =
            (double)result->events[plan->on] / (steady->to - seconds(result->service_ns));
        at = steady->to + (double)plan->after / reports;
        period = (double)plan->every / reports;
    }
    if (!(at < LATEST_S) || next->at <= at)
        return;
    next->at = next->low = next->high = at;
    if (plan->generation == 2 && !(prediction->full_period < period))
        prediction->full_period = fmin(period, LATEST_S);
}

/* ---- how long --------------------------------------------------------------------------- */

/* The pause of a collection now, with so many objects more, of which so many are garbage. */
static double scaled_pause(const struct would_find *now, enum layout layout, double more,
                           double garbage)
{
    double objects = (double)now->examined, work = objects + (double)now->unreachable;
    if (work <= 0)
        return seconds(now->pause_ns);
    double larger = fmax(0, objects + more) / objects;
    double exponent =
        costs_size_exponent(layout, (uint64_t)((double)now->container_bytes * larger));
    return seconds(now->pause_ns) * fmax(0, work + more + garbage) / work * pow(larger, exponent);
}

static void predict_pause(struct prediction *prediction, int g, const struct past *past,
                          const struct steady *steady)
{
    const struct ending *ending = &past->result->ending;
    const struct would_find *now = &ending->would_find[g];
    struct prediction_of *next = &prediction->next[g];
    if (isnan(next->at))
        return;
    double in = next->at - steady->to;
    double young = fmax(0, (double)ending->threshold[0] - (double)ending->count[0]);
    double dies = fmin(fmax(1 - steady->grows / steady->rate, 0), 1);
    double floats = 0, grows = 0;
    if (g == 1)
        floats = fmax(0, in / steady->interval - 1) * steady->young_survivors;
    if (g == 2) {
        floats = fmax(0, steady->accumulates - steady->grows) * in;
        grows = fmax(0, steady->grows) * in;
    }
    enum layout layout = past->result->layout;
    next->pause = scaled_pause(now, layout, young + floats, young * dies + (g == 2 ? floats : 0));
    next->pause_high =
        scaled_pause(now, layout, young + floats + grows, young * dies + (g == 2 ? floats : 0));
}

/* ---- what that means ---------------------------------------------------------------------- */

static bool was_seen(const struct steady *steady, int g)
{
    return steady->seen[g] >= (g == 2 ? FULL_SEEN : 1);
}

static void judge(struct prediction *prediction, const struct steady *steady)
{
    bool bursts = prediction->arrival_dispersion > DISPERSION_LIMIT;
    bool grows = steady->grows > 2 * steady->grows_error && steady->grows > 0.1 * steady->rate;
    bool covered = !bursts && !grows;
    prediction->horizon_pause_max = steady->longest_pause;
    for (int g = 0; g < GENERATIONS; g++) {
        const struct prediction_of *next = &prediction->next[g];
        if (!(next->low < prediction->horizon))
            continue;
        prediction->horizon_pause_max = fmax(prediction->horizon_pause_max, next->pause);
        covered &= was_seen(steady, g);
    }
    prediction->flagged = bursts || grows;
    prediction->covered = covered || steady->to >= prediction->horizon;
}

struct prediction predict(const struct past *past, uint64_t horizon_ns)
{
    static const struct prediction_of none = {NAN, NAN, NAN, NAN, NAN};
    struct steady steady;
    struct prediction prediction = {
        .next = {none, none, none},
        .full_period = NAN,
        .net_rate = NAN,
        .live_growth = NAN,
        .arrival_dispersion = NAN,
        .horizon = NAN,
        .flagged = NAN,
        .covered = NAN,
        .horizon_pause_max = NAN,
    };
    if (!find_steady(&steady, past))
        return prediction;
    const struct ending *ending = &past->result->ending;
    prediction.horizon = seconds(horizon_ns);
    prediction.net_rate = steady.rate;
    prediction.live_growth = steady.grows;
    prediction.arrival_dispersion = dispersion(past, &steady);
    if (ending->automatic && steady.rate > 0) {
        predict_instants(&prediction, ending, &steady);
        predict_period(&prediction, ending, &steady);
    }
    predict_plan(&prediction, past, &steady);
    for (int g = 0; g < GENERATIONS; g++)
        predict_pause(&prediction, g, past, &steady);
    judge(&prediction, &steady);
    return prediction;
}
