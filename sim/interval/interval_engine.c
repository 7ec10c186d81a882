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
    compiler_close(replayer->compiler);
    compiled_fini(&replayer->own);
    isolated_graph_fini(&replayer->isolated);
    generations_fini(&replayer->generations);
    free(replayer);
}

static void replayer_enter_window(void *engine, const struct compiled *window)
{
    struct replayer *replayer = engine;
    if (!replayer->compiled)
        replayer->first_birth = window->before.births;
    replayer->compiled = window;
    replayer->segments = compiled_segments(window);
    replayer->classes = compiled_classes(window);
    replayer->death_operations = compiled_death_operations(window);
    replayer->deaths = deaths_of(window);
    replayer->kinds = window->program.has_kinds ? compiled_segment_kinds(window) : NULL;
    replayer->uses = compiled_list_uses(window);
    replayer->birth = replayer->death = replayer->work = replayer->control = 0;
    replayer->trackings = 0;
    generations_set_origin(&replayer->generations, window->origin);
    isolated_graph_enter(&replayer->isolated, window);
    replayer_enter(replayer, replayer->segments);
}

/* Compiles for this replayer alone. Returns 0, or -1 with a line in *error. */
static int begin_own(struct replayer *replayer, struct error *error)
{
    const struct simulation_setup *setup = replayer->setup;
    const struct compile_options usual = {.costs = setup->costs};
    replayer->compiler =
        compiler_open(setup->workload, setup->seed, setup->collector, &usual, error);
    if (!replayer->compiler || compiler_next(replayer->compiler, &replayer->own, error) < 0)
        return -1;
    replayer_enter_window(replayer, &replayer->own);
    return 0;
}

static int begin(void *context, struct error *error)
{
    struct replayer *replayer = context;
    const struct simulation_setup *setup = replayer->setup;
    isolated_graph_init(&replayer->isolated);
    if (!setup->compiled && begin_own(replayer, error) != 0)
        return -1;
    if (setup->compiled &&
        compiled_suits(setup->compiled, setup->collector, "the program", error) != 0)
        return -1;
    replayer->program = setup->compiled ? setup->compiled->program : replayer->own.program;
    replayer->memory_limit_bytes = replayer->program.memory_limit_bytes;
    if (replayer->memory_limit_bytes == 0)
        replayer->memory_limit_bytes = UINT64_MAX;
    compiled_costs(&replayer->program.costs, replayer->ns);
    replayer->workload = setup->workload->component->name;
    replayer->collects_in_allocation = setup->collector->kind == COLLECTS_IN_ALLOCATION;
    replayer->generations.has_kinds = replayer->program.has_kinds;
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
    uint64_t numbers = compiled->numbers + 1 - replayer->isolated.first;
    if (from_file || operation - replayer->checked < numbers)
        return;
    replayer->checked = operation;
    if (replayer_check(replayer, &broken) != 0)
        invariant_broken("interval engine", &broken);
}

/* Another window. It is compiled deep inside the attempt of whoever runs the replayer. */
static void next_own(struct replayer *replayer)
{
    struct error error;
    compiled_fini(&replayer->own);
    if (compiler_next(replayer->compiler, &replayer->own, &error) < 0)
        attempt_give_up("%s", error.text);
    replayer_enter_window(replayer, &replayer->own);
}

static enum engine_stop run_checked(void *engine, struct op *control)
{
    struct replayer *replayer = engine;
    enum engine_stop stop = replayer_run(replayer, control);
    if (stop == STOP_WINDOW) {
        isolated_graph_leave(&replayer->isolated);
        if (replayer->compiler) {
            next_own(replayer);
            stop = STOP_AGAIN;
        }
    }
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
    for (int g = 0; g < PLACES; g++)
        totals->heap_bytes += generations->tallies[g].bytes;
    totals->untracked = tally_objects(&generations->tallies[NO_GENERATION]);
    for (int g = 0; g <= PERMANENT; g++) {
        totals->tracked[g] = tally_objects(&generations->tallies[g]);
        totals->freed_by_count[g] = generations->freed_by_count[g];
        totals->freed_by_collector[g] = generations->freed_by_collector[g];
    }
}

static uint64_t births(const void *engine)
{
    const struct replayer *replayer = engine;
    return replayer_born(replayer) - replayer->first_birth;
}

/* The program knows the ages of all that reference counting has freed so far. What was outside
 * generation 0 has been looked at; so the rest was in it. */
static void replayer_ages(void *engine, struct ages *ages)
{
    const struct replayer *replayer = engine;
    uint64_t all[AGE_BUCKETS];
    compiled_count_ages(replayer->compiled, replayer->death, all);
    *ages = replayer->isolated_ages;
    for (int age = 0; age < AGE_BUCKETS; age++) {
        ages->by_count[0][age] += all[age];
        for (int g = 1; g <= PERMANENT; g++) {
            uint64_t dead = replayer->generations.dead_ages[g][age];
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
    const struct compiled *window = replayer->compiled;
    double begin = window->progress[0], length = window->progress[1] - begin;
    uint64_t operations = replayer->segment->operation - window->before.operations;
    if (window->operations == 0)
        return begin;
    return begin + length * (double)operations / (double)window->operations;
}

static void replayer_locate(const void *engine, uint64_t operation, char *place, size_t size)
{
    const struct replayer *replayer = engine;
    const struct compiled *window = replayer->compiled;
    if (window->is_last && operation == window->before.operations + window->operations)
        snprintf(place, size, "%s", window->place);
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
    .births = births,
    .ages = replayer_ages,
    .live_bytes = replayer_live_bytes,
    .progress = replayer_progress,
    .locate = replayer_locate,
};
