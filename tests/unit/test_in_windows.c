/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program in windows and runs that advance by them: what callers may count on, how much a run
 * keeps, and what is too much. */
#include <stdio.h>

#include "policies/registry.h"
#include "sim/base/attempt.h"
#include "sim/interval/interval_engine.h"
#include "sim/interval/replayer.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"

/* ---- a program that leaves cycles --------------------------------------------------------------
 */

enum {
    RING = 3,
    OPERATIONS = 12
}; /* of a ring: objects, all of which become isolated; operations */

struct rings {
    int64_t count, tails, made;
};

enum { FIRST, A, B, STOCK, TAIL, REGISTERS };

static const struct param rings_params[] = {
    {"count", PARAM_FIELD(rings, count), .type = PARAM_COUNT, .initial = "100", .least = 0,
     .most = 1e9, .meaning = "rings made and let go"},
    {"tails", PARAM_FIELD(rings, tails), .type = PARAM_COUNT, .initial = "0", .least = 0, .most = 1,
     .meaning = "1: each refers to an object that is frozen"},
    {NULL},
};

static int rings_start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    (void)state, (void)seed, (void)error;
    program->registers = REGISTERS;
    return 0;
}

static void stock_tails(struct program *program, uint32_t count)
{
    program_new(program, STOCK, KIND_LIST, count, 0);
    for (uint32_t i = 0; i < count; i++) {
        program_new(program, TAIL, KIND_LIST, 0, 0);
        program_store(program, STOCK, i, TAIL);
    }
    program_drop(program, TAIL);
    program_emit(program, (struct op){.code = OP_FREEZE});
}

static void take_tail(struct program *program, uint32_t number)
{
    program_emit(program, (struct op){.code = OP_LOAD, .a = TAIL, .b = STOCK, .c = number});
    program_store(program, FIRST, 1, TAIL);
    program_clear(program, STOCK, number);
    program_drop(program, TAIL);
}

static bool rings_produce(void *state, struct program *program)
{
    struct rings *rings = state;
    if (rings->made == rings->count)
        return false;
    if (rings->tails && rings->made == 0)
        stock_tails(program, (uint32_t)rings->count);
    program_ring(program, KIND_INSTANCE, FIRST, A, B, RING, 0, 0);
    if (rings->tails)
        take_tail(program, (uint32_t)rings->made);
    program_drop(program, FIRST);
    rings->made++;
    return true;
}

static const struct workload workload_rings = {
    .about = {.name = "rings",
              .summary = "rings, let go",
              .state_size = sizeof(struct rings),
              .params = rings_params},
    .start = rings_start,
    .produce = rings_produce,
};

static const struct component *const own_workloads[] = {&workload_rings.about, NULL};

/* ---- one run over it ---------------------------------------------------------------------------
 */

struct course {
    struct setting workload, policy;
    struct simulation_setup setup;
    struct compiler *compiler;
    struct compiled window;
    struct error error;
};

static void course_init(struct course *course, const char *rings, const char *policy,
                        const struct compile_options *options)
{
    *course = (struct course){.error = {""}};
    setting_parse(&course->workload, rings, own_workloads, "workload", &course->error);
    setting_parse(&course->policy, policy, policies, "policy", &course->error);
    check_text("settings", course->error.text, "");
    course->setup = (struct simulation_setup){.engine = &interval_engine,
                                              .collector = collector_version("cpython-3.11"),
                                              .workload = &course->workload,
                                              .policy = &course->policy,
                                              .sample_ns = SAMPLE_AUTO};
    course->compiler =
        compiler_open(&course->workload, 1, course->setup.collector, options, &course->error);
    check_text("opened", course->error.text, "");
    compiled_init(&course->window);
}

static int next_window(struct course *course)
{
    compiled_fini(&course->window);
    int status = compiler_next(course->compiler, &course->window, &course->error);
    course->setup.compiled = &course->window;
    return status;
}

static void course_fini(struct course *course)
{
    compiled_fini(&course->window);
    compiler_close(course->compiler);
    setting_fini(&course->workload);
    setting_fini(&course->policy);
}

