/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run's rows, however it ends. */
#include "results/store.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/histogram.h"
#include "tests/unit/results_file.h"

#define BATCH                                                                                      \
    8192 /* rows, as in results/store.c: more than these are written before a run ends             \
          */

/* ---- what was observed --------------------------------------------------------------------------
 */

/* The next row of a query is that text. */
__attribute__((format(printf, 2, 3))) static void check_next(sqlite3_stmt *statement,
                                                             const char *format, ...)
{
    char expected[500];
    struct text row;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    check_that("a row each", results_file_row(statement, &row));
    check_text("row", row.text, expected);
}

static void check_end(sqlite3_stmt *statement)
{
    struct text row;
    check_that("and no more", !results_file_row(statement, &row));
    sqlite3_finalize(statement);
}

#define U "%" PRIu64

static void check_collections(struct store *store, int64_t run, const struct record *record)
{
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT * FROM collection WHERE run_id = ? ORDER BY seq", run);
    for (size_t i = 0; i < record->collection_count; i++) {
        const struct collection *c = &record->collections[i];
        check_next(statement,
                   "%" PRId64 "|" U "|" U "|" U "|%d|%s|" U "|" U "|" U "|" U "|" U "|" U "|" U
                   "|" U "|" U "|" U,
                   run, c->sequence, c->wall_ns, c->mutator_ns, c->generation,
                   collection_cause_names[c->cause], c->before[0], c->before[1], c->before[2],
                   c->permanent, c->examined, c->refs, c->unreachable, c->pause_ns,
                   c->heap_bytes_before, c->heap_bytes_after);
    }
    check_end(statement);
}

static void check_samples(struct store *store, int64_t run, const struct record *record)
{
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT * FROM sample WHERE run_id = ? ORDER BY wall_ns", run);
    for (size_t i = 0; i < record->sample_count; i++) {
        const struct sample *s = &record->samples[i];
        check_next(statement, "%" PRId64 "|" U "|" U "|" U "|" U "|" U "|" U, run, s->wall_ns,
                   s->live_bytes, s->garbage_bytes, s->tracked[0], s->tracked[1], s->tracked[2]);
    }
    check_end(statement);
}

static void check_latencies(struct store *store, int64_t run, const struct record *record)
{
    struct histogram *expected = calloc(1, sizeof *expected);
    for (size_t i = 0; i < record->request_count; i++)
        histogram_add(expected, record->requests[i].latency_ns);
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT * FROM latency WHERE run_id = ? ORDER BY bucket", run);
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        const struct bucket *bucket = &expected->bucket[i];
        if (bucket->count)
            check_next(statement, "%" PRId64 "|%d|" U "|" U, run, i, bucket->count,
                       bucket->longest_ns);
    }
    check_end(statement);
    free(expected);
}

static void check_result(struct store *store, int64_t run, const struct simulation_result *r)
{
    sqlite3_stmt *statement = results_file_query(
        store,
        "SELECT status, layout, sample_ns, service_ns, wall_ns, mutator_ns, pause_ns, idle_ns,"
        " operations, requests FROM run WHERE id = ?",
        run);
    check_next(statement, "%s|%s|" U "|" U "|" U "|" U "|" U "|" U "|" U "|" U,
               run_status_names[r->status], layout_names[r->layout], r->sample_ns, r->service_ns,
               r->wall_ns, r->mutator_ns, r->pause_ns, r->idle_ns, r->operations, r->requests);
    check_end(statement);
    statement = results_file_query(
        store, "SELECT * FROM reclaimed WHERE run_id = ? ORDER BY generation", run);
    for (int g = 0; g <= PERMANENT; g++)
        check_next(statement, "%" PRId64 "|%d|" U "|" U, run, g, r->totals.freed_by_count[g],
                   r->totals.freed_by_collector[g]);
    check_end(statement);
}

#define ROUNDS 10000

/* Requests that leave a cycle each, and collections of every generation; arrivals that pauses delay
 * more and more. */
