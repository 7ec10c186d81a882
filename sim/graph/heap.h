/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The object graph: reference counts, fields, generations, and CPython's way of finding what is
 * unreachable (Modules/gcmodule.c: update_refs, subtract_refs, move_unreachable; Python/gc.c
 * from 3.13).
 *
 * Everything is numbers in flat arrays. An object is a reference: the block of its header in one
 * arena (sim/base/arena.h). Header 24 bytes, 4 bytes a field, and 4 bytes in the list of its
 * generation. What a collection counts is apart, a byte for each 16 of the arena: so while it looks
 * for what is unreachable it reads headers in the order of the lists, writes next to none, and what
 * it touches in no order at all is a sixteenth of the memory.
 *
 * The invariants, between operations:
 *   - count is the number of registers and fields that refer to the object; an object with count 0
 *     is freed in the operation that took the last reference away, and so is what only it kept
 *     alive;
 *   - every object is in exactly one generation's list, at `position`, and the generation's tally
 *     is the sum over that list;
 *   - the reference 0 is nothing: a header nobody owns, which passes may write to without a test;
 *   - every byte of gc_refs is GC_REFS_NONE.
 * sim/graph/heap_check.h looks at them. */
#ifndef PYGCSIM_SIM_GRAPH_HEAP_H
#define PYGCSIM_SIM_GRAPH_HEAP_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/model/age.h"
#include "sim/model/collector.h"
#include "sim/model/object_kind.h"
#include "sim/model/tally.h"

#define UNREACHABLE (PERMANENT + 1) /* found by the collection under way, and in no list */

/* What a collection knows of an object, in its byte of gc_refs: */
enum {
    GC_REFS_NONE,       /* not young, or known to be reachable */
    GC_REFS_CANDIDATE,  /* young; so many more are the references to it from young objects … */
    GC_REFS_MANY = 254, /* … 253 and what `position` says, which is rare */
    GC_REFS_PASSED,     /* the sweep has passed it, and knew of no reference from outside */
};

struct object {
    uint32_t count;    /* references to it; links what is being freed; in a free block, the next
                          free one */
    uint32_t birth;    /* how many were allocated before it, modulo 2^32 */
    uint32_t position; /* in its generation's list; while a collection counts, the references a byte
                          of gc_refs has no room for */
    uint32_t fields;
    uint32_t bytes;
    uint8_t generation;
    uint8_t kind;
    uint8_t mark;       /* the last census that reached it */
    uint8_t birth_high; /* and the next 8 bits of that: AGE_BITS in all */
    ref field[];
};

struct generation {
    ref *objects;
    size_t count, capacity;
    struct tally tally;
};

struct heap {
    struct arena arena;
    uint8_t *gc_refs; /* by heap_gc_refs */
    size_t gc_refs_capacity;
    ref *registers;
    uint32_t register_count;
    ref held; /* a new object that the interpreter's stack holds until it is in a register; or 0 */
    struct generation generations[GENERATIONS + 1];
    uint64_t bytes, peak_bytes; /* of all objects: now, and the most there ever were */
    ref *unreachable; /* what a collection found; while it looks, and in a census, a stack */
    size_t unreachable_count, unreachable_capacity;
    struct crowded { /* an object with more references than a byte of gc_refs has room for */
        ref o;
        uint32_t position; /* its own, meanwhile */
    } * crowded;
    size_t crowded_count, crowded_capacity;
    /* Objects freed so far, by the generation they were in: by reference count, and in collections.
     */
    uint64_t freed_by_count[GENERATIONS + 1], freed_by_collector[GENERATIONS + 1];
    struct ages ages; /* the same, by age */
    uint64_t births;  /* objects allocated so far, but for the interpreter's own */
    bool reclaiming;
    uint8_t census;
};

struct heap *heap_new(uint32_t registers);
void heap_free(struct heap *heap);

static inline struct object *heap_object(const struct heap *heap, ref o)
{
    return arena_at(&heap->arena, o);
}

/* Which byte of gc_refs is an object's: no two objects begin within the same two units of 8 bytes.
 */
static inline size_t heap_gc_refs(ref o)
{
    return o / 2;
}
static_assert(sizeof(struct object) >= 16, "a byte of gc_refs belongs to one object");

/* A new object in generation 0, with empty fields and no reference to it yet: give it one. */
ref heap_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes);

/* `count` objects without fields or bytes in the permanent generation, kept alive from outside: the
 * interpreter's own. */
void heap_add_permanent(struct heap *heap, uint64_t count);

/* Takes one reference away; frees the object, and what only it kept alive, if that was the last.
 * Does not recurse. Returns how many objects were freed. `o` is not 0. */
uint32_t heap_release(struct heap *heap, ref o);

/* Makes *slot refer to `o` (or to nothing, 0), then releases what it referred to before. `slot` is
 * a register or a field. Returns how many objects were freed. */
static inline uint32_t heap_assign(struct heap *heap, ref *slot, ref o)
{
    ref old = *slot;
    heap_object(heap, o)->count++; /* the header of nothing counts, and nobody reads it */
    *slot = o;
    return old ? heap_release(heap, old) : 0;
}

/* The first half of a collection of `generation`: splits the objects of generations 0 … generation
 * into survivors, which move to the next generation, and heap->unreachable. */
void heap_find_unreachable(struct heap *heap, int generation, struct found *found);

/* The second half: drops the references that unreachable objects hold, which frees them and what
 * only they kept alive. Returns how many objects were freed. */
uint64_t heap_reclaim(struct heap *heap);

/* All generations to the permanent one; back to the end of generation 2. */
void heap_freeze(struct heap *heap);
void heap_unfreeze(struct heap *heap);

/* Bytes of what the registers reach. Everything else that is not freed is floating garbage. */
uint64_t heap_live_bytes(struct heap *heap);

#endif
