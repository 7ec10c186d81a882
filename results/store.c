/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/embedded.h"
#include "results/metrics.h"
#include "results/statistics.h"
#include "sim/memory.h"

#define APPLICATION_ID 1887004515 /* as in schema.sql */
#define SCHEMA_VERSION 2
#define BUSY_MS        5000 /* how long another writer is waited for */

/* Runs of an experiment that are no more in its plan, and have not ended. */
#define LEFT_BEHIND                                                                                \
    "(SELECT id FROM run WHERE experiment_id = ? AND status IN ('planned', 'unfinished')"          \
    " AND id NOT IN (SELECT id FROM temp.kept))"

/* Prepared once: X(identifier, SQL). */
#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(FIND_SWEEP, "SELECT id, version, shard, shards, planned = ?2 AND document IS ?3"             \
                  " FROM experiment WHERE command = 'sweep' AND name = ?1")                        \
    X(FIND_INTRUDER, "SELECT shard, shards, name FROM experiment"                                  \
                     " WHERE id <> ?1 AND (?2 OR shards IS NOT NULL)")                             \
    X(NEW_EXPERIMENT, "INSERT INTO experiment (command, name, version, document, baseline,"        \
                      " objective, planned, shard, shards)"                                        \
                      " VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), nullif(?, 0))")                 \
    X(RENEW_EXPERIMENT, "UPDATE experiment SET document = ?2, baseline = ?3, objective = ?4,"      \
                        " planned = ?5, checksum = NULL WHERE id = ?1")                            \
    X(FIND_RUN, "SELECT id, status FROM run WHERE experiment_id = ?1 AND policy = ?2"              \
                " AND seed = ?3 AND workload = ?4 AND collector = ?5 AND engine = ?6"              \
                " AND costs = ?7 AND log = ?8 AND warmup = ?9 AND sampling = ?10")                 \
    X(NEW_RUN, "INSERT INTO run (id, experiment_id, policy, seed, workload, collector, engine,"    \
               " costs, log, warmup, sampling, status)"                                            \
               " VALUES (nullif(?11, 0), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'planned')")     \
    X(FIND_ID, "SELECT 1 FROM run WHERE id = ?")                                                   \
    X(PARAMETER, "INSERT INTO parameter VALUES (?, ?, ?, ?, ?)")                                   \
    X(KEEP_RUN, "INSERT INTO temp.kept VALUES (?)")                                                \
    X(FORGET_PARAMETERS, "DELETE FROM parameter WHERE run_id IN " LEFT_BEHIND)                     \
    X(FORGET_LEFT, "DELETE FROM collection WHERE run_id IN " LEFT_BEHIND)                          \
    X(FORGET_RUNS, "DELETE FROM run WHERE id IN " LEFT_BEHIND)                                     \
    X(FORGET_KEPT, "DELETE FROM temp.kept")                                                        \
    X(FORGET_COLLECTIONS, "DELETE FROM collection WHERE run_id = ?")                               \
    X(SET_STATUS, "UPDATE run SET status = ?2, error = ?3 WHERE id = ?1")                          \
    X(SUMMARY, "INSERT INTO summary VALUES (?, ?, ?)")

enum statement {
#define X(name, sql) name,
    STATEMENTS(X)
#undef X
        STATEMENT_COUNT
};

struct store {
    char *path;
    bool writable;
    sqlite3 *database;
    pthread_mutex_t lock; /* of everything below, and of transactions */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    sqlite3_stmt *rows[RECORD_TABLE_COUNT]; /* stores a row of that table */
    struct experiment_facts facts;          /* of the plan being made */
    bool continued;                         /* that plan: some of its runs may be there already */
    int lock_file;                          /* holds the lock of sweeps; -1: it is not held */
    bool broken;                            /* a write failed: *failure says why */
    struct error failure;
};

