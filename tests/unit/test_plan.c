/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment comes to: runs in order, the programs that they share, and shares of both. */
#include "sweep/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engines.h"
#include "tests/unit/results_file.h"
#include "tests/unit/small_experiment.h"

#define WHOLE ((struct share){0})

/* 24 points, 72 runs; of 3 times 2 × 2 programs: 3.8 and 3.11 have the same times. */
static const struct small_experiment large = {
    .workloads = {"web:modules=10,duration=1s", "device:duration=60s"},
    .collectors = {"cpython-3.8", "cpython-3.13", "cpython-3.11"},
    .policies = {"default", "off", "freeze", "threshold:t0=100"},
    .seeds = 3,
};

TEST(runs_in_order)
{
    struct experiment experiment;
    struct plan plan;
    small_experiment_make(&large, &experiment);
    plan_init(&plan, &experiment, WHOLE);
    check_count("runs", plan.run_count, 72);
    check_count("to do", plan.to_do, 72);
    for (size_t i = 0; i < plan.run_count; i++) {
        const struct planned_run *run = &plan.runs[i];
        check_count("number", run->id, i);
        check_count("by seed", run->seed, 11 + i / 24);
        check_count("then by point", run->point, i % 24);
        check_that("none has ended", !run->ended);
    }
    plan_fini(&plan);
    experiment_fini(&experiment);
}

TEST(runs_of_a_program)
{
    struct experiment experiment;
    struct plan plan;
    small_experiment_make(&large, &experiment);
    plan_init(&plan, &experiment, WHOLE);
    check_count("programs", plan.program_count, 3 * 2 * 2);
    size_t *runs = calloc(plan.program_count, sizeof *runs);
    for (size_t i = 0; i < plan.run_count; i++) {
        const struct planned_run *run = &plan.runs[i];
        const struct point *point = &experiment.points[run->point];
        const struct planned_program *program = &plan.programs[run->program];
        check_count("workload", program->workload, point->workload);
        check_count("seed", program->seed, run->seed);
        check_text("times", program->costs->name, point->costs->name);
        runs[run->program]++;
    }
    for (size_t i = 0; i < plan.program_count; i++) {
        bool shared = strcmp(plan.programs[i].costs->name, "cpython-3.11-xeon") == 0;
        check_count("runs", runs[i], shared ? 8 : 4);
        check_count("runs", plan.programs[i].runs, runs[i]);
        check_count("to do", plan.programs[i].to_do, runs[i]);
        for (size_t other = 0; other < i; other++)
            check_that("each once",
                       plan.programs[i].seed != plan.programs[other].seed ||
                           plan.programs[i].workload != plan.programs[other].workload ||
                           strcmp(plan.programs[i].costs->name, plan.programs[other].costs->name) !=
                               0);
    }
    free(runs);
    plan_fini(&plan);
    experiment_fini(&experiment);
}

/* Versions whose operations take the same times run the same programs. */
TEST(programs_of_several_collectors)
{
    static const struct {
        const char *collectors[8];
        size_t programs;
    } rows[] = {
        {{"cpython-3.8"}, 1},
        {{"cpython-3.8", "cpython-3.9", "cpython-3.10", "cpython-3.11"}, 1},
        {{"cpython-3.11", "cpython-3.12"}, 2},
        {{"cpython-3.12", "cpython-3.13"}, 2},
        {{"cpython-3.13", "cpython-3.15"}, 1},
        {{"cpython-3.15", "cpython-3.8", "cpython-3.13", "cpython-3.9"}, 2},
        {{"cpython-3.8", "cpython-3.9", "cpython-3.10", "cpython-3.11", "cpython-3.12",
          "cpython-3.13", "cpython-3.15"},
         3},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_experiment small = {
            .workloads = {"web", "web:rate=3"}, .policies = {"off"}, .seeds = 2};
        struct experiment experiment;
        struct plan plan;
        memcpy(small.collectors, rows[i].collectors, sizeof small.collectors);
        small_experiment_make(&small, &experiment);
        plan_init(&plan, &experiment, WHOLE);
        check_count(rows[i].collectors[0], plan.program_count, 2 * 2 * rows[i].programs);
        plan_fini(&plan);
        experiment_fini(&experiment);
    }
}

