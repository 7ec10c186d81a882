/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/isolated_graph.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

void isolated_graph_init(struct isolated_graph *graph, const struct compiled *compiled)
{
    *graph = (struct isolated_graph){
        .records = compiled_isolated(compiled),
        .references = compiled_references(compiled),
        .shapes = compiled_shapes(compiled),
        .remains = allocate_zeroed(compiled->numbers + 1, sizeof *graph->remains),
    };
}

void isolated_graph_fini(struct isolated_graph *graph)
{
    free(graph->remains);
}

/* ---- lists ---------------------------------------------------------------------------- */

static inline void list_add(struct isolated_graph *graph, struct isolated_list *list,
                            uint32_t number)
{
    graph->remains[number].next = 0;
    if (list->last)
        graph->remains[list->last].next = number;
    else
        list->first = number;
    list->last = number;
}

void isolated_graph_move(struct isolated_graph *graph, int source, int target)
{
    struct isolated_list *from = &graph->lists[source], *to = &graph->lists[target];
    if (to->last)
        graph->remains[to->last].next = from->first;
    else
        to->first = from->first;
    if (from->last)
        to->last = from->last;
    *from = (struct isolated_list){0};
}

/* ---- what becomes isolated ------------------------------------------------------------ */

uint32_t isolated_graph_add(struct isolated_graph *graph, uint32_t first, uint32_t end,
                            const struct generations *generations)
{
    uint32_t dying = 0;
    graph->count_ever = end;
    for (uint32_t i = first; i < end; i++) {
        const struct isolated *record = &graph->records[i];
        uint32_t bytes = graph->shapes[record->shape].bytes;
        graph->bytes_ever += bytes;
        graph->floating_bytes += bytes;
        graph->remains[record->number].record = i + 1;
        list_add(graph, &graph->lists[generation_of(generations, record->birth)], record->number);
        for (uint32_t r = 0; r < record->references; r++)
            graph->remains[graph->references[record->reference + r]].references++;
    }
    for (uint32_t i = first; i < end; i++) {
        struct remains *remains = &graph->remains[graph->records[i].number];
        if (remains->references || remains->freed)
            continue;
        remains->freed = true;
        remains->scratch = dying;
        dying = graph->records[i].number;
    }
    return dying;
}

/* ---- a collection --------------------------------------------------------------------- */

/* The young isolated objects: those of generations 0 … generation that have not been freed. */
static struct isolated_list gather_young(struct isolated_graph *graph, int generation)
{
    struct isolated_list young = {0};
    for (int g = 0; g <= generation; g++) {
        uint32_t next;
        for (uint32_t number = graph->lists[g].first; number; number = next) {
            struct remains *remains = &graph->remains[number];
            next = remains->next;
            if (remains->freed)
                continue;
            remains->scratch = remains->references;
            remains->candidate = true;
            list_add(graph, &young, number);
        }
        graph->lists[g] = (struct isolated_list){0};
    }
    return young;
}

/* scratch := references from older isolated objects. (What that of others holds means nothing.) */
static void count_outside_references(struct isolated_graph *graph, struct isolated_list young)
{
    for (uint32_t number = young.first; number; number = graph->remains[number].next) {
        const struct isolated *record = isolated_record(graph, number);
        for (uint32_t i = 0; i < record->references; i++)
            graph->remains[graph->references[record->reference + i]].scratch--;
    }
}

/* What an object reaches, itself included, stops being a candidate. */
static void reach_from(struct isolated_graph *graph, uint32_t root)
{
    uint32_t reached = root; /* a stack, linked through `scratch` */
    graph->remains[root].candidate = false;
    graph->remains[root].scratch = 0;
    while (reached) {
        const struct isolated *record = isolated_record(graph, reached);
        reached = graph->remains[reached].scratch;
        for (uint32_t i = 0; i < record->references; i++) {
            uint32_t referred = graph->references[record->reference + i];
            struct remains *referent = &graph->remains[referred];
            if (!referent->candidate)
                continue;
            referent->candidate = false;
            referent->scratch = reached;
            reached = referred;
        }
    }
}

/* What older isolated objects reach is kept: nepotism. */
static void reach_from_outside(struct isolated_graph *graph, struct isolated_list young)
{
    for (uint32_t number = young.first; number; number = graph->remains[number].next)
        if (graph->remains[number].candidate && graph->remains[number].scratch)
            reach_from(graph, number);
}

/* Those still candidates are unreachable. */
static struct isolated_list split_young(struct isolated_graph *graph, struct isolated_list young,
                                        int target)
{
    struct isolated_list unreachable = {0};
    uint32_t next;
    for (uint32_t number = young.first; number; number = next) {
        struct remains *remains = &graph->remains[number];
        next = remains->next;
        if (!remains->candidate) {
            list_add(graph, &graph->lists[target], number);
            continue;
        }
        remains->candidate = false;
        remains->freed = true;
        list_add(graph, &unreachable, number);
    }
    return unreachable;
}

struct isolated_list isolated_graph_collect(struct isolated_graph *graph, int generation,
                                            int target)
{
    struct isolated_list young = gather_young(graph, generation);
    count_outside_references(graph, young);
    reach_from_outside(graph, young);
    return split_young(graph, young, target);
}
