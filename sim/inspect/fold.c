/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/inspect/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/inspect/paths.h"

struct folder {
    const struct snapshot *snapshot;
    struct adjacency rooted, reversed; /* their last node is not part of the picture */
    uint32_t nodes;
    uint32_t *of, *next; /* the partition; the one being made */
    uint32_t parts;
    uint64_t *seen; /* of a part, the turn in which it was met last */
    uint64_t turn;
    struct slot { /* a table of parts being made, by what they have in common */
        uint64_t key;
        uint32_t part; /* NO_NODE: free */
    } * slots;
    size_t slot_count; /* a power of two */
};

/* The finalizer of SplitMix64: any difference makes all bits differ. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint64_t combine(uint64_t a, uint64_t b)
{
    return mix(a * UINT64_C(0x9e3779b97f4a7c15) + b + 1);
}

static void begin_parts(struct folder *folder)
{
    for (size_t i = 0; i < folder->slot_count; i++)
        folder->slots[i].part = NO_NODE;
}

/* The part of a key; the next number if it is new. NO_NODE: it would be one too many. */
static uint32_t part_of(struct folder *folder, uint64_t key, uint32_t *parts, uint32_t most)
{
    size_t i = key & (folder->slot_count - 1);
    while (folder->slots[i].part != NO_NODE && folder->slots[i].key != key)
        i = (i + 1) & (folder->slot_count - 1);
    if (folder->slots[i].part == NO_NODE) {
        if (*parts == most)
            return NO_NODE;
        folder->slots[i] = (struct slot){key, (*parts)++};
    }
    return folder->slots[i].part;
}

/* Of the parts that a node's neighbours are in, whatever their order and how often. */
static uint64_t key_of_neighbours(struct folder *folder, const struct adjacency *graph,
                                  uint32_t node)
{
    uint64_t key = 0;
    folder->turn++;
    for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
        if (graph->to[e] >= folder->nodes)
            continue;
        uint32_t part = folder->of[graph->to[e]];
        if (folder->seen[part] != folder->turn)
            key += mix(part + UINT64_C(1));
        folder->seen[part] = folder->turn;
    }
    return key;
}

enum direction { REFERRERS, BOTH };

/* Returns false, and changes nothing, if there would be too many parts, or no more than now. */
static bool make_finer(struct folder *folder, enum direction direction, uint32_t most)
{
    uint32_t parts = 0;
    begin_parts(folder);
    for (uint32_t node = 0; node < folder->nodes; node++) {
        uint64_t key =
            combine(folder->of[node], key_of_neighbours(folder, &folder->reversed, node));
        if (direction == BOTH)
            key = combine(key, key_of_neighbours(folder, &folder->rooted, node));
        folder->next[node] = part_of(folder, key, &parts, most);
        if (folder->next[node] == NO_NODE)
            return false;
    }
    if (parts == folder->parts)
        return false;
    uint32_t *made = folder->next;
    folder->next = folder->of;
    folder->of = made;
    folder->parts = parts;
    return true;
}

static uint64_t first_key(const struct folder *folder, uint32_t node, const uint32_t *marks,
                          const struct paths *alive)
{
    const struct snapshot *snapshot = folder->snapshot;
    uint32_t objects = snapshot->graph.count;
    if (node >= objects)
        return combine(OBJECT_KINDS, snapshot->roots[node - objects].kind);
    const struct snapshot_object *object = &snapshot->objects[node];
    uint64_t key = combine(object->kind, object->generation);
    return combine(combine(key, marks ? marks[node] : 0), alive->before[node] != NO_NODE);
}

/* Everything by itself if there is room for it, else what is alike at first sight is one. */
static void begin(struct folder *folder, const uint32_t *marks, uint32_t most)
{
    struct paths alive = paths_from(&folder->rooted, folder->nodes, NO_NODE);
    begin_parts(folder);
    for (uint32_t node = 0; node < folder->nodes; node++) {
        uint64_t key = folder->nodes <= most ? node : first_key(folder, node, marks, &alive);
        folder->of[node] = part_of(folder, key, &folder->parts, NO_NODE);
    }
    paths_fini(&alive);
}

static void count_references(const struct folder *folder, struct fold *fold)
{
    fold->size = allocate_zeroed(fold->count, sizeof *fold->size);
    fold->example = allocate_zeroed(fold->count, sizeof *fold->example);
    fold->references = allocate_zeroed((size_t)fold->count * fold->count, sizeof *fold->references);
    for (uint32_t node = 0; node < folder->nodes; node++) {
        uint32_t part = fold->of[node];
        if (fold->size[part]++ == 0)
            fold->example[part] = node;
        for (size_t e = folder->rooted.first[node]; e < folder->rooted.first[node + 1]; e++)
            fold->references[(size_t)part * fold->count + fold->of[folder->rooted.to[e]]]++;
    }
}

/* At first sight there are at most as many parts as kinds, generations, and so on, and marks. */
static size_t slots_for(const struct snapshot *snapshot, const uint32_t *marks, uint32_t most)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; marks && i < snapshot->graph.count; i++)
        highest = marks[i] > highest ? marks[i] : highest;
    size_t parts =
               (size_t)OBJECT_KINDS * GENERATIONS_AND_NONE * 2 * ((size_t)highest + 1) + most + 2,
           slots = 2;
    while (slots < 2 * parts)
        slots *= 2;
    return slots;
}

struct fold fold_make(const struct snapshot *snapshot, const uint32_t *marks, uint32_t most)
{
    struct folder folder = {.snapshot = snapshot, .rooted = snapshot_rooted(snapshot)};
    folder.reversed = adjacency_reversed(&folder.rooted);
    folder.nodes = folder.rooted.count - 1;
    folder.of = allocate_zeroed(folder.nodes, sizeof *folder.of);
    folder.next = allocate_zeroed(folder.nodes, sizeof *folder.next);
    folder.slot_count = slots_for(snapshot, marks, most);
    folder.slots = allocate_zeroed(folder.slot_count, sizeof *folder.slots);
    folder.seen = allocate_zeroed(folder.slot_count, sizeof *folder.seen);
    begin(&folder, marks, most);
    while (make_finer(&folder, BOTH, most))
        ;
    while (make_finer(&folder, REFERRERS, most))
        ;
    struct fold fold = {.count = folder.parts, .of = folder.of};
    count_references(&folder, &fold);
    adjacency_free(&folder.rooted);
    adjacency_free(&folder.reversed);
    free(folder.next);
    free(folder.slots);
    free(folder.seen);
    return fold;
}

void fold_fini(struct fold *fold)
{
    free(fold->of);
    free(fold->size);
    free(fold->example);
    free(fold->references);
    *fold = (struct fold){0};
}
