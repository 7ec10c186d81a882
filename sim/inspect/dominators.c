/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/dominators.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

/* Nodes go by the numbers of a depth-first search, from 0, the start. */
struct flow {
    const struct adjacency *graph;
    uint32_t *number; /* of a node; NO_NODE: not reached */
    uint32_t *node;   /* of a number */
    uint32_t count;   /* of nodes reached */
    /* By number: */
    uint32_t *parent;    /* in the search's tree */
    uint32_t *semi;      /* semidominator */
    uint32_t *idom;      /* dominator; in the end */
    uint32_t *ancestor;  /* in the forest; NO_NODE: a root of it */
    uint32_t *best;      /* with the least semidominator on the compressed path */
    uint32_t *bucket;    /* the first of those whose semidominator this is; NO_NODE */
    uint32_t *in_bucket; /* the next of the same bucket */
    uint32_t *stack;
};

static void visit(struct flow *flow, uint32_t node, uint32_t parent)
{
    flow->number[node] = flow->count;
    flow->node[flow->count] = node;
    flow->parent[flow->count++] = parent;
}

static void search(struct flow *flow, uint32_t start)
{
    const struct adjacency *graph = flow->graph;
    size_t *next = allocate_zeroed(graph->count, sizeof *next), depth = 0;
    visit(flow, start, 0);
    next[start] = graph->first[start];
    flow->stack[depth++] = start;
    while (depth) {
        uint32_t node = flow->stack[depth - 1];
        if (next[node] == graph->first[node + 1]) {
            depth--;
            continue;
        }
        uint32_t to = graph->to[next[node]++];
        if (flow->number[to] != NO_NODE)
            continue;
        visit(flow, to, flow->number[node]);
        next[to] = graph->first[to];
        flow->stack[depth++] = to;
    }
    free(next);
}

/* Of those between v and its root in the forest, the one with the least semidominator. Paths are
 * made short on the way. */
static uint32_t evaluate(struct flow *flow, uint32_t v)
{
    uint32_t *ancestor = flow->ancestor, *best = flow->best;
    size_t depth = 0;
    if (ancestor[v] == NO_NODE)
        return v;
    for (uint32_t at = v; ancestor[ancestor[at]] != NO_NODE; at = ancestor[at])
        flow->stack[depth++] = at;
    while (depth) {
        uint32_t at = flow->stack[--depth], above = ancestor[at];
        if (flow->semi[best[above]] < flow->semi[best[at]])
            best[at] = best[above];
        ancestor[at] = ancestor[above];
    }
    return best[v];
}

static void find_semidominator(struct flow *flow, const struct adjacency *reversed, uint32_t w)
{
    uint32_t node = flow->node[w];
    for (size_t e = reversed->first[node]; e < reversed->first[node + 1]; e++) {
        uint32_t v = flow->number[reversed->to[e]];
        if (v == NO_NODE)
            continue;
        uint32_t semi = flow->semi[evaluate(flow, v)];
        if (semi < flow->semi[w])
            flow->semi[w] = semi;
    }
}

/* What waits for its semidominator, whose child has just been joined to it. */
static void empty_bucket(struct flow *flow, uint32_t parent)
{
    for (uint32_t v = flow->bucket[parent]; v != NO_NODE; v = flow->in_bucket[v]) {
        uint32_t u = evaluate(flow, v);
        flow->idom[v] = flow->semi[u] < flow->semi[v] ? u : parent;
    }
    flow->bucket[parent] = NO_NODE;
}

static void find(struct flow *flow, const struct adjacency *reversed)
{
    for (uint32_t v = 0; v < flow->count; v++)
        flow->semi[v] = flow->best[v] = v;
    for (uint32_t w = flow->count; w-- > 1;) {
        uint32_t parent = flow->parent[w];
        find_semidominator(flow, reversed, w);
        flow->in_bucket[w] = flow->bucket[flow->semi[w]];
        flow->bucket[flow->semi[w]] = w;
        flow->ancestor[w] = parent;
        empty_bucket(flow, parent);
    }
    flow->idom[0] = 0;
    for (uint32_t w = 1; w < flow->count; w++)
        if (flow->idom[w] != flow->semi[w])
            flow->idom[w] = flow->idom[flow->idom[w]];
}

static void flow_init(struct flow *flow, const struct adjacency *graph)
{
    size_t count = graph->count;
    *flow = (struct flow){
        .graph = graph,
        .number = no_nodes(count),
        .node = no_nodes(count),
        .parent = no_nodes(count),
        .semi = no_nodes(count),
        .idom = no_nodes(count),
        .ancestor = no_nodes(count),
        .best = no_nodes(count),
        .bucket = no_nodes(count),
        .in_bucket = no_nodes(count),
        .stack = no_nodes(count),
    };
}

static void flow_fini(struct flow *flow)
{
    free(flow->number);
    free(flow->parent);
    free(flow->semi);
    free(flow->idom);
    free(flow->ancestor);
    free(flow->best);
    free(flow->bucket);
    free(flow->in_bucket);
    free(flow->stack);
}

struct dominators dominators_find(const struct adjacency *graph, uint32_t start)
{
    struct flow flow;
    struct adjacency reversed = adjacency_reversed(graph);
    flow_init(&flow, graph);
    search(&flow, start);
    find(&flow, &reversed);
    struct dominators dominators = {no_nodes(graph->count), flow.node, flow.count};
    for (uint32_t v = 0; v < flow.count; v++)
        dominators.of[flow.node[v]] = flow.node[flow.idom[v]];
    flow_fini(&flow);
    adjacency_free(&reversed);
    return dominators;
}

void dominators_fini(struct dominators *dominators)
{
    free(dominators->of);
    free(dominators->order);
    *dominators = (struct dominators){0};
}
