/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the steady state begins, and that nothing else depends on it. */
#include <inttypes.h>

#include "policies/registry.h"
#include "tests/unit/check.h"
#include "tests/unit/tiny.h"
#include "workloads/registry.h"

#define STARTUP "work 100;event startup_done;"

/* A collection that finds nothing pauses for 200 ns (sim/model/costs.c). */
TEST(where_the_steady_state_begins)
{
    static const struct {
        const char *what, *program;
        uint64_t warmup_ns;
        const char *steady; /* wall time, mutator time */
    } rows[] = {
        {"no start-up and no warm-up: the whole program", "work 900", 0, "0 0"},
        {"nor is it anything else if start-up takes no time", "event startup_done;work 900", 0,
         "0 0"},
        {"no program", "", 0, "0 0"},
        {"no program, and a warm-up", "", 10, "0 0"},
        {"after start-up", STARTUP "work 900", 0, "100 100"},
        {"after a pause in start-up", "collect 2;" STARTUP "work 900", 0, "300 100"},
        {"and the warm-up after it, while idle at its instant", STARTUP "sleep 1000;work 9", 500,
         "600 100"},
        {"or when the operation under way has ended", STARTUP "work 300;work 300;work 300", 500,
         "700 700"},
        {"or the pause", STARTUP "work 350;collect 2;work 1", 500, "650 450"},
        {"or native code", STARTUP "native;work 300;work 300;return;work 1", 200, "700 700"},
        {"an operation may end at its instant", STARTUP "work 500;work 500", 500, "600 600"},
        {"it may be that of an arrival", STARTUP "begin 0 600;work 10;end 0", 500, "600 100"},
        {"it may be the end", STARTUP "sleep 600", 500, "600 100"},
        {"no start-up: a warm-up after the beginning", "work 300;sleep 1000", 500, "500 300"},
        {"it never comes: the end", STARTUP "work 100", 500, "200 200"},
        {"it never comes, without start-up", "work 100;collect 2", 500, "300 100"},
        {"nor if the warm-up is ever so long", STARTUP "work 100", INT64_MAX, "200 200"},
        {"start-up ends twice: it begins after the second time",
         STARTUP "work 100;event startup_done;sleep 1000", 500, "700 200"},
        {"and if the first warm-up had ended", STARTUP "work 600;event startup_done;sleep 2000",
         500, "1200 700"},
        {"and if there is none", STARTUP "work 600;event startup_done;sleep 2000", 0, "700 700"},
        {"start-up takes longer than a warm-up", "work 100;sleep 400;event startup_done;sleep 2000",
         200, "600 100"},
        {"the same, and it never comes", "work 100;sleep 400;event startup_done;work 100", 200,
         "500 200"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &(struct tiny){.program = rows[i].program, .warmup_ns = rows[i].warmup_ns},
                 NULL);
        tiny_check_finished(rows[i].what, &run);
        text_add(&text, "%" PRIu64 " %" PRIu64, run.result.steady_ns, run.result.steady_mutator_ns);
        check_text(rows[i].what, text.text, rows[i].steady);
        run_fini(&run);
    }
}

TEST(objects_born_by_then)
{
    static const struct {
        const char *what, *program;
        uint64_t warmup_ns, steady_born, born;
    } rows[] = {
        {"start-up", "new 0 0;new 0 0;event startup_done;new 1 0;new 2 0;new 3 0", 0, 2, 5},
        {"and a warm-up", "new 0 0;event startup_done;new 1 0;work 500;new 2 0;new 3 0", 400, 2, 4},
        {"it never comes", "new 0 0;event startup_done;new 1 0", 5000, 2, 2},
        {"no start-up", "new 0 0;new 1 0", 0, 0, 2},
        {"the interpreter's own are not", "new 0 0;event startup_done;freeze;new 1 0", 0, 1, 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run,
                 &(struct tiny){
                     .program = rows[i].program, .warmup_ns = rows[i].warmup_ns, .permanent = 7},
                 NULL);
        tiny_check_finished(rows[i].what, &run);
        check_count(rows[i].what, run.result.steady_born, rows[i].steady_born);
        check_count(rows[i].what, run.result.born, rows[i].born);
        run_fini(&run);
    }
}

TEST(out_of_memory_on_the_way)
{
    static const struct {
        uint64_t warmup_ns, steady_ns;
    } rows[] = {{0, 0}, {50, 60}, {1000, 106}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run,
                 &(struct tiny){.program = "work 60;new 0 0;work 100;" STARTUP,
                                .memory_limit_bytes = 10,
                                .warmup_ns = rows[i].warmup_ns},
                 NULL);
        check_count("status", run.result.status, RUN_out_of_memory);
        check_count("steady", run.result.steady_ns, rows[i].steady_ns);
        run_fini(&run);
    }
}

/* Timers, pauses and samples at the very instant at which the warm-up ends, too. */
TEST(nothing_else_depends_on_it)
{
    static const char *const policy_specs[] = {"default", "threshold:t0=20", "timed:every=10ms",
                                               "freeze", "event:on=request_end,every=3"};
    static const uint64_t warmups_ns[] = {1,        10 * NS_PER_MS, 333333, 700 * NS_PER_MS,
                                          NS_PER_S, 3600 * NS_PER_S};
    uint64_t collections = 0;
    struct error error;
    struct setting workload;
    setting_parse(&workload, "web:modules=50,startup=50ms,settle=100ms,duration=1s,rate=50",
                  workloads, "workload", &error);
    for (size_t p = 0; p < LENGTH(policy_specs); p++) {
        struct setting policy;
        struct run with, without;
        check_signed("policy", setting_parse(&policy, policy_specs[p], policies, "policy", &error),
                     0);
        struct simulation_setup setup = {.collector = collector_version("cpython-3.13"),
                                         .workload = &workload,
                                         .policy = &policy,
                                         .seed = 5,
                                         .sample_ns = 10 * NS_PER_MS};
        run_simulation(&without, &setup);
        tiny_check_finished(policy_specs[p], &without);
        collections += without.record.collection_count;
        check_count("steady", without.result.steady_ns, without.result.service_ns);
        for (size_t w = 0; w < LENGTH(warmups_ns); w++) {
            setup.warmup_ns = warmups_ns[w];
            run_simulation(&with, &setup);
            check_that("later", with.result.steady_ns > without.result.steady_ns);
            with.result.steady_ns = without.result.steady_ns;
            with.result.steady_mutator_ns = without.result.steady_mutator_ns;
            check_that("born", with.result.steady_born >= without.result.steady_born);
            with.result.steady_born = without.result.steady_born;
            for (int event = 0; event < PROGRAM_EVENT_COUNT; event++) {
                check_that("early", with.result.early_events[event] <= with.result.events[event]);
                check_that("not fewer",
                           with.result.early_events[event] >= without.result.early_events[event]);
                with.result.early_events[event] = without.result.early_events[event];
            }
            check_text(policy_specs[p], run_differs(&with, &without, &error) ? error.text : "", "");
            run_fini(&with);
        }
        run_fini(&without);
        setting_fini(&policy);
    }
    check_that("collections", collections > 200);
    setting_fini(&workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_the_steady_state_begins),
        cmocka_unit_test(objects_born_by_then),
        cmocka_unit_test(out_of_memory_on_the_way),
        cmocka_unit_test(nothing_else_depends_on_it),
    };
    return cmocka_run_group_tests_name("warmup", tests, NULL, NULL);
}
