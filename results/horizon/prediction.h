/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What would come after a run: when the next collection of each generation comes, and how long it
 * takes. As if the steady state went on: allocations, deaths and events at the same rates. The
 * range of an instant is for rates that are not known better from so short a time; the longer pause
 * is for a heap whose reachable part goes on growing as it did. docs/model.md has the formulas, and
 * how good they are. */
#ifndef PYGCSIM_RESULTS_HORIZON_PREDICTION_H
#define PYGCSIM_RESULTS_HORIZON_PREDICTION_H

#include "results/horizon/steady.h"

/* So many collections of a generation in the steady state, and a run has seen what they are like.
 */
static inline uint64_t prediction_seen_enough(int generation)
{
    return generation == GENERATIONS - 1 ? 3 : 1;
}

#define HORIZON_NS ((uint64_t)NS_PER_D) /* if nothing else is said */

#define DISPERSION_LIMIT 4.0 /* arrivals in tenths vary more: bursts are longer than those */

/* Reals are NaN where there is no such thing: a generation whose turn never comes, a run without
 * requests, or without samples, or that ended before its steady state. */
struct prediction {
    struct prediction_of {
        double at, low, high;     /* wall time since the program began, s */
        double pause, pause_high; /* s */
    } next[GENERATIONS];
    double expected[GENERATIONS];    /* collections from the run's end to the horizon, on average */
    double usual_pause[GENERATIONS]; /* of those after the next ones, s */
    double full_period;              /* from one full collection to the next in the long run, s */
    double net_rate;           /* objects born less those reference counting frees, a second */
    double live_growth;        /* of reachable objects, a second */
    double arrival_dispersion; /* requests in tenths of the steady state: variance over mean */
    double horizon;            /* s of wall time since the program began */
    double changes; /* 1: within the horizon policies begin, end, freeze or unfreeze, or they have
                       begun or ended in the steady state, behind its first tenth */
    double
        flagged; /* 1: that, growth or bursts make a prediction from so short a time unreliable */
    double covered; /* 1: what can come within the horizon has been seen, and nothing is flagged */
    double horizon_pause_max;        /* the longest in the steady state, seen or to come, s */
    double pause_max_at[PRICE_ENDS]; /* the same, with the scatter at the ends of its range */
    double horizon_heap_peak; /* the most there will have been: with the garbage to come, bytes */
    struct tails {
        double p95, p99, p999, max;
    } latency; /* of all requests of the steady state up to the horizon, s */
};

struct prediction predict(const struct past *past, uint64_t horizon_ns);

#endif
