/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/array.h"
#include "sim/base/attempt.h"

/* Size classes, in units: exact up to ARENA_EXACT, then eight to a doubling. */
#define CLASSES (ARENA_EXACT + 1 + 8 * 26)

static uint32_t units_of(size_t bytes)
{
    return (uint32_t)((bytes + 7) / 8);
}

/* The class of blocks that hold at least `units`, and how large they are. */
static uint32_t size_class(uint32_t units, uint32_t *rounded)
{
    if (units <= ARENA_EXACT) {
        *rounded = units;
        return units;
    }
    uint32_t exponent = 31u - (uint32_t)__builtin_clz(units - 1); /* 2^exponent <= units - 1 */
    uint32_t step = 1u << (exponent - 3);
    uint32_t eighth = (units - 1 - (1u << exponent)) / step; /* 0 … 7 */
    *rounded = (1u << exponent) + (eighth + 1) * step;
    return ARENA_EXACT + 1 + (exponent - 6) * 8 + eighth;
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0}; /* whole, should there be no room for the rest */
    arena->free_blocks = allocate_zeroed(CLASSES, sizeof *arena->free_blocks);
    arena->units = array_grow(NULL, &arena->capacity, 1 << 16, sizeof *arena->units);
    memset(arena->units, 0, ARENA_NOTHING);
    arena->used = arena->first = units_of(ARENA_NOTHING);
}

void arena_fini(struct arena *arena)
{
    array_free(arena->units, arena->capacity, sizeof *arena->units);
    free(arena->free_blocks);
}

/* A block that was never taken before. */
static ref take_fresh(struct arena *arena, uint32_t units)
{
    if (arena->used + units > UINT32_MAX)
        attempt_give_up("more than 32 GiB of live objects, the most that a heap can be");
    arena->units =
        array_grow(arena->units, &arena->capacity, arena->used + units, sizeof *arena->units);
    ref block = (ref)arena->used;
    arena->used += units;
    return block;
}

ref arena_take_other(struct arena *arena, size_t bytes)
{
    uint32_t rounded, class = size_class(units_of(bytes), &rounded);
    ref block = arena->free_blocks[class];
    if (!block)
        return take_fresh(arena, rounded);
    memcpy(&arena->free_blocks[class], arena_at(arena, block), sizeof block);
    return block;
}

void arena_give_large(struct arena *arena, ref block, size_t bytes)
{
    uint32_t rounded, class = size_class(units_of(bytes), &rounded);
    memcpy(arena_at(arena, block), &arena->free_blocks[class], sizeof block);
    arena->free_blocks[class] = block;
}

uint32_t arena_stride(size_t bytes)
{
    uint32_t rounded;
    size_class(units_of(bytes), &rounded);
    return rounded;
}
