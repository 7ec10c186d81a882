/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The heap's invariants (sim/graph/heap.h) looked at, and what a collection should find, each
 * worked out again in the plainest way. Built with -Dcheck=true, the graph engine does it after
 * collections (of a large heap not after all), and in between; tests do it as they like.
 *
 * Between two operations:
 *   1. every object is in the list of one generation, its own, at its position;
 *   2. a generation's tally, and the heap's bytes, are the sums over what is listed;
 *   3. registers, fields and the interpreter's stack refer to objects that are listed, or to
 *      nothing;
 *   4. an object's count is the number of these references, and it is not 0; that of the
 *      interpreter's own objects, which have no bytes, is one more;
 *   5. no two blocks overlap, all lie within the arena, and nothing has no fields;
 *   6. no collection is under way: gc_refs are GC_REFS_NONE, and nothing is being reclaimed. */
#ifndef PYGCSIM_SIM_GRAPH_HEAP_CHECK_H
#define PYGCSIM_SIM_GRAPH_HEAP_CHECK_H

#include <stdbool.h>

#include "sim/base/error.h"
#include "sim/graph/heap.h"

/* Returns 0, or -1 with a line in *error that says which invariant does not hold, and of what. */
int heap_check(const struct heap *heap, struct error *error);

/* Of the objects in generations 0 … generation, those that nothing reaches which is outside: no
 * register, no object of an older generation. unreachable[o] for a reference o; the caller frees
 * it. */
bool *heap_expected_unreachable(const struct heap *heap, int generation);

/* May objects be left that nothing leads to, not even a list? In 3.13, where a dict that is in none
 * may hold itself (gh-133543). */
bool heap_loses_objects(const struct heap *heap);

/* Bytes of what registers reach. */
uint64_t heap_expected_live_bytes(const struct heap *heap);

/* Tracked and frozen objects. */
uint64_t heap_objects(const struct heap *heap);

#endif
