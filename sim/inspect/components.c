/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/components.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

/* ---- components ----------------------------------------------------------------------------- */

struct tarjan {
    const struct adjacency *graph;
    uint32_t *number;       /* of a node, in the order of discovery, from 1; 0: not yet */
    uint32_t *low;          /* the lowest number known to be reached, within the stack */
    size_t *next;           /* the reference of a node to follow next */
    uint32_t *path, *stack; /* from the start to here; found, and in no component yet */
    size_t depth, waiting;
    uint32_t found;
    struct components *components;
};

static void enter(struct tarjan *tarjan, uint32_t node)
{
    tarjan->number[node] = tarjan->low[node] = ++tarjan->found;
    tarjan->next[node] = tarjan->graph->first[node];
    tarjan->path[tarjan->depth++] = node;
    tarjan->stack[tarjan->waiting++] = node;
}

static void close_component(struct tarjan *tarjan, uint32_t root)
{
    struct components *components = tarjan->components;
    uint32_t member;
    do {
        member = tarjan->stack[--tarjan->waiting];
        components->of[member] = components->count;
    } while (member != root);
    components->count++;
}

static void leave(struct tarjan *tarjan)
{
    uint32_t node = tarjan->path[--tarjan->depth];
    if (tarjan->low[node] == tarjan->number[node])
        close_component(tarjan, node);
    if (tarjan->depth == 0)
        return;
    uint32_t from = tarjan->path[tarjan->depth - 1];
    if (tarjan->low[node] < tarjan->low[from])
        tarjan->low[from] = tarjan->low[node];
}

static void find_from(struct tarjan *tarjan, uint32_t start)
{
    const struct adjacency *graph = tarjan->graph;
    enter(tarjan, start);
    while (tarjan->depth) {
        uint32_t node = tarjan->path[tarjan->depth - 1];
        if (tarjan->next[node] == graph->first[node + 1]) {
            leave(tarjan);
            continue;
        }
        uint32_t to = graph->to[tarjan->next[node]++];
        if (tarjan->number[to] == 0)
            enter(tarjan, to);
        else if (tarjan->components->of[to] == NO_NODE && tarjan->number[to] < tarjan->low[node])
            tarjan->low[node] = tarjan->number[to];
    }
}

/* By counting: nodes in order go to where their component's begin. */
static void list_members(struct components *components, uint32_t count)
{
    components->first = allocate_zeroed((size_t)components->count + 2, sizeof(size_t));
    components->members = allocate_zeroed(count, sizeof *components->members);
    size_t *next = components->first + 1;
    for (uint32_t i = 0; i < count; i++)
        next[components->of[i] + 1]++;
    for (uint32_t c = 0; c < components->count; c++)
        next[c + 1] += next[c];
    for (uint32_t i = 0; i < count; i++)
        components->members[next[components->of[i]]++] = i;
}

struct components components_find(const struct adjacency *graph)
{
    size_t count = graph->count;
    struct components components = {.of = no_nodes(count)};
    struct tarjan tarjan = {
        .graph = graph,
        .number = allocate_zeroed(count, sizeof *tarjan.number),
        .low = allocate_zeroed(count, sizeof *tarjan.low),
        .next = allocate_zeroed(count, sizeof *tarjan.next),
        .path = allocate_zeroed(count, sizeof *tarjan.path),
        .stack = allocate_zeroed(count, sizeof *tarjan.stack),
        .components = &components,
    };
    for (uint32_t i = 0; i < count; i++)
        if (tarjan.number[i] == 0)
            find_from(&tarjan, i);
    free(tarjan.number);
    free(tarjan.low);
    free(tarjan.next);
    free(tarjan.path);
    free(tarjan.stack);
    list_members(&components, graph->count);
    return components;
}

void components_fini(struct components *components)
{
    free(components->of);
    free(components->members);
    free(components->first);
    *components = (struct components){0};
}

static bool refers_to_itself(const struct adjacency *graph, uint32_t node)
{
    for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++)
        if (graph->to[e] == node)
            return true;
    return false;
}

bool component_is_cyclic(const struct components *components, const struct adjacency *graph,
                         uint32_t c)
{
    return component_size(components, c) > 1 ||
           refers_to_itself(graph, components->members[components->first[c]]);
}

/* ---- a shortest cycle --------------------------------------------------------------------------
 *
 * Through each node in turn a shortest one is looked for, breadth first and no deeper than the
 * shortest known. Then the node is taken away, and with it what lies on no cycle any more for want
 * of a reference into it: so a ring of a million objects is gone after its first. */

enum { WAITING, GONE, SEEN };

#define CYCLE_STEPS_LEAST (UINT64_C(1) << 20)

