/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/split.h"

#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/graph/kinds.h"

/* ---- finding what nothing outside refers to -------------------------------------------------- */

/* The passes of a collection read headers in the order of the lists, which need not be that of
 * memory: so they ask for each AHEAD of its turn. */
#define AHEAD 32

/* References gathered before they are counted. */
#define BATCH 1024

static inline void prefetch(const struct heap *heap, const struct generation *list, size_t i)
{
    if (i + AHEAD < list->used)
        __builtin_prefetch(heap_object(heap, list->objects[i + AHEAD]));
}

static inline uint8_t *refs_of(const struct heap *heap, ref o)
{
    return &heap->gc_refs[heap_gc_refs(o)];
}

static void set_refs(const struct heap *heap, unsigned list, uint8_t refs)
{
    const struct generation *set = &heap->generations[list];
    for (size_t i = 0; i < set->used; i++)
        *refs_of(heap, set->objects[i]) = refs;
    *refs_of(heap, 0) = GC_REFS_NONE; /* that of holes */
}

/* How many bytes of gc_refs the blocks taken so far have. */
static size_t gc_refs_used(const struct heap *heap)
{
    return heap_gc_refs((ref)heap->arena.used - 1) + 1;
}

static void make_room_for_gc_refs(struct heap *heap)
{
    size_t had = heap->gc_refs_capacity;
    heap->gc_refs = array_grow(heap->gc_refs, &heap->gc_refs_capacity, gc_refs_used(heap),
                               sizeof *heap->gc_refs);
    memset(heap->gc_refs + had, GC_REFS_NONE, heap->gc_refs_capacity - had);
}

/* gcmodule.c, update_refs: makes the objects of these lists candidates.
 *
 * If that is all but the permanent ones, and they are not few in a large arena, it is quicker to
 * write every byte than to go through the lists. Returns true if it did that: bytes that belong to
 * no object then say candidate, too, and forget_refs must put them right. (Objects in no list would
 * be candidates, too; so not where there are such.) */
static bool update_refs(struct heap *heap, const struct lists *lists, size_t candidates)
{
    make_room_for_gc_refs(heap);
    if (lists->count == GENERATIONS && !heap->rules && candidates * 16 > gc_refs_used(heap)) {
        memset(heap->gc_refs, GC_REFS_CANDIDATE, gc_refs_used(heap));
        *refs_of(heap, 0) = GC_REFS_NONE;
        set_refs(heap, PERMANENT, GC_REFS_NONE);
        return true;
    }
    for (unsigned i = 0; i < lists->count; i++)
        set_refs(heap, lists->list[i], GC_REFS_CANDIDATE);
    return false;
}

static void forget_refs(struct heap *heap)
{
    memset(heap->gc_refs, GC_REFS_NONE, gc_refs_used(heap));
}

static inline void push_returned(struct heap *heap, ref o)
{
    if (heap->returned_count == heap->returned_capacity)
        heap->returned = array_grow(heap->returned, &heap->returned_capacity,
                                    heap->returned_count + 1, sizeof *heap->returned);
    heap->returned[heap->returned_count++] = o;
}

/* From now on the object's position counts references. */
static void crowd(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    heap->crowded = allocate_grow(heap->crowded, &heap->crowded_capacity, heap->crowded_count + 1,
                                  sizeof *heap->crowded);
    heap->crowded[heap->crowded_count++] = (struct crowded){o, object->position};
    object->position = 0;
}

static void put_crowded_back(struct heap *heap)
{
    for (size_t i = 0; i < heap->crowded_count; i++)
        heap_object(heap, heap->crowded[i].o)->position = heap->crowded[i].position;
    heap->crowded_count = 0;
}

/* A young object refers to `referent`. The common case has no branch: whether an object is young is
 * hard to predict. */
static inline void subtract_ref(struct heap *heap, ref referent)
{
    uint8_t *refs = refs_of(heap, referent);
    if (*refs < GC_REFS_MANY - 1) {
        *refs = (uint8_t)(*refs + (*refs != GC_REFS_NONE));
    } else if (*refs == GC_REFS_MANY) {
        heap_object(heap, referent)->position++;
    } else {
        *refs = GC_REFS_MANY;
        crowd(heap, referent);
    }
}

