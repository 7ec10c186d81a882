/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `pygcsim inspect` has been asked, the heaps it looks at, and the answers, which are made
 * whole before anything is printed. */
#ifndef PYGCSIM_CLI_INSPECT_H
#define PYGCSIM_CLI_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/inspect/cycles.h"
#include "sim/inspect/growth.h"
#include "sim/inspect/holders.h"
#include "sim/inspect/paths.h"
#include "sim/inspect/snapshot.h"
#include "sim/model/setup.h"

/* An object, as options name it: what a register holds, or by its label. */
struct object_name {
    bool given, by_label;
    uint32_t number;
    uint32_t object;
};

struct inspect {
    const char *file;
    int64_t at, generation;
    bool at_given, generation_given, cycles_wanted, json;
    struct object_name referrers_to, referents_from, why_alive, refcount_of;
    struct span {
        bool given;
        uint32_t from, to;
    } leaks;
    const char *dot, *svg;
    struct simulation_setup setup;

    uint64_t operations; /* executed */
    char place[512];     /* of the last one, as "name:line" */
    struct snapshot before, heap;

    struct references referrers, referents;
    struct reference_count count;
    struct hold hold;
    struct cycle_groups cycles;
    struct growth growth;
    struct paths alive; /* from what refers to all roots, the last node of snapshot_rooted(heap) */
};

/* How many objects roots reach. */
static inline uint64_t inspect_alive(const struct inspect *inspect)
{
    return inspect->alive.reached - inspect->heap.root_count - 1;
}

/* Has anything been asked about single objects, cycles or growth? Else it is the heap as a whole.
 */
static inline bool inspect_asks(const struct inspect *inspect)
{
    return inspect->generation_given || inspect->cycles_wanted || inspect->referrers_to.given ||
           inspect->referents_from.given || inspect->why_alive.given ||
           inspect->refcount_of.given || inspect->leaks.given;
}

/* A node of snapshot_rooted in words: "Inst #12", "register 3", "gc.garbage". */
#define NODE_TEXT 64
const char *inspect_name(const struct snapshot *heap, uint32_t node, char text[NODE_TEXT]);

/* "generation 2", "permanent generation", "untracked" */
const char *inspect_generation(int generation);

/* Of a path, in words: how the next node is reached from this one, as ".f1"; "" from a root. */
const char *inspect_step(const struct snapshot *heap, uint32_t node, uint32_t next,
                         char text[PLACE_TEXT]);

/* In text, as JSON, and as a graph for Graphviz. */
void inspect_print(const struct inspect *inspect);
void inspect_print_json(const struct inspect *inspect);
void inspect_draw(const struct inspect *inspect);

#endif
