/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pilot of a plan: what it does of it, by a clock of the test's, and what follows. */
#include "sweep/pilot.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/engines.h"
#include "sweep/executor.h"
#include "tests/unit/check.h"
#include "tests/unit/small_experiment.h"
#include "tests/unit/watch.h"

/* A clock that goes on by a step whenever it is read. */
struct steps {
    double now, step;
};

static double read_steps(void *clock)
{
    struct steps *steps = clock;
    return steps->now += steps->step;
}

static void pilot_small(const struct small_experiment *small, double step, struct pilot_work *work,
                        struct forecast *forecast)
{
    struct experiment experiment;
    struct plan plan;
    struct error error = {""};
    struct steps steps = {0, step};
    small_experiment_make(small, &experiment);
    plan_init(&plan, &experiment, (struct share){0});
    const struct pilot pilot = {
        .plan = &plan, .workers = 2, .seconds = read_steps, .clock = &steps};
    check_signed("status", pilot_execute(&pilot, work, &error), 0);
    check_text("error", error.text, "");
    *forecast = pilot_forecast(&pilot, work);
    check_count("nothing of the plan is done", plan.to_do, plan.run_count);
    plan_fini(&plan);
    experiment_fini(&experiment);
}

/* ---- what is done --------------------------------------------------------------------- */

TEST(a_few_points_and_seeds)
{
    static const struct {
        struct small_experiment small;
        size_t compiled, ran;
    } rows[] = {
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}}, 1, 1},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off", "freeze"}, .seeds = 2}, 2, 4},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}, .seeds = 5}, 5, 5},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}, .seeds = 6}, 5, 5},
        {{.workloads = {SMALL_DEVICE, SMALL_WEB}, /* all of 8 points */
          .policies = {"off", "freeze", "default", "threshold:t0=50"}},
         2,
         8},
        {{.workloads = {SMALL_DEVICE}, /* of 9 points every other, the last among them */
          .collectors = {"cpython-3.11", "cpython-3.12", "cpython-3.13"},
          .policies = {"off", "freeze", "default"}},
         3,
         5},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}, .engine = &graph_engine}, 0, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct pilot_work work;
        struct forecast forecast;
        struct text what = {.text = ""};
        text_add(&what, "row %zu", i);
        pilot_small(&rows[i].small, 1e-9, &work, &forecast);
        check_count(what.text, work.compiled, rows[i].compiled);
        check_count(what.text, work.ran, rows[i].ran);
        check_text(what.text, work.why.text, "");
        check_that(what.text, work.bytes > 0 && forecast.bytes > 0);
        check_that(what.text, work.run_seconds > 0 && forecast.seconds > 0);
        check_that(what.text, (work.compile_seconds > 0) == (rows[i].compiled > 0));
    }
}

/* The clock reaches PILOT_SECONDS before any run has ended. */
TEST(given_up)
{
    static const struct small_experiment small = {.workloads = {SMALL_WEB}, .policies = {"off"}};
    struct pilot_work work;
    struct forecast forecast;
    pilot_small(&small, PILOT_SECONDS, &work, &forecast);
    check_count("ran", work.ran, 0);
    check_that("bytes", isnan(forecast.bytes));
    check_that("from the part of the work that was done", work.parts > 0 && forecast.seconds > 0);
}

TEST(a_run_that_fails)
{
    char script[TEST_PATH], spec[TEST_PATH + 20];
    struct pilot_work work;
    struct forecast forecast;
    test_file(script, "new 0 1\nfro\n", 12);
    snprintf(spec, sizeof spec, "script:file=%s", script);
    const struct small_experiment small = {.workloads = {spec}, .policies = {"off", "default"}};
    pilot_small(&small, 1e-9, &work, &forecast);
    check_mentions("why", work.why.text, "fro");
    unlink(script);
}

/* ---- the arithmetic ------------------------------------------------------------------- */

/* A plan of 3 × 4 runs of 3 programs; with one worker. */
static const struct small_experiment twelve = {
    .workloads = {SMALL_DEVICE}, .policies = {"off", "freeze", "default", "threshold:t0=50"}};

TEST(what_a_plan_would_take)
{
    static const struct {
        const char *what;
        unsigned workers;
        struct pilot_work work;
        struct forecast expected;
    } rows[] = {
        {"runs alone",
         1,
         {.ran = 2, .run_seconds = 6, .bytes = 800},
         {.seconds = 36, .bytes = 6000, .run_seconds = 3}},
        {"and programs",
         1,
         {.compiled = 2, .compile_seconds = 20, .ran = 4, .run_seconds = 4, .bytes = 1600},
         {.seconds = 3 * 10 + 12, .bytes = 6000, .compile_seconds = 10, .run_seconds = 1}},
        {"side by side",
         4,
         {.compiled = 2, .compile_seconds = 20, .ran = 4, .run_seconds = 4, .bytes = 1600},
         {.seconds = 10.5, .bytes = 6000, .compile_seconds = 10, .run_seconds = 1}},
        {"not one run",
         1,
         {.compiled = 1, .compile_seconds = 9, .parts = 8},
         {.seconds = PILOT_SECONDS * (12 + 3 * COMPILE_PART) / 8.0, .bytes = NAN}},
        {"not one run, side by side",
         2,
         {.parts = 8},
         {.seconds = PILOT_SECONDS * (12 + 3 * COMPILE_PART) / 16.0, .bytes = NAN}},
    };
    struct small_experiment small = twelve;
    struct experiment experiment;
    struct plan plan;
    small.seeds = 3;
    small_experiment_make(&small, &experiment);
    plan_init(&plan, &experiment, (struct share){0});
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct pilot pilot = {.plan = &plan, .workers = rows[i].workers};
        const struct forecast got = pilot_forecast(&pilot, &rows[i].work);
        check_real(rows[i].what, got.seconds, rows[i].expected.seconds);
        check_real(rows[i].what, got.compile_seconds, rows[i].expected.compile_seconds);
        check_real(rows[i].what, got.run_seconds, rows[i].expected.run_seconds);
        check_that(rows[i].what, isnan(got.bytes) == isnan(rows[i].expected.bytes));
        if (!isnan(got.bytes))
            check_real(rows[i].what, got.bytes, rows[i].expected.bytes);
    }
    plan_fini(&plan);
    experiment_fini(&experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_points_and_seeds),
        cmocka_unit_test(given_up),
        cmocka_unit_test(a_run_that_fails),
        cmocka_unit_test(what_a_plan_would_take),
    };
    return cmocka_run_group_tests_name("pilot", tests, NULL, NULL);
}
