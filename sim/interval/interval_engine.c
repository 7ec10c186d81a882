/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/interval_engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/interval/compiled.h"

/* What an object that is isolated, or that an isolated one refers to, is remembered by; in an
 * array, by its second number. */
struct remains {
    uint32_t references; /* to it, of isolated objects that have not been reclaimed */
    uint32_t record;     /* its place in the column `isolated`, from 1; 0: it is not isolated yet */
    uint32_t next;       /* of its generation; 0: the last */
    uint32_t scratch;    /* gc_refs while a collection looks; otherwise links work lists */
    bool candidate;      /* young in this collection, and not known to be reachable */
    bool freed;          /* for good */
};

/* Isolated objects of a generation: a list, in which freed ones stay until somebody passes. */
struct list {
    uint32_t first, last;
};

#define DEATHS_AT_ONCE 128 /* filtered */

struct replay {
    /* The program. */
    const struct compiled *compiled;
    struct compiled own;  /* if nobody else has compiled it */
    const char *workload; /* its name */
    const struct segment *segments;
    const uint8_t *classes, *death_operations;
    const struct death_facts *death_facts;
    const uint32_t *births, *deaths, *references;
    const struct shape *shapes;
    const struct isolated *isolated;
    uint32_t ns[CLASS_COUNT];

    struct mutator *mutator;
    uint64_t memory_limit_bytes; /* UINT64_MAX: none */
    bool collects_in_allocation;

    /* Where it is: so many operations into `segment`, and so far in each column. */
    const struct segment *segment;
    uint32_t offset; /* of its operations, executed */
    uint32_t birth, death, work, control;

    /* The generations: g is what was born from bound[g] on, and before bound[g - 1]. */
    uint32_t bound[GENERATIONS];
    struct tally generations[GENERATIONS + 1]; /* up to what is settled */
    struct list lists[GENERATIONS + 1];
    struct settled {
        struct tally alive;
        uint32_t birth, death;
    } settled;
    struct tally dead[GENERATIONS + 1]; /* since then, by reference count, but for generation 0 */
    struct age_counts dead_ages[GENERATIONS + 1]; /* and since the start, by age */

    struct remains *remains;
    uint64_t isolated_bytes; /* of all that ever became isolated; */
    uint64_t floating_bytes; /* of those not reclaimed */
    uint64_t live_bytes;     /* of reachable objects; kept while walking through a segment */
    uint64_t peak_bytes;
    uint64_t freed_by_count[GENERATIONS + 1], freed_by_collector[GENERATIONS + 1];
    struct ages isolated_ages; /* of isolated objects that have been freed */
};

static void replay_free(void *engine)
{
    struct replay *replay = engine;
    compiled_fini(&replay->own);
    free(replay->remains);
    free(replay);
}

static void enter_segment(struct replay *replay, const struct segment *segment)
{
    replay->segment = segment;
    replay->offset = 0;
}

static void *replay_new(const struct simulation_setup *setup, struct mutator *mutator,
                        struct error *error)
{
    static const struct compile_options in_memory = {0};
    struct replay *replay = allocate_zeroed(1, sizeof *replay);
    const struct compiled *compiled = replay->compiled = setup->compiled;
    if (!compiled) {
        if (compile(&replay->own, setup->workload, setup->seed, setup->collector, &in_memory, NULL,
                    error) != 0) {
            replay_free(replay);
            return NULL;
        }
        compiled = replay->compiled = &replay->own;
    }
    replay->segments = compiled_segments(compiled);
    replay->classes = compiled_classes(compiled);
    replay->births = compiled_births(compiled);
    replay->deaths = compiled_deaths(compiled);
    replay->death_facts = compiled_death_facts(compiled);
    replay->death_operations = compiled_death_operations(compiled);
    replay->references = compiled_references(compiled);
    replay->shapes = compiled_shapes(compiled);
    replay->isolated = compiled_isolated(compiled);
    compiled_costs(&compiled->program.costs, replay->ns);
    replay->workload = setup->workload->component->name;
    replay->mutator = mutator;
    replay->memory_limit_bytes =
        compiled->program.memory_limit_bytes ? compiled->program.memory_limit_bytes : UINT64_MAX;
    replay->collects_in_allocation = setup->collector->kind == COLLECTS_IN_ALLOCATION;
    replay->remains = allocate_zeroed(compiled->numbers + 1, sizeof *replay->remains);
    replay->generations[PERMANENT].objects[0] = setup->permanent;
    enter_segment(replay, replay->segments);
    return replay;
}

