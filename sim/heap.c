/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"

/* Bytes of an object with so many fields. */
static size_t size_of(uint32_t fields)
{
    return sizeof(struct object) + (size_t)fields * sizeof(ref);
}

struct heap *heap_new(uint32_t registers)
{
    struct heap *heap = memory_zeroed(1, sizeof *heap);
    heap->registers = memory_zeroed(registers, sizeof *heap->registers);
    heap->register_count = registers;
    arena_init(&heap->arena, sizeof(struct object));
    return heap;
}

void heap_free(struct heap *heap)
{
    if (!heap)
        return;
    for (int g = 0; g <= PERMANENT; g++)
        free(heap->generations[g].objects);
    free(heap->registers);
    free(heap->unreachable);
    arena_fini(&heap->arena);
    free(heap);
}

static void tally_add(struct tally *tally, const struct object *object)
{
    tally->objects[object->kind]++;
    tally->fields[object->kind] += object->fields;
    tally->bytes += object->bytes;
}

static void tally_remove(struct tally *tally, const struct object *object)
{
    tally->objects[object->kind]--;
    tally->fields[object->kind] -= object->fields;
    tally->bytes -= object->bytes;
}

static ref *generation_room(struct generation *generation, size_t more)
{
    generation->objects = memory_grow(generation->objects, &generation->capacity,
                                      generation->count + more, sizeof *generation->objects);
    return generation->objects;
}

static void enter_generation(struct heap *heap, ref o, int generation)
{
    struct object *object = heap_object(heap, o);
    struct generation *entered = &heap->generations[generation];
    generation_room(entered, 1);
    object->generation = (uint8_t)generation;
    object->position = (uint32_t)entered->count;
    entered->objects[entered->count++] = o;
}

ref heap_allocate(struct heap *heap, enum object_kind kind, uint32_t fields, uint32_t bytes)
{
    ref o = arena_take(&heap->arena, size_of(fields));
    struct object *object = heap_object(heap, o);
    *object = (struct object){.fields = fields, .bytes = bytes, .kind = (uint8_t)kind};
    memset(object->field, 0, fields * sizeof *object->field);
    enter_generation(heap, o, 0);
    tally_add(&heap->generations[0].tally, object);
    heap->bytes += bytes;
    if (heap->bytes > heap->peak_bytes)
        heap->peak_bytes = heap->bytes;
    return o;
}

void heap_add_permanent(struct heap *heap, uint64_t count)
{
    struct generation *permanent = &heap->generations[PERMANENT];
    for (uint64_t i = 0; i < count; i++) {
        ref o = arena_take(&heap->arena, size_of(0));
        *heap_object(heap, o) = (struct object){.count = 1};
        enter_generation(heap, o, PERMANENT);
        tally_add(&permanent->tally, heap_object(heap, o));
    }
}

/* Takes an object that is being freed out of its generation: the last of the list takes its place.
 */
static void leave_generation(struct heap *heap, struct object *object)
{
    if (object->generation == UNREACHABLE)
        return; /* has left, and was counted, when it was found */
    struct generation *left = &heap->generations[object->generation];
    ref last = left->objects[--left->count];
    left->objects[object->position] = last;
    heap_object(heap, last)->position = object->position;
    tally_remove(&left->tally, object);
    if (heap->reclaiming)
        heap->freed_by_collector[object->generation]++;
    else
        heap->freed_by_count[object->generation]++;
}

uint32_t heap_release(struct heap *heap, ref o)
{
    struct object *object = heap_object(heap, o);
    if (--object->count)
        return 0;
    uint32_t freed = 0;
    object->scratch = 0;
    while (o) { /* o is the top of a stack linked through `scratch` */
        object = heap_object(heap, o);
        ref top = object->scratch;
        for (uint32_t i = 0; i < object->fields; i++) {
            ref child = object->field[i];
            if (!child)
                continue;
            struct object *referent = heap_object(heap, child);
            if (--referent->count == 0) {
                referent->scratch = top;
                top = child;
            }
        }
        leave_generation(heap, object);
        heap->bytes -= object->bytes;
        arena_give(&heap->arena, o, size_of(object->fields));
        freed++;
        o = top;
    }
    return freed;
}

