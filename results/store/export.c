/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/export.h"

#include <stdlib.h>
#include <string.h>

#include "results/store/logging.h"
#include "results/store/metrics.h"
#include "results/store/query.h"
#include "results/store/record.h"
#include "results/store/soundness.h"
#include "sim/base/allocate.h"

static char *finish(sqlite3_str *sql)
{
    char *text = sqlite3_str_finish(sql);
    if (!text)
        out_of_memory();
    return text;
}

/* ---- rows ----------------------------------------------------------------------------- */

struct export_column {
    char *name;
    const char *unit; /* NULL: none, or the name says it */
};

struct export
{
    struct store *store;
    sqlite3_str *sql; /* until it begins */
    struct export_column *columns;
    size_t column_count, column_capacity;
    sqlite3_stmt *rows;
};

static struct export *export_new(struct store *store)
{
    struct export *export = allocate_zeroed(1, sizeof *export);
    export->store = store;
    export->sql = sqlite3_str_new(NULL);
    return export;
}

void export_free(struct export *rows)
{
    if (!rows)
        return;
    sqlite3_free(sqlite3_str_finish(rows->sql));
    for (size_t i = 0; i < rows->column_count; i++)
        free(rows->columns[i].name);
    free(rows->columns);
    sqlite3_finalize(rows->rows);
    free(rows);
}

/* A column more; what it is in SQL is to be appended next. */
static void add_column(struct export *export, const char *name, const char *unit)
{
    sqlite3_str_appendall(export->sql, export->column_count ? ", " : "SELECT ");
    export->columns = allocate_grow(export->columns, &export->column_capacity,
                                    export->column_count + 1, sizeof *export->columns);
    export->columns[export->column_count++] = (struct export_column){allocate_text(name), unit};
}

/* One that is what it is called. */
static void add_plain(struct export *export, const char *table, const char *name)
{
    add_column(export, name, NULL);
    sqlite3_str_appendf(export->sql, "%s.\"%w\"", table, name);
}

/* The query is whole. It frees what cannot begin. */
static struct export *begin(struct export *export, struct error *error)
{
    char *sql = finish(export->sql);
    export->sql = NULL;
    export->rows = query_begin(export->store, error, "%s", sql);
    sqlite3_free(sql);
    if (export->rows)
        return export;
    export_free(export);
    return NULL;
}

size_t export_column_count(const struct export *rows)
{
    return rows->column_count;
}

const char *export_column_name(const struct export *rows, size_t column)
{
    return rows->columns[column].name;
}

const char *export_column_unit(const struct export *rows, size_t column)
{
    return rows->columns[column].unit;
}

int export_next(struct export *rows, struct error *error)
{
    return query_next(rows->store, rows->rows, error);
}

struct export_value export_value(const struct export *rows, size_t column)
{
    int c = (int)column, type = query_type(rows->rows, c);
    struct export_value value = {.type = EXPORT_TEXT};
    if (type == SQLITE_INTEGER)
        value =
            (struct export_value){.type = EXPORT_INTEGER, .integer = query_integer(rows->rows, c)};
    else if (type == SQLITE_FLOAT)
        value = (struct export_value){.type = EXPORT_REAL, .real = query_real(rows->rows, c)};
    else if (type != SQLITE_NULL)
        value.text = query_string(rows->rows, c);
    return value;
}

/* ---- runs ----------------------------------------------------------------------------- */

/* In the file a parameter's unit is that of its text: 250ms is in ns, 64KiB in bytes. A word has
 * none. */
#define PARAMETER_UNIT                                                                             \
    "CASE WHEN value IS NULL THEN NULL WHEN text GLOB '*[0-9a-zA-Z]B' THEN 'bytes'"                \
    " WHEN text GLOB '*[a-z]' THEN 'ns' ELSE '' END"

static const char *unit_named(const char *name)
{
    return strcmp(name, "ns") == 0 ? "ns" : strcmp(name, "bytes") == 0 ? "bytes" : NULL;
}

/* Parameters of an experiment: owner, name, unit, is it their first unit, is it their only one.
 * Words are of no unit, unless there is nothing else. */