static inline void subtract_each(struct heap *heap, const ref *referents, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        subtract_ref(heap, referents[i]);
}

/* subtract_refs: counts the references that candidates have from candidates.
 *
 * It gathers references first. Were each counted at once, the processor could not run ahead to the
 * headers that come next: it would first have to know which byte is being written. (In locals is
 * what the compiler would otherwise read anew after every byte written.) */
static void subtract_refs(struct heap *heap, const struct lists *lists)
{
    ref batch[BATCH], room[REFERENTS_ROOM];
    uint32_t gathered = 0;
    for (unsigned l = 0; l < lists->count; l++) {
        const struct generation list = heap->generations[lists->list[l]];
        for (size_t i = 0; i < list.used; i++) {
            prefetch(heap, &list, i);
            struct referents referents =
                referents_of(heap, heap_object(heap, list.objects[i]), room);
            if (referents.count > BATCH) {
                subtract_each(heap, referents.at, referents.count);
                continue;
            }
            if (referents.count > BATCH - gathered) {
                subtract_each(heap, batch, gathered);
                gathered = 0;
            }
            for (uint32_t r = 0; r < referents.count; r++)
                batch[gathered++] = referents.at[r];
        }
    }
    subtract_each(heap, batch, gathered);
}

/* A candidate all of whose references are from candidates: CPython's gc_refs is 0. */
static inline bool has_no_outside_reference(const struct object *object, uint8_t refs)
{
    uint32_t beyond = refs == GC_REFS_MANY ? object->position : 0;
    return object->count == (uint32_t)(refs - GC_REFS_CANDIDATE) + beyond;
}

/* What `object` refers to stops being a candidate. The sweep will come to what lies ahead of it;
 * what it has passed returns to the end of the list. Returns how many stopped. */
static inline size_t reach_from(struct heap *heap, const struct object *object)
{
    ref room[REFERENTS_ROOM];
    struct referents referents = referents_of(heap, object, room);
    size_t reached = 0;
    for (uint32_t r = referents.count; r > 0; r--) {
        ref referent = referents.at[r - 1];
        uint8_t *refs = refs_of(heap, referent);
        if (*refs == GC_REFS_NONE || *refs == GC_REFS_RETURNED)
            continue;
        if (*refs == GC_REFS_PASSED) {
            *refs = GC_REFS_RETURNED;
            push_returned(heap, referent);
        } else {
            *refs = GC_REFS_NONE;
        }
        reached++;
    }
    return reached;
}

/* The sweep comes to an object. Returns how many candidates turn out to be reachable. */
static inline size_t sweep(struct heap *heap, ref o)
{
    size_t reached = 0;
    const struct object *object = heap_object(heap, o);
    uint8_t *refs = refs_of(heap, o);
    if (*refs != GC_REFS_NONE) {
        if (has_no_outside_reference(object, *refs)) {
            *refs = GC_REFS_PASSED;
            return 0;
        }
        *refs = GC_REFS_NONE;
        reached++;
    }
    return reached + reach_from(heap, object);
}

/* move_unreachable: everything reachable from outside stops being a candidate, in one sweep over
 * the lists, and over what returns to their end. Once no candidate is left, there is nothing more
 * to learn. Returns how many are left. */
static size_t move_unreachable(struct heap *heap, const struct lists *lists, size_t candidates)
{
    heap->returned_count = 0;
    for (unsigned l = 0; l < lists->count; l++) {
        const struct generation *list = &heap->generations[lists->list[l]];
        for (size_t i = 0; i < list->used && candidates; i++) {
            prefetch(heap, list, i);
            if (list->objects[i])
                candidates -= sweep(heap, list->objects[i]);
        }
    }
    for (size_t i = 0; i < heap->returned_count && candidates; i++)
        candidates -= reach_from(heap, heap_object(heap, heap->returned[i]));
    return candidates;
}

