/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operations of programs whose objects are what their kinds say (docs/heap-scripts.md), as the
 * Python expressions that they stand for allocate, hold and let go. */
#ifndef PYGCSIM_SIM_GRAPH_KIND_OPERATIONS_H
#define PYGCSIM_SIM_GRAPH_KIND_OPERATIONS_H

#include "sim/graph/heap.h"
#include "sim/model/program.h"

/* Executes an operation of the heap, or a question to module gc; the heap has a mutator. False, and
 * a fault, if it cannot. (OP_NEW has passed the memory limit.) */
bool kind_execute(struct heap *heap, const struct op *op);

#endif
