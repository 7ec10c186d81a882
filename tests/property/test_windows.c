/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program replayed window by window does what it does whole, to the last bit: random programs
 * under random policies, windows of every length, and object numbers beyond 32 bits. Arguments are
 * those of test_engines.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "sim/interval/compiled.h"
#include "tests/property/trial.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"
#include "workloads/registry.h"

static uint64_t first_seed = 1, programs = 10000;

#define WORKLOAD_SHARE 25 /* one workload for so many programs of operations */

/* What has been tried, so that it is known to have tried something. */
static struct tried {
    uint64_t windows, ancient_deaths, other_deaths, ancient_isolated, isolated, collections;
    uint64_t statuses[RUN_STATUS_COUNT];
} tried;

static void count_window(const struct compiled *window)
{
    const struct elder *elders = window->elder_deaths.data;
    for (size_t i = 0; i < window->elder_deaths.count; i++)
        if (elders[i].birth <= window->origin && window->origin > 0)
            tried.ancient_deaths++;
        else
            tried.other_deaths++;
    tried.windows++;
    tried.ancient_isolated += window->elder_isolated.count;
    tried.isolated += compiled_count(window, COLUMN_isolated);
}

/* ---- a run in windows --------------------------------------------------------------------------
 */

static void check_window(const struct compiled *window, const struct compiled *last)
{
    check_count("first operation", window->before.operations,
                last->before.operations + last->operations);
    check_count("first birth", window->before.births,
                last->before.births + compiled_count(last, COLUMN_births));
    check_count("first death", window->before.deaths,
                last->before.deaths + compiled_count(last, COLUMN_deaths));
    check_that("not before", window->progress[0] >= last->progress[0] &&
                                 window->progress[1] >= window->progress[0]);
}

/* Every window is gone when the next one comes. */
static void run_windows(struct run *run, struct compiler *compiler,
                        const struct simulation_setup *given, const struct observer *observer)
{
    struct simulation *simulation = NULL;
    struct compiled last = {0};
    int status = 0;
    while (status == 0) {
        struct compiled window;
        check_signed("a window", compiler_next(compiler, &window, &run->error), 1);
        if (!simulation) {
            struct simulation_setup setup = *given;
            setup.compiled = &window;
            last.before = window.before;
            simulation = simulation_new(&setup, observer, &run->error);
        }
        check_window(&window, &last);
        count_window(&window);
        status = simulation_advance(simulation, &window, &run->error);
        check_that("not beyond the last", status != 0 || !window.is_last);
        last = window;
        last.columns[COLUMN_births].data = last.columns[COLUMN_deaths].data = NULL;
        compiled_fini(&window);
    }
    check_text("last words", run->error.text, status < 0 ? run->error.text : "");
    run->status = simulation_finish(simulation, &run->result, &run->error);
    check_signed("failed", status < 0, run->status < 0 && run->error.text[0] != '\0');
    simulation_free(simulation);
}

static uint64_t run_trial_in_windows(struct run *run, struct trial *trial,
                                     const struct compile_options *options)
{
    struct simulation_setup setup = trial->setup;
    setup.engine = &interval_engine;
    *run = (struct run){0};
    struct observer observer = run_record_observer(&run->record, NULL);
    trial->seen = 0;
    struct compiler *compiler =
        compiler_open(setup.workload, setup.seed, setup.collector, options, &run->error);
    check_text("opened", run->error.text, "");
    run_windows(run, compiler, &setup, &observer);
    compiler_close(compiler);
    run_check_ages(run);
    run_check_births(run, trial->setup.permanent, true);
    return trial->seen;
}

/* ---- against the whole -------------------------------------------------------------------------
 */

static uint64_t draw(struct trial *trial, uint64_t limit)
{
    return test_random(&trial->seed) % limit;
}

/* So many births before that the program crosses a border, or none. */
static uint64_t draw_before(struct trial *trial, uint64_t births)
{
    static const uint64_t borders[] = {0, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(5) << 32,
                                       UINT64_C(1) << 39};
    uint64_t border = borders[draw(trial, LENGTH(borders))];
    uint64_t back = draw(trial, births + births / 4 + 2);
    return border > back ? border - back : 0;
}

static struct compile_options draw_options(struct trial *trial, uint64_t births)
{
    static const uint32_t windows[] = {1, 2, 3, 7, 50, 1000, 20000};
    return (struct compile_options){
        .window = windows[draw(trial, LENGTH(windows) - (trial->ops.ops ? 1 : 3)) +
                          (trial->ops.ops ? 0 : 3)],
        .births_before = draw_before(trial, births),
        .numbers_before = draw(trial, 3) ? 0 : draw(trial, UINT32_MAX - births - 1),
        .origin_back = draw(trial, 2) ? 0 : 1 + draw(trial, 200),
    };
}

