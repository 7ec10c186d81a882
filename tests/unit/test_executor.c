/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plans executed by any number of workers: the same rows, and runs that fail on the way. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/engines.h"
#include "tests/unit/watch.h"
#include "workloads/registry.h"

/* ---- the same rows ---------------------------------------------------------------------- */

static void compare_workers(const struct engine *engine, const unsigned workers[3])
{
    struct results_file files[3];
    struct small_experiment small = watch_usual;
    small.engine = engine;
    for (size_t i = 0; i < LENGTH(files); i++) {
        struct watch watch = {0};
        results_file_init(&files[i], "default");
        watch_work_well(&files[i], &small, workers[i], &watch);
        results_file_check(files[i].store,
                           "SELECT count(*), sum(status = 'finished'),"
                           " (SELECT count(DISTINCT run_id) FROM collection),"
                           " (SELECT count(DISTINCT run_id) FROM summary) FROM run",
                           0, "32|32|20|32");
        check_count("each program once", watch.compiled, engine == &interval_engine ? 8 : 0);
        results_file_check_same(engine->name, files[0].store, files[i].store);
    }
    for (size_t i = 0; i < LENGTH(files); i++)
        results_file_fini(&files[i]);
}

TEST(any_number_of_workers)
{
    compare_workers(&interval_engine, (const unsigned[]){1, 2, 20});
    compare_workers(&graph_engine, (const unsigned[]){1, 2, 5});
}

/* Nothing is left to do the second time, and only what is new of a larger plan. */
TEST(what_has_ended_is_not_run_again)
{
    struct results_file file, other;
    struct small_experiment larger = watch_usual;
    struct watch again = {0}, more = {0};
    results_file_init(&file, "default");
    results_file_init(&other, "default");
    watch_work_well(&file, &watch_usual, 2, NULL);
    watch_work_well(&other, &watch_usual, 3, NULL);
    watch_work_well(&other, &watch_usual, 3, &again);
    check_count("runs", again.begun, 0);
    check_count("programs", again.compiled, 0);
    results_file_check_same("again", file.store, other.store);
    larger.policies[4] = "freeze";
    watch_work_well(&other, &larger, 3, &more);
    check_count("runs", more.begun, 8);
    check_count("programs", more.compiled, 8);
    results_file_check(other.store, "SELECT count(*), sum(status = 'finished') FROM run", 0,
                       "40|40");
    results_file_fini(&file);
    results_file_fini(&other);
}

/* Or there would be less of it in each round of a sweep. */
TEST(workers_give_back_what_they_took)
{
    static const struct small_experiment small = {
        .workloads = {"web:modules=100,duration=2s"},
        .policies = {"threshold:t0=5", "threshold:t0=6", "threshold:t0=7", "threshold:t0=8"},
        .seeds = 2,
        .log = LOG_samples,
    };
    struct watch watch = {.account = {.limit_bytes = UINT64_C(1) << 30}};
    struct results_file file;
    results_file_init(&file, "default");
    watch_work_well(&file, &small, 3, &watch);
    check_signed("bytes taken", watch.account.taken_bytes, 0);
    results_file_fini(&file);
}

/* ---- runs that fail --------------------------------------------------------------------- */

#define NEARLY_TOO_LONG                                                                            \
    "device:boot_steps=876,step_objects=30,step_cpu=3599.99995s,slowdown=1000,duration=1s"

TEST(a_run_that_fails_does_not_stop_the_others)
{
    static const unsigned workers[] = {1, 2, 5};
    static const struct small_experiment small = {
        .workloads = {NEARLY_TOO_LONG, SMALL_WEB},
        .policies = {"off", "event:on=step_done", "default", "freeze"},
        .log = LOG_samples,
    };
    struct results_file files[LENGTH(workers)];
    for (size_t i = 0; i < LENGTH(workers); i++) {
        struct watch watch = {0};
        results_file_init(&files[i], "default");
        watch_work_well(&files[i], &small, workers[i], &watch);
        check_count("failed", watch.failed, 1);
        results_file_check(files[i].store, "SELECT count(*) FROM run WHERE status = 'finished'", 0,
                           "7");
        results_file_check(files[i].store,
                           "SELECT id, policy, status, wall_ns,"
                           " error LIKE '%the program takes more than a hundred years',"
                           " (SELECT count(*) FROM sample WHERE run_id = run.id)"
                           " FROM run WHERE status != 'finished'",
                           0, "2|event:on=step_done|failed||1|0");
        results_file_check_same("workers", files[0].store, files[i].store);
    }
    for (size_t i = 0; i < LENGTH(workers); i++)
        results_file_fini(&files[i]);
}

