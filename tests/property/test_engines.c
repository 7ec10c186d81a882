/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both engines do the same, to the last bit: random programs under random policies.
 *
 *     property_engines [SEED [COUNT]]
 *
 * tries COUNT programs from that seed on; a failure names the seed at which it can be seen again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/engines.h"
#include "sim/interval/program_file.h"
#include "tests/property/trial.h"
#include "tests/unit/record.h"
#include "tests/unit/results_file.h"

static const struct compile_options in_memory = {0};
static const struct compile_options in_files = {.memory_bytes = 1, .folder = "/tmp"};

static uint64_t first_seed = 1, programs = 3000;

#define WORKLOAD_SHARE 50 /* one workload for so many programs of operations */
#define FILE_SHARE     15 /* one is written to a file and read */

/* What has been tried, so that it is known to have tried something. */
static struct tried {
    uint64_t runs, collections, unreachable, samples, requests, from_files, kinds, finalizers,
        untracked, of_graph;
    uint64_t statuses[RUN_STATUS_COUNT];
} tried;

static void count(const struct run *run, const struct trial *trial)
{
    tried.runs++;
    tried.collections += run->record.collection_count;
    tried.samples += run->record.sample_count;
    tried.requests += run->record.request_count;
    tried.from_files += trial->options.memory_bytes != 0;
    tried.statuses[run->result.status]++;
    tried.kinds += trial->declared.has_kinds;
    tried.untracked += run->result.totals.untracked;
    for (int g = 0; g < GENERATIONS; g++)
        tried.unreachable += run->result.stats[g].collected;
}

static uint64_t run_trial(struct run *run, struct trial *trial, const struct engine *engine,
                          const struct compiled *compiled)
{
    struct simulation_setup setup = trial->setup;
    setup.engine = engine;
    setup.compiled = compiled;
    trial->seen = 0;
    run_with_engine(run, &setup);
    run_check_births(run, setup.permanent, !trial->declared.has_kinds);
    return trial->seen;
}

/* Whether the interval engine does what the reference did; else says what was different. */
static bool is_same(const struct run *run, uint64_t seen, struct trial *trial,
                    const struct compiled *compiled, struct error *how)
{
    struct run other;
    uint64_t other_seen = run_trial(&other, trial, &interval_engine, compiled);
    bool differs = run_differs(run, &other, how);
    if (!differs && other_seen != seen)
        error_set(how, "what the policy saw");
    run_fini(&other);
    return !differs && other_seen == seen;
}

/* The same with the compiled program written to a file, and read. */
static bool is_same_from_file(const struct run *run, uint64_t seen, struct trial *trial,
                              const struct compiled *compiled, struct error *how)
{
    char path[TEST_PATH], setting[] = "given";
    struct program_origin origin = {.workload = setting};
    struct program_origin read_origin = {0};
    struct compiled read;
    test_file(path, "", 0);
    strncpy(origin.collector, trial->setup.collector->name, sizeof origin.collector - 1);
    int status = program_file_write(path, compiled, &origin, trial->setup.seed % 2, how);
    check_signed(path, status, 0);
    status = program_file_read(path, trial->setup.seed % 3 ? &in_memory : &in_files, &read,
                               &read_origin, how);
    unlink(path);
    bool same = status == 0 && is_same(run, seen, trial, &read, how);
    compiled_fini(&read);
    free(read_origin.workload);
    return same;
}

static bool compare(struct trial *trial, struct error *how)
{
    struct run run;
    struct compiled compiled;
    const struct simulation_setup *setup = &trial->setup;
    uint64_t seen = run_trial(&run, trial, &graph_engine, NULL);
    const size_t told = run.record.gc_event_count;
    run_record_forget_finalizers(&run.record);
    tried.finalizers += told - run.record.gc_event_count;
    int status = compile(&compiled, setup->workload, setup->seed, setup->collector, &trial->options,
                         NULL, how);
    bool same = status == 0 && is_same(&run, seen, trial, &compiled, how) &&
                is_same(&run, seen, trial, NULL, how) &&
                (setup->seed % FILE_SHARE || is_same_from_file(&run, seen, trial, &compiled, how));
    if (status != 0 && trial->declared.has_kinds && strstr(how->text, "takes the graph engine")) {
        tried.of_graph++;
        same = true;
    }
    compiled_fini(&compiled);
    count(&run, trial);
    run_fini(&run);
    return same;
}

static bool try_seed(uint64_t seed)
{
    struct trial trial;
    struct error how;
    char text[TRIAL_TEXT];
    if (seed % WORKLOAD_SHARE == 0)
        trial_of_workload(&trial, seed);
    else if (seed % 3 == 0)
        trial_of_kinds(&trial, seed, seed % 10 == 3 ? 20000 : 2000);
    else
        trial_of_operations(&trial, seed, seed % 10 == 1 ? 20000 : 1000);
    bool same = compare(&trial, &how);
    if (!same) {
        trial_text(text, &trial);
        print_error("# seed %" PRIu64 " (%s): %s\n", seed, text, how.text);
    }
    trial_fini(&trial);
    return same;
}

