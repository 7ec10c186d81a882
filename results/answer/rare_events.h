/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics of runs that are too short to say how often something rare comes. A full collection that
 * comes in one run of ten makes pauses, latencies and heaps of that run others than those of the
 * rest. Which runs have it is chance, and an interval of their mean says nothing: with an event in
 * 9.5% of runs, nominal 95% intervals hold the truth in 26% of samples of 3 runs, 64% of 10 (they
 * have no event at all in 37% of those; tests/unit/test_rare_events.c). So where a collection of a
 * generation decides a metric (metric_by_rare_collections), and its runs are neither all with one
 * in their steady state nor as good as surely without, there is no interval:
 *
 *   some have one   if it matters: the mean of the runs with one is beyond all those without, and
 *                   the other way round
 *   none has        if RARE_EVENTS_LEAST or more would be expected in a run (what is predicted from
 *                   its end to the horizon, in proportion to how long its steady state was), and if
 *                   it matters: with what is predicted, the mean is beyond all that was seen. That
 *                   is known of metrics that have a counterpart at the horizon, and of the time
 *                   that collections take
 *
 * Where a run does not tell, as one of an older version, intervals are as ever. */
#ifndef PYGCSIM_RESULTS_ANSWER_RARE_EVENTS_H
#define PYGCSIM_RESULTS_ANSWER_RARE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/outcome.h"

#define RARE_EVENTS_LEAST 0.01 /* collections of a run */

/* What is read of runs besides the metrics asked for. */
extern const char *const rare_events_metrics[];
extern const size_t rare_events_metric_count;

struct rare_events {
    bool decide;         /* or else the interval is right */
    size_t events, runs; /* so many of the runs with a value have one */
};

struct rare_events rare_events_of(const struct outcomes *outcomes, size_t setting, size_t metric);

/* What "(2 of 5)" behind a mean says, by the first of them that has it, to be freed; NULL: none. */
char *rare_events_legend(const struct estimate *means, size_t count);

#endif
