/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run samples on its way, and how it ends: well, out of memory, with a fault, or because an
 * observer gives up. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "tests/unit/check.h"
#include "tests/unit/tiny.h"
#include "workloads/registry.h"

TEST(when_samples_are_taken)
{
    static const struct {
        const char *what;
        struct tiny tiny;
        const char *instants;
    } rows[] = {
        {"while idle at their instants, and at the end",
         {.program = "sleep 1000", .sample_ns = 300},
         "300 600 900 1000"},
        {"the end may be one of them", {.program = "sleep 900", .sample_ns = 300}, "300 600 900"},
        {"a long operation makes several one",
         {.program = "work 1000;work 300", .sample_ns = 300},
         "1000 1300"},
        {"a pause too",
         {.program = "work 850;collect 2;sleep 1600", .sample_ns = 300},
         "850 1050 1200 1500 1600"},
        {"not in native code",
         {.program = "native;work 300;work 300;return;sleep 1000", .sample_ns = 300},
         "600 900 1000"},
        {"never", {.program = "sleep 1000", .sample_ns = SAMPLE_NEVER, .planned_ns = 250000}, ""},
        {"a 250th of what is planned",
         {.program = "sleep 5000", .sample_ns = SAMPLE_AUTO, .planned_ns = 500000},
         "2000 4000 5000"},
        {"1 us, if that is less",
         {.program = "sleep 2500", .sample_ns = SAMPLE_AUTO, .planned_ns = 500},
         "1000 2000 2500"},
        {"10 ms, if no plan is known",
         {.program = "sleep 25000000", .sample_ns = SAMPLE_AUTO},
         "10000000 20000000 25000000"},
        {"a program without operations", {.program = "", .sample_ns = 300}, "0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &rows[i].tiny, NULL);
        tiny_check_finished(rows[i].what, &run);
        for (size_t s = 0; s < run.record.sample_count; s++)
            text_add(&text, "%s%" PRIu64, s ? " " : "", run.record.samples[s].wall_ns);
        check_text(rows[i].what, text.text, rows[i].instants);
        run_fini(&run);
    }
}

/* A program that takes far longer than planned is sampled more and more rarely: 500 times every 1
 * us, 500 times every 2 us, and then every 4 us, unless the interval was given. */
TEST(samples_thin_out)
{
    static const struct {
        uint64_t sample_ns, last_interval_ns;
        size_t samples;
    } rows[] = {{SAMPLE_AUTO, 4000, 500 + 500 + 375}, {1000, 1000, 3000}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run,
                 &(struct tiny){.program = "sleep 3000000",
                                .sample_ns = rows[i].sample_ns,
                                .planned_ns = 250000},
                 NULL);
        tiny_check_finished("the program", &run);
        const struct sample *samples = run.record.samples;
        check_count("samples", run.record.sample_count, rows[i].samples);
        check_count("the 500th", samples[499].wall_ns, 500000);
        check_count("the interval at last",
                    samples[rows[i].samples - 1].wall_ns - samples[rows[i].samples - 2].wall_ns,
                    rows[i].last_interval_ns);
        check_count("as reported", run.result.sample_ns, rows[i].last_interval_ns);
        run_fini(&run);
    }
}

/* A cycle of 64 bytes that nothing reaches, one object of 56 that a register holds, and one freed.
 */
TEST(what_a_sample_says)
{
    struct run run;
    tiny_run(&run,
             &(struct tiny){.program = "new 0 1;store 0 0 0;drop 0;new 1 0;new 2 9;drop 2",
                            .sample_ns = 1000000},
             NULL);
    tiny_check_finished("the program", &run);
    check_count("samples", run.record.sample_count, 1);
    check_count("live", run.record.samples[0].live_bytes, 56);
    check_count("garbage", run.record.samples[0].garbage_bytes, 64);
    check_count("generation 0", run.record.samples[0].tracked[0], 2);
    check_count("generation 1", run.record.samples[0].tracked[1], 0);
    check_count("interval", run.result.sample_ns, 1000000);
    run_fini(&run);
}