static char *busy_program(void)
{
    char *program = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&program, &length);
    fputs("work 5;event startup_done;", out);
    for (int i = 0; i < ROUNDS; i++)
        fprintf(out, "begin 0 %d;new 0 1;store 0 0 0;new 0 2;work 400;end 0;collect %d;", 700 * i,
                i % 100 == 0  ? 2
                : i % 10 == 0 ? 1
                              : 0);
    fclose(out);
    return program;
}

TEST(rows_are_what_was_observed)
{
    struct results_file file;
    struct record record = {0};
    struct simulation_result result;
    struct error error = {""};
    char *program = busy_program();
    results_file_init(&file, "timed:every=1ms");
    file.tiny.program = program;
    file.setup.sample_ns = 700;
    int64_t run = results_file_begin(&file);
    const struct observer recorder = record_observer(&record, NULL);
    const struct observer observer = store_observer(file.store, &recorder);
    int status = simulate(&file.setup, &observer, &result, &error);
    check_text("error", error.text, "");
    check_signed("status", status, 0);
    results_file_end(&file, &result, NULL);

    check_that("more than a batch of collections", record.collection_count > BATCH);
    check_that("and of samples", record.sample_count > BATCH);
    check_count("requests", record.request_count, ROUNDS);
    check_collections(file.store, run, &record);
    check_samples(file.store, run, &record);
    check_latencies(file.store, run, &record);
    check_result(file.store, run, &result);
    record_fini(&record);
    results_file_fini(&file);
    free(program);
}

/* ---- what was asked for -------------------------------------------------------------------------
 */

TEST(what_was_asked_for)
{
    static const struct {
        const char *sql, *row;
    } rows[] = {
        {"SELECT name, version FROM experiment", "compare|" PYGCSIM_VERSION},
        {"SELECT * FROM run WHERE id = ?",
         "1|1|freeze:on=step_done,t0=50000|tiny|cpython-3.13|42|unfinished||graph|" COSTS_NAME
         ", CPython 3.13|||||||||||||"},
        {"SELECT group_concat(owner || '.' || name || '=' || text) FROM parameter WHERE run_id = ?",
         "policy.collect=yes,policy.on=step_done,policy.t0=50000,policy.t1=keep,policy.t2=keep"},
        {"SELECT group_concat(coalesce(value, 'none')) FROM parameter WHERE run_id = ?",
         "1.0,none,50000.0,-1.0,-1.0"},
    };
    struct results_file file;
    struct error error = {""};
    int64_t experiment, run;
    results_file_init(&file, "freeze:t0=50_000,on=step_done");
    store_begin_experiment(file.store, "compare", &experiment, &error);
    store_begin_run(file.store, experiment, &file.setup, &run, &error);
    check_text("error", error.text, "");
    for (size_t i = 0; i < LENGTH(rows); i++)
        results_file_check(file.store, rows[i].sql, run, rows[i].row);
    results_file_end(&file, &(struct simulation_result){.status = RUN_finished}, NULL);
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
        {RUN_failed, "x.heap:3: oh dear", "failed|x.heap:3: oh dear||1|0"},
        {RUN_failed, "", "failed|||1|0"},
    };
    struct results_file file;
    results_file_init(&file, "default");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        int64_t run = results_file_begin(&file);
        file.observer.collection(file.observer.context, &(struct collection){.pause_ns = 5});
        results_file_end(&file, &(struct simulation_result){.status = rows[i].status, .wall_ns = 9},
                         rows[i].failure);
        results_file_check(file.store,
                           "SELECT status, error, wall_ns,"
                           " (SELECT count(*) FROM collection WHERE run_id = ?1),"
                           " (SELECT count(*) > 0 FROM summary WHERE run_id = ?1)"
                           " FROM run WHERE id = ?1",
                           run, rows[i].row);
    }
    results_file_fini(&file);
}

