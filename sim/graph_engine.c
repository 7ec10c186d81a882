/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph engine: every operation changes the object graph, every collection walks it. */
#include <stdlib.h>

#include "sim/engine.h"
#include "sim/heap.h"
#include "sim/memory.h"

struct graph {
    struct heap *heap;
    struct mutator *mutator;
    bool collects_in_allocation;
};

static void *graph_new(struct mutator *mutator, const struct program *program, uint64_t permanent)
{
    struct graph *graph = memory_zeroed(1, sizeof *graph);
    graph->heap = heap_new(program->registers);
    graph->mutator = mutator;
    graph->collects_in_allocation = mutator->collector.version->kind == COLLECTS_IN_ALLOCATION;
    heap_add_permanent(graph->heap, permanent);
    return graph;
}

static void graph_free(void *engine)
{
    struct graph *graph = engine;
    if (graph)
        heap_free(graph->heap);
    free(graph);
}

static bool fault(struct mutator *mutator, enum fault_kind kind, uint32_t which, uint32_t allowed)
{
    mutator->fault = (struct fault){kind, which, allowed};
    return false;
}

static void assign(struct graph *graph, ref *slot, ref o)
{
    collector_freed(&graph->mutator->collector, heap_assign(graph->heap, slot, o));
}

static bool execute_new(struct graph *graph, const struct op *op)
{
    struct heap *heap = graph->heap;
    struct mutator *mutator = graph->mutator;
    if (op->c > mutator->memory_limit_bytes - heap->bytes)
        return fault(mutator, FAULT_MEMORY_LIMIT, op->a, 0);
    bool due = collector_allocated(&mutator->collector);
    if (due && graph->collects_in_allocation)
        mutator->collect_automatically(mutator);
    ref o = heap_allocate(heap, op->kind, op->b, op->c);
    heap_object(heap, o)
        ->count++; /* the interpreter's stack holds it until it is in the register */
    if (due && !graph->collects_in_allocation)
        mutator->collect_automatically(mutator);
    assign(graph, &heap->registers[op->a], o);
    heap_object(heap, o)->count--;
    return true;
}

/* The object in a register; 0, and a fault, if it is empty. */
static ref operand(struct graph *graph, uint32_t reg)
{
    ref o = graph->heap->registers[reg];
    if (!o)
        fault(graph->mutator, FAULT_EMPTY_REGISTER, reg, 0);
    return o;
}

/* A field of the object in a register; NULL, and a fault, if there is none. */
static ref *field(struct graph *graph, uint32_t reg, uint32_t number)
{
    ref o = operand(graph, reg);
    if (!o)
        return NULL;
    struct object *object = heap_object(graph->heap, o);
    if (number < object->fields)
        return &object->field[number];
    fault(graph->mutator, FAULT_FIELD_RANGE, number, object->fields);
    return NULL;
}

static bool execute_one(struct graph *graph, const struct op *op)
{
    ref *registers = graph->heap->registers, *slot, o;
    switch (op->code) {
    case OP_NEW:
        return execute_new(graph, op);
    case OP_STORE:
        if (!(slot = field(graph, op->a, op->b)) || !(o = operand(graph, op->c)))
            return false;
        assign(graph, slot, o);
        return true;
    case OP_CLEAR:
        if (!(slot = field(graph, op->a, op->b)))
            return false;
        assign(graph, slot, 0);
        return true;
    case OP_LOAD:
        if (!(slot = field(graph, op->b, op->c)))
            return false;
        assign(graph, &registers[op->a], *slot);
        return true;
    case OP_COPY:
        if (!(o = operand(graph, op->b)))
            return false;
        assign(graph, &registers[op->a], o);
        return true;
    default: /* OP_DROP */
        if (!operand(graph, op->a))
            return false;
        assign(graph, &registers[op->a], 0);
        return true;
    }
}

static size_t graph_execute(void *engine, const struct op *ops, size_t count)
{
    struct graph *graph = engine;
    struct mutator *mutator = graph->mutator;
    size_t i = 0;
    for (; i < count && op_is_of_heap(&ops[i]) && mutator->wall_ns < mutator->due_ns; i++) {
        uint32_t ns = mutator->costs.ns[ops[i].code][ops[i].kind];
        mutator->wall_ns += ns;
        mutator->mutator_ns += ns;
        if (!execute_one(graph, &ops[i]))
            break;
        mutator->operation++;
    }
    return i;
}

static void graph_collect(void *engine, int generation, struct found *found)
{
    struct graph *graph = engine;
    heap_find_unreachable(graph->heap, generation, found);
    uint64_t freed = heap_reclaim(graph->heap);
    collector_freed(&graph->mutator->collector, freed > UINT32_MAX ? UINT32_MAX : (uint32_t)freed);
}

static void graph_freeze(void *engine)
{
    heap_freeze(((struct graph *)engine)->heap);
}

static void graph_unfreeze(void *engine)
{
    heap_unfreeze(((struct graph *)engine)->heap);
}

static void graph_totals(const void *engine, struct engine_totals *totals)
{
    const struct heap *heap = ((const struct graph *)engine)->heap;
    totals->heap_bytes = heap->bytes;
    totals->heap_peak_bytes = heap->peak_bytes;
    for (int g = 0; g <= PERMANENT; g++) {
        totals->tracked[g] = heap->generations[g].count;
        totals->freed_by_count[g] = heap->freed_by_count[g];
        totals->freed_by_collector[g] = heap->freed_by_collector[g];
    }
}

static uint64_t graph_live_bytes(void *engine)
{
    return heap_live_bytes(((struct graph *)engine)->heap);
}

const struct engine graph_engine = {
    .name = "graph",
    .new = graph_new,
    .free = graph_free,
    .execute = graph_execute,
    .collect = graph_collect,
    .freeze = graph_freeze,
    .unfreeze = graph_unfreeze,
    .totals = graph_totals,
    .live_bytes = graph_live_bytes,
};
