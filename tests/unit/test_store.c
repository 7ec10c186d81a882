/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is stored of a run before it begins, and however it ends. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/results_file.h"

#define BATCH 3000 /* collections that go in before a run ends */

/* ---- what was asked for -------------------------------------------------------------------------
 */

TEST(what_was_asked_for)
{
    static const struct {
        const char *sql, *row;
    } rows[] = {
        {"SELECT id, command, name, version, document, baseline, objective, planned, shard, "
         "shards, seal_runs FROM experiment",
         "1|compare|compare|" PYGCSIM_VERSION "|text: yes|off|latency_p99|7|||"},
        {"SELECT id, experiment_id, policy, workload, collector, seed, engine, costs, measured_on, "
         "log,"
         " warmup, sampling, status, error, scatter_ns, calibration, wall_ns, requests, in_plan, "
         "seal_histograms, seal_log"
         " FROM run WHERE id = ?",
         "1|1|freeze:on=step_done,t0=50000|tiny|cpython-3.13|42|graph|tiny#d21a7247 "
         "pause=84ms@890000|"
         "none|samples|1500ms|10ms|planned||||||1||"},
        {"SELECT group_concat(owner || '.' || name || '=' || text) FROM parameter WHERE run_id = ?",
         "policy.collect=yes,policy.every=once,policy.on=step_done,policy.t0=50000,policy.t1=keep,"
         "policy.t2=keep,policy.unfreeze=never"},
        {"SELECT group_concat(coalesce(value, 'none')) FROM parameter WHERE run_id = ?",
         "none,none,none,50000.0,none,none,none"},
        {"SELECT warmup, sampling FROM run WHERE id = ?1 + 1", "mser5|auto"},
        {"SELECT warmup, sampling FROM run WHERE id = ?1 + 2", "0s|0s"},
    };
    static const struct experiment_facts facts = {
        .command = "compare",
        .name = "compare",
        .document = "text: yes",
        .baseline = "off",
        .objective = "latency_p99",
        .planned = 7,
    };
    struct results_file file;
    struct error error = {""};
    int64_t experiment = 0, run, other;
    bool ended;
    results_file_init(&file, "freeze:t0=50_000,on=step_done");
    struct costs costs = tiny_costs;
    costs.pause = (struct measured_pause){84 * NS_PER_MS, 890000};
    file.setup.costs = &costs;
    struct run_plan plan = {.setup = file.setup, .log = LOG_samples, .warmup.ns = 1500 * NS_PER_MS};
    plan.setup.sample_ns = 10 * NS_PER_MS;
    store_begin_plan(file.store, &facts, &experiment, &error);
    store_plan_run(file.store, experiment, &plan, 0, false, &run, &ended, &error);
    plan.setup.sample_ns = SAMPLE_AUTO;
    plan.warmup.ns = WARMUP_MSER5;
    store_plan_run(file.store, experiment, &plan, 1, false, &other, &ended, &error);
    plan.setup.sample_ns = SAMPLE_NEVER;
    plan.warmup.ns = 0;
    store_plan_run(file.store, experiment, &plan, 2, false, &other, &ended, &error);
    store_end_plan(file.store, experiment, &error);
    check_text("error", error.text, "");
    for (size_t i = 0; i < LENGTH(rows); i++)
        results_file_check(file.store, rows[i].sql, run, rows[i].row);
    results_file_fini(&file);
}

/* ---- how a run ends, and how it does not --------------------------------------------------------
 */

TEST(statuses)
{
    static const struct {
        enum run_status status;
        const char *failure;
        const char *row; /* status, error, wall time, collections, has metrics */
    } rows[] = {
        {RUN_finished, NULL, "finished||9|1|1"},
        {RUN_out_of_memory, NULL, "out_of_memory||9|1|1"},
        {RUN_failed, "x.heap:3: oh dear", "failed|x.heap:3: oh dear||0|0"},
        {RUN_failed, "", "failed|||0|0"},
    };
    static const char sql[] = "SELECT status, error, wall_ns,"
                              " (SELECT count(*) FROM collection WHERE run_id = ?1),"
                              " (SELECT count(*) > 0 FROM summary WHERE run_id = ?1)"
                              " FROM run WHERE id = ?1";
    struct results_file file;
    results_file_init(&file, "default");
    for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
        size_t r = i / 2;
        struct error error = {""};
        int64_t run = results_file_begin(&file);
        results_file_check(file.store, sql, run, "planned|||0|0");
        file.observer.collection(file.observer.context, &(struct collection){.pause_ns = 5});
        if (i % 2) { /* it is a long one */
            store_collections(file.store, run, file.record, &error);
            check_text("error", error.text, "");
            results_file_check(file.store, sql, run, "unfinished|||1|0");
        }
        results_file_end(&file, run,
                         &(struct simulation_result){.status = rows[r].status, .wall_ns = 9},
                         rows[r].failure);
        results_file_check(file.store, sql, run, rows[r].row);
    }
    results_file_fini(&file);
}

TEST(files_are_added_to)
{
    static const char *const sums[] = {"1|1|100", "2|2|300", "3|3|600"};
    struct results_file file;
    results_file_init(&file, "default");
    for (uint64_t i = 0; i < LENGTH(sums); i++) {
        int64_t run = results_file_begin(&file);
        check_count("a run of its own", run, i + 1);
        results_file_end(
            &file, run,
            &(struct simulation_result){.status = RUN_finished, .wall_ns = 100 * (i + 1)}, NULL);
        results_file_reopen(&file);
        results_file_check(file.store,
                           "SELECT count(*), (SELECT count(*) FROM experiment), sum(wall_ns)"
                           " FROM run WHERE status = 'finished'",
                           0, sums[i]);
    }
    results_file_fini(&file);
}