TEST(windows_come_one_after_the_other)
{
    struct course course;
    course_init(&course, "rings:count=50", "default", &(struct compile_options){.window = 100});
    uint64_t operations = 0, windows = 0;
    do {
        check_signed("one more", next_window(&course), 1);
        check_count("goes on where the last one ended", course.window.before.operations,
                    operations);
        operations += course.window.operations;
        check_that("as long as asked for",
                   course.window.operations == 100 || course.window.is_last);
        windows++;
    } while (!course.window.is_last);
    check_that("several", windows > 5);
    check_signed("no more", next_window(&course), 0);
    check_signed("no more", next_window(&course), 0);
    check_text("and nothing is wrong", course.error.text, "");
    course_fini(&course);
}

/* ---- how a run ends ----------------------------------------------------------------------------
 */

TEST(a_run_that_has_ended)
{
    struct course course;
    struct simulation_result result;
    course_init(&course, "rings:count=50", "default", &(struct compile_options){.window = 100});
    next_window(&course);
    struct simulation *run = simulation_new(&course.setup, NULL, &course.error);
    while (simulation_advance(run, &course.window, &course.error) == 0)
        check_signed("the next", next_window(&course), 1);
    check_that("at the end", course.window.is_last);
    compiled_fini(&course.window);
    check_signed("it has ended", simulation_advance(run, NULL, &course.error), 1);
    check_signed("well", simulation_finish(run, &result, &course.error), 0);
    check_count("status", result.status, RUN_finished);
    check_count("operations", result.operations, 50 * OPERATIONS);
    simulation_free(run);
    course_fini(&course);
}

static int give_up(void *context, const struct collection *collection)
{
    (void)context, (void)collection;
    return -1;
}

TEST(an_observer_gives_up)
{
    struct course course;
    struct simulation_result result;
    const struct observer observer = {.collection = give_up};
    course_init(&course, "rings:count=5000", "default", &(struct compile_options){.window = 100});
    next_window(&course);
    struct simulation *run = simulation_new(&course.setup, &observer, &course.error);
    while (simulation_advance(run, &course.window, &course.error) == 0)
        next_window(&course);
    check_that("early", !course.window.is_last);
    check_signed("as simulate says it", simulation_finish(run, &result, &course.error), -1);
    check_text("its owner knows why", course.error.text, "");
    check_count("status", result.status, RUN_failed);
    simulation_free(run);
    course_fini(&course);
}

TEST(a_run_is_left_half_way)
{
    struct course course;
    course_init(&course, "rings:count=5000", "default", &(struct compile_options){.window = 100});
    next_window(&course);
    struct simulation *run = simulation_new(&course.setup, NULL, &course.error);
    check_signed("goes on", simulation_advance(run, &course.window, &course.error), 0);
    simulation_free(run);
    course_fini(&course);
}

/* ---- how much is kept --------------------------------------------------------------------------
 */

static size_t pages_of(const struct isolated_graph *graph)
{
    size_t pages = 0;
    for (size_t i = 0; i < graph->table_capacity; i++)
        for (uint32_t p = 0; p < TABLE; p++)
            pages += graph->tables[i]->pages[p] != graph->no_page;
    return pages;
}

static size_t tables_of(const struct isolated_graph *graph)
{
    size_t tables = 0;
    for (size_t i = 0; i < graph->table_capacity; i++)
        tables += graph->tables[i] != graph->no_table;
    return tables;
}

struct driven {
    struct mutator mutator; /* first: the replayer is found from it */
    struct replayer *replayer;
};

static void collect(struct mutator *mutator)
{
    struct driven *driven = (struct driven *)mutator;
    struct found found;
    int generation = collector_choose(&mutator->collector);
    if (generation < 0)
        return;
    collector_begin(&mutator->collector, generation);
    interval_engine.collect(driven->replayer, generation, &found);
    collector_end(&mutator->collector, generation, found.survivors, found.collected,
                  found.uncollectable);
    mutator->collector.collecting = false;
}

/* What a replayer keeps as the program ends. */
struct keeps {
    size_t pages, tables, units;
};

