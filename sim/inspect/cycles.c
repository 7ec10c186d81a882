/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/cycles.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/inspect/paths.h"

/* What a component is made of: those with the same are alike. */
struct make {
    uint32_t kinds[OBJECT_KINDS];
    bool alive;
    uint32_t component;
};

static int compare_make(const struct make *a, const struct make *b)
{
    int order = memcmp(a->kinds, b->kinds, sizeof a->kinds);
    return order ? order : (int)a->alive - (int)b->alive;
}

static int compare(const void *a, const void *b)
{
    const struct make *x = a, *y = b;
    int order = compare_make(x, y);
    return order ? order : (x->component > y->component) - (x->component < y->component);
}

static struct make make_of(const struct snapshot *snapshot, const struct components *components,
                           uint32_t c, const struct paths *alive)
{
    struct make make = {.component = c};
    const uint32_t *member = components->members + components->first[c];
    make.alive = alive->before[*member] != NO_NODE;
    for (; member < components->members + components->first[c + 1]; member++)
        make.kinds[snapshot->objects[*member].kind]++;
    return make;
}

/* Of all components that have cycles, sorted. */
static struct make *makes_find(const struct snapshot *snapshot, const struct components *components,
                               size_t *count)
{
    struct make *makes = NULL;
    size_t capacity = 0;
    struct adjacency rooted = snapshot_rooted(snapshot);
    struct paths alive = paths_from(&rooted, rooted.count - 1, NO_NODE);
    *count = 0;
    for (uint32_t c = 0; c < components->count; c++) {
        if (!component_is_cyclic(components, &snapshot->graph, c))
            continue;
        makes = allocate_grow(makes, &capacity, *count + 1, sizeof *makes);
        makes[(*count)++] = make_of(snapshot, components, c, &alive);
    }
    paths_fini(&alive);
    adjacency_free(&rooted);
    if (*count)
        qsort(makes, *count, sizeof *makes, compare);
    return makes;
}

static void add(struct cycle_group *group, const struct snapshot *snapshot,
                const struct components *components, uint32_t c)
{
    group->components++;
    for (size_t i = components->first[c]; i < components->first[c + 1]; i++) {
        const struct snapshot_object *object = &snapshot->objects[components->members[i]];
        group->bytes += object->bytes;
        group->generations[object->generation]++;
    }
}

static int most_first(const void *a, const void *b)
{
    const struct cycle_group *x = a, *y = b;
    uint64_t of_x = x->components * x->size, of_y = y->components * y->size;
    return of_x != of_y
               ? (of_x < of_y) - (of_x > of_y)
               : (x->cycle.nodes[0] > y->cycle.nodes[0]) - (x->cycle.nodes[0] < y->cycle.nodes[0]);
}

struct cycle_groups cycle_groups_find(const struct snapshot *snapshot)
{
    struct cycle_groups found = {0};
    struct components components = components_find(&snapshot->graph);
    struct cycle_search search;
    size_t count, capacity = 0;
    struct make *makes = makes_find(snapshot, &components, &count);
    cycle_search_init(&search, &snapshot->graph, &components);
    for (size_t i = 0; i < count; i++) {
        uint32_t c = makes[i].component;
        if (i == 0 || compare_make(&makes[i - 1], &makes[i]) != 0) {
            found.groups =
                allocate_grow(found.groups, &capacity, found.count + 1, sizeof *found.groups);
            struct cycle_group group = {.alive = makes[i].alive,
                                        .size = component_size(&components, c),
                                        .cycle = cycle_shortest(&search, c)};
            memcpy(group.kinds, makes[i].kinds, sizeof group.kinds);
            found.groups[found.count++] = group;
        }
        add(&found.groups[found.count - 1], snapshot, &components, c);
    }
    if (found.count)
        qsort(found.groups, found.count, sizeof *found.groups, most_first);
    cycle_search_fini(&search);
    components_fini(&components);
    free(makes);
    return found;
}

void cycle_groups_fini(struct cycle_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        free(groups->groups[i].cycle.nodes);
    free(groups->groups);
    *groups = (struct cycle_groups){0};
}
