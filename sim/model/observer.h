/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulation tells of itself while it runs. Times are nanoseconds since the program began.
 */
#ifndef PYGCSIM_SIM_MODEL_OBSERVER_H
#define PYGCSIM_SIM_MODEL_OBSERVER_H

#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/costs.h"
#include "sim/model/gc_event.h"

/* Who asked for a collection. */
#define COLLECTION_CAUSES(X)                                                                       \
    X(threshold, "automatic: a counter exceeded its threshold")                                    \
    X(policy, "the policy called collect")                                                         \
    X(program, "the program itself called collect")

enum collection_cause {
#define X(name, meaning) CAUSE_##name,
    COLLECTION_CAUSES(X)
#undef X
        CAUSE_COUNT
};
extern const char *const collection_cause_names[CAUSE_COUNT + 1];

struct collection {
    uint64_t sequence;            /* from 0 */
    uint64_t operation;           /* during which it ran, from 0 */
    uint64_t wall_ns, mutator_ns; /* as it begins */
    int generation;
    enum collection_cause cause;
    uint64_t before[GENERATIONS]; /* tracked objects as it begins */
    uint64_t permanent;
    uint64_t examined;    /* objects in the generations collected */
    uint64_t refs;        /* references they hold: fields, each of which tp_traverse visits */
    uint64_t unreachable; /* objects found, collected + uncollectable */
    uint64_t promoted;    /* survivors that it has moved into an older generation */
    uint64_t pause_ns;
    uint64_t pause_at_ns[PRICE_ENDS]; /* what it would be with the scatter at these ends */
    uint64_t heap_bytes_before, heap_bytes_after;
};

struct sample {
    uint64_t wall_ns;
    uint64_t live_bytes, garbage_bytes; /* reachable; unreachable and not reclaimed (floating) */
    uint64_t tracked[GENERATIONS];
    uint64_t net; /* objects born so far, less those that reference counting has freed */
};

struct request {
    uint64_t arrival_ns, latency_ns; /* arrival to the end of its last burst, waits included */
    uint64_t undelayed_ns;           /* its latency if no collection took time: of the program, the
                                        same under every policy */
    uint64_t mutator_ns, idle_ns;    /* as it ends: of the whole run, so far */
    /* Idle time so far that would have made up for an earlier pause, had there been one: what was
     * before it began, and what passed while it waited, as far as it was not resumed at once. With
     * a pause of D more when the worker had been idle for I, it would end max(0, D - (slack - I))
     * later, if it began after that. */
    uint64_t slack_ns;
    uint64_t born; /* objects so far, as it ends */
};

/* Each function may be NULL, gets `context`, and returns 0, or -1 to end the run (its owner knows
 * why: a full disk, say). Observers form a chain; all of it is told everything. */
struct observer {
    const struct observer *next;
    void *context;
    int (*collection)(void *context, const struct collection *collection);
    int (*sample)(void *context, const struct sample *sample);
    int (*request)(void *context, const struct request *request);
    /* What module gc does and answers, in order (sim/model/gc_event.h). */
    int (*gc_event)(void *context, const struct gc_event *event);
    /* Now and then: how far the program is, from 0 to 1 (0 if it does not say). */
    int (*progress)(void *context, double fraction);
};

#endif
