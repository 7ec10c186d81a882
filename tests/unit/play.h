/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heap scripts played on a heap alone, without counters, costs or a clock: collections are those
 * the script asks for. */
#ifndef PYGCSIM_TESTS_UNIT_PLAY_H
#define PYGCSIM_TESTS_UNIT_PLAY_H

#include "sim/graph/heap.h"
#include "sim/model/program.h"

/* Executes one operation of the heap, collect, freeze or unfreeze, which must be valid; the others
 * do nothing. Returns how many objects it freed. *found is of a collection. */
uint64_t play_op(struct heap *heap, const struct op *op, struct found *found);

/* Plays a script with ';' between its operations, and checks the heap's invariants after each of
 * them. The heap needs the registers that it uses. *found is of the last collection. Returns how
 * many objects were freed. */
uint64_t play(struct heap *heap, const char *script, struct found *found);

#endif
