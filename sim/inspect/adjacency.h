/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A directed graph as compressed sparse rows: of node i the neighbours are to[first[i]] …
 * to[first[i + 1] - 1]. */
#ifndef PYGCSIM_SIM_INSPECT_ADJACENCY_H
#define PYGCSIM_SIM_INSPECT_ADJACENCY_H

#include <stddef.h>
#include <stdint.h>

#define NO_NODE UINT32_MAX

/* So many times NO_NODE. To be freed. */
uint32_t *no_nodes(size_t count);

struct adjacency {
    uint32_t count;
    size_t *first; /* count + 1 */
    uint32_t *to;
};

/* The same arrows the other way round; neighbours in ascending order. To be freed. */
struct adjacency adjacency_reversed(const struct adjacency *graph);
void adjacency_free(struct adjacency *graph);

#endif