/* Points that have lost a race have fewer seeds than others. */
TEST(points_with_seeds_of_their_own)
{
    struct experiment experiment;
    struct plan plan;
    struct text runs = {""};
    const struct small_experiment small = {
        .workloads = {"web", "device"}, .policies = {"off", "default"}, .seeds = 3};
    small_experiment_make(&small, &experiment);
    experiment.points[0].seeds = 1;
    experiment.points[2].seeds = experiment.points[3].seeds = 2;
    plan_init(&plan, &experiment, WHOLE);
    for (size_t i = 0; i < plan.run_count; i++) {
        check_count("number", plan.runs[i].id, i);
        text_add(&runs, "%zu with %d, ", plan.runs[i].point, (int)plan.runs[i].seed);
    }
    check_text("runs", runs.text,
               "0 with 11, 1 with 11, 2 with 11, 3 with 11, 1 with 12, 2 with 12, 3 with 12, "
               "1 with 13, ");
    check_count("all of them", plan.all_runs, plan.run_count);
    check_count("programs", plan.program_count, 5);
    plan_fini(&plan);
    experiment_fini(&experiment);
}

/* Every run is in exactly one share, every program too, and runs keep their numbers. */
static void check_shares(const struct experiment *experiment, unsigned shards)
{
    struct plan whole;
    plan_init(&whole, experiment, WHOLE);
    size_t *taken = calloc(whole.run_count, sizeof *taken), runs = 0, programs = 0;
    size_t fewest = SIZE_MAX, most = 0;
    for (unsigned shard = 1; shard <= shards; shard++) {
        struct plan part;
        size_t own = 0;
        plan_init(&part, experiment, (struct share){shard, shards});
        for (size_t i = 0; i < part.run_count; i++) {
            const struct planned_run *run = &part.runs[i], *same = &whole.runs[run->id];
            check_that("in order", i == 0 || run->id > part.runs[i - 1].id);
            check_count("seed", run->seed, same->seed);
            check_count("point", run->point, same->point);
            check_count("once", ++taken[run->id], 1);
        }
        for (size_t i = 0; i < part.program_count; i++) {
            size_t all = whole.programs[i].runs;
            check_that("all of a program or nothing",
                       part.programs[i].runs == 0 || part.programs[i].runs == all);
            check_count("to do", part.programs[i].to_do, part.programs[i].runs);
            own += part.programs[i].runs > 0;
        }
        check_count("to do", part.to_do, part.run_count);
        fewest = own < fewest ? own : fewest;
        most = own > most ? own : most;
        runs += part.run_count;
        programs += own;
        plan_fini(&part);
    }
    check_count("runs", runs, whole.run_count);
    check_count("programs", programs, whole.program_count);
    check_that("alike", most - fewest <= 1);
    free(taken);
    plan_fini(&whole);
}

TEST(shares)
{
    static const unsigned shards[] = {1, 2, 3, 5, 7, 12, 13, 100};
    struct experiment experiment;
    small_experiment_make(&large, &experiment);
    for (size_t i = 0; i < LENGTH(shards); i++)
        check_shares(&experiment, shards[i]);
    experiment_fini(&experiment);
}

TEST(everything_about_a_run)
{
    struct experiment experiment;
    struct plan plan;
    small_experiment_make(&large, &experiment);
    experiment.sample_ns = 77;
    experiment.log = LOG_samples;
    experiment.warmup.ns = 5;
    experiment.engine = &graph_engine;
    plan_init(&plan, &experiment, WHOLE);
    /* The second seed; the second workload, the third collector, the fourth policy. */
    struct run_plan run = plan_run(&plan, &plan.runs[24 + 12 + 8 + 3]);
    check_text("workload", run.setup.workload->text, "device:duration=60s");
    check_text("collector", run.setup.collector->name, "cpython-3.11");
    check_text("policy", run.setup.policy->text, "threshold:t0=100");
    check_count("seed", run.setup.seed, 12);
    check_count("sampling", run.setup.sample_ns, 77);
    check_count("warm-up", run.setup.warmup_ns, 5);
    check_count("warm-up", run.warmup.ns, 5);
    check_count("log", run.log, LOG_samples);
    check_that("engine", run.setup.engine == &graph_engine && !run.setup.compiled);
    experiment.warmup.ns = WARMUP_MSER5;
    run = plan_run(&plan, &plan.runs[0]);
    check_count("found later", run.setup.warmup_ns, 0);
    check_count("as it says", run.warmup.ns, WARMUP_MSER5);
    plan_fini(&plan);
    experiment_fini(&experiment);
}

/* ---- its rows --------------------------------------------------------------------------- */

