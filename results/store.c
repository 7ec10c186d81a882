/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/embedded.h"
#include "results/histogram.h"
#include "results/metrics.h"
#include "results/statistics.h"
#include "sim/memory.h"

#define APPLICATION_ID 1887004515 /* as in schema.sql */
#define SCHEMA_VERSION 1
#define BATCH          8192 /* rows kept in memory before they are written, in one transaction */
#define BUSY_MS        5000 /* how long another writer is waited for */

/* Prepared once: X(identifier, SQL). */
#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(NEW_EXPERIMENT, "INSERT INTO experiment (name, version) VALUES (?, ?)")                      \
    X(NEW_RUN, "INSERT INTO run (experiment_id, policy, workload, collector, seed, status,"        \
               " engine, costs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")                                  \
    X(PARAMETER, "INSERT INTO parameter VALUES (?, ?, ?, ?, ?)")                                   \
    X(COLLECTION,                                                                                  \
      "INSERT INTO collection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")            \
    X(SAMPLE, "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?)")                                   \
    X(LATENCY, "INSERT INTO latency VALUES (?, ?, ?, ?)")                                          \
    X(SUMMARY, "INSERT INTO summary VALUES (?, ?, ?)")                                             \
    X(RECLAIMED, "INSERT INTO reclaimed VALUES (?, ?, ?, ?)")                                      \
    X(END_RUN, "UPDATE run SET status = ?2, layout = ?3, sample_ns = ?4,"                          \
               " service_ns = nullif(?5, 0), service_mutator_ns = iif(?5 = 0, NULL, ?6),"          \
               " first_arrival_ns = nullif(?7, 0), last_answer_ns = nullif(?8, 0), wall_ns = ?9,"  \
               " mutator_ns = ?10, pause_ns = ?11, idle_ns = ?12, heap_peak_bytes = ?13,"          \
               " operations = ?14, requests = ?15 WHERE id = ?1")                                  \
    X(FAIL_RUN, "UPDATE run SET status = ?2, error = ?3 WHERE id = ?1")

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
    sqlite3_stmt *statements[STATEMENT_COUNT];
    int64_t run; /* under way, 0: none */
    /* Of that run, not yet written: the file is locked only while a batch goes in. */
    struct collection *collections;
    struct sample *samples;
    size_t collection_count, sample_count;
    struct histogram *latency;
    bool broken; /* a write failed: *failure says why */
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

static struct store *open_file(const char *path, int flags, struct error *error)
{
    struct store *store = memory_zeroed(1, sizeof *store);
    struct stat file;
    bool empty;
    store->path = memory_text(path);
    store->writable = flags & SQLITE_OPEN_READWRITE;
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
    if (check_file(store, &empty, error) != 0)
        goto failed;
    if (empty && !(flags & SQLITE_OPEN_CREATE)) {
        error_set(error, "%s: not a pygcsim results file: it is empty", path);
        goto failed;
    }
    return store;
failed:
    store_close(store);
    return NULL;
}

