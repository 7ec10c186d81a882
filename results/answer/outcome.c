/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/outcome.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/rare_events.h"
#include "results/statistics/screening.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/memory_text.h"

/* ---- reading -------------------------------------------------------------------------- */

/* Where the values of a run go. */
struct run_place {
    int64_t run;
    uint32_t setting;
    uint32_t seed; /* among the seeds; then, where it is among the setting's own */
};

struct places {
    struct run_place *places;
    size_t count, capacity;
};

struct outcome_reader {
    struct outcomes *outcomes;
    struct store *store;
    struct places finished; /* by run */
    size_t setting_capacity, group_capacity, seed_capacity;
};

/* Seeds are few, and come in ascending order for each setting. */
static size_t find_seed(struct outcome_reader *reader, uint64_t seed)
{
    struct outcomes *outcomes = reader->outcomes;
    size_t low = 0, high = outcomes->seed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (outcomes->seeds[middle] < seed)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int read_seeds(struct outcome_reader *reader, struct error *error)
{
    struct outcomes *outcomes = reader->outcomes;
    int more;
    sqlite3_stmt *rows = query_begin(
        reader->store, error,
        "SELECT DISTINCT seed FROM run WHERE in_plan AND experiment_id = %lld ORDER BY seed",
        (long long)outcomes->experiment->number);
    while ((more = query_next(reader->store, rows, error)) > 0) {
        outcomes->seeds = allocate_grow(outcomes->seeds, &reader->seed_capacity,
                                        outcomes->seed_count + 1, sizeof *outcomes->seeds);
        outcomes->seeds[outcomes->seed_count++] = (uint64_t)query_integer(rows, 0);
    }
    sqlite3_finalize(rows);
    return more;
}

/* A setting's runs come one after the other, and a group's settings. */
#define RUNS                                                                                       \
    "SELECT id, policy, seed, status, workload, collector, costs, warmup, sampling, horizon,"      \
    " min(id) OVER setting AS first_of_setting, min(id) OVER program AS first_of_group"            \
    " FROM run WHERE in_plan AND experiment_id = %lld"                                             \
    " WINDOW program AS (PARTITION BY workload, collector, costs, warmup, sampling, horizon),"     \
    " setting AS (PARTITION BY workload, collector, costs, warmup, sampling, horizon, policy)"     \
    " ORDER BY first_of_group, first_of_setting, id"
enum {
    ID,
    POLICY,
    SEED,
    STATUS,
    WORKLOAD,
    COLLECTOR,
    COSTS,
    WARMUP,
    SAMPLING,
    HORIZON,
    FIRST_OF_SETTING
};

static void add_setting(struct outcome_reader *reader, sqlite3_stmt *rows, bool new_group)
{
    struct outcomes *outcomes = reader->outcomes;
    if (new_group) {
        outcomes->groups = allocate_grow(outcomes->groups, &reader->group_capacity,
                                         outcomes->group_count + 1, sizeof *outcomes->groups);
        outcomes->groups[outcomes->group_count++] = (struct outcome_group){
            .workload = query_text(rows, WORKLOAD),
            .collector = query_text(rows, COLLECTOR),
            .costs = query_text(rows, COSTS),
            .warmup = query_text(rows, WARMUP),
            .sampling = query_text(rows, SAMPLING),
            .horizon = query_text(rows, HORIZON),
            .first = outcomes->setting_count,
            .baseline = NO_SETTING,
        };
    }
    outcomes->settings = allocate_grow(outcomes->settings, &reader->setting_capacity,
                                       outcomes->setting_count + 1, sizeof *outcomes->settings);
    outcomes->settings[outcomes->setting_count++] = (struct outcome){
        .policy = query_text(rows, POLICY),
        .group = outcomes->group_count - 1,
        .first_run = query_integer(rows, FIRST_OF_SETTING),
    };
    outcomes->groups[outcomes->group_count - 1].count++;
}

static void add_run(struct outcome_reader *reader, sqlite3_stmt *rows)
{
    struct outcomes *outcomes = reader->outcomes;
    struct places *finished = &reader->finished;
    const char *status = query_string(rows, STATUS);
    for (int s = 0; s < RUN_STATUS_COUNT; s++)
        if (strcmp(status, run_status_names[s]) == 0)
            outcomes->settings[outcomes->setting_count - 1].runs[s]++;
    if (strcmp(status, run_status_names[RUN_finished]) != 0)
        return;
    finished->places = allocate_grow(finished->places, &finished->capacity, finished->count + 1,
                                     sizeof *finished->places);
    finished->places[finished->count++] = (struct run_place){
        .run = query_integer(rows, ID),
        .setting = (uint32_t)(outcomes->setting_count - 1),
        .seed = (uint32_t)find_seed(reader, (uint64_t)query_integer(rows, SEED))};
}

static int compare_places(const void *a, const void *b)
{
    const struct run_place *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

static int compare_seeds(const void *a, const void *b)
{
    const struct run_place *x = a, *y = b;
    if (x->setting != y->setting)
        return x->setting > y->setting ? 1 : -1;
    if (x->seed != y->seed)
        return x->seed > y->seed ? 1 : -1;
    return compare_places(a, b);
}

static void sort_places(struct places *places, int (*compare)(const void *, const void *))
{
    if (places->count)
        qsort(places->places, places->count, sizeof *places->places, compare);
}

/* How many metrics each run has a place for. */
static size_t all_metrics(const struct outcomes *outcomes)
{
    return outcomes->metric_count + outcomes->rare_count;
}

/* Gives every finished run its place among its setting's; those with the same seed have one. */
static void place_values(struct outcome_reader *reader)
{
    struct outcomes *outcomes = reader->outcomes;
    struct places *finished = &reader->finished;
    size_t count = 0;
    outcomes->value_seeds = allocate_zeroed(finished->count + 1, sizeof *outcomes->value_seeds);
    sort_places(finished, compare_seeds);
    for (size_t i = 0; i < finished->count; i++) {
        struct run_place *place = &finished->places[i];
        struct outcome *setting = &outcomes->settings[place->setting];
        if (setting->value_count == 0)
            setting->first_value = count;
        if (setting->value_count == 0 || outcomes->value_seeds[count - 1] != place->seed) {
            outcomes->value_seeds[count++] = place->seed;
            setting->value_count++;
        }
        place->seed = (uint32_t)(setting->value_count - 1);
    }
    sort_places(finished, compare_places);
    outcomes->values = allocate_zeroed(count * all_metrics(outcomes) + 1, sizeof(double));
    for (size_t i = 0; i < count * all_metrics(outcomes); i++)
        outcomes->values[i] = NAN;
}

static int read_runs(struct outcome_reader *reader, struct error *error)
{
    int64_t setting = 0, group = 0;
    int more;
    sqlite3_stmt *rows =
        query_begin(reader->store, error, RUNS, (long long)reader->outcomes->experiment->number);
    while ((more = query_next(reader->store, rows, error)) > 0) {
        int64_t of_setting = query_integer(rows, FIRST_OF_SETTING);
        int64_t of_group = query_integer(rows, FIRST_OF_SETTING + 1);
        if (of_setting != setting)
            add_setting(reader, rows, of_group != group);
        setting = of_setting;
        group = of_group;
        add_run(reader, rows);
    }
    sqlite3_finalize(rows);
    place_values(reader);
    return more;
}

static double *values_of(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    const struct outcome *of = &outcomes->settings[setting];
    return outcomes->values + of->first_value * all_metrics(outcomes) + metric * of->value_count;
}

/* The values of those metrics that are in `table`: summary, or the view metric. A run that comes
 * after another of the same setting and seed takes its place. */
static int read_values(struct outcome_reader *reader, bool across_runs, struct error *error)
{
    struct outcomes *outcomes = reader->outcomes;
    const char **names = allocate_zeroed(all_metrics(outcomes) + 1, sizeof *names);
    size_t count = 0;
    int more;
    for (size_t m = 0; m < all_metrics(outcomes); m++)
        if (metric_is_across_runs(outcomes->metrics[m]) == across_runs)
            names[count++] = outcomes->metrics[m]->name;
    char *list = query_names(names, count);
    free(names);
    sqlite3_stmt *rows = query_begin(
        reader->store, error,
        "SELECT run_id, metric, value FROM %s WHERE metric IN (%s) AND run_id IN"
        " (SELECT id FROM run WHERE in_plan AND experiment_id = %lld) ORDER BY run_id",
        across_runs ? "metric" : "summary", list, (long long)outcomes->experiment->number);
    sqlite3_free(list);
    while ((more = count ? query_next(reader->store, rows, error) : 0) > 0) {
        struct run_place run = {.run = query_integer(rows, 0)}, *place;
        const char *name = query_string(rows, 1);
        place = bsearch(&run, reader->finished.places, reader->finished.count, sizeof run,
                        compare_places);
        for (size_t m = 0; place && m < all_metrics(outcomes); m++)
            if (strcmp(outcomes->metrics[m]->name, name) == 0)
                values_of(outcomes, place->setting, m)[place->seed] = query_real(rows, 2);
    }
    sqlite3_finalize(rows);
    return more;
}

static void find_baselines(struct outcomes *outcomes, const char *baseline)
{
    if (!baseline)
        baseline = outcomes->experiment->baseline;
    if (!baseline && outcomes->setting_count)
        baseline = outcomes->settings[0].policy;
    outcomes->baseline = baseline ? allocate_text(baseline) : NULL;
    for (size_t g = 0; baseline && g < outcomes->group_count; g++)
        outcomes->groups[g].baseline = outcomes_setting(outcomes, g, baseline);
}

int outcomes_read(struct outcomes *outcomes, struct store *store,
                  const struct past_experiment *experiment, const char *baseline,
                  const struct metric *const *metrics_read, size_t count, struct error *error)
{
    struct outcome_reader reader = {.outcomes = outcomes, .store = store};
    *outcomes = (struct outcomes){
        .experiment = experiment, .metric_count = count, .rare_count = rare_events_metric_count};
    outcomes->metrics = allocate_zeroed(all_metrics(outcomes), sizeof *outcomes->metrics);
    for (size_t m = 0; m < all_metrics(outcomes); m++)
        outcomes->metrics[m] =
            m < count ? metrics_read[m] : metric_named(rare_events_metrics[m - count]);
    int status = read_seeds(&reader, error) == 0 && read_runs(&reader, error) == 0 ? 0 : -1;
    if (status == 0)
        find_baselines(outcomes, baseline);
    if (status == 0 &&
        (read_values(&reader, false, error) != 0 || read_values(&reader, true, error) != 0))
        status = -1;
    free(reader.finished.places);
    if (status != 0)
        outcomes_fini(outcomes);
    return status;
}

struct outcomes outcomes_by_means(const struct outcomes *outcomes)
{
    struct outcomes by_means = *outcomes;
    by_means.by_means = true;
    return by_means;
}

void outcomes_fini(struct outcomes *outcomes)
{
    for (size_t g = 0; g < outcomes->group_count; g++) {
        free(outcomes->groups[g].workload);
        free(outcomes->groups[g].collector);
        free(outcomes->groups[g].costs);
        free(outcomes->groups[g].warmup);
        free(outcomes->groups[g].sampling);
        free(outcomes->groups[g].horizon);
    }
    for (size_t s = 0; s < outcomes->setting_count; s++)
        free(outcomes->settings[s].policy);
    free(outcomes->groups);
    free(outcomes->settings);
    free(outcomes->metrics);
    free(outcomes->seeds);
    free(outcomes->value_seeds);
    free(outcomes->values);
    free(outcomes->baseline);
    *outcomes = (struct outcomes){0};
}

/* ---- asking --------------------------------------------------------------------------- */

size_t outcomes_metric(const struct outcomes *outcomes, const struct metric *metric)
{
    size_t m = 0;
    while (m < outcomes->metric_count && outcomes->metrics[m] != metric)
        m++;
    return m;
}

size_t outcomes_deciding(const struct outcomes *outcomes, size_t metric)
{
    const struct metric *at_horizon = metric < outcomes->metric_count && !outcomes->by_seen
                                          ? metric_at_horizon(outcomes->metrics[metric])
                                          : NULL;
    size_t deciding = at_horizon ? outcomes_metric(outcomes, at_horizon) : outcomes->metric_count;
    return deciding < outcomes->metric_count && outcomes_have(outcomes, deciding) ? deciding
                                                                                  : metric;
}

size_t outcomes_place(const struct outcomes *outcomes, const struct metric *metric)
{
    for (size_t m = 0; metric && m < all_metrics(outcomes); m++)
        if (outcomes->metrics[m] == metric)
            return m;
    return NO_PLACE;
}

size_t outcomes_seen(const struct outcomes *outcomes, size_t metric)
{
    const struct metric *seen = metric_seen(outcomes->metrics[metric]);
    return seen ? outcomes_metric(outcomes, seen) : outcomes->metric_count;
}

void outcomes_exchange(struct outcomes *outcomes, size_t metric, size_t other)
{
    assert(metric < outcomes->metric_count && other < outcomes->metric_count);
    for (size_t s = 0; s < outcomes->setting_count; s++) {
        double *a = values_of(outcomes, s, metric), *b = values_of(outcomes, s, other);
        for (size_t i = 0; i < outcomes->settings[s].value_count; i++) {
            double value = a[i];
            a[i] = b[i];
            b[i] = value;
        }
    }
}

bool outcomes_has(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    const struct outcome_values of = outcomes_values(outcomes, setting, metric);
    for (size_t i = 0; i < of.count; i++)
        if (!isnan(of.values[i]))
            return true;
    return false;
}

bool outcomes_have(const struct outcomes *outcomes, size_t metric)
{
    for (size_t s = 0; s < outcomes->setting_count; s++)
        if (outcomes_has(outcomes, s, metric))
            return true;
    return false;
}

struct replications outcomes_replications(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    struct replications replications = {SIZE_MAX, 0};
    for (size_t s = of->first; s < of->first + of->count; s++) {
        size_t n = outcomes->settings[s].runs[RUN_finished];
        replications.least = n < replications.least ? n : replications.least;
        replications.most = n > replications.most ? n : replications.most;
    }
    return replications;
}

size_t outcomes_setting(const struct outcomes *outcomes, size_t group, const char *policy)
{
    const struct outcome_group *of = &outcomes->groups[group];
    for (size_t s = of->first; s < of->first + of->count; s++)
        if (strcmp(outcomes->settings[s].policy, policy) == 0)
            return s;
    return NO_SETTING;
}

struct outcome_values outcomes_values(const struct outcomes *outcomes, size_t setting,
                                      size_t metric)
{
    const struct outcome *of = &outcomes->settings[setting];
    return (struct outcome_values){.count = of->value_count,
                                   .seeds = outcomes->value_seeds + of->first_value,
                                   .values = values_of(outcomes, setting, metric)};
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double outcomes_value(const struct outcomes *outcomes, size_t setting, size_t metric, size_t seed)
{
    const struct outcome_values of = outcomes_values(outcomes, setting, metric);
    const uint32_t key = (uint32_t)seed;
    const uint32_t *found = bsearch(&key, of.seeds, of.count, sizeof key, compare_numbers);
    return found ? of.values[found - of.seeds] : NAN;
}

/* The values that there are, of all that a setting has; to be freed. */
static double *gather(const struct outcomes *outcomes, size_t setting, size_t metric, size_t *n)
{
    const struct outcome_values of = outcomes_values(outcomes, setting, metric);
    double *x = allocate_zeroed(of.count + 1, sizeof *x);
    *n = 0;
    for (size_t i = 0; i < of.count; i++)
        if (!isnan(of.values[i]))
            x[(*n)++] = of.values[i];
    return x;
}

struct estimate outcomes_mean(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    size_t n;
    double *x = gather(outcomes, setting, metric, &n);
    struct estimate mean =
        estimate_mean(x, n, metric_interval_kind(outcomes->metrics[metric]), INTERVAL_CONFIDENCE);
    free(x);
    struct rare_events events = rare_events_of(outcomes, setting, metric);
    return events.decide ? estimate_without_interval(mean, events.events) : mean;
}

double outcomes_average(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    size_t n;
    double *x = gather(outcomes, setting, metric, &n);
    double mean = interval_mean(x, n);
    free(x);
    return mean;
}

/* Values of two settings, of the seeds of which both have one. */
struct pairs {
    double *x, *y; /* y is a part of the same memory */
    size_t count;
};

static struct pairs pair(const struct outcomes *outcomes, size_t setting, size_t other,
                         size_t metric)
{
    const struct outcome_values a = outcomes_values(outcomes, setting, metric);
    const struct outcome_values b = outcomes_values(outcomes, other, metric);
    size_t most = a.count < b.count ? a.count : b.count;
    struct pairs pairs = {.x = allocate_zeroed(2 * most + 1, sizeof *pairs.x)};
    pairs.y = pairs.x + most;
    for (size_t i = 0, k = 0; i < a.count && k < b.count;) {
        bool same_seed = a.seeds[i] == b.seeds[k], a_first = a.seeds[i] < b.seeds[k];
        if (same_seed && !isnan(a.values[i]) && !isnan(b.values[k])) {
            pairs.x[pairs.count] = a.values[i];
            pairs.y[pairs.count++] = b.values[k];
        }
        i += same_seed || a_first;
        k += same_seed || !a_first;
    }
    return pairs;
}

struct estimate outcomes_difference(const struct outcomes *outcomes, size_t setting, size_t other,
                                    size_t metric, double confidence)
{
    struct pairs pairs = pair(outcomes, setting, other, metric);
    struct estimate difference = estimate_difference(
        pairs.x, pairs.y, pairs.count, metric_interval_kind(outcomes->metrics[metric]), confidence);
    free(pairs.x);
    struct rare_events of = rare_events_of(outcomes, setting, metric),
                       of_other = rare_events_of(outcomes, other, metric);
    return of.decide || of_other.decide ? estimate_without_interval(difference, 0) : difference;
}

bool outcomes_surely_less(const struct outcomes *outcomes, size_t setting, size_t other,
                          size_t metric, double confidence)
{
    if (rare_events_of(outcomes, setting, metric).decide ||
        rare_events_of(outcomes, other, metric).decide)
        return false;
    struct pairs pairs = pair(outcomes, setting, other, metric);
    bool less = screening_surely_less(pairs.x, pairs.y, pairs.count, confidence);
    free(pairs.x);
    return less;
}

double outcomes_pairing(const struct outcomes *outcomes, size_t setting, size_t other,
                        size_t metric)
{
    struct pairs pairs = pair(outcomes, setting, other, metric);
    double pairing = estimate_pairing(pairs.x, pairs.y, pairs.count);
    free(pairs.x);
    return pairing;
}

struct estimate outcomes_change(const struct outcomes *outcomes, size_t setting, size_t metric,
                                size_t other, double confidence)
{
    const struct outcome_values a = outcomes_values(outcomes, setting, metric);
    const double *b = outcomes_values(outcomes, setting, other).values;
    double *x = allocate_zeroed(2 * a.count + 1, sizeof *x), *y = x + a.count;
    size_t count = 0;
    for (size_t i = 0; i < a.count; i++)
        if (!isnan(a.values[i]) && !isnan(b[i])) {
            x[count] = a.values[i];
            y[count++] = b[i];
        }
    struct estimate change = estimate_difference(
        x, y, count, metric_interval_kind(outcomes->metrics[metric]), confidence);
    free(x);
    return change;
}

bool outcomes_same(const struct outcomes *outcomes, size_t setting, size_t other, size_t metric)
{
    struct pairs pairs = pair(outcomes, setting, other, metric);
    bool same = pairs.count > 0;
    for (size_t i = 0; i < pairs.count; i++)
        same &= !(pairs.x[i] < pairs.y[i] || pairs.x[i] > pairs.y[i]);
    free(pairs.x);
    return same;
}

size_t outcomes_objective(const struct outcomes *outcomes)
{
    const struct metric *metric =
        outcomes->experiment->objective ? metric_named(outcomes->experiment->objective) : NULL;
    if (metric)
        return outcomes_deciding(outcomes, outcomes_metric(outcomes, metric));
    for (size_t i = 0; usual_objectives[i]; i++) {
        size_t m = outcomes_metric(outcomes, metric_named(usual_objectives[i]));
        if (m < outcomes->metric_count && outcomes_have(outcomes, m))
            return outcomes_deciding(outcomes, m);
    }
    return outcomes->metric_count;
}

/* ---- words ---------------------------------------------------------------------------- */

/* What tells groups of the same workload and collector apart. */
static const struct {
    const char *name;
    size_t place; /* of the text, in struct outcome_group */
} apart[] = {
    {"costs", offsetof(struct outcome_group, costs)},
    {"warm-up", offsetof(struct outcome_group, warmup)},
    {"sampling", offsetof(struct outcome_group, sampling)},
    {"horizon", offsetof(struct outcome_group, horizon)},
};
#define APART (sizeof apart / sizeof *apart)

static const char *text_of(const struct outcome_group *group, size_t field)
{
    return *(char *const *)(const void *)((const char *)group + apart[field].place);
}

/* Is there a group of the same workload and collector with another warm-up (say)? */
static bool differs(const struct outcomes *outcomes, size_t group, size_t field)
{
    const struct outcome_group *a = &outcomes->groups[group];
    for (size_t g = 0; g < outcomes->group_count; g++) {
        const struct outcome_group *b = &outcomes->groups[g];
        if (strcmp(a->workload, b->workload) == 0 && strcmp(a->collector, b->collector) == 0 &&
            strcmp(text_of(a, field), text_of(b, field)) != 0)
            return true;
    }
    return false;
}

char *outcomes_title(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    char *title;
    size_t size;
    FILE *out = memory_text_begin(&title, &size);
    fprintf(out, "%s on %s", of->workload, of->collector);
    for (size_t i = 0; i < APART; i++)
        if (differs(outcomes, group, i))
            fprintf(out, ", %s %s", apart[i].name, text_of(of, i));
    memory_text_end(out);
    return title;
}

/* ---- order ---------------------------------------------------------------------------- */

struct rank {
    double value; /* to be small; NaN: none */
    size_t setting;
};

static int compare_ranks(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (isnan(x->value) != isnan(y->value))
        return isnan(x->value) ? 1 : -1;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return (x->setting > y->setting) - (x->setting < y->setting);
}

void outcomes_sort(const struct outcomes *outcomes, size_t *settings, size_t count, size_t metric,
                   bool high)
{
    struct rank *ranks = allocate_zeroed(count + 1, sizeof *ranks);
    for (size_t i = 0; i < count; i++) {
        double mean = outcomes_average(outcomes, settings[i], metric);
        ranks[i] = (struct rank){.value = high ? -mean : mean, .setting = settings[i]};
    }
    qsort(ranks, count, sizeof *ranks, compare_ranks);
    for (size_t i = 0; i < count; i++)
        settings[i] = ranks[i].setting;
    free(ranks);
}
