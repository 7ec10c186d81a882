/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/export.h"

#include <string.h>

#include "results/store/logging.h"
#include "results/store/metrics.h"
#include "results/store/query.h"
#include "results/store/record.h"
#include "sim/base/allocate.h"

static char *finish(sqlite3_str *sql)
{
    char *text = sqlite3_str_finish(sql);
    if (!text)
        out_of_memory();
    return text;
}

/* ---- runs ----------------------------------------------------------------------------- */

static int add_parameters(sqlite3_str *sql, struct store *store,
                          const struct past_experiment *experiment, struct error *error)
{
    int more;
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT owner, name FROM parameter WHERE run_id IN"
                    " (SELECT id FROM run WHERE experiment_id = %lld)"
                    " GROUP BY owner, name ORDER BY owner = 'workload', min(run_id), owner, name",
                    (long long)experiment->number);
    while ((more = query_next(store, rows, error)) > 0) {
        const char *owner = (const char *)sqlite3_column_text(rows, 0);
        const char *name = (const char *)sqlite3_column_text(rows, 1);
        sqlite3_str_appendf(sql,
                            ", (SELECT iif(value IS NOT NULL AND text GLOB '[-0-9]*', value, text)"
                            " FROM parameter WHERE run_id = run.id AND owner = %Q AND name = %Q)"
                            " AS \"%w.%w\"",
                            owner, name, owner, name);
    }
    sqlite3_finalize(rows);
    return more;
}

char *export_runs(struct store *store, const struct past_experiment *experiment,
                  struct error *error)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql,
                        "SELECT run.id AS run, %Q AS experiment, policy, workload, collector, seed,"
                        " engine, costs, layout, log, warmup, sampling, status, error, in_plan",
                        experiment->name);
    if (add_parameters(sql, store, experiment, error) != 0) {
        sqlite3_free(finish(sql));
        return NULL;
    }
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (metric_is_across_runs(metric))
            sqlite3_str_appendf(sql, ", \"of %w\".value AS \"%w\"", metric->name, metric->name);
        else
            sqlite3_str_appendf(
                sql,
                ", (SELECT value FROM summary WHERE run_id = run.id AND metric = %Q)"
                " AS \"%w\"",
                metric->name, metric->name);
    sqlite3_str_appendall(sql, " FROM run");
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (metric_is_across_runs(metric))
            sqlite3_str_appendf(sql,
                                " LEFT JOIN (SELECT run_id, value FROM metric WHERE metric = %Q)"
                                " AS \"of %w\" ON \"of %w\".run_id = run.id",
                                metric->name, metric->name, metric->name);
    sqlite3_str_appendf(sql, " WHERE experiment_id = %lld ORDER BY run.id",
                        (long long)experiment->number);
    return finish(sql);
}

/* ---- what happened in runs ------------------------------------------------------------ */

/* Is there such a run, and has it, or any, kept that? */
static int check_kept(struct store *store, const struct past_experiment *experiment, int64_t run,
                      enum log_level least, struct error *error)
{
    int64_t runs = 0, kept = 0, first = 0, last = 0;
    int more;
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT count(*) FILTER (WHERE %lld IN (%d, id)), min(id), max(id),"
                    " count(*) FILTER (WHERE %lld IN (%d, id) AND log IN (%Q, %Q))"
                    " FROM run WHERE experiment_id = %lld",
                    (long long)run, EVERY_RUN, (long long)run, EVERY_RUN, log_level_names[least],
                    log_level_names[LOG_LEVEL_COUNT - 1], (long long)experiment->number);
    while ((more = query_next(store, rows, error)) > 0) {
        runs = sqlite3_column_int64(rows, 0);
        first = sqlite3_column_int64(rows, 1);
        last = sqlite3_column_int64(rows, 2);
        kept = sqlite3_column_int64(rows, 3);
    }
    sqlite3_finalize(rows);
    if (more < 0)
        return -1;
    if (runs == 0)
        return error_set(error,
                         "%s: experiment %lld (%s) has no run %lld; its runs are from %lld to %lld",
                         store_path(store), (long long)experiment->number, experiment->name,
                         (long long)run, (long long)first, (long long)last);
    if (kept == 0)
        return error_set(error,
                         "%s: the %s of experiment %lld (%s) were not kept; `log: %s` in the "
                         "experiment file keeps them",
                         store_path(store), least == LOG_samples ? "samples" : "collections",
                         (long long)experiment->number, experiment->name, log_level_names[least]);
    return 0;
}

/* In order of the primary key, without an index of runs by policy: nothing is to be sorted. */
static char *rows_of_runs(const struct past_experiment *experiment, int64_t run,
                          enum record_table which, const char *first_columns, const char *skip)
{
    const struct row_table *table = &record_tables[which];
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "SELECT %s, run.id AS run, policy, seed", first_columns);
    for (const struct row_column *column = table->columns; column->name; column++)
        if (strcmp(column->name, skip) != 0)
            sqlite3_str_appendf(sql, ", x.\"%w\"", column->name);
    sqlite3_str_appendf(sql,
                        " FROM run CROSS JOIN %s AS x ON x.run_id = run.id"
                        " WHERE +run.experiment_id = %lld",
                        table->name, (long long)experiment->number);
    if (run != EVERY_RUN)
        sqlite3_str_appendf(sql, " AND run.id = %lld", (long long)run);
    sqlite3_str_appendf(sql, " ORDER BY run.id, x.%s",
                        which == TABLE_collection ? "seq" : "wall_ns");
    return finish(sql);
}

char *export_collections(struct store *store, const struct past_experiment *experiment, int64_t run,
                         struct error *error)
{
    if (check_kept(store, experiment, run, LOG_collections, error) != 0)
        return NULL;
    return rows_of_runs(experiment, run, TABLE_collection,
                        "x.wall_ns / 1e9 AS time, x.pause_ns / 1e9 AS duration, x.generation",
                        "generation");
}

char *export_samples(struct store *store, const struct past_experiment *experiment, int64_t run,
                     struct error *error)
{
    if (check_kept(store, experiment, run, LOG_samples, error) != 0)
        return NULL;
    return rows_of_runs(experiment, run, TABLE_sample, "x.wall_ns / 1e9 AS time", "");
}
