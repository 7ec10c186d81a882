/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/paths.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

struct paths paths_from(const struct adjacency *graph, uint32_t start, uint32_t avoid)
{
    struct paths paths = {no_nodes(graph->count),
                          allocate_zeroed(graph->count, sizeof *paths.order), 0};
    paths.before[start] = start;
    paths.order[paths.reached++] = start;
    for (uint32_t head = 0; head < paths.reached; head++) {
        uint32_t node = paths.order[head];
        for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            uint32_t next = graph->to[e];
            if (paths.before[next] != NO_NODE || next == avoid)
                continue;
            paths.before[next] = node;
            paths.order[paths.reached++] = next;
        }
    }
    return paths;
}

void paths_fini(struct paths *paths)
{
    free(paths->before);
    free(paths->order);
    *paths = (struct paths){0};
}

uint32_t *path_to(const struct paths *paths, uint32_t node, size_t *length)
{
    *length = 0;
    if (paths->before[node] == NO_NODE)
        return NULL;
    *length = 1;
    for (uint32_t at = node; paths->before[at] != at; at = paths->before[at])
        ++*length;
    uint32_t *path = allocate_zeroed(*length, sizeof *path);
    for (size_t i = *length; i-- > 0; node = paths->before[node])
        path[i] = node;
    return path;
}
