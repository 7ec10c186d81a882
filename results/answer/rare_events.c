/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/rare_events.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/allocate.h"

/* Places in that list: of a run, then of its collections of generation 2, then of 1. What was SEEN
 * of these is more than 0 if there was one. */
enum { HORIZON, WALL, STEADY_FROM, GENERATION_2 };
enum { SEEN, EXPECTED, PAUSE, A_GENERATION, GENERATION_1 = GENERATION_2 + A_GENERATION };
const char *const rare_events_metrics[] = {
    "horizon",
    "wall_time",
    "steady_from",
    "service_collections_gen2",
    "expected_gen2",
    "usual_gen2_pause",
    "service_gc_time_gen1",
    "expected_gen1",
    "usual_gen1_pause",
    /* what others come to with what is predicted, whether it is asked about or not */
    "horizon_pause_max_all",
    "horizon_pause_max",
    "horizon_latency_p99",
    "horizon_latency_p999",
    "horizon_latency_max",
    "horizon_heap_peak",
};
const size_t rare_events_metric_count = sizeof rare_events_metrics / sizeof *rare_events_metrics;

/* What is known of a run. */
static double of_run(const struct outcomes *outcomes, size_t setting, size_t which, size_t run)
{
    return outcomes_values(outcomes, setting, outcomes->metric_count + which).values[run];
}

/* A setting's values of a metric, and the place of what is known of a generation's collections. */
struct question {
    const struct outcomes *outcomes;
    size_t setting, metric, generation;
};

static double of_generation(const struct question *question, size_t which, size_t run)
{
    return of_run(question->outcomes, question->setting, question->generation + which, run);
}

static double steady_time(const struct question *question, size_t run)
{
    return of_run(question->outcomes, question->setting, WALL, run) -
           of_run(question->outcomes, question->setting, STEADY_FROM, run);
}

/* Collections expected in so long a steady state as the run's. */
static double expected(const struct question *question, size_t run)
{
    double left = of_run(question->outcomes, question->setting, HORIZON, run) -
                  of_run(question->outcomes, question->setting, WALL, run);
    return left > 0 ? of_generation(question, EXPECTED, run) / left * steady_time(question, run)
                    : NAN;
}

/* The run's value with what is predicted, as far as that is known. */
static double predicted(const struct question *question, double seen, size_t run)
{
    const struct outcomes *outcomes = question->outcomes;
    const struct metric *metric = outcomes->metrics[question->metric];
    size_t place = outcomes_place(outcomes, metric_at_horizon(metric));
    double pauses = expected(question, run) * of_generation(question, PAUSE, run);
    if (place != NO_PLACE)
        return outcomes_values(outcomes, question->setting, place).values[run];
    if (strstr(metric->name, "gc_time"))
        return seen + pauses;
    return strstr(metric->name, "gc_share") ? seen + pauses / steady_time(question, run) : seen;
}

/* Values of runs that have seen a collection, or have not. */
struct part {
    size_t count;
    double sum, least, most;
};

static void add(struct part *part, double value)
{
    part->least = part->count ? fmin(part->least, value) : value;
    part->most = part->count ? fmax(part->most, value) : value;
    part->sum += value;
    part->count++;
}

static bool is_beyond(const struct part *part, const struct part *other)
{
    double mean = part->sum / (double)part->count;
    return mean < other->least || mean > other->most;
}

static struct rare_events ask(const struct question *question)
{
    const struct outcome_values values =
        outcomes_values(question->outcomes, question->setting, question->metric);
    struct part without = {0}, with = {0}, later = {0};
    double to_come = 0;
    for (size_t i = 0; i < values.count; i++) {
        double value = values.values[i], seen = of_generation(question, SEEN, i);
        if (isnan(value))
            continue;
        if (isnan(seen))
            return (struct rare_events){0};
        add(seen > 0 ? &with : &without, value);
        add(&later, predicted(question, value, i));
        to_come += expected(question, i);
    }
    size_t runs = with.count + without.count;
    bool some = with.count > 0 && without.count > 0 && is_beyond(&with, &without) &&
                is_beyond(&without, &with),
         none = with.count == 0 && to_come >= RARE_EVENTS_LEAST * (double)runs &&
                is_beyond(&later, &without);
    return (struct rare_events){runs > 1 && (some || none), with.count, runs};
}

struct rare_events rare_events_of(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    struct question question = {outcomes, setting, metric, GENERATION_2};
    if (!outcomes->rare_count || !metric_by_rare_collections(outcomes->metrics[metric]))
        return (struct rare_events){0};
    struct rare_events events = ask(&question);
    question.generation = GENERATION_1;
    return events.decide ? events : ask(&question);
}

char *rare_events_legend(const struct estimate *means, size_t count)
{
    size_t i = 0;
    char *text;
    while (i < count && !means[i].rare)
        i++;
    if (i == count)
        return NULL;
    if (asprintf(&text,
                 "(%zu of %zu): in so many of the runs came a collection that decides the value, "
                 "most often a full one; where in none, it is still to be expected. Which runs "
                 "have it is chance: so there is no interval, and no difference is told apart. "
                 "What is expected of longer runs is in columns of horizon_… and in still to come.",
                 means[i].events, means[i].n) < 0)
        out_of_memory();
    return text;
}
