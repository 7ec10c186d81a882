/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap_snapshot.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

static struct snapshot_object describe(const struct object *object, int generation)
{
    return (struct snapshot_object){
        .birth = (uint64_t)object->birth_high << 32 | object->birth,
        .label = object->birth,
        .references = object->count,
        .bytes = object->bytes,
        .kind = object->kind,
        .generation = (uint8_t)generation,
    };
}

/* As list_traverse does: the last first. */
static void add_references(const struct object *object, const uint32_t *number,
                           struct snapshot *snapshot)
{
    for (uint32_t f = object->fields; f-- > 0;)
        if (object->field[f])
            snapshot_add_reference(snapshot, number[object->field[f]], f);
    snapshot_end_visited(snapshot);
    snapshot_end_object(snapshot);
}

void heap_snapshot(const struct heap *heap, struct snapshot *snapshot)
{
    uint32_t *number = allocate_zeroed(heap->arena.used, sizeof *number);
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++) {
            ref o = heap->generations[g].objects[i];
            const struct snapshot_object object = describe(heap_object(heap, o), g);
            number[o] = snapshot_add_object(snapshot, &object);
        }
    snapshot_end_objects(snapshot);
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++)
            add_references(heap_object(heap, heap->generations[g].objects[i]), number, snapshot);
    for (uint32_t r = 0; r < heap->register_count; r++)
        if (heap->registers[r])
            snapshot_add_root(snapshot, ROOT_REGISTER, r, number[heap->registers[r]]);
    snapshot->births = heap->births;
    free(number);
}