sqlite3 *store_database(struct store *store)
{
    return store->database;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

/* Why a file cannot be opened: SQLite's last attempt may have failed for another reason than its
 * first, so this asks again, of the file or of the folder that it would be in. */
static const char *reason(const struct store *store)
{
    char folder[4096];
    int file = open(store->path, store->writable ? O_RDWR : O_RDONLY);
    int why = errno;
    if (file >= 0) {
        close(file);
        return sqlite3_errmsg(store->database);
    }
    snprintf(folder, sizeof folder, "%s", store->path);
    if (why == ENOENT && store->writable && access(dirname(folder), W_OK) != 0)
        why = errno;
    return strerror(why);
}

int store_error(struct store *store, struct error *error)
{
    int code = store->database ? sqlite3_errcode(store->database) : SQLITE_NOMEM;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, "%s: locked by another program; try again when it is done",
                         store->path);
    case SQLITE_FULL:
        return error_set(error, "%s: the disk is full", store->path);
    case SQLITE_NOTADB:
        return error_set(error, "%s: not a pygcsim results file", store->path);
    case SQLITE_CORRUPT:
        return error_set(error, "%s: damaged (%s)", store->path, sqlite3_errmsg(store->database));
    case SQLITE_READONLY:
        return error_set(error, "%s: cannot be written to", store->path);
    case SQLITE_CANTOPEN:
        return error_set(error, "%s: cannot be opened: %s", store->path, reason(store));
    default:
        return error_set(error, "%s: %s", store->path, sqlite3_errmsg(store->database));
    }
}

static int execute_sql(struct store *store, const char *sql, struct error *error)
{
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return store_error(store, error);
}

/* The first column of the first row; 0 if there is none. Returns 0 or -1. */
static int query_integer(struct store *store, const char *sql, int64_t *value, struct error *error)
{
    sqlite3_stmt *statement;
    *value = 0;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return store_error(store, error);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    int status = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : store_error(store, error);
    sqlite3_finalize(statement);
    return status;
}

/* Is it ours, and of this version? An empty file is nobody's yet. */
static int check_file(struct store *store, bool *empty, struct error *error)
{
    int64_t tables, application, version;
    if (query_integer(store, "SELECT count(*) FROM sqlite_schema", &tables, error) != 0 ||
        query_integer(store, "PRAGMA application_id", &application, error) != 0 ||
        query_integer(store, "PRAGMA user_version", &version, error) != 0)
        return -1;
    *empty = tables == 0;
    if (*empty)
        return 0;
    if (application != APPLICATION_ID)
        return error_set(error, "%s: not a pygcsim results file", store->path);
    if (version != SCHEMA_VERSION)
        return error_set(error, "%s: written by another version of pygcsim (schema %lld, not %d)",
                         store->path, (long long)version, SCHEMA_VERSION);
    return 0;
}

/* Makes the tables. Another process may be at it too: whoever gets the lock first does it. */
static int make_tables(struct store *store, struct error *error)
{
    bool empty;
    if (execute_sql(store, "BEGIN IMMEDIATE", error) != 0)
        return -1;
    if (check_file(store, &empty, error) != 0 ||
        (empty && execute_sql(store, embedded_schema_sql, error) != 0)) {
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
        return -1;
    }
    return execute_sql(store, "COMMIT", error);
}

/* Alone in it from the first read on, SQLite does without the memory that processes share. */
static int enter_alone(struct store *store, struct error *error)
{
    return execute_sql(store, "PRAGMA locking_mode = EXCLUSIVE", error);
}

