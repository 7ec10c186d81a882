/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What holds what: a node is dominated by another if every path from the start to it goes through
 * that one. If the dominator goes, so does all that it dominates (Lengauer and Tarjan, "A fast
 * algorithm for finding dominators in a flowgraph", 1979; time O(m log n), no recursion). */
#ifndef PYGCSIM_SIM_INSPECT_DOMINATORS_H
#define PYGCSIM_SIM_INSPECT_DOMINATORS_H

#include "sim/inspect/adjacency.h"

struct dominators {
    uint32_t *of;    /* each node's immediate dominator; itself of the start; NO_NODE: unreached */
    uint32_t *order; /* the nodes reached: each behind its dominator */
    uint32_t reached;
};

struct dominators dominators_find(const struct adjacency *graph, uint32_t start);
void dominators_fini(struct dominators *dominators);

#endif
