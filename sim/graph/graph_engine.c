/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/graph_engine.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/base/invariant.h"
#include "sim/graph/heap.h"
#include "sim/graph/heap_check.h"
#include "sim/graph/heap_snapshot.h"
#include "sim/graph/kind_operations.h"
#include "sim/graph/kinds.h"
#include "sim/model/machine.h"
#include "sim/model/stream.h"

struct graph {
    const struct simulation_setup *setup;
    struct stream stream;
    size_t next; /* operation of the stretch */
    struct heap *heap;
    struct mutator *mutator;
    uint64_t memory_limit_bytes; /* UINT64_MAX: none */
    bool collects_in_allocation;
    uint64_t unchecked; /* operations since the invariants were looked at */
};

static void graph_free(void *engine)
{
    struct graph *graph = engine;
    stream_close(&graph->stream);
    heap_free(graph->heap);
    free(graph);
}

static int begin(void *context, struct error *error)
{
    struct graph *graph = context;
    const struct simulation_setup *setup = graph->setup;
    const struct program *program = &graph->stream.program;
    struct costs own;
    const struct costs *costs = costs_of_setup(setup, &own);
    if (stream_open(&graph->stream, setup->workload, setup->seed, costs, error) != 0)
        return -1;
    graph->heap = heap_new(program->registers);
    graph->memory_limit_bytes =
        program->memory_limit_bytes ? program->memory_limit_bytes : UINT64_MAX;
    graph->collects_in_allocation = setup->collector->kind == COLLECTS_IN_ALLOCATION;
    graph->heap->mutator = graph->mutator;
    if (program->has_kinds || setup->snapshot) /* which has labels */
        heap_give_kinds(graph->heap, &setup->collector->objects);
    heap_add_permanent(graph->heap, setup->permanent);
    return 0;
}

static void *graph_new(const struct simulation_setup *setup, struct mutator *mutator,
                       struct error *error)
{
    struct graph *graph = allocate_zeroed(1, sizeof *graph);
    graph->setup = setup;
    graph->mutator = mutator;
    if (attempt(begin, graph, error) == 0)
        return graph;
    graph_free(graph);
    return NULL;
}

static const struct program *graph_program(const void *engine)
{
    return &((const struct graph *)engine)->stream.program;
}

/* ---- the invariants, in builds that look at them (sim/base/invariant.h) ------------------ */

static void check(struct graph *graph)
{
    struct error broken;
    if (heap_check(graph->heap, &broken) != 0)
        invariant_broken("graph engine", &broken);
    graph->unchecked = 0;
}

/* Looking at a heap takes as long as its arena is large, which has a few units for each object. So
 * of one that is not small it is done at the first collection after some operations for each of the
 * objects that there is room for; or, without a collection, after a few times as many. */
#define SMALL_ARENA 4096 /* units */
#define OFTEN       4    /* units for each operation in between */

static bool checks_collection(const struct graph *graph)
{
    size_t units = graph->heap->arena.used;
    if (graph->heap->executing || heap_loses_objects(graph->heap))
        return false;
    return CHECKS_INVARIANTS && (units <= SMALL_ARENA || graph->unchecked > units / OFTEN);
}

static void check_between_collections(struct graph *graph)
{
    if (++graph->unchecked > graph->heap->arena.used)
        check(graph);
}

/* How many objects a collection should find. */
static uint64_t count_unreachable(const struct heap *heap, int generation)
{
    bool *unreachable = heap_expected_unreachable(heap, generation);
    uint64_t count = 0;
    for (ref o = 0; o < heap->arena.used; o++)
        count += unreachable[o];
    free(unreachable);
    return count;
}

static void check_collection(struct graph *graph, uint64_t expected, const struct found *found)
{
    struct error broken;
    uint64_t objects = tally_objects(&found->unreachable);
    if (objects != expected) {
        error_set(&broken, "%llu objects were unreachable, and a collection has found %llu",
                  (unsigned long long)expected, (unsigned long long)objects);
        invariant_broken("graph engine", &broken);
    }
    check(graph);
}

/* ---- operations ----------------------------------------------------------------------- */

static ref *fields(void *context, ref o, uint32_t *count)
{
    struct graph *graph = context;
    struct object *object = heap_object(graph->heap, o);
    *count = object->fields;
    return object->field;
}

static void assign(void *context, ref *slot, ref o)
{
    struct graph *graph = context;
    heap_assign(graph->heap, slot, o);
}

static bool fits(struct graph *graph, const struct op *op)
{
    if (graph->heap->bytes + op->c <= graph->memory_limit_bytes)
        return true;
    graph->mutator->fault = (struct fault){.kind = FAULT_MEMORY_LIMIT, .which = op->a};
    return false;
}

