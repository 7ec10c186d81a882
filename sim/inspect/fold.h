/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A heap drawn with few nodes: objects and roots that stand alike are one. Two stand alike if they
 * are of one kind and generation, and if what refers to them and what they refer to stands alike
 * (how many of each does not matter): the coarsest partition of that kind is made finer round by
 * round, as for bisimulation, as long as it does not get more parts than asked for. */
#ifndef PYGCSIM_SIM_INSPECT_FOLD_H
#define PYGCSIM_SIM_INSPECT_FOLD_H

#include "sim/inspect/snapshot.h"

struct fold {
    uint32_t count;    /* of parts */
    uint32_t *of;      /* the part of each object, and behind the objects of each root */
    uint32_t *size;    /* of each part, how many of them it is */
    uint32_t *example; /* the first of them */
    /* references[a * count + b]: how many there are from a to b */
    uint64_t *references;
};

/* At most `most` parts if it can be; marks[i], of objects, keeps those apart that differ in it
 * (NULL: none do). */
struct fold fold_make(const struct snapshot *snapshot, const uint32_t *marks, uint32_t most);
void fold_fini(struct fold *fold);

#endif