/* Takes over the lock, which may be -1; alone: no other process can read the file meanwhile. */
static struct store *open_file(const char *path, int flags, int lock, bool alone,
                               struct error *error)
{
    struct store *store = memory_zeroed(1, sizeof *store);
    struct stat file;
    bool empty;
    store->path = memory_text(path);
    store->writable = flags & SQLITE_OPEN_READWRITE;
    store->lock_file = lock;
    if (stat(path, &file) == 0 && S_ISDIR(file.st_mode)) {
        error_set(error, "%s: %s", path, strerror(EISDIR));
        goto failed;
    }
    /* SQLite would take a name that begins with "file:" for a URI. */
    char *name = sqlite3_mprintf("%s%s", strncmp(path, "file:", 5) == 0 ? "./" : "", path);
    int code = sqlite3_open_v2(name, &store->database, flags, NULL);
    sqlite3_free(name);
    if (code != SQLITE_OK) {
        store_error(store, error);
        goto failed;
    }
    sqlite3_busy_timeout(store->database, BUSY_MS);
    if (statistics_register_functions(store->database) != SQLITE_OK) {
        store_error(store, error);
        goto failed;
    }
    if ((alone && enter_alone(store, error) != 0) || check_file(store, &empty, error) != 0)
        goto failed;
    pthread_mutex_init(&store->lock, NULL);
    if (empty && !(flags & SQLITE_OPEN_CREATE)) {
        error_set(error, "%s: not a pygcsim results file: it is empty", path);
        goto failed;
    }
    return store;
failed:
    store_close(store);
    return NULL;
}

static int make_view(struct store *store, struct error *error)
{
    return metrics_make_view(store->database) == SQLITE_OK ? 0 : store_error(store, error);
}

/* SQLite does not wait for a lock to do this, so this does. */
static int enter_wal(struct store *store, struct error *error)
{
    for (int waited_ms = 0;; waited_ms += 50) {
        int code =
            sqlite3_exec(store->database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
                         NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return 0;
        if (code != SQLITE_BUSY || waited_ms >= BUSY_MS)
            return store_error(store, error);
        sqlite3_sleep(50);
    }
}

/* A run's row is there already: its columns are set. */
static char *update_run_sql(void)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    int number = 2;
    for (const struct row_column *c = record_tables[TABLE_run].columns; c->name; c++, number++)
        sqlite3_str_appendf(sql, "%s %s = ?%d", number == 2 ? "UPDATE run SET" : ",", c->name,
                            number);
    sqlite3_str_appendall(sql, " WHERE id = ?1");
    return sqlite3_str_finish(sql);
}

static int prepare(struct store *store, const char *sql, sqlite3_stmt **statement,
                   struct error *error)
{
    if (!sql)
        out_of_memory();
    if (sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) ==
        SQLITE_OK)
        return 0;
    return store_error(store, error);
}

static int prepare_statements(struct store *store, struct error *error)
{
    static const char *const sql[STATEMENT_COUNT] = {
#define X(name, text) text,
        STATEMENTS(X)
#undef X
    };
    int status = execute_sql(store, "CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY)", error);
    for (int i = 0; i < STATEMENT_COUNT && status == 0; i++)
        status = prepare(store, sql[i], &store->statements[i], error);
    for (int i = 0; i < RECORD_TABLE_COUNT && status == 0; i++) {
        if (i == TABLE_request)
            continue;
        char *text = i == TABLE_run ? update_run_sql() : rows_insert_sql(&record_tables[i]);
        status = prepare(store, text, &store->rows[i], error);
        sqlite3_free(text);
    }
    return status;
}

struct store *store_open_locked(const char *path, int lock, bool alone, struct error *error)
{
    struct store *store =
        open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, lock, alone, error);
    if (store && enter_wal(store, error) == 0 && make_tables(store, error) == 0 &&
        prepare_statements(store, error) == 0 && make_view(store, error) == 0)
        return store;
    store_close(store);
    return NULL;
}

struct store *store_open(const char *path, struct error *error)
{
    return store_open_locked(path, -1, false, error);
}

struct store *store_open_existing(const char *path, struct error *error)
{
    struct store *store = open_file(path, SQLITE_OPEN_READONLY, -1, false, error);
    if (store && make_view(store, error) == 0)
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    for (int i = 0; i < RECORD_TABLE_COUNT; i++)
        sqlite3_finalize(store->rows[i]);
    /* At rest it is one file, which can be read in a folder that cannot be written to. If somebody
     * else has it open it stays as it is. */
    if (store->writable)
        sqlite3_exec(store->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(store->database);
    /* Last: closing it takes away the locks that SQLite holds on the same file. */
    if (store->lock_file >= 0)
        close(store->lock_file);
    pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store);
}