/* The passes of a collection read headers in the order of the lists, which is not that of memory,
 * and those of the objects they refer to, which is no order at all. So they ask for both some
 * objects ahead: for a header AHEAD of its turn, and for what it refers to at half that. */
#define AHEAD 16

static void prefetch(const struct heap *heap, const struct generation *young, size_t i)
{
    if (i + AHEAD >= young->count)
        return;
    __builtin_prefetch(heap_object(heap, young->objects[i + AHEAD]), 1);
    const struct object *nearer = heap_object(heap, young->objects[i + AHEAD / 2]);
    for (uint32_t f = 0; f < nearer->fields && f < 4; f++)
        __builtin_prefetch(heap_object(heap, nearer->field[f]), 1);
}

/* scratch := references from outside the young set. Objects outside it may be counted down too:
 * what their scratch holds means nothing now. */
static void count_outside_references(struct heap *heap, int oldest)
{
    for (int g = oldest; g >= 0; g--) {
        struct generation *young = &heap->generations[g];
        for (size_t i = 0; i < young->count; i++) {
            if (i + AHEAD < young->count)
                __builtin_prefetch(heap_object(heap, young->objects[i + AHEAD]), 1);
            struct object *object = heap_object(heap, young->objects[i]);
            object->scratch = object->count;
            object->candidate = 1;
        }
    }
    for (int g = oldest; g >= 0; g--) {
        struct generation *young = &heap->generations[g];
        for (size_t i = 0; i < young->count; i++) {
            prefetch(heap, young, i);
            struct object *object = heap_object(heap, young->objects[i]);
            for (uint32_t f = 0; f < object->fields; f++)
                heap_object(heap, object->field[f])->scratch--;
        }
    }
}

/* A place in the young set, in the order in which it is swept: the oldest generation first. */
struct place {
    int generation;
    size_t position;
};

/* What `object` refers to stops being a candidate. The sweep will come to what lies ahead of it;
 * what lies behind goes on the stack *behind, linked through `scratch`. */
static void reach_from(struct heap *heap, const struct object *object, struct place sweep,
                       ref *behind)
{
    for (uint32_t f = 0; f < object->fields; f++) {
        struct object *referent = heap_object(heap, object->field[f]);
        if (!referent->candidate)
            continue;
        referent->candidate = 0;
        if (referent->generation > sweep.generation ||
            (referent->generation == sweep.generation && referent->position < sweep.position)) {
            referent->scratch = *behind;
            *behind = object->field[f];
        }
    }
}

/* Everything reachable from outside the young set stops being a candidate, in one sweep: an object
 * is followed when the sweep comes to it, if it is known to be reachable by then, or else as soon
 * as it is. */
static void reach_from_outside(struct heap *heap, int oldest)
{
    struct place sweep;
    for (sweep.generation = oldest; sweep.generation >= 0; sweep.generation--) {
        struct generation *young = &heap->generations[sweep.generation];
        for (sweep.position = 0; sweep.position < young->count; sweep.position++) {
            prefetch(heap, young, sweep.position);
            struct object *object = heap_object(heap, young->objects[sweep.position]);
            if (object->candidate && object->scratch == 0)
                continue;
            object->candidate = 0;
            ref behind = 0;
            reach_from(heap, object, sweep, &behind);
            while (behind) {
                object = heap_object(heap, behind);
                behind = object->scratch;
                reach_from(heap, object, sweep, &behind);
            }
        }
    }
}

/* Moves the survivors of `source` into `target`, and the rest to heap->unreachable. */
static void promote(struct heap *heap, int source, int target, struct found *found)
{
    struct generation *from = &heap->generations[source], *to = &heap->generations[target];
    size_t examined = from->count;
    if (from == to)
        to->count = 0; /* compacts in place: never writes past what it has read */
    else
        generation_room(to, examined);
    for (size_t i = 0; i < examined; i++) {
        ref o = from->objects[i];
        struct object *object = heap_object(heap, o);
        if (object->candidate) {
            object->candidate = 0;
            object->generation = UNREACHABLE;
            tally_add(&found->unreachable, object);
            found->unreachable_by_generation[source]++;
            heap->unreachable[heap->unreachable_count++] = o;
        } else {
            object->generation = (uint8_t)target;
            object->position = (uint32_t)to->count;
            to->objects[to->count++] = o;
        }
    }
    if (from != to)
        from->count = 0;
}

