/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How an experiment's points stand while it is under way: the mean of what is to be made small, of
 * the runs that have ended so far. For whoever watches; an answer is worked out from all runs, with
 * intervals (results/answer). */
#ifndef PYGCSIM_SWEEP_STANDINGS_H
#define PYGCSIM_SWEEP_STANDINGS_H

#include <stdbool.h>

#include "results/store/metrics.h"
#include "sweep/plan.h"

struct standings {
    const struct experiment *experiment;
    const struct metric *objective; /* NULL: none known yet */
    struct standing {
        double sum;
        size_t count;
    } * points; /* the experiment's, of runs with a value */
};

void standings_init(struct standings *standings, const struct experiment *experiment);
void standings_fini(struct standings *standings);

/* A run has ended, with these values of metrics. The objective is the experiment's, or else the
 * first of the usual ones that a run has a value of. */
void standings_note(struct standings *standings, const struct planned_run *run,
                    const double *values);

/* The point with the least mean, the first of them; false: there is none yet. */
bool standings_best(const struct standings *standings, size_t *point, double *mean);

#endif
