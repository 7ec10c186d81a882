/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/rare_events.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/verdict.h"
#include "sim/base/random.h"
#include "tests/unit/check.h"

enum { RUNS_MOST = 20, METRICS_MOST = 20 };

/* Runs of 60 s, the first 10 of them start-up, with a horizon of 24 h. */
#define STEADY 50.0
#define LEFT   (86400.0 - 60.0)

/* One setting, with a metric and, if it has one, its counterpart at the horizon. */
struct fixture {
    struct outcomes outcomes;
    struct outcome setting;
    const struct metric *metrics[METRICS_MOST];
    uint32_t seeds[RUNS_MOST];
    double values[METRICS_MOST * RUNS_MOST];
};

static void put(struct fixture *fixture, const char *metric, size_t run, double value)
{
    for (size_t m = 0; m < METRICS_MOST && fixture->metrics[m]; m++)
        if (strcmp(fixture->metrics[m]->name, metric) == 0)
            fixture->values[m * fixture->setting.value_count + run] = value;
}

/* `full`: full collections of each run in the steady state; `expected`: how many in so long a run.
 */
static void fixture_init(struct fixture *fixture, const char *metric, size_t runs,
                         const double *values, const double *full, double expected)
{
    const struct metric *of = metric_named(metric), *at_horizon = metric_at_horizon(of);
    size_t count = at_horizon ? 2 : 1;
    *fixture = (struct fixture){.setting = {.value_count = runs}, .metrics = {of, at_horizon}};
    fixture->outcomes = (struct outcomes){.settings = &fixture->setting,
                                          .setting_count = 1,
                                          .metrics = fixture->metrics,
                                          .metric_count = count,
                                          .rare_count = rare_events_metric_count,
                                          .value_seeds = fixture->seeds,
                                          .values = fixture->values};
    for (size_t i = 0; i < rare_events_metric_count; i++)
        fixture->metrics[count + i] = metric_named(rare_events_metrics[i]);
    for (uint32_t i = 0; i < runs; i++) {
        fixture->seeds[i] = i;
        put(fixture, metric, i, values[i]);
        put(fixture, "horizon", i, 86400);
        put(fixture, "wall_time", i, 60);
        put(fixture, "steady_from", i, 60 - STEADY);
        put(fixture, "service_collections_gen2", i, full[i]);
        put(fixture, "expected_gen2", i, expected / STEADY * LEFT);
        put(fixture, "usual_gen2_pause", i, 1);
        put(fixture, "service_gc_time_gen1", i, 1);
    }
}

/* It begins with what the table has. */
static void check_legend(const char *what, const struct estimate *mean)
{
    char begins[64], *legend = rare_events_legend(mean, 1);
    snprintf(begins, sizeof begins, "(%zu of %zu): ", mean->events, mean->n);
    check_that(what, (legend != NULL) == mean->rare);
    check_that(what, !legend || strncmp(legend, begins, strlen(begins)) == 0);
    free(legend);
}