/* A timer at the instant of a sample, which collects: the sample shows the garbage that was there.
 */
TEST(a_sample_comes_before_a_timer)
{
    struct run run;
    tiny_run(&run,
             &(struct tiny){.program = "new 0 1;store 0 0 0;drop 0;sleep 5000",
                            .sample_ns = 4000,
                            .timers = {4000},
                            .collects_in_timer = true},
             NULL);
    tiny_check_finished("the program", &run);
    check_count("samples", run.record.sample_count, 2);
    check_count("at its instant", run.record.samples[0].wall_ns, 4000);
    check_count("before", run.record.samples[0].garbage_bytes, 64);
    check_count("after", run.record.samples[1].garbage_bytes, 0);
    run_fini(&run);
}

TEST(memory_limit)
{
    static const struct {
        const char *what, *program;
        uint64_t limit_bytes;
        enum run_status status;
        uint64_t operations, heap_bytes;
    } rows[] = {
        {"it fits", "fill 2;work 1", 112, RUN_finished, 3, 112},
        {"a byte too much", "fill 2;work 1", 111, RUN_out_of_memory, 1, 56},
        {"the very first", "fill 2;work 1", 55, RUN_out_of_memory, 0, 0},
        {"none", "fill 2", 0, RUN_finished, 2, 112},
        {"what was freed is free", "new 0 0;drop 0;new 0 0", 56, RUN_finished, 3, 56},
        {"what a register holds goes only after the allocation", "new 0 0;new 0 0", 56,
         RUN_out_of_memory, 1, 56},
        {"garbage counts", "new 0 1;store 0 0 0;drop 0;new 0 0", 64, RUN_out_of_memory, 3, 64},
        {"until it is collected", "new 0 1;store 0 0 0;drop 0;collect 0;new 0 0", 64, RUN_finished,
         5, 56},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run,
                 &(struct tiny){.program = rows[i].program,
                                .sample_ns = 1000000,
                                .memory_limit_bytes = rows[i].limit_bytes},
                 NULL);
        check_text(rows[i].what, run.error.text, "");
        check_signed(rows[i].what, run.status, 0);
        check_count(rows[i].what, run.result.status, rows[i].status);
        check_count(rows[i].what, run.result.operations, rows[i].operations);
        check_count(rows[i].what, run.result.totals.heap_bytes, rows[i].heap_bytes);
        check_count(rows[i].what, run.result.wall_ns, run.result.mutator_ns + run.result.pause_ns);
        check_count("a last sample", run.record.sample_count, 1);
        check_count("a last sample",
                    run.record.samples[0].live_bytes + run.record.samples[0].garbage_bytes,
                    rows[i].heap_bytes);
        run_fini(&run);
    }
}

TEST(faults)
{
    static const struct {
        const char *program, *message;
    } rows[] = {
        {"work 1;drop 3", "tiny: operation 1: register 3: the register is empty"},
        {"store 7 0 0", "tiny: operation 0: register 7: the register is empty"},
        {"new 0 1;store 0 0 1", "tiny: operation 1: register 1: the register is empty"},
        {"new 0 1;clear 1 0", "tiny: operation 1: register 1: the register is empty"},
        {"new 0 1;load 0 1 0", "tiny: operation 1: register 1: the register is empty"},
        {"new 0 1;copy 0 1", "tiny: operation 1: register 1: the register is empty"},
        {"new 0 1;drop 0;drop 0", "tiny: operation 2: register 0: the register is empty"},
        {"new 0 3;store 0 3 0",
         "tiny: operation 1: field 3: the object has no such field (it has 0 to 2)"},
        {"new 0 1;clear 0 9",
         "tiny: operation 1: field 9: the object has no such field (it has 0 to 0)"},
        {"new 0 1;load 1 0 1",
         "tiny: operation 1: field 1: the object has no such field (it has 0 to 0)"},
        {"new 0 0;store 0 0 0", "tiny: operation 1: field 0: the object has no fields"},
        {"sleep 3153600000000000001",
         "tiny: operation 0: the program takes more than a hundred years"},
        {"work 18446744073709551615;work 9",
         "tiny: operation 0: the program takes more than a hundred years"},
        {"work 2;work 9223372036854775808;work 9223372036854775808",
         "tiny: operation 1: the program takes more than a hundred years"},
        {"work 1576800000000000000;work 1576800000000000000;work 1;new 0 0",
         "tiny: operation 2: the program takes more than a hundred years"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run, &(struct tiny){.program = rows[i].program}, NULL);
        check_signed(rows[i].program, run.status, -1);
        check_text(rows[i].program, run.error.text, rows[i].message);
        check_count(rows[i].program, run.result.status, RUN_failed);
        run_fini(&run);
    }
}

