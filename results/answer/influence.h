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

/* What the share of the variance comes from. A factor's values make groups of settings. Where
 * hardly any value repeats, neighbours are compared in place of groups. Where a factor is sampled,
 * a value is that of one point, and says nothing that the point's other parameters do not:
 * observations are then the means of points, and the share of the variance between points that is
 * found is taken of the part of all variance that is between points. If there are too few settings
 * for neighbours, and each value has one, the observations are runs in place of means, in groups by
 * value: what all runs with one seed have in common is taken out. In a whole grid other factors are
 * no chance (results/answer/grid_effects.h). */
enum influence_by {
    INFLUENCE_BY_VALUES,
    INFLUENCE_BY_NEIGHBOURS,
    INFLUENCE_BY_RUNS,
    INFLUENCE_BY_GRID,
    INFLUENCE_BY_COUNT
};
extern const char *const influence_by_names[INFLUENCE_BY_COUNT]; /* for programs */

struct influence {
    size_t n;            /* settings with a value */
    size_t observations; /* that the share is of; those settings, or points, or runs */
    size_t groups;       /* of observations; 0: neighbours */
    enum influence_by by;
    bool same;                  /* all observations are equal: it has nothing to do with it */
    struct explained explained; /* NaN: it cannot be said */
    double total;               /* results/answer/grid_effects.h; NaN: it cannot be said */
    size_t ranked;              /* settings with a value and a number */
    double rank;                /* Spearman's correlation; NaN: it cannot be said */
    struct interval rank_interval;
};

struct influence influence_of(const struct factor *factor, const struct outcomes *outcomes,
                              size_t metric);

#endif