void cycle_search_init(struct cycle_search *search, const struct adjacency *graph,
                       const struct components *components)
{
    *search = (struct cycle_search){
        .graph = graph,
        .components = components,
        .before = allocate_zeroed(graph->count, sizeof *search->before),
        .depth = allocate_zeroed(graph->count, sizeof *search->depth),
        .queue = allocate_zeroed(graph->count, sizeof *search->queue),
        .references = allocate_zeroed(graph->count, sizeof *search->references),
        .state = allocate_zeroed(graph->count, sizeof *search->state),
    };
}

void cycle_search_fini(struct cycle_search *search)
{
    free(search->before);
    free(search->depth);
    free(search->queue);
    free(search->references);
    free(search->state);
    *search = (struct cycle_search){0};
}

static bool is_inside(const struct cycle_search *search, uint32_t node, uint32_t c)
{
    return search->components->of[node] == c && search->state[node] != GONE;
}

/* Looks at what one node refers to. True: `start` is among it. */
static bool expand(struct cycle_search *search, uint32_t node, uint32_t start, uint32_t c)
{
    const struct adjacency *graph = search->graph;
    for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
        uint32_t to = graph->to[e];
        if (to == start)
            return true;
        if (!is_inside(search, to, c) || search->state[to] == SEEN)
            continue;
        search->state[to] = SEEN;
        search->before[to] = node;
        search->depth[to] = search->depth[node] + 1;
        search->queue[search->queue_length++] = to;
    }
    return false;
}

/* The last node of a shortest cycle through `start` of fewer than `most` nodes; NO_NODE. */
static uint32_t search_from(struct cycle_search *search, uint32_t start, uint32_t c, size_t most,
                            uint64_t *steps)
{
    uint32_t last = NO_NODE;
    search->queue_length = 0;
    search->queue[search->queue_length++] = start;
    search->state[start] = SEEN;
    search->before[start] = start;
    search->depth[start] = 1;
    for (size_t head = 0; head < search->queue_length && last == NO_NODE; head++) {
        uint32_t node = search->queue[head];
        if (search->depth[node] >= most)
            break;
        *steps += 1 + search->graph->first[node + 1] - search->graph->first[node];
        if (expand(search, node, start, c))
            last = node;
    }
    for (size_t i = 0; i < search->queue_length; i++)
        search->state[search->queue[i]] = WAITING;
    return last;
}

static void keep(const struct cycle_search *search, uint32_t last, struct cycle *cycle)
{
    free(cycle->nodes);
    cycle->length = search->depth[last];
    cycle->nodes = allocate_zeroed(cycle->length, sizeof *cycle->nodes);
    for (size_t i = cycle->length; i-- > 0; last = search->before[last])
        cycle->nodes[i] = last;
}

/* Takes a node away, and all that then has no reference from within. */
static void remove_node(struct cycle_search *search, uint32_t node, uint32_t c)
{
    const struct adjacency *graph = search->graph;
    size_t length = 0;
    search->queue[length++] = node;
    search->state[node] = GONE;
    while (length) {
        node = search->queue[--length];
        for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            uint32_t to = graph->to[e];
            if (!is_inside(search, to, c) || --search->references[to])
                continue;
            search->state[to] = GONE;
            search->queue[length++] = to;
        }
    }
}

/* Those to members of a component from within. Returns how much there is to look at. */
static uint64_t count_references(struct cycle_search *search, uint32_t c)
{
    const struct components *components = search->components;
    const struct adjacency *graph = search->graph;
    uint64_t size = 0;
    for (size_t i = components->first[c]; i < components->first[c + 1]; i++) {
        uint32_t node = components->members[i];
        size += 1 + graph->first[node + 1] - graph->first[node];
        for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++)
            if (components->of[graph->to[e]] == c)
                search->references[graph->to[e]]++;
    }
    return size;
}

struct cycle cycle_shortest(struct cycle_search *search, uint32_t c)
{
    const struct components *components = search->components;
    struct cycle cycle = {.length = SIZE_MAX, .shortest = true};
    uint64_t steps = 0, most = CYCLE_STEPS * count_references(search, c) + CYCLE_STEPS_LEAST;
    for (size_t i = components->first[c]; i < components->first[c + 1] && cycle.length > 1; i++) {
        uint32_t start = components->members[i];
        if (search->state[start] == GONE)
            continue;
        uint32_t last = search_from(search, start, c, cycle.length, &steps);
        if (last != NO_NODE)
            keep(search, last, &cycle);
        remove_node(search, start, c);
        if (cycle.nodes && steps > most) {
            cycle.shortest = i + 1 == components->first[c + 1];
            break;
        }
    }
    return cycle;
}
