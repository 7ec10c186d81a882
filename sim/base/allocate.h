/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Allocation that succeeds or ends the process with one line (out_of_memory). What these return is
 * freed with free(). */
#ifndef PYGCSIM_SIM_BASE_ALLOCATE_H
#define PYGCSIM_SIM_BASE_ALLOCATE_H

#include <stddef.h>

void *allocate_zeroed(size_t count, size_t size);
char *allocate_text(const char *text);

/* Makes room for at least `needed` elements of `size` bytes in an array that has *capacity of them;
 * returns the array, moved if need be. Grows by half, so that appending is amortised O(1). */
void *allocate_grow(void *array, size_t *capacity, size_t needed, size_t size);

/* Prints one line to standard error and exits: memory ran out, the one thing nobody handles. */
_Noreturn void out_of_memory(void);

#endif
