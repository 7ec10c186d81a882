/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What refers to one object, what it refers to, and why it is alive. */
#ifndef PYGCSIM_SIM_INSPECT_HOLDERS_H
#define PYGCSIM_SIM_INSPECT_HOLDERS_H

#include "sim/inspect/components.h"
#include "sim/inspect/snapshot.h"

struct reference {
    uint32_t object;
    uint32_t place; /* where the reference is, in whichever of the two holds it */
    uint32_t more;  /* others between the same two, which are not listed */
};

/* In the order of gc's answer; behind `seen` of them those that gc does not see. To be freed. */
struct references {
    struct reference *items;
    size_t count, seen;
};

/* gc.get_referents (gcmodule.c, gc_get_referents): what tp_traverse visits, each reference; then
 * what is held all the same. */
struct references references_from(const struct snapshot *snapshot, uint32_t object);

/* gc.get_referrers (gc_referrers_for): each tracked object of generations 0, 1, 2 that visits it.
 * Then those that are frozen or not tracked, or hold it and do not visit it. */
struct references references_to(const struct snapshot *snapshot, uint32_t object);

/* Where an object's references are. */
struct reference_count {
    uint64_t all, registers, garbage, fields; /* `fields` of objects */
};
struct reference_count references_counted(const struct snapshot *snapshot, uint32_t object);

/* Why an object is alive. */
struct hold {
    /* A shortest path, a node of snapshot_rooted each: first a root, the object last; of length 0
     * if no root reaches it, but for the one left out. */
    uint32_t *path;
    size_t path_length;
    /* Of one that no root reaches: the nearest cycle that keeps it, and a shortest path from there;
     * that begins with an object of the cycle. Of length 0 if there is none. */
    struct cycle cycle;
    uint32_t *from_cycle;
    size_t from_cycle_length;
    bool garbage; /* no root reaches it at all */
};

/* `but` is left out: one of the roots, by its place in the snapshot; NO_NODE: none. */
struct hold hold_find(const struct snapshot *snapshot, uint32_t object, uint32_t but);
void hold_fini(struct hold *hold);

#endif