struct store *store_open_existing(const char *path, struct error *error)
{
    return open_file(path, SQLITE_OPEN_READONLY, error);
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

struct store *store_open(const char *path, struct error *error)
{
    static const char *const sql[STATEMENT_COUNT] = {
#define X(name, text) text,
        STATEMENTS(X)
#undef X
    };
    struct store *store = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    if (!store)
        return NULL;
    if (enter_wal(store, error) != 0 || make_tables(store, error) != 0)
        goto failed;
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (sqlite3_prepare_v3(store->database, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK) {
            store_error(store, error);
            goto failed;
        }
    }
    store->collections = memory_zeroed(BATCH, sizeof *store->collections);
    store->samples = memory_zeroed(BATCH, sizeof *store->samples);
    store->latency = memory_zeroed(1, sizeof *store->latency);
    return store;
failed:
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    /* At rest it is one file, which can be read in a folder that cannot be written to. If somebody
     * else has it open it stays as it is. */
    if (store->writable)
        sqlite3_exec(store->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(store->database);
    free(store->collections);
    free(store->samples);
    free(store->latency);
    free(store->path);
    free(store);
}

/* ---- writing -------------------------------------------------------------------------- */

/* Executes a statement with values bound in order: i int64, u uint64, d double (NaN: NULL), s text
 * (NULL: NULL). After the first failure everything is a failure, with the first one's reason. */
static int put(struct store *store, enum statement which, const char *types, ...)
{
    sqlite3_stmt *statement = store->statements[which];
    if (store->broken)
        return -1;
    va_list values;
    va_start(values, types);
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
    va_end(values);
    if (sqlite3_step(statement) != SQLITE_DONE) {
        store->broken = true;
        store_error(store, &store->failure);
    }
    sqlite3_reset(statement);
    return store->broken ? -1 : 0;
}

/* After a failure: leaves no transaction open and hands the reason on. Returns -1. */
static int give_up(struct store *store, struct error *error)
{
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    *error = store->failure;
    store->broken = false;
    return -1;
}

int store_begin_experiment(struct store *store, const char *name, int64_t *id, struct error *error)
{
    if (put(store, NEW_EXPERIMENT, "ss", name, PYGCSIM_VERSION) != 0)
        return give_up(store, error);
    *id = sqlite3_last_insert_rowid(store->database);
    return 0;
}

static void put_parameters(struct store *store, const char *owner, const struct setting *setting)
{
    for (const struct param *param = setting->component->params; param && param->name; param++) {
        char buffer[UNITS_TEXT];
        const char *text = param_text(param, setting->state, buffer);
        put(store, PARAMETER, "issds", store->run, owner, param->name,
            param_number(param, setting->state), text);
    }
}

int store_begin_run(struct store *store, int64_t experiment, const struct simulation_setup *setup,
                    int64_t *id, struct error *error)
{
    put(store, BEGIN, "");
    char costs[64];
    snprintf(costs, sizeof costs, "%s, CPython %s", COSTS_NAME,
             costs_measured_on(costs_for(setup->collector)));
    put(store, NEW_RUN, "isssusss", experiment, setup->policy->text, setup->workload->text,
        setup->collector->name, setup->seed, run_status_names[RUN_unfinished], setup->engine->name,
        costs);
    store->run = *id = sqlite3_last_insert_rowid(store->database);
    put_parameters(store, "workload", setup->workload);
    put_parameters(store, "policy", setup->policy);
    put(store, COMMIT, "");
    store->collection_count = store->sample_count = 0;
    memset(store->latency, 0, sizeof *store->latency);
    return store->broken ? give_up(store, error) : 0;
}

static void put_collection(struct store *store, const struct collection *c)
{
    put(store, COLLECTION, "iuuuisuuuuuuuuuu", store->run, c->sequence, c->wall_ns, c->mutator_ns,
        (int64_t)c->generation, collection_cause_names[c->cause], c->before[0], c->before[1],
        c->before[2], c->permanent, c->examined, c->refs, c->unreachable, c->pause_ns,
        c->heap_bytes_before, c->heap_bytes_after);
}

static void put_sample(struct store *store, const struct sample *s)
{
    put(store, SAMPLE, "iuuuuuu", store->run, s->wall_ns, s->live_bytes, s->garbage_bytes,
        s->tracked[0], s->tracked[1], s->tracked[2]);
}

/* What is kept in memory goes into the transaction under way. */
static void put_kept_rows(struct store *store)
{
    for (size_t i = 0; i < store->collection_count; i++)
        put_collection(store, &store->collections[i]);
    for (size_t i = 0; i < store->sample_count; i++)
        put_sample(store, &store->samples[i]);
    store->collection_count = store->sample_count = 0;
}

static int flush(struct store *store)
{
    put(store, BEGIN, "");
    put_kept_rows(store);
    return put(store, COMMIT, "");
}

static int on_collection(void *context, const struct collection *collection)
{
    struct store *store = context;
    store->collections[store->collection_count++] = *collection;
    return store->collection_count == BATCH ? flush(store) : 0;
}

static int on_sample(void *context, const struct sample *sample)
{
    struct store *store = context;
    store->samples[store->sample_count++] = *sample;
    return store->sample_count == BATCH ? flush(store) : 0;
}

static int on_request(void *context, const struct request *request)
{
    struct store *store = context;
    histogram_add(store->latency, request->latency_ns);
    return 0;
}

struct observer store_observer(struct store *store, const struct observer *next)
{
    return (struct observer){
        .next = next,
        .context = store,
        .collection = on_collection,
        .sample = on_sample,
        .request = on_request,
    };
}

static void put_latencies(struct store *store)
{
    for (int64_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        const struct bucket *bucket = &store->latency->bucket[i];
        if (bucket->count)
            put(store, LATENCY, "iiuu", store->run, i, bucket->count, bucket->longest_ns);
    }
}

/* One query for the metrics from `first` on that share a source; returns the one after them. */
static const struct metric *put_metrics(struct store *store, const struct metric *first)
{
    const struct metric *end = first;
    sqlite3_stmt *query = NULL;
    sqlite3_str *sql = sqlite3_str_new(store->database);
    for (; end->name && end->source == first->source; end++)
        sqlite3_str_appendf(sql, "%s %s", end == first ? "SELECT" : ",", end->expression);
    sqlite3_str_appendf(sql, " FROM %s", first->source);
    char *text = sqlite3_str_finish(sql);
    if (!text)
        out_of_memory();
    if (sqlite3_prepare_v2(store->database, text, -1, &query, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(query, 1, store->run) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW) {
        for (const struct metric *metric = first; metric < end; metric++) {
            int column = (int)(metric - first);
            if (sqlite3_column_type(query, column) != SQLITE_NULL)
                put(store, SUMMARY, "isd", store->run, metric->name,
                    sqlite3_column_double(query, column));
        }
    } else {
        store->broken = true;
        store_error(store, &store->failure);
    }
    sqlite3_finalize(query);
    sqlite3_free(text);
    return end;
}

static void put_summary(struct store *store)
{
    for (const struct metric *metric = metrics; metric->name && !store->broken;)
        metric = put_metrics(store, metric);
}

static void put_result(struct store *store, const struct simulation_result *result)
{
    for (int64_t g = 0; g <= PERMANENT; g++)
        put(store, RECLAIMED, "iiuu", store->run, g, result->totals.freed_by_count[g],
            result->totals.freed_by_collector[g]);
    put(store, END_RUN, "issuuuuuuuuuuuu", store->run, run_status_names[result->status],
        layout_names[result->layout], result->sample_ns, result->service_ns,
        result->service_mutator_ns, result->first_arrival_ns, result->last_answer_ns,
        result->wall_ns, result->mutator_ns, result->pause_ns, result->idle_ns,
        result->totals.heap_peak_bytes, result->operations, result->requests);
}

int store_end_run(struct store *store, const struct simulation_result *result, const char *failure,
                  struct error *error)
{
    put(store, BEGIN, "");
    put_kept_rows(store);
    if (result->status == RUN_failed) {
        put(store, FAIL_RUN, "iss", store->run, run_status_names[RUN_failed], failure);
    } else {
        put_latencies(store);
        put_result(store, result);
        put_summary(store);
    }
    put(store, COMMIT, "");
    store->run = 0;
    return store->broken ? give_up(store, error) : 0;
}
