/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run as it ends, for those who say what would come next (results/horizon/): what the collector
 * counts, what a collection of each generation would find now, and what the policy would do by
 * itself. */
#ifndef PYGCSIM_SIM_MODEL_ENDING_H
#define PYGCSIM_SIM_MODEL_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/collector.h"
#include "sim/model/costs.h"
#include "sim/model/program.h"

struct engine;

/* The collections that a policy asks for by itself: the next, and those after it, for good. */
struct policy_plan {
    int generation;
    enum program_event on; /* at the after-th report of that event from now, and every every-th */
    uint64_t after, every; /* from then on; after is 0 if it goes by the clock: */
    uint64_t at_ns, every_ns; /* at that wall instant, and whenever so much more has passed */
};

struct ending {
    uint64_t count[GENERATIONS], threshold[GENERATIONS]; /* as of struct collector */
    uint64_t long_lived_total, long_lived_pending;
    uint64_t automatic;                /* 1: collection by thresholds is on */
    uint64_t tracked[GENERATIONS + 1]; /* objects, by generation; the last: permanent */
    uint64_t heap_bytes, live_bytes;
    /* A collection of generation g. Objects that would die only because what it finds goes are
     * counted as found by it too, if they are in an older generation: as survivors. */
    struct would_find {
        uint64_t examined, unreachable; /* objects */
        uint64_t worked_ns; /* by the program, since a collection last went through all of it */
        /* What its pause depends on (sim/model/costs.h): all of it, and of that the part of the
         * unreachable ones, to work out the pause with more of them, or fewer. */
        struct load load, garbage;
    } would_find[GENERATIONS];
    struct policy_plan plan; /* generation -1: the policy does not collect by itself */
};

/* Everything but the plan and the work. Collects every generation, so the heap is not what it was
 * after that; the same with every engine. */
void ending_find(struct ending *ending, const struct engine *engine, void *engine_state,
                 const struct collector *collector, const struct costs *costs);

#endif
