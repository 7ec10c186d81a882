/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/kept.h"

#include <math.h>
#include <stdlib.h>

#include "results/store/query.h"
#include "sim/base/allocate.h"

/* 1: it has; 0: it has not; -1, with a line in *error: it cannot be read. */
static int has_value(struct store *store, int64_t experiment, const char *metric,
                     struct error *error)
{
    sqlite3_stmt *rows = query_begin(store, error,
                                     "SELECT 1 FROM run JOIN summary ON run_id = id"
                                     " WHERE experiment_id = %lld AND metric = %Q LIMIT 1",
                                     (long long)experiment, metric);
    int has = query_next(store, rows, error);
    sqlite3_finalize(rows);
    return has;
}

int kept_objective(struct store *store, int64_t experiment, const struct metric **found,
                   struct error *error)
{
    int has = 0;
    *found = NULL;
    for (size_t i = 0; usual_objectives[i] && has == 0; i++) {
        has = has_value(store, experiment, usual_objectives[i], error);
        if (has > 0)
            *found = metric_named(usual_objectives[i]);
    }
    return has < 0 ? -1 : 0;
}

/* ---- values of a metric --------------------------------------------------------------- */

static int compare_runs(const void *a, const void *b)
{
    const struct kept_value *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

int kept_values_read(struct kept_values *values, struct store *store, const struct metric *metric,
                     struct error *error)
{
    size_t capacity = 0;
    int more;
    *values = (struct kept_values){0};
    sqlite3_stmt *rows = query_begin(store, error,
                                     "SELECT run_id, value FROM temp.kept JOIN metric ON run_id = "
                                     "id WHERE metric = %Q AND value IS NOT NULL ORDER BY run_id",
                                     metric->name);
    while ((more = query_next(store, rows, error)) > 0) {
        values->values =
            allocate_grow(values->values, &capacity, values->count + 1, sizeof *values->values);
        values->values[values->count++] =
            (struct kept_value){query_integer(rows, 0), query_real(rows, 1)};
    }
    sqlite3_finalize(rows);
    if (more < 0)
        kept_values_fini(values);
    return more;
}

void kept_values_fini(struct kept_values *values)
{
    free(values->values);
    *values = (struct kept_values){0};
}

double kept_value(const struct kept_values *values, int64_t run)
{
    const struct kept_value wanted = {.run = run};
    if (values->count == 0)
        return NAN;
    const struct kept_value *found =
        bsearch(&wanted, values->values, values->count, sizeof wanted, compare_runs);
    return found ? found->value : NAN;
}

/* ---- estimates ------------------------------------------------------------------------ */

/* Values of one workload, collector and policy, which come one after the other. */
struct point_values {
    int64_t first; /* a run of it; 0: none yet */
    char *policy;
    double *values;
    size_t count, capacity;
};

static void end_point(struct kept_estimates *estimates, size_t *capacity,
                      struct point_values *point, const struct metric *metric)
{
    enum interval_kind kind = metric_interval_kind(metric);
    if (point->count == 0)
        return;
    estimates->points =
        allocate_grow(estimates->points, capacity, estimates->count + 1, sizeof *estimates->points);
    estimates->points[estimates->count++] = (struct kept_estimate){
        .policy = point->policy,
        .estimate = estimate_mean(point->values, point->count, kind, INTERVAL_CONFIDENCE),
        .largest_share = interval_largest_share(point->values, point->count),
    };
    point->count = 0;
}

static void add_value(struct point_values *point, sqlite3_stmt *row)
{
    if (point->count == 0)
        point->policy = query_text(row, 1);
    point->values =
        allocate_grow(point->values, &point->capacity, point->count + 1, sizeof *point->values);
    point->values[point->count++] = query_real(row, 2);
}

int kept_estimates_read(struct kept_estimates *estimates, struct store *store,
                        const struct metric *metric, struct error *error)
{
    struct point_values point = {0};
    size_t capacity = 0;
    int more;
    *estimates = (struct kept_estimates){0};
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT min(id) OVER (PARTITION BY workload, collector, policy), policy, value"
                    " FROM temp.kept JOIN run USING (id) JOIN metric ON run_id = id"
                    " WHERE metric = %Q AND value IS NOT NULL ORDER BY workload, collector, policy",
                    metric->name);
    while ((more = query_next(store, rows, error)) > 0) {
        if (query_integer(rows, 0) != point.first)
            end_point(estimates, &capacity, &point, metric);
        point.first = query_integer(rows, 0);
        add_value(&point, rows);
    }
    sqlite3_finalize(rows);
    end_point(estimates, &capacity, &point, metric);
    free(point.values);
    if (more < 0)
        kept_estimates_fini(estimates);
    return more;
}

void kept_estimates_fini(struct kept_estimates *estimates)
{
    for (size_t i = 0; i < estimates->count; i++)
        free(estimates->points[i].policy);
    free(estimates->points);
    *estimates = (struct kept_estimates){0};
}

/* ---- what runs have seen -------------------------------------------------------------- */

/* Columns of a query, each with a comma. */
#define VALUE(name)      "(SELECT value FROM summary WHERE run_id = id AND metric = '" name "'), "
#define SEEN(g)          "(SELECT sum(collections) FROM pause WHERE run_id = id AND generation = " g "), "
#define OF_GENERATION(g) VALUE("next_gen" g "_low") VALUE("next_gen" g "_high") SEEN(g)

static struct kept_coverage read_coverage(sqlite3_stmt *row)
{
    struct kept_coverage run = {
        .workload = query_text(row, 0),
        .policy = query_text(row, 1),
        .covered = query_real(row, 2),
        .flagged = query_real(row, 3),
        .arrival_dispersion = query_real(row, 4),
        .horizon = query_real(row, 5),
        .full_period = query_real(row, 6),
        .changes = query_real(row, 7 + 3 * GENERATIONS),
    };
    for (int g = 0; g < GENERATIONS; g++) {
        run.low[g] = query_real(row, 7 + 3 * g);
        run.high[g] = query_real(row, 8 + 3 * g);
        run.seen[g] = (uint64_t)query_integer(row, 9 + 3 * g);
    }
    return run;
}

int kept_coverages_read(struct kept_coverages *coverages, struct store *store, struct error *error)
{
    size_t capacity = 0;
    int more;
    *coverages = (struct kept_coverages){0};
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT workload, policy, " VALUE("covered") VALUE("flagged") VALUE("arrival_dispersion")
            VALUE("horizon") VALUE("full_period") OF_GENERATION("0") OF_GENERATION("1")
                OF_GENERATION("2") VALUE("changes") "id FROM temp.kept JOIN run USING (id)"
                                                    " WHERE status = 'finished' ORDER BY id");
    while ((more = query_next(store, rows, error)) > 0) {
        coverages->runs = allocate_grow(coverages->runs, &capacity, coverages->count + 1,
                                        sizeof *coverages->runs);
        coverages->runs[coverages->count++] = read_coverage(rows);
    }
    sqlite3_finalize(rows);
    if (more < 0)
        kept_coverages_fini(coverages);
    return more;
}

void kept_coverages_fini(struct kept_coverages *coverages)
{
    for (size_t i = 0; i < coverages->count; i++) {
        free(coverages->runs[i].workload);
        free(coverages->runs[i].policy);
    }
    free(coverages->runs);
    *coverages = (struct kept_coverages){0};
}
