/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "results/store/metrics.h"
#include "results/store/query.h"
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

/* ---- seals ---------------------------------------------------------------------------- */

/* A row that is there, with its digest; false: after a failure. */
static bool read_row(struct store *store, struct table_reader *reader, int64_t id)
{
    if (store->broken)
        return false;
    int there = table_reader_one(reader, id, &store->failure);
    if (there == 0)
        store_damaged(store, &store->failure, "%s %lld is not there any more",
                      sealed_tables[reader->table].name, (long long)id);
    store->broken = there <= 0;
    return !store->broken;
}

/* While a run's row is changed: what is left of its seal without the row. */
struct unsealed {
    bool sealed; /* a run that is not stays so */
    uint64_t rest;
};

static struct unsealed unseal(struct store *store, int64_t run)
{
    const struct table_reader *row = &store->run_row;
    if (!read_row(store, &store->run_row, run) || !row->has_seal[SEAL_FACTS])
        return (struct unsealed){.sealed = false};
    return (struct unsealed){true, row->seals[SEAL_FACTS] - row->digest};
}

/* All that is stored of the run are its row and the `rest`. */
static void seal_planned(struct store *store, int64_t run, struct unsealed unsealed)
{
    if (unsealed.sealed && read_row(store, &store->run_row, run))
        put(store, SEAL_PLANNED, "iu", run, unsealed.rest + store->run_row.digest);
}

static void set_status(struct store *store, int64_t run, enum run_status status, const char *why)
{
    struct unsealed unsealed = unseal(store, run);
    put(store, SET_STATUS, "iss", run, run_status_names[status], why);
    seal_planned(store, run, unsealed);
}

static void seal_experiment(struct store *store, int64_t experiment)
{
    if (read_row(store, &store->experiment_row, experiment))
        put(store, SEAL_EXPERIMENT, "iu", experiment, store->experiment_row.digest);
}

int store_seal_experiment(struct store *store, int64_t experiment, struct error *error)
{
    seal_experiment(store, experiment);
    int status = store->broken ? -1 : 0;
    if (store->broken)
        *error = store->failure;
    store->broken = false;
    return status;
}

/* ---- transactions --------------------------------------------------------------------- */

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
    int64_t id = query_integer(row, 0);
    unsigned shard = (unsigned)query_integer(row, 2);
    unsigned shards = (unsigned)query_integer(row, 3);
    bool same_plan = query_integer(row, 4);
    const char *version = query_string(row, 1);
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
    unsigned shard = (unsigned)query_integer(row, 0);
    unsigned shards = (unsigned)query_integer(row, 1);
    if (shards)
        refuse(store,
               "it is share %u of %u of experiment '%s', and takes nothing else; give another --db",
               shard, shards, query_string(row, 2));
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
        put(store, RENEW_EXPERIMENT, "issssu", *experiment, facts->document, facts->baseline,
            facts->objective, facts->limits, facts->planned);
    else
        put(store, NEW_EXPERIMENT, "sssssssuuu", facts->command, facts->name, PYGCSIM_VERSION,
            facts->document, facts->baseline, facts->objective, facts->limits, facts->planned,
            (uint64_t)facts->shard, (uint64_t)facts->shards);
    if (store->broken)
        return end(store, error);
    if (!*experiment)
        *experiment = sqlite3_last_insert_rowid(store->database);
    seal_experiment(store, *experiment);
    return store->broken ? end(store, error) : 0;
}

static uint64_t parameter_digest(int64_t run, const char *owner, const char *name, double value,
                                 const char *text)
{
    struct seal_row row;
    seal_row_begin(&row);
    seal_integer(&row, run);
    seal_text(&row, owner, strlen(owner));
    seal_text(&row, name, strlen(name));
    if (isnan(value))
        seal_null(&row);
    else
        seal_real(&row, value);
    seal_text(&row, text, strlen(text));
    return seal_row_end(&row, SEALED_parameter);
}

/* Returns the digest of the row. */
static uint64_t put_parameter(struct store *store, int64_t run, const char *owner, const char *name,
                              const struct param *param, const void *state)
{
    char buffer[UNITS_TEXT];
    const char *text = param_text(param, state, buffer);
    double value = param_is_quantity(param) ? param_number(param, state) : NAN; /* a word */
    put(store, PARAMETER, "issds", run, owner, name, value, text);
    return parameter_digest(run, owner, name, value, text);
}

