/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/query.h"
#include "sim/base/allocate.h"

/* ---- what a run came to --------------------------------------------------------------- */

static int read_status(struct store *store, int64_t run, enum run_status *status,
                       struct error *error)
{
    sqlite3_stmt *rows =
        query_begin(store, error, "SELECT status FROM run WHERE id = %lld", (long long)run);
    int more, known = 0;
    while ((more = query_next(store, rows, error)) > 0)
        for (int s = 0; s < RUN_STATUS_COUNT; s++)
            if (strcmp(query_string(rows, 0), run_status_names[s]) == 0) {
                *status = (enum run_status)s;
                known++;
            }
    sqlite3_finalize(rows);
    if (more == 0 && known == 0)
        return error_set(error, "%s: run %lld is not there, or has no status", store_path(store),
                         (long long)run);
    return more;
}

int run_terms_read(struct run_terms *terms, struct store *store, int64_t run, struct error *error)
{
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT engine, log, warmup, sampling, horizon, seed, collector, costs FROM run"
                    " WHERE id = %lld",
                    (long long)run);
    int more = query_next(store, rows, error);
    *terms = (struct run_terms){0};
    if (more > 0)
        *terms = (struct run_terms){
            .engine = query_text(rows, 0),
            .log = query_text(rows, 1),
            .warmup = query_text(rows, 2),
            .sampling = query_text(rows, 3),
            .horizon = query_text(rows, 4),
            .seed = (uint64_t)query_integer(rows, 5),
            .collector = query_text(rows, 6),
            .costs = query_text(rows, 7),
        };
    sqlite3_finalize(rows);
    if (more == 0)
        return error_set(error, "%s: run %lld is not there", store_path(store), (long long)run);
    return more > 0 ? 0 : -1;
}

/* Of the same setting, where that holds. */
#define SAME_SETTING                                                                               \
    "SELECT same.id FROM run JOIN run AS same USING (experiment_id, policy, workload, collector,"  \
    " costs, warmup, sampling, horizon, in_plan) WHERE run.id = %lld AND same.status = 'finished'" \
    " AND "

static int take_run(int64_t *run, struct store *store, sqlite3_stmt *rows, struct error *error)
{
    int more = query_next(store, rows, error);
    *run = more > 0 ? query_integer(rows, 0) : 0;
    sqlite3_finalize(rows);
    return more < 0 ? -1 : 0;
}

int run_uncovered(int64_t *found, struct store *store, int64_t run, struct error *error)
{
    sqlite3_stmt *rows =
        query_begin(store, error,
                    SAME_SETTING "NOT (SELECT value FROM summary WHERE run_id = "
                                 "same.id AND metric = 'covered') ORDER BY same.id",
                    (long long)run);
    return take_run(found, store, rows, error);
}

int run_with_seed(int64_t *found, struct store *store, int64_t run, uint64_t seed,
                  struct error *error)
{
    sqlite3_stmt *rows =
        query_begin(store, error, SAME_SETTING "same.seed = %lld", (long long)run, (long long)seed);
    return take_run(found, store, rows, error);
}

int runs_last_seed(uint64_t *seed, struct store *store, int64_t experiment, struct error *error)
{
    sqlite3_stmt *rows = query_begin(store, error,
                                     "SELECT max(seed) FROM run WHERE "
                                     "experiment_id = %lld",
                                     (long long)experiment);
    int there = query_next(store, rows, error);
    *seed = there > 0 ? (uint64_t)query_integer(rows, 0) : 0;
    sqlite3_finalize(rows);
    return there < 0 ? -1 : 0;
}

void run_terms_fini(struct run_terms *terms)
{
    free(terms->engine);
    free(terms->log);
    free(terms->warmup);
    free(terms->sampling);
    free(terms->horizon);
    free(terms->collector);
    free(terms->costs);
    *terms = (struct run_terms){0};
}

/* Those that are in `table`: summary, or the view metric. A file may have others by such a name, or
 * by one that nobody knows. */
static int read_values(struct store *store, int64_t run, bool across_runs, double *values,
                       struct error *error)
{
    int more;
    sqlite3_stmt *rows =
        query_begin(store, error, "SELECT metric, value FROM %s WHERE run_id = %lld",
                    across_runs ? "metric" : "summary", (long long)run);
    while ((more = query_next(store, rows, error)) > 0) {
        const struct metric *metric = metric_named(query_string(rows, 0));
        if (metric && metric_is_across_runs(metric) == across_runs)
            values[metric - metrics] = query_real(rows, 1);
    }
    sqlite3_finalize(rows);
    return more;
}

int run_read(struct store *store, int64_t run, enum run_status *status, double *values,
             struct error *error)
{
    for (size_t m = 0; m < metric_count(); m++)
        values[m] = NAN;
    if (read_status(store, run, status, error) != 0 ||
        read_values(store, run, false, values, error) != 0)
        return -1;
    return read_values(store, run, true, values, error);
}

/* ---- those that were lost ------------------------------------------------------------- */

int lost_runs_read(struct lost_runs *lost, struct store *store, int64_t experiment,
                   enum run_status status, size_t most, struct error *error)
{
    size_t capacity = 0;
    int more;
    *lost = (struct lost_runs){.status = status};
    sqlite3_stmt *rows = query_begin(
        store, error,
        "SELECT policy, workload, collector, seed, wall_ns, error, count(*) OVER () FROM run"
        " WHERE experiment_id = %lld AND in_plan AND status = %Q ORDER BY id LIMIT %lld",
        (long long)experiment, run_status_names[status], (long long)most);
    while ((more = query_next(store, rows, error)) > 0) {
        lost->count = query_integer(rows, 6);
        lost->runs = allocate_grow(lost->runs, &capacity, lost->listed + 1, sizeof *lost->runs);
        lost->runs[lost->listed++] = (struct lost_run){
            .policy = query_text(rows, 0),
            .workload = query_text(rows, 1),
            .collector = query_text(rows, 2),
            .seed = query_integer(rows, 3),
            .wall_ns = query_integer(rows, 4),
            .why = query_text(rows, 5),
        };
    }
    sqlite3_finalize(rows);
    if (more < 0)
        lost_runs_fini(lost);
    return more;
}

void lost_runs_fini(struct lost_runs *lost)
{
    for (size_t i = 0; i < lost->listed; i++) {
        free(lost->runs[i].policy);
        free(lost->runs[i].workload);
        free(lost->runs[i].collector);
        free(lost->runs[i].why);
    }
    free(lost->runs);
    *lost = (struct lost_runs){0};
}

int unsteady_runs_count(struct store *store, const struct past_experiment *experiment,
                        int64_t *count, struct error *error)
{
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT count(*) FROM run WHERE experiment_id = %lld AND in_plan"
                    " AND status = %Q AND steady_ns >= wall_ns",
                    (long long)experiment->number, run_status_names[RUN_finished]);
    int more;
    while ((more = query_next(store, rows, error)) > 0)
        *count = query_integer(rows, 0);
    sqlite3_finalize(rows);
    return more;
}
