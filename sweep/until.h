/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replications until means are known well enough: at every point of an experiment, half of the 95%
 * interval of a metric's mean is at most a share of it. Replications are added to all points alike,
 * so that points stay comparable seed by seed, in rounds; how many follows from what is stored and
 * from nothing else, so a sweep that is continued ends with the same ones. */
#ifndef PYGCSIM_SWEEP_UNTIL_H
#define PYGCSIM_SWEEP_UNTIL_H

#include "results/store/metrics.h"
#include "results/store/store.h"
#include "sweep/file/experiment.h"

/* The metric whose mean is to be known: named by the rule, the experiment's objective, or what its
 * runs have; *found is NULL if they have none of those. Returns 0, or -1 with a line in *error. */
int until_metric(const struct experiment *experiment, int64_t id, struct store *store,
                 const struct metric **found, struct error *error);

struct precision {
    const struct metric *metric; /* NULL: no run has one to judge by */
    double share;    /* the widest: half of the interval over the mean; infinite below the fewest */
    char where[256]; /* the policy it is of */
    size_t needed;   /* replications that would probably do; those there are, if they do */
    size_t replications;
    size_t points; /* that have a value of the metric */
};

/* By what is stored of the runs of the plan that the store has made last. Returns 0, or -1 with a
 * line in *error. */
int until_precision(const struct experiment *experiment, const struct metric *metric,
                    struct store *store, struct precision *precision, struct error *error);

/* Gives the experiment so many seeds: those that it has, and then the next numbers. */
void until_extend(struct experiment *experiment, size_t replications);

#endif
