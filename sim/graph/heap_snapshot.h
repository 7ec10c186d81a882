/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture of the heap, for questions to it (sim/inspect/). */
#ifndef PYGCSIM_SIM_GRAPH_HEAP_SNAPSHOT_H
#define PYGCSIM_SIM_GRAPH_HEAP_SNAPSHOT_H

#include "sim/graph/heap.h"
#include "sim/inspect/snapshot.h"

/* Between two operations. The heap stays as it is; the snapshot, which begins as zeros, is the
 * caller's to finish. */
void heap_snapshot(const struct heap *heap, struct snapshot *snapshot);

#endif
