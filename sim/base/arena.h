/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks of memory in one array, named by their place in it: numbers of 32 bits, in units of 8
 * bytes, and so at most 32 GiB of blocks. Blocks given back are kept by size class and taken again.
 *
 * The block 0 is nothing: it belongs to nobody, and may be written to without a test. */
#ifndef PYGCSIM_SIM_BASE_ARENA_H
#define PYGCSIM_SIM_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t ref; /* 0: nothing */

#define ARENA_EXACT 64u /* units up to which each size is a class of its own */

struct arena {
    uint64_t *units;
    size_t first, used, capacity; /* units of 8 bytes; `first`: where the first block after 0 is */
    ref *free_blocks; /* by size class; a free block begins with the number of the next */
};

/* The block 0 starts as zeros. It takes a whole cache line, so that blocks of 32 bytes lie within
 * one. */
#define ARENA_NOTHING 64 /* bytes */
void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);

/* How many units further the next block begins: for a walk over all that were ever taken. */
uint32_t arena_stride(size_t bytes);

static inline void *arena_at(const struct arena *arena, ref block)
{
    return arena->units + block;
}

/* What the two below do for large blocks, and when there is none to take again. */
ref arena_take_other(struct arena *arena, size_t bytes);
void arena_give_large(struct arena *arena, ref block, size_t bytes);

/* A block of at least `bytes`, with anything in it. It may be up to 12.5% larger. */
static inline ref arena_take(struct arena *arena, size_t bytes)
{
    size_t units = (bytes + 7) / 8;
    if (units > ARENA_EXACT || !arena->free_blocks[units])
        return arena_take_other(arena, bytes);
    ref block = arena->free_blocks[units];
    memcpy(&arena->free_blocks[units], arena_at(arena, block), sizeof block);
    return block;
}

/* Gives back a block that was taken with as many `bytes`. */
static inline void arena_give(struct arena *arena, ref block, size_t bytes)
{
    size_t units = (bytes + 7) / 8;
    if (units > ARENA_EXACT) {
        arena_give_large(arena, block, bytes);
        return;
    }
    memcpy(arena_at(arena, block), &arena->free_blocks[units], sizeof block);
    arena->free_blocks[units] = block;
}

#endif
