/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plans executed by any number of workers: the same rows, and runs that fail on the way. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/engines.h"
#include "tests/unit/watch.h"
#include "workloads/registry.h"

/* ---- the same rows
 * -------------------------------------------------------------------------------
 */

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

/* ---- runs that fail
 * ------------------------------------------------------------------------------
 */

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

/* ---- memory
 * --------------------------------------------------------------------------------------
 */

static uint64_t bytes_of_program(const char *spec)
{
    struct compiled compiled;
    struct setting workload;
    struct error error = {""};
    uint64_t bytes = 0;
    setting_parse(&workload, spec, workloads, "workload", &error);
    compile(&compiled, &workload, 11, collector_version("cpython-3.13"),
            &(struct compile_options){0}, NULL, &error);
    check_text(spec, error.text, "");
    for (enum compiled_column c = 0; c < COLUMN_COUNT; c++)
        bytes += compiled_count(&compiled, c) * compiled.columns[c].size;
    compiled_fini(&compiled);
    setting_fini(&workload);
    return bytes;
}

/* Programs that do not fit into memory have no other place here. */
TEST(memory_of_programs)
{
    const uint64_t one = bytes_of_program(SMALL_WEB);
    const struct {
        const char *what;
        uint64_t memory_bytes;
        unsigned workers;
        size_t programs;
        const char *statuses;
    } rows[] = {
        {"no limit", 0, 3, 3, "1|finished|"},
        {"a byte", 1, 1, 1, "1|failed|1"},
        {"less than a byte for each", 1, 3, 3, "1|failed|1"},
        {"enough for two, and there is one", 2 * one, 20, 1, "1|finished|"},
        {"enough for two, but there are three", 2 * one, 20, 3, "1|failed|1"},
        {"enough for two, and there is one at a time", 2 * one, 1, 3, "1|finished|"},
        {"enough for six", 6 * one, 3, 3, "1|finished|"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct error error;
        struct watch watch = {0};
        const struct small_experiment small = {
            .workloads = {SMALL_WEB}, .policies = {"off"}, .seeds = rows[i].programs};
        const struct compile_options options = {.memory_bytes = rows[i].memory_bytes,
                                                .folder = "/nonexistent"};
        results_file_init(&file, "default");
        check_signed(rows[i].what,
                     watch_work(&file, &small, rows[i].workers, &options, &watch, &error), 0);
        struct text row;
        sqlite3_stmt *statement = results_file_query(
            file.store,
            "SELECT count(DISTINCT status), min(status), max(error LIKE '%nonexistent%') FROM run",
            0);
        check_that(rows[i].what, results_file_row(statement, &row));
        check_text(rows[i].what, row.text, rows[i].statuses);
        sqlite3_finalize(statement);
        results_file_fini(&file);
    }
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
        cmocka_unit_test(memory_of_programs),
        cmocka_unit_test(a_given_program),
    };
    return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
