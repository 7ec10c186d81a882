/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cycles of a heap: its strongly connected components, those of the same make put together. */
#ifndef PYGCSIM_SIM_INSPECT_CYCLES_H
#define PYGCSIM_SIM_INSPECT_CYCLES_H

#include "sim/inspect/components.h"
#include "sim/inspect/snapshot.h"

struct cycle_group {
    uint64_t components;                        /* as many are alike: */
    uint32_t kinds[OBJECT_KINDS];               /* objects in each, by kind */
    uint64_t size;                              /* together */
    bool alive;                                 /* roots reach it; else it is garbage */
    uint64_t bytes;                             /* of all components */
    uint64_t generations[GENERATIONS_AND_NONE]; /* objects of all components */
    struct cycle cycle;                         /* in the first of them */
};

struct cycle_groups {
    struct cycle_group *groups; /* those with most objects first */
    size_t count;
};

struct cycle_groups cycle_groups_find(const struct snapshot *snapshot);
void cycle_groups_fini(struct cycle_groups *groups);

#endif
