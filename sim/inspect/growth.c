/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/growth.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/inspect/dominators.h"

struct finder {
    const struct snapshot *before, *after;
    struct growth *growth;
    uint32_t *same;   /* of each node of `before`, the one of `after` that is the same; NO_NODE */
    uint32_t *row_of; /* of each node of `after`, where in growth->holders it is; NO_NODE */
    size_t capacity;
};

static void add(struct growth_amount *amount, const struct snapshot_object *object)
{
    amount->objects++;
    amount->bytes += object->bytes;
}

/* ---- which objects and roots are the same in both ------------------------------------------- */

struct birth {
    uint64_t birth;
    uint32_t node;
};

static int by_birth(const void *a, const void *b)
{
    const struct birth *x = a, *y = b;
    return (x->birth > y->birth) - (x->birth < y->birth);
}

/* The objects of a snapshot that were born before `limit`, the eldest first. */
static struct birth *births_of(const struct snapshot *snapshot, uint64_t limit, size_t *count)
{
    struct birth *births = allocate_zeroed(snapshot->graph.count, sizeof *births);
    *count = 0;
    for (uint32_t i = 0; i < snapshot->graph.count; i++)
        if (snapshot->objects[i].birth < limit)
            births[(*count)++] = (struct birth){snapshot->objects[i].birth, i};
    qsort(births, *count, sizeof *births, by_birth);
    return births;
}

static void match_objects(struct finder *finder)
{
    size_t count, later_count, j = 0;
    struct birth *births = births_of(finder->before, finder->before->births, &count);
    struct birth *later = births_of(finder->after, finder->before->births, &later_count);
    for (size_t i = 0; i < count; i++) {
        while (j < later_count && later[j].birth < births[i].birth)
            j++;
        if (j < later_count && later[j].birth == births[i].birth)
            finder->same[births[i].node] = later[j].node;
    }
    free(births);
    free(later);
}

/* Roots of a kind come in the order of their numbers; those of gc.garbage are one holder. */
static void match_roots(struct finder *finder)
{
    const struct snapshot *before = finder->before, *after = finder->after;
    uint32_t *same = finder->same + before->graph.count;
    size_t j = 0;
    for (size_t i = 0; i < before->root_count; i++) {
        const struct snapshot_root *root = &before->roots[i];
        while (j < after->root_count &&
               (after->roots[j].kind < root->kind ||
                (after->roots[j].kind == root->kind && root->kind == ROOT_REGISTER &&
                 after->roots[j].number < root->number)))
            j++;
        if (j < after->root_count && after->roots[j].kind == root->kind &&
            (root->kind == ROOT_GARBAGE || after->roots[j].number == root->number))
            same[i] = after->graph.count + (uint32_t)j;
    }
    same[before->root_count] = after->graph.count + (uint32_t)after->root_count;
}

/* ---- holders -------------------------------------------------------------------------------- */

/* Of each node the nearest dominator that stays: a root, or an object for which stays[node] holds;
 * NO_NODE of what no root reaches. */
static uint32_t *nearest_that_stay(const struct snapshot *snapshot, const struct adjacency *rooted,
                                   const bool *stays)
{
    uint32_t objects = snapshot->graph.count;
    struct dominators dominators = dominators_find(rooted, rooted->count - 1);
    uint32_t *nearest = no_nodes(rooted->count);
    for (uint32_t i = 1; i < dominators.reached; i++) {
        uint32_t node = dominators.order[i], by = dominators.of[node];
        nearest[node] = by >= objects || stays[by] ? by : nearest[by];
    }
    dominators_fini(&dominators);
    return nearest;
}

/* gc.garbage is one holder, and no other comes before its first. */
static uint32_t holder_node(const struct snapshot *after, uint32_t node)
{
    uint32_t root = node - after->graph.count;
    if (node < after->graph.count || root >= after->root_count ||
        after->roots[root].kind != ROOT_GARBAGE)
        return node;
    while (root > 0 && after->roots[root - 1].kind == ROOT_GARBAGE)
        root--;
    return after->graph.count + root;
}

static struct growth_holder *holder_of(struct finder *finder, uint32_t node)
{
    struct growth *growth = finder->growth;
    node = holder_node(finder->after, node);
    if (finder->row_of[node] == NO_NODE) {
        growth->holders = allocate_grow(growth->holders, &finder->capacity, growth->count + 1,
                                        sizeof *growth->holders);
        growth->holders[growth->count] = (struct growth_holder){.node = node, .eldest = NO_NODE};
        finder->row_of[node] = (uint32_t)growth->count++;
    }
    return &growth->holders[finder->row_of[node]];
}

