/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/kept.h"

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

static struct kept_estimate read_point(sqlite3_stmt *row)
{
    return (struct kept_estimate){
        .policy = query_text(row, 0),
        .estimate = {.n = (size_t)query_integer(row, 1),
                     .mean = query_real(row, 2),
                     .interval = {query_real(row, 3), query_real(row, 4)},
                     .confidence = INTERVAL_CONFIDENCE},
    };
}

int kept_estimates_read(struct kept_estimates *estimates, struct store *store,
                        const struct metric *metric, struct error *error)
{
    const char *kind = metric->skewed ? "bootstrap" : "mean";
    size_t capacity = 0;
    int more;
    *estimates = (struct kept_estimates){0};
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT policy, count(*), avg(value), %s_low(value), %s_high(value)"
                    " FROM temp.kept JOIN run USING (id) JOIN metric ON run_id = id"
                    " WHERE metric = %Q GROUP BY workload, collector, policy",
                    kind, kind, metric->name);
    while ((more = query_next(store, rows, error)) > 0) {
        estimates->points = allocate_grow(estimates->points, &capacity, estimates->count + 1,
                                          sizeof *estimates->points);
        estimates->points[estimates->count++] = read_point(rows);
    }
    sqlite3_finalize(rows);
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
