/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/soundness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/embedded.h"
#include "results/store/logging.h"
#include "results/store/query.h"
#include "results/store/table_reader.h"
#include "sim/base/allocate.h"

/* ---- tables --------------------------------------------------------------------------- */

#define SCHEMA "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"

/* What schema.sql makes. */
static sqlite3 *own_schema(void)
{
    sqlite3 *own = NULL;
    if (sqlite3_open(":memory:", &own) != SQLITE_OK ||
        sqlite3_exec(own, embedded_schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        out_of_memory();
    return own;
}

static bool same_row(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (int c = 0; c < query_columns(a); c++)
        if (query_is_null(a, c) != query_is_null(b, c) ||
            strcmp(query_string(a, c), query_string(b, c)) != 0)
            return false;
    return true;
}

/* A comparison that has failed for want of memory says nothing of the tables. */
static bool lacks_memory(struct store *store, sqlite3 *own)
{
    return sqlite3_errcode(own) == SQLITE_NOMEM ||
           sqlite3_errcode(store_database(store)) == SQLITE_NOMEM;
}

int soundness_check_schema(struct store *store, struct error *error)
{
    sqlite3 *own = own_schema();
    sqlite3_stmt *expected = NULL, *rows = query_begin(store, error, SCHEMA);
    bool same = true;
    int more;
    if (sqlite3_prepare_v2(own, SCHEMA, -1, &expected, NULL) != SQLITE_OK)
        out_of_memory();
    while (same && (more = query_next(store, rows, error)) > 0)
        same = sqlite3_step(expected) == SQLITE_ROW && same_row(rows, expected);
    if (same && more == 0)
        same = sqlite3_step(expected) == SQLITE_DONE;
    bool no_memory = !same && lacks_memory(store, own);
    sqlite3_finalize(expected);
    sqlite3_finalize(rows);
    sqlite3_close(own);
    if (no_memory)
        out_of_memory();
    if (same)
        return more;
    return error_set(error, "%s: not a results file: its tables are not those of this version",
                     store_path(store));
}

/* The pages of a table and its indexes fit together, and so do their rows. */
static int check_indexes(struct store *store, const char *table, struct error *error)
{
    sqlite3_stmt *rows = query_begin(store, error, "PRAGMA integrity_check(%s)", table);
    int more = query_next(store, rows, error);
    bool sound = more > 0 && strcmp(query_string(rows, 0), "ok") == 0;
    sqlite3_finalize(rows);
    if (more < 0 || sound)
        return more < 0 ? -1 : 0;
    return store_damaged(store, error, "the pages of table %s do not fit together", table);
}

/* ---- the small ones ------------------------------------------------------------------- */

struct experiments {
    int64_t *ids; /* ascending */
    size_t count, capacity;
};

static int check_experiments(struct store *store, struct experiments *experiments,
                             struct error *error)
{
    struct table_reader reader;
    int more = table_reader_begin(&reader, store, SEALED_experiment, EVERY_ROW, error);
    while (more == 0 && (more = table_reader_next(&reader, error)) > 0) {
        experiments->ids = allocate_grow(experiments->ids, &experiments->capacity,
                                         experiments->count + 1, sizeof *experiments->ids);
        experiments->ids[experiments->count++] = reader.id;
        more = 0;
        if (reader.has_seal[0] && reader.seals[0] != reader.digest)
            more = store_damaged(store, error, "experiment %lld is not as it was stored",
                                 (long long)reader.id);
    }
    table_reader_end(&reader);
    return more;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool is_there(const struct experiments *experiments, int64_t id)
{
    return experiments->count &&
           bsearch(&id, experiments->ids, experiments->count, sizeof id, compare_ids);
}

/* A row of a run that there is not. */
static int dangling(const struct table_reader *reader, struct error *error)
{
    return store_damaged(reader->store, error, "table %s has rows of run %lld, which is not there",
                         sealed_tables[reader->table].name, (long long)reader->id);
}

#define ROWS_MOST 1000 /* of a run: there are far fewer parameters, and metrics */

/* Adds up the rows of a run, of which the first has been read already. */
static int add_rows(struct table_reader *reader, int64_t run, uint64_t *sum, struct error *error)
{
    int more = reader->there, count = 0;
    for (; more > 0 && reader->id == run; more = table_reader_next(reader, error)) {
        *sum += reader->digest;
        if (++count > ROWS_MOST)
            return store_damaged(reader->store, error, "table %s has too many rows of run %lld",
                                 sealed_tables[reader->table].name, (long long)run);
    }
    if (more > 0 && reader->id < run)
        return dangling(reader, error);
    return more < 0 ? -1 : 0;
}

static int not_as_stored(struct store *store, int64_t run, struct error *error)
{
    return store_damaged(store, error, "run %lld is not as it was stored", (long long)run);
}

/* The run that `runs` is at, with its rows in the other two. */
static int check_run(struct table_reader *runs, const struct experiments *experiments,
                     struct table_reader *parameters, struct table_reader *values,
                     struct error *error)
{
    uint64_t sum = runs->digest;
    if (!is_there(experiments, runs->parent))
        return store_damaged(runs->store, error,
                             "run %lld is of experiment %lld, which is not there",
                             (long long)runs->id, (long long)runs->parent);
    if (add_rows(parameters, runs->id, &sum, error) != 0 ||
        add_rows(values, runs->id, &sum, error) != 0)
        return -1;
    if (runs->has_seal[SEAL_FACTS] && runs->seals[SEAL_FACTS] != sum)
        return not_as_stored(runs->store, runs->id, error);
    return 0;
}

/* All three are in the order of runs. */
static int check_all_runs(struct store *store, const struct experiments *experiments,
                          struct error *error)
{
    struct table_reader runs = {0}, parameters = {0}, values = {0};
    int status = -1, more = 0;
    if (table_reader_begin(&runs, store, SEALED_run, EVERY_ROW, error) == 0 &&
        table_reader_begin(&parameters, store, SEALED_parameter, EVERY_ROW, error) == 0 &&
        table_reader_begin(&values, store, SEALED_summary, EVERY_ROW, error) == 0 &&
        table_reader_next(&parameters, error) >= 0 && table_reader_next(&values, error) >= 0)
        status = 0;
    while (status == 0 && (more = table_reader_next(&runs, error)) > 0)
        status = check_run(&runs, experiments, &parameters, &values, error);
    if (status == 0 && more == 0 && parameters.there)
        status = dangling(&parameters, error);
    if (status == 0 && more == 0 && values.there)
        status = dangling(&values, error);
    table_reader_end(&runs);
    table_reader_end(&parameters);
    table_reader_end(&values);
    return status == 0 ? more : -1;
}

int soundness_check_small_tables(struct store *store, struct error *error)
{
    struct experiments experiments = {0};
    int status = check_indexes(store, sealed_tables[SEALED_run].name, error);
    if (status == 0)
        status = check_experiments(store, &experiments, error);
    if (status == 0)
        status = check_all_runs(store, &experiments, error);
    free(experiments.ids);
    return status;
}

/* ---- what happened in runs ------------------------------------------------------------ */

/* Of a run that is being stored there may be a part. */
static int check_rows_of_run(struct table_reader readers[SEALED_TABLE_COUNT], enum run_seal seal,
                             int64_t run, const uint64_t *expected, struct error *error)
{
    struct store *store = NULL;
    uint64_t sum = 0;
    int more = 0;
    for (int t = 0; t < SEALED_TABLE_COUNT && more == 0; t++) {
        if (sealed_tables[t].seal != seal)
            continue;
        store = readers[t].store;
        table_reader_rewind(&readers[t], run);
        while ((more = table_reader_next(&readers[t], error)) > 0)
            sum += readers[t].digest;
    }
    if (more == 0 && expected && sum != *expected)
        return not_as_stored(store, run, error);
    return more;
}

static int check_each(struct store *store, struct table_reader readers[SEALED_TABLE_COUNT],
                      const char *runs, enum run_seal seal, struct error *error)
{
    int more, status = 0;
    sqlite3_stmt *rows =
        query_begin(store, error,
                    "SELECT id, %s FROM run WHERE id IN (%s)"
                    " AND id NOT IN (SELECT run_id FROM temp.sound WHERE seal = %d)",
                    seal == SEAL_LOG ? "seal_log" : "seal_histograms", runs, (int)seal);
    while ((more = query_next(store, rows, error)) > 0 && status == 0) {
        uint64_t sealed = (uint64_t)query_integer(rows, 1);
        status = check_rows_of_run(readers, seal, query_integer(rows, 0),
                                   query_is_null(rows, 1) ? NULL : &sealed, error);
    }
    sqlite3_finalize(rows);
    return status == 0 ? more : -1;
}

static int begin_readers(struct store *store, struct table_reader readers[SEALED_TABLE_COUNT],
                         enum run_seal seal, struct error *error)
{
    for (int t = 0; t < SEALED_TABLE_COUNT; t++)
        if (sealed_tables[t].seal == seal &&
            table_reader_begin(&readers[t], store, (enum sealed_table)t, ONE_ID, error) != 0)
            return -1;
    return 0;
}

/* Indexes are looked at whole, once. */
static int check_log_indexes(struct store *store, struct error *error)
{
    sqlite3_stmt *rows =
        query_begin(store, error, "SELECT 1 FROM temp.sound WHERE seal = %d LIMIT 1", SEAL_LOG);
    int known = query_next(store, rows, error);
    sqlite3_finalize(rows);
    return known ? (known < 0 ? -1 : 0)
                 : check_indexes(store, sealed_tables[SEALED_collection].name, error);
}

int soundness_check_runs(struct store *store, const char *runs, enum run_seal seal,
                         struct error *error)
{
    struct table_reader readers[SEALED_TABLE_COUNT] = {0};
    int status = query_execute(store, error,
                               "CREATE TEMP TABLE IF NOT EXISTS sound (run_id INTEGER NOT NULL,"
                               " seal INTEGER NOT NULL, PRIMARY KEY (run_id, seal)) WITHOUT ROWID");
    if (status == 0 && seal == SEAL_LOG)
        status = check_log_indexes(store, error);
    if (status == 0)
        status = begin_readers(store, readers, seal, error);
    if (status == 0)
        status = check_each(store, readers, runs, seal, error);
    for (int t = 0; t < SEALED_TABLE_COUNT; t++)
        table_reader_end(&readers[t]);
    if (status != 0)
        return -1;
    return query_execute(store, error,
                         "INSERT OR IGNORE INTO temp.sound SELECT id, %d FROM run WHERE id IN (%s)",
                         (int)seal, runs);
}

/* ---- what a query reads --------------------------------------------------------------- */

static int note_table(void *context, int action, const char *table, const char *column,
                      const char *database, const char *within)
{
    bool *reads = context;
    enum sealed_table which = SEALED_TABLE_COUNT;
    (void)column, (void)database, (void)within;
    if (action == SQLITE_READ)
        which = sealed_table_named(table);
    if (which < SEALED_TABLE_COUNT && sealed_tables[which].seal < RUN_SEAL_COUNT)
        reads[sealed_tables[which].seal] = true;
    return SQLITE_OK;
}

int soundness_check_query(struct store *store, const char *runs, const char *sql,
                          struct error *error)
{
    bool reads[RUN_SEAL_COUNT] = {false};
    int status = 0;
    sqlite3_set_authorizer(store_database(store), note_table, reads);
    sqlite3_stmt *rows = query_begin(store, error, "%s", sql);
    sqlite3_set_authorizer(store_database(store), NULL, NULL);
    if (!rows)
        return -1;
    sqlite3_finalize(rows);
    for (int seal = SEAL_HISTOGRAMS; seal < RUN_SEAL_COUNT && status == 0; seal++)
        if (reads[seal])
            status = soundness_check_runs(store, runs, (enum run_seal)seal, error);
    return status;
}