static const struct program *replay_program(const void *engine)
{
    return &((const struct replay *)engine)->compiled->program;
}

/* ---- generations ---------------------------------------------------------------------- */

static const struct shape *shape_of_death(const struct replay *replay, uint32_t death)
{
    return &replay->shapes[compiled_shape_of_death(replay->births, replay->deaths,
                                                   replay->death_facts, death)];
}

static int generation_of(const struct replay *replay, uint32_t birth)
{
    return (birth < replay->bound[0]) + (birth < replay->bound[1]) + (birth < replay->bound[2]);
}

/* What reference counting has not freed by now. */
static struct tally alive_now(const struct replay *replay)
{
    const struct segment *segment = replay->segment;
    const struct tally *column = &compiled_alive(replay->compiled)[segment - replay->segments];
    if (replay->offset > 0 && replay->offset == segment->length)
        return column[1];
    struct tally alive = column[0];
    for (uint32_t i = segment->birth; i < replay->birth; i++)
        shape_add(&replay->shapes[replay->births[i]], &alive);
    for (uint32_t i = segment->death; i < replay->death; i++)
        shape_remove(shape_of_death(replay, i), &alive);
    return alive;
}

/* Counts what dies outside generation 0 in a stretch of deaths: the filter. It finds them without a
 * branch that could be mispredicted; only of these shape and age are looked at. */
static void note_deaths(struct replay *replay, uint32_t from, uint32_t to)
{
    const uint32_t *deaths = replay->deaths;
    const uint32_t bound = replay->bound[0], older = replay->bound[1], oldest = replay->bound[2];
    uint32_t old[DEATHS_AT_ONCE];
    while (from < to) {
        uint32_t end = to - from < DEATHS_AT_ONCE ? to : from + DEATHS_AT_ONCE, found = 0;
#pragma GCC unroll 4
        for (; from < end; from++) {
            old[found] = from;
            found += deaths[from] < bound;
        }
        for (uint32_t i = 0; i < found; i++) {
            uint32_t birth = deaths[old[i]];
            int g = 1 + (birth < older) + (birth < oldest);
            shape_add(shape_of_death(replay, old[i]), &replay->dead[g]);
            replay->dead_ages[g].count[replay->death_facts[old[i]].age]++;
        }
    }
}

/* Brings the generations up to date: what has been born since they last were is in generation 0,
 * and what has died since is in none. The bounds have not moved in between. */
static void settle(struct replay *replay)
{
    struct tally alive, *generations = replay->generations;
    struct settled *settled = &replay->settled;
    if (replay->birth == settled->birth && replay->death == settled->death)
        return;
    alive = alive_now(replay);
    tally_combine(&generations[0], &alive, 1);
    tally_combine(&generations[0], &settled->alive, -1);
    replay->freed_by_count[0] += replay->death - settled->death;
    for (int g = 1; g <= PERMANENT; g++) {
        struct tally *dead = &replay->dead[g];
        uint64_t objects = tally_objects(dead);
        tally_combine(&generations[g], dead, -1);
        tally_combine(&generations[0], dead, 1);
        replay->freed_by_count[g] += objects;
        replay->freed_by_count[0] -= objects;
        *dead = (struct tally){0};
    }
    *settled = (struct settled){alive, replay->birth, replay->death};
}

/* ---- isolated objects ----------------------------------------------------------------- */

static const struct isolated *record_of(const struct replay *replay, uint32_t number)
{
    return &replay->isolated[replay->remains[number].record - 1];
}

static void list_add(struct replay *replay, struct list *list, uint32_t number)
{
    replay->remains[number].next = 0;
    if (list->last)
        replay->remains[list->last].next = number;
    else
        list->first = number;
    list->last = number;
}

