/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the steady state of a run was like, for predictions of what comes behind it: rates, from the
 * first request that arrives in it (what is before that is waiting) to the last answer; of a
 * program without requests, over all of it. Times are seconds, sizes are objects. */
#ifndef PYGCSIM_RESULTS_HORIZON_STEADY_H
#define PYGCSIM_RESULTS_HORIZON_STEADY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/model/observer.h"
#include "sim/simulation.h"

/* A run, with everything it has told. */
struct past {
    const struct simulation_result *result;
    const struct collection *collections;
    const struct sample *samples;
    const struct request *requests;
    size_t collection_count, sample_count, request_count;
    bool is_at_end; /* pauses are those with the scatter at an end of its range, and not its own */
    enum price_end end;
};

static inline uint64_t past_pause_ns(const struct past *past, const struct collection *collection)
{
    return past->is_at_end ? collection->pause_at_ns[past->end] : collection->pause_ns;
}

/* Whether a wall instant lies in the steady state. */
bool past_is_steady(const struct past *past, uint64_t wall_ns);

struct steady {
    double from, to;           /* wall time over which rates are */
    double rate, rate_error;   /* of net births, a second, and its standard error */
    double grows, grows_error; /* reachable objects, a second; NaN without samples */
    double floats;             /* garbage, a second, that only a full collection finds */
    double interval;           /* between two triggers (results/horizon/triggers.h) */
    double young_garbage;      /* of a collection of generation 0; NaN: none was seen */
    double under_way; /* held for a short time at any time, but not at the end, in requests */
    double lasting;   /* of net births, a second, those that live for longer */
    double middle_survivors; /* of a collection of generation 1 */
    double middle_error;     /* the standard error of these, relative; 0 if it is not known */
    double dispersion;       /* of arrivals in tenths: variance over mean; NaN without any */
    uint64_t seen[GENERATIONS];
    double longest_pause; /* 0: there was no collection */
    /* Of those that found nothing left by start-up; NaN: none. */
    double usual_pause[GENERATIONS - 1];
    /* Whether one now would find nothing of that either. */
    bool is_fresh[GENERATIONS - 1];
};

/* False: there is none, or nothing to go by. */
bool steady_find(struct steady *steady, const struct past *past);

#endif
