/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strongly connected components (Tarjan, 1972, without recursion), and a shortest cycle in one. */
#ifndef PYGCSIM_SIM_INSPECT_COMPONENTS_H
#define PYGCSIM_SIM_INSPECT_COMPONENTS_H

#include <stdbool.h>

#include "sim/inspect/adjacency.h"

struct components {
    uint32_t count;
    uint32_t *of;      /* each node's component: none refers to one of a higher number */
    uint32_t *members; /* nodes, component by component, ascending in each */
    size_t *first;     /* of each component in `members`; count + 1 */
};

struct components components_find(const struct adjacency *graph);
void components_fini(struct components *components);

static inline size_t component_size(const struct components *components, uint32_t c)
{
    return components->first[c + 1] - components->first[c];
}

/* Are there cycles in it: has it several nodes, or one that refers to itself? */
bool component_is_cyclic(const struct components *components, const struct adjacency *graph,
                         uint32_t c);

/* Looks for shortest cycles in one component after the other, with room for all of them. */
struct cycle_search {
    const struct adjacency *graph;
    const struct components *components;
    uint32_t *before, *depth, *queue; /* of nodes: of the search under way */
    uint32_t *references;             /* to a node, from what is left of its component */
    uint8_t *state;
    size_t queue_length;
};
void cycle_search_init(struct cycle_search *search, const struct adjacency *graph,
                       const struct components *components);
void cycle_search_fini(struct cycle_search *search);

struct cycle {
    uint32_t *nodes; /* each refers to the next, the last to the first; to be freed */
    size_t length;
    bool shortest; /* none is shorter; false: looking for one would have taken too long */
};

/* In component c, which is cyclic; of each component once. Time is in proportion to what is in it
 * times the number of its nodes at worst, and so the search ends after some steps, at least
 * CYCLE_STEPS for each node and reference of it. */
#define CYCLE_STEPS 64
struct cycle cycle_shortest(struct cycle_search *search, uint32_t c);

#endif