/* All of `from` to the end of `to`. */
static void list_move(struct replay *replay, struct list *from, struct list *to)
{
    if (to->last)
        replay->remains[to->last].next = from->first;
    else
        to->first = from->first;
    if (from->last)
        to->last = from->last;
    *from = (struct list){0};
}

/* Takes away what a reclaimed object holds. Isolated objects to which nothing refers any longer go
 * on the stack *dying, linked through `scratch`. */
static void drop_references(struct replay *replay, const struct isolated *record, uint32_t *dying)
{
    for (uint32_t i = 0; i < record->references; i++) {
        uint32_t number = replay->references[record->reference + i];
        struct remains *referent = &replay->remains[number];
        if (--referent->references || !referent->record || referent->freed)
            continue;
        referent->freed = true;
        referent->scratch = *dying;
        *dying = number;
    }
}

static void note_age(const struct replay *replay, uint32_t birth, uint64_t counts[AGE_BUCKETS])
{
    counts[age_bucket(replay->birth - birth - 1)]++;
}

/* Frees what is on the stack and what only it kept alive; counts them by generation, and by age.
 * Returns how many. */
static uint32_t free_dying(struct replay *replay, uint32_t dying,
                           uint64_t freed_by[GENERATIONS + 1],
                           uint64_t ages_by[GENERATIONS + 1][AGE_BUCKETS])
{
    uint32_t freed = 0;
    while (dying) {
        const struct isolated *record = record_of(replay, dying);
        const struct shape *shape = &replay->shapes[record->shape];
        int g = generation_of(replay, record->birth);
        dying = replay->remains[dying].scratch;
        shape_remove(shape, &replay->generations[g]);
        replay->floating_bytes -= shape->bytes;
        freed_by[g]++;
        note_age(replay, record->birth, ages_by[g]);
        freed++;
        drop_references(replay, record, &dying);
    }
    return freed;
}

/* What becomes isolated with the last operation of the segment. */
static void isolate(struct replay *replay)
{
    const struct segment *segment = replay->segment;
    uint32_t dying = 0;
    for (uint32_t i = segment->isolated; i < segment[1].isolated; i++) {
        const struct isolated *record = &replay->isolated[i];
        uint32_t bytes = replay->shapes[record->shape].bytes;
        replay->remains[record->number].record = i + 1;
        list_add(replay, &replay->lists[generation_of(replay, record->birth)], record->number);
        replay->isolated_bytes += bytes;
        replay->floating_bytes += bytes;
        for (uint32_t r = 0; r < record->references; r++)
            replay->remains[replay->references[record->reference + r]].references++;
    }
    for (uint32_t i = segment->isolated; i < segment[1].isolated; i++) {
        struct remains *remains = &replay->remains[replay->isolated[i].number];
        if (remains->references || remains->freed)
            continue;
        remains->freed = true;
        remains->scratch = dying;
        dying = replay->isolated[i].number;
    }
    collector_freed(&replay->mutator->collector, free_dying(replay, dying, replay->freed_by_count,
                                                            replay->isolated_ages.by_count));
}

/* ---- operations ----------------------------------------------------------------------- */

/* Whether nothing happens in the segment that has to be looked at: no allocation asks for a
 * collection or does not fit into memory, and nothing becomes due before its end. */
static bool is_uneventful(const struct replay *replay)
{
    const struct segment *segment = replay->segment;
    const struct mutator *mutator = replay->mutator;
    int64_t limit = mutator->requested ? UINT32_MAX : mutator->collector.limit;
    return (int64_t)mutator->collector.count[0] + segment->rise <= limit &&
           segment->peak <= limit &&
           mutator->wall_ns + (segment[1].mutator_ns - segment->mutator_ns) < mutator->due_ns &&
           replay->floating_bytes + segment->live_peak_bytes <= replay->memory_limit_bytes;
}

static void note_peak(struct replay *replay, uint64_t live_bytes)
{
    if (replay->floating_bytes + live_bytes > replay->peak_bytes)
        replay->peak_bytes = replay->floating_bytes + live_bytes;
}