void heap_find_unreachable(struct heap *heap, int generation, struct found *found)
{
    int target = generation + 1 < GENERATIONS ? generation + 1 : generation;
    size_t young = 0;
    *found = (struct found){0};
    for (int g = 0; g <= generation; g++) {
        young += heap->generations[g].count;
        tally_combine(&found->examined, &heap->generations[g].tally, 1);
        heap->generations[g].tally = (struct tally){0};
    }
    count_outside_references(heap, generation);
    reach_from_outside(heap, generation);

    heap->unreachable_count = 0;
    heap->unreachable = memory_grow(heap->unreachable, &heap->unreachable_capacity, young,
                                    sizeof *heap->unreachable);
    for (int g = generation; g >= 0; g--) /* the oldest first, roughly in order of birth */
        promote(heap, g, target, found);
    struct tally *survivors = &heap->generations[target].tally;
    tally_combine(survivors, &found->examined, 1);
    tally_combine(survivors, &found->unreachable, -1);
    for (int g = 0; g < GENERATIONS; g++)
        heap->freed_by_collector[g] += found->unreachable_by_generation[g];
}

/* gcmodule.c, delete_garbage: each object still there is held, cleared (list_clear and the like)
 * and let go. */
uint64_t heap_reclaim(struct heap *heap)
{
    uint64_t freed = 0;
    heap->reclaiming = true;
    /* Held all at once rather than each in turn: a freed block must not be mistaken for an object.
     * The order in which they die is the same to everything that is counted. */
    for (size_t i = 0; i < heap->unreachable_count; i++)
        heap_object(heap, heap->unreachable[i])->count++;
    for (size_t i = 0; i < heap->unreachable_count; i++) {
        ref o = heap->unreachable[i];
        for (uint32_t f = 0; f < heap_object(heap, o)->fields; f++)
            freed += heap_assign(heap, &heap_object(heap, o)->field[f], 0);
    }
    for (size_t i = 0; i < heap->unreachable_count; i++)
        freed += heap_release(heap, heap->unreachable[i]);
    heap->reclaiming = false;
    return freed;
}

static void move_all(struct heap *heap, int source, int target)
{
    struct generation *from = &heap->generations[source], *to = &heap->generations[target];
    generation_room(to, from->count);
    for (size_t i = 0; i < from->count; i++)
        enter_generation(heap, from->objects[i], target);
    tally_combine(&to->tally, &from->tally, 1);
    from->tally = (struct tally){0};
    from->count = 0;
}

void heap_freeze(struct heap *heap)
{
    for (int g = 0; g < GENERATIONS; g++)
        move_all(heap, g, PERMANENT);
}

void heap_unfreeze(struct heap *heap)
{
    move_all(heap, PERMANENT, GENERATIONS - 1);
}

static void clear_marks(struct heap *heap)
{
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++)
            heap_object(heap, heap->generations[g].objects[i])->mark = 0;
}

/* Marks an object this census has not seen, and puts it on the stack linked through `scratch`. */
static uint64_t mark(struct heap *heap, ref o, ref *top)
{
    struct object *object = heap_object(heap, o);
    if (object->mark == heap->census)
        return 0;
    object->mark = heap->census;
    object->scratch = *top;
    *top = o;
    return object->bytes;
}

uint64_t heap_live_bytes(struct heap *heap)
{
    uint64_t live = 0;
    ref top = 0;
    if (++heap->census == 0) {
        clear_marks(heap);
        heap->census = 1;
    }
    heap_object(heap, 0)->mark = heap->census;
    for (uint32_t r = 0; r < heap->register_count; r++) {
        live += mark(heap, heap->registers[r], &top);
        while (top) {
            struct object *object = heap_object(heap, top);
            top = object->scratch;
            for (uint32_t f = 0; f < object->fields; f++)
                live += mark(heap, object->field[f], &top);
        }
    }
    return live;
}
