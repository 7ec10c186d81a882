/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What no policy can reach. A policy can take collections away, and no more than that: the pauses
 * and latencies that are left without any are the least there can be. */
#ifndef PYGCSIM_RESULTS_ANSWER_REACH_H
#define PYGCSIM_RESULTS_ANSWER_REACH_H

#include "results/answer/condition.h"

/* A condition on a pause or a latency that no setting of a group meets. */
struct reach {
    const struct condition *condition;
    const struct metric *metric;
    double without; /* its value without collections; NaN: no run is without, so nobody knows */
    double allowed;
};

/* Those of a group, into an array to be freed; returns how many. */
size_t reach_find(const struct outcomes *outcomes, size_t group,
                  struct condition *const *conditions, size_t count, struct reach **reaches);

/* "No policy can reach latency_p99 <= 50ms: …", a sentence with a full stop; to be freed. */
char *reach_sentence(const struct reach *reach);

#endif
