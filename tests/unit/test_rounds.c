/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rounds of replications: by values that are stored already, so that nothing is executed, and by
 * runs. */
#include "sweep/rounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/allocate.h"
#include "tests/unit/watch.h"

/* ---- which rounds follow from which values -------------------------------------------- */

/* Values of latency_p99, by replication. Of the second policy only, or of both. */
static double constant(size_t replication)
{
    (void)replication;
    return 0.02;
}

static double alternating(size_t replication)
{
    return replication % 2 ? 0.01 : 0.03;
}

static double calming(size_t replication)
{
    return replication < 3 ? alternating(replication) : 0.02;
}

#define STORED 64 /* replications that there are values of */

/* Stores runs of the first `count` replications, as a sweep that had more of them. */
static void store_runs(struct results_file *file, struct plan *plan, size_t count,
                       double (*const of_policy[2])(size_t replication))
{
    const struct simulation_result result = {.status = RUN_finished};
    struct error error = {""};
    double *values = allocate_zeroed(metric_count(), sizeof *values);
    for (size_t m = 0; m < metric_count(); m++)
        values[m] = NAN;
    for (size_t i = 0; i < 2 * count; i++) {
        record_begin(file->record);
        record_end(file->record, &result, file->warmup, HORIZON_NS);
        values[metric_named("latency_p99") - metrics] = of_policy[i % 2](i / 2);
        store_run(file->store, plan->runs[i].id, LOG_summary, file->record, values, &error);
        check_text("stored", error.text, "");
    }
    free(values);
}

static void plan_sweep(struct results_file *file, struct experiment *experiment, struct plan *plan)
{
    struct error error = {""};
    plan_init(plan, experiment, (struct share){0});
    plan_store(plan, "sweep", (struct share){0}, false, file->store, &error);
    check_text("planned", error.text, "");
}

static const struct small_experiment two_policies = {
    .workloads = {SMALL_WEB}, .policies = {"default", "off"}, .log = LOG_summary};

/* A file in which STORED replications are planned, and of `count` there are values. */
static void file_with_values(struct results_file *file, size_t count,
                             double (*const of_policy[2])(size_t replication))
{
    struct small_experiment all = two_policies;
    struct experiment experiment;
    struct plan plan;
    results_file_init(file, "default");
    all.seeds = STORED;
    small_experiment_make(&all, &experiment);
    plan_sweep(file, &experiment, &plan);
    store_runs(file, &plan, count, of_policy);
    plan_fini(&plan);
    experiment_fini(&experiment);
}

struct told {
    size_t rounds, to_do, begun, ended;
};

static void on_round(void *context, const struct execution *execution)
{
    struct told *told = context;
    told->rounds++;
    told->to_do += execution->plan->to_do;
}

static void on_begun(void *context, const struct planned_run *run)
{
    struct told *told = context;
    told->begun += run != NULL;
}

static void on_ended(void *context, const struct planned_run *run,
                     const struct simulation_result *result, const double *values, const char *why)
{
    struct told *told = context;
    (void)run, (void)result, (void)values, (void)why;
    told->ended++;
}

static struct rounds rounds_of(struct experiment *experiment, struct store *store,
                               struct told *told)
{
    return (struct rounds){
        .experiment = experiment,
        .store = store,
        .command = "sweep",
        .begins = on_round,
        .execution = {.workers = 2, .context = told, .begun = on_begun, .ended = on_ended},
    };
}