static bool is_same(const struct run *run, uint64_t seen, struct trial *trial,
                    const struct compile_options *options, struct error *how)
{
    struct run other;
    uint64_t other_seen = run_trial_in_windows(&other, trial, options);
    bool differs = run_differs(run, &other, how);
    if (!differs && other_seen != seen)
        error_set(how, "what the policy saw");
    run_fini(&other);
    return !differs && other_seen == seen;
}

/* The whole program, and how many objects it has; false: it is for the graph engine. */
static bool run_whole(struct run *run, struct trial *trial, uint64_t *seen, uint64_t *births)
{
    struct simulation_setup setup = trial->setup;
    struct compiled whole;
    struct error error;
    compile(&whole, setup.workload, setup.seed, setup.collector, &trial->options, NULL, &error);
    *births = compiled_count(&whole, COLUMN_births);
    if (trial->declared.has_kinds && strstr(error.text, "takes the graph engine")) {
        compiled_fini(&whole);
        return false;
    }
    check_text("compiled", error.text, "");
    setup.engine = &interval_engine;
    setup.compiled = &whole;
    trial->seen = 0;
    run_with_engine(run, &setup);
    *seen = trial->seen;
    compiled_fini(&whole);
    return true;
}

static bool try_seed(uint64_t seed)
{
    struct trial trial;
    struct run run;
    struct error how;
    uint64_t seen, births;
    char text[TRIAL_TEXT];
    if (seed % WORKLOAD_SHARE == 0)
        trial_of_workload(&trial, seed);
    else if (seed % 3 == 0)
        trial_of_kinds(&trial, seed, seed % 10 == 3 ? 20000 : 2000);
    else
        trial_of_operations(&trial, seed, seed % 10 == 1 ? 20000 : 1000);
    if (!run_whole(&run, &trial, &seen, &births)) {
        trial_fini(&trial);
        return true;
    }
    struct compile_options options = draw_options(&trial, births);
    bool same = is_same(&run, seen, &trial, &options, &how);
    if (!same) {
        trial_text(text, &trial);
        print_error("# seed %" PRIu64 " (%s) in windows of %u, %" PRIu64 " births and %" PRIu64
                    " numbers before, origin %" PRIu64 " back: %s\n",
                    seed, text, options.window, options.births_before, options.numbers_before,
                    options.origin_back, how.text);
    }
    tried.collections += run.record.collection_count;
    tried.statuses[run.result.status]++;
    run_fini(&run);
    trial_fini(&trial);
    return same;
}

TEST(random_programs)
{
    uint64_t different = 0;
    for (uint64_t seed = first_seed; seed < first_seed + programs; seed++)
        different += !try_seed(seed);
    print_message("# %" PRIu64 " windows, %" PRIu64 " collections; %" PRIu64
                  " ancient objects die, %" PRIu64 " of other shapes; %" PRIu64
                  " become isolated, %" PRIu64 " of them ancient\n",
                  tried.windows, tried.collections, tried.ancient_deaths, tried.other_deaths,
                  tried.isolated, tried.ancient_isolated);
    check_count("different", different, 0);
    if (programs < 1000)
        return;
    check_that("windows", tried.windows > 50 * programs);
    check_that("collections", tried.collections > programs);
    check_that("isolated", tried.isolated > programs);
    check_that("ancient deaths", tried.ancient_deaths > programs);
    check_that("other shapes", tried.other_deaths > programs / 10);
    check_that("ancient isolated", tried.ancient_isolated > programs / 10);
    check_that("out of memory", tried.statuses[RUN_out_of_memory] > programs / 50);
    check_that("failed", tried.statuses[RUN_failed] > programs / 50);
}

/* ---- windows as they usually are -------------------------------------------------------- */

/* A run that compiles for itself goes window by window. */
TEST(a_long_program)
{
    static const char *const specs[] = {"default", "freeze", "off", "threshold:t0=50000"};
    static const struct compile_options usual = {0};
    struct setting workload, policy;
    struct compiled whole;
    struct error error;
    setting_parse(&workload, "web:duration=5s,modules=20000", workloads, "workload", &error);
    struct simulation_setup setup = {.engine = &interval_engine,
                                     .collector = collector_version("cpython-3.13"),
                                     .workload = &workload,
                                     .policy = &policy,
                                     .seed = 3,
                                     .sample_ns = SAMPLE_AUTO};
    compile(&whole, &workload, setup.seed, setup.collector, &usual, NULL, &error);
    check_that("several windows", whole.operations > 2500000);
    for (size_t i = 0; i < LENGTH(specs); i++) {
        struct run run, other;
        setting_parse(&policy, specs[i], policies, "policy", &error);
        setup.compiled = &whole;
        run_with_engine(&run, &setup);
        setup.compiled = NULL;
        run_with_engine(&other, &setup);
        check_text(specs[i], run_differs(&run, &other, &error) ? error.text : "", "");
        run_fini(&run);
        run_fini(&other);
        setting_fini(&policy);
    }
    compiled_fini(&whole);
    setting_fini(&workload);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        programs = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs),
        cmocka_unit_test(a_long_program),
    };
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
