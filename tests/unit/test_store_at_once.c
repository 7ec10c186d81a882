/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several that plan and store at once, in one results file. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/lock.h"
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
    record_end(record, &result, (struct warmup){0}, HORIZON_NS);
    if (meter_read(meter, record, values, &writer->error) != 0)
        return -1;
    return store_run(writer->store, run, LOG_collections, record, values, &writer->error);
}

static int plan_runs(struct writer *writer, int64_t runs[RUNS_EACH])
{
    const struct experiment_facts facts = {
        .last_seed = INT64_MAX, .command = "sweep", .name = writer->name};
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
    struct meter *meter = meter_new();
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

/* ---- the lock of sweeps ----------------------------------------------------------------- */

/* Tries to lock the file; the lock ends at once unless `file` is given. */
static void check_lock(const char *what, const char *path, int expected, int *file)
{
    struct error error = {""};
    int lock = -1;
    check_signed(what, lock_file(path, false, &lock, &error), expected);
    check_text(what, error.text, "");
    if (file)
        *file = lock;
    else if (lock >= 0)
        close(lock);
}

static struct store *open_locked(const char *path, bool alone)
{
    struct error error = {""};
    int lock;
    check_lock("it is free", path, 1, &lock);
    struct store *store = store_open_locked(path, lock, alone, &error);
    check_text(path, error.text, "");
    return store;
}

/* Held until the store is closed, whatever else opens and closes the file meanwhile. */
TEST(one_sweep_at_a_time)
{
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    struct store *sweep = open_locked(file.path, false), *other = store_open(file.path, &error);
    check_lock("a sweep has it", file.path, 0, NULL);
    store_close(other);
    check_lock("it still has it", file.path, 0, NULL);
    int64_t run = results_file_begin(&file); /* both can write */
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
    check_signed(
        "write",
        sqlite3_exec(store_database(sweep), "UPDATE run SET error = 'x'", NULL, NULL, NULL),
        SQLITE_OK);
    store_close(sweep);
    check_lock("it is free again", file.path, 1, NULL);
    results_file_fini(&file);
}

/* Whoever waited for a file that was removed meanwhile locks the one that is there now. */
static void *wait_for_lock(void *path)
{
    struct error error;
    int lock;
    if (lock_file(path, true, &lock, &error) != 1)
        return NULL;
    struct stat *locked = calloc(1, sizeof *locked);
    fstat(lock, locked);
    close(lock);
    return locked;
}

TEST(a_file_removed_while_its_lock_is_waited_for)
{
    char path[TEST_PATH];
    int lock, in_place;
    pthread_t waiter;
    struct stat there, *locked = NULL;
    results_file_name(path);
    check_lock("a new file", path, 1, &lock);
    check_signed("thread", pthread_create(&waiter, NULL, wait_for_lock, path), 0);
    usleep(50000); /* time to begin waiting; too little of it makes the test easier, not wrong */
    unlink(path);
    check_lock("the file in its place", path, 1, &in_place);
    close(lock);
    close(in_place);
    pthread_join(waiter, (void **)&locked);
    check_that("locked at last", locked != NULL);
    check_signed("stat", stat(path, &there), 0);
    check_count("inode", locked->st_ino, there.st_ino);
    free(locked);
    unlink(path);
}

/* Without the memory that processes share, and so with nobody else. */
TEST(alone_in_a_file)
{
    struct results_file file;
    char shared[TEST_PATH + 16];
    sqlite3 *other;
    results_file_init(&file, "default");
    store_close(file.store);
    snprintf(shared, sizeof shared, "%s-shm", file.path);
    file.store = open_locked(file.path, true);
    int64_t run = results_file_begin(&file);
    check_signed("shared memory", access(shared, F_OK), -1);
    check_signed("open", sqlite3_open(file.path, &other), SQLITE_OK);
    check_signed("read", sqlite3_exec(other, "SELECT * FROM run", NULL, NULL, NULL), SQLITE_BUSY);
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
    results_file_reopen(&file);
    check_signed("read", sqlite3_exec(other, "SELECT * FROM run", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    results_file_check(file.store, "SELECT status FROM run WHERE id = ?", run, "finished");
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_stores_on_one_file),
        cmocka_unit_test(several_threads_with_one_store),
        cmocka_unit_test(one_sweep_at_a_time),
        cmocka_unit_test(a_file_removed_while_its_lock_is_waited_for),
        cmocka_unit_test(alone_in_a_file),
    };
    return cmocka_run_group_tests_name("store_at_once", tests, NULL, NULL);
}