TEST(a_file_opened_to_be_read_is_only_read)
{
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    int64_t run = results_file_begin(&file);
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
    struct store *store = store_open_existing(file.path, &error);
    check_text("while another has it open", error.text, "");
    results_file_check(store, "SELECT status FROM run", 0, "finished");
    check_signed("delete", sqlite3_exec(store_database(store), "DELETE FROM run", NULL, NULL, NULL),
                 SQLITE_READONLY);
    store_close(store);
    results_file_check(file.store, "SELECT count(*) FROM run", 0, "1");
    results_file_fini(&file);
}

static void add_collections(struct record *record, uint64_t count)
{
    const struct observer observer = record_observer(record, NULL);
    for (uint64_t i = 0; i < count; i++)
        observer.collection(record, &(struct collection){.sequence = i});
}

/* A process that plans two runs and is killed in the middle of one, once a batch has been stored.
 */
static void be_killed(struct results_file *file)
{
    static const struct experiment_facts facts = {
        .last_seed = INT64_MAX, .command = "test", .name = "killed"};
    const struct run_plan plan = {.setup = file->setup, .log = LOG_collections};
    pid_t child = fork();
    check_that("fork", child >= 0);
    if (child == 0) {
        struct error error;
        int64_t experiment = 0, run, other;
        bool ended;
        struct record *record = record_new();
        struct store *store = store_open(file->path, &error);
        add_collections(record, BATCH);
        if (!store || store_begin_plan(store, &facts, &experiment, &error) != 0 ||
            store_plan_run(store, experiment, &plan, 0, false, &run, &ended, &error) != 0 ||
            store_plan_run(store, experiment, &plan, 1, false, &other, &ended, &error) != 0 ||
            store_end_plan(store, experiment, &error) != 0 ||
            store_collections(store, run, record, &error) != 0)
            _exit(1);
        raise(SIGKILL);
    }
    int status = 0;
    check_that("wait", waitpid(child, &status, 0) == child);
    check_that("it was killed", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(a_killed_run_stays_marked)
{
    static const char sql[] = "SELECT group_concat(status), (SELECT count(*) FROM collection)"
                              " FROM (SELECT status FROM run ORDER BY id)";
    struct results_file file;
    results_file_init(&file, "default");
    be_killed(&file);
    results_file_check(file.store, sql, 0, "unfinished,planned|3000");
    int64_t run = results_file_begin(&file);
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
    results_file_reopen(&file);
    results_file_check(file.store, sql, 0, "unfinished,planned,finished|3000");
    results_file_check(file.store, "SELECT count(*) FROM collection WHERE run_id = ?", run, "0");
    results_file_fini(&file);
}

/* A run under way when the store is closed. */
TEST(an_abandoned_run_stays_marked)
{
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    int64_t run = results_file_begin(&file);
    results_file_reopen(&file);
    results_file_check(file.store, "SELECT status FROM run", 0, "planned");
    add_collections(file.record, 1);
    store_collections(file.store, run, file.record, &error);
    check_text("error", error.text, "");
    results_file_reopen(&file);
    results_file_check(file.store, "SELECT status FROM run", 0, "unfinished");
    results_file_fini(&file);
}

/* ---- no room -----------------------------------------------------------------------------------
 */

static void limit_pages(struct results_file *file, int pages)
{
    char sql[100];
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d", pages);
    sqlite3_exec(store_database(file->store), sql, NULL, NULL, NULL);
}

static void check_full(const struct results_file *file, int status, const struct error *error)
{
    check_signed("it is said", status, -1);
    check_mentions("why", error->text, ": the disk is full");
    check_mentions("where", error->text, file->path);
}

/* A disk with room for 60 pages: nothing of what did not fit is there, and later all is well. */
TEST(a_full_disk)
{
    static const char sql[] = "SELECT (SELECT count(*) FROM collection),"
                              " (SELECT count(*) FROM summary), status FROM run WHERE id = ?";
    static const struct simulation_result result = {.status = RUN_finished};
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    int64_t run = results_file_begin(&file);
    double *values = calloc(metric_count(), sizeof *values);
    add_collections(file.record, 10 * BATCH);
    record_end(file.record, &result, (struct warmup){0}, HORIZON_NS);
    limit_pages(&file, 60);
    int status = store_run(file.store, run, LOG_collections, file.record, values, &error);
    check_full(&file, status, &error);
    results_file_check(file.store, sql, run, "0|0|planned");
    status = store_collections(file.store, run, file.record, &error);
    check_full(&file, status, &error);
    results_file_check(file.store, sql, run, "0|0|planned");

    limit_pages(&file, 100000);
    run = results_file_begin(&file);
    results_file_end(&file, run, &result, NULL);
    results_file_check(file.store, "SELECT status FROM run WHERE id = ?", run, "finished");
    free(values);
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_for),
        cmocka_unit_test(statuses),
        cmocka_unit_test(files_are_added_to),
        cmocka_unit_test(a_file_opened_to_be_read_is_only_read),
        cmocka_unit_test(a_killed_run_stays_marked),
        cmocka_unit_test(an_abandoned_run_stays_marked),
        cmocka_unit_test(a_full_disk),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
