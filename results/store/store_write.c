/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "results/store/metrics.h"
#include "results/store/store_parts.h"
#include "sim/base/lock.h"
#include "sim/model/costs.h"

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

/* Something that is no failure of SQLite's keeps it from being written. */
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

/* What a sweep has locked must not be exchanged under it: nobody would find its results. */
static void begin(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    if (store->lock_file >= 0 && !lock_is_of(store->path, store->lock_file))
        refuse(store, "removed or replaced while it was being written to");
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
        put(store, FORGET_PARAMETERS, "iu", experiment, store->facts.last_seed);
        put(store, FORGET_LEFT, "iu", experiment, store->facts.last_seed);
        put(store, FORGET_RUNS, "iu", experiment, store->facts.last_seed);
        put(store, NOTE_PLAN, "i", experiment);
    }
    return end(store, error);
}

/* ---- runs ----------------------------------------------------------------------------- */

static void put_rows(struct store *store, int64_t run, enum record_table which,
                     const struct rows *rows, size_t from)
{
    sqlite3_stmt *statement = store->rows[which];
    for (size_t i = from; i < rows->count && !store->broken; i++) {
        sqlite3_bind_int64(statement, 1, run);
        rows_bind(statement, 2, rows->table, (const char *)rows->row + i * rows->table->row_size);
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