static void plan_into(struct plan *plan, const struct experiment *experiment, struct share share,
                      struct results_file *file)
{
    struct error error = {""};
    plan_init(plan, experiment, share);
    int status = plan_store(plan, "sweep", share, false, file->store, &error);
    check_text("plan", error.text, "");
    check_signed("plan", status, 0);
}

TEST(rows_of_a_plan)
{
    struct results_file file;
    struct experiment experiment;
    struct plan plan;
    results_file_init(&file, "default");
    small_experiment_make(&large, &experiment);
    experiment.text = strdup("the: file");
    experiment.minimise = "gc_share";
    plan_into(&plan, &experiment, WHOLE, &file);
    results_file_check(file.store,
                       "SELECT id, command, name, version, document, baseline, objective, planned, "
                       "shard, shards, seal_runs FROM experiment",
                       plan.id,
                       "1|sweep|small|" PYGCSIM_VERSION "|the: file|default|gc_share|72|||");
    results_file_check(file.store, "SELECT count(*), max(id), count(DISTINCT seed) FROM run", 0,
                       "72|72|3");
    for (size_t i = 0; i < plan.run_count; i += 7) {
        const struct run_plan run = plan_run(&plan, &plan.runs[i]);
        struct text expected = {.text = ""};
        check_count("id", plan.runs[i].id, i + 1);
        text_add(&expected, "%s|%s|%s|%d", run.setup.policy->text, run.setup.workload->text,
                 run.setup.collector->name, (int)run.setup.seed);
        results_file_check(file.store,
                           "SELECT policy, workload, collector, seed FROM run WHERE id = ?",
                           plan.runs[i].id, expected.text);
    }
    plan_fini(&plan);
    experiment.baseline = strdup("off");
    plan_into(&plan, &experiment, WHOLE, &file);
    results_file_check(file.store, "SELECT baseline FROM experiment", 0, "off");
    plan_fini(&plan);
    experiment_fini(&experiment);
    results_file_fini(&file);
}

/* What has ended is not to be done again. */
TEST(runs_that_have_ended)
{
    struct results_file file;
    struct experiment experiment;
    struct plan plan;
    struct error error;
    results_file_init(&file, "default");
    small_experiment_make(&large, &experiment);
    plan_into(&plan, &experiment, WHOLE, &file);
    store_failure(file.store, plan.runs[5].id, "why", &error);
    store_failure(file.store, plan.runs[30].id, "why", &error);
    plan_fini(&plan);
    plan_into(&plan, &experiment, WHOLE, &file);
    check_count("to do", plan.to_do, 70);
    for (size_t i = 0; i < plan.run_count; i++)
        check_count("ended", plan.runs[i].ended, i == 5 || i == 30);
    for (size_t i = 0; i < plan.program_count; i++) {
        bool one_ended = i == plan.runs[5].program || i == plan.runs[30].program;
        check_count("to do", plan.programs[i].to_do, plan.programs[i].runs - one_ended);
    }
    plan_fini(&plan);
    experiment_fini(&experiment);
    results_file_fini(&file);
}

TEST(rows_of_shares)
{
    struct results_file file;
    struct experiment experiment;
    struct plan plan;
    results_file_init(&file, "default");
    small_experiment_make(&large, &experiment);
    for (int round = 0; round < 2; round++) {
        plan_into(&plan, &experiment, (struct share){2, 5}, &file);
        results_file_check(file.store, "SELECT planned, shard, shards FROM experiment", 0,
                           "72|2|5");
        for (size_t i = 0; i < plan.run_count; i++) {
            const struct planned_run *run = &plan.runs[i];
            check_count("by number", (run->id - 1) % 24, run->point);
            check_count("by number", 11 + (run->id - 1) / 24, run->seed);
        }
        plan_fini(&plan);
    }
    plan_init(&plan, &experiment, (struct share){3, 5});
    struct error error = {""};
    check_signed("another share",
                 plan_store(&plan, "sweep", (struct share){3, 5}, false, file.store, &error), -1);
    check_mentions("another share", error.text, "it is share 2 of 5 of experiment 'small'");
    plan_fini(&plan);
    experiment_fini(&experiment);
    results_file_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_in_order),
        cmocka_unit_test(runs_of_a_program),
        cmocka_unit_test(programs_of_several_collectors),
        cmocka_unit_test(points_with_seeds_of_their_own),
        cmocka_unit_test(shares),
        cmocka_unit_test(everything_about_a_run),
        cmocka_unit_test(rows_of_a_plan),
        cmocka_unit_test(runs_that_have_ended),
        cmocka_unit_test(rows_of_shares),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
