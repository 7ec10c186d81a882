/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * benchmark-results: what ten million collections cost in the results file: rows a second as they
 * are stored, bytes each, what looking at them costs before they are read, and the time of the
 * queries behind every chart. Runs are made up: it is not the simulator that is measured. Fails if
 * a figure is past what is promised.
 *
 * usage: benchmark-results [ROWS]     so many collections in all, default 10000000 */
#include <gsl/gsl_randist.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "policies/registry.h"
#include "results/charts/chart_script.h"
#include "results/charts/charts.h"
#include "results/store/soundness.h"
#include "sim/base/allocate.h"
#include "sim/base/random.h"
#include "sim/engines.h"
#include "tests/benchmark/measure.h"
#include "workloads/registry.h"

#define LEAST_ROWS_PER_S 300000
#define MOST_BYTES       120
#define MOST_QUERY_S     1.0
#define BATCH            65536 /* as the executor stores them */

/* ---- a run that could have been ------------------------------------------------------------- */

/* CPython's thresholds t0, 10, 10: of 11 collections of a generation one is of the next older; a
 * full collection also waits for a quarter of the heap. */
struct made_up {
    gsl_rng *random;
    struct observer observer;
    struct simulation_result result;
};

static int generation_of(uint64_t sequence)
{
    return sequence % 1331 == 1330 ? 2 : sequence % 11 == 10 ? 1 : 0;
}

static void add_collection(struct made_up *run, uint64_t sequence, uint64_t live_bytes)
{
    static const double typical_ns[] = {45e3, 180e3, 160e6};
    struct collection c = {.sequence = sequence, .generation = generation_of(sequence)};
    uint64_t gap_ns = (uint64_t)gsl_ran_exponential(run->random, 20e6);
    run->result.wall_ns += gap_ns;
    run->result.mutator_ns += gap_ns / 2;
    run->result.idle_ns += gap_ns - gap_ns / 2;
    c.wall_ns = run->result.wall_ns;
    c.mutator_ns = run->result.mutator_ns;
    c.before[0] = 2001;
    c.before[1] = 300 * (sequence % 11);
    c.before[2] = 420000 + sequence % 1331 * 25;
    c.permanent = 60;
    c.examined =
        c.before[0] + (c.generation > 0 ? c.before[1] : 0) + (c.generation > 1 ? c.before[2] : 0);
    c.refs = c.examined * 3;
    c.unreachable = c.examined / 50;
    c.promoted = (c.before[0] + (c.generation > 0 ? c.before[1] : 0)) / 50 * 49;
    c.pause_ns = (uint64_t)(typical_ns[c.generation] * gsl_ran_lognormal(run->random, 0, 0.3));
    c.heap_bytes_before = live_bytes + 3000000 + sequence % 1331 * 2000;
    c.heap_bytes_after = c.heap_bytes_before - c.unreachable * 120;
    run->result.wall_ns += c.pause_ns;
    run->result.pause_ns += c.pause_ns;
    run->observer.collection(run->observer.context, &c);
}

static void add_samples(struct made_up *run, uint64_t live_bytes)
{
    for (uint64_t i = 1; i <= 1000; i++) {
        struct sample sample = {.wall_ns = run->result.wall_ns / 1000 * i,
                                .live_bytes = live_bytes + i % 37 * 10000,
                                .garbage_bytes = i % 100 * 30000,
                                .tracked = {1000, 2000, 420000}};
        run->observer.sample(run->observer.context, &sample);
    }
}

static void add_requests(struct made_up *run, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct request request = {.arrival_ns = run->result.wall_ns / count * i,
                                  .latency_ns =
                                      (uint64_t)(6e6 * gsl_ran_lognormal(run->random, 0, 1))};
        run->observer.request(run->observer.context, &request);
    }
    run->result.requests = count;
}

/* ---- time ------------------------------------------------------------------------------------ */

struct time {
    double processor_s, clock_s;
};

static struct time now(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (struct time){(double)spent.tv_sec + (double)spent.tv_nsec * 1e-9, now_s()};
}

static void add_since(struct time *sum, struct time began)
{
    struct time end = now();
    sum->processor_s += end.processor_s - began.processor_s;
    sum->clock_s += end.clock_s - began.clock_s;
}

/* ---- storing -------------------------------------------------------------------------------- */

struct filling {
    struct storing file;
    uint64_t rows;       /* collections stored */
    struct time storing; /* what that took */
    int64_t page_bytes;  /* the file's growth by them */
};