/* `reached` is of nodes of `after`: NO_NODE where no root reaches it. */
static void count_gone(struct finder *finder, const uint32_t *reached)
{
    const struct snapshot *before = finder->before;
    struct adjacency rooted = snapshot_rooted(before);
    bool *stays = allocate_zeroed(before->graph.count, sizeof *stays);
    for (uint32_t i = 0; i < before->graph.count; i++)
        stays[i] = finder->same[i] != NO_NODE && reached[finder->same[i]] != NO_NODE;
    uint32_t *nearest = nearest_that_stay(before, &rooted, stays);
    for (uint32_t i = 0; i < before->graph.count; i++) {
        const struct snapshot_object *object = &before->objects[i];
        add(&finder->growth->before[object->kind], object);
        if (nearest[i] == NO_NODE)
            add(&finder->growth->garbage_before, object);
        else if (!stays[i] && finder->same[nearest[i]] != NO_NODE) {
            struct growth_holder *holder = holder_of(finder, finder->same[nearest[i]]);
            add(&holder->all.gone, object);
            add(&holder->by_kind[object->kind].gone, object);
        }
    }
    free(nearest);
    free(stays);
    adjacency_free(&rooted);
}

static void count_one_born(struct finder *finder, uint32_t node, uint32_t nearest)
{
    const struct snapshot_object *objects = finder->after->objects;
    struct growth_holder *holder = holder_of(finder, nearest);
    add(&holder->all.born, &objects[node]);
    add(&holder->by_kind[objects[node].kind].born, &objects[node]);
    if (holder->eldest == NO_NODE || objects[node].birth < objects[holder->eldest].birth)
        holder->eldest = node;
}

/* ---- where references lead from old to new -------------------------------------------------- */

struct entry {
    uint32_t row, node;
};

static int by_row(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->row != y->row ? (x->row > y->row) - (x->row < y->row)
                            : (x->node > y->node) - (x->node < y->node);
}

static void keep_entry(struct growth_holder *holder, struct growth_entry entry)
{
    holder->entry_count++;
    for (int i = 0; i < GROWTH_ENTRIES; i++) {
        struct growth_entry there = holder->entries[i];
        if (entry.references > there.references) {
            holder->entries[i] = entry;
            entry = there;
        }
    }
}

static void count_entries(struct growth *growth, struct entry *entries, size_t count)
{
    if (count)
        qsort(entries, count, sizeof *entries, by_row);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && by_row(&entries[i], &entries[next]) == 0; next++)
            ;
        keep_entry(&growth->holders[entries[i].row],
                   (struct growth_entry){entries[i].node, next - i});
    }
}

static void find_entries(struct finder *finder, const struct adjacency *rooted, const bool *stays,
                         const uint32_t *nearest)
{
    const struct snapshot *after = finder->after;
    uint32_t objects = after->graph.count;
    struct entry *entries = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t from = 0; from < rooted->count - 1; from++) {
        if (from < objects && (!stays[from] || nearest[from] == NO_NODE))
            continue;
        for (size_t e = rooted->first[from]; e < rooted->first[from + 1]; e++) {
            uint32_t to = rooted->to[e];
            if (stays[to])
                continue;
            entries = allocate_grow(entries, &capacity, count + 1, sizeof *entries);
            entries[count++] = (struct entry){finder->row_of[holder_node(after, nearest[to])],
                                              holder_node(after, from)};
        }
    }
    count_entries(finder->growth, entries, count);
    free(entries);
}

static void count_born(struct finder *finder, const bool *old, const uint32_t *nearest)
{
    const struct snapshot *after = finder->after;
    for (uint32_t i = 0; i < after->graph.count; i++) {
        const struct snapshot_object *object = &after->objects[i];
        add(&finder->growth->after[object->kind], object);
        if (nearest[i] == NO_NODE)
            add(&finder->growth->garbage_after, object);
        else if (!old[i])
            count_one_born(finder, i, nearest[i]);
    }
}

static void find_turnover(struct finder *finder)
{
    const struct snapshot *after = finder->after;
    struct adjacency rooted = snapshot_rooted(after);
    bool *old = allocate_zeroed(after->graph.count, sizeof *old);
    for (uint32_t i = 0; i < after->graph.count; i++)
        old[i] = after->objects[i].birth < finder->before->births;
    uint32_t *nearest = nearest_that_stay(after, &rooted, old);
    count_gone(finder, nearest);
    count_born(finder, old, nearest);
    find_entries(finder, &rooted, old, nearest);
    free(nearest);
    free(old);
    adjacency_free(&rooted);
}

static int most_grown_first(const void *a, const void *b)
{
    const struct growth_holder *x = a, *y = b;
    int64_t of_x = growth_bytes(&x->all), of_y = growth_bytes(&y->all);
    if (of_x == of_y) {
        of_x = growth_objects(&x->all);
        of_y = growth_objects(&y->all);
    }
    return of_x != of_y ? (of_x < of_y) - (of_x > of_y) : (x->node > y->node) - (x->node < y->node);
}

struct growth growth_find(const struct snapshot *before, const struct snapshot *after)
{
    struct growth growth = {0};
    struct finder finder = {
        .before = before,
        .after = after,
        .growth = &growth,
        .same = no_nodes((size_t)before->graph.count + before->root_count + 1),
        .row_of = no_nodes((size_t)after->graph.count + after->root_count + 1),
    };
    match_objects(&finder);
    match_roots(&finder);
    find_turnover(&finder);
    if (growth.count)
        qsort(growth.holders, growth.count, sizeof *growth.holders, most_grown_first);
    free(finder.same);
    free(finder.row_of);
    return growth;
}

void growth_fini(struct growth *growth)
{
    free(growth->holders);
    *growth = (struct growth){0};
}
