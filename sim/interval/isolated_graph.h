/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph of isolated objects: those that only a collection can find, and the references that
 * they hold. Everything else in the heap is reachable, or freed by reference count, and has no part
 * in it. What is in here is in a list of its generation, and is found by CPython's algorithm; what
 * an object is counted as, when it is freed, is the caller's.
 *
 * Numbers are the second numbers of a compiled program (sim/interval/compiled.h), from 1.
 *
 * The invariants, between operations:
 *   - every isolated object that is not freed is in one list, that of the generation of its birth;
 *     freed ones stay in theirs until somebody passes;
 *   - `references` of an object that is not freed is the number of references that isolated objects
 *     hold that are not freed either; and it is not 0, if the object is isolated itself;
 *   - floating_bytes is the sum over the isolated objects that are not freed;
 *   - nothing is a candidate. */
#ifndef PYGCSIM_SIM_INTERVAL_ISOLATED_GRAPH_H
#define PYGCSIM_SIM_INTERVAL_ISOLATED_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/interval/compiled.h"
#include "sim/interval/generations.h"

/* What an object that is isolated, or that an isolated one refers to, is remembered by. */
struct remains {
    uint32_t references; /* to it, of isolated objects that have not been freed */
    uint32_t record;     /* its place in the column `isolated`, from 1; 0: it is not isolated yet */
    uint32_t next;       /* of its list; 0: the last */
    uint32_t scratch;    /* gc_refs while a collection looks; otherwise links work lists */
    bool candidate;      /* young in this collection, and not known to be reachable */
    bool freed;          /* for good */
};

struct isolated_list {
    uint32_t first, last;
};

struct isolated_graph {
    const struct isolated *records;
    const uint32_t *references;
    const struct shape *shapes;
    struct remains *remains; /* by number */
    struct isolated_list lists[GENERATIONS + 1];
    uint32_t count_ever;     /* objects that ever became isolated, */
    uint64_t bytes_ever;     /* and their bytes */
    uint64_t floating_bytes; /* of those not freed */
};

void isolated_graph_init(struct isolated_graph *graph, const struct compiled *compiled);
void isolated_graph_fini(struct isolated_graph *graph);

static inline const struct isolated *isolated_record(const struct isolated_graph *graph,
                                                     uint32_t number)
{
    return &graph->records[graph->remains[number].record - 1];
}

/* Below, what is dying is a stack: the number of the object on top; 0: there is none. */

/* What becomes isolated at once: the records from `first` up to `end`, with all that they refer to
 * among themselves. Returns those that nothing isolated refers to: reference counting frees them.
 */
uint32_t isolated_graph_add(struct isolated_graph *graph, uint32_t first, uint32_t end,
                            const struct generations *generations);

/* A collection of `generation`: takes what it finds unreachable out of the lists, to be freed, and
 * moves the rest to the list of `target`. Returns a list, linked through `next`. */
struct isolated_list isolated_graph_collect(struct isolated_graph *graph, int generation,
                                            int target);

/* Takes away the references that an object holds; isolated objects to which none is left die. */
static inline void isolated_graph_drop_references(struct isolated_graph *graph,
                                                  const struct isolated *record, uint32_t *dying)
{
    for (uint32_t i = 0; i < record->references; i++) {
        uint32_t number = graph->references[record->reference + i];
        struct remains *referent = &graph->remains[number];
        if (--referent->references || !referent->record || referent->freed)
            continue;
        referent->freed = true;
        referent->scratch = *dying;
        *dying = number;
    }
}

/* Frees an object that has been found, or is dying. Returns what it was. */
static inline const struct isolated *isolated_graph_free(struct isolated_graph *graph,
                                                         uint32_t number, uint32_t *dying)
{
    const struct isolated *record = isolated_record(graph, number);
    graph->floating_bytes -= graph->shapes[record->shape].bytes;
    isolated_graph_drop_references(graph, record, dying);
    return record;
}

/* Frees the one on top of the stack. */
static inline const struct isolated *isolated_graph_free_dying(struct isolated_graph *graph,
                                                               uint32_t *dying)
{
    uint32_t number = *dying;
    *dying = graph->remains[number].scratch;
    return isolated_graph_free(graph, number, dying);
}

/* All of one generation to the end of another. */
void isolated_graph_move(struct isolated_graph *graph, int source, int target);

#endif
