/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replications until the best is known: each workload and collector is a race of its policies
 * (results/statistics/selection.h), and who has lost it gets no more seeds. The race is about what
 * `pygcsim best` decides by: a metric, or what it will have come to at the horizon where runs tell.
 *
 * It is run again from the first seed at every look, by what is stored and by nothing else, so a
 * sweep that is continued has the same losers after the same seeds, and ends with the same runs. */
#ifndef PYGCSIM_SWEEP_RACE_H
#define PYGCSIM_SWEEP_RACE_H

#include "results/statistics/selection.h"
#include "results/store/metrics.h"
#include "sweep/plan.h"

struct race {
    const struct metric *metric;    /* NULL: no run has one to judge by */
    bool high;                      /* that is to be large */
    struct race_group {             /* of one workload and collector: */
        size_t first, count;        /* points of the experiment, one after the other */
        size_t replications;        /* of those that are left */
        size_t runs;                /* of all of them */
        struct selection selection; /* its systems are the points */
    } * groups;
    size_t group_count;
};

/* By what is stored of the runs of a plan, the one that the store has made last. To be freed with
 * race_fini. Returns 0, or -1 with a line in *error. */
int race_read(struct race *race, const struct plan *plan, struct store *store, struct error *error);
void race_fini(struct race *race);

/* Gives those that are left more seeds, where there are several and fewer seeds than are allowed.
 * Returns whether there are such. */
bool race_extend(const struct race *race, struct experiment *experiment);

/* All points are back in it, with the seeds of the first look: programs are others now. */
void race_restart(struct experiment *experiment);

#endif