TEST(files_are_added_to)
{
    static const char *const sums[] = {"1|1|100", "2|2|300", "3|3|600"};
    struct results_file file;
    results_file_init(&file, "default");
    for (uint64_t i = 0; i < LENGTH(sums); i++) {
        check_count("a run of its own", results_file_begin(&file), i + 1);
        results_file_end(
            &file, &(struct simulation_result){.status = RUN_finished, .wall_ns = 100 * (i + 1)},
            NULL);
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
    results_file_begin(&file);
    results_file_end(&file, &(struct simulation_result){.status = RUN_finished}, NULL);
    struct store *store = store_open_existing(file.path, &error);
    check_text("while another has it open", error.text, "");
    results_file_check(store, "SELECT status FROM run", 0, "finished");
    check_signed("delete", sqlite3_exec(store_database(store), "DELETE FROM run", NULL, NULL, NULL),
                 SQLITE_READONLY);
    store_close(store);
    results_file_check(file.store, "SELECT count(*) FROM run", 0, "1");
    results_file_fini(&file);
}

/* A process that is killed in the middle of a run, once a batch has been written. */
static void be_killed(struct results_file *file)
{
    pid_t child = fork();
    check_that("fork", child >= 0);
    if (child == 0) {
        struct error error;
        int64_t experiment, run;
        struct store *store = store_open(file->path, &error);
        if (!store || store_begin_experiment(store, "killed", &experiment, &error) != 0 ||
            store_begin_run(store, experiment, &file->setup, &run, &error) != 0)
            _exit(1);
        struct observer observer = store_observer(store, NULL);
        for (uint64_t i = 0; i < BATCH + 100; i++)
            observer.collection(observer.context, &(struct collection){.sequence = i});
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
    results_file_check(file.store, sql, 0, "unfinished|8192");
    int64_t run = results_file_begin(&file);
    results_file_end(&file, &(struct simulation_result){.status = RUN_finished}, NULL);
    results_file_reopen(&file);
    results_file_check(file.store, sql, 0, "unfinished,finished|8192");
    results_file_check(file.store, "SELECT count(*) FROM collection WHERE run_id = ?", run, "0");
    results_file_fini(&file);
}

/* A run under way when the store is closed. */
TEST(an_abandoned_run_stays_marked)
{
    struct results_file file;
    results_file_init(&file, "default");
    results_file_begin(&file);
    results_file_reopen(&file);
    results_file_check(file.store, "SELECT status FROM run", 0, "unfinished");
    results_file_fini(&file);
}

/* A disk with room for 60 pages. */
TEST(a_full_disk)
{
    struct results_file file;
    struct error error = {""};
    results_file_init(&file, "default");
    int64_t run = results_file_begin(&file);
    const struct observer *observer = &file.observer;
    sqlite3_exec(store_database(file.store), "PRAGMA max_page_count = 60", NULL, NULL, NULL);
    int status = 0;
    uint64_t told = 0;
    for (; status == 0 && told < 10 * BATCH; told++)
        status = observer->collection(observer->context, &(struct collection){.sequence = told});
    check_signed("the observer gives up", status, -1);
    check_count("with its first batch", told, BATCH);
    observer->collection(observer->context, &(struct collection){.sequence = told}); /* harmless */
    status =
        store_end_run(file.store, &(struct simulation_result){.status = RUN_failed}, "", &error);
    check_signed("end", status, -1);
    check_mentions("why", error.text, ": the disk is full");
    check_mentions("where", error.text, file.path);
    results_file_check(file.store, "SELECT count(*) FROM collection", run, "0");
    results_file_check(file.store, "SELECT status FROM run WHERE id = ?", run, "unfinished");

    sqlite3_exec(store_database(file.store), "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
    run = results_file_begin(&file);
    results_file_end(&file, &(struct simulation_result){.status = RUN_finished}, NULL);
    results_file_check(file.store, "SELECT status FROM run WHERE id = ?", run, "finished");
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_was_observed),
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
