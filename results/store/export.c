/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/export.h"

#include <stdlib.h>
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

/* ---- rows ----------------------------------------------------------------------------- */

struct export
{
    struct store *store;
    sqlite3_stmt *rows;
};

/* Of a query, which it frees; NULL: *error says why there is none. */
static struct export *begin(struct store *store, char *sql, struct error *error)
{
    sqlite3_stmt *rows = sql ? query_begin(store, error, "%s", sql) : NULL;
    sqlite3_free(sql);
    if (!rows)
        return NULL;
    struct export *export = allocate_zeroed(1, sizeof *export);
    *export = (struct export){store, rows};
    return export;
}

void export_free(struct export *rows)
{
    if (!rows)
        return;
    sqlite3_finalize(rows->rows);
    free(rows);
}

size_t export_column_count(const struct export *rows)
{
    return (size_t)sqlite3_column_count(rows->rows);
}

const char *export_column_name(const struct export *rows, size_t column)
{
    return sqlite3_column_name(rows->rows, (int)column);
}

int export_next(struct export *rows, struct error *error)
{
    return query_next(rows->store, rows->rows, error);
}

struct export_value export_value(const struct export *rows, size_t column)
{
    int c = (int)column, type = sqlite3_column_type(rows->rows, c);
    struct export_value value = {.type = EXPORT_TEXT};
    if (type == SQLITE_INTEGER)
        value = (struct export_value){.type = EXPORT_INTEGER,
                                      .integer = sqlite3_column_int64(rows->rows, c)};
    else if (type == SQLITE_FLOAT)
        value = (struct export_value){.type = EXPORT_REAL,
                                      .real = sqlite3_column_double(rows->rows, c)};
    else
        value.text = (const char *)sqlite3_column_text(rows->rows, c);
    return value;
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

static void add_metrics(sqlite3_str *sql)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (metric_is_across_runs(metric))
            sqlite3_str_appendf(sql, ", \"of %w\".value AS \"%w\"", metric->name, metric->name);
        else
            sqlite3_str_appendf(
                sql,
                ", (SELECT value FROM summary WHERE run_id = run.id AND metric = %Q)"
                " AS \"%w\"",
                metric->name, metric->name);
}

static void join_metrics_across_runs(sqlite3_str *sql)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (metric_is_across_runs(metric))
            sqlite3_str_appendf(sql,
                                " LEFT JOIN (SELECT run_id, value FROM metric WHERE metric = %Q)"
                                " AS \"of %w\" ON \"of %w\".run_id = run.id",
                                metric->name, metric->name, metric->name);
}

struct export *export_runs(struct store *store, const struct past_experiment *experiment,
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
    add_metrics(sql);
    sqlite3_str_appendall(sql, " FROM run");
    join_metrics_across_runs(sql);
    sqlite3_str_appendf(sql, " WHERE experiment_id = %lld ORDER BY run.id",
                        (long long)experiment->number);
    return begin(store, finish(sql), error);
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

static char *collections_of(struct store *store, const struct past_experiment *experiment,
                            int64_t run, struct error *error)
{
    if (check_kept(store, experiment, run, LOG_collections, error) != 0)
        return NULL;
    return rows_of_runs(experiment, run, TABLE_collection,
                        "x.wall_ns / 1e9 AS time, x.pause_ns / 1e9 AS duration, x.generation",
                        "generation");
}

struct export *export_collections(struct store *store, const struct past_experiment *experiment,
                                  int64_t run, struct error *error)
{
    return begin(store, collections_of(store, experiment, run, error), error);
}

struct export *export_samples(struct store *store, const struct past_experiment *experiment,
                              int64_t run, struct error *error)
{
    if (check_kept(store, experiment, run, LOG_samples, error) != 0)
        return NULL;
    return begin(store, rows_of_runs(experiment, run, TABLE_sample, "x.wall_ns / 1e9 AS time", ""),
                 error);
}

/* ---- logs ----------------------------------------------------------------------------- */

struct export *export_log(struct store *store, const struct past_experiment *experiment,
                          int64_t run, struct error *error)
{
    char *collections = collections_of(store, experiment, run, error);
    if (!collections)
        return NULL;
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql,
                        "SELECT seq, time + duration, duration, generation, cause,"
                        " (heap_bytes_before + 1023) / 1024, (heap_bytes_after + 1023) / 1024,"
                        " (SELECT (coalesce(heap_peak_bytes, 0) + 1023) / 1024 FROM run"
                        " WHERE id = run) FROM (%s)",
                        collections);
    sqlite3_free(collections);
    return begin(store, finish(sql), error);
}

int export_next_log_line(struct export *rows, struct export_log_line *line, struct error *error)
{
    int more = export_next(rows, error);
    if (more > 0)
        *line = (struct export_log_line){
            .sequence = sqlite3_column_int64(rows->rows, 0),
            .end_s = sqlite3_column_double(rows->rows, 1),
            .pause_s = sqlite3_column_double(rows->rows, 2),
            .generation = sqlite3_column_int(rows->rows, 3),
            .cause = (const char *)sqlite3_column_text(rows->rows, 4),
            .before_kib = sqlite3_column_int64(rows->rows, 5),
            .after_kib = sqlite3_column_int64(rows->rows, 6),
            .peak_kib = sqlite3_column_int64(rows->rows, 7),
        };
    return more;
}

int export_run_numbers(struct run_numbers *numbers, struct store *store,
                       const struct past_experiment *experiment, struct error *error)
{
    int more;
    sqlite3_stmt *rows = query_begin(
        store, error, "SELECT count(*), min(id), max(id) FROM run WHERE experiment_id = %lld",
        (long long)experiment->number);
    while ((more = query_next(store, rows, error)) > 0)
        *numbers =
            (struct run_numbers){sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 1),
                                 sqlite3_column_int64(rows, 2)};
    sqlite3_finalize(rows);
    return more;
}
