/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks of memory in one array, named by their place in it: numbers of 32 bits, in units of 8
 * bytes, and so at most 32 GiB of blocks. Blocks given back are kept by size class and taken again.
 *
 * The block 0 is nothing: it belongs to nobody, and may be written to without a test. */
#ifndef PYGCSIM_SIM_ARENA_H
#define PYGCSIM_SIM_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef uint32_t ref; /* 0: nothing */

struct arena {
    uint64_t *units;
    size_t first, used, capacity; /* units of 8 bytes; `first`: where the first block after 0 is */
    ref *free_blocks; /* by size class; a free block begins with the number of the next */
};

/* `nothing_bytes` is the size of the block 0, which starts as zeros. */
void arena_init(struct arena *arena, size_t nothing_bytes);
void arena_fini(struct arena *arena);

/* A block of at least `bytes`, with anything in it. It may be up to 12.5% larger. */
ref arena_take(struct arena *arena, size_t bytes);

/* Gives back a block that was taken with as many `bytes`. */
void arena_give(struct arena *arena, ref block, size_t bytes);

/* How many units further the next block begins: for a walk over all that were ever taken. */
uint32_t arena_stride(size_t bytes);

static inline void *arena_at(const struct arena *arena, ref block)
{
    return arena->units + block;
}

#endif
