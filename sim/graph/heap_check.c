/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap_check.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* What is known of the block at a reference. */
struct block {
    bool listed, reached;
    uint32_t references;
};

static bool is_own(const struct object *object)
{
    return object->bytes == 0;
}

uint64_t heap_objects(const struct heap *heap)
{
    uint64_t objects = 0;
    for (int g = 0; g <= PERMANENT; g++)
        objects += heap->generations[g].count;
    return objects;
}

/* ---- the invariants ------------------------------------------------------------------- */

/* Marks an object as listed, and checks what it says of its place. */
static int check_place(const struct heap *heap, int g, size_t i, struct block *blocks,
                       struct error *error)
{
    ref o = heap->generations[g].objects[i];
    if (o == 0 || o >= heap->arena.used)
        return error_set(error, "generation %d lists %u, which is no object", g, o);
    const struct object *object = heap_object(heap, o);
    if (blocks[o].listed)
        return error_set(error, "object %u is listed twice", o);
    if (object->generation != g || object->position != i)
        return error_set(error, "object %u is at %zu of generation %d, and says at %u of %d", o, i,
                         g, object->position, object->generation);
    blocks[o].listed = true;
    blocks[o].references = is_own(object);
    return 0;
}

/* Adds the list's bytes to *bytes. */
static int check_generation(const struct heap *heap, int g, struct block *blocks, uint64_t *bytes,
                            struct error *error)
{
    const struct generation *generation = &heap->generations[g];
    struct tally sum = {0};
    for (size_t i = 0; i < generation->count; i++) {
        if (check_place(heap, g, i, blocks, error) != 0)
            return -1;
        const struct object *object = heap_object(heap, generation->objects[i]);
        tally_add(&sum, object->kind, object->fields, object->bytes);
    }
    *bytes += sum.bytes;
    if (memcmp(&generation->tally, &sum, sizeof sum) != 0)
        return error_set(error, "the tally of generation %d is not the sum over its list", g);
    return 0;
}

static int check_lists(const struct heap *heap, struct block *blocks, struct error *error)
{
    uint64_t bytes = 0;
    for (int g = 0; g <= PERMANENT; g++)
        if (check_generation(heap, g, blocks, &bytes, error) != 0)
            return -1;
    if (heap->bytes != bytes)
        return error_set(error, "the heap has %llu bytes, and its objects %llu",
                         (unsigned long long)heap->bytes, (unsigned long long)bytes);
    return 0;
}

/* Counts a reference that `from` holds. */
static int refer(const char *from, uint32_t number, ref o, struct block *blocks,
                 const struct heap *heap, struct error *error)
{
    if (o && (o >= heap->arena.used || !blocks[o].listed))
        return error_set(error, "%s %u refers to %u, which is in no list", from, number, o);
    blocks[o].references += o != 0;
    return 0;
}

static int check_references(const struct heap *heap, struct block *blocks, struct error *error)
{
    for (uint32_t r = 0; r < heap->register_count; r++)
        if (refer("register", r, heap->registers[r], blocks, heap, error) != 0)
            return -1;
    if (refer("the interpreter's stack, at", 0, heap->held, blocks, heap, error) != 0)
        return -1;
    for (ref o = 0; o < heap->arena.used; o++)
        for (uint32_t f = 0; blocks[o].listed && f < heap_object(heap, o)->fields; f++)
            if (refer("object", o, heap_object(heap, o)->field[f], blocks, heap, error) != 0)
                return -1;
    return 0;
}

static int check_counts(const struct heap *heap, const struct block *blocks, struct error *error)
{
    for (ref o = 0; o < heap->arena.used; o++) {
        if (!blocks[o].listed)
            continue;
        uint32_t count = heap_object(heap, o)->count;
        if (count != blocks[o].references)
            return error_set(error, "the count of object %u is %u, and its references are %u", o,
                             count, blocks[o].references);
        if (count == 0)
            return error_set(error, "object %u has no reference, and is not freed", o);
    }
    return 0;
}

