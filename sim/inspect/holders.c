/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/holders.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/inspect/paths.h"

struct references references_from(const struct snapshot *snapshot, uint32_t object)
{
    size_t begin = snapshot->graph.first[object], end = snapshot->graph.first[object + 1];
    struct references found = {allocate_zeroed(end - begin, sizeof *found.items), end - begin,
                               snapshot->visited_end[object] - begin};
    for (size_t e = begin; e < end; e++)
        found.items[e - begin] = (struct reference){snapshot->graph.to[e], snapshot->places[e], 0};
    return found;
}

/* How often an object refers to another, and where first. */
static struct reference reference_to(const struct snapshot *snapshot, uint32_t from, uint32_t to)
{
    struct reference found = {.object = from};
    uint32_t times = 0;
    for (size_t e = snapshot->graph.first[from]; e < snapshot->graph.first[from + 1]; e++)
        if (snapshot->graph.to[e] == to && times++ == 0)
            found.place = snapshot->places[e];
    found.more = times ? times - 1 : 0;
    return found;
}

static bool is_seen(const struct snapshot *snapshot, uint32_t from, uint32_t to)
{
    return snapshot->objects[from].generation < GENERATIONS && snapshot_visits(snapshot, from, to);
}

static bool refers(const struct snapshot *snapshot, uint32_t from, uint32_t to)
{
    for (size_t e = snapshot->graph.first[from]; e < snapshot->graph.first[from + 1]; e++)
        if (snapshot->graph.to[e] == to)
            return true;
    return false;
}

struct references references_to(const struct snapshot *snapshot, uint32_t object)
{
    struct references found = {0};
    size_t capacity = 0;
    for (int seen = 1; seen >= 0; seen--) {
        for (uint32_t from = 0; from < snapshot->graph.count; from++) {
            if (!refers(snapshot, from, object) || is_seen(snapshot, from, object) != seen)
                continue;
            found.items =
                allocate_grow(found.items, &capacity, found.count + 1, sizeof *found.items);
            found.items[found.count++] = reference_to(snapshot, from, object);
        }
        if (seen)
            found.seen = found.count;
    }
    return found;
}

struct reference_count references_counted(const struct snapshot *snapshot, uint32_t object)
{
    struct reference_count count = {.all = snapshot->objects[object].references};
    for (size_t r = 0; r < snapshot->root_count; r++)
        if (snapshot->roots[r].object == object) {
            count.registers += snapshot->roots[r].kind == ROOT_REGISTER;
            count.garbage += snapshot->roots[r].kind == ROOT_GARBAGE;
        }
    for (size_t e = 0; e < snapshot->graph.first[snapshot->graph.count]; e++)
        count.fields += snapshot->graph.to[e] == object;
    return count;
}

/* ---- why it is alive ------------------------------------------------------------------------ */

/* The first object on the way back that lies on a cycle, and how it gets from there. */
static void find_cycle(const struct snapshot *snapshot, uint32_t object, struct hold *hold)
{
    struct adjacency reversed = adjacency_reversed(&snapshot->graph);
    struct components components = components_find(&snapshot->graph);
    struct paths back = paths_from(&reversed, object, NO_NODE);
    for (uint32_t i = 0; i < back.reached; i++) {
        uint32_t c = components.of[back.order[i]];
        if (!component_is_cyclic(&components, &snapshot->graph, c))
            continue;
        struct cycle_search search;
        cycle_search_init(&search, &snapshot->graph, &components);
        hold->cycle = cycle_shortest(&search, c);
        cycle_search_fini(&search);
        hold->from_cycle = path_to(&back, back.order[i], &hold->from_cycle_length);
        break;
    }
    for (size_t i = 0, j = hold->from_cycle_length; i + 1 < j--; i++) { /* it was found backwards */
        uint32_t node = hold->from_cycle[i];
        hold->from_cycle[i] = hold->from_cycle[j];
        hold->from_cycle[j] = node;
    }
    paths_fini(&back);
    components_fini(&components);
    adjacency_free(&reversed);
}

/* A shortest path from any root but `but`. */
static uint32_t *path_from_root(const struct adjacency *rooted, uint32_t object, uint32_t but,
                                size_t *length)
{
    struct paths paths = paths_from(rooted, rooted->count - 1, but);
    uint32_t *path = path_to(&paths, object, length);
    paths_fini(&paths);
    if (path) { /* without the node that refers to all roots */
        --*length;
        for (size_t i = 0; i < *length; i++)
            path[i] = path[i + 1];
    }
    return path;
}

struct hold hold_find(const struct snapshot *snapshot, uint32_t object, uint32_t but)
{
    struct hold hold = {0};
    struct adjacency rooted = snapshot_rooted(snapshot);
    uint32_t without = but == NO_NODE ? NO_NODE : snapshot->graph.count + but;
    hold.path = path_from_root(&rooted, object, without, &hold.path_length);
    hold.garbage = !hold.path && but == NO_NODE;
    if (hold.garbage)
        find_cycle(snapshot, object, &hold);
    adjacency_free(&rooted);
    return hold;
}

void hold_fini(struct hold *hold)
{
    free(hold->path);
    free(hold->cycle.nodes);
    free(hold->from_cycle);
    *hold = (struct hold){0};
}
