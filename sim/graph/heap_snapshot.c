/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap_snapshot.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/graph/kinds.h"

struct taker {
    const struct heap *heap;
    struct snapshot *snapshot;
    uint32_t *number; /* of the object at a reference, from 1 */
    ref *order;       /* the objects, as they are numbered */
    size_t order_count, order_capacity;
};

static void add_object(struct taker *taker, ref o, int generation)
{
    const struct heap *heap = taker->heap;
    struct object *object = heap_object(heap, o);
    const struct snapshot_object described = {
        .birth = object_birth(object),
        .label = heap_label(heap, o),
        .references = object->count,
        .bytes = object->bytes,
        .kind = object->kind,
        .generation = (uint8_t)generation,
        .finalized =
            heap->rules && kind_has(object->kind, TRAIT_DEL) && *finalized_slot(heap, object),
    };
    taker->number[o] = snapshot_add_object(taker->snapshot, &described) + 1;
    taker->order = allocate_grow(taker->order, &taker->order_capacity, taker->order_count + 1,
                                 sizeof *taker->order);
    taker->order[taker->order_count++] = o;
}

static void add_objects(struct taker *taker)
{
    const struct heap *heap = taker->heap;
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].used; i++)
            if (heap->generations[g].objects[i])
                add_object(taker, heap->generations[g].objects[i], g);
    for (ref o = heap_first(heap); o; o = heap_next(heap, o))
        if (heap_object(heap, o)->generation == UNTRACKED)
            add_object(taker, o, NO_GENERATION);
    snapshot_end_objects(taker->snapshot);
}

static void add_reference(struct taker *taker, ref o, uint32_t place)
{
    if (o)
        snapshot_add_reference(taker->snapshot, taker->number[o] - 1, place);
}

/* What it visits, in that order, then a dict that it holds all the same. */
static void add_references(struct taker *taker, ref o)
{
    const struct heap *heap = taker->heap;
    const struct object *object = heap_object(heap, o);
    ref room[REFERENTS_ROOM], dict = kind_own_dict(heap, o);
    struct referents referents = referents_of(heap, object, room);
    bool visits_dict = false;
    for (uint32_t i = referents.count; i-- > 0;) {
        uint32_t field = kind_referent_field(heap, object, &referents, i);
        visits_dict |= field == FIELD_DICT;
        add_reference(taker, referents.at[i], field == FIELD_DICT ? PLACE_DICT : field);
    }
    snapshot_end_visited(taker->snapshot);
    if (!visits_dict)
        add_reference(taker, dict, PLACE_DICT);
    snapshot_end_object(taker->snapshot);
}

static void add_roots(struct taker *taker)
{
    const struct heap *heap = taker->heap;
    for (uint32_t r = 0; r < heap->register_count; r++)
        if (heap->registers[r])
            snapshot_add_root(taker->snapshot, ROOT_REGISTER, r,
                              taker->number[heap->registers[r]] - 1);
    for (size_t i = 0; i < heap->garbage_count; i++)
        snapshot_add_root(taker->snapshot, ROOT_GARBAGE, (uint32_t)i,
                          taker->number[heap->garbage[i]] - 1);
}

void heap_snapshot(const struct heap *heap, struct snapshot *snapshot)
{
    struct taker taker = {.heap = heap, .snapshot = snapshot};
    taker.number = allocate_zeroed(heap->arena.used, sizeof *taker.number);
    add_objects(&taker);
    for (size_t i = 0; i < taker.order_count; i++)
        add_references(&taker, taker.order[i]);
    add_roots(&taker);
    snapshot->births = heap->births;
    free(taker.number);
    free(taker.order);
}
