/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replications until means are known well enough: at every point of an experiment, half of the 95%
 * interval of a metric's mean is at most a share of it. Replications are added to all points alike,
 * so that points stay comparable seed by seed, in rounds; how many follows from what is stored and
 * from nothing else, so a sweep that is continued ends with the same ones.
 *
 * Who looks again and again stops where an interval is short by chance, so the first look is at
 * UNTIL_FEWEST (sweep/file/terms.h). How often the intervals hold that were stopped at:
 * tests/statistics/test_stopping.c, docs/experiments.md. */
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
    double share;                /* the widest: half of the interval over the mean */
    char where[256];             /* the policy it is of */
    size_t needed; /* replications that would probably do; those there are, if they do */
    size_t replications;
    size_t points;        /* that have a value of the metric */
    size_t heavy;         /* and of these with a heavy tail: beyond INTERVAL_HEAVY */
    double largest_share; /* the largest of these */
    char heaviest[256];   /* the policy that it is of */
};

/* How many replications a point would probably need; as many as it has if they are enough. Of few
 * the spread is not known well: their number is doubled at most. */
size_t until_needed(const struct estimate *estimate, const struct until *until);

/* By what is stored of the runs of the plan that the store has made last. Returns 0, or -1 with a
 * line in *error. */
int until_precision(const struct experiment *experiment, const struct metric *metric,
                    struct store *store, struct precision *precision, struct error *error);

#endif
