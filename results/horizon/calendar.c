/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/calendar.h"

#include <math.h>
#include <string.h>

#include "results/horizon/triggers.h"
#include "sim/base/units.h"

/* Where a policy and counters ask for collections, they are gone through one by one, so many. */
#define STEPS_MOST 20000

/* Until the first trigger, in intervals between two. */
static double part_of_interval(const struct ending *ending)
{
    double left = (double)ending->threshold[0] + 1 - (double)ending->count[0];
    return fmax(0, left) / ((double)ending->threshold[0] + 1);
}

/* What collections of generation 1 leave: the first may find what start-up has left there. */
static double first_survivors(const struct ending *ending, const struct steady *steady)
{
    const struct would_find *would = &ending->would_find[1];
    return fmax(steady->middle_survivors, (double)(would->examined - would->unreachable));
}

static uint64_t full_survivors(const struct ending *ending)
{
    return ending->would_find[2].examined - ending->would_find[2].unreachable;
}

/* ---- counters alone ---------------------------------------------------------------------- */

/* How many come from the first to the horizon, so far apart. */
static double number_of(double in, double apart, double horizon)
{
    return in < horizon ? 1 + (apart > 0 ? (horizon - in) / apart : 0) : 0;
}

/* From a full collection that leaves what one now would, with the counters at 0. */
static double period_of(const struct ending *ending, const struct steady *steady)
{
    struct trigger_state state = {.first_survivors = steady->middle_survivors,
                                  .survivors = steady->middle_survivors,
                                  .long_lived_total = full_survivors(ending)};
    memcpy(state.threshold, ending->threshold, sizeof state.threshold);
    return triggers_of(&state).first[2] * steady->interval;
}

static void by_counters(struct calendar *calendar, const struct ending *ending,
                        const struct steady *steady, double horizon)
{
    struct trigger_state state = {
        .long_lived_total = ending->long_lived_total,
        .long_lived_pending = ending->long_lived_pending,
        .first_survivors = first_survivors(ending, steady),
        .survivors = steady->middle_survivors,
    };
    memcpy(state.count, ending->count, sizeof state.count);
    memcpy(state.threshold, ending->threshold, sizeof state.threshold);
    struct triggers triggers = triggers_of(&state);
    calendar->full_period = period_of(ending, steady);
    double apart[GENERATIONS] = {steady->interval,
                                 steady->interval * (double)(ending->threshold[1] + 2),
                                 calendar->full_period};
    for (int g = 0; g < GENERATIONS; g++) {
        struct first *first = &calendar->first[g];
        first->after = triggers.first[g];
        first->in = (part_of_interval(ending) + triggers.first[g] - 1) * steady->interval;
        first->waits_for_pending = g == 2 && triggers.waits_for_pending;
        calendar->expected[g] = number_of(first->in, apart[g], horizon);
    }
    calendar->expected[0] =
        fmax(0, calendar->expected[0] - calendar->expected[1] - calendar->expected[2]);
}

/* ---- policies, alone or with them ----------------------------------------------------------- */

/* When a policy collects next, and how far apart: by the clock, or by reports of an event as often
 * as in the steady state. */
struct planned {
    int generation;
    double in, every;
    double after, reports; /* as of struct first */
};

struct walk {
    struct collector collector;
    double trigger; /* the next */
    struct planned plans[POLICY_PLANS_MOST];
    size_t plan_count;
    double triggers; /* gone through */
    double last;     /* collection; -INFINITY: there was none */
    double full_first, full_last, fulls;
    double sinces, since_count;      /* before full ones, added up; and how many */
    uint64_t survivors[GENERATIONS]; /* of the next collection of each */
};

static struct collector collector_of(const struct ending *ending)
{
    struct collector collector = {.enabled = ending->automatic,
                                  .long_lived_total = ending->long_lived_total,
                                  .long_lived_pending = ending->long_lived_pending};
    for (int g = 0; g < GENERATIONS; g++) {
        collector.count[g] = (uint32_t)ending->count[g];
        collector.threshold[g] = (uint32_t)ending->threshold[g];
    }
    return collector;
}

