/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the cost of a collection depends on, of any set of objects, whichever engine counted them.
 */
#ifndef PYGCSIM_SIM_MODEL_TALLY_H
#define PYGCSIM_SIM_MODEL_TALLY_H

#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/object_kind.h"

struct tally {
    uint64_t objects[COST_CLASSES], fields[COST_CLASSES];
    uint64_t bytes; /* with what only they keep alive: strings, numbers, … */
};

/* One object more, or less. */
static inline void tally_add(struct tally *tally, enum cost_class cost, uint32_t fields,
                             uint32_t bytes)
{
    tally->objects[cost]++;
    tally->fields[cost] += fields;
    tally->bytes += bytes;
}

static inline void tally_remove(struct tally *tally, enum cost_class cost, uint32_t fields,
                                uint32_t bytes)
{
    tally->objects[cost]--;
    tally->fields[cost] -= fields;
    tally->bytes -= bytes;
}

/* total += sign × part, with sign 1 or -1 (unsigned arithmetic wraps back). */
void tally_combine(struct tally *total, const struct tally *part, int sign);

uint64_t tally_objects(const struct tally *tally);
uint64_t tally_fields(const struct tally *tally);

/* Bytes of the containers alone: the memory that a collection walks. */
uint64_t tally_container_bytes(const struct tally *tally);

/* What a collection of some generations found. */
struct found {
    struct tally examined, unreachable;
    uint64_t unreachable_by_generation[GENERATIONS];
    uint64_t collected; /* what gc.get_stats() counts so: objects cleared, or saved in gc.garbage,
                           and weak references that their own callbacks freed */
    uint64_t uncollectable; /* objects with a legacy finalizer, and what they reach */
    uint64_t survivors; /* still tracked after it, of the generations examined: what the 25% rule
                           counts (sim/model/collector.h) */
};

/* Fills in the counts where all that is unreachable is collected, and nothing but that goes. */
void found_count(struct found *found);

#endif