/* Returns the sum of the rows' digests. */
static uint64_t put_parameters(struct store *store, int64_t run, const char *owner,
                               const struct setting *setting)
{
    uint64_t sum = 0;
    for (const struct setting *part = setting; part; part = part->next) {
        const struct param *param;
        for (size_t i = 0; (param = setting_param(part, i)); i++) {
            char buffer[SETTING_NAME_TEXT];
            const char *name = setting_name(setting, part, param, buffer);
            sum += put_parameter(store, run, owner, name, param, setting_state(part, param));
        }
    }
    return sum;
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

static void plan_anew(struct store *store, int64_t run)
{
    put(store, FORGET_COLLECTIONS, "i", run);
    set_status(store, run, RUN_planned, NULL);
}

int store_plan_run(struct store *store, int64_t experiment, const struct run_plan *plan,
                   uint64_t number, bool retry_failed, int64_t *run, bool *ended,
                   struct error *error)
{
    const struct simulation_setup *setup = &plan->setup;
    char costs[COSTS_ID], warmup[UNITS_TEXT] = "mser5", sampling[UNITS_TEXT] = "auto",
                          horizon[UNITS_TEXT];
    struct costs own;
    const struct costs *set = costs_of_setup(setup, &own);
    costs_id(set, costs);
    if (plan->warmup.ns != WARMUP_MSER5)
        units_write_duration(warmup, (int64_t)plan->warmup.ns);
    if (setup->sample_ns != SAMPLE_AUTO)
        units_write_duration(sampling, (int64_t)setup->sample_ns);
    units_write_duration(horizon, (int64_t)plan->horizon_ns);
    *run = 0;
    *ended = false;
    sqlite3_stmt *row = NULL;
    if (store->continued)
        row = find(store, FIND_RUN, "isussssssss", experiment, setup->policy->text, setup->seed,
                   setup->workload->text, setup->collector->name, setup->engine->name, costs,
                   log_level_names[plan->log], warmup, sampling, horizon);
    if (row) {
        const char *status = query_string(row, 1);
        bool unfinished = strcmp(status, run_status_names[RUN_unfinished]) == 0;
        bool again = retry_failed && strcmp(status, run_status_names[RUN_failed]) == 0;
        *run = query_integer(row, 0);
        *ended = !unfinished && !again && strcmp(status, run_status_names[RUN_planned]) != 0;
        sqlite3_reset(row);
        if (unfinished || again)
            plan_anew(store, *run);
    } else {
        put(store, NEW_RUN, "isusssssssssi", experiment, setup->policy->text, setup->seed,
            setup->workload->text, setup->collector->name, setup->engine->name, costs,
            log_level_names[plan->log], warmup, sampling, horizon, set->interpreter,
            new_run_id(store, number));
        *run = sqlite3_last_insert_rowid(store->database);
        uint64_t parameters = put_parameters(store, *run, "workload", setup->workload) +
                              put_parameters(store, *run, "policy", setup->policy);
        seal_planned(store, *run, (struct unsealed){true, parameters});
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

/* Returns the sum of the rows' digests. */
static uint64_t put_rows(struct store *store, int64_t run, enum record_table which,
                         const struct rows *rows, size_t from)
{
    sqlite3_stmt *statement = store->rows[which];
    enum sealed_table sealed = sealed_table_named(rows->table->name);
    uint64_t sum = 0;
    for (size_t i = from; i < rows->count && !store->broken; i++) {
        const char *row = (const char *)rows->row + i * rows->table->row_size;
        sqlite3_bind_int64(statement, 1, run);
        rows_bind(statement, 2, rows->table, row);
        step(store, statement);
        sum += rows_digest(rows->table, sealed, run, row);
    }
    return sum;
}

int store_collections(struct store *store, int64_t run, struct record *record, struct error *error)
{
    const struct rows *rows = &record->tables[TABLE_collection];
    begin(store);
    if (record->collections_stored == 0)
        set_status(store, run, RUN_unfinished, NULL);
    record->collections_digest +=
        put_rows(store, run, TABLE_collection, rows, record->collections_stored);
    record->collections_stored = rows->count;
    return end(store, error);
}

/* Which log levels store a table's rows. */
static bool is_stored(enum record_table table, enum log_level log)
{
    switch (table) {
    case TABLE_collection:
        return log >= LOG_collections;
    case TABLE_sample:
        return log >= LOG_samples;
    default:
        return record_table_is_stored((int)table);
    }
}

/* Adds the digests of the rows to those of their seals. */
static void put_what_happened(struct store *store, int64_t run, enum log_level log,
                              const struct record *record, uint64_t sums[RUN_SEAL_COUNT])
{
    for (int i = TABLE_run + 1; i < RECORD_TABLE_COUNT; i++) {
        const struct rows *rows = &record->tables[i];
        if (!is_stored((enum record_table)i, log))
            continue;
        size_t from = i == TABLE_collection ? record->collections_stored : 0;
        sums[sealed_tables[sealed_table_named(rows->table->name)].seal] +=
            put_rows(store, run, (enum record_table)i, rows, from);
    }
}

/* Returns the sum of the rows' digests. */
static uint64_t put_summary(struct store *store, int64_t run, const double *values)
{
    uint64_t sum = 0;
    for (size_t i = 0; metrics[i].name; i++) {
        struct seal_row row;
        if (isnan(values[i])) /* it has no value */
            continue;
        put(store, SUMMARY, "isd", run, metrics[i].name, values[i]);
        seal_row_begin(&row);
        seal_integer(&row, run);
        seal_text(&row, metrics[i].name, strlen(metrics[i].name));
        seal_real(&row, values[i]);
        sum += seal_row_end(&row, SEALED_summary);
    }
    return sum;
}

int store_run(struct store *store, int64_t run, enum log_level log, const struct record *record,
              const double *values, struct error *error)
{
    uint64_t sums[RUN_SEAL_COUNT] = {[SEAL_LOG] = record->collections_digest};
    begin(store);
    struct unsealed unsealed = unseal(store, run);
    put_rows(store, run, TABLE_run, &record->tables[TABLE_run], 0);
    put_what_happened(store, run, log, record, sums);
    unsealed.rest += put_summary(store, run, values);
    if (unsealed.sealed && read_row(store, &store->run_row, run))
        put(store, SEAL_ENDED, "iuuu", run, unsealed.rest + store->run_row.digest,
            sums[SEAL_HISTOGRAMS], sums[SEAL_LOG]);
    return end(store, error);
}

int store_run_again(struct store *store, int64_t run, struct error *error)
{
    begin(store);
    plan_anew(store, run);
    return end(store, error);
}

int store_failure(struct store *store, int64_t run, const char *why, struct error *error)
{
    begin(store);
    put(store, FORGET_COLLECTIONS, "i", run);
    set_status(store, run, RUN_failed, why);
    return end(store, error);
}
