/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Allocation that succeeds, or gives up the attempt it is in (sim/base/attempt.h). What these
 * return is freed with free(), if nothing else is said. */
#ifndef PYGCSIM_SIM_BASE_ALLOCATE_H
#define PYGCSIM_SIM_BASE_ALLOCATE_H

#include <stddef.h>

#include "sim/base/attempt.h" /* out_of_memory */

void *allocate_zeroed(size_t count, size_t size);

/* Zeroed, too, and in the account of the attempt, as large arrays are: for small blocks that may
 * become very many. Given back with free_booked, in the same account; NULL is nothing. */
void *allocate_booked(size_t bytes);
void free_booked(void *block, size_t bytes);

char *allocate_text(const char *text);

/* Makes room for at least `needed` elements of `size` bytes in an array that has *capacity of them;
 * returns the array, moved if need be. Grows by half, so that appending is amortised O(1). */
void *allocate_grow(void *array, size_t *capacity, size_t needed, size_t size);

#endif