/* ---- writing -------------------------------------------------------------------------- */

/* Steps a statement that gives no rows. After the first failure everything is a failure, with the
 * first one's reason. */
static void step(struct store *store, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE) {
        store->broken = true;
        store_error(store, &store->failure);
    }
    sqlite3_reset(statement);
}

/* Binds values in order: i int64, u uint64, d double (NaN: NULL), s text (NULL: NULL). */
static void bind(sqlite3_stmt *statement, const char *types, va_list values)
{
    for (int i = 0; types[i]; i++) {
        if (types[i] == 's')
            sqlite3_bind_text(statement, i + 1, va_arg(values, const char *), -1, SQLITE_STATIC);
        else if (types[i] == 'd')
            sqlite3_bind_double(statement, i + 1, va_arg(values, double));
        else if (types[i] == 'u')
            sqlite3_bind_int64(statement, i + 1, (int64_t)va_arg(values, uint64_t));
        else
            sqlite3_bind_int64(statement, i + 1, va_arg(values, int64_t));
    }
}

static void put(struct store *store, enum statement which, const char *types, ...)
{
    va_list values;
    if (store->broken)
        return;
    va_start(values, types);
    bind(store->statements[which], types, values);
    va_end(values);
    step(store, store->statements[which]);
}

/* The first row that a statement gives, to be reset by the caller; NULL: there is none. */
static sqlite3_stmt *find(struct store *store, enum statement which, const char *types, ...)
{
    sqlite3_stmt *statement = store->statements[which];
    va_list values;
    if (store->broken)
        return NULL;
    va_start(values, types);
    bind(statement, types, values);
    va_end(values);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return statement;
    if (code != SQLITE_DONE) {
        store->broken = true;
        store_error(store, &store->failure);
    }
    sqlite3_reset(statement);
    return NULL;
}

static void begin(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    put(store, BEGIN, "");
}

