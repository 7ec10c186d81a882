/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics of runs that are made up, against values worked out by hand. */
#include "results/store/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/results_file.h"

#define MS NS_PER_MS

struct expected {
    const char *metric;
    double value;
};

/* The stored value; NAN: there is none. */
static double stored(struct store *store, int64_t run, const char *metric)
{
    sqlite3_stmt *statement =
        results_file_query(store, "SELECT value FROM metric WHERE run_id = ? AND metric = ?", run);
    sqlite3_bind_text(statement, 2, metric, -1, SQLITE_STATIC);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    double value = found ? sqlite3_column_double(statement, 0) : NAN;
    check_that(metric, !found || sqlite3_column_type(statement, 0) == SQLITE_FLOAT);
    check_that(metric, sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_finalize(statement);
    return value;
}

/* NaN: none. */
static void check_value(const char *metric, double value, double expected)
{
    if (isnan(expected))
        check_that(metric, isnan(value));
    else
        check_real(metric, value, expected);
}

static double expected_value(const struct expected *expected, size_t count, const char *metric)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(expected[i].metric, metric) == 0)
            return expected[i].value;
    check_text("a metric of which no value is expected", metric, NULL);
    return NAN;
}

/* Predictions have tests of their own. */
static bool is_predicted(const struct metric *metric)
{
    const struct row_column *column = record_tables[TABLE_prediction].columns;
    while (column->name && strcmp(column->name, metric->name) != 0)
        column++;
    return column->name;
}

/* Every metric there is has its value. */
static void check_summary(struct store *store, int64_t run, const struct expected *expected,
                          size_t count)
{
    size_t found = 0;
    for (const struct metric *metric = metrics; metric->name; metric++) {
        if (is_predicted(metric))
            continue;
        check_value(metric->name, stored(store, run, metric->name),
                    expected_value(expected, count, metric->name));
        found++;
    }
    check_count("those expected", found, count);
}

#define PAUSES(prefix, p50, p90, p99, max)                                                         \
    {prefix "_p50", p50}, {prefix "_p90", p90}, {prefix "_p99", p99},                              \
    {                                                                                              \
        prefix "_max", max                                                                         \
    }

/* With the scatter at the ends of its range: of pauses, of which each is a tenth as long, or twice.
 */
#define AT_ENDS(name, of)                                                                          \
    {name "_scatter_low", (of) / 10},                                                              \
    {                                                                                              \
        name "_scatter_high", 2 * (of)                                                             \
    }
#define SHARES_AT_ENDS(name, pause, work)                                                          \
    {name "_scatter_low", (pause) / 10 / ((pause) / 10 + (work))},                                 \
    {                                                                                              \
        name "_scatter_high", 2 * (pause) / (2 * (pause) + (work))                                 \
    }

/* Start-up ends at 0.5 s, warm-up at 1 s, with a collection, a sample and a request at that very
 * instant, which are not later. Pauses of 10, 20, 30 and 40 ms; latencies of 1 to 10 ms, and longer
 * ones before. */