TEST(when_they_decide)
{
    static const struct {
        const char *what, *metric;
        size_t runs;
        double values[5], full[5], expected, later; /* at the horizon */
        bool decide;
        size_t events;
    } rows[] = {
        {"each has one", "latency_p99", 5, {9, 8, 9, 8, 9}, {1, 1, 2, 1, 1}, 1, 9, false, 5},
        {"two of five", "latency_p99", 5, {1, 8, 1, 9, 2}, {0, 1, 0, 1, 0}, 0.4, 9, true, 2},
        {"two, and they are as others",
         "latency_p99",
         5,
         {1, 2, 3, 1, 2},
         {0, 1, 0, 1, 0},
         0.4,
         9,
         false,
         2},
        {"one of two", "service_pause_max", 2, {1, 9}, {0, 1}, 0.5, 9, true, 1},
        {"of the median it says nothing",
         "latency_p50",
         5,
         {1, 8, 1, 9, 2},
         {0, 1, 0, 1, 0},
         0.4,
         0,
         false,
         0},
        {"one run", "latency_p99", 1, {1}, {0}, 0.4, 9, false, 0},
        {"none, and some are expected", "latency_p99", 3, {1, 2, 3}, {0, 0, 0}, 0.1, 9, true, 0},
        {"none, expected once in a thousand",
         "latency_p99",
         3,
         {1, 2, 3},
         {0, 0, 0},
         0.001,
         9,
         false,
         0},
        {"none, and it does not matter", "latency_p99", 3, {1, 2, 3}, {0, 0, 0}, 0.1, 2, false, 0},
        {"runs do not tell", "latency_p99", 3, {1, 2, 3}, {NAN, NAN, NAN}, 0.1, 9, false, 0},
        {"what pauses take, 2 ms a second more",
         "gc_share",
         3,
         {0.01, 0.011, 0.01},
         {0, 0, 0},
         0.1,
         0,
         true,
         0},
        {"a trace more", "gc_share", 3, {0.01, 0.02, 0.01}, {0, 0, 0}, 0.1, 0, false, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct fixture fixture;
        fixture_init(&fixture, rows[i].metric, rows[i].runs, rows[i].values, rows[i].full,
                     rows[i].expected);
        for (size_t r = 0; r < rows[i].runs && fixture.outcomes.metric_count > 1; r++)
            put(&fixture, fixture.metrics[1]->name, r, rows[i].later);
        struct rare_events events = rare_events_of(&fixture.outcomes, 0, 0);
        struct estimate mean = outcomes_mean(&fixture.outcomes, 0, 0);
        check_count(rows[i].what, events.decide, rows[i].decide);
        check_count(rows[i].what, mean.rare, rows[i].decide);
        check_count(rows[i].what, isnan(mean.interval.low), rows[i].decide || rows[i].runs < 2);
        check_legend(rows[i].what, &mean);
        if (rows[i].decide)
            check_count(rows[i].what, mean.events, rows[i].events);
    }
}

/* A share of 1%, and with a full collection of 1 s in a run of 50 s 2% more. So many % of 95%
 * intervals hold the true mean; and so many % of samples have one now. */
TEST(study)
{
    enum { EXPERIMENTS = 2000 };
    static const struct {
        size_t n;
        double rate, before, printed;
    } rows[] = {
        {3, 0.095, 26, 0},  {5, 0.095, 40, 0},   {10, 0.095, 64, 0},
        {20, 0.095, 85, 0}, {10, 0.001, 94, 99},
    };
    for (size_t r = 0; r < LENGTH(rows); r++) {
        size_t n = rows[r].n, covered = 0, printed = 0;
        double truth = 0.01 + rows[r].rate * 0.02;
        gsl_rng *stream = random_stream(n, "rare events");
        for (size_t e = 0; e < EXPERIMENTS; e++) {
            struct fixture fixture;
            double values[RUNS_MOST], full[RUNS_MOST];
            for (size_t i = 0; i < n; i++) {
                full[i] = gsl_rng_uniform(stream) < rows[r].rate;
                values[i] = 0.01 + gsl_ran_gaussian(stream, 0.0002) + 0.02 * full[i];
            }
            fixture_init(&fixture, "gc_share", n, values, full, rows[r].rate);
            struct interval before = interval_of_mean(values, n, INTERVAL_t, INTERVAL_CONFIDENCE);
            covered += before.low <= truth && truth <= before.high;
            printed += isnan(outcomes_mean(&fixture.outcomes, 0, 0).interval.low) ? 0 : 1;
        }
        gsl_rng_free(stream);
        double before = 100.0 * (double)covered / EXPERIMENTS,
               now = 100.0 * (double)printed / EXPERIMENTS;
        print_message("# n = %zu, rate %g: %.1f%% held, %.1f%% are printed now\n", n, rows[r].rate,
                      before, now);
        check_that("before", fabs(before - rows[r].before) < 5);
        check_that("now", fabs(now - rows[r].printed) < 2);
    }
}

/* ---- what is concluded ------------------------------------------------------------------ */

enum { PAIRS = 4 };

/* One setting has little of a metric and none of the collections, the other much, and these. */
static void two_settings(struct outcomes *outcomes, struct fixture *little, struct fixture *much,
                         double *values, const double *full)
{
    static const double low[PAIRS] = {0.010, 0.011, 0.010, 0.011}, none[PAIRS] = {0};
    static const double high[PAIRS] = {0.05, 0.06, 0.10, 0.11};
    static struct outcome settings[2];
    static struct outcome_group group;
    size_t size = PAIRS * (1 + rare_events_metric_count);
    fixture_init(little, "gc_share", PAIRS, low, none, 0);
    fixture_init(much, "gc_share", PAIRS, high, full, 0);
    memcpy(values, little->values, size * sizeof *values);
    memcpy(values + size, much->values, size * sizeof *values);
    for (uint32_t i = 0; i < PAIRS; i++)
        little->seeds[PAIRS + i] = i;
    for (size_t s = 0; s < 2; s++) {
        settings[s] =
            (struct outcome){.policy = "some", .first_value = s * PAIRS, .value_count = PAIRS};
        settings[s].runs[RUN_finished] = PAIRS;
    }
    group = (struct outcome_group){.count = 2, .baseline = NO_SETTING};
    *outcomes = little->outcomes;
    outcomes->settings = settings;
    outcomes->setting_count = 2;
    outcomes->groups = &group;
    outcomes->group_count = 1;
    outcomes->seed_count = PAIRS;
    outcomes->values = values;
}

/* The one with much is surely the worse, and surely within a wide limit: but not if it has much in
 * the runs with a collection, and which these are is chance. */
TEST(what_is_concluded)
{
    static const struct {
        const char *what;
        double full[PAIRS];
        bool sure;
    } rows[] = {{"each has one", {1, 1, 1, 1}, true}, {"two have one", {0, 0, 1, 1}, false}};
    struct error error = {""};
    struct condition *limit = condition_parse("gc_share <= 20%", &error);
    check_text("limit", error.text, "");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct fixture little, much;
        struct outcomes outcomes;
        double values[2 * PAIRS * METRICS_MOST];
        const size_t both[] = {0, 1};
        bool kept[2];
        two_settings(&outcomes, &little, &much, values, rows[i].full);
        verdict_screen(&outcomes, both, 2, 0, false, kept);
        check_that(rows[i].what, kept[0] && kept[1] == !rows[i].sure);
        check_count(rows[i].what, verdict_of_two(&outcomes, 1, 0, 0, 1).value,
                    rows[i].sure ? VERDICT_WORSE : VERDICT_RARE);
        check_count(rows[i].what, verdict_of_surely_better(&outcomes, 0, 1, 0, false, 0.95),
                    rows[i].sure ? VERDICT_BETTER : VERDICT_NOT_TOLD_APART);
        check_count(rows[i].what, verdict_of_limit(&outcomes, 1, limit).value,
                    rows[i].sure ? LIMIT_WITHIN : LIMIT_UNSURE);
    }
    condition_free(limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(when_they_decide),
                                       cmocka_unit_test(what_is_concluded),
                                       cmocka_unit_test(study)};
    return cmocka_run_group_tests_name("rare_events", tests, NULL, NULL);
}
