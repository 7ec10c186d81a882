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

TEST(a_few_points_of_growing_length)
{
    static const struct {
        struct small_experiment small;
        size_t runs; /* at each length */
        bool compiles;
    } rows[] = {
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}}, 1, true},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off", "freeze"}, .seeds = 2}, 2, true},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}, .seeds = 6}, 1, true},
        {{.workloads = {SMALL_DEVICE, SMALL_WEB}, /* all of 8 points */
          .policies = {"off", "freeze", "default", "threshold:t0=50"}},
         8,
         true},
        {{.workloads = {SMALL_DEVICE}, /* of 9 points every other, the last among them */
          .collectors = {"cpython-3.11", "cpython-3.12", "cpython-3.13"},
          .policies = {"off", "freeze", "default"}},
         5,
         true},
        {{.workloads = {SMALL_DEVICE}, .policies = {"off"}, .engine = &graph_engine}, 1, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct pilot_work work;
        struct forecast forecast;
        struct text what = {.text = ""};
        text_add(&what, "row %zu", i);
        pilot_small(&rows[i].small, 1e-9, &work, &forecast);
        check_text(what.text, work.why.text, "");
        check_that(what.text, work.count > 0);
        for (size_t k = 0; k < work.count; k++) {
            const struct pilot_step *step = &work.steps[k];
            check_count(what.text, step->runs, rows[i].runs);
            check_that(what.text, k == 0 || step->part > work.steps[k - 1].part);
            check_that(what.text, step->run_seconds > 0 && step->bytes > 0);
            check_that(what.text, (step->compile_seconds > 0) == rows[i].compiles);
        }
        check_real("the whole length", work.steps[work.count - 1].part, 1);
        check_that(what.text, forecast.seconds.low < forecast.seconds.likely &&
                                  forecast.seconds.likely < forecast.seconds.high);
        check_that(what.text, forecast.bytes > 0);
    }
}

/* There is not time for all lengths. */
TEST(no_longer_than_there_is_time)
{
    static const struct small_experiment small = {.workloads = {"web:modules=1000,duration=1000h"},
                                                  .policies = {"off"}};
    struct pilot_work work;
    struct forecast forecast;
    pilot_small(&small, 0.02, &work, &forecast);
    check_that("two lengths at least", work.count > 1);
    check_that("the longest last", work.steps[work.count - 1].part > work.steps[0].part);
    check_that("not all", work.steps[work.count - 1].part < 1);
    check_that("hours", forecast.seconds.likely > 0 && forecast.seconds.high > 0);
}