TEST(worked_out_by_hand)
{
    static const struct {
        uint64_t wall_ns;
        int generation;
        uint64_t examined, unreachable, promoted, pause_ns, heap_bytes;
    } collections[] = {
        {1000 * MS, 0, 100, 9, 91, 10 * MS, 1000},
        {1500 * MS, 0, 200, 6, 194, 30 * MS, 2000},
        {2000 * MS, 1, 300, 7, 293, 20 * MS, 5000},
        {3000 * MS, 2, 400, 8, 157, 40 * MS, 3000},
    };
    /* Each stands for the time since the one before: 1, 1 and 2 s. */
    static const struct sample samples[] = {{1000 * MS, 500, 50, {7, 1, 1}},
                                            {2000 * MS, 300, 0, {10, 20, 30}},
                                            {4000 * MS, 400, 250, {40, 0, 50}}};
    static const struct request early[] = {{900 * MS, 70 * MS}, {1000 * MS, 60 * MS}};
    static const struct simulation_result result = {
        .status = RUN_finished,
        .requests = 12,
        .born = 5000,
        .wall_ns = 10000 * MS,
        .mutator_ns = 3900 * MS,
        .pause_ns = 100 * MS,
        .idle_ns = 6000 * MS,
        .service_ns = 500 * MS,
        .steady_ns = 1000 * MS,
        .steady_mutator_ns = 400 * MS,
        .steady_born = 500,
        .first_arrival_ns = 900 * MS,
        .last_answer_ns = 7000 * MS,
        .prices = {.scatter_ns = 144},
        .prices_at = {{.scatter_ns = 19}, {.scatter_ns = 403}},
        .totals = {.heap_peak_bytes = 6000,
                   .tracked = {21, 22, 23, 24},
                   .freed_by_count = {11, 12, 13, 14},
                   .freed_by_collector = {15, 16, 17, 18}},
    };
    static const struct expected expected[] = {
        PAUSES("pause", 0.020, 0.040, 0.040, 0.040),
        PAUSES("pause_gen0", 0.010, 0.030, 0.030, 0.030),
        PAUSES("pause_gen1", 0.020, 0.020, 0.020, 0.020),
        PAUSES("pause_gen2", 0.040, 0.040, 0.040, 0.040),
        PAUSES("service_pause", 0.030, 0.040, 0.040, 0.040),
        {"horizon_pause_max_all", 0.040},
        AT_ENDS("pause_max", 0.040),
        AT_ENDS("service_pause_p99", 0.040),
        AT_ENDS("service_pause_max", 0.040),
        AT_ENDS("horizon_pause_max_all", 0.040),
        AT_ENDS("gc_time", 0.100),
        SHARES_AT_ENDS("gc_share", 0.100, 3.9),
        SHARES_AT_ENDS("service_gc_share", 0.090, 3.5),
        {"scatter", 144e-9},
        {"least_scatter", 19e-9},
        {"most_scatter", 403e-9},
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
        {"gc_share_gen0", 0.004},
        {"gc_share_gen1", 0.002},
        {"gc_share_gen2", 0.004},
        {"service_gc_share_gen0", 0.03 / 9},
        {"service_gc_share_gen1", 0.02 / 9},
        {"service_gc_share_gen2", 0.04 / 9},
        {"survival_gen0", 0.97},
        {"survival_gen1", 293.0 / 300},
        {"survival_gen2", 0.98},
        {"allocation_rate", 500},
        {"promotion_rate_gen1", 194.0 / 9},
        {"promotion_rate_gen2", 50},
        {"objects_mean", 80},
        {"objects_peak", 308},
        {"objects_end", 66},
        {"objects_permanent", 24},
        {"service_gc_share", 0.09 / 3.59},
        {"mmu_2ms", 0},
        {"mmu_5ms", 0},
        {"mmu_10ms", 0},
        {"mmu_20ms", 0},
        {"mmu_50ms", 0.2},
        {"mmu_100ms", 0.6},
        {"mmu_1s", 0.95},
        {"examined", 1000},
        {"service_gc_time_gen0", 0.030},
        {"service_gc_time_gen1", 0.020},
        {"service_gc_time_gen2", 0.040},
        {"unreachable", 30},
        {"latency_mean", 0.0055},
        {"latency_p50", 0.005},
        {"latency_p90", 0.009},
        {"latency_p95", 0.010},
        {"latency_p99", 0.010},
        {"latency_p999", NAN},
        {"horizon_gc_share", 0.09 / (0.09 + 3.5 * (86400 - 1) / 9)}, /* no pause is predicted */
        {"latency_max", 0.010},
        {"latency_mean_half", 0.003},
        {"latency_p99_half", 0.0075},
        {"requests", 12},
        {"throughput", 10.0 / 6},
        {"live_mean", 1100.0 / 3},
        {"live_peak", 500},
        {"garbage_mean", 500.0 / 3},
        {"garbage_peak", 540},
        {"heap_mean", 1600.0 / 3},
        {"heap_peak", 6000},
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
        {"steady_from", 1},
        {"overhead", 1},
    };
    struct results_file file;
    results_file_init(&file, "default");
    const struct observer *observer = &file.observer;
    int64_t run = results_file_begin(&file);
    for (size_t i = 0; i < LENGTH(collections); i++)
        observer->collection(
            observer->context,
            &(struct collection){
                .sequence = i,
                .wall_ns = collections[i].wall_ns,
                .generation = collections[i].generation,
                .examined = collections[i].examined,
                .unreachable = collections[i].unreachable,
                .promoted = collections[i].promoted,
                .before = {i, 2 * i, i == 2 ? 302 : 3},
                .pause_ns = collections[i].pause_ns,
                .pause_at_ns = {collections[i].pause_ns / 10, 2 * collections[i].pause_ns},
                .heap_bytes_before = collections[i].heap_bytes,
                .heap_bytes_after = collections[i].heap_bytes - 60 * collections[i].unreachable,
            });
    for (size_t i = 0; i < LENGTH(samples); i++)
        observer->sample(observer->context, &samples[i]);
    for (size_t i = 0; i < LENGTH(early); i++)
        observer->request(observer->context, &early[i]);
    for (uint64_t i = 10; i > 0; i--)
        observer->request(observer->context, &(struct request){1000 * MS + i, i * MS});
    results_file_end(&file, run, &result, NULL);
    check_summary(file.store, run, expected, LENGTH(expected));
    results_file_fini(&file);
}

