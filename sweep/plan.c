/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/interval/compiled.h"
#include "sim/model/stream.h"

/* Do programs of these two take the same times? */
static bool same_times(const struct costs *a, const struct costs *b)
{
    if (a == b)
        return true;
    for (int kind = 0; kind < COST_CLASSES; kind++)
        if (a->kinds[kind].allocate != b->kinds[kind].allocate)
            return false;
    /* A measured pause may scale them, by how much depends on the rest of the costs. */
    return !a->pause.objects && !b->pause.objects &&
           memcmp(&a->operations, &b->operations, sizeof a->operations) == 0;
}

/* Programs of the seed under way, the newest first: by workload, and of each the one before with
 * other times. SIZE_MAX: none. */
struct seed_programs {
    size_t *of_workload, *before;
    size_t before_capacity, capacity;
};

/* Chosen once for each workload, if it does not depend on the version: on the seed it does not. */
static const struct engine *engine_of(struct plan *plan, const struct point *point, uint64_t seed)
{
    struct planned_workload *workload = &plan->workloads[point->workload];
    const struct simulation_setup setup = {
        .engine = plan->experiment->engine,
        .collector = point->collector,
        .costs = point->costs,
        .workload = &plan->experiment->workloads[point->workload],
        .seed = seed,
    };
    struct error why;
    if (workload->engine && !workload->depends_on_version)
        return workload->engine;
    if (!workload->engine && plan->experiment->workload_count == 1) /* of many, not all are to be */
        stream_prepare(setup.workload);                             /* in memory */
    workload->engine = engine_choose_for_version(&setup, &why, &workload->depends_on_version);
    if (why.text[0] && !workload->needs_graph)
        workload->needs_graph = allocate_text(why.text);
    return workload->engine;
}

static bool is_program_of(const struct plan *plan, const struct planned_program *program,
                          const struct point *point)
{
    return same_times(program->costs, point->costs) &&
           (!plan->workloads[point->workload].depends_on_version ||
            versions_are_alike(program->collector, point->collector));
}

/* The program of a point with a seed; added if it is new. */
static size_t find_program(struct plan *plan, struct seed_programs *known,
                           const struct point *point, uint64_t seed)
{
    size_t *newest = &known->of_workload[point->workload];
    for (size_t i = *newest; i != SIZE_MAX; i = known->before[i])
        if (is_program_of(plan, &plan->programs[i], point))
            return i;
    size_t number = plan->program_count++;
    plan->programs = allocate_grow(plan->programs, &known->capacity, plan->program_count,
                                   sizeof *plan->programs);
    known->before = allocate_grow(known->before, &known->before_capacity, plan->program_count,
                                  sizeof *known->before);
    plan->programs[number] = (struct planned_program){.workload = point->workload,
                                                      .seed = seed,
                                                      .collector = point->collector,
                                                      .costs = point->costs,
                                                      .engine = engine_of(plan, point, seed)};
    known->before[number] = *newest;
    return *newest = number;
}

/* Shares are of programs, dealt in turn. */
static void keep_share(struct plan *plan, struct share share)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->run_count && share.shards; i++)
        if (plan->runs[i].program % share.shards == share.shard - 1)
            plan->runs[kept++] = plan->runs[i];
    if (share.shards)
        plan->run_count = kept;
}

static void count_runs(struct plan *plan)
{
    plan->to_do = 0;
    for (size_t i = 0; i < plan->program_count; i++)
        plan->programs[i].runs = plan->programs[i].to_do = 0;
    for (size_t i = 0; i < plan->run_count; i++) {
        struct planned_program *program = &plan->programs[plan->runs[i].program];
        program->runs++;
        program->to_do += !plan->runs[i].ended;
        plan->to_do += !plan->runs[i].ended;
    }
}

static size_t count_all(const struct experiment *experiment)
{
    size_t count = 0;
    for (size_t p = 0; p < experiment->point_count; p++)
        count += experiment_seeds_of(experiment, p);
    return count;
}