/* The clock passes all limits before any run has ended. */
TEST(given_up)
{
    static const struct small_experiment small = {.workloads = {SMALL_WEB}, .policies = {"off"}};
    struct pilot_work work;
    struct forecast forecast;
    pilot_small(&small, 2 * PILOT_SECONDS, &work, &forecast);
    check_count("lengths", work.count, 0);
    check_that("bytes", isnan(forecast.bytes));
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

/* A plan of 3 × 4 runs of 3 programs. */
static const struct small_experiment twelve = {
    .workloads = {SMALL_DEVICE}, .policies = {"off", "freeze", "default", "threshold:t0=50"}};

TEST(what_a_plan_would_take)
{
    static const struct {
        const char *what;
        unsigned workers;
        struct pilot_work work;
        double seconds; /* that it takes; NAN: nothing says */
        double within;  /* what the estimate may be off by: times more or less */
    } rows[] = {
        {"of full length", 1, {.count = 1, .steps = {{1, 0, 3, 800, 4}}}, 36, 1.001},
        {"and programs", 1, {.count = 1, .steps = {{1, 10, 1, 800, 4}}}, 42, 1.001},
        {"side by side", 2, {.count = 1, .steps = {{1, 10, 1, 800, 4}}}, 21, 1.001},
        {"one program cannot be shared",
         12,
         {.count = 1, .steps = {{1, 10, 1, 800, 4}}},
         11,
         1.001},
        {"start-up, then linear",
         1, /* 2 + part */
         {.count = 3,
          .steps = {{1 / 64., 0, 2 + 1 / 64., 8, 4},
                    {1 / 16., 0, 2 + 1 / 16., 8, 4},
                    {1 / 4., 0, 2.25, 8, 4}}},
         36,
         1.2},
        {"nothing but start-up",
         1,
         {.count = 3,
          .steps = {{1 / 64., 0, 3, 8, 4}, {1 / 16., 0, 3.0001, 8, 4}, {1 / 4., 0, 3.0005, 8, 4}}},
         36,
         1.2},
        {"by the square",
         1, /* 3 × part² */
         {.count = 3,
          .steps = {{1 / 64., 0, 3 / 4096., 8, 4},
                    {1 / 16., 0, 3 / 256., 8, 4},
                    {1 / 4., 0, 3 / 16., 8, 4}}},
         36,
         3},
        {"a millionth of the length, and noise that looks like a power",
         1, /* 3 × part, the middle one off by a third */
         {.count = 3,
          .steps = {{1e-6, 0, 3e-6, 8, 4}, {4e-6, 0, 8e-6, 8, 4}, {16e-6, 0, 48e-6, 8, 4}}},
         36,
         3.5},
        {"the same the other way",
         1,
         {.count = 3,
          .steps = {{1e-6, 0, 3e-6, 8, 4}, {4e-6, 0, 16e-6, 8, 4}, {16e-6, 0, 48e-6, 8, 4}}},
         36,
         3.5},
        {"two lengths",
         1,
         {.count = 2, .steps = {{1 / 16., 0, 2 + 1 / 16., 8, 4}, {1 / 4., 0, 2.25, 8, 4}}},
         36,
         1.2},
        {"one length", 1, {.count = 1, .steps = {{1 / 4., 0, 3 / 4., 8, 4}}}, 36, 1.2},
        {"one length, all of it start-up",
         1,
         {.count = 1, .steps = {{1 / 8., 0, 3, 8, 4}}},
         36,
         8.1},
        {"start-up, and a clock that is off by a few percent",
         1,
         {.count = 2, .steps = {{1 / 32., 0, 3.1, 8, 4}, {1 / 8., 0, 3, 8, 4}}},
         36,
         1.2},
        {"start-up, and a clock that is off the other way",
         1,
         {.count = 2, .steps = {{1 / 32., 0, 2.8, 8, 4}, {1 / 8., 0, 3, 8, 4}}},
         36,
         1.7},
        {"a part of one run",
         1,
         {.parts = 8, .seconds = 4, .part = 1},
         4 * (12 + 3 * COMPILE_PART) / 8.,
         1.001},
        {"the same, a hundredth as long",
         1,
         {.parts = 8, .seconds = 4, .part = 0.01},
         400 * (12 + 3 * COMPILE_PART) / 8.,
         1.001},
        {"side by side",
         2,
         {.parts = 8, .seconds = 4, .part = 1},
         4 * (12 + 3 * COMPILE_PART) / 16.,
         1.001},
        {"nothing at all", 1, {.seconds = 8, .part = 1}, NAN, 1},
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
        const struct range range = got.seconds;
        check_that(rows[i].what, isnan(range.likely) == isnan(rows[i].seconds));
        if (isnan(rows[i].seconds))
            continue;
        check_that(rows[i].what, range.low < range.likely && range.likely < range.high);
        check_that(rows[i].what, range.low <= rows[i].seconds && rows[i].seconds <= range.high);
        check_that(rows[i].what, range.likely < rows[i].seconds * rows[i].within &&
                                     range.likely > rows[i].seconds / rows[i].within);
        check_that(rows[i].what, isnan(got.bytes) == (rows[i].work.count == 0));
    }
    plan_fini(&plan);
    experiment_fini(&experiment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_points_of_growing_length),
        cmocka_unit_test(no_longer_than_there_is_time),
        cmocka_unit_test(given_up),
        cmocka_unit_test(a_run_that_fails),
        cmocka_unit_test(what_a_plan_would_take),
    };
    return cmocka_run_group_tests_name("pilot", tests, NULL, NULL);
}