/* A run in which nothing happens, after one in which something did: no row but for counts and sums.
 */
TEST(metrics_without_a_value)
{
    static const char *const with_value[] = {
        "collections",  "service_collections", "gc_time",           "service_gc_time",
        "examined",     "unreachable",         "requests",          "reclaimed",
        "wall_time",    "mutator_time",        "heap_peak",         "scatter",
        "objects_peak", "objects_end",         "objects_permanent", "least_scatter",
        "most_scatter"};
    struct results_file file;
    results_file_init(&file, "default");
    const struct observer *observer = &file.observer;
    int64_t run = results_file_begin(&file);
    observer->collection(observer->context, &(struct collection){.wall_ns = 5, .pause_ns = 7});
    observer->sample(observer->context, &(struct sample){.wall_ns = 5, .live_bytes = 7});
    observer->request(observer->context, &(struct request){5, 7});
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished, .wall_ns = 12},
                     NULL);
    check_real("once", stored(file.store, run, "latency_max"), 7e-9);
    run = results_file_begin(&file);
    results_file_end(&file, run, &(struct simulation_result){.status = RUN_finished}, NULL);
    for (const struct metric *metric = metrics; metric->name; metric++) {
        bool has_value = false;
        for (size_t i = 0; i < LENGTH(with_value); i++)
            has_value |= strncmp(metric->name, with_value[i], strlen(with_value[i])) == 0;
        double value = stored(file.store, run, metric->name);
        check_that(metric->name, has_value ? value == 0 : isnan(value));
    }
    results_file_fini(&file);
}

/* Of 1, 2, 3 … n, the p-th percentile by nearest rank is the ceil(p n)-th; of latencies the 99.9th
 * is not said (0) of fewer than 10,000. */
