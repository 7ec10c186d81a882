/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/heap_check.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"

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

static void check_tally(const char *what, const struct tally *got, const struct tally *expected)
{
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        check_count(what, got->objects[kind], expected->objects[kind]);
        check_count(what, got->fields[kind], expected->fields[kind]);
    }
    check_count(what, got->bytes, expected->bytes);
}

/* Marks what a generation's list has, and checks what each object says of its place. */
static uint64_t check_generation(const char *what, struct heap *heap, int g, struct block *blocks)
{
    const struct generation *generation = &heap->generations[g];
    struct tally sum = {0};
    for (size_t i = 0; i < generation->count; i++) {
        ref o = generation->objects[i];
        check_that(what, o != 0 && o < heap->arena.used);
        const struct object *object = heap_object(heap, o);
        check_that(what, !blocks[o].listed);
        blocks[o].listed = true;
        check_count(what, object->generation, g);
        check_count(what, object->position, i);
        sum.objects[object->kind]++;
        sum.fields[object->kind] += object->fields;
        sum.bytes += object->bytes;
        if (is_own(object))
            blocks[o].references++;
    }
    check_tally(what, &generation->tally, &sum);
    return sum.bytes;
}

static void refer(const char *what, struct block *blocks, ref o)
{
    if (!o)
        return;
    check_that(what, blocks[o].listed);
    blocks[o].references++;
}

static void check_counts(const char *what, struct heap *heap, struct block *blocks)
{
    for (uint32_t r = 0; r < heap->register_count; r++)
        refer(what, blocks, heap->registers[r]);
    for (size_t o = 0; o < heap->arena.used; o++)
        for (uint32_t f = 0; blocks[o].listed && f < heap_object(heap, (ref)o)->fields; f++)
            refer(what, blocks, heap_object(heap, (ref)o)->field[f]);
    for (size_t o = 0; o < heap->arena.used; o++) {
        if (!blocks[o].listed)
            continue;
        check_count(what, heap_object(heap, (ref)o)->count, blocks[o].references);
        check_that(what, blocks[o].references > 0);
    }
}

static void check_blocks_apart(const char *what, struct heap *heap, const struct block *blocks)
{
    size_t end = 0;
    for (size_t o = 0; o < heap->arena.used; o++) {
        if (!blocks[o].listed)
            continue;
        const struct object *object = heap_object(heap, (ref)o);
        check_that(what, o >= end);
        end = o + (sizeof *object + object->fields * sizeof(ref) + 7) / 8;
    }
    check_that(what, end <= heap->arena.used && heap->arena.used <= heap->arena.capacity);
}

static void check_gc_refs(const char *what, const struct heap *heap)
{
    for (size_t i = 0; i < heap->gc_refs_capacity; i++)
        check_that(what, heap->gc_refs[i] == GC_REFS_NONE);
}

void heap_check(const char *what, struct heap *heap)
{
    struct block *blocks = allocate_zeroed(heap->arena.used, sizeof *blocks);
    uint64_t bytes = 0;
    for (int g = 0; g <= PERMANENT; g++)
        bytes += check_generation(what, heap, g, blocks);
    check_count(what, heap->bytes, bytes);
    check_counts(what, heap, blocks);
    check_blocks_apart(what, heap, blocks);
    check_that(what, heap_object(heap, 0)->fields == 0);
    check_gc_refs(what, heap);
    check_that(what, !heap->reclaiming);
    free(blocks);
}

/* Marks what is reached from the objects on the stack, themselves included. */
static void reach(struct heap *heap, struct block *blocks, ref *stack, size_t depth)
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

/* What registers reach, and objects of the generations older than `generation`, and the
 * interpreter's own wherever they are. */
static struct block *trace(struct heap *heap, int generation)
{
    struct block *blocks = allocate_zeroed(heap->arena.used, sizeof *blocks);
    ref *stack = allocate_zeroed(heap_objects(heap), sizeof *stack);
    size_t depth = 0;
    for (uint32_t r = 0; r < heap->register_count; r++) {
        ref o = heap->registers[r];
        if (o && !blocks[o].reached)
            stack[depth++] = o;
        blocks[o].reached = true;
    }
    for (int g = 0; g <= PERMANENT; g++) {
        for (size_t i = 0; i < heap->generations[g].count; i++) {
            ref o = heap->generations[g].objects[i];
            if (blocks[o].reached || (g <= generation && !is_own(heap_object(heap, o))))
                continue;
            blocks[o].reached = true;
            stack[depth++] = o;
        }
    }
    reach(heap, blocks, stack, depth);
    free(stack);
    return blocks;
}

bool *heap_expected_unreachable(struct heap *heap, int generation)
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

uint64_t heap_expected_live_bytes(struct heap *heap)
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
