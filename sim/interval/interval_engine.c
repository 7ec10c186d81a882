/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/interval_engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/base/invariant.h"
#include "sim/interval/replayer.h"
#include "sim/interval/replayer_check.h"

/* ---- a replayer ----------------------------------------------------------------------- */

static void replayer_free(void *engine)
{
    struct replayer *replayer = engine;
    compiled_fini(&replayer->own);
    isolated_graph_fini(&replayer->isolated);
    free(replayer);
}

/* The setup's compiled program, or one compiled for this replayer alone. NULL, with a line in
 * *error, if it cannot be. */
static const struct compiled *
find_program(struct replayer *replayer, const struct simulation_setup *setup, struct error *error)
{
    static const struct compile_options in_memory = {0};
    if (setup->compiled)
        return setup->compiled;
    if (compile(&replayer->own, setup->workload, setup->seed, setup->collector, &in_memory, NULL,
                error) != 0)
        return NULL;
    return &replayer->own;
}

static void replayer_enter_window(void *engine, const struct compiled *compiled)
{
    struct replayer *replayer = engine;
    replayer->compiled = compiled;
    replayer->segments = compiled_segments(compiled);
    replayer->classes = compiled_classes(compiled);
    replayer->death_operations = compiled_death_operations(compiled);
    replayer->deaths = (struct deaths){
        .births = compiled_births(compiled),
        .deaths = compiled_deaths(compiled),
        .facts = compiled_death_facts(compiled),
        .shapes = compiled_shapes(compiled),
    };
    isolated_graph_init(&replayer->isolated, compiled);
    replayer_enter(replayer, replayer->segments);
}

static int begin(void *context, struct error *error)
{
    struct replayer *replayer = context;
    const struct simulation_setup *setup = replayer->setup;
    const struct compiled *compiled = find_program(replayer, setup, error);
    if (!compiled)
        return -1;
    replayer->program = compiled->program;
    uint64_t limit = replayer->program.memory_limit_bytes;
    replayer->memory_limit_bytes = limit ? limit : UINT64_MAX;
    compiled_costs(&replayer->program.costs, replayer->ns);
    if (compiled == &replayer->own)
        replayer_enter_window(replayer, compiled);
    replayer->workload = setup->workload->component->name;
    replayer->collects_in_allocation = setup->collector->kind == COLLECTS_IN_ALLOCATION;
    replayer->permanent = setup->permanent;
    replayer->generations.tallies[PERMANENT].objects[0] = setup->permanent;
    return 0;
}

static void *replayer_new(const struct simulation_setup *setup, struct mutator *mutator,
                          struct error *error)
{
    struct replayer *replayer = allocate_zeroed(1, sizeof *replayer);
    replayer->setup = setup;
    replayer->mutator = mutator;
    if (attempt(begin, replayer, error) == 0)
        return replayer;
    replayer_free(replayer);
    return NULL;
}

static const struct program *replayer_program(const void *engine)
{
    return &((const struct replayer *)engine)->program;
}

/* ---- its invariants, in builds that look at them (sim/base/invariant.h) ------------------ */

/* Looking at them takes as long as there are isolated objects: so it is done as seldom. They hold
 * if the program is true, of which of a file nobody knows. */
static void check_now_and_then(struct replayer *replayer)
{
    struct error broken;
    const struct compiled *compiled = replayer->compiled;
    uint64_t operation = replayer->mutator->operation;
    bool from_file = compiled->heap_bytes == 0;
    if (from_file || operation - replayer->checked < compiled->numbers)
        return;
    replayer->checked = operation;
    if (replayer_check(replayer, &broken) != 0)
        invariant_broken("interval engine", &broken);
}

static enum engine_stop run_checked(void *engine, struct op *control)
{
    enum engine_stop stop = replayer_run(engine, control);
    if (CHECKS_INVARIANTS)
        check_now_and_then(engine);
    return stop;
}

static void collect_checked(void *engine, int generation, struct found *found)
{
    replayer_collect(engine, generation, found);
    if (CHECKS_INVARIANTS)
        check_now_and_then(engine);
}

/* ---- what it tells -------------------------------------------------------------------- */

static void replayer_totals(void *engine, struct engine_totals *totals)
{
    struct replayer *replayer = engine;
    const struct generations *generations = &replayer->generations;
    replayer_settle(replayer);
    *totals = (struct engine_totals){.heap_peak_bytes = replayer->peak_bytes};
    for (int g = 0; g <= PERMANENT; g++) {
        totals->heap_bytes += generations->tallies[g].bytes;
        totals->tracked[g] = tally_objects(&generations->tallies[g]);
        totals->freed_by_count[g] = generations->freed_by_count[g];
        totals->freed_by_collector[g] = generations->freed_by_collector[g];
    }
}

/* The program knows the ages of all that reference counting has freed so far. What was outside
 * generation 0 has been looked at; so the rest was in it. */
static void replayer_ages(void *engine, struct ages *ages)
{
    const struct replayer *replayer = engine;
    struct age_counts all;
    compiled_count_ages(replayer->compiled, replayer->death, &all);
    *ages = replayer->isolated_ages;
    for (int age = 0; age < AGE_BUCKETS; age++) {
        ages->by_count[0][age] += all.count[age];
        for (int g = 1; g <= PERMANENT; g++) {
            uint32_t dead = replayer->generations.dead_ages[g].count[age];
            ages->by_count[g][age] += dead;
            ages->by_count[0][age] -= dead;
        }
    }
}

static uint64_t replayer_live_bytes(void *engine)
{
    const struct replayer *replayer = engine;
    return replayer_alive(replayer).bytes - replayer->isolated.bytes_ever;
}

static double replayer_progress(const void *engine)
{
    const struct replayer *replayer = engine;
    double operations = (double)replayer->compiled->operations;
    return operations > 0 ? (double)replayer->segment->operation / operations : 0;
}

static void replayer_locate(const void *engine, uint64_t operation, char *place, size_t size)
{
    const struct replayer *replayer = engine;
    if (operation == replayer->compiled->operations)
        snprintf(place, size, "%s", replayer->compiled->place);
    else
        snprintf(place, size, "%s: operation %llu", replayer->workload,
                 (unsigned long long)operation);
}

const struct engine interval_engine = {
    .name = "interval",
    .summary = "compiles a program once and replays policies over it: the same results, fast",
    .compiles = true,
    .new = replayer_new,
    .free = replayer_free,
    .enter = replayer_enter_window,
    .program = replayer_program,
    .run = run_checked,
    .collect = collect_checked,
    .freeze = replayer_freeze,
    .unfreeze = replayer_unfreeze,
    .totals = replayer_totals,
    .ages = replayer_ages,
    .live_bytes = replayer_live_bytes,
    .progress = replayer_progress,
    .locate = replayer_locate,
};
