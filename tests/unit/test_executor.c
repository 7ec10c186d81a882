/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plans executed by any number of workers: the same rows, whatever fails and whenever it is
 * stopped.
 */
#include "sweep/executor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/results_file.h"
#include "tests/unit/small_experiment.h"
#include "workloads/registry.h"

#define MOST_PROGRAMS 64

/* What the executor tells. It is told by one worker at a time, whichever, so nothing is checked
 * here: a check that fails ends the test by a jump. */
struct watch {
    const struct plan *plan;
    atomic_bool stop;
    size_t stop_after;    /* so many runs; 0: never */
    bool stop_in_compile; /* when the first is about to begin */
    size_t compiled, begun, ended, failed;
    size_t left[MOST_PROGRAMS]; /* runs of a program that have not ended */
    int live, most_live;        /* programs that are compiled and still needed */
    double parts;
    atomic_int inside;
    bool at_once, backwards, odd; /* told by two at a time; less was done than before; values of a
                                     failure, or none of a success */
};

static void enter(struct watch *watch)
{
    watch->at_once |= watch->inside++ > 0;
}

static void leave(struct watch *watch)
{
    watch->inside--;
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct watch *watch = context;
    enter(watch);
    watch->begun += run != NULL;
    if (!run) {
        watch->compiled++;
        if (++watch->live > watch->most_live)
            watch->most_live = watch->live;
        watch->stop = watch->stop || watch->stop_in_compile;
    }
    leave(watch);
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct watch *watch = context;
    enter(watch);
    watch->ended++;
    watch->failed += why != NULL;
    watch->odd |= !values != !!why || (result->status == RUN_failed) != !!why;
    if (--watch->left[run->program] == 0)
        watch->live--;
    if (watch->ended == watch->stop_after)
        watch->stop = true;
    leave(watch);
}

static void on_advanced(void *context, double parts)
{
    struct watch *watch = context;
    enter(watch);
    watch->backwards |= parts < watch->parts - 1e-9;
    watch->parts = parts;
    leave(watch);
}

/* Plans and executes as a sweep; returns what `execute` does. */
static int work(struct results_file *file, const struct small_experiment *small, unsigned workers,
                const struct compile_options *options, struct watch *watch, struct error *error)
{
    struct experiment experiment;
    struct plan plan;
    struct watch own = {0};
    watch = watch ? watch : &own;
    error->text[0] = '\0';
    small_experiment_make(small, &experiment);
    plan_init(&plan, &experiment, (struct share){0});
    check_signed("plan", plan_store(&plan, "sweep", (struct share){0}, false, file->store, error),
                 0);
    check_that("few enough", plan.program_count <= MOST_PROGRAMS);
    for (size_t i = 0; i < plan.program_count; i++)
        watch->left[i] = plan.programs[i].to_do;
    const struct execution execution = {
        .plan = &plan,
        .store = file->store,
        .workers = workers,
        .compile = options ? *options : (struct compile_options){0},
        .context = watch,
        .begun = on_begun,
        .ended = on_ended,
        .advanced = on_advanced,
        .stop = &watch->stop,
    };
    int status = execute(&execution, error);
    check_that("told by one at a time, and in order", !watch->at_once && !watch->backwards);
    check_that("values or a reason", !watch->odd);
    check_that("no more than workers", watch->most_live <= (int)workers);
    if (status == 0 && !watch->stop) {
        check_count("all have ended", watch->ended, plan.to_do);
        check_count("and begun", watch->begun, plan.to_do);
        check_real("all is done", watch->parts, execution_parts(&execution));
    }
    plan_fini(&plan);
    experiment_fini(&experiment);
    return status;
}

static void work_well(struct results_file *file, const struct small_experiment *small,
                      unsigned workers, struct watch *watch)
{
    struct error error;
    int status = work(file, small, workers, NULL, watch, &error);
    check_text("error", error.text, "");
    check_signed("status", status, 0);
}

/* ---- the same rows
 * -------------------------------------------------------------------------------
 */

#define SMALL_WEB    "web:modules=100,duration=300ms,settle=50ms,startup=5ms"
#define SMALL_DEVICE "device:duration=100s"

/* 32 runs of 8 programs. */
static const struct small_experiment usual = {
    .workloads = {SMALL_WEB, SMALL_DEVICE},
    .collectors = {"cpython-3.11", "cpython-3.13"},
    .policies = {"default", "off", "threshold:t0=50", "timed:every=1s"},
    .seeds = 2,
    .log = LOG_collections,
};

