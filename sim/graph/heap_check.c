/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/graph/heap_check.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/graph/kinds.h"

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
    size_t count = 0;
    for (size_t i = 0; i < generation->used; i++) {
        if (!generation->objects[i])
            continue;
        count++;
        if (check_place(heap, g, i, blocks, error) != 0)
            return -1;
        const struct object *object = heap_object(heap, generation->objects[i]);
        tally_add(&sum, cost_class_of(object->kind), object->fields, object->bytes);
    }
    *bytes += sum.bytes;
    if (count != generation->count)
        return error_set(error, "generation %d lists %zu objects, and says %zu", g, count,
                         generation->count);
    if (memcmp(&generation->tally, &sum, sizeof sum) != 0)
        return error_set(error, "the tally of generation %d is not the sum over its list", g);
    return 0;
}

static int check_lists(const struct heap *heap, struct block *blocks, uint64_t *bytes,
                       struct error *error)
{
    for (int g = 0; g <= PERMANENT; g++)
        if (check_generation(heap, g, blocks, bytes, error) != 0)
            return -1;
    return 0;
}

/* Counts a reference that `from` holds. What is in no list is known as soon as it is held. */
static int refer(const char *from, uint32_t number, ref o, struct block *blocks,
                 const struct heap *heap, struct error *error)
{
    if (o && (o >= heap->arena.used ||
              !(blocks[o].listed || heap_object(heap, o)->generation == UNTRACKED)))
        return error_set(error, "%s %u refers to %u, which is in no list", from, number, o);
    blocks[o].references += o != 0;
    return 0;
}

static int check_roots(const struct heap *heap, struct block *blocks, struct error *error)
{
    for (uint32_t r = 0; r < heap->register_count; r++)
        if (refer("register", r, heap->registers[r], blocks, heap, error) != 0)
            return -1;
    for (size_t i = 0; i < heap->garbage_count; i++)
        if (refer("gc.garbage, at", (uint32_t)i, heap->garbage[i], blocks, heap, error) != 0)
            return -1;
    for (size_t i = 0; i < heap->item_count; i++)
        if (refer("the new tuple, at", (uint32_t)i, heap->items[i], blocks, heap, error) != 0)
            return -1;
    return refer("the interpreter's stack, at", 0, heap->held, blocks, heap, error);
}

/* Every object is looked at once: those listed, and those in no list as they come to light. */
static int check_held(const struct heap *heap, ref *stack, size_t depth, struct block *blocks,
                      struct error *error)
{
    while (depth) {
        ref o = stack[--depth];
        const struct object *object = heap_object(heap, o);
        for (uint32_t f = 0; f <= object->fields; f++) {
            ref x = f < object->fields ? object->field[f] : kind_own_dict(heap, o);
            if (refer("object", o, x, blocks, heap, error) != 0)
                return -1;
            if (x && !blocks[x].listed && !blocks[x].reached)
                stack[depth++] = x;
            blocks[x].reached = true;
        }
    }
    return 0;
}

/* What is in no list, and registers and the like hold. */
static size_t add_untracked_roots(const struct heap *heap, struct block *blocks, ref *stack)
{
    size_t depth = 0;
    for (ref o = 1; o < heap->arena.used; o++)
        if (blocks[o].listed || blocks[o].references) {
            stack[depth++] = o;
            blocks[o].reached = true;
        }
    return depth;
}

static int check_references(const struct heap *heap, struct block *blocks, struct error *error)
{
    ref *stack = allocate_zeroed(heap->arena.used, sizeof *stack);
    int status = check_roots(heap, blocks, error);
    if (status == 0)
        status = check_held(heap, stack, add_untracked_roots(heap, blocks, stack), blocks, error);
    free(stack);
    return status;
}

bool heap_loses_objects(const struct heap *heap)
{
    return heap->rules && heap->rules->attributes == ATTRIBUTES_HIDE_DICT;
}

/* Those in no list are as many as the heap says, and its bytes those of all. */
static int check_untracked(const struct heap *heap, const struct block *blocks, uint64_t bytes,
                           struct error *error)
{
    uint64_t untracked = 0;
    for (ref o = 1; o < heap->arena.used; o++) {
        if (blocks[o].listed || !blocks[o].references)
            continue;
        untracked++;
        bytes += heap_object(heap, o)->bytes;
    }
    if (heap_loses_objects(heap) && heap->untracked >= untracked && heap->bytes >= bytes)
        return 0;
    if (heap->untracked != untracked)
        return error_set(error, "the heap has %llu objects in no list, and says %llu",
                         (unsigned long long)untracked, (unsigned long long)heap->untracked);
    if (heap->bytes != bytes)
        return error_set(error, "the heap has %llu bytes, and its objects %llu",
                         (unsigned long long)heap->bytes, (unsigned long long)bytes);
    return 0;
}

