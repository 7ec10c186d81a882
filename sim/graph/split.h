/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which objects of some lists nothing outside refers to: CPython's way of finding out, in one
 * order, which is that of everything a program sees (gcmodule.c, gc.c: deduce_unreachable).
 *
 * The references to each object are counted, less those from objects of the same lists
 * (update_refs, subtract_refs). Then the lists are gone through once (move_unreachable): an object
 * with references left survives, and so does what it refers to; what stands before it and had been
 * passed returns to the end. So survivors end in another order than they began. */
#ifndef PYGCSIM_SIM_GRAPH_SPLIT_H
#define PYGCSIM_SIM_GRAPH_SPLIT_H

#include "sim/graph/heap.h"

/* Numbers of heap->generations, in the order in which they become one list. */
struct lists {
    unsigned list[GENERATIONS], count;
};

/* Empties these lists: survivors go to the end of generation `target` (which may be one of them,
 * the first), the others to the list of the unreachable (which may be the only one). The tallies of
 * generations are the caller's, but for what comes back from among the unreachable. Returns how
 * many of these there are. */
size_t split(struct heap *heap, const struct lists *lists, uint8_t target);

/* Does anything outside refer to an object of these lists? Nothing moves. */
bool split_finds_outside_reference(struct heap *heap, const struct lists *lists);

/* An object that was set aside, and has been taken out of its list, goes to the end of a
 * generation: the collector does not free it. */
void come_back(struct heap *heap, ref o, uint8_t generation);

#endif