#define PARAMETERS                                                                                 \
    "SELECT owner, name, coalesce(unit, ''),"                                                      \
    " row_number() OVER (PARTITION BY owner, name ORDER BY unit) = 1,"                             \
    " count(*) OVER (PARTITION BY owner, name) = 1"                                                \
    " FROM (SELECT owner, name, " PARAMETER_UNIT " AS unit, count(value) AS numbers,"              \
    "       min(run_id) AS first, max(count(value)) OVER (PARTITION BY owner, name) AS most"       \
    "       FROM parameter WHERE run_id IN (SELECT id FROM run WHERE experiment_id = %lld)"        \
    "       GROUP BY owner, name, unit)"                                                           \
    " WHERE numbers > 0 OR most = 0"                                                               \
    " ORDER BY owner = 'workload', min(first) OVER (PARTITION BY owner, name), owner, name, unit"

/* Policies may have parameters of one name in several units: a column each. Words are in the
 * first. */
static void add_parameter(struct export *export, sqlite3_stmt *parameter)
{
    const char *owner = query_string(parameter, 0), *plain = query_string(parameter, 1);
    const char *unit = query_string(parameter, 2);
    char *name = sqlite3_mprintf("%s.%s", owner, plain);
    if (!name)
        out_of_memory();
    add_column(export, name, unit_named(unit));
    sqlite3_free(name);
    sqlite3_str_appendf(export->sql,
                        "(SELECT coalesce(value, text) FROM parameter WHERE run_id = run.id"
                        " AND owner = %Q AND name = %Q",
                        owner, plain);
    if (!query_integer(parameter, 4))
        sqlite3_str_appendf(export->sql, " AND coalesce(" PARAMETER_UNIT " = %Q, %d)", unit,
                            (int)query_integer(parameter, 3));
    sqlite3_str_appendall(export->sql, ")");
}

static int add_parameters(struct export *export, const struct past_experiment *experiment,
                          struct error *error)
{
    int more;
    sqlite3_stmt *rows =
        query_begin(export->store, error, PARAMETERS, (long long)experiment->number);
    while ((more = query_next(export->store, rows, error)) > 0)
        add_parameter(export, rows);
    sqlite3_finalize(rows);
    return more;
}

