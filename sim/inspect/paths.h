/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shortest paths, breadth first. */
#ifndef PYGCSIM_SIM_INSPECT_PATHS_H
#define PYGCSIM_SIM_INSPECT_PATHS_H

#include "sim/inspect/adjacency.h"

struct paths {
    uint32_t *before; /* of a node, on a shortest path; itself of the start; NO_NODE: unreached */
    uint32_t *order;  /* the nodes reached, the nearest first */
    uint32_t reached;
};

/* All shortest paths from `start` that do not pass through `avoid`, which may be NO_NODE. Of
 * several that are as short, the one that comes first in the order of neighbours. */
struct paths paths_from(const struct adjacency *graph, uint32_t start, uint32_t avoid);
void paths_fini(struct paths *paths);

/* The nodes from the start to `node`, both included; NULL and 0 if there is no path. To be freed.
 */
uint32_t *path_to(const struct paths *paths, uint32_t node, size_t *length);

#endif
