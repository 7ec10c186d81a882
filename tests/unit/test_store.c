/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policies/registry.h"
#include "results/histogram.h"
#include "results/metrics.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"
#include "tests/unit/tiny.h"

#define BATCH 8192 /* rows, as in results/store.c: more than these are written before a run ends */

/* ---- a file, and a setup ------------------------------------------------------------------------ */

/* A name for a results file that does not exist yet. */
static void new_path(char path[TEST_PATH])
{
    test_file(path, "", 0);
    unlink(path);
}

static void remove_results(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < LENGTH(endings); i++) {
        char name[TEST_PATH + 16];
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

static struct store *open_store(const char *path)
{
    struct error error = {""};
    struct store *store = store_open(path, &error);
    check_text(path, error.text, "");
    check_that(path, store != NULL);
    return store;
}

/* A setup of a program without operations, under a policy; finish with setting_fini(&policy). */
struct made_up {
    struct tiny tiny;
    struct setting workload, policy;
    struct simulation_setup setup;
};

static void make_up(struct made_up *made_up, const char *policy)
{
    struct error error = {""};
    *made_up = (struct made_up){0};
    made_up->workload = tiny_setting(&made_up->tiny);
    setting_parse(&made_up->policy, policy, policies, "policy", &error);
    check_text(policy, error.text, "");
    made_up->setup = (struct simulation_setup){
        .engine = &graph_engine,
        .collector = collector_version("cpython-3.13"),
        .workload = &made_up->workload,
        .policy = &made_up->policy,
        .seed = 42,
    };
}

/* Begins an experiment with one run. */
static int64_t begin(struct store *store, const struct simulation_setup *setup)
{
    struct error error = {""};
    int64_t experiment, run;
    store_begin_experiment(store, "test", &experiment, &error);
    check_text("experiment", error.text, "");
    store_begin_run(store, experiment, setup, &run, &error);
    check_text("run", error.text, "");
    return run;
}

static void end(struct store *store, const struct simulation_result *result, const char *failure)
{
    struct error error = {""};
    store_end_run(store, result, failure, &error);
    check_text("end", error.text, "");
}

/* ---- queries ------------------------------------------------------------------------------------ */

/* :run in the SQL is the run. */
static sqlite3_stmt *prepare(struct store *store, const char *sql, int64_t run)
{
    sqlite3_stmt *statement;
    check_signed(sql, sqlite3_prepare_v2(store_database(store), sql, -1, &statement, NULL), SQLITE_OK);
    int place = sqlite3_bind_parameter_index(statement, ":run");
    if (place)
        sqlite3_bind_int64(statement, place, run);
    return statement;
}

static uint64_t query_count(struct store *store, const char *sql, int64_t run)
{
    sqlite3_stmt *statement = prepare(store, sql, run);
    check_signed(sql, sqlite3_step(statement), SQLITE_ROW);
    uint64_t value = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

/* One row against texts, NULL for NULL. */
static void check_row(struct store *store, const char *sql, int64_t run, const char *const *expected, int columns)
{
    sqlite3_stmt *statement = prepare(store, sql, run);
    check_signed(sql, sqlite3_step(statement), SQLITE_ROW);
    check_signed(sql, sqlite3_column_count(statement), columns);
    for (int i = 0; i < columns; i++)
        check_text(sqlite3_column_name(statement, i), (const char *)sqlite3_column_text(statement, i), expected[i]);
    check_signed(sql, sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

/* The next row against whole numbers, from a column on. */
static void check_numbers(sqlite3_stmt *statement, int first, const uint64_t *expected, int count)
{
    for (int i = 0; i < count; i++)
        check_count(sqlite3_column_name(statement, first + i), sqlite3_column_int64(statement, first + i), expected[i]);
}

/* ---- a run's rows ------------------------------------------------------------------------------- */

static void check_collections(struct store *store, int64_t run, const struct record *record)
{
    sqlite3_stmt *statement = prepare(store, "SELECT * FROM collection WHERE run_id = :run ORDER BY seq", run);
    for (size_t i = 0; i < record->collection_count; i++) {
        const struct collection *c = &record->collections[i];
        check_signed("a row each", sqlite3_step(statement), SQLITE_ROW);
        check_signed("columns", sqlite3_column_count(statement), 16);
        check_numbers(statement, 1, (const uint64_t[]){c->sequence, c->wall_ns, c->mutator_ns, (uint64_t)c->generation}, 4);
        check_text("cause", (const char *)sqlite3_column_text(statement, 5), collection_cause_names[c->cause]);
        check_numbers(statement, 6, (const uint64_t[]){c->before[0], c->before[1], c->before[2], c->permanent, c->examined, c->refs, c->unreachable, c->pause_ns, c->heap_bytes_before, c->heap_bytes_after}, 10);
    }
    check_signed("no more", sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

static void check_samples(struct store *store, int64_t run, const struct record *record)
{
    sqlite3_stmt *statement = prepare(store, "SELECT * FROM sample WHERE run_id = :run ORDER BY wall_ns", run);
    for (size_t i = 0; i < record->sample_count; i++) {
        const struct sample *s = &record->samples[i];
        check_signed("a row each", sqlite3_step(statement), SQLITE_ROW);
        check_signed("columns", sqlite3_column_count(statement), 7);
        check_numbers(statement, 1, (const uint64_t[]){s->wall_ns, s->live_bytes, s->garbage_bytes, s->tracked[0], s->tracked[1], s->tracked[2]}, 6);
    }
    check_signed("no more", sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

static void check_latencies(struct store *store, int64_t run, const struct record *record)
{
    struct histogram *expected = calloc(1, sizeof *expected);
    for (size_t i = 0; i < record->request_count; i++)
        histogram_add(expected, record->requests[i].latency_ns);
    sqlite3_stmt *statement = prepare(store, "SELECT * FROM latency WHERE run_id = :run ORDER BY bucket", run);
    for (uint64_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (!expected->bucket[i].count)
            continue;
        check_signed("a row each", sqlite3_step(statement), SQLITE_ROW);
        check_numbers(statement, 1, (const uint64_t[]){i, expected->bucket[i].count, expected->bucket[i].longest_ns}, 3);
    }
    check_signed("no more", sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    free(expected);
}

static void check_result(struct store *store, int64_t run, const struct simulation_result *result)
{
    sqlite3_stmt *statement = prepare(store, "SELECT status, layout, service_ns, wall_ns, mutator_ns, pause_ns, idle_ns, operations, requests, sample_ns FROM run WHERE id = :run", run);
    check_signed("the run", sqlite3_step(statement), SQLITE_ROW);
    check_text("status", (const char *)sqlite3_column_text(statement, 0), run_status_names[result->status]);
    check_text("layout", (const char *)sqlite3_column_text(statement, 1), layout_names[result->layout]);
    check_numbers(statement, 2, (const uint64_t[]){result->service_ns, result->wall_ns, result->mutator_ns, result->pause_ns, result->idle_ns, result->operations, result->requests, result->sample_ns}, 8);
    sqlite3_finalize(statement);
    statement = prepare(store, "SELECT * FROM reclaimed WHERE run_id = :run ORDER BY generation", run);
    for (uint64_t g = 0; g <= PERMANENT; g++) {
        check_signed("a row each", sqlite3_step(statement), SQLITE_ROW);
        check_numbers(statement, 1, (const uint64_t[]){g, result->totals.freed_by_count[g], result->totals.freed_by_collector[g]}, 3);
    }
    check_signed("no more", sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

#define ROUNDS 10000

/* Requests that leave a cycle each, and collections of every generation: more rows than one batch. */
static struct op *busy_program(size_t *count)
{
    static const struct op round[] = {
        TINY_BEGIN(0, 0), TINY_NEW(0, 1), TINY_STORE(0, 0, 0), TINY_NEW(0, 2), TINY_WORK(400), TINY_END(0),
        TINY_COLLECT(0),
    };
    struct op *ops = calloc(ROUNDS * LENGTH(round) + 1, sizeof *ops);
    ops[0] = (struct op)TINY_EVENT(EVENT_startup_done);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct op *at = ops + 1 + i * LENGTH(round);
        memcpy(at, round, sizeof round);
        at[0].ns = i * UINT64_C(700); /* arrivals that pauses delay more and more */
        at[6].a = i % 100 == 0 ? 2 : i % 10 == 0;
    }
    *count = ROUNDS * LENGTH(round) + 1;
    return ops;
}

TEST(rows_are_what_was_observed)
{
    char path[TEST_PATH];
    struct made_up made_up;
    struct record record = {0};
    struct simulation_result result;
    struct error error;
    new_path(path);
    make_up(&made_up, "timed:every=1ms");
    struct op *ops = busy_program(&made_up.tiny.count);
    made_up.tiny.ops = ops;
    made_up.tiny.registers = made_up.tiny.slots = 1;
    made_up.setup.sample_ns = 700;
    struct store *store = open_store(path);
    int64_t run = begin(store, &made_up.setup);
    const struct observer recorder = record_observer(&record, NULL);
    const struct observer observer = store_observer(store, &recorder);
    check_signed("simulate", simulate(&made_up.setup, &observer, &result, &error), 0);
    end(store, &result, NULL);

    check_that("more than a batch of collections", record.collection_count > BATCH);
    check_that("and of samples", record.sample_count > BATCH);
    check_count("requests", record.request_count, ROUNDS);
    check_collections(store, run, &record);
    check_samples(store, run, &record);
    check_latencies(store, run, &record);
    check_result(store, run, &result);
    check_count("metrics are of this run", query_count(store, "SELECT value FROM summary WHERE run_id = :run AND metric = 'collections'", run), record.collection_count);
    store_close(store);
    record_fini(&record);
    setting_fini(&made_up.policy);
    free(ops);
    remove_results(path);
}

TEST(what_was_asked_for)
{
    char path[TEST_PATH];
    struct made_up made_up;
    struct error error;
    int64_t experiment, run;
    new_path(path);
    make_up(&made_up, "freeze:t0=50_000,on=step_done");
    struct store *store = open_store(path);
    check_signed("experiment", store_begin_experiment(store, "compare", &experiment, &error), 0);
    check_signed("run", store_begin_run(store, experiment, &made_up.setup, &run, &error), 0);
    check_row(store, "SELECT name, version FROM experiment", run, (const char *const[]){"compare", PYGCSIM_VERSION}, 2);
    check_row(store, "SELECT * FROM run WHERE id = :run", run, (const char *const[]){"1", "1", "freeze:on=step_done,t0=50000", "tiny", "cpython-3.13", "42", "unfinished", NULL, "graph", COSTS_NAME, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}, 19);
    static const char *const rows[][4] = {
        {"policy", "on", NULL, "step_done"}, {"policy", "collect", "1.0", "yes"},
        {"policy", "t0", "50000.0", "50000"}, {"policy", "t1", "-1.0", "keep"},
        {"policy", "t2", "-1.0", "keep"},
    };
    check_count("parameters", query_count(store, "SELECT count(*) FROM parameter WHERE run_id = :run", run), LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT owner, name, value, text FROM parameter WHERE run_id = :run AND name = '%s'", rows[i][1]);
        check_row(store, sql, run, rows[i], 4);
    }
    end(store, &(struct simulation_result){.status = RUN_finished}, NULL);
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* ---- metrics ------------------------------------------------------------------------------------ */

struct expected {
    const char *metric;
    double value; /* NAN: it has none */
};

static double expected_value(const struct expected *rows, size_t count, const char *metric)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].metric, metric) == 0)
            return rows[i].value;
    check_text("a value for each metric there is", metric, NULL);
    return NAN;
}

/* Exactly these are stored; the table has to name every metric there is. */
static void check_summary(struct store *store, int64_t run, const struct expected *rows, size_t count)
{
    uint64_t present = 0;
    for (const struct metric *metric = metrics; metric->name; metric++) {
        double expected = expected_value(rows, count, metric->name);
        sqlite3_stmt *statement = prepare(store, "SELECT value FROM summary WHERE run_id = :run AND metric = ?2", run);
        sqlite3_bind_text(statement, 2, metric->name, -1, SQLITE_STATIC);
        bool there = sqlite3_step(statement) == SQLITE_ROW;
        check_that(metric->name, there == !isnan(expected));
        if (there)
            check_real(metric->name, sqlite3_column_double(statement, 0), expected);
        present += there;
        sqlite3_finalize(statement);
    }
    check_count("no others", query_count(store, "SELECT count(*) FROM summary WHERE run_id = :run", run), present);
}

#define MS  NS_PER_MS
#define GEN(name, p50, p90, p99, max) {name "_p50", p50}, {name "_p90", p90}, {name "_p99", p99}, {name "_max", max}

/* Start-up ends at 1 s, with a collection at that very instant, which is not later. Pauses of 10, 20, 30
 * and 40 ms; latencies of 1 to 10 ms. */
TEST(metrics_worked_out_by_hand)
{
    static const struct collection collections[] = {
        {0, 5, 1000 * MS, 900 * MS, 0, CAUSE_threshold, {100, 0, 0}, 0, 100, 50, 5, 10 * MS, 1000, 900},
        {1, 6, 1500 * MS, 910 * MS, 0, CAUSE_policy, {200, 0, 0}, 0, 200, 50, 6, 30 * MS, 2000, 900},
        {2, 7, 2000 * MS, 920 * MS, 1, CAUSE_policy, {100, 200, 0}, 0, 300, 50, 7, 20 * MS, 5000, 900},
        {3, 8, 3000 * MS, 930 * MS, 2, CAUSE_program, {100, 100, 200}, 0, 400, 50, 8, 40 * MS, 3000, 900},
    };
    static const struct sample samples[] = {
        {1000 * MS, 100, 50, {0}}, {2000 * MS, 300, 0, {0}}, {3000 * MS, 200, 250, {0}}};
    static const struct simulation_result result = {
        .status = RUN_finished,
        .requests = 10,
        .wall_ns = 10000 * MS,
        .mutator_ns = 3900 * MS,
        .pause_ns = 100 * MS,
        .idle_ns = 6000 * MS,
        .service_ns = 1000 * MS,
        .totals = {.freed_by_count = {11, 12, 13, 14}, .freed_by_collector = {15, 16, 17, 18}},
    };
    static const struct expected expected[] = {
        GEN("pause", 0.020, 0.040, 0.040, 0.040),
        GEN("pause_gen0", 0.010, 0.030, 0.030, 0.030),
        GEN("pause_gen1", 0.020, 0.020, 0.020, 0.020),
        GEN("pause_gen2", 0.040, 0.040, 0.040, 0.040),
        GEN("service_pause", 0.030, 0.040, 0.040, 0.040),
        {"collections", 4},
        {"collections_gen0", 2},
        {"collections_gen1", 1},
        {"collections_gen2", 1},
        {"service_collections", 3},
        {"service_collections_gen2", 1},
        {"gc_time", 0.100},
        {"gc_time_gen0", 0.040},
        {"gc_time_gen1", 0.020},
        {"gc_time_gen2", 0.040},
        {"gc_share", 0.025},
        {"examined", 1000},
        {"unreachable", 26},
        {"latency_p50", 0.005},
        {"latency_p99", 0.010},
        {"latency_p999", 0.010},
        {"latency_max", 0.010},
        {"requests", 10},
        {"throughput", 10.0 / 9},
        {"live_mean", 200},
        {"live_peak", 300},
        {"garbage_mean", 100},
        {"garbage_peak", 250},
        {"heap_mean", 300},
        {"heap_peak", 5000},
        {"reclaimed_refcount_gen0", 11},
        {"reclaimed_refcount_gen1", 12},
        {"reclaimed_refcount_gen2", 13},
        {"reclaimed_refcount_permanent", 14},
        {"reclaimed_collector_gen0", 15},
        {"reclaimed_collector_gen1", 16},
        {"reclaimed_collector_gen2", 17},
        {"reclaimed_collector_permanent", 18},
        {"wall_time", 10},
        {"mutator_time", 3.9},
    };
    char path[TEST_PATH];
    struct made_up made_up;
    new_path(path);
    make_up(&made_up, "default");
    struct store *store = open_store(path);
    int64_t run = begin(store, &made_up.setup);
    struct observer observer = store_observer(store, NULL);
    for (size_t i = 0; i < LENGTH(collections); i++)
        check_signed("told", observer.collection(observer.context, &collections[i]), 0);
    for (size_t i = 0; i < LENGTH(samples); i++)
        check_signed("told", observer.sample(observer.context, &samples[i]), 0);
    for (uint64_t i = 10; i > 0; i--)
        check_signed("told", observer.request(observer.context, &(struct request){i, i * MS}), 0);
    end(store, &result, NULL);
    check_summary(store, run, expected, LENGTH(expected));
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* A run in which nothing happens, after one in which something did. */
TEST(metrics_that_have_no_value)
{
    static const struct expected expected[] = {
        GEN("pause", NAN, NAN, NAN, NAN),
        GEN("pause_gen0", NAN, NAN, NAN, NAN),
        GEN("pause_gen1", NAN, NAN, NAN, NAN),
        GEN("pause_gen2", NAN, NAN, NAN, NAN),
        GEN("service_pause", NAN, NAN, NAN, NAN),
        {"collections", 0},
        {"collections_gen0", 0},
        {"collections_gen1", 0},
        {"collections_gen2", 0},
        {"service_collections", 0},
        {"service_collections_gen2", 0},
        {"gc_time", 0},
        {"gc_time_gen0", 0},
        {"gc_time_gen1", 0},
        {"gc_time_gen2", 0},
        {"gc_share", NAN},
        {"examined", 0},
        {"unreachable", 0},
        {"latency_p50", NAN},
        {"latency_p99", NAN},
        {"latency_p999", NAN},
        {"latency_max", NAN},
        {"requests", 0},
        {"throughput", NAN},
        {"live_mean", NAN},
        {"live_peak", NAN},
        {"garbage_mean", NAN},
        {"garbage_peak", NAN},
        {"heap_mean", NAN},
        {"heap_peak", NAN},
        {"reclaimed_refcount_gen0", 0},
        {"reclaimed_refcount_gen1", 0},
        {"reclaimed_refcount_gen2", 0},
        {"reclaimed_refcount_permanent", 0},
        {"reclaimed_collector_gen0", 0},
        {"reclaimed_collector_gen1", 0},
        {"reclaimed_collector_gen2", 0},
        {"reclaimed_collector_permanent", 0},
        {"wall_time", 0},
        {"mutator_time", 0},
    };
    static const struct collection collection = {.wall_ns = 5, .pause_ns = 7};
    char path[TEST_PATH];
    struct made_up made_up;
    new_path(path);
    make_up(&made_up, "default");
    struct store *store = open_store(path);
    struct observer observer = store_observer(store, NULL);
    begin(store, &made_up.setup);
    observer.collection(observer.context, &collection);
    observer.sample(observer.context, &(struct sample){.wall_ns = 5, .live_bytes = 7});
    observer.request(observer.context, &(struct request){5, 7});
    end(store, &(struct simulation_result){.status = RUN_finished, .wall_ns = 12}, NULL);
    int64_t run = begin(store, &made_up.setup);
    end(store, &(struct simulation_result){.status = RUN_finished}, NULL);
    check_summary(store, run, expected, LENGTH(expected));
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* Pauses and latencies of 1, 2, 3 … n: the p-th percentile by nearest rank is the ceil(p n)-th. */
TEST(percentiles)
{
    static const struct {
        uint64_t n, p50, p90, p99, p999;
    } rows[] = {
        {1, 1, 1, 1, 1},         {2, 1, 2, 2, 2},         {3, 2, 3, 3, 3},       {10, 5, 9, 10, 10},
        {11, 6, 10, 11, 11},     {100, 50, 90, 99, 100},  {101, 51, 91, 100, 101},
        {250, 125, 225, 248, 250},
        {1000, 500, 900, 990, 999}, {1001, 501, 901, 991, 1000},
    };
    char path[TEST_PATH];
    struct made_up made_up;
    new_path(path);
    make_up(&made_up, "default");
    struct store *store = open_store(path);
    struct observer observer = store_observer(store, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        static const char *const sql = "SELECT round(value * 1e9) FROM summary WHERE run_id = :run AND metric = ";
        const struct {
            const char *metric;
            uint64_t value, slack;
        } metrics_of_row[] = {
            {"'pause_p50'", rows[i].p50, 0},     {"'pause_p90'", rows[i].p90, 0},
            {"'pause_p99'", rows[i].p99, 0},     {"'pause_max'", rows[i].n, 0},
            {"'latency_p50'", rows[i].p50, 8},   {"'latency_p99'", rows[i].p99, 8},
            {"'latency_p999'", rows[i].p999, 8}, {"'latency_max'", rows[i].n, 0},
        };
        int64_t run = begin(store, &made_up.setup);
        for (uint64_t k = 0; k < rows[i].n; k++) {
            uint64_t value = (k * 17) % rows[i].n + 1; /* all of them, not in order */
            observer.collection(observer.context, &(struct collection){.sequence = k, .pause_ns = value});
            observer.request(observer.context, &(struct request){0, value});
        }
        end(store, &(struct simulation_result){.status = RUN_finished, .requests = rows[i].n}, NULL);
        for (size_t m = 0; m < LENGTH(metrics_of_row); m++) {
            char query[200];
            snprintf(query, sizeof query, "%s%s", sql, metrics_of_row[m].metric);
            uint64_t value = query_count(store, query, run);
            /* A latency is the longest in its bucket, which is up to 0.8% wide. */
            check_that(query, value >= metrics_of_row[m].value && value <= metrics_of_row[m].value + metrics_of_row[m].value * metrics_of_row[m].slack / 1000);
        }
    }
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* ---- how a run ends, and how it does not -------------------------------------------------------- */

TEST(statuses)
{
    static const struct {
        enum run_status status;
        const char *failure, *text, *error;
        bool complete;
    } rows[] = {
        {RUN_finished, NULL, "finished", NULL, true},
        {RUN_out_of_memory, NULL, "out_of_memory", NULL, true},
        {RUN_failed, "x.heap:3: oh dear", "failed", "x.heap:3: oh dear", false},
        {RUN_failed, "", "failed", "", false},
    };
    char path[TEST_PATH];
    struct made_up made_up;
    new_path(path);
    make_up(&made_up, "default");
    struct store *store = open_store(path);
    struct observer observer = store_observer(store, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        int64_t run = begin(store, &made_up.setup);
        observer.collection(observer.context, &(struct collection){.pause_ns = 5});
        end(store, &(struct simulation_result){.status = rows[i].status, .wall_ns = 9}, rows[i].failure);
        check_row(store, "SELECT status, error, wall_ns FROM run WHERE id = :run", run, (const char *const[]){rows[i].text, rows[i].error, rows[i].complete ? "9" : NULL}, 3);
        check_count("what is known is stored", query_count(store, "SELECT count(*) FROM collection WHERE run_id = :run", run), 1);
        check_that("metrics only of what is complete", (query_count(store, "SELECT count(*) FROM summary WHERE run_id = :run", run) > 0) == rows[i].complete);
    }
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

TEST(files_are_added_to)
{
    char path[TEST_PATH];
    struct made_up made_up;
    struct error error;
    new_path(path);
    make_up(&made_up, "default");
    for (uint64_t i = 1; i <= 3; i++) {
        struct store *store = open_store(path);
        int64_t run = begin(store, &made_up.setup);
        check_count("a run of its own", run, i);
        end(store, &(struct simulation_result){.status = RUN_finished, .wall_ns = 100 * i}, NULL);
        store_close(store);
        store = store_open_existing(path, &error);
        check_that("it opens to be read", store != NULL);
        check_count("runs", query_count(store, "SELECT count(*) FROM run WHERE status = 'finished'", 0), i);
        check_count("experiments", query_count(store, "SELECT count(*) FROM experiment", 0), i);
        check_count("as they were", query_count(store, "SELECT sum(wall_ns) FROM run", 0), 50 * i * (i + 1));
        check_that("and only read", sqlite3_exec(store_database(store), "DELETE FROM run", NULL, NULL, NULL) == SQLITE_READONLY);
        store_close(store);
    }
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* A process that is killed in the middle of a run, once a batch has been written. */
static void be_killed(const char *path, const struct simulation_setup *setup)
{
    pid_t child = fork();
    check_that("fork", child >= 0);
    if (child == 0) {
        struct error error;
        struct store *store = store_open(path, &error);
        int64_t experiment, run;
        if (!store || store_begin_experiment(store, "killed", &experiment, &error) != 0 ||
            store_begin_run(store, experiment, setup, &run, &error) != 0)
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
    char path[TEST_PATH];
    struct made_up made_up;
    struct error error;
    new_path(path);
    make_up(&made_up, "default");
    be_killed(path, &made_up.setup);
    struct store *store = open_store(path);
    check_count("unfinished", query_count(store, "SELECT count(*) FROM run WHERE status = 'unfinished'", 0), 1);
    check_count("what was written is there", query_count(store, "SELECT count(*) FROM collection", 0), BATCH);
    int64_t run = begin(store, &made_up.setup);
    end(store, &(struct simulation_result){.status = RUN_finished}, NULL);
    store_close(store);
    store = store_open_existing(path, &error);
    check_that("it opens to be read", store != NULL);
    check_count("the next has nothing of it", query_count(store, "SELECT count(*) FROM collection WHERE run_id = :run", run), 0);
    check_count("still unfinished", query_count(store, "SELECT count(*) FROM run WHERE status = 'unfinished'", 0), 1);
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* A disk with room for 60 pages more. */
TEST(a_full_disk)
{
    char path[TEST_PATH];
    struct made_up made_up;
    struct error error = {""};
    new_path(path);
    make_up(&made_up, "default");
    struct store *store = open_store(path);
    int64_t run = begin(store, &made_up.setup);
    struct observer observer = store_observer(store, NULL);
    sqlite3_exec(store_database(store), "PRAGMA max_page_count = 60", NULL, NULL, NULL);
    int status = 0;
    uint64_t told = 0;
    for (; status == 0 && told < 10 * BATCH; told++)
        status = observer.collection(observer.context, &(struct collection){.sequence = told, .wall_ns = told * UINT64_C(1000000007)});
    check_signed("the observer gives up", status, -1);
    check_count("with its first batch", told, BATCH);
    check_signed("as it may be told more before the run ends", observer.collection(observer.context, &(struct collection){.sequence = told}), 0);
    check_signed("end", store_end_run(store, &(struct simulation_result){.status = RUN_failed}, "", &error), -1);
    check_mentions("why", error.text, ": the disk is full");
    check_mentions("where", error.text, path);
    check_count("nothing of a half-written batch", query_count(store, "SELECT count(*) FROM collection", 0), 0);
    check_row(store, "SELECT status FROM run WHERE id = :run", run, (const char *const[]){"unfinished"}, 1);

    sqlite3_exec(store_database(store), "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
    run = begin(store, &made_up.setup);
    end(store, &(struct simulation_result){.status = RUN_finished}, NULL);
    check_row(store, "SELECT status FROM run WHERE id = :run", run, (const char *const[]){"finished"}, 1);
    store_close(store);
    setting_fini(&made_up.policy);
    remove_results(path);
}

/* ---- files that are not ours -------------------------------------------------------------------- */

static void make_database(char path[TEST_PATH], const char *sql)
{
    sqlite3 *database;
    new_path(path);
    check_signed(path, sqlite3_open(path, &database), SQLITE_OK);
    check_signed(path, sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

TEST(files_that_are_refused)
{
    static const struct {
        const char *what, *content, *sql;
        const char *message;  /* after the name; opened to add to it */
        const char *existing; /* opened to read it */
    } rows[] = {
        {"a text", "This is a text and not a database, however long it may be.", NULL,
         ": not a pygcsim results file", ": not a pygcsim results file"},
        {"another's database", NULL, "CREATE TABLE t (a); INSERT INTO t VALUES (1)",
         ": not a pygcsim results file", ": not a pygcsim results file"},
        {"another's database with tables of our names", NULL,
         "CREATE TABLE run (a); CREATE TABLE collection (a)", ": not a pygcsim results file",
         ": not a pygcsim results file"},
        {"a later version's", NULL,
         "PRAGMA application_id = 1887004515; PRAGMA user_version = 99; CREATE TABLE run (a)",
         ": written by another version of pygcsim (schema 99, not 1)",
         ": written by another version of pygcsim (schema 99, not 1)"},
        {"an empty file", "", NULL, NULL, ": not a pygcsim results file: it is empty"},
        {"no file", NULL, NULL, NULL, ": cannot be opened: No such file or directory"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[TEST_PATH], message[TEST_PATH + 100];
        if (rows[i].content)
            test_file(path, rows[i].content, strlen(rows[i].content));
        else if (rows[i].sql)
            make_database(path, rows[i].sql);
        else
            new_path(path);
        struct error error = {""};
        struct store *store = store_open_existing(path, &error);
        check_that(rows[i].what, !store);
        snprintf(message, sizeof message, "%s%s", path, rows[i].existing);
        check_text(rows[i].what, error.text, message);
        error.text[0] = '\0';
        store = store_open(path, &error);
        snprintf(message, sizeof message, "%s%s", path, rows[i].message ? rows[i].message : "");
        check_text(rows[i].what, error.text, rows[i].message ? message : "");
        check_that(rows[i].what, !store == !!rows[i].message);
        store_close(store);
        remove_results(path);
    }
}

TEST(a_refused_file_is_left_as_it_was)
{
    char path[TEST_PATH];
    struct error error;
    make_database(path, "CREATE TABLE t (a); INSERT INTO t VALUES (7)");
    check_that("refused", !store_open(path, &error));
    sqlite3 *database;
    sqlite3_stmt *statement;
    check_signed("open", sqlite3_open(path, &database), SQLITE_OK);
    check_signed("its table", sqlite3_prepare_v2(database, "SELECT a, (SELECT count(*) FROM sqlite_schema), (SELECT * FROM pragma_journal_mode) FROM t", -1, &statement, NULL), SQLITE_OK);
    check_signed("its row", sqlite3_step(statement), SQLITE_ROW);
    check_signed("its value", sqlite3_column_int(statement, 0), 7);
    check_signed("no table of ours", sqlite3_column_int(statement, 1), 1);
    check_text("its journal", (const char *)sqlite3_column_text(statement, 2), "delete");
    sqlite3_finalize(statement);
    sqlite3_close(database);
    remove_results(path);
}

TEST(places_that_cannot_be_opened)
{
    static const struct {
        const char *path, *message;
    } rows[] = {
        {"/nonexistent/results.db",
         "/nonexistent/results.db: cannot be opened: No such file or directory"},
        {"/tmp", "/tmp: Is a directory"},
        {"/dev/null/results.db", "/dev/null/results.db: cannot be opened: Not a directory"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error;
        check_that(rows[i].path, !store_open(rows[i].path, &error));
        check_text(rows[i].path, error.text, rows[i].message);
        check_that(rows[i].path, !store_open_existing(rows[i].path, &error));
        check_text(rows[i].path, error.text, rows[i].message);
    }
    store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_was_observed),
        cmocka_unit_test(what_was_asked_for),
        cmocka_unit_test(metrics_worked_out_by_hand),
        cmocka_unit_test(metrics_that_have_no_value),
        cmocka_unit_test(percentiles),
        cmocka_unit_test(statuses),
        cmocka_unit_test(files_are_added_to),
        cmocka_unit_test(a_killed_run_stays_marked),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(files_that_are_refused),
        cmocka_unit_test(a_refused_file_is_left_as_it_was),
        cmocka_unit_test(places_that_cannot_be_opened),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
