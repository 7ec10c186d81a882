/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens in module gc, one thing after the other: what a collection of CPython prints and
 * runs, and what gc answers a heap script (docs/heap-scripts.md has them as `replay --events` and
 * `--debug-text` write them). */
#ifndef PYGCSIM_SIM_MODEL_GC_EVENT_H
#define PYGCSIM_SIM_MODEL_GC_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "sim/model/collector.h"

/* Flags of gc.set_debug; DEBUG_STATS is as if it were always on. */
enum gc_debug {
    GC_DEBUG_STATS = 1,
    GC_DEBUG_COLLECTABLE = 2,
    GC_DEBUG_UNCOLLECTABLE = 4,
    GC_DEBUG_SAVEALL = 32,
    GC_DEBUG_LEAK = GC_DEBUG_COLLECTABLE | GC_DEBUG_UNCOLLECTABLE | GC_DEBUG_SAVEALL,
};

enum gc_event_kind {
    GC_EVENT_COLLECTION,    /* begins: generation, before, permanent */
    GC_EVENT_COLLECTABLE,   /* DEBUG_COLLECTABLE: type, of */
    GC_EVENT_CALLBACK,      /* of a weak reference: of */
    GC_EVENT_FINALIZER,     /* of an object: of */
    GC_EVENT_UNCOLLECTABLE, /* DEBUG_UNCOLLECTABLE: type, of */
    GC_EVENT_DONE,          /* the collection: generation, unreachable, uncollectable, pause_ns */
    GC_EVENT_COLLECT,       /* the program's gc.collect() has returned: answer */
    GC_EVENT_COUNT,         /* count */
    GC_EVENT_TRACKED,       /* of the object asked about: answer */
    GC_EVENT_FINALIZED,     /* the same; ANSWER_NONE where the version cannot say */
    GC_EVENT_OBJECTS,       /* labels */
    GC_EVENT_GARBAGE,       /* labels */
    GC_EVENT_END,           /* of the program: count, stats */
};

#define LABEL_NONE  UINT32_MAX /* of an object that no operation has made or asked for */
#define ANSWER_NONE (-1)

struct gc_event {
    enum gc_event_kind kind;
    uint64_t operation; /* during which it happens, from 0 */
    int generation;
    uint64_t before[GENERATIONS], permanent; /* objects tracked */
    uint32_t of;      /* the object's label: the operation that has made it, or asked for it last */
    const char *type; /* tp_name */
    uint64_t unreachable, uncollectable; /* as DEBUG_STATS prints them: the first has the second */
    uint64_t pause_ns;
    int64_t answer;
    uint32_t count[GENERATIONS];
    struct collector_stats stats[GENERATIONS];
    const uint32_t *labels; /* in the order of gc's list; valid while the observer is told */
    size_t label_count;
};

#endif