/* Ends the transaction; after a failure none of it counts, and *error has the reason. */
static int end(struct store *store, struct error *error)
{
    int status = 0;
    put(store, COMMIT, "");
    if (store->broken) {
        if (!sqlite3_get_autocommit(store->database))
            sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
        *error = store->failure;
        store->broken = false;
        status = -1;
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

/* ---- planning ------------------------------------------------------------------------- */

/* Something that is no failure of SQLite's keeps the plan from being made. */
static void refuse(struct store *store, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    error_set(&store->failure, "%s: %s", store->path, what);
    store->broken = true;
}

/* The sweep of that name which is to be continued; 0: there is none. */
static int64_t find_sweep(struct store *store, const struct experiment_facts *facts)
{
    sqlite3_stmt *row =
        find(store, FIND_SWEEP, "sus", facts->name, facts->planned, facts->document);
    if (!row)
        return 0;
    int64_t id = sqlite3_column_int64(row, 0);
    unsigned shard = (unsigned)sqlite3_column_int(row, 2);
    unsigned shards = (unsigned)sqlite3_column_int(row, 3);
    bool same_plan = sqlite3_column_int(row, 4);
    const char *version = (const char *)sqlite3_column_text(row, 1);
    if (strcmp(version, PYGCSIM_VERSION) != 0)
        refuse(store,
               "experiment '%s' in it was begun by pygcsim %s, this is %s; give another --db",
               facts->name, version, PYGCSIM_VERSION);
    else if (facts->shards && !shards)
        refuse(store, "it has the whole of experiment '%s'; give another --db", facts->name);
    else if (shard != facts->shard || shards != facts->shards)
        refuse(store, "it is share %u of %u of experiment '%s'; give another --db", shard, shards,
               facts->name);
    else if (shards && !same_plan)
        refuse(store,
               "it is a share of experiment '%s' as its file was before it was changed; remove it, "
               "or give another --db",
               facts->name);
    sqlite3_reset(row);
    return id;
}

/* A share has a file of its own, so that a part of a sweep is what it says. */
static void check_intruders(struct store *store, int64_t experiment,
                            const struct experiment_facts *facts)
{
    sqlite3_stmt *row = find(store, FIND_INTRUDER, "iu", experiment, (uint64_t)facts->shards);
    if (!row)
        return;
    unsigned shard = (unsigned)sqlite3_column_int(row, 0);
    unsigned shards = (unsigned)sqlite3_column_int(row, 1);
    if (shards)
        refuse(store,
               "it is share %u of %u of experiment '%s', and takes nothing else; give another --db",
               shard, shards, (const char *)sqlite3_column_text(row, 2));
    else
        refuse(store,
               "it has other results, and a share needs a file of its own; give another --db");
    sqlite3_reset(row);
}

int store_begin_plan(struct store *store, const struct experiment_facts *facts, int64_t *experiment,
                     struct error *error)
{
    begin(store);
    store->facts = *facts;
    if (!*experiment && strcmp(facts->command, "sweep") == 0)
        *experiment = find_sweep(store, facts);
    check_intruders(store, *experiment, facts);
    store->continued = *experiment != 0;
    put(store, FORGET_KEPT, "");
    if (*experiment)
        put(store, RENEW_EXPERIMENT, "isssu", *experiment, facts->document, facts->baseline,
            facts->objective, facts->planned);
    else
        put(store, NEW_EXPERIMENT, "ssssssuuu", facts->command, facts->name, PYGCSIM_VERSION,
            facts->document, facts->baseline, facts->objective, facts->planned,
            (uint64_t)facts->shard, (uint64_t)facts->shards);
    if (store->broken)
        return end(store, error);
    if (!*experiment)
        *experiment = sqlite3_last_insert_rowid(store->database);
    return 0;
}

static void put_parameters(struct store *store, int64_t run, const char *owner,
                           const struct setting *setting)
{
    for (const struct param *param = setting->component->params; param && param->name; param++) {
        char buffer[UNITS_TEXT];
        const char *text = param_text(param, setting->state, buffer);
        put(store, PARAMETER, "issds", run, owner, param->name, param_number(param, setting->state),
            text);
    }
}

/* The id of a new run, 0: the next. Runs of a share have the numbers that they have in the whole
 * plan, so that its parts can be joined. */
static int64_t new_run_id(struct store *store, uint64_t number)
{
    const struct experiment_facts *facts = &store->facts;
    int64_t id = facts->shards ? (int64_t)number + 1 : 0;
    sqlite3_stmt *taken = id ? find(store, FIND_ID, "i", id) : NULL;
    if (taken) {
        sqlite3_reset(taken);
        refuse(store,
               "it has other runs where share %u/%u of experiment '%s' has its own; give another "
               "--db",
               facts->shard, facts->shards, facts->name);
    }
    return id;
}

int store_plan_run(struct store *store, int64_t experiment, const struct run_plan *plan,
                   uint64_t number, bool retry_failed, int64_t *run, bool *ended,
                   struct error *error)
{
    const struct simulation_setup *setup = &plan->setup;
    char costs[64], warmup[UNITS_TEXT] = "mser5", sampling[UNITS_TEXT] = "auto";
    snprintf(costs, sizeof costs, "%s, CPython %s", COSTS_NAME,
             costs_measured_on(costs_for(setup->collector)));
    if (plan->warmup.ns != WARMUP_MSER5)
        units_write_duration(warmup, (int64_t)plan->warmup.ns);
    if (setup->sample_ns != SAMPLE_AUTO)
        units_write_duration(sampling, (int64_t)setup->sample_ns);
    *run = 0;
    *ended = false;
    sqlite3_stmt *row = NULL;
    if (store->continued)
        row = find(store, FIND_RUN, "isusssssss", experiment, setup->policy->text, setup->seed,
                   setup->workload->text, setup->collector->name, setup->engine->name, costs,
                   log_level_names[plan->log], warmup, sampling);
    if (row) {
        const char *status = (const char *)sqlite3_column_text(row, 1);
        bool unfinished = strcmp(status, run_status_names[RUN_unfinished]) == 0;
        bool again = retry_failed && strcmp(status, run_status_names[RUN_failed]) == 0;
        *run = sqlite3_column_int64(row, 0);
        *ended = !unfinished && !again && strcmp(status, run_status_names[RUN_planned]) != 0;
        sqlite3_reset(row);
        if (unfinished || again) {
            put(store, FORGET_COLLECTIONS, "i", *run);
            put(store, SET_STATUS, "iss", *run, run_status_names[RUN_planned], NULL);
        }
    } else {
        put(store, NEW_RUN, "isusssssssi", experiment, setup->policy->text, setup->seed,
            setup->workload->text, setup->collector->name, setup->engine->name, costs,
            log_level_names[plan->log], warmup, sampling, new_run_id(store, number));
        *run = sqlite3_last_insert_rowid(store->database);
        put_parameters(store, *run, "workload", setup->workload);
        put_parameters(store, *run, "policy", setup->policy);
    }
    put(store, KEEP_RUN, "i", *run);
    return store->broken ? end(store, error) : 0;
}

int store_end_plan(struct store *store, int64_t experiment, struct error *error)
{
    if (store->continued) {
        put(store, FORGET_PARAMETERS, "i", experiment);
        put(store, FORGET_LEFT, "i", experiment);
        put(store, FORGET_RUNS, "i", experiment);
    }
    return end(store, error);
}

/* ---- runs ----------------------------------------------------------------------------- */

static void put_rows(struct store *store, int64_t run, enum record_table which,
                     const struct rows *rows, size_t from)
{
    sqlite3_stmt *statement = store->rows[which];
    const char *row = (const char *)rows->row + from * rows->table->row_size;
    for (size_t i = from; i < rows->count && !store->broken; i++, row += rows->table->row_size) {
        sqlite3_bind_int64(statement, 1, run);
        rows_bind(statement, 2, rows->table, row);
        step(store, statement);
    }
}

int store_collections(struct store *store, int64_t run, struct record *record, struct error *error)
{
    const struct rows *rows = &record->tables[TABLE_collection];
    begin(store);
    if (record->collections_stored == 0)
        put(store, SET_STATUS, "iss", run, run_status_names[RUN_unfinished], NULL);
    put_rows(store, run, TABLE_collection, rows, record->collections_stored);
    record->collections_stored = rows->count;
    return end(store, error);
}

/* Which log levels store a table's rows. */
static bool is_stored(enum record_table table, enum log_level log)
{
    switch (table) {
    case TABLE_request:
        return false;
    case TABLE_collection:
        return log >= LOG_collections;
    case TABLE_sample:
        return log >= LOG_samples;
    default:
        return true;
    }
}

int store_run(struct store *store, int64_t run, enum log_level log, const struct record *record,
              const double *values, struct error *error)
{
    begin(store);
    for (int i = 0; i < RECORD_TABLE_COUNT; i++)
        if (is_stored((enum record_table)i, log))
            put_rows(store, run, (enum record_table)i, &record->tables[i],
                     i == TABLE_collection ? record->collections_stored : 0);
    for (size_t i = 0; metrics[i].name; i++)
        if (!isnan(values[i]))
            put(store, SUMMARY, "isd", run, metrics[i].name, values[i]);
    return end(store, error);
}

int store_failure(struct store *store, int64_t run, const char *why, struct error *error)
{
    begin(store);
    put(store, FORGET_COLLECTIONS, "i", run);
    put(store, SET_STATUS, "iss", run, run_status_names[RUN_failed], why);
    return end(store, error);
}
