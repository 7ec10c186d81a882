/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What grows between two moments of one run: for whoever looks for a leak.
 *
 * Objects that were born in between count for what holds them: the nearest of their dominators
 * (sim/inspect/dominators.h) that was there before. If that let go, they would be garbage. Objects
 * that have died or become garbage in between count there, too, against it: a cache that is full
 * takes and gives, and does not grow. */
#ifndef PYGCSIM_SIM_INSPECT_GROWTH_H
#define PYGCSIM_SIM_INSPECT_GROWTH_H

#include "sim/inspect/snapshot.h"

struct growth_amount {
    uint64_t objects, bytes;
};

struct growth_turnover {
    struct growth_amount born, gone;
};

#define GROWTH_ENTRIES 3

struct growth_holder {
    /* A node of snapshot_rooted(after): an object, a root (of gc.garbage the first), or the last
     * node: no one of the roots holds them alone. */
    uint32_t node;
    struct growth_turnover all, by_kind[OBJECT_KINDS];
    uint32_t eldest; /* of the objects born */
    /* Where the references are that lead from what was there before, or from roots, to the objects
     * born: the nodes with most of them, the first ones here. */
    struct growth_entry {
        uint32_t node;
        uint64_t references;
    } entries[GROWTH_ENTRIES];
    uint64_t entry_count; /* of all such nodes */
};

struct growth {
    struct growth_amount before[OBJECT_KINDS], after[OBJECT_KINDS];
    struct growth_amount garbage_before, garbage_after; /* what no root reaches */
    struct growth_holder *holders; /* those that have grown most first: by bytes, then objects */
    size_t count;
};

struct growth growth_find(const struct snapshot *before, const struct snapshot *after);
void growth_fini(struct growth *growth);

static inline int64_t growth_bytes(const struct growth_turnover *turnover)
{
    return (int64_t)(turnover->born.bytes - turnover->gone.bytes);
}
static inline int64_t growth_objects(const struct growth_turnover *turnover)
{
    return (int64_t)(turnover->born.objects - turnover->gone.objects);
}

#endif