/* Of all points that have the s-th seed. */
static void add_seed(struct plan *plan, struct seed_programs *known, size_t s)
{
    const struct experiment *experiment = plan->experiment;
    uint64_t seed = experiment->seeds[s];
    memset(known->of_workload, 0xff, experiment->workload_count * sizeof *known->of_workload);
    for (size_t p = 0; p < experiment->point_count; p++) {
        if (s >= experiment_seeds_of(experiment, p))
            continue;
        size_t number = plan->run_count++;
        plan->runs[number] = (struct planned_run){
            .id = (int64_t)number, /* until it has a row */
            .seed = seed,
            .point = p,
            .program = find_program(plan, known, &experiment->points[p], seed)};
    }
}

void plan_init(struct plan *plan, const struct experiment *experiment, struct share share)
{
    struct seed_programs known = {0};
    *plan = (struct plan){.experiment = experiment, .all_runs = count_all(experiment)};
    plan->runs = allocate_zeroed(plan->all_runs, sizeof *plan->runs);
    plan->workloads = allocate_zeroed(experiment->workload_count, sizeof *plan->workloads);
    known.of_workload = allocate_zeroed(experiment->workload_count, sizeof *known.of_workload);
    for (size_t s = 0; s < experiment->seed_count; s++)
        add_seed(plan, &known, s);
    free(known.of_workload);
    free(known.before);
    keep_share(plan, share);
    count_runs(plan);
}

void plan_fini(struct plan *plan)
{
    free(plan->runs);
    free(plan->programs);
    for (size_t i = 0; plan->workloads && i < plan->experiment->workload_count; i++)
        free(plan->workloads[i].needs_graph);
    free(plan->workloads);
    *plan = (struct plan){0};
}

struct run_plan plan_run(const struct plan *plan, const struct planned_run *run)
{
    const struct experiment *experiment = plan->experiment;
    const struct point *point = &experiment->points[run->point];
    bool fixed = experiment->warmup.ns != WARMUP_MSER5;
    return (struct run_plan){
        .setup = {.engine = plan->programs[run->program].engine,
                  .collector = point->collector,
                  .costs = point->costs,
                  .workload = &experiment->workloads[point->workload],
                  .policy = &experiment->policies[point->policy],
                  .seed = run->seed,
                  .sample_ns = experiment->sample_ns,
                  .warmup_ns = fixed ? experiment->warmup.ns : 0},
        .log = experiment->log,
        .warmup = experiment->warmup,
        .horizon_ns = experiment->horizon_ns,
    };
}

static int store_runs(struct plan *plan, bool retry_failed, struct store *store,
                      struct error *error)
{
    for (size_t i = 0; i < plan->run_count; i++) {
        struct planned_run *run = &plan->runs[i];
        const struct run_plan planned = plan_run(plan, run);
        if (store_plan_run(store, plan->id, &planned, (uint64_t)run->id, retry_failed, &run->id,
                           &run->ended, error) != 0)
            return -1;
    }
    count_runs(plan);
    return store_end_plan(store, plan->id, error);
}

int plan_store(struct plan *plan, const char *command, struct share share, bool retry_failed,
               struct store *store, struct error *error)
{
    const struct experiment *experiment = plan->experiment;
    char *limits = limits_text(&experiment->limits);
    const struct experiment_facts facts = {
        .command = command,
        .name = experiment->name,
        .document = experiment->text,
        .baseline = experiment->baseline ? experiment->baseline : experiment->policies[0].text,
        .objective = experiment->minimise,
        .limits = limits,
        .planned = plan->all_runs,
        .shard = share.shard,
        .shards = share.shards,
        .last_seed = plan->may_grow ? experiment_last_seed(experiment) : INT64_MAX,
    };
    int status = store_begin_plan(store, &facts, &plan->id, error);
    if (status == 0)
        status = store_runs(plan, retry_failed, store, error);
    free(limits);
    return status;
}