static void pass(struct replay *replay)
{
    const struct segment *segment = replay->segment;
    struct mutator *mutator = replay->mutator;
    uint64_t ns = segment[1].mutator_ns - segment->mutator_ns;
    int64_t count = (int64_t)mutator->collector.count[0] + segment->net;
    mutator->collector.count[0] = (uint32_t)(count > segment->floor ? count : segment->floor);
    mutator->wall_ns += ns;
    mutator->mutator_ns += ns;
    mutator->operation += replay->segment->length;
    note_peak(replay, segment->live_peak_bytes);
    if (segment->oldest_death < replay->bound[0])
        note_deaths(replay, segment->death, segment[1].death);
    replay->offset = segment->length;
    replay->birth = segment[1].birth;
    replay->death = segment[1].death;
    replay->work = segment[1].work;
}

/* An allocation; false if it does not fit. */
static bool allocate(struct replay *replay)
{
    struct mutator *mutator = replay->mutator;
    uint32_t bytes = replay->shapes[replay->births[replay->birth]].bytes;
    if (bytes > replay->memory_limit_bytes - replay->floating_bytes - replay->live_bytes) {
        mutator->fault.kind = FAULT_MEMORY_LIMIT;
        return false;
    }
    bool due = collector_allocated(&mutator->collector);
    if (due && replay->collects_in_allocation)
        mutator->collect_automatically(mutator);
    replay->birth++;
    replay->live_bytes += bytes;
    note_peak(replay, replay->live_bytes);
    if (due && !replay->collects_in_allocation)
        mutator->collect_automatically(mutator);
    return true;
}

static void die(struct replay *replay)
{
    uint32_t first = replay->death;
    while (replay->death < replay->segment[1].death &&
           replay->death_operations[replay->death] == replay->offset)
        replay->live_bytes -= shape_of_death(replay, replay->death++)->bytes;
    if (replay->death == first)
        return;
    note_deaths(replay, first, replay->death);
    collector_freed(&replay->mutator->collector, replay->death - first);
}

/* One operation after the other, up to the segment's end or to where it has to stop. */
static enum engine_stop walk(struct replay *replay)
{
    struct mutator *mutator = replay->mutator;
    const uint8_t *classes = replay->classes + replay->segment->operation;
    if (replay->offset == 0)
        replay->live_bytes =
            compiled_alive(replay->compiled)[replay->segment - replay->segments].bytes -
            replay->isolated_bytes;
    for (; replay->offset < replay->segment->length; replay->offset++) {
        if (mutator->wall_ns >= mutator->due_ns)
            return STOP_AGAIN;
        uint8_t class = classes[replay->offset];
        uint64_t ns = replay->ns[class];
        if (class == CLASS_WORK)
            ns = compiled_work(replay->compiled)[replay->work++];
        mutator->wall_ns += ns;
        mutator->mutator_ns += ns;
        if (class < OBJECT_KINDS && !allocate(replay))
            return STOP_FAULT;
        die(replay);
        mutator->operation++;
    }
    return STOP_END;
}

/* The operation that the program could not execute is its last. */
static enum engine_stop end(struct replay *replay)
{
    struct mutator *mutator = replay->mutator;
    const struct compiled *compiled = replay->compiled;
    if (compiled->fault.kind == FAULT_NONE)
        return STOP_END;
    if (mutator->wall_ns >= mutator->due_ns)
        return STOP_AGAIN;
    mutator->wall_ns += compiled->fault_ns;
    mutator->mutator_ns += compiled->fault_ns;
    mutator->fault = compiled->fault;
    return STOP_FAULT;
}

/* Executes what the segment has left, as far as it goes. */
static enum engine_stop run_segment(struct replay *replay, struct op *control)
{
    struct mutator *mutator = replay->mutator;
    if (replay->offset < replay->segment->length) {
        if (replay->offset == 0 && is_uneventful(replay)) {
            pass(replay);
        } else {
            enum engine_stop stop = walk(replay);
            if (stop != STOP_END)
                return stop;
        }
        isolate(replay);
    }
    if (replay->control == replay->segment[1].control)
        return STOP_END;
    if (mutator->wall_ns >= mutator->due_ns)
        return STOP_AGAIN;
    *control = compiled_controls(replay->compiled)[replay->control++];
    return STOP_CONTROL;
}

