/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph of isolated objects: those that only a collection can find, and the references that
 * they hold. Everything else in the heap is reachable, or freed by reference count, and has no part
 * in it. What is in here is in a list of its generation, and is found by CPython's algorithm; what
 * an object is counted as, when it is freed, is the caller's.
 *
 * Numbers are the second numbers of a compiled program (sim/interval/compiled.h), from 1. What is
 * remembered of them is in pages, which are there from the first of their numbers that appears
 * until the last is done with.
 *
 * What an object was, and what it refers to, is in the window in which it became isolated. At the
 * end of that window what has not been freed is kept: copied, until it is freed.
 *
 * The invariants, between operations:
 *   - every isolated object that is not freed is in one list, that of the generation of its birth;
 *     freed ones stay in theirs until somebody passes, and at the end of a window they are no more
 *     than the others;
 *   - `references` of an object that is not freed is the number of references that isolated objects
 *     hold that are not freed either; and it is not 0, if the object is isolated itself;
 *   - nothing refers to what is forgotten;
 *   - floating_bytes is the sum over the isolated objects that are not freed;
 *   - nothing is a candidate. */
#ifndef PYGCSIM_SIM_INTERVAL_ISOLATED_GRAPH_H
#define PYGCSIM_SIM_INTERVAL_ISOLATED_GRAPH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/arena.h"
#include "sim/interval/compiled.h"
#include "sim/interval/generations.h"

/* What an object that is isolated, or that an isolated one refers to, is remembered by. */
struct remains {
    uint32_t references; /* to it, of isolated objects that have not been freed */
    uint32_t record;     /* its place in the window's column, from 1, or its block if it is kept; 0:
                            it is not isolated yet */
    uint32_t next;       /* of its list; 0: the last */
    uint32_t scratch;    /* gc_refs while a collection looks; otherwise links work lists */
    bool candidate;      /* young in this collection, and not known to be reachable */
    bool freed;          /* for good */
    bool kept;
};

#define PAGE_BITS  6  /* numbers of a page, */
#define TABLE_BITS 12 /* and pages of a table: as powers of two */
#define PAGE       (1u << PAGE_BITS)
#define TABLE      (1u << TABLE_BITS)

struct remains_page {
    uint32_t done; /* numbers that are forgotten */
    struct remains remains[PAGE];
};

struct remains_table {
    uint32_t done;
    struct remains_page *pages[TABLE];
};

/* An isolated object that has outlived its window in this run. */
struct kept {
    struct isolated record;
    uint64_t birth;
    uint32_t references[]; /* record.references of them; and, in a program with kinds, how many
                              objects were born before it */
};

static inline size_t kept_bytes(uint32_t references, bool has_kinds)
{
    return sizeof(struct kept) + references * sizeof(uint32_t) + (has_kinds ? sizeof(uint64_t) : 0);
}

struct isolated_list {
    uint32_t first, last;
};

struct isolated_graph {
    /* The window's. */
    const struct compiled *compiled;
    const struct isolated *records;
    const uint32_t *references;
    const struct shape *shapes;
    const struct column *elders;
    bool has_kinds; /* the program */
    const uint64_t *born;
    uint64_t origin;

    struct arena kept;
    struct remains_table **tables; /* by number */
    size_t table_capacity;
    uint64_t first, end;            /* numbers for which there are pages, or have been */
    struct remains_table *no_table; /* in place of what is not there: all its pages are no_page */
    struct remains_page *no_page;
    struct isolated_list lists[PLACES];
    uint64_t listed, freed_listed; /* objects in lists, and those of them that are freed */
    uint64_t count_ever;           /* objects that ever became isolated, */
    uint64_t bytes_ever;           /* and their bytes */
    uint64_t floating_bytes;       /* of those not freed */
};

void isolated_graph_init(struct isolated_graph *graph);
void isolated_graph_fini(struct isolated_graph *graph);

void isolated_graph_enter(struct isolated_graph *graph, const struct compiled *window);

/* The window is over, and will be gone. */
void isolated_graph_leave(struct isolated_graph *graph);

