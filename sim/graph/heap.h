/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The object graph: reference counts, fields, generations in the order of CPython's lists, and what
 * CPython does with them.
 *
 *   heap.c        memory, lists, references, death by reference count
 *   kinds.c       what each kind of object refers to and holds; free lists
 *   weakrefs.c    weak references, and the callbacks of what dies
 *   split.c       which objects of some generations nothing outside refers to
 *   collection.c  a collection, in CPython's order: what it does with those
 *
 * Everything is numbers in flat arrays. An object is a reference: the block of its header in one
 * arena (sim/base/arena.h). Header 24 bytes, 4 bytes a field, 4 bytes in the list of its
 * generation, and, where objects are what their kinds say, a few hidden slots behind the fields
 * (kinds.h). What a collection counts is apart, a byte for each 16 of the arena: so while it looks
 * for what is unreachable it reads headers in the order of the lists, writes next to none, and what
 * it touches in no order at all is a sixteenth of the memory.
 *
 * A list keeps its order: an object that leaves it leaves a hole.
 *
 * The invariants, between operations:
 *   - count is the number of registers, fields and hidden slots that refer to the object; an object
 *     with count 0 is freed in the operation that took the last reference away, and so is what only
 *     it kept alive;
 *   - every object that is tracked is in exactly one generation's list, at `position`, and the
 *     generation's tally is the sum over that list;
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
#include "sim/model/engine.h"
#include "sim/model/object_kind.h"
#include "sim/model/tally.h"

/* Where an object is: in the list of generation 0, 1, 2 or PERMANENT; or in none; or in one of
 * those that a collection sets aside, and then the generation that it was in is added. */
enum {
    UNTRACKED = PERMANENT + 1,
    UNREACHABLE = 8, /* found by the collection under way */
    LEGACY = 12,     /* unreachable, and reached from an object with a legacy finalizer */
    CALLED = 16,     /* weak references whose callbacks are about to run */
    LISTS = 7,
    FREED = UINT8_MAX /* in a block that is no object any more */
};

static inline unsigned list_of(uint8_t generation)
{
    return generation < UNTRACKED ? generation : generation / 4u + 2;
}

/* What a collection knows of an object, in its byte of gc_refs: */
enum {
    GC_REFS_NONE,       /* not young, or known to be reachable */
    GC_REFS_CANDIDATE,  /* young; so many more are the references to it from young objects … */
    GC_REFS_MANY = 253, /* … 252 and what `position` says, which is rare */
    GC_REFS_PASSED,     /* the sweep has passed it, and knew of no reference from outside … */
    GC_REFS_RETURNED,   /* … and has met one since: it goes to the end of the list */
};

struct object {
    uint32_t count;    /* references to it; in a free block, the next free one */
    uint32_t birth;    /* how many were allocated before it, modulo 2^32 */
    uint32_t position; /* in its list; while a collection counts, the references a byte of gc_refs
                          has no room for */
    uint32_t fields;
    uint32_t bytes;
    uint8_t generation; /* see above */
    uint8_t kind;
    uint8_t mark;       /* the last census that reached it */
    uint8_t birth_high; /* and the next 8 bits of birth: AGE_BITS in all */
    ref field[];        /* and hidden slots behind them */
};

struct generation {
    ref *objects;          /* 0: a hole */
    size_t used, capacity; /* of these */
    size_t count;          /* objects */
    struct tally tally;    /* of them; not in lists that a collection sets aside */
};

/* An object that dies, and how much of what it holds it has still to let go. */
struct dying {
    ref o;
    uint32_t left;
};

/* What the finalizer of an object is to do (sim/model/program.h). */
struct finalizer {
    enum finalizer_mode mode;
    uint32_t a, b;
};

struct heap {
    struct arena arena;
    uint8_t *gc_refs; /* by heap_gc_refs */
    size_t gc_refs_capacity;
    ref *registers;
    uint32_t register_count;
    ref held; /* a new object that the interpreter's stack holds until it is in a register; or 0 */
    struct generation generations[LISTS]; /* 0 … PERMANENT, and those set aside (list_of) */
    uint64_t bytes, peak_bytes;           /* of all objects: now, and the most there ever were */
    uint64_t untracked;                   /* objects in no generation */
    ref *returned; /* while a collection looks: what goes to the end of the list */
    size_t returned_count, returned_capacity;
    struct crowded { /* an object with more references than a byte of gc_refs has room for */
        ref o;
        uint32_t position; /* its own, meanwhile */
    } * crowded;
    size_t crowded_count, crowded_capacity;
    ref *stack; /* of a census */
    size_t stack_capacity;
    struct dying *dying;
    size_t dying_count, dying_capacity;
    uint32_t nesting; /* of deallocations that the trashcan counts */
    struct trash {    /* what waits for the outermost to end, the newest last */
        ref o;
        uint8_t generation; /* that it was in */
    } * trash;
    size_t trash_count, trash_capacity;
    /* Objects freed so far, by the generation they were in, the untracked in generation 0: by
     * reference count, and in collections. */
    uint64_t freed_by_count[GENERATIONS + 1], freed_by_collector[GENERATIONS + 1];
    struct ages ages; /* the same, by age */
    uint64_t births;  /* objects allocated so far, but for the interpreter's own */
    uint64_t freed;   /* objects freed so far */
    bool reclaiming;
    uint8_t census;