#define SIGN_OF_LIFE 4096 /* segments, at most, between two */

static enum engine_stop replay_run(void *engine, struct op *control)
{
    struct replay *replay = engine;
    const struct segment *last =
        replay->segments + compiled_count(replay->compiled, COLUMN_segments) - 1;
    for (int i = 0; i < SIGN_OF_LIFE; i++) {
        if (replay->segment == last)
            return end(replay);
        enum engine_stop stop = run_segment(replay, control);
        if (stop != STOP_END)
            return stop;
        enter_segment(replay, replay->segment + 1);
    }
    return STOP_AGAIN;
}

/* ---- collections ---------------------------------------------------------------------- */

/* The young isolated objects: those of generations 0 … generation that have not been freed. */
static struct list gather_young(struct replay *replay, int generation)
{
    struct list young = {0};
    for (int g = 0; g <= generation; g++) {
        uint32_t next;
        for (uint32_t number = replay->lists[g].first; number; number = next) {
            struct remains *remains = &replay->remains[number];
            next = remains->next;
            if (remains->freed)
                continue;
            remains->scratch = remains->references;
            remains->candidate = true;
            list_add(replay, &young, number);
        }
        replay->lists[g] = (struct list){0};
    }
    return young;
}

/* scratch := references from older isolated objects. (What that of others holds means nothing.) */
static void count_outside_references(struct replay *replay, struct list young)
{
    for (uint32_t number = young.first; number; number = replay->remains[number].next) {
        const struct isolated *record = record_of(replay, number);
        for (uint32_t i = 0; i < record->references; i++)
            replay->remains[replay->references[record->reference + i]].scratch--;
    }
}

/* What older isolated objects reach stops being a candidate: nepotism. */
static void reach_from_outside(struct replay *replay, struct list young)
{
    uint32_t reached = 0; /* a stack, linked through `scratch` */
    for (uint32_t number = young.first; number; number = replay->remains[number].next) {
        struct remains *root = &replay->remains[number];
        if (!root->candidate || root->scratch == 0)
            continue;
        root->candidate = false;
        root->scratch = 0;
        reached = number;
        while (reached) {
            const struct isolated *record = record_of(replay, reached);
            reached = replay->remains[reached].scratch;
            for (uint32_t i = 0; i < record->references; i++) {
                uint32_t referred = replay->references[record->reference + i];
                struct remains *referent = &replay->remains[referred];
                if (!referent->candidate)
                    continue;
                referent->candidate = false;
                referent->scratch = reached;
                reached = referred;
            }
        }
    }
}

/* Those still candidates are unreachable: counts them, and makes a list of them. The others join
 * the list of `target`. */
static struct list split_young(struct replay *replay, struct list young, int target,
                               struct found *found)
{
    struct list unreachable = {0};
    uint32_t next;
    for (uint32_t number = young.first; number; number = next) {
        struct remains *remains = &replay->remains[number];
        const struct isolated *record = record_of(replay, number);
        next = remains->next;
        if (!remains->candidate) {
            list_add(replay, &replay->lists[target], number);
            continue;
        }
        int g = generation_of(replay, record->birth);
        shape_add(&replay->shapes[record->shape], &found->unreachable);
        found->unreachable_by_generation[g]++;
        replay->freed_by_collector[g]++;
        note_age(replay, record->birth, replay->isolated_ages.by_collector[g]);
        remains->candidate = false;
        remains->freed = true;
        list_add(replay, &unreachable, number);
    }
    return unreachable;
}

static void promote(struct replay *replay, int generation, int target, const struct found *found)
{
    struct tally *survivors = &replay->generations[target];
    for (int g = 0; g <= generation; g++)
        replay->generations[g] = (struct tally){0};
    tally_combine(survivors, &found->examined, 1);
    tally_combine(survivors, &found->unreachable, -1);
    for (int g = 0; g < target; g++)
        replay->bound[g] = replay->birth;
}

