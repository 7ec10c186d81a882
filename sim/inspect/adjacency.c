/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/adjacency.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

uint32_t *no_nodes(size_t count)
{
    uint32_t *nodes = allocate_zeroed(count, sizeof *nodes);
    memset(nodes, 0xff, count * sizeof *nodes);
    return nodes;
}

struct adjacency adjacency_reversed(const struct adjacency *graph)
{
    uint32_t count = graph->count;
    size_t edges = graph->first[count];
    struct adjacency reversed = {count, allocate_zeroed((size_t)count + 2, sizeof(size_t)),
                                 allocate_zeroed(edges, sizeof(uint32_t))};
    size_t *next =
        reversed.first + 1; /* where the next of a node goes; in the end where they end */
    for (size_t e = 0; e < edges; e++)
        next[graph->to[e] + 1]++;
    for (uint32_t i = 0; i < count; i++)
        next[i + 1] += next[i];
    for (uint32_t i = 0; i < count; i++)
        for (size_t e = graph->first[i]; e < graph->first[i + 1]; e++)
            reversed.to[next[graph->to[e]]++] = i;
    return reversed;
}

void adjacency_free(struct adjacency *graph)
{
    free(graph->first);
    free(graph->to);
    *graph = (struct adjacency){0};
}
