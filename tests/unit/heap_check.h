/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The heap's invariants (sim/graph/heap.h), and what a collection should find, each worked out
 * again in the plainest way. */
#ifndef PYGCSIM_TESTS_UNIT_HEAP_CHECK_H
#define PYGCSIM_TESTS_UNIT_HEAP_CHECK_H

#include <stdbool.h>

#include "sim/graph/heap.h"

/* Between two operations: counts are the references there are, every object is in one list, at its
 * position, tallies and bytes are the sums over what is listed, and no two blocks overlap. Objects
 * without bytes are taken to be the interpreter's own, with one reference from outside. */
void heap_check(const char *what, struct heap *heap);

/* Of the objects in generations 0 … generation, those that nothing reaches which is outside: no
 * register, no object of an older generation. unreachable[o] for a reference o; the caller frees
 * it. */
bool *heap_expected_unreachable(struct heap *heap, int generation);

/* Bytes of what registers reach. */
uint64_t heap_expected_live_bytes(struct heap *heap);

/* Tracked and frozen objects. */
uint64_t heap_objects(const struct heap *heap);

#endif