TEST(a_program_that_cannot_be_compiled)
{
    const struct engine *const both[] = {&interval_engine, &graph_engine};
    char script[TEST_PATH], spec[TEST_PATH + 20];
    struct text line = {.text = ""}, failed = {.text = ""}, row;
    test_file(script, "new 0 1\nfro\n", 12);
    snprintf(spec, sizeof spec, "script:file=%s", script);
    text_add(&failed, "4,5,6|1|%s", spec);
    text_add(&line, "%s:2: there is no operation 'fro'", script);
    for (size_t e = 0; e < LENGTH(both); e++) {
        for (unsigned workers = 1; workers <= 3; workers++) {
            struct results_file file;
            struct watch watch = {0};
            const struct small_experiment small = {
                .workloads = {SMALL_WEB, spec, SMALL_DEVICE},
                .policies = {"off", "default", "freeze"},
                .engine = both[e],
            };
            results_file_init(&file, "default");
            watch_work_well(&file, &small, workers, &watch);
            check_count("failed", watch.failed, 3);
            results_file_check(
                file.store,
                "SELECT group_concat(id), count(DISTINCT error), min(workload)"
                " FROM run WHERE status = 'failed'",
                0, (row = (struct text){.text = ""}, text_add(&row, "4,5,6|1|%s", spec), row.text));
            row = (struct text){.text = ""};
            sqlite3_stmt *statement =
                results_file_query(file.store, "SELECT error FROM run WHERE id = ?", 4);
            check_that("why", results_file_row(statement, &row));
            check_mentions("why", row.text, line.text);
            sqlite3_finalize(statement);
            results_file_check(file.store, "SELECT count(*) FROM run WHERE status = 'finished'", 0,
                               "6");
            results_file_fini(&file);
        }
    }
    unlink(script);
}

/* ---- windows ---------------------------------------------------------------------------- */

/* A byte is less than any program takes: none is kept as a whole. */
#define KEEP_NONE 1

/* However a program is cut, whether it is kept, and whoever does what. No folder is needed for it.
 */
TEST(any_windows)
{
    static const struct {
        const char *what;
        uint32_t window;
        uint64_t memory_bytes;
        unsigned workers;
        size_t least, most; /* runs under way at a time; a program has four */
    } rows[] = {
        {"a program is one window", 0, 0, 1, 1, 1},
        {"and is dropped", 0, KEEP_NONE, 3, 1, 3},
        {"many, all kept", 300, 0, 1, 1, 1},
        {"many, all kept, by two", 300, 0, 2, 1, 8},
        {"many, dropped", 300, KEEP_NONE, 1, 4, 4},
        {"many, dropped, by two", 300, KEEP_NONE, 2, 4, 8},
        {"many, dropped, by twenty", 300, KEEP_NONE, 20, 4, 32},
        {"few", 20000, KEEP_NONE, 3, 4, 12},
    };
    struct results_file usual;
    results_file_init(&usual, "default");
    watch_work_well(&usual, &watch_usual, 1, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct compile_options options = {.window = rows[i].window,
                                                .memory_bytes = rows[i].memory_bytes,
                                                .folder = "/nonexistent"};
        struct results_file file;
        struct watch watch = {0};
        struct error error;
        results_file_init(&file, "default");
        check_signed(rows[i].what,
                     watch_work(&file, &watch_usual, rows[i].workers, &options, &watch, &error), 0);
        results_file_check_same(rows[i].what, usual.store, file.store);
        check_that(rows[i].what, watch.most_under_way >= rows[i].least);
        check_that(rows[i].what, watch.most_under_way <= rows[i].most);
        results_file_fini(&file);
    }
    results_file_fini(&usual);
}

/* Where memory is short few runs go side by side, and the others when these have ended: the program
 * is compiled again. */