/* `planned`: NULL if counters ask for it. */
static void meet_first(const struct walk *walk, struct first *first, double in,
                       const struct planned *planned)
{
    if (isinf(first->in))
        *first = (struct first){.in = in,
                                .since = in - walk->last,
                                .planned = planned,
                                .after = planned ? planned->after : walk->triggers,
                                .reports = planned ? planned->reports : 0};
}

static void meet(struct walk *walk, struct calendar *calendar, int g, double in,
                 const struct planned *planned)
{
    meet_first(walk, &calendar->first[g], in, planned);
    calendar->expected[g]++;
    if (g < 2)
        return;
    walk->full_first = walk->fulls++ > 0 ? walk->full_first : in;
    walk->full_last = in;
    if (isinf(walk->last))
        return;
    walk->sinces += in - walk->last;
    walk->since_count++;
}

static void collect(struct walk *walk, int g, double in, const struct steady *steady)
{
    struct collector *collector = &walk->collector;
    collector_begin(collector, g);
    collector_end(collector, g, walk->survivors[g], 0, 0);
    collector->collecting = false;
    if (g == 1)
        walk->survivors[1] = (uint64_t)steady->middle_survivors;
    walk->trigger = collector->enabled ? in + steady->interval : INFINITY;
    walk->last = in;
}

/* NULL: none ever comes. */
static struct planned *next_plan(struct walk *walk)
{
    struct planned *next = NULL;
    for (struct planned *plan = walk->plans; plan < walk->plans + walk->plan_count; plan++)
        if (isfinite(plan->in) && (!next || plan->in < next->in))
            next = plan;
    return next;
}

/* One trigger, or one collection that is planned (NULL: none is). */
static void step(struct walk *walk, struct calendar *calendar, const struct steady *steady,
                 struct planned *planned)
{
    double in = planned ? planned->in : walk->trigger;
    int g = planned ? planned->generation : 0;
    if (!planned) {
        walk->triggers++;
        walk->collector.count[0] = walk->collector.threshold[0] + 1;
        g = collector_choose(&walk->collector);
    }
    meet(walk, calendar, g, in, planned);
    if (planned)
        planned->in += planned->every;
    collect(walk, g, in, steady);
}

/* Up to the horizon, if it takes no more than so many steps. False: the last was at *in, and there
 * are more. */
static bool go_through(struct walk *walk, struct calendar *calendar, const struct steady *steady,
                       double horizon, double *in)
{
    for (int steps = 0; steps <= STEPS_MOST; steps++) {
        struct planned *plan = next_plan(walk);
        bool is_planned = plan && plan->in <= walk->trigger;
        double next = is_planned ? plan->in : walk->trigger;
        if (!(next < horizon))
            return true;
        if (steps == STEPS_MOST)
            break;
        *in = next;
        step(walk, calendar, steady, is_planned ? plan : NULL);
    }
    return false;
}

static double reports_of(const struct past *past, const struct steady *steady,
                         enum program_event event)
{
    const struct simulation_result *result = past->result;
    return (double)(result->events[event] - result->early_events[event]) /
           (steady->to - steady->from);
}

static struct planned planned_of(const struct policy_plan *plan, const struct past *past,
                                 const struct steady *steady)
{
    struct planned planned = {
        .generation = plan->generation,
        .in = units_seconds(plan->at_ns) - units_seconds(past->result->wall_ns),
        .every = units_seconds(plan->every_ns),
        .after = (double)plan->after,
    };
    if (!plan->after)
        return planned;
    planned.reports = reports_of(past, steady, plan->on);
    planned.in = planned.reports > 0 ? (double)plan->after / planned.reports : INFINITY;
    planned.every = plan->every ? (double)plan->every / planned.reports : INFINITY;
    return planned;
}

