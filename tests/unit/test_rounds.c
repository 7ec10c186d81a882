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
#include "sweep/file/terms.h"
#include "tests/unit/watch.h"

/* ---- which rounds follow from which values -------------------------------------------- */

/* Values of latency_p99, by replication. */
typedef double values_by_replication(size_t replication);

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
    return replication < 10 ? alternating(replication) : 0.02;
}

static double opposite(size_t replication)
{
    return 0.04 - alternating(replication);
}

static double slower(size_t replication)
{
    return 0.01 + alternating(replication);
}

static double outlier(size_t replication)
{
    return replication == 5 ? 0.03 : 0.02 + 0.0001 * (double)(replication % 2);
}

static double ending(size_t replication)
{
    return replication < 12 ? 0.001 : NAN;
}

#define STORED 64 /* replications that there are values of */

/* Stores runs of the first `count` replications, as a sweep that had more of them. */
static void store_runs(struct results_file *file, struct plan *plan, size_t count,
                       values_by_replication *const *of_policy)
{
    size_t points = plan->experiment->point_count;
    const struct simulation_result result = {.status = RUN_finished};
    struct error error = {""};
    double *values = allocate_zeroed(metric_count(), sizeof *values);
    for (size_t m = 0; m < metric_count(); m++)
        values[m] = NAN;
    for (size_t i = 0; i < points * count; i++) {
        record_begin(file->record);
        record_end(file->record, &result, file->warmup, HORIZON_NS);
        values[metric_named("latency_p99") - metrics] = of_policy[i % points](i / points);
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
static const struct small_experiment three_policies = {
    .workloads = {SMALL_WEB}, .policies = {"default", "off", "freeze"}, .log = LOG_summary};

/* A file in which STORED replications are planned, and of `count` there are values. */
static void file_with_values(struct results_file *file, const struct small_experiment *small,
                             size_t count, values_by_replication *const *of_policy)
{
    struct small_experiment all = *small;
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
        values_by_replication *of_policy[2];
        double share;
        size_t most, seeds; /* asked for */
        size_t expected_seeds, expected_rounds, expected_heavy;
        bool expected_to_do; /* the precision asked for is reached */
    } rows[] = {
        {"no rule", {constant, alternating}, 0, 0, 1, 1, 1, 0, false},
        {"an interval needs a few", {constant, constant}, 0.05, 60, 1, 20, 1, 0, true},
        {"more than are needed stay", {constant, constant}, 0.05, 60, 27, 27, 1, 0, true},
        {"doubled at most, up to the most",
         {alternating, alternating},
         0.01,
         60,
         3,
         60,
         3,
         0,
         false},
        {"the widest point decides", {constant, alternating}, 0.01, 30, 3, 30, 2, 0, false},
        {"in whichever place", {alternating, constant}, 0.01, 30, 3, 30, 2, 0, false},
        {"the most are there already", {alternating, constant}, 0.01, 25, 25, 25, 1, 0, false},
        {"more than the most stay", {alternating, alternating}, 0.01, 25, 26, 26, 1, 0, false},
        {"a few wide ones pass", {calming, calming}, 0.1, 60, 3, 40, 2, 0, true},
        {"one run is most of the spread", {constant, outlier}, 0.2, 60, 3, 20, 1, 1, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct small_experiment small = two_policies;
        struct experiment experiment;
        struct told told = {0};
        struct error error = {""};
        file_with_values(&file, &two_policies, STORED, rows[i].of_policy);
        small.seeds = rows[i].seeds;
        small_experiment_make(&small, &experiment);
        experiment.until =
            (struct until){.share = rows[i].share, .metric = "latency_p99", .most = rows[i].most};
        until_begin(&experiment);
        size_t first = experiment.seed_count;
        struct rounds rounds = rounds_of(&experiment, file.store, &told);
        rounds_execute(&rounds, &error);
        check_text(rows[i].what, error.text, "");
        check_count(rows[i].what, experiment.seed_count, rows[i].expected_seeds);
        check_count(rows[i].what, told.rounds, rows[i].expected_rounds);
        check_count(rows[i].what, told.to_do + told.begun + told.ended, 0);
        check_count(rows[i].what, rounds.before, 2 * first);
        check_count(rows[i].what, rounds.plan.run_count, 2 * rows[i].expected_seeds);
        check_count(rows[i].what, rounds.precision.points, rows[i].share > 0 ? 2 : 0);
        check_count(rows[i].what, rounds.precision.heavy, rows[i].expected_heavy);
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
    static values_by_replication *const steady[2] = {constant, constant};
    struct results_file file;
    struct small_experiment small = two_policies;
    struct experiment experiment;
    struct told told = {0};
    struct error error = {""};
    file_with_values(&file, &two_policies, 21, steady);
    small.seeds = 3;
    small_experiment_make(&small, &experiment);
    experiment.until = (struct until){.share = 0.05, .metric = "latency_p99", .most = 60};
    until_begin(&experiment);
    struct rounds rounds = rounds_of(&experiment, file.store, &told);
    rounds_execute(&rounds, &error);
    check_text("error", error.text, "");
    results_file_check(file.store, "SELECT count(*), sum(in_plan), max(seed) FROM run", 0,
                       "42|40|31"); /* the last replication had ended: it stays, out of the plan */
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    results_file_fini(&file);
}

TEST(races_by_values)
{
    static const struct {
        const char *what;
        values_by_replication *of_policy[3];
        double zone;
        size_t most, seeds; /* asked for */
        size_t expected_seeds[3], expected_rounds, expected_left, expected_best;
    } rows[] = {
        {"the same", {constant, constant, constant}, 0.02, 60, 1, {10, 10, 10}, 1, 1, 0},
        {"always ahead", {slower, constant, alternating}, 0.02, 30, 1, {10, 30, 30}, 5, 2, 1},
        {"more are asked for", {constant, constant, constant}, 0.02, 60, 12, {12, 12, 12}, 1, 1, 0},
        {"a wide zone", {slower, opposite, alternating}, 0.5, 60, 1, {10, 35, 35}, 6, 1, 1},
        {"up to the most", {slower, opposite, alternating}, 0.02, 17, 1, {10, 17, 17}, 3, 2, 1},
        {"the most at once", {alternating, opposite, slower}, 0.02, 10, 1, {10, 10, 10}, 1, 2, 0},
        {"no value any more", {ending, alternating, opposite}, 0.5, 17, 1, {15, 17, 17}, 3, 2, 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct results_file file;
        struct small_experiment small = three_policies;
        struct experiment experiment;
        struct told told = {0};
        struct error error = {""};
        file_with_values(&file, &three_policies, 35, rows[i].of_policy);
        small.seeds = rows[i].seeds;
        small_experiment_make(&small, &experiment);
        experiment.until =
            (struct until){.best = rows[i].zone, .metric = "latency_p99", .most = rows[i].most};
        until_begin(&experiment);
        struct rounds rounds = rounds_of(&experiment, file.store, &told);
        rounds_execute(&rounds, &error);
        check_text(rows[i].what, error.text, "");
        for (size_t p = 0; p < 3; p++)
            check_count(rows[i].what, experiment_seeds_of(&experiment, p),
                        rows[i].expected_seeds[p]);
        check_count(rows[i].what, told.rounds, rows[i].expected_rounds);
        check_count(rows[i].what, told.to_do + told.begun + told.ended, 0);
        check_count(rows[i].what, rounds.race.group_count, 1);
        check_count(rows[i].what, rounds.race.groups->selection.left, rows[i].expected_left);
        check_count(rows[i].what, rounds.race.groups->selection.best, rows[i].expected_best);
        check_count(rows[i].what, rounds.race.groups->runs, rounds.plan.run_count);
        rounds_fini(&rounds);
        experiment_fini(&experiment);
        results_file_fini(&file);
    }
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
        .workloads = {spec, SMALL_WEB}, .policies = {"default"}, .log = LOG_summary, .seeds = 2};
    results_file_init(&file, "default");
    for (int again = 0; again < 3; again++) { /* continued, as it is and with --retry-failed */
        struct told told = {0};
        small_experiment_make(&small, &experiment);
        experiment.until =
            (struct until){.share = 1e-9, .metric = "latency_p99", .first = 2, .most = 4};
        struct rounds rounds = rounds_of(&experiment, file.store, &told);
        rounds.retry_failed = again == 2;
        rounds.keep_results = true;
        rounds_execute(&rounds, &error);
        check_text("error", error.text, "");
        check_count("seeds", experiment.seed_count, 4);
        check_count("rounds", told.rounds, 2); /* of 2 and 4 replications */
        check_count("begun", told.begun, again == 0 ? 8 : again == 1 ? 0 : 2);
        check_count("ended", told.ended, told.begun);
        check_count("before", rounds.before, again == 0 ? 0 : again == 1 ? 4 : 2);
        check_count("failed", rounds.failed, again == 0 ? 4 : again == 1 ? 0 : 2);
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
static void check_stopped(const char *what, const struct until *until)
{
    struct results_file file, whole;
    struct error error = {""};
    struct results_file *const files[] = {&whole, &file};
    struct small_experiment small = three_policies;
    small.seeds = until->first;
    results_file_init(&whole, "default");
    results_file_init(&file, "default");
    for (size_t i = 0; i < LENGTH(files); i++) {
        bool stopped = true;
        for (size_t tries = 0; stopped; tries++) {
            struct experiment experiment;
            struct told told = {0};
            struct watch watch = {.stop_after = i ? 7 : 0};
            small_experiment_make(&small, &experiment);
            experiment.until = *until;
            struct rounds rounds = rounds_of(&experiment, files[i]->store, &told);
            rounds.begins = NULL;
            memset(watch.left, 0x1, sizeof watch.left);
            struct plan none = {0};
            watch_execution(&watch, &none, &rounds.execution);
            rounds_execute(&rounds, &error);
            check_text(what, error.text, "");
            stopped = rounds.stopped;
            check_that("stopped when it was told, and not if all was done",
                       stopped == (watch.stop && rounds.ended < rounds.plan.to_do));
            check_that("it comes to an end", tries < 30);
            rounds_fini(&rounds);
            experiment_fini(&experiment);
        }
    }
    results_file_check_same(what, whole.store, file.store);
    results_file_fini(&whole);
    results_file_fini(&file);
}

TEST(stopped_and_continued)
{
    static const struct {
        const char *what;
        struct until until;
    } rows[] = {
        {"a mean", {.share = 1e-9, .metric = "latency_p99", .first = 2, .most = 5}},
        {"a race", {.best = 1e-3, .metric = "service_gc_share", .first = 4, .most = 16}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_stopped(rows[i].what, &rows[i].until);
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
        cmocka_unit_test(races_by_values),
        cmocka_unit_test(what_was_planned_beyond_is_forgotten),
        cmocka_unit_test(what_fails_is_tried_once),
        cmocka_unit_test(stopped_and_continued),
        cmocka_unit_test(what_cannot_be_stored),
    };
    return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
