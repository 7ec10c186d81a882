/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several that plan and store at once, in one results file. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/results_file.h"

enum { WRITERS = 4, RUNS_EACH = 50 };

/* Plans runs and stores them, in a store of its own or one that others use too. */
struct writer {
    struct store *store;
    bool own;
    const struct simulation_setup *setup;
    char path[TEST_PATH], name[8];
    struct error error;
    pthread_t thread;
};

static int store_one(struct writer *writer, struct record *record, struct meter *meter,
                     double *values, int64_t run)
{
    const struct simulation_result result = {.status = RUN_finished};
    record_begin(record);
    const struct observer observer = record_observer(record, NULL);
    for (uint64_t i = 0; i < 20; i++)
        observer.collection(observer.context,
                            &(struct collection){.sequence = i, .wall_ns = 100 * i, .pause_ns = 9});
    if (run % 2 && store_collections(writer->store, run, record, &writer->error) != 0)
        return -1;
    record_end(record, &result, (struct warmup){0});
    if (meter_read(meter, values, &writer->error) != 0)
        return -1;
    return store_run(writer->store, run, LOG_collections, record, values, &writer->error);
}

static int plan_runs(struct writer *writer, int64_t runs[RUNS_EACH])
{
    const struct experiment_facts facts = {.command = "sweep", .name = writer->name};
    struct run_plan planned = {.setup = *writer->setup, .log = LOG_collections};
    int64_t experiment = 0;
    bool ended;
    int status = store_begin_plan(writer->store, &facts, &experiment, &writer->error);
    for (uint64_t i = 0; i < RUNS_EACH && status == 0; i++) {
        planned.setup.seed = i;
        status = store_plan_run(writer->store, experiment, &planned, i, false, &runs[i], &ended,
                                &writer->error);
    }
    return status == 0 ? store_end_plan(writer->store, experiment, &writer->error) : status;
}

static void *write_runs(void *context)
{
    struct writer *writer = context;
    int64_t runs[RUNS_EACH];
    struct record *record = record_new();
    struct meter *meter = meter_new(record);
    double *values = calloc(metric_count(), sizeof *values);
    if (writer->own)
        writer->store = store_open(writer->path, &writer->error);
    int status = writer->store ? plan_runs(writer, runs) : -1;
    for (int i = 0; i < RUNS_EACH && status == 0; i++)
        status = store_one(writer, record, meter, values, runs[i]);
    if (writer->own)
        store_close(writer->store);
    free(values);
    meter_free(meter);
    record_free(record);
    return NULL;
}

static void write_at_once(bool own)
{
    struct results_file file;
    struct writer writers[WRITERS];
    results_file_init(&file, "default");
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.store = file.store, .own = own, .setup = &file.setup};
        strcpy(writers[i].path, file.path);
        snprintf(writers[i].name, sizeof writers[i].name, "%d", i);
        check_signed("thread", pthread_create(&writers[i].thread, NULL, write_runs, &writers[i]),
                     0);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    for (int i = 0; i < WRITERS; i++)
        check_text("error", writers[i].error.text, "");
    results_file_check(file.store,
                       "SELECT count(*), sum(status = 'finished'), count(DISTINCT experiment_id),"
                       " (SELECT count(*) FROM collection),"
                       " (SELECT count(*) FROM summary WHERE metric = 'pause_max' AND value = 9e-9)"
                       " FROM run",
                       0, "200|200|4|4000|200");
    results_file_fini(&file);
}

TEST(several_stores_on_one_file)
{
    write_at_once(true);
}

TEST(several_threads_with_one_store)
{
    write_at_once(false);
}

/* ---- the lock of sweeps
 * --------------------------------------------------------------------------
 */

static void check_lock(const char *what, struct store *store, int expected)
{
    struct error error = {""};
    check_signed(what, store_lock_sweeps(store, false, &error), expected);
    check_text(what, error.text, "");
}

/* Held until the store is closed, whatever else opens and closes the file meanwhile. */
TEST(one_sweep_at_a_time)
{
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    struct store *other = store_open(file.path, &error), *third = store_open(file.path, &error);
    check_lock("it is free", file.store, 1);
    check_lock("it has it already", file.store, 1);
    check_lock("another has it", other, 0);
    store_close(third);
    check_lock("another still has it", other, 0);
    int64_t run = results_file_begin(&file); /* both can write */
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
    check_signed(
        "write",
        sqlite3_exec(store_database(other), "UPDATE run SET error = 'x'", NULL, NULL, NULL),
        SQLITE_OK);
    results_file_reopen(&file);
    check_lock("it is free again", other, 1);
    check_lock("the other has it", file.store, 0);
    store_close(other);
    check_lock("it is free at last", file.store, 1);
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_stores_on_one_file),
        cmocka_unit_test(several_threads_with_one_store),
        cmocka_unit_test(one_sweep_at_a_time),
    };
    return cmocka_run_group_tests_name("store_at_once", tests, NULL, NULL);
}