static struct keeps replay(const char *rings, bool collects)
{
    struct course course;
    struct op control;
    struct driven driven = {.mutator = {.due_ns = UINT64_MAX, .collect_automatically = collect}};
    course_init(&course, rings, "default", &(struct compile_options){.window = 5000});
    collector_init(&driven.mutator.collector, course.setup.collector);
    if (!collects)
        collector_enable(&driven.mutator.collector, false);
    next_window(&course);
    struct replayer *replayer = driven.replayer =
        interval_engine.new(&course.setup, &driven.mutator, &course.error);
    interval_engine.enter(replayer, &course.window);
    for (enum engine_stop stop; (stop = interval_engine.run(replayer, &control)) != STOP_END;)
        if (stop == STOP_CONTROL) {
            interval_engine.freeze(replayer);
        } else if (stop == STOP_WINDOW) {
            next_window(&course);
            interval_engine.enter(replayer, &course.window);
        }
    check_text("no error", course.error.text, "");
    struct keeps keeps = {pages_of(&replayer->isolated), tables_of(&replayer->isolated),
                          replayer->isolated.kept.used};
    interval_engine.free(replayer);
    course_fini(&course);
    return keeps;
}

/* What is isolated and not reclaimed: up to 700 objects, and what has become so in a window. */
TEST(what_is_reclaimed_is_forgotten)
{
    struct keeps keeps = replay("rings:count=300000", true);
    check_that("few pages", keeps.pages <= 3000 / PAGE);
    check_that("few tables", keeps.tables <= 2);
    check_that("blocks are taken again", keeps.units < 3000 * 8);
}

/* Tails are reclaimed with their rings; but no collection ever passes the permanent generation. */
TEST(what_is_reclaimed_in_an_old_generation_is_forgotten)
{
    struct keeps keeps = replay("rings:count=50000,tails=1", true);
    check_that("few pages", keeps.pages <= 10000 / PAGE);
}

/* All of it. */
TEST(what_floats_is_kept)
{
    struct keeps keeps = replay("rings:count=20000", false);
    check_count("pages", keeps.pages, 20000 * RING / PAGE + 1);
    check_that("blocks", keeps.units > 20000 * RING * 3);
}

/* ---- memory that runs out ----------------------------------------------------------------------
 */

static int simulate_course(void *context, struct error *error)
{
    struct course *course = context;
    struct simulation_result result;
    return simulate(&course->setup, NULL, &result, error);
}

/* A run that compiles for itself, and keeps all of its garbage. */
TEST(what_was_taken_is_given_back)
{
    enum { MOST = 40 };
    struct course course;
    int64_t failed = 0;
    course_init(&course, "rings:count=300000", "off", &(struct compile_options){0});
    for (uint64_t mib = 1; mib <= MOST; mib++) {
        struct memory_account account = {.limit_bytes = mib << 20};
        int status = attempt_within(&account, simulate_course, &course, &course.error);
        if (status != 0)
            check_mentions("one line", course.error.text, "out of memory: more than the");
        failed += status != 0;
        check_signed("given back", account.taken_bytes, 0);
    }
    check_signed("windows, blocks and pages are more than that", failed, MOST);
    course_fini(&course);
}

/* ---- what is too much --------------------------------------------------------------------------
 */

TEST(limits)
{
    static const struct {
        const char *what, *mentions;
        struct compile_options options;
    } rows[] = {
        {"objects", "2^40", {.window = 100, .births_before = (UINT64_C(1) << 40) - (1 << 28) - 50}},
        {"isolated objects", "2^32", {.window = 100, .numbers_before = UINT32_MAX - 100}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct course course;
        int windows = 0, status;
        course_init(&course, "rings:count=1000", "default", &rows[i].options);
        while ((status = next_window(&course)) == 1)
            windows++;
        check_signed(rows[i].what, status, -1);
        check_that("only as far as it goes", windows > 0 && windows < 10);
        check_mentions(rows[i].what, course.error.text, rows[i].mentions);
        check_signed("and that is the end", next_window(&course), 0);
        course_fini(&course);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_come_one_after_the_other),
        cmocka_unit_test(a_run_that_has_ended),
        cmocka_unit_test(an_observer_gives_up),
        cmocka_unit_test(a_run_is_left_half_way),
        cmocka_unit_test(what_is_reclaimed_is_forgotten),
        cmocka_unit_test(what_is_reclaimed_in_an_old_generation_is_forgotten),
        cmocka_unit_test(what_floats_is_kept),
        cmocka_unit_test(what_was_taken_is_given_back),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests_name("in_windows", tests, NULL, NULL);
}