TEST(percentiles)
{
    static const struct {
        uint64_t n, p50, p90, p95, p99, p999;
    } rows[] = {
        {1, 1, 1, 1, 1, 0},
        {2, 1, 2, 2, 2, 0},
        {3, 2, 3, 3, 3, 0},
        {10, 5, 9, 10, 10, 0},
        {11, 6, 10, 11, 11, 0},
        {100, 50, 90, 95, 99, 0},
        {101, 51, 91, 96, 100, 0},
        {250, 125, 225, 238, 248, 0},
        {1000, 500, 900, 950, 990, 0},
        {1001, 501, 901, 951, 991, 0},
        {9999, 5000, 9000, 9500, 9900, 0},
        {10000, 5000, 9000, 9500, 9900, 9990},
        {10001, 5001, 9001, 9501, 9901, 9991},
    };
    struct results_file file;
    results_file_init(&file, "default");
    const struct observer *observer = &file.observer;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct {
            const char *metric;
            uint64_t value;
        } values[] = {
            {"pause_p50", rows[i].p50},   {"pause_p90", rows[i].p90},
            {"pause_p99", rows[i].p99},   {"pause_max", rows[i].n},
            {"latency_p50", rows[i].p50}, {"latency_p90", rows[i].p90},
            {"latency_p95", rows[i].p95}, {"latency_p99", rows[i].p99},
            {"latency_max", rows[i].n},
        };
        int64_t run = results_file_begin(&file);
        for (uint64_t k = 0; k < rows[i].n; k++) {
            uint64_t ns = (k * 17) % rows[i].n + 1; /* all of them, not in order */
            observer->collection(
                observer->context,
                &(struct collection){.sequence = k, .wall_ns = 20000 * k, .pause_ns = ns});
            observer->request(observer->context, &(struct request){0, ns});
        }
        results_file_end(&file, run,
                         &(struct simulation_result){.status = RUN_finished,
                                                     .wall_ns = 20000 * rows[i].n,
                                                     .requests = rows[i].n},
                         NULL);
        for (size_t v = 0; v < LENGTH(values); v++)
            check_real(values[v].metric, stored(file.store, run, values[v].metric),
                       (double)values[v].value / 1e9);
        check_value("latency_p999", stored(file.store, run, "latency_p999"),
                    rows[i].p999 ? (double)rows[i].p999 / 1e9 : NAN);
    }
    results_file_fini(&file);
}

/* A run that never came to its steady state: nothing of it counts there. */
TEST(no_steady_state)
{
    static const struct expected expected[] = {{"collections", 1},
                                               {"service_collections", 0},
                                               {"service_pause_max", NAN},
                                               {"pause_max", 7e-9},
                                               {"latency_max", NAN},
                                               {"throughput", NAN},
                                               {"requests", 1},
                                               {"heap_mean", NAN},
                                               {"live_peak", 9},
                                               {"service_gc_share", NAN},
                                               {"gc_share", 7.0 / 90},
                                               {"steady_from", 1e-7},
                                               {"service_gc_time_gen0", 0},
                                               {"gc_share_gen0", 0.07},
                                               {"service_gc_share_gen0", NAN},
                                               {"survival_gen0", NAN},
                                               {"allocation_rate", NAN},
                                               {"promotion_rate_gen1", NAN},
                                               {"objects_mean", NAN},
                                               {"objects_peak", 5},
                                               {"objects_end", 3}};
    struct results_file file;
    results_file_init(&file, "default");
    const struct observer *observer = &file.observer;
    int64_t run = results_file_begin(&file);
    observer->collection(observer->context, &(struct collection){.wall_ns = 50, .pause_ns = 7});
    observer->request(observer->context, &(struct request){.arrival_ns = 40, .latency_ns = 60});
    observer->sample(observer->context,
                     &(struct sample){.wall_ns = 100, .live_bytes = 9, .tracked = {0, 5}});
    results_file_end(&file, run,
                     &(struct simulation_result){.status = RUN_out_of_memory,
                                                 .wall_ns = 100,
                                                 .mutator_ns = 83,
                                                 .pause_ns = 7,
                                                 .born = 9,
                                                 .totals = {.tracked = {0, 2, 1}},
                                                 .idle_ns = 10,
                                                 .steady_ns = 100,
                                                 .steady_mutator_ns = 83,
                                                 .requests = 1,
                                                 .first_arrival_ns = 40,
                                                 .last_answer_ns = 100},
                     NULL);
    for (size_t i = 0; i < LENGTH(expected); i++) {
        double value = stored(file.store, run, expected[i].metric);
        check_value(expected[i].metric, value, expected[i].value);
    }
    results_file_fini(&file);
}

