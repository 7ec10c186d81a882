/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/until.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/statistics/estimate.h"
#include "sim/base/allocate.h"
#include "sweep/file/terms.h"

/* ---- how well things are known -------------------------------------------------------- */

const struct metric *until_metric(const struct experiment *experiment, int64_t id,
                                  struct store *store)
{
    const struct metric *found = NULL;
    sqlite3_stmt *any;
    if (experiment->until.metric)
        return metric_named(experiment->until.metric);
    if (experiment->minimise)
        return metric_named(experiment->minimise);
    if (sqlite3_prepare_v2(store_database(store),
                           "SELECT 1 FROM run JOIN summary ON run_id = id"
                           " WHERE experiment_id = ? AND metric = ? LIMIT 1",
                           -1, &any, NULL) != SQLITE_OK)
        return NULL;
    for (size_t i = 0; usual_objectives[i] && !found; i++) {
        sqlite3_bind_int64(any, 1, id);
        sqlite3_bind_text(any, 2, usual_objectives[i], -1, SQLITE_STATIC);
        if (sqlite3_step(any) == SQLITE_ROW)
            found = metric_named(usual_objectives[i]);
        sqlite3_reset(any);
    }
    sqlite3_finalize(any);
    return found;
}

/* One point: policy, replications, mean, and its interval. Of few replications the spread is not
 * known well: their number is doubled at most. */
static void note_point(struct precision *precision, const struct until *until, sqlite3_stmt *row)
{
    struct estimate estimate = {
        .n = (size_t)sqlite3_column_int64(row, 1),
        .mean = sqlite3_column_double(row, 2),
        .interval = {sqlite3_column_double(row, 3), sqlite3_column_double(row, 4)},
        .confidence = INTERVAL_CONFIDENCE,
    };
    double share = INFINITY;
    size_t needed = UNTIL_FEWEST;
    if (estimate.n >= UNTIL_FEWEST) {
        share = estimate_relative_error(estimate);
        needed = estimate.n;
        if (share > until->share)
            needed = replications_to_relative_error(estimate, until->share);
        if (needed > 2 * estimate.n)
            needed = 2 * estimate.n;
    }
    if (estimate.n > precision->replications)
        precision->replications = estimate.n;
    if (needed > precision->needed)
        precision->needed = needed;
    if (share > precision->share || precision->where[0] == '\0') {
        precision->share = share;
        snprintf(precision->where, sizeof precision->where, "%s",
                 (const char *)sqlite3_column_text(row, 0));
    }
}

int until_precision(const struct experiment *experiment, const struct metric *metric,
                    struct store *store, struct precision *precision, struct error *error)
{
    const struct until *until = &experiment->until;
    const char *kind = metric->skewed ? "bootstrap" : "mean";
    char *sql = sqlite3_mprintf("SELECT policy, count(*), avg(value), %s_low(value), %s_high(value)"
                                " FROM temp.kept JOIN run USING (id) JOIN metric ON run_id = id"
                                " WHERE metric = '%s' GROUP BY workload, collector, policy",
                                kind, kind, metric->name);
    sqlite3_stmt *row = NULL;
    int code = SQLITE_NOMEM;
    *precision = (struct precision){.metric = metric};
    if (sql && sqlite3_prepare_v2(store_database(store), sql, -1, &row, NULL) == SQLITE_OK)
        while ((code = sqlite3_step(row)) == SQLITE_ROW) {
            note_point(precision, until, row);
            precision->points++;
        }
    sqlite3_finalize(row);
    sqlite3_free(sql);
    if (precision->needed > until->most)
        precision->needed = until->most;
    return code == SQLITE_DONE ? 0 : store_error(store, error);
}

void until_extend(struct experiment *experiment, size_t replications)
{
    if (replications <= experiment->seed_count)
        return;
    uint64_t *seeds = allocate_zeroed(replications, sizeof *seeds), next = 0;
    for (size_t i = 0; i < replications; i++) {
        seeds[i] = i < experiment->seed_count ? experiment->seeds[i] : next;
        if (i == 0 || seeds[i] >= next)
            next = seeds[i] + 1;
    }
    free(experiment->seeds);
    experiment->seeds = seeds;
    experiment->seed_count = replications;
}