static int check_blocks_apart(const struct heap *heap, const struct block *blocks,
                              struct error *error)
{
    size_t end = 0;
    for (ref o = 0; o < heap->arena.used; o++) {
        if (!blocks[o].listed)
            continue;
        const struct object *object = heap_object(heap, o);
        if (o < end)
            return error_set(error, "object %u lies within another", o);
        end = o + (sizeof *object + object->fields * sizeof(ref) + 7) / 8;
    }
    if (end > heap->arena.used || heap->arena.used > heap->arena.capacity)
        return error_set(error, "objects reach beyond the arena");
    if (heap_object(heap, 0)->fields)
        return error_set(error, "nothing has fields");
    return 0;
}

static int check_no_collection(const struct heap *heap, struct error *error)
{
    for (size_t i = 0; i < heap->gc_refs_capacity; i++)
        if (heap->gc_refs[i] != GC_REFS_NONE)
            return error_set(error, "gc_refs are left of a collection, at %zu", i);
    return heap->reclaiming ? error_set(error, "a collection is left under way") : 0;
}

int heap_check(const struct heap *heap, struct error *error)
{
    struct block *blocks = allocate_zeroed(heap->arena.used, sizeof *blocks);
    int status = 0;
    if (check_lists(heap, blocks, error) != 0 || check_references(heap, blocks, error) != 0 ||
        check_counts(heap, blocks, error) != 0 || check_blocks_apart(heap, blocks, error) != 0 ||
        check_no_collection(heap, error) != 0)
        status = -1;
    free(blocks);
    return status;
}

/* ---- what there should be ------------------------------------------------------------- */

/* Marks what is reached from the objects on the stack, themselves included. */
static void reach(const struct heap *heap, struct block *blocks, ref *stack, size_t depth)
{
    while (depth) {
        ref o = stack[--depth];
        for (uint32_t f = 0; f < heap_object(heap, o)->fields; f++) {
            ref referent = heap_object(heap, o)->field[f];
            if (referent && !blocks[referent].reached) {
                blocks[referent].reached = true;
                stack[depth++] = referent;
            }
        }
    }
}

/* Puts an object on the stack, unless it is nothing or has been there. */
static void reach_root(struct block *blocks, ref o, ref *stack, size_t *depth)
{
    if (o && !blocks[o].reached)
        stack[(*depth)++] = o;
    blocks[o].reached = true;
}

/* What registers and the interpreter's stack reach, and objects of the generations older than
 * `generation`, and the interpreter's own wherever they are. */
static struct block *trace(const struct heap *heap, int generation)
{
    struct block *blocks = allocate_zeroed(heap->arena.used, sizeof *blocks);
    ref *stack = allocate_zeroed(heap_objects(heap), sizeof *stack);
    size_t depth = 0;
    for (uint32_t r = 0; r < heap->register_count; r++)
        reach_root(blocks, heap->registers[r], stack, &depth);
    reach_root(blocks, heap->held, stack, &depth);
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++) {
            ref o = heap->generations[g].objects[i];
            if (g > generation || is_own(heap_object(heap, o)))
                reach_root(blocks, o, stack, &depth);
        }
    reach(heap, blocks, stack, depth);
    free(stack);
    return blocks;
}

bool *heap_expected_unreachable(const struct heap *heap, int generation)
{
    struct block *blocks = trace(heap, generation);
    bool *unreachable = allocate_zeroed(heap->arena.used, sizeof *unreachable);
    for (int g = 0; g <= generation; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++)
            unreachable[heap->generations[g].objects[i]] =
                !blocks[heap->generations[g].objects[i]].reached;
    free(blocks);
    return unreachable;
}

uint64_t heap_expected_live_bytes(const struct heap *heap)
{
    struct block *blocks = trace(heap, PERMANENT);
    uint64_t bytes = 0;
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].count; i++)
            if (blocks[heap->generations[g].objects[i]].reached)
                bytes += heap_object(heap, heap->generations[g].objects[i])->bytes;
    free(blocks);
    return bytes;
}