/* One run of many: its place in the results file, and what it took. */
struct busy_run {
    const char *what;
    int experiment;
    const char *policy;
    uint64_t seed, mutator_ns, pause_ns, idle_ns;
    enum run_status status;
    double overhead;
};

static void store_busy_run(struct results_file *file, const struct busy_run *row)
{
    const struct simulation_result result = {.status = row->status,
                                             .mutator_ns = row->mutator_ns,
                                             .pause_ns = row->pause_ns,
                                             .idle_ns = row->idle_ns};
    file->setup.seed = row->seed;
    int64_t run = results_file_begin(file);
    results_file_end(file, run, &result, row->status == RUN_failed ? "why" : NULL);
    char *sql = sqlite3_mprintf("UPDATE run SET experiment_id = %d, policy = %Q WHERE id = %lld",
                                row->experiment, row->policy, (long long)run);
    check_that(sql, sqlite3_exec(store_database(file->store), sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(sql);
}

/* Each run against the cheapest with its own program and seed, of those of its experiment that ran
 * it to its end with as many seeds. */
TEST(overhead)
{
    static const struct busy_run rows[] = {
        {"waiting is not busy", 1, "default", 1, 100, 20, 7, RUN_finished, 1.2},
        {"the cheapest", 1, "off", 1, 100, 0, 50, RUN_finished, 1},
        {"out of memory is not cheap", 1, "freeze", 1, 10, 0, 0, RUN_out_of_memory, NAN},
        {"a seed each", 1, "default", 2, 1000, 50, 0, RUN_finished, 1.05},
        {"the cheapest of that seed", 1, "off", 2, 1000, 0, 0, RUN_finished, 1},
        {"failed", 1, "timed", 1, 1, 0, 0, RUN_failed, NAN},
        {"fewer seeds: by those who have that", 1, "event", 2, 800, 0, 0, RUN_finished, 1},
        {"fewer seeds, dearer", 1, "threshold", 2, 1000, 100, 0, RUN_finished, 1.375},
        {"another experiment: by itself", 2, "default", 1, 200, 5, 0, RUN_finished, 1},
        {"another experiment", 2, "freeze", 1, 410, 0, 0, RUN_finished, 2},
    };
    struct results_file file;
    results_file_init(&file, "default");
    for (size_t i = 0; i < LENGTH(rows); i++)
        store_busy_run(&file, &rows[i]);
    results_file_begin(&file); /* only planned */
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_value(rows[i].what, stored(file.store, (int64_t)i + 1, "overhead"), rows[i].overhead);
    results_file_check(file.store, "SELECT count(*) FROM metric WHERE metric = 'overhead'", 0, "8");
    results_file_fini(&file);
}

/* What `pygcsim list metrics` and the tables rely on. */
TEST(definitions)
{
    static const char *const units[] = {"s", "bytes", "fraction", "count", "1/s", "ratio"};
    for (const struct metric *metric = metrics; metric->name; metric++) {
        bool known = false;
        for (size_t i = 0; i < LENGTH(units); i++)
            known |= strcmp(metric->unit, units[i]) == 0;
        check_that(metric->name, known && metric->meaning[0]);
        for (const struct metric *other = metrics; other < metric; other++)
            check_that(metric->name, strcmp(metric->name, other->name) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_out_by_hand), cmocka_unit_test(metrics_without_a_value),
        cmocka_unit_test(percentiles),        cmocka_unit_test(no_steady_state),
        cmocka_unit_test(overhead),           cmocka_unit_test(definitions),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
