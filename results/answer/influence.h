/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much a factor has to do with a metric (results/statistics/correlation.h). An observation is a
 * setting's mean over its replications, of all workloads and collectors of the experiment. */
#ifndef PYGCSIM_RESULTS_ANSWER_INFLUENCE_H
#define PYGCSIM_RESULTS_ANSWER_INFLUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/factor.h"
#include "results/statistics/correlation.h"

/* What a factor has to do with a metric. Its values make groups of settings. Where a factor is
 * sampled, a value is that of one point, and says nothing that the point's other parameters do not:
 * observations are then the means of points, in groups of neighbours, and the share of the variance
 * between points that is found is taken of the part of all variance that is between points. Where
 * there are fewer than two settings a value too, neighbouring numbers are put together,
 * INFLUENCE_GROUP settings or more in each of at most INFLUENCE_GROUPS groups. If that gives no two
 * groups, and each value has one setting, the observations are runs in place of means: what all
 * runs with one seed have in common is taken out. */
#define INFLUENCE_GROUP  5
#define INFLUENCE_GROUPS 10
#define INFLUENCE_POINTS 12 /* in a group of points, unless that gives fewer */
#define INFLUENCE_FEWEST 4  /* groups than these */

struct influence {
    size_t n;                   /* settings with a value */
    size_t observations;        /* that the share is of; those settings, or points, or runs */
    size_t groups;              /* of observations */
    bool same;                  /* all observations are equal: it has nothing to do with it */
    struct explained explained; /* NaN: it cannot be said */
    size_t ranked;              /* settings with a value and a number */
    double rank;                /* Spearman's correlation; NaN: it cannot be said */
    struct interval rank_interval;
};

struct influence influence_of(const struct factor *factor, const struct outcomes *outcomes,
                              size_t metric);

#endif