/* ---- and moving it -------------------------------------------------------------------------- */

/* Takes an object out of generation `source` that nothing outside refers to. It counts as freed by
 * the collector, unless it comes back. */
static void set_aside(struct heap *heap, ref o, uint8_t source)
{
    const struct object *object = heap_object(heap, o);
    struct found *found = heap->found;
    heap->freed_by_collector[source]++;
    heap->ages.by_collector[source][heap_age(heap, o, heap->births_when_found)]++;
    tally_add(&found->unreachable, cost_class_of(object->kind), object->fields, object->bytes);
    found->unreachable_by_generation[source]++;
    heap_append(heap, o, UNREACHABLE + source);
}

void come_back(struct heap *heap, ref o, uint8_t generation)
{
    const struct object *object = heap_object(heap, o);
    unsigned source = object->generation & 3u;
    heap->freed_by_collector[source]--;
    heap->ages.by_collector[source][heap_age(heap, o, heap->births_when_found)]--;
    heap_append(heap, o, generation);
    tally_add(&heap->generations[generation].tally, cost_class_of(object->kind), object->fields,
              object->bytes);
}

/* A survivor goes to the end of `target`. */
static void survive(struct heap *heap, ref o, uint8_t target)
{
    if (heap_object(heap, o)->generation >= UNREACHABLE)
        come_back(heap, o, target);
    else
        heap_append(heap, o, target);
}

/* Empties a list: what is unreachable is set aside, what survives goes to the end of `target`, but
 * for what goes there later. A list that is the one or the other is compacted in place, which never
 * writes past what it has read. */
static void move_list(struct heap *heap, unsigned number, uint8_t target)
{
    struct generation *list = &heap->generations[number];
    size_t used = list->used;
    list->used = list->count = 0;
    for (size_t i = 0; i < used; i++) {
        ref o = list->objects[i];
        uint8_t *refs = refs_of(heap, o);
        if (!o || *refs == GC_REFS_RETURNED)
            continue;
        bool unreachable = *refs == GC_REFS_PASSED;
        *refs = GC_REFS_NONE;
        if (!unreachable)
            survive(heap, o, target);
        else if (number == list_of(UNREACHABLE))
            heap_append(heap, o, heap_object(heap, o)->generation);
        else
            set_aside(heap, o, (uint8_t)number);
    }
}

static void move_returned(struct heap *heap, uint8_t target)
{
    for (size_t i = 0; i < heap->returned_count; i++) {
        *refs_of(heap, heap->returned[i]) = GC_REFS_NONE;
        survive(heap, heap->returned[i], target);
    }
    heap->returned_count = 0;
}

size_t split(struct heap *heap, const struct lists *lists, uint8_t target)
{
    size_t candidates = 0;
    for (unsigned l = 0; l < lists->count; l++)
        candidates += heap->generations[lists->list[l]].count;
    bool forget = update_refs(heap, lists, candidates);
    subtract_refs(heap, lists);
    size_t unreachable = move_unreachable(heap, lists, candidates);
    put_crowded_back(heap);
    for (unsigned l = 0; l < lists->count; l++)
        if (lists->list[l] != target || unreachable || heap->returned_count) /* else all stay */
            move_list(heap, lists->list[l], target);
    move_returned(heap, target);
    if (forget)
        forget_refs(heap);
    return unreachable;
}

bool split_finds_outside_reference(struct heap *heap, const struct lists *lists)
{
    bool found = false;
    update_refs(heap, lists, 0);
    subtract_refs(heap, lists);
    for (unsigned l = 0; l < lists->count; l++) {
        const struct generation *list = &heap->generations[lists->list[l]];
        for (size_t i = 0; i < list->used && !found; i++)
            found =
                list->objects[i] && !has_no_outside_reference(heap_object(heap, list->objects[i]),
                                                              *refs_of(heap, list->objects[i]));
    }
    put_crowded_back(heap);
    for (unsigned l = 0; l < lists->count; l++)
        set_refs(heap, lists->list[l], GC_REFS_NONE);
    return found;
}