TEST(random_programs)
{
    uint64_t different = 0;
    for (uint64_t seed = first_seed; seed < first_seed + programs; seed++)
        different += !try_seed(seed);
    print_message("# %" PRIu64 " runs, %" PRIu64 " collections, %" PRIu64
                  " unreachable objects, %" PRIu64 " samples, %" PRIu64 " requests, %" PRIu64
                  " from files; %" PRIu64 " out of memory, %" PRIu64 " failed\n",
                  tried.runs, tried.collections, tried.unreachable, tried.samples, tried.requests,
                  tried.from_files, tried.statuses[RUN_out_of_memory], tried.statuses[RUN_failed]);
    check_count("different", different, 0);
    if (programs < 1000)
        return;
    check_that("collections", tried.collections > programs);
    check_that("garbage", tried.unreachable > programs);
    check_that("samples", tried.samples > programs);
    check_that("requests", tried.requests > programs / 2);
    check_that("from files", tried.from_files > programs / 20);
    check_that("with kinds", tried.kinds > programs / 5);
    check_that("finalizers", tried.finalizers > programs / 2);
    check_that("for the graph engine alone",
               tried.of_graph > 0 && tried.of_graph < tried.kinds / 2);
    check_that("in no generation", tried.untracked > programs / 5);
    check_that("out of memory", tried.statuses[RUN_out_of_memory] > programs / 50);
    check_that("failed", tried.statuses[RUN_failed] > programs / 50);
    check_that("finished", tried.statuses[RUN_finished] > programs / 2);
}

/* Where the steady state begins, if the program got so far. */
static bool reaches_steady_state(const struct run *run, uint64_t warmup_ns)
{
    uint64_t begin_ns = run->result.service_ns + warmup_ns;
    check_that("not too early",
               run->result.steady_ns >= begin_ns || run->result.wall_ns < begin_ns);
    check_that("not after the end", run->result.steady_ns <= run->result.wall_ns);
    check_that("nor as mutator time", run->result.steady_mutator_ns <= run->result.mutator_ns);
    return warmup_ns && run->result.steady_ns < run->result.wall_ns;
}

/* A warm-up changes where the steady state begins, what is before that, and nothing else. */
TEST(warm_up)
{
    enum { TRIALS = 300 };
    uint64_t reached = 0;
    for (uint64_t seed = 1; seed <= TRIALS; seed++) {
        struct trial trial;
        struct run with, without;
        struct error how;
        char text[TRIAL_TEXT];
        if (seed % 4)
            trial_of_operations(&trial, seed, 1000);
        else
            trial_of_workload(&trial, seed);
        trial_text(text, &trial);
        uint64_t seen = run_trial(&with, &trial, &interval_engine, NULL);
        reached += reaches_steady_state(&with, trial.setup.warmup_ns);
        trial.setup.warmup_ns = 0;
        check_count(text, run_trial(&without, &trial, &interval_engine, NULL), seen);
        if (with.status == 0)
            check_count(text, without.result.steady_ns, without.result.service_ns);
        with.result.steady_ns = without.result.steady_ns;
        with.result.steady_mutator_ns = without.result.steady_mutator_ns;
        with.result.steady_born = without.result.steady_born;
        memcpy(with.result.early_events, without.result.early_events,
               sizeof with.result.early_events); /* before the steady state */
        check_text(text, run_differs(&with, &without, &how) ? how.text : "", "");
        run_fini(&with);
        run_fini(&without);
        trial_fini(&trial);
    }
    check_that("often enough", reached > TRIALS / 6);
}

/* ---- what is stored -----------------------------------------------------------------------------
 */

static int64_t run_and_store(struct results_file *file, struct trial *trial,
                             const struct engine *engine)
{
    struct simulation_result result;
    struct error error;
    trial->setup.engine = engine;
    file->setup = trial->setup;
    int64_t run = results_file_begin(file);
    int status = simulate(&trial->setup, &file->observer, &result, &error);
    results_file_end(file, run, &result, status == 0 ? NULL : error.text);
    return run;
}

/* A row without the run's number, which comes first; false: there is none. */
static bool next_row(sqlite3_stmt *statement, struct text *row)
{
    bool found = results_file_row(statement, row);
    return found && memmove(row->text, strchr(row->text, '|'), strlen(strchr(row->text, '|')) + 1);
}

/* Returns how many rows there are of a run. */
static uint64_t compare_rows(const char *what, struct store *store, const char *table, int64_t a,
                             int64_t b)
{
    char sql[100];
    struct text row, other;
    uint64_t rows = 0;
    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE run_id = ?1 ORDER BY 2, 3", table);
    sqlite3_stmt *rows_a = results_file_query(store, sql, a);
    sqlite3_stmt *rows_b = results_file_query(store, sql, b);
    while (next_row(rows_a, &row)) {
        check_that(what, next_row(rows_b, &other));
        check_text(what, other.text, row.text);
        rows++;
    }
    check_that(what, !next_row(rows_b, &other));
    sqlite3_finalize(rows_a);
    sqlite3_finalize(rows_b);
    return rows;
}

/* Both engines' runs in one file have the same rows. */
TEST(rows_of_results)
{
    enum { TRIALS = 12 };
    static const char *const tables[] = {"collection", "sample", "latency", "pause",
                                         "reclaimed",  "age",    "summary"};
    uint64_t rows[LENGTH(tables)] = {0};
    struct results_file file;
    results_file_init(&file, "default");
    for (uint64_t seed = 1; seed <= TRIALS; seed++) {
        struct trial trial;
        char text[TRIAL_TEXT];
        trial_of_workload(&trial, seed);
        trial_text(text, &trial);
        int64_t a = run_and_store(&file, &trial, &graph_engine);
        int64_t b = run_and_store(&file, &trial, &interval_engine);
        for (size_t i = 0; i < LENGTH(tables); i++)
            rows[i] += compare_rows(text, file.store, tables[i], a, b);
        trial_fini(&trial);
    }
    for (size_t i = 0; i < LENGTH(tables); i++)
        check_that(tables[i], rows[i] > TRIALS);
    results_file_fini(&file);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        programs = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs),
        cmocka_unit_test(warm_up),
        cmocka_unit_test(rows_of_results),
    };
    return cmocka_run_group_tests_name("engines", tests, NULL, NULL);
}