/* A container, whatever its kind. */
static bool execute_new(struct graph *graph, const struct op *op)
{
    struct heap *heap = graph->heap;
    struct mutator *mutator = graph->mutator;
    if (!fits(graph, op))
        return false;
    bool due = collector_allocated(&mutator->collector);
    if (due && graph->collects_in_allocation)
        mutator->collect_automatically(mutator);
    ref o = heap_allocate(heap, op->kind, op->b, op->c);
    heap_object(heap, o)->count++;
    heap->held = o;
    if (due && !graph->collects_in_allocation)
        mutator->collect_automatically(mutator);
    assign(graph, &heap->registers[op->a], o);
    heap_object(heap, o)->count--;
    heap->held = 0;
    return true;
}

/* While it is under way, the interpreter's stack holds what no register does. */
static bool execute_kind(struct graph *graph, const struct op *op)
{
    if (op->code == OP_NEW && !fits(graph, op))
        return false;
    graph->heap->executing = true;
    bool done = kind_execute(graph->heap, op);
    graph->heap->executing = false;
    return done;
}

static bool execute(struct graph *graph, const struct op *op)
{
    const struct machine machine = {graph->heap->registers, &graph->mutator->fault, graph, fields,
                                    assign};
    if (graph->heap->rules)
        return execute_kind(graph, op);
    if (op->code == OP_NEW)
        return execute_new(graph, op);
    return machine_execute(&machine, op);
}

/* Executes what the stretch has left, as far as it goes. */
static enum engine_stop run_stretch(struct graph *graph, struct op *control)
{
    struct mutator *mutator = graph->mutator;
    const struct program *program = &graph->stream.program;
    while (graph->next < program->count) {
        const struct op *op = &program->ops[graph->next];
        if (mutator->wall_ns >= mutator->due_ns)
            return STOP_AGAIN;
        graph->next++;
        if (!op_is_of_engine(op)) {
            *control = *op;
            return STOP_CONTROL;
        }
        uint64_t ns = op->code == OP_WORK ? op_work_ns(op) : program->costs.ns[op->code][op->kind];
        mutator->wall_ns += ns;
        mutator->mutator_ns += ns;
        if (op->code != OP_WORK && !execute(graph, op))
            return STOP_FAULT;
        mutator->operation += op->code != OP_ITEM;
        if (CHECKS_INVARIANTS)
            check_between_collections(graph);
    }
    return STOP_END;
}

static enum engine_stop graph_run(void *engine, struct op *control)
{
    struct graph *graph = engine;
    enum engine_stop stop = run_stretch(graph, control);
    if (stop != STOP_END || !stream_next(&graph->stream))
        return stop;
    graph->next = 0;
    return STOP_AGAIN;
}

/* ---- collections ---------------------------------------------------------------------- */

static void graph_collect(void *engine, int generation, struct found *found)
{
    struct graph *graph = engine;
    bool checked = checks_collection(graph);
    uint64_t expected = checked ? count_unreachable(graph->heap, generation) : 0;
    heap_find_unreachable(graph->heap, generation, found);
    heap_reclaim(graph->heap);
    if (checked)
        check_collection(graph, expected, found);
}

static void graph_freeze(void *engine)
{
    heap_freeze(((struct graph *)engine)->heap);
}

static void graph_unfreeze(void *engine)
{
    heap_unfreeze(((struct graph *)engine)->heap);
}

static void graph_totals(void *engine, struct engine_totals *totals)
{
    const struct heap *heap = ((struct graph *)engine)->heap;
    totals->heap_bytes = heap->bytes;
    totals->heap_peak_bytes = heap->peak_bytes;
    totals->untracked = heap->untracked;
    for (int g = 0; g <= PERMANENT; g++) {
        totals->tracked[g] = heap->generations[g].count;
        totals->freed_by_count[g] = heap->freed_by_count[g];
        totals->freed_by_collector[g] = heap->freed_by_collector[g];
    }
}

static uint64_t graph_births(const void *engine)
{
    const struct graph *graph = engine;
    return graph->heap->births;
}

static void graph_ages(void *engine, struct ages *ages)
{
    *ages = ((const struct graph *)engine)->heap->ages;
}

static uint64_t graph_live_bytes(void *engine)
{
    return heap_live_bytes(((struct graph *)engine)->heap);
}

static void graph_snapshot(const void *engine, struct snapshot *snapshot)
{
    heap_snapshot(((const struct graph *)engine)->heap, snapshot);
}

static double graph_progress(const void *engine)
{
    const struct program *program = graph_program(engine);
    double planned = (double)program->planned_ns;
    return planned > 0 ? (double)program->nominal_ns / planned : 0;
}

static void graph_locate(const void *engine, uint64_t operation, char *place, size_t size)
{
    stream_locate(&((const struct graph *)engine)->stream, operation, place, size);
}

const struct engine graph_engine = {
    .name = "graph",
    .summary = "every operation changes the object graph, every collection walks it: the reference",
    .new = graph_new,
    .free = graph_free,
    .program = graph_program,
    .run = graph_run,
    .collect = graph_collect,
    .freeze = graph_freeze,
    .unfreeze = graph_unfreeze,
    .totals = graph_totals,
    .births = graph_births,
    .ages = graph_ages,
    .live_bytes = graph_live_bytes,
    .snapshot = graph_snapshot,
    .progress = graph_progress,
    .locate = graph_locate,
};
