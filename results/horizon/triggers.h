/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * At which *trigger* (an allocation that takes the counter of generation 0 over its threshold, so
 * that something is collected) the turn of each generation comes: by the rules of
 * sim/model/collector.h, without going through the triggers one by one. */
#ifndef PYGCSIM_RESULTS_HORIZON_TRIGGERS_H
#define PYGCSIM_RESULTS_HORIZON_TRIGGERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/collector.h"

struct trigger_state {
    uint64_t count[GENERATIONS], threshold[GENERATIONS];
    uint64_t long_lived_total, long_lived_pending;
    /* What collections of generation 1 leave: the first of them, and those after it. Objects. */
    double first_survivors, survivors;
};

struct triggers {
    double first[GENERATIONS]; /* the number of the trigger, from 1; INFINITY: it never comes */
    bool waits_for_pending;    /* the 25% rule, not the counters, decides when the full one comes */
};

struct triggers triggers_of(const struct trigger_state *state);

#endif