static void run_script(struct run *run, const char *path)
{
    char spec[TEST_PATH + 16];
    struct setting workload, policy;
    struct error error;
    snprintf(spec, sizeof spec, "script:file=%s", path);
    check_signed(spec, setting_parse(&workload, spec, workloads, "workload", &error), 0);
    check_signed(spec, setting_parse(&policy, "default", policies, "policy", &error), 0);
    run_simulation(run, &(struct simulation_setup){
                            .collector = collector_version("cpython-3.13"),
                            .workload = &workload,
                            .policy = &policy,
                        });
    setting_fini(&workload);
    setting_fini(&policy);
}

/* With the place in the file. */
TEST(faults_of_a_heap_script)
{
    static const struct {
        const char *script, *message; /* after the file's name */
    } rows[] = {
        {"new 0 1\n\n# comment\ndrop 1\n", ":4: register 1: the register is empty"},
        {"new 0 1\r\nstore 0 1 0\r\n", ":2: field 1: the object has no such field (it has 0 to 0)"},
        {"new 0 0\nload 1 0 0", ":2: field 0: the object has no fields"},
        {"new 0 0\n\nnwe 0 0", ":3: there is no operation 'nwe'; did you mean 'new'?"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[TEST_PATH], message[TEST_PATH + 100];
        struct run run;
        test_file(path, rows[i].script, strlen(rows[i].script));
        snprintf(message, sizeof message, "%s%s", path, rows[i].message);
        run_script(&run, path);
        unlink(path);
        check_signed(rows[i].script, run.status, -1);
        check_mentions(rows[i].script, run.error.text, message);
        run_fini(&run);
    }
}

/* In programs longer than the stretches in which they are emitted and executed. */
TEST(operations_are_numbered_across_stretches)
{
    enum { PAIRS = 15000 };
    static const char pair[] = "new 0 0;drop 0;";
    static const size_t stretches[] = {1, 7, 4095, 4096, 4097, 100000};
    char *program = calloc(PAIRS + 1, sizeof pair);
    for (int i = 0; i < PAIRS; i++)
        strcpy(program + (size_t)i * (sizeof pair - 1), pair);
    for (size_t i = 0; i < LENGTH(stretches); i++) {
        const struct tiny tiny = {.program = program, .stretch = stretches[i]};
        struct run run;
        tiny_run(&run, &tiny, NULL);
        tiny_check_finished("a valid one", &run);
        check_count("operations", run.result.operations, 2 * PAIRS);
        run_fini(&run);
        strcpy(program + PAIRS * (sizeof pair - 1), "drop 40");
        tiny_run(&run, &tiny, NULL);
        check_text("its end", run.error.text,
                   "tiny: operation 30000: register 40: the register is empty");
        run_fini(&run);
        program[PAIRS * (sizeof pair - 1)] = '\0';
    }
    free(program);
}

TEST(a_workload_that_cannot_start)
{
    int stopped = 0;
    struct run run;
    tiny_run(&run, &(struct tiny){.program = "", .failure = "no such luck", .stopped = &stopped},
             NULL);
    check_signed("status", run.status, -1);
    check_text("error", run.error.text, "no such luck");
    check_count("status", run.result.status, RUN_failed);
    check_signed("it is stopped all the same", stopped, 1);
    run_fini(&run);
}

#define TOLD 7 /* times */

/* Another observer is told of everything that this one is. */
static void give_up(const struct engine *engine, size_t at)
{
    int stopped = 0;
    const struct tiny tiny = {
        .program = "collect 0;begin 0 5000;end 0;collect 0;work 1;work 1",
        .engine = engine,
        .sample_ns = 2600,
        .stopped = &stopped,
    };
    struct run_record record = {.refuses_at = at}, other = {0};
    struct simulation_result result;
    struct error error;
    const struct observer last = run_record_observer(&other, NULL);
    const struct observer first = run_record_observer(&record, &last);
    int status = tiny_simulate(&tiny, NULL, &first, &result, &error);
    bool gave_up = at <= TOLD;
    check_that("at all of these", gave_up ? record.told >= at : record.told == TOLD);
    check_signed("status", status, gave_up ? -1 : 0);
    check_count("status", result.status, gave_up ? RUN_failed : RUN_finished);
    check_text("the observer's owner knows why", error.text, "");
    check_count("the other is told as much", other.told, record.told);
    check_that("little more is told", record.told <= at + 1);
    check_signed("stopped", stopped, 1);
    run_record_fini(&record);
    run_record_fini(&other);
}

/* It is told of a collection, a sample, a request, a collection, a sample, progress and a last
 * sample, and may end the run at any of them. */
TEST(an_observer_gives_up)
{
    for (size_t i = 0; engines[i]; i++)
        for (size_t at = 1; at <= TOLD + 1; at++)
            give_up(engines[i], at);
}

struct few {
    int told, most;
};

static int refuse_more(void *context, const struct gc_event *event)
{
    struct few *few = context;
    (void)event;
    return few->told++ < few->most ? 0 : -1;
}

/* One is begun before it gives up. */
TEST(an_observer_of_module_gc_gives_up)
{
    static const struct {
        int most, told, status;
    } rows[] = {{0, 3, -1}, {3, 6, -1}, {6, 7, -1}, {7, 7, 0}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct few few = {.most = rows[i].most};
        const struct observer observer = {.context = &few, .gc_event = refuse_more};
        const struct tiny tiny = {.program = "collect 0;collect 1", .engine = engines[i % 2]};
        struct simulation_result result;
        struct error error;
        check_signed("status", tiny_simulate(&tiny, NULL, &observer, &result, &error),
                     rows[i].status);
        check_signed("told", few.told, rows[i].told);
    }
}

TEST(a_run_leaves_its_setting_alone)
{
    struct tiny tiny = {.program = "new 0 0;work 10;collect 2", .stretch = 1};
    const struct setting workload = tiny_workload(&tiny);
    struct error error;
    struct setting policy;
    check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
    const struct simulation_setup setup = {
        .collector = collector_version("cpython-3.11"),
        .workload = &workload,
        .policy = &policy,
    };
    struct run once, twice;
    run_simulation(&once, &setup);
    check_that("the state", tiny.next == 0 && !tiny.ops);
    run_simulation(&twice, &setup);
    tiny_check_finished("once", &once);
    check_count("the same again", run_hash(&twice), run_hash(&once));
    run_fini(&once);
    run_fini(&twice);
    setting_fini(&policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_samples_are_taken),
        cmocka_unit_test(samples_thin_out),
        cmocka_unit_test(what_a_sample_says),
        cmocka_unit_test(a_sample_comes_before_a_timer),
        cmocka_unit_test(memory_limit),
        cmocka_unit_test(faults),
        cmocka_unit_test(faults_of_a_heap_script),
        cmocka_unit_test(operations_are_numbered_across_stretches),
        cmocka_unit_test(a_workload_that_cannot_start),
        cmocka_unit_test(an_observer_gives_up),
        cmocka_unit_test(an_observer_of_module_gc_gives_up),
        cmocka_unit_test(a_run_leaves_its_setting_alone),
    };
    return cmocka_run_group_tests_name("simulation_end", tests, NULL, NULL);
}
