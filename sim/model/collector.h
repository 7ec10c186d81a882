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

/* How the __dict__ of an instance and its values belong together, once there is one. */
enum attributes_rule {
    ATTRIBUTES_IN_DICT, /* up to 3.10: made by the first store, and the collector sees
                           instance → dict → values */
    ATTRIBUTES_MOVE,    /* 3.11, 3.12: values lie with the instance; a dict that is asked for takes
                           them: instance → dict → values */
    ATTRIBUTES_HIDE_DICT, /* 3.13: they stay, and the dict points at them: instance → values; nobody
                             visits the dict, nor does it visit them (until its owner has died) */
    ATTRIBUTES_SHARE_DICT, /* from 3.14: they stay, but once there is one: instance → dict → values
                            */
};

/* What a version does with kinds of objects (Objects/{tuple,dict,weakref,type}object.c, Python/gc.c
 * or Modules/gcmodule.c). */
struct object_rules {
    enum attributes_rule attributes;
    uint8_t tuple_sizes; /* tuples of 1 … so many items have free lists */
    bool
        keeps_largest_tuples; /* those of so many items enter theirs, and are never taken from it */
    bool untracks_dicts; /* a dict is tracked from when something that may be tracked is stored in
                            it, until a full collection finds nothing of the kind; else always */
    bool makes_untracked_tuples; /* of atoms; else the first collection they meet untracks them */
    bool resurrects_all;         /* when a finalizer resurrects one, all the garbage survives */
    bool knows_finalized;        /* has gc.is_finalized() */
    bool clears_weakrefs_late;   /* those without callback only behind finalizers */
    uint8_t callbacks_in_tuple;  /* so many callbacks of one dying object, or more, are put into a
                                    tuple */
    uint8_t trashcan_depth; /* so deep deallocations nest (object.c, the trashcan: what would nest
                               deeper waits until the outermost has ended); 0: thousands, which is
                               not modelled */
    bool exceptions_in_trashcan; /* those of exceptions count for that, too */
    const char *weakref_type;    /* tp_name of weak references */
};

#define TUPLE_SIZES_MOST 20 /* of any version */

/* One interpreter version: facts, no code. */
struct collector_version {
    const char *name; /* "cpython-3.11" */
    const char *summary;
    enum collector_kind kind;
    struct object_rules objects;
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