static int check_counts(const struct heap *heap, const struct block *blocks, struct error *error)
{
    for (ref o = 0; o < heap->arena.used; o++) {
        if (!blocks[o].listed && !blocks[o].references)
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
        if (!blocks[o].listed && !blocks[o].references)
            continue;
        const struct object *object = heap_object(heap, o);
        if (o < end)
            return error_set(error, "object %u lies within another", o);
        uint32_t slots = object->fields + hidden_slots(heap, object->kind);
        end = o + (sizeof *object + slots * sizeof(ref) + 7) / 8;
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
    uint64_t bytes = 0;
    int status = 0;
    if (check_lists(heap, blocks, &bytes, error) != 0 ||
        check_references(heap, blocks, error) != 0 ||
        check_untracked(heap, blocks, bytes, error) != 0 ||
        check_counts(heap, blocks, error) != 0 || check_blocks_apart(heap, blocks, error) != 0 ||
        check_no_collection(heap, error) != 0)
        status = -1;
    free(blocks);
    return status;
}

/* ---- what there should be ------------------------------------------------------------- */

/* Puts an object on the stack, unless it is nothing or has been there. */
static void reach(struct block *blocks, ref o, ref *stack, size_t *depth)
{
    if (o && !blocks[o].reached)
        stack[(*depth)++] = o;
    blocks[o].reached = true;
}

/* Marks what is reached from the objects on the stack. As a collection sees it, or (`held`) with
 * what it does not visit. */
static void reach_all(const struct heap *heap, struct block *blocks, ref *stack, size_t depth,
                      bool held)
{
    ref room[REFERENTS_ROOM];
    while (depth) {
        ref o = stack[--depth];
        struct referents referents = referents_of(heap, heap_object(heap, o), room);
        for (uint32_t r = 0; r < referents.count; r++)
            reach(blocks, referents.at[r], stack, &depth);
        if (held)
            reach(blocks, kind_own_dict(heap, o), stack, &depth);
    }
}

static bool is_visited(const struct heap *heap, ref o, ref x)
{
    ref room[REFERENTS_ROOM];
    struct referents referents = referents_of(heap, heap_object(heap, o), room);
    for (uint32_t r = 0; r < referents.count; r++)
        if (referents.at[r] == x)
            return true;
    return false;
}

/* What a collection does not visit counts as outside: what is in no list, and a dict that its owner
 * keeps to itself. (Objects in no list are those that others hold.) */
static void reach_hidden(const struct heap *heap, struct block *blocks, ref *stack, size_t *depth)
{
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].used; i++) {
            ref o = heap->generations[g].objects[i], dict = o ? kind_own_dict(heap, o) : 0;
            const struct object *object = heap_object(heap, o);
            for (uint32_t f = 0; o && f < object->fields; f++)
                if (heap_object(heap, object->field[f])->generation == UNTRACKED)
                    reach(blocks, object->field[f], stack, depth);
            if (dict &&
                (heap_object(heap, dict)->generation == UNTRACKED || !is_visited(heap, o, dict)))
                reach(blocks, dict, stack, depth);
        }
}

/* What registers and the like reach, and objects of the generations older than `generation`, and
 * the interpreter's own wherever they are. */
static struct block *trace(const struct heap *heap, int generation, bool held)
{
    struct block *blocks = allocate_zeroed(heap->arena.used, sizeof *blocks);
    ref *stack = allocate_zeroed(heap->arena.used, sizeof *stack);
    size_t depth = 0;
    for (uint32_t r = 0; r < heap->register_count; r++)
        reach(blocks, heap->registers[r], stack, &depth);
    for (size_t i = 0; i < heap->garbage_count; i++)
        reach(blocks, heap->garbage[i], stack, &depth);
    for (size_t i = 0; i < heap->item_count; i++)
        reach(blocks, heap->items[i], stack, &depth);
    reach(blocks, heap->held, stack, &depth);
    for (int g = 0; g <= PERMANENT; g++)
        for (size_t i = 0; i < heap->generations[g].used; i++) {
            ref o = heap->generations[g].objects[i];
            if (o && (g > generation || is_own(heap_object(heap, o))))
                reach(blocks, o, stack, &depth);
        }
    if (heap->rules && !held)
        reach_hidden(heap, blocks, stack, &depth);
    reach_all(heap, blocks, stack, depth, held);
    free(stack);
    return blocks;
}

bool *heap_expected_unreachable(const struct heap *heap, int generation)
{
    struct block *blocks = trace(heap, generation, false);
    bool *unreachable = allocate_zeroed(heap->arena.used, sizeof *unreachable);
    for (int g = 0; g <= generation; g++)
        for (size_t i = 0; i < heap->generations[g].used; i++) {
            ref o = heap->generations[g].objects[i];
            unreachable[o] = o && !blocks[o].reached;
        }
    free(blocks);
    return unreachable;
}

uint64_t heap_expected_live_bytes(const struct heap *heap)
{
    struct block *blocks = trace(heap, PERMANENT, true);
    uint64_t bytes = 0;
    for (ref o = 1; o < heap->arena.used; o++)
        if (blocks[o].reached)
            bytes += heap_object(heap, o)->bytes;
    free(blocks);
    return bytes;
}
