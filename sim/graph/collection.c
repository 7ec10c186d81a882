/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A collection, in CPython's order (Python/gc.c, gc_collect_main; Modules/gcmodule.c up to 3.12).
 */
#include "sim/graph/kinds.h"
#include "sim/graph/split.h"
#include "sim/graph/weakrefs.h"

#include "sim/base/allocate.h"

/* For what is still in a list that may get shorter under way. */
#define EACH(heap, generation, o)                                                                  \
    for (size_t i_ = 0; i_ < (heap)->generations[list_of(generation)].used; i_++)                  \
        if (((o) = (heap)->generations[list_of(generation)].objects[i_]))

static bool is_unreachable(const struct heap *heap, ref o)
{
    return list_of(heap_object(heap, o)->generation) == list_of(UNREACHABLE);
}

static int generation_of_survivors(const struct heap *heap)
{
    return generation_after(heap->collected_generation);
}

/* ---- the first half: survivors -------------------------------------------------------------- */

static void untrack_kind(struct heap *heap, enum object_kind kind, size_t from)
{
    const struct generation *list = &heap->generations[generation_of_survivors(heap)];
    for (size_t i = from; i < list->used; i++) {
        ref o = list->objects[i];
        if (o && heap_object(heap, o)->kind == kind && kind_holds_atoms_only(heap, o))
            heap_untrack(heap, o);
    }
}

/* untrack_tuples, untrack_dicts: survivors, which are in the list from there on, that hold nothing
 * for the collector. */
static void untrack_survivors(struct heap *heap, size_t from)
{
    untrack_kind(heap, KIND_TUPLE, from);
    if (heap->rules->untracks_dicts && heap->collected_generation == GENERATIONS - 1)
        untrack_kind(heap, KIND_DICT, from);
}

void heap_find_unreachable(struct heap *heap, int generation, struct found *found)
{
    int target = generation_after(generation);
    struct lists young = {{(unsigned)generation}, 1};
    *found = (struct found){0};
    heap->found = found;
    heap->collected_generation = generation;
    heap->births_when_found = heap->births;
    for (int g = 0; g <= generation; g++) {
        tally_combine(&found->examined, &heap->generations[g].tally, 1);
        heap->generations[g].tally = (struct tally){0};
        if (g < generation)
            young.list[young.count++] = (unsigned)g;
    }
    size_t before = generation == target ? 0 : heap->generations[target].count;
    split(heap, &young, (uint8_t)target);
    struct generation *survivors = &heap->generations[target];
    tally_combine(&survivors->tally, &found->examined, 1);
    tally_combine(&survivors->tally, &found->unreachable, -1);
    size_t joined = survivors->count - before;
    if (heap->rules) /* those that join others are the last, without holes */
        untrack_survivors(heap, generation == target ? 0 : survivors->used - joined);
    found->survivors = survivors->count - before;
}

/* ---- legacy finalizers ---------------------------------------------------------------------- */

static void set_apart(struct heap *heap, ref o)
{
    unsigned source = heap_object(heap, o)->generation & 3u;
    heap_take_out(heap, o);
    heap_append(heap, o, (uint8_t)(LEGACY + source));
}

/* move_legacy_finalizers, move_legacy_finalizer_reachable. */
static void set_legacy_apart(struct heap *heap)
{
    ref o, room[REFERENTS_ROOM];
    EACH(heap, UNREACHABLE, o)
    if (heap_object(heap, o)->kind == KIND_LEGACY)
        set_apart(heap, o);
    EACH(heap, LEGACY, o)
    {
        struct referents referents = referents_of(heap, heap_object(heap, o), room);
        for (uint32_t r = referents.count; r > 0; r--)
            if (referents.at[r - 1] && is_unreachable(heap, referents.at[r - 1]))
                set_apart(heap, referents.at[r - 1]);
    }
}

static void add_to_garbage(struct heap *heap, ref o)
{
    heap->garbage = allocate_grow(heap->garbage, &heap->garbage_capacity, heap->garbage_count + 1,
                                  sizeof *heap->garbage);
    heap->garbage[heap->garbage_count++] = o;
    heap_object(heap, o)->count++;
}

/* handle_legacy_finalizers. */
static void keep_legacy(struct heap *heap)
{
    ref o;
    EACH(heap, LEGACY, o)
    {
        if (heap->debug & GC_DEBUG_SAVEALL || heap_object(heap, o)->kind == KIND_LEGACY)
            add_to_garbage(heap, o);
        heap_take_out(heap, o);
        come_back(heap, o, (uint8_t)generation_of_survivors(heap));
    }
}

/* ---- weak references ------------------------------------------------------------------------ */

/* Its callback is to be called: it is held until then. */
static void enqueue_callback(struct heap *heap, ref weakref)
{
    heap_object(heap, weakref)->count++;
    heap_untrack(heap, weakref);
    heap->untracked--;
    heap_append(heap, weakref, CALLED);
}

/* handle_weakrefs: those to an unreachable object. */
static void clear_weakrefs_to(struct heap *heap, ref o)
{
    for (ref weakref = weakrefs_first(heap, o), next; weakref; weakref = next) {
        next = weakrefs_next(heap, weakref);
        if (heap->rules->clears_weakrefs_late && !weakref_has_callback(heap, weakref))
            continue;
        weakref_clear(heap, weakref);
        if (weakref_has_callback(heap, weakref) && !is_unreachable(heap, weakref))
            enqueue_callback(heap, weakref);
    }
}