    /* Of a heap whose objects are what their kinds say; else rules is NULL, and all objects are
     * containers of their fields. */
    const struct object_rules *rules;
    struct mutator *mutator; /* whose counters go up and down; NULL: a heap by itself */
    bool executing;          /* an operation on kinds is under way, which may hold objects itself */
    bool scheduled;          /* an allocation has asked for a collection, at the next check */
    uint32_t free_lists[2 + TUPLE_SIZES_MOST]; /* how many are in each (kinds.c) */
    uint32_t *labels; /* by heap_gc_refs: the operation that made the object; NULL: not kept */
    size_t labels_capacity;
    struct finalizer *finalizers; /* from 1 */
    size_t finalizer_count, finalizer_capacity;
    ref *items; /* of the tuple that is made next, held */
    size_t item_count, items_capacity;
    unsigned debug; /* enum gc_debug */
    ref *garbage;   /* gc.garbage: holds a reference to each */
    size_t garbage_count, garbage_capacity;
    /* Of the collection under way. */
    struct found *found;
    int collected_generation;
    uint64_t births_when_found;
};

/* A heap of containers. */
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

/* A walk over all objects, in no order that means anything; 0: there is none, or no other. */
ref heap_first(const struct heap *heap);
ref heap_next(const struct heap *heap, ref o);

/* The generation that a collection moves survivors into. */
static inline int generation_after(int generation)
{
    return generation + 1 < GENERATIONS ? generation + 1 : generation;
}

/* A new object at the end of generation 0, with empty fields and no reference to it yet: give it
 * one. Counts nothing. */
ref heap_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes);

/* The same in no generation. */
ref heap_allocate_untracked(struct heap *heap, enum object_kind kind, uint32_t fields,
                            uint32_t bytes);

/* How old an object is after so many births: a bucket (sim/model/age.h). */
uint32_t heap_age(const struct heap *heap, ref o, uint64_t births);

/* For one more at the end of a list that is full to its end. */
void heap_make_room(struct heap *heap, struct generation *list);

/* Takes an object out of its list, and puts one that has been at the end of another; tallies are
 * the caller's, and for the first its generation. */
void heap_take_out(struct heap *heap, ref o);
static inline void heap_append(struct heap *heap, ref o, uint8_t generation)
{
    struct object *object = heap_object(heap, o);
    struct generation *list = &heap->generations[list_of(generation)];
    if (list->used == list->capacity)
        heap_make_room(heap, list);
    object->generation = generation;
    object->position = (uint32_t)list->used;
    list->objects[list->used++] = o;
    list->count++;
}

/* Puts an object that is in no list at the end of one; takes one out of its list. */
void heap_track(struct heap *heap, ref o, uint8_t generation);
void heap_untrack(struct heap *heap, ref o);

static inline bool is_tracked(const struct heap *heap, ref o)
{
    return heap_object(heap, o)->generation != UNTRACKED;
}

/* `count` objects without fields or bytes in the permanent generation, kept alive from outside: the
 * interpreter's own. */
void heap_add_permanent(struct heap *heap, uint64_t count);

/* Takes one reference away; frees the object, and what only it kept alive, if that was the last, as
 * CPython's deallocators do: depth first. Does not recurse, but for what finalizers and callbacks
 * do. Returns how many objects were freed. `o` is not 0. */
uint32_t heap_release(struct heap *heap, ref o);

/* Makes *slot refer to `o` (or to nothing, 0), then releases what it referred to before. `slot` is
 * a register or a field, and not read again. Returns how many objects were freed. */
static inline uint32_t heap_assign(struct heap *heap, ref *slot, ref o)
{
    ref old = *slot;
    heap_object(heap, o)->count++; /* the header of nothing counts, and nobody reads it */
    *slot = o;
    return old ? heap_release(heap, old) : 0;
}

/* The first half of a collection of `generation`: splits the objects of generations 0 … generation
 * into survivors, which move to the next generation, and the unreachable. *found is written to
 * until the second half is over. */
void heap_find_unreachable(struct heap *heap, int generation, struct found *found);

/* The second half: what becomes of unreachable objects. Drops the references that they hold, which
 * frees them and what only they kept alive, unless finalizers, flags or kinds have it otherwise.
 * Returns how many objects were freed. */
uint64_t heap_reclaim(struct heap *heap);

/* gc.freeze(), gc.unfreeze(). */
void heap_freeze(struct heap *heap);
void heap_unfreeze(struct heap *heap);

/* Bytes of what registers (and gc.garbage) reach. */
uint64_t heap_live_bytes(struct heap *heap);

#endif
