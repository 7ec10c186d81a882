/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run as it ends, for those who say what would come next (results/horizon/): what the collector
 * counts, what a collection of each generation would find now, and what policies would do by
 * themselves. */
#ifndef PYGCSIM_SIM_MODEL_ENDING_H
#define PYGCSIM_SIM_MODEL_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/setting.h"
#include "sim/model/collector.h"
#include "sim/model/costs.h"
#include "sim/model/program.h"

struct engine;

/* The collections that a policy asks for by itself: the next, and those after it, for good. */
struct policy_plan {
    int generation; /* PLAN_CHANGE: it is no collection */
    /* At the after-th report of that event from now, and every every-th from then on. */
    enum program_event on;
    uint64_t after;           /* 0: it goes by the clock, as below */
    uint64_t every;           /* 0: once */
    uint64_t at_ns, every_ns; /* at that wall instant, and whenever so much more has passed */
};

/* At the after-th report of an event something changes that nobody predicts: a policy begins or
 * ends, or freezes or unfreezes what there is by then. */
#define PLAN_CHANGE (-1)

/* Of all policies of a run. */
#define POLICY_PLANS_MOST (4 * SETTING_PARTS_MOST)
struct policy_plans {
    struct policy_plan plans[POLICY_PLANS_MOST];
    size_t count;
    uint64_t changed_ns; /* wall instant when one last began or ended with an event; 0: never */
    uint64_t left_out;   /* bit i: the i-th never began, since its end came first */
};

void policy_plans_add(struct policy_plans *plans, struct policy_plan plan);
void policy_plans_add_change(struct policy_plans *plans, enum program_event on, uint64_t after);

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
    struct policy_plans plans; /* what the policies do by themselves */
};

/* Everything but the plans and the work. Collects every generation, so the heap is not what it was
 * after that; the same with every engine. */
void ending_find(struct ending *ending, const struct engine *engine, void *engine_state,
                 const struct collector *collector, const struct costs *costs);

#endif