/* Returns how many weak references their callbacks have freed, which count as collected. */
static uint64_t call_callbacks(struct heap *heap)
{
    uint64_t freed = 0;
    ref weakref;
    EACH(heap, CALLED, weakref)
    {
        run_callback(heap, weakref);
        heap_release(heap, weakref);
        if (i_ >= heap->generations[list_of(CALLED)].used ||
            heap->generations[list_of(CALLED)].objects[i_] != weakref) {
            freed++;
            continue;
        }
        heap_untrack(heap, weakref);
        heap_track(heap, weakref, (uint8_t)generation_of_survivors(heap));
    }
    return freed;
}

static uint64_t handle_weakrefs(struct heap *heap)
{
    ref o;
    EACH(heap, UNREACHABLE, o)
    {
        if (heap_object(heap, o)->kind == KIND_WEAKREF && !heap->rules->clears_weakrefs_late)
            weakref_clear(heap, o);
        clear_weakrefs_to(heap, o);
    }
    return call_callbacks(heap);
}

/* clear_weakrefs, from 3.14 on: all that are left of garbage, and to garbage. */
static void clear_weakrefs_left(struct heap *heap)
{
    ref o;
    EACH(heap, UNREACHABLE, o)
    {
        if (heap_object(heap, o)->kind == KIND_WEAKREF)
            weakref_clear(heap, o);
        while (weakrefs_first(heap, o))
            weakref_clear(heap, weakrefs_first(heap, o));
    }
}

/* ---- finalizers and resurrection ------------------------------------------------------------ */

/* finalize_garbage. */
static void finalize_garbage(struct heap *heap)
{
    ref o;
    EACH(heap, UNREACHABLE, o)
    {
        if (!has_finalizer_left(heap, o))
            continue;
        heap_object(heap, o)->count++;
        run_finalizer(heap, o);
        heap_release(heap, o);
    }
}

/* check_garbage (3.8): one that finalizers have resurrected resurrects all.
 * handle_resurrected_objects (from 3.9 on): those that are reachable come back. */
static void bring_back_resurrected(struct heap *heap)
{
    const struct lists unreachable = {{list_of(UNREACHABLE)}, 1};
    uint8_t target = (uint8_t)generation_of_survivors(heap);
    ref o;
    if (!heap->rules->resurrects_all) {
        split(heap, &unreachable, target);
        return;
    }
    if (!split_finds_outside_reference(heap, &unreachable))
        return;
    EACH(heap, UNREACHABLE, o)
    {
        heap_take_out(heap, o);
        come_back(heap, o, target);
    }
}

/* ---- the second half: garbage --------------------------------------------------------------- */

/* tp_clear, which tuples do not have. */
static void clear(struct heap *heap, ref o)
{
    if (heap->rules && heap_object(heap, o)->kind == KIND_TUPLE)
        return;
    heap_object(heap, o)->count++;
    if (heap->rules && heap_object(heap, o)->kind == KIND_WEAKREF)
        weakref_clear(heap, o);
    for (uint32_t left = kind_begin_content(heap, o, true); left > 0; left--) {
        ref x = kind_take_content(heap, o, left);
        if (x)
            heap_release(heap, x);
    }
    kind_end_content(heap, o);
    heap_release(heap, o);
}

/* delete_garbage: those that are still alive after it join the survivors. */
static void delete_garbage(struct heap *heap)
{
    ref o;
    EACH(heap, UNREACHABLE, o)
    {
        if (heap->debug & GC_DEBUG_SAVEALL)
            add_to_garbage(heap, o);
        else
            clear(heap, o);
    }
    EACH(heap, UNREACHABLE, o)
    {
        heap_take_out(heap, o);
        come_back(heap, o, (uint8_t)generation_of_survivors(heap));
    }
}

static void tell_each(struct heap *heap, uint8_t list, enum gc_debug flag, enum gc_event_kind kind)
{
    ref o;
    if (!(heap->debug & flag) || !heap->mutator || !heap->mutator->tell)
        return;
    EACH(heap, list, o)
    {
        struct gc_event event = {.kind = kind,
                                 .of = heap_label(heap, o),
                                 .type = object_type(heap->rules, heap_object(heap, o)->kind)};
        heap->mutator->tell(heap->mutator, &event);
    }
}

/* What kinds of objects, and flags, make of garbage. */
static void reclaim_kinds(struct heap *heap)
{
    struct found *found = heap->found;
    set_legacy_apart(heap);
    tell_each(heap, UNREACHABLE, GC_DEBUG_COLLECTABLE, GC_EVENT_COLLECTABLE);
    found->collected = handle_weakrefs(heap);
    finalize_garbage(heap);
    bring_back_resurrected(heap);
    if (heap->rules->clears_weakrefs_late)
        clear_weakrefs_left(heap);
    found->collected += heap->generations[list_of(UNREACHABLE)].count;
    delete_garbage(heap);
    found->uncollectable = heap->generations[list_of(LEGACY)].count;
    tell_each(heap, LEGACY, GC_DEBUG_UNCOLLECTABLE, GC_EVENT_UNCOLLECTABLE);
    keep_legacy(heap);
    if (heap->collected_generation == GENERATIONS - 1)
        kind_clear_free_lists(heap);
}

uint64_t heap_reclaim(struct heap *heap)
{
    uint64_t freed = heap->freed;
    heap->reclaiming = true;
    heap->found->collected = heap->generations[list_of(UNREACHABLE)].count;
    if (heap->rules)
        reclaim_kinds(heap);
    else
        delete_garbage(heap);
    heap->reclaiming = false;
    heap->found = NULL;
    return heap->freed - freed;
}
