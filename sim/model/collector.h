/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When CPython collects, and which generation: counters, thresholds and the 25% rule. What a
 * collection finds is the engine's business; this part is the same for every engine.
 *
 * Source of the rules: CPython 3.8 to 3.11 Modules/gcmodule.c (_PyObject_GC_Alloc,
 * gc_collect_generations, gc_collect_main), 3.12 Modules/gcmodule.c (_PyObject_GC_Link,
 * _Py_RunGC), 3.13 Python/gc.c.
 *
 *   count[0]  allocations minus deallocations since the last collection, never below 0
 *   count[g]  collections of generation g - 1 since the last one of generation g
 *
 * A collection is due when an allocation leaves count[0] > threshold[0], threshold[0] is not 0 and
 * automatic collection is enabled. It is of the oldest generation whose count exceeds its
 * threshold; of generation 2 only if long_lived_pending >= long_lived_total / 4. */
#ifndef PYGCSIM_SIM_MODEL_COLLECTOR_H
#define PYGCSIM_SIM_MODEL_COLLECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/param.h"

#define GENERATIONS 3
#define PERMANENT   GENERATIONS /* the index of the permanent generation */

enum collector_kind {
    /* Inside the allocation, before the new object is tracked: it is not examined, and is the
     * first of the emptied generation 0. */
    COLLECTS_IN_ALLOCATION,
    /* The allocation asks; the collection runs at the interpreter's next check (end of a call,
     * backward jump), so the new object is examined. A native section delays it. */
    COLLECTS_AT_CHECK,
};

/* One interpreter version: facts, no code. */
struct collector_version {
    const char *name; /* "cpython-3.11" */
    const char *summary;
    enum collector_kind kind;
    uint32_t thresholds[GENERATIONS];
    const char *costs; /* the set (sim/model/cost_file.h) of its times: its own, or borrowed */
};

/* Ends with a NULL name. */
extern const struct collector_version collector_versions[];
extern const struct registry collector_registry;

/* Where none is named. */
#define DEFAULT_COLLECTOR "cpython-3.13"

/* NULL if there is none of that name. */
const struct collector_version *collector_version(const char *name);

/* What gc.get_stats() gives for each generation. */
struct collector_stats {
    uint64_t collections, collected, uncollectable;
};

struct collector {
    const struct collector_version *version;
    uint32_t count[GENERATIONS], threshold[GENERATIONS];
    uint32_t limit; /* an allocation that takes count[0] above this asks for a collection */
    bool enabled, collecting;
    uint64_t long_lived_total, long_lived_pending;
    struct collector_stats stats[GENERATIONS];
};

void collector_init(struct collector *collector, const struct collector_version *version);

/* gc.enable(), gc.disable(), gc.set_threshold(), gc.freeze() as far as the counters go. */
void collector_enable(struct collector *collector, bool enabled);
void collector_set_threshold(struct collector *collector, const uint32_t threshold[GENERATIONS]);
void collector_freeze(struct collector *collector);

/* An object was allocated; true if that asks for a collection. */
static inline bool collector_allocated(struct collector *collector)
{
    return ++collector->count[0] > collector->limit;
}

/* n objects were deallocated. */
static inline void collector_freed(struct collector *collector, uint32_t n)
{
    collector->count[0] = collector->count[0] > n ? collector->count[0] - n : 0;
}

/* The generation an automatic collection would be of, -1 for none. */
int collector_choose(const struct collector *collector);

/* Around a collection of generation g, which found so much (sim/model/tally.h). `collecting` stays
 * true after its end until the owner says otherwise: callbacks run in between. */
void collector_begin(struct collector *collector, int generation);
void collector_end(struct collector *collector, int generation, uint64_t survivors,
                   uint64_t collected, uint64_t uncollectable);

#endif