static void add_metrics(struct export *export)
{
    for (const struct metric *metric = metrics; metric->name; metric++) {
        add_column(export, metric->name, metric->unit);
        if (metric_is_across_runs(metric))
            sqlite3_str_appendf(export->sql, "\"of %w\".value", metric->name);
        else
            sqlite3_str_appendf(export->sql,
                                "(SELECT value FROM summary WHERE run_id = run.id AND metric = %Q)",
                                metric->name);
    }
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
    static const char *const facts[] = {
        "policy",      "workload",    "collector",  "seed",           "engine",
        "costs",       "measured_on", "scatter_ns", "scatter_low_ns", "scatter_high_ns",
        "calibration", "log",         "warmup",     "sampling",       "horizon",
        "status",      "error",       "in_plan"};
    struct export *export = export_new(store);
    add_column(export, "run", NULL);
    sqlite3_str_appendall(export->sql, "run.id");
    add_column(export, "experiment", NULL);
    sqlite3_str_appendf(export->sql, "%Q", experiment->name);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        add_plain(export, "run", facts[i]);
    if (add_parameters(export, experiment, error) != 0) {
        export_free(export);
        return NULL;
    }
    add_metrics(export);
    sqlite3_str_appendall(export->sql, " FROM run");
    join_metrics_across_runs(export->sql);
    sqlite3_str_appendf(export->sql, " WHERE experiment_id = %lld ORDER BY run.id",
                        (long long)experiment->number);
    return begin(export, error);
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
        runs = query_integer(rows, 0);
        first = query_integer(rows, 1);
        last = query_integer(rows, 2);
        kept = query_integer(rows, 3);
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

/* What an instant or a duration is in seconds, before all that is stored. */
static void add_seconds(struct export *export, const char *name, const char *column)
{
    add_column(export, name, "s");
    sqlite3_str_appendf(export->sql, "x.%s / 1e9", column);
}

static void add_stored(struct export *export, enum record_table which, const char *skip)
{
    static const char *const facts[] = {"policy", "seed"};
    add_column(export, "run", NULL);
    sqlite3_str_appendall(export->sql, "run.id");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        add_plain(export, "run", facts[i]);
    for (const struct row_column *column = record_tables[which].columns; column->name; column++)
        if (strcmp(column->name, skip) != 0)
            add_plain(export, "x", column->name);
}

/* In order of the primary key, without an index of runs by policy: nothing is to be sorted. */
static void end_rows(sqlite3_str *sql, const struct past_experiment *experiment, int64_t run,
                     enum record_table which)
{
    sqlite3_str_appendf(sql,
                        " FROM run CROSS JOIN %s AS x ON x.run_id = run.id"
                        " WHERE +run.experiment_id = %lld",
                        record_tables[which].name, (long long)experiment->number);
    if (run != EVERY_RUN)
        sqlite3_str_appendf(sql, " AND run.id = %lld", (long long)run);
    sqlite3_str_appendf(sql, " ORDER BY run.id, x.%s",
                        which == TABLE_collection ? "seq" : "wall_ns");
}

/* Before any of it goes out. */
static int check_log(struct store *store, const struct past_experiment *experiment, int64_t run,
                     enum log_level least, struct error *error)
{
    if (check_kept(store, experiment, run, least, error) != 0)
        return -1;
    char *runs =
        sqlite3_mprintf("SELECT id FROM run WHERE experiment_id = %lld AND %lld IN (%d, id)",
                        (long long)experiment->number, (long long)run, EVERY_RUN);
    if (!runs)
        out_of_memory();
    int status = soundness_check_runs(store, runs, SEAL_LOG, error);
    sqlite3_free(runs);
    return status;
}

struct export *export_collections(struct store *store, const struct past_experiment *experiment,
                                  int64_t run, struct error *error)
{
    if (check_log(store, experiment, run, LOG_collections, error) != 0)
        return NULL;
    struct export *export = export_new(store);
    add_seconds(export, "time", "wall_ns");
    add_seconds(export, "duration", "pause_ns");
    add_plain(export, "x", "generation");
    add_stored(export, TABLE_collection, "generation");
    end_rows(export->sql, experiment, run, TABLE_collection);
    return begin(export, error);
}

struct export *export_samples(struct store *store, const struct past_experiment *experiment,
                              int64_t run, struct error *error)
{
    if (check_log(store, experiment, run, LOG_samples, error) != 0)
        return NULL;
    struct export *export = export_new(store);
    add_seconds(export, "time", "wall_ns");
    add_stored(export, TABLE_sample, "");
    end_rows(export->sql, experiment, run, TABLE_sample);
    return begin(export, error);
}

/* ---- logs ----------------------------------------------------------------------------- */

struct export *export_log(struct store *store, const struct past_experiment *experiment,
                          int64_t run, struct error *error)
{
    if (check_log(store, experiment, run, LOG_collections, error) != 0)
        return NULL;
    struct export *export = export_new(store);
    sqlite3_str_appendall(export->sql,
                          "SELECT seq, (x.wall_ns + x.pause_ns) / 1e9, x.pause_ns / 1e9,"
                          " generation, cause, (heap_bytes_before + 1023) / 1024,"
                          " (heap_bytes_after + 1023) / 1024,"
                          " (coalesce(run.heap_peak_bytes, 0) + 1023) / 1024");
    end_rows(export->sql, experiment, run, TABLE_collection);
    return begin(export, error);
}

int export_next_log_line(struct export *rows, struct export_log_line *line, struct error *error)
{
    int more = export_next(rows, error);
    if (more > 0)
        *line = (struct export_log_line){
            .sequence = query_integer(rows->rows, 0),
            .end_s = query_real(rows->rows, 1),
            .pause_s = query_real(rows->rows, 2),
            .generation = (int)query_integer(rows->rows, 3),
            .cause = query_string(rows->rows, 4),
            .before_kib = query_integer(rows->rows, 5),
            .after_kib = query_integer(rows->rows, 6),
            .peak_kib = query_integer(rows->rows, 7),
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
        *numbers = (struct run_numbers){query_integer(rows, 0), query_integer(rows, 1),
                                        query_integer(rows, 2)};
    sqlite3_finalize(rows);
    return more;
}