TEST(passes)
{
    const struct compile_options options = {.window = 300, .memory_bytes = KEEP_NONE};
    struct results_file usual;
    results_file_init(&usual, "default");
    watch_work_well(&usual, &watch_usual, 1, NULL);
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct results_file file;
        struct watch watch = {
            .account = {.limit_bytes = UINT64_C(4) << 30, .taken_bytes = INT64_C(3) << 30}};
        struct error error;
        results_file_init(&file, "default");
        check_signed("status", watch_work(&file, &watch_usual, workers, &options, &watch, &error),
                     0);
        check_that("few at a time", watch.most_under_way <= workers * workers);
        check_count("each program is told of once", watch.compiled, 8);
        results_file_check_same("passes", usual.store, file.store);
        results_file_fini(&file);
    }
    results_file_fini(&usual);
}

/* What is wrong with a program comes to light in its third window: a run that has ended by then is
 * none of those that fail. */
TEST(a_program_that_fails_late)
{
    char wrong[TEST_PATH], right[TEST_PATH], wrong_spec[TEST_PATH + 40], right_spec[TEST_PATH + 40];
    test_file(wrong, "new 0 1\nnew 0 1\nnew 0 1\nnew 0 1\nfro\n", 36);
    test_file(right, "new 0 1\nnew 0 1\nnew 0 1\nnew 0 1\ndrop 0\n", 39);
    snprintf(wrong_spec, sizeof wrong_spec, "script:file=%s", wrong);
    snprintf(right_spec, sizeof right_spec, "script:file=%s", right);
    for (unsigned workers = 1; workers <= 3; workers++) {
        const struct small_experiment small = {.workloads = {wrong_spec, right_spec},
                                               .policies = {"off", "default", "freeze"}};
        const struct compile_options options = {.window = 1, .memory_bytes = KEEP_NONE};
        struct results_file file;
        struct watch watch = {0};
        struct error error;
        results_file_init(&file, "default");
        check_signed("status", watch_work(&file, &small, workers, &options, &watch, &error), 0);
        check_count("failed", watch.failed, 3);
        results_file_check(file.store,
                           "SELECT count(*), count(DISTINCT error), sum(error LIKE '%:5:%fro%')"
                           " FROM run WHERE status = 'failed'",
                           0, "3|1|3");
        results_file_check(file.store, "SELECT count(*) FROM run WHERE status = 'finished'", 0,
                           "3");
        results_file_fini(&file);
    }
    unlink(wrong);
    unlink(right);
}

/* A program that is there already is not compiled again. */
TEST(a_given_program)
{
    static const struct small_experiment small = {.workloads = {SMALL_WEB},
                                                  .policies = {"default", "off", "freeze"}};
    struct results_file file, usual_file;
    struct compiled compiled;
    struct experiment experiment;
    struct plan plan;
    struct watch watch = {0};
    struct error error = {""};
    results_file_init(&file, "default");
    results_file_init(&usual_file, "default");
    watch_work_well(&usual_file, &small, 2, NULL);
    small_experiment_make(&small, &experiment);
    plan_init(&plan, &experiment, (struct share){0});
    plan_store(&plan, "sweep", (struct share){0}, false, file.store, &error);
    check_signed("compile",
                 compile(&compiled, &experiment.workloads[0], 11, experiment.points[0].collector,
                         &(struct compile_options){0}, NULL, &error),
                 0);
    struct execution execution = {
        .plan = &plan, .store = file.store, .workers = 2, .compiled = &compiled};
    watch_execution(&watch, &plan, &execution);
    check_signed("execute", execute(&execution, &error), 0);
    check_count("runs", watch.ended, 3);
    check_count("compiled", watch.compiled, 0);
    check_real("all is done", watch.parts, 3);
    results_file_check_same("the same", usual_file.store, file.store);
    compiled_fini(&compiled);
    plan_fini(&plan);
    experiment_fini(&experiment);
    results_file_fini(&file);
    results_file_fini(&usual_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_workers),
        cmocka_unit_test(workers_give_back_what_they_took),
        cmocka_unit_test(what_has_ended_is_not_run_again),
        cmocka_unit_test(a_run_that_fails_does_not_stop_the_others),
        cmocka_unit_test(a_program_that_cannot_be_compiled),
        cmocka_unit_test(any_windows),
        cmocka_unit_test(passes),
        cmocka_unit_test(a_program_that_fails_late),
        cmocka_unit_test(a_given_program),
    };
    return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