TEST(rounds_by_values)
{
    static const struct {
        const char *what;
        double (*of_policy[2])(size_t replication);
        double share;
        size_t most, seeds; /* at first */
        size_t expected_seeds, expected_rounds;
        bool expected_to_do; /* the precision asked for is reached */
    } rows[] = {
        {"no rule", {constant, alternating}, 0, 0, 1, 1, 1, false},
        {"known at once", {constant, constant}, 0.05, 60, 3, 3, 1, true},
        {"more than are needed stay", {constant, constant}, 0.05, 60, 7, 7, 1, true},
        {"an interval needs a few", {constant, constant}, 0.05, 60, 1, 3, 2, true},
        {"doubled at most, up to the most", {alternating, alternating}, 0.01, 20, 3, 20, 4, false},
        {"the widest point decides", {constant, alternating}, 0.01, 20, 3, 20, 4, false},
        {"in whichever place", {alternating, constant}, 0.01, 20, 3, 20, 4, false},
        {"the most are there already", {alternating, alternating}, 0.01, 5, 5, 5, 1, false},
        {"more than the most stay", {alternating, alternating}, 0.01, 5, 6, 6, 1, false},
        {"a few wide ones pass", {calming, calming}, 0.25, 60, 3, 10, 3, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct small_experiment small = two_policies;
        struct experiment experiment;
        struct told told = {0};
        struct error error = {""};
        file_with_values(&file, STORED, rows[i].of_policy);
        small.seeds = rows[i].seeds;
        small_experiment_make(&small, &experiment);
        experiment.until =
            (struct until){.share = rows[i].share, .metric = "latency_p99", .most = rows[i].most};
        struct rounds rounds = rounds_of(&experiment, file.store, &told);
        rounds_execute(&rounds, &error);
        check_text(rows[i].what, error.text, "");
        check_count(rows[i].what, experiment.seed_count, rows[i].expected_seeds);
        check_count(rows[i].what, told.rounds, rows[i].expected_rounds);
        check_count(rows[i].what, told.to_do + told.begun + told.ended, 0);
        check_count(rows[i].what, rounds.before, 2 * rows[i].seeds);
        check_count(rows[i].what, rounds.plan.run_count, 2 * rows[i].expected_seeds);
        check_count(rows[i].what, rounds.precision.points, rows[i].share > 0 ? 2 : 0);
        check_that(rows[i].what,
                   rows[i].expected_to_do ==
                       (rows[i].share > 0 && rounds.precision.share <= rows[i].share));
        rounds_fini(&rounds);
        experiment_fini(&experiment);
        results_file_fini(&file);
    }
}

/* Of an earlier rule, runs are planned that the last round has no use for. */
TEST(what_was_planned_beyond_is_forgotten)
{
    static double (*const steady[2])(size_t replication) = {constant, constant};
    struct results_file file;
    struct small_experiment small = two_policies;
    struct experiment experiment;
    struct told told = {0};
    struct error error = {""};
    file_with_values(&file, 4, steady);
    small.seeds = 3;
    small_experiment_make(&small, &experiment);
    experiment.until = (struct until){.share = 0.05, .metric = "latency_p99", .most = 60};
    struct rounds rounds = rounds_of(&experiment, file.store, &told);
    rounds_execute(&rounds, &error);
    check_text("error", error.text, "");
    results_file_check(file.store, "SELECT count(*), sum(in_plan), max(seed) FROM run", 0,
                       "8|6|14"); /* the fourth replication had ended: it stays, out of the plan */
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    results_file_fini(&file);
}

/* ---- runs ----------------------------------------------------------------------------- */

static void script_that_fails(char path[TEST_PATH], char spec[TEST_PATH + 20])
{
    test_file(path, "new 0 1\nfro\n", 12);
    snprintf(spec, TEST_PATH + 20, "script:file=%s", path);
}

/* A workload that fails has no value to judge by; the rule is about the other. */
TEST(what_fails_is_tried_once)
{
    char script[TEST_PATH], spec[TEST_PATH + 20];
    struct results_file file;
    struct experiment experiment;
    struct error error = {""};
    script_that_fails(script, spec);
    const struct small_experiment small = {
        .workloads = {spec, SMALL_WEB}, .policies = {"default"}, .log = LOG_summary};
    results_file_init(&file, "default");
    for (int again = 0; again < 3; again++) { /* continued, as it is and with --retry-failed */
        struct told told = {0};
        small_experiment_make(&small, &experiment);
        experiment.until = (struct until){.share = 1e-9, .metric = "latency_p99", .most = 4};
        struct rounds rounds = rounds_of(&experiment, file.store, &told);
        rounds.retry_failed = again == 2;
        rounds.keep_results = true;
        rounds_execute(&rounds, &error);
        check_text("error", error.text, "");
        check_count("seeds", experiment.seed_count, 4);
        check_count("rounds", told.rounds, 3); /* of 1, 3 and 4 replications */
        check_count("begun", told.begun, again == 0 ? 8 : again == 1 ? 0 : 1);
        check_count("ended", told.ended, told.begun);
        check_count("before", rounds.before, again == 0 ? 0 : again == 1 ? 2 : 1);
        check_count("failed", rounds.failed, again == 0 ? 4 : again == 1 ? 0 : 1);
        check_mentions("why", again == 1 ? "fro" : rounds.why.text, "fro");
        check_count("of the first", rounds.first_failure, 0);
        check_count("of the first seed, unless it was run before", rounds.results[1].status,
                    again == 0 ? RUN_finished : RUN_planned);
        check_that("not stopped", !rounds.stopped);
        rounds_fini(&rounds);
        experiment_fini(&experiment);
    }
    results_file_fini(&file);
    unlink(script);
}

/* Stopped in a round, the rule has no say; continued, it ends as if it had not been. */
TEST(stopped_and_continued)
{
    struct results_file file, whole;
    struct error error = {""};
    struct results_file *const files[] = {&whole, &file};
    results_file_init(&whole, "default");
    results_file_init(&file, "default");
    for (size_t i = 0; i < LENGTH(files); i++) {
        bool stopped = true;
        for (size_t tries = 0; stopped; tries++) {
            struct experiment experiment;
            struct told told = {0};
            struct watch watch = {.stop_after = i ? 3 : 0};
            small_experiment_make(&two_policies, &experiment);
            experiment.until = (struct until){.share = 1e-9, .metric = "latency_p99", .most = 5};
            struct rounds rounds = rounds_of(&experiment, files[i]->store, &told);
            rounds.begins = NULL;
            memset(watch.left, 0x1, sizeof watch.left);
            struct plan none = {0};
            watch_execution(&watch, &none, &rounds.execution);
            rounds_execute(&rounds, &error);
            check_text("error", error.text, "");
            stopped = rounds.stopped;
            check_that("stopped when it was told, and not if all was done",
                       stopped == (watch.stop && rounds.ended < rounds.plan.to_do));
            check_that("it comes to an end", tries < 10);
            rounds_fini(&rounds);
            experiment_fini(&experiment);
        }
    }
    results_file_check_same("stopped", whole.store, file.store);
    results_file_fini(&whole);
    results_file_fini(&file);
}

TEST(what_cannot_be_stored)
{
    struct results_file file;
    struct experiment experiment;
    struct told told = {0};
    struct error error = {""}, why = {""};
    results_file_init(&file, "default");
    struct store *reader = store_open_existing(file.path, &why);
    small_experiment_make(&two_policies, &experiment);
    struct rounds rounds = rounds_of(&experiment, reader, &told);
    check_signed("status", rounds_execute(&rounds, &error), -1);
    check_mentions("error", error.text, file.path);
    check_count("rounds", told.rounds, 0);
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    store_close(reader);
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_by_values),
        cmocka_unit_test(what_was_planned_beyond_is_forgotten),
        cmocka_unit_test(what_fails_is_tried_once),
        cmocka_unit_test(stopped_and_continued),
        cmocka_unit_test(what_cannot_be_stored),
    };
    return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