/* Of a number that has appeared. */
static inline struct remains *isolated_remains(const struct isolated_graph *graph, uint32_t number)
{
    const struct remains_table *table = graph->tables[number >> (PAGE_BITS + TABLE_BITS)];
    return &table->pages[number >> PAGE_BITS & (TABLE - 1)]->remains[number & (PAGE - 1)];
}

/* What an isolated object is that has not been freed, when it was born, and the numbers of what it
 * refers to. */
struct isolated_facts {
    const struct isolated *record;
    const uint32_t *references;
    uint64_t birth;
};

static inline struct isolated_facts isolated_facts(const struct isolated_graph *graph,
                                                   const struct remains *remains)
{
    if (remains->kept) {
        const struct kept *kept = arena_at(&graph->kept, remains->record);
        return (struct isolated_facts){&kept->record, kept->references, kept->birth};
    }
    const struct isolated *record = &graph->records[remains->record - 1];
    uint64_t birth = graph->origin + record->birth;
    if (is_ancient(graph->origin, record->birth))
        birth = elder_at(graph->elders, remains->record - 1)->birth;
    return (struct isolated_facts){record, graph->references + record->reference, birth};
}

/* How many were born before an isolated object that has not been freed, in a program with kinds:
 * there that is not its place in the order of birth. */
static inline uint64_t isolated_born(const struct isolated_graph *graph,
                                     const struct remains *remains)
{
    uint64_t born;
    if (!remains->kept)
        return graph->born[remains->record - 1];
    const struct kept *kept = arena_at(&graph->kept, remains->record);
    memcpy(&born, &kept->references[kept->record.references], sizeof born);
    return born;
}

/* A number that is in no list any more, and to which nothing refers. */
void isolated_graph_forget(struct isolated_graph *graph, uint32_t number);

/* Below, what is dying is a stack: the number of the object on top; 0: there is none. */

/* What becomes isolated at once: the window's records from `first` up to `end`, with all that they
 * refer to among themselves. Returns those that nothing isolated refers to: reference counting
 * frees them.
 */
uint32_t isolated_graph_add(struct isolated_graph *graph, uint32_t first, uint32_t end,
                            const struct generations *generations);

/* A collection of `generation`: takes what it finds unreachable out of the lists, to be freed, and
 * moves the rest to the list of `target`. Returns a list, linked through `next`. */
struct isolated_list isolated_graph_collect(struct isolated_graph *graph, int generation,
                                            int target);

/* Takes away the references that an object holds; isolated objects to which none is left die. */
static inline void isolated_graph_drop_references(struct isolated_graph *graph,
                                                  const uint32_t *references, uint32_t count,
                                                  uint32_t *dying)
{
    for (uint32_t i = 0; i < count; i++) {
        struct remains *referent = isolated_remains(graph, references[i]);
        if (--referent->references || !referent->record || referent->freed)
            continue;
        referent->freed = true;
        referent->scratch = *dying;
        *dying = references[i];
    }
}

struct freed {
    const struct shape *shape;
    uint64_t birth;
};

/* Frees an object that has been found, or is dying. Returns what it was. */
static inline struct freed isolated_graph_free(struct isolated_graph *graph,
                                               const struct remains *remains, uint32_t *dying)
{
    struct isolated_facts facts = isolated_facts(graph, remains);
    uint32_t references = facts.record->references;
    struct freed freed = {&graph->shapes[facts.record->shape], facts.birth};
    graph->floating_bytes -= freed.shape->bytes;
    isolated_graph_drop_references(graph, facts.references, references, dying);
    if (remains->kept)
        arena_give(&graph->kept, remains->record, kept_bytes(references, graph->has_kinds));
    return freed;
}

/* Frees the one on top of the stack. */
static inline struct freed isolated_graph_free_dying(struct isolated_graph *graph, uint32_t *dying)
{
    const struct remains *remains = isolated_remains(graph, *dying);
    *dying = remains->scratch;
    graph->freed_listed++;
    return isolated_graph_free(graph, remains, dying);
}

/* All of one generation to the end of another. */
void isolated_graph_move(struct isolated_graph *graph, int source, int target);

#endif