static int64_t pragma(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store_database(store), sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        exit(EXIT_FAILURE);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static int64_t file_bytes(struct store *store)
{
    return pragma(store, "PRAGMA page_count") * pragma(store, "PRAGMA page_size");
}

static void store_batch(struct filling *filling, int64_t run)
{
    struct error error;
    struct store *store = filling->file.store;
    struct record *record = filling->file.record;
    size_t before = record->collections_stored;
    int64_t bytes = file_bytes(store);
    struct time began = now();
    if (store_collections(store, run, record, &error) != 0)
        stop(&error);
    add_since(&filling->storing, began);
    filling->page_bytes += file_bytes(store) - bytes;
    filling->rows += record->collections_stored - before;
}

static void fill_run(struct filling *filling, int64_t run, uint64_t seed, uint64_t collections)
{
    struct error error;
    struct storing *storing = &filling->file;
    record_begin(storing->record);
    struct made_up made_up = {.random = random_stream(seed, "benchmark"),
                              .observer = record_observer(storing->record, NULL),
                              .result = {.status = RUN_finished, .service_ns = 2000000000}};
    uint64_t live_bytes = 35000000 + seed * 100000;
    for (uint64_t i = 0; i < collections; i++) {
        add_collection(&made_up, i, live_bytes);
        if ((i + 1) % BATCH == 0)
            store_batch(filling, run);
    }
    store_batch(filling, run);
    add_samples(&made_up, live_bytes);
    add_requests(&made_up, collections < 100000 ? 2000 : 100000);
    made_up.result.steady_ns = made_up.result.service_ns;
    made_up.result.totals.heap_peak_bytes = live_bytes + 8000000;
    record_end(storing->record, &made_up.result, (struct warmup){0}, HORIZON_NS);
    if (meter_read(storing->meter, storing->record, storing->values, &error) != 0 ||
        store_run(storing->store, run, LOG_collections, storing->record, storing->values, &error) !=
            0)
        stop(&error);
    gsl_rng_free(made_up.random);
}

/* Ages at death, which a record that is made up has none of. */
static void fill_ages(struct store *store)
{
    static const char sql[] =
        "UPDATE run SET seal_histograms = NULL; WITH RECURSIVE buckets(bucket) AS"
        "    (VALUES (8) UNION ALL SELECT bucket + 1 FROM buckets WHERE bucket < 90)"
        " INSERT INTO age SELECT id, generation, bucket, (4 + bucket % 4) << (bucket / 4 - 1),"
        "     1000 + bucket, bucket"
        " FROM run, buckets, (SELECT 0 AS generation UNION SELECT 1 UNION SELECT 2)";
    struct error error;
    if (sqlite3_exec(store_database(store), sql, NULL, NULL, NULL) != SQLITE_OK) {
        store_error(store, &error);
        stop(&error);
    }
}

/* `policies` of web, each with so many seeds. */
static void fill(struct filling *filling, unsigned policy_count, unsigned seeds,
                 uint64_t collections)
{
    struct experiment_facts facts = {.last_seed = INT64_MAX,
                                     .command = "sweep",
                                     .name = "benchmark",
                                     .baseline = "threshold:t0=500,t1=10",
                                     .planned = policy_count * seeds};
    struct setting workload = setting_of("web:duration=60s", workloads), policy;
    struct run_plan plan = {.log = LOG_collections};
    struct error error;
    struct store *store = filling->file.store;
    unsigned count = policy_count * seeds;
    int64_t experiment = 0, *runs = allocate_zeroed(count, sizeof *runs);
    bool ended;
    plan.setup = (struct simulation_setup){.engine = &interval_engine,
                                           .collector = collector_version("cpython-3.13"),
                                           .workload = &workload,
                                           .policy = &policy};
    if (store_begin_plan(store, &facts, &experiment, &error) != 0)
        stop(&error);
    for (unsigned i = 0; i < count; i++) {
        char spec[64];
        snprintf(spec, sizeof spec, "threshold:t0=%u,t1=%u", 500 + i / seeds / 10 * 500,
                 10 + i / seeds % 10 * 5);
        policy = setting_of(spec, policies);
        plan.setup.seed = i % seeds + 1;
        if (store_plan_run(store, experiment, &plan, i, false, &runs[i], &ended, &error) != 0)
            stop(&error);
        setting_fini(&policy);
    }
    if (store_end_plan(store, experiment, &error) != 0)
        stop(&error);
    for (unsigned i = 0; i < count; i++)
        fill_run(filling, runs[i], i + 1, collections);
    fill_ages(store);
    setting_fini(&workload);
    free(runs);
}

/* ---- charts --------------------------------------------------------------------------------- */

/* Opens the file, and looks at everything in it, as charts do for what they read. */
static struct store *open_sound(const char *path, struct time *opening, struct time *looking)
{
    struct error error;
    struct time began = now();
    struct store *store = store_open_existing(path, &error);
    if (!store)
        stop(&error);
    add_since(opening, began);
    began = now();
    for (int seal = SEAL_HISTOGRAMS; seal < RUN_SEAL_COUNT; seal++)
        if (soundness_check_runs(store, "SELECT id FROM run", (enum run_seal)seal, &error) != 0)
            stop(&error);
    add_since(looking, began);
    return store;
}

static void report_soundness(const char *path, uint64_t runs, uint64_t rows)
{
    struct time opening = {0}, looking = {0};
    store_close(open_sound(path, &opening, &looking));
    printf("    opened     %6.3f s (%.3f s): %.0f µs a run\n", opening.processor_s, opening.clock_s,
           1e6 * opening.processor_s / (double)runs);
    printf("    looked at  %6.3f s (%.3f s): %.0f thousand rows/s\n", looking.processor_s,
           looking.clock_s, (double)rows / looking.processor_s / 1000);
}

/* The queries behind a chart, in a connection of its own; what they give goes nowhere. */
static struct time query_time(const char *path, const struct chart *chart, char **why)
{
    struct error error;
    struct selection_options options = {0};
    const struct drawing_style style = {.terminal = {.format = "svg"}};
    struct script script;
    if (script_init(&script, &error) != 0)
        stop(&error);
    struct time took = {0}, opening = {0}, looking = {0};
    struct store *store = open_sound(path, &opening, &looking);
    struct time began = now();
    struct selection *selection = selection_new(store, &options, &error);
    if (!selection || chart_check(chart, selection, why, &error) != 0 ||
        (!*why && chart_write(&script, chart, selection, &style, &error) != 0))
        stop(&error);
    add_since(&took, began);
    selection_free(selection);
    store_close(store);
    script_fini(&script);
    return took;
}

static bool report_charts(const char *path)
{
    bool kept = true;
    for (const struct chart *chart = charts; chart->name; chart++) {
        char *why = NULL;
        struct time took = query_time(path, chart, &why);
        if (why)
            printf("    %-10s not drawn: %s\n", chart->name, why);
        else
            printf("    %-10s %6.3f s (%.3f s)%s\n", chart->name, took.processor_s, took.clock_s,
                   took.processor_s > MOST_QUERY_S ? "   MORE THAN PROMISED" : "");
        kept = kept && !(took.processor_s > MOST_QUERY_S);
        free(why);
    }
    return kept;
}

static bool report(const char *what, unsigned policy_count, unsigned seeds, uint64_t collections)
{
    struct filling filling = {.rows = 0};
    storing_init(&filling.file);
    fill(&filling, policy_count, seeds, collections);
    double rows_per_s = (double)filling.rows / filling.storing.processor_s;
    double bytes = (double)filling.page_bytes / (double)filling.rows;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%s: %llu collections\n", what, (unsigned long long)filling.rows);
    printf("    stored     %6.0f thousand rows/s (%.0f)%s\n", rows_per_s / 1000,
           (double)filling.rows / filling.storing.clock_s / 1000,
           rows_per_s < LEAST_ROWS_PER_S ? "   FEWER THAN PROMISED" : "");
    printf("    a row      %6.1f bytes%s\n", bytes,
           bytes > MOST_BYTES ? "   MORE THAN PROMISED" : "");
    printf("    the file   %6.0f MB\n", (double)file_bytes(filling.file.store) / 1e6);
    report_soundness(filling.file.path, policy_count * seeds, filling.rows);
    bool kept = report_charts(filling.file.path);
    storing_fini(&filling.file);
    return kept && rows_per_s >= LEAST_ROWS_PER_S && bytes <= MOST_BYTES;
}

int main(int argc, char **argv)
{
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    bool kept = report("6 long runs", 6, 1, rows / 6);
    kept = report("2000 runs, of 200 policies with 10 seeds", 200, 10, rows / 2000) && kept;
    return kept ? EXIT_SUCCESS : EXIT_FAILURE;
}