static void compare_workers(const struct engine *engine, const unsigned workers[3])
{
    struct results_file files[3];
    struct small_experiment small = usual;
    small.engine = engine;
    for (size_t i = 0; i < LENGTH(files); i++) {
        struct watch watch = {0};
        results_file_init(&files[i], "default");
        work_well(&files[i], &small, workers[i], &watch);
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
    struct small_experiment larger = usual;
    struct watch again = {0}, more = {0};
    results_file_init(&file, "default");
    results_file_init(&other, "default");
    work_well(&file, &usual, 2, NULL);
    work_well(&other, &usual, 3, NULL);
    work_well(&other, &usual, 3, &again);
    check_count("runs", again.begun, 0);
    check_count("programs", again.compiled, 0);
    results_file_check_same("again", file.store, other.store);
    larger.policies[4] = "freeze";
    work_well(&other, &larger, 3, &more);
    check_count("runs", more.begun, 8);
    check_count("programs", more.compiled, 8);
    results_file_check(other.store, "SELECT count(*), sum(status = 'finished') FROM run", 0,
                       "40|40");
    results_file_fini(&file);
    results_file_fini(&other);
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
        work_well(&files[i], &small, workers[i], &watch);
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
            work_well(&file, &small, workers, &watch);
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
        const struct small_experiment small = {
            .workloads = {SMALL_WEB}, .policies = {"off"}, .seeds = rows[i].programs};
        const struct compile_options options = {.memory_bytes = rows[i].memory_bytes,
                                                .folder = "/nonexistent"};
        results_file_init(&file, "default");
        check_signed(rows[i].what, work(&file, &small, rows[i].workers, &options, NULL, &error), 0);
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
    work_well(&usual_file, &small, 2, NULL);
    small_experiment_make(&small, &experiment);
    plan_init(&plan, &experiment, (struct share){0});
    plan_store(&plan, "sweep", (struct share){0}, false, file.store, &error);
    check_signed("compile",
                 compile(&compiled, &experiment.workloads[0], 11, experiment.points[0].collector,
                         &(struct compile_options){0}, NULL, &error),
                 0);
    watch.left[0] = 3;
    const struct execution execution = {.plan = &plan,
                                        .store = file.store,
                                        .workers = 2,
                                        .compiled = &compiled,
                                        .context = &watch,
                                        .begun = on_begun,
                                        .ended = on_ended,
                                        .advanced = on_advanced};
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

/* ---- told to stop
 * --------------------------------------------------------------------------------
 */

/* Runs are stored with everything, or only planned. */
static void check_all_or_nothing(struct store *store)
{
    results_file_check(store,
                       "SELECT count(*) FROM run WHERE status NOT IN ('planned', 'finished')"
                       " OR (status = 'finished') != (id IN (SELECT run_id FROM summary))"
                       " OR (status = 'finished') != (id IN (SELECT run_id FROM sample))"
                       " OR (status = 'finished') != (id IN (SELECT run_id FROM reclaimed))"
                       " OR (status = 'planned' AND (wall_ns IS NOT NULL"
                       "  OR id IN (SELECT run_id FROM collection UNION SELECT run_id FROM latency"
                       "            UNION SELECT run_id FROM pause)))",
                       0, "0");
}

static int finished(struct results_file *file)
{
    struct text row;
    sqlite3_stmt *statement =
        results_file_query(file->store, "SELECT count(*) FROM run WHERE status = 'finished'", 0);
    check_that("a row", results_file_row(statement, &row));
    sqlite3_finalize(statement);
    return atoi(row.text);
}

TEST(stopped_and_continued)
{
    static const unsigned workers[] = {1, 3};
    struct results_file whole;
    results_file_init(&whole, "default");
    work_well(&whole, &usual, 1, NULL);
    for (size_t w = 0; w < LENGTH(workers); w++) {
        struct results_file file;
        int before = 0;
        results_file_init(&file, "default");
        for (size_t after = 1; before < 32; after = after % 4 + 1) {
            struct watch watch = {.stop_after = after};
            work_well(&file, &usual, workers[w], &watch);
            check_all_or_nothing(file.store);
            int now = finished(&file);
            check_signed("those that have ended", now, before + (int)watch.ended);
            check_that("it goes on", now >= before + (int)after || now == 32);
            check_that("and stops", now < before + (int)(after + workers[w]));
            before = now;
            results_file_reopen(&file);
        }
        results_file_check_same("in the end", whole.store, file.store);
        results_file_fini(&file);
    }
    results_file_fini(&whole);
}

TEST(stopped_before_anything_is_run)
{
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct results_file file;
        struct watch at_once = {.stop = true}, in_compile = {.stop_in_compile = true};
        results_file_init(&file, "default");
        work_well(&file, &usual, workers, &at_once);
        check_count("nothing is begun", at_once.begun + at_once.compiled, 0);
        work_well(&file, &usual, workers, &in_compile);
        check_that("compiling is", in_compile.compiled >= 1 && in_compile.compiled <= workers);
        check_count("but no run", in_compile.begun, 0);
        results_file_check(file.store, "SELECT count(*), count(wall_ns) FROM run", 0, "32|0");
        check_all_or_nothing(file.store);
        results_file_fini(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_workers),
        cmocka_unit_test(what_has_ended_is_not_run_again),
        cmocka_unit_test(a_run_that_fails_does_not_stop_the_others),
        cmocka_unit_test(a_program_that_cannot_be_compiled),
        cmocka_unit_test(memory_of_programs),
        cmocka_unit_test(a_given_program),
        cmocka_unit_test(stopped_and_continued),
        cmocka_unit_test(stopped_before_anything_is_run),
    };
    return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