static void replay_collect(void *engine, int generation, struct found *found)
{
    struct replay *replay = engine;
    int target = generation + 1 < GENERATIONS ? generation + 1 : generation;
    uint32_t dying = 0;
    settle(replay);
    *found = (struct found){0};
    for (int g = 0; g <= generation; g++)
        tally_combine(&found->examined, &replay->generations[g], 1);
    struct list young = gather_young(replay, generation);
    count_outside_references(replay, young);
    reach_from_outside(replay, young);
    struct list unreachable = split_young(replay, young, target, found);
    promote(replay, generation, target, found);
    for (uint32_t number = unreachable.first; number; number = replay->remains[number].next)
        drop_references(replay, record_of(replay, number), &dying);
    replay->floating_bytes -= found->unreachable.bytes;
    free_dying(replay, dying, replay->freed_by_collector, replay->isolated_ages.by_collector);
}

static void move_all(struct replay *replay, int source, int target)
{
    tally_combine(&replay->generations[target], &replay->generations[source], 1);
    replay->generations[source] = (struct tally){0};
    list_move(replay, &replay->lists[source], &replay->lists[target]);
}

static void replay_freeze(void *engine)
{
    struct replay *replay = engine;
    settle(replay);
    for (int g = 0; g < GENERATIONS; g++) {
        move_all(replay, g, PERMANENT);
        replay->bound[g] = replay->birth;
    }
}

static void replay_unfreeze(void *engine)
{
    struct replay *replay = engine;
    settle(replay);
    move_all(replay, PERMANENT, GENERATIONS - 1);
    replay->bound[GENERATIONS - 1] = 0;
}

/* ---- what it tells ---------------------------------------------------------------------- */

static void replay_totals(void *engine, struct engine_totals *totals)
{
    struct replay *replay = engine;
    settle(replay);
    *totals = (struct engine_totals){.heap_peak_bytes = replay->peak_bytes};
    for (int g = 0; g <= PERMANENT; g++) {
        totals->heap_bytes += replay->generations[g].bytes;
        totals->tracked[g] = tally_objects(&replay->generations[g]);
        totals->freed_by_count[g] = replay->freed_by_count[g];
        totals->freed_by_collector[g] = replay->freed_by_collector[g];
    }
}

/* The program knows the ages of all that reference counting has freed so far. What was outside
 * generation 0 has been looked at; so the rest was in it. */
static void replay_ages(void *engine, struct ages *ages)
{
    const struct replay *replay = engine;
    struct age_counts all;
    compiled_count_ages(replay->compiled, replay->death, &all);
    *ages = replay->isolated_ages;
    for (int age = 0; age < AGE_BUCKETS; age++) {
        ages->by_count[0][age] += all.count[age];
        for (int g = 1; g <= PERMANENT; g++) {
            ages->by_count[g][age] += replay->dead_ages[g].count[age];
            ages->by_count[0][age] -= replay->dead_ages[g].count[age];
        }
    }
}

static uint64_t replay_live_bytes(void *engine)
{
    struct replay *replay = engine;
    return alive_now(replay).bytes - replay->isolated_bytes;
}

static double replay_progress(const void *engine)
{
    const struct replay *replay = engine;
    double operations = (double)replay->compiled->operations;
    return operations > 0 ? (double)replay->segment->operation / operations : 0;
}

static void replay_locate(const void *engine, uint64_t operation, char *place, size_t size)
{
    const struct replay *replay = engine;
    if (operation == replay->compiled->operations)
        snprintf(place, size, "%s", replay->compiled->place);
    else
        snprintf(place, size, "%s: operation %llu", replay->workload,
                 (unsigned long long)operation);
}

const struct engine interval_engine = {
    .name = "interval",
    .summary = "compiles a program once and replays policies over it: the same results, fast",
    .compiles = true,
    .new = replay_new,
    .free = replay_free,
    .program = replay_program,
    .run = replay_run,
    .collect = replay_collect,
    .freeze = replay_freeze,
    .unfreeze = replay_unfreeze,
    .totals = replay_totals,
    .ages = replay_ages,
    .live_bytes = replay_live_bytes,
    .progress = replay_progress,
    .locate = replay_locate,
};