/* Collections; what changes besides is only noted. */
static void find_plans(struct walk *walk, struct calendar *calendar, const struct past *past,
                       const struct steady *steady)
{
    const struct policy_plans *plans = &past->result->ending.plans;
    for (size_t i = 0; i < plans->count; i++) {
        const struct planned planned = planned_of(&plans->plans[i], past, steady);
        if (planned.generation == PLAN_CHANGE)
            calendar->change = fmin(calendar->change, planned.in);
        else
            walk->plans[walk->plan_count++] = planned;
        for (int g = 0; g <= planned.generation; g++)
            if (isfinite(planned.in))
                calendar->planned[g] = calendar->planned[g] > 0
                                           ? fmin(calendar->planned[g], planned.every)
                                           : planned.every;
    }
}

static struct walk walk_from(const struct ending *ending, const struct steady *steady)
{
    struct walk walk = {
        .collector = collector_of(ending),
        .trigger = INFINITY,
        .last = -INFINITY,
        .survivors = {0, (uint64_t)first_survivors(ending, steady), full_survivors(ending)},
    };
    walk.collector.enabled = ending->automatic && steady->rate > 0;
    if (walk.collector.enabled)
        walk.trigger = part_of_interval(ending) * steady->interval;
    return walk;
}

/* From one that is planned to the next, of the plan of full collections that comes most often. */
static double full_plan(const struct walk *walk)
{
    double every = INFINITY;
    for (size_t i = 0; i < walk->plan_count; i++)
        if (walk->plans[i].generation == GENERATIONS - 1 && isfinite(walk->plans[i].in))
            every = fmin(every, walk->plans[i].every);
    return every;
}

/* The first of each generation, where none was met before the horizon. */
static void meet_planned(const struct walk *walk, struct calendar *calendar)
{
    double met[GENERATIONS];
    for (int g = 0; g < GENERATIONS; g++)
        met[g] = calendar->first[g].in;
    for (const struct planned *plan = walk->plans; plan < walk->plans + walk->plan_count; plan++) {
        struct first *first = &calendar->first[plan->generation];
        if (!isinf(met[plan->generation]) || !(plan->in < first->in))
            continue;
        first->in = INFINITY;
        meet_first(walk, first, plan->in, plan);
        if (isfinite(walk->last)) /* and others go on */
            first->since = fmin(first->since, calendar->planned[0]);
    }
}

/* As often as they have come so far, where not all are gone through. */
static void by_plan(struct calendar *calendar, struct walk *walk, const struct steady *steady,
                    double horizon)
{
    double in = 0;
    if (!go_through(walk, calendar, steady, horizon, &in))
        for (int g = 0; g < GENERATIONS; g++)
            calendar->expected[g] *= horizon / in;
    meet_planned(walk, calendar);
    if (walk->fulls > 1) {
        calendar->full_period = (walk->full_last - walk->full_first) / (walk->fulls - 1);
        calendar->full_since = walk->sinces / walk->since_count;
    } else {
        calendar->full_period = full_plan(walk);
        calendar->full_since = calendar->first[GENERATIONS - 1].since;
    }
}

void calendar_find(struct calendar *calendar, const struct past *past, const struct steady *steady,
                   double horizon)
{
    const struct ending *ending = &past->result->ending;
    *calendar = (struct calendar){
        .left = horizon, .full_period = INFINITY, .full_since = INFINITY, .change = INFINITY};
    for (int g = 0; g < GENERATIONS; g++)
        calendar->first[g] = (struct first){.in = INFINITY, .since = INFINITY};
    struct walk walk = walk_from(ending, steady);
    find_plans(&walk, calendar, past, steady);
    if (next_plan(&walk))
        by_plan(calendar, &walk, steady, horizon);
    else if (ending->automatic && steady->rate > 0)
        by_counters(calendar, ending, steady, horizon);
}
