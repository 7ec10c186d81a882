/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much a parameter has to do with a metric: rank correlation where the parameter is a number,
 * and share of the variance, from groups where it has few values, or values without an order, and
 * from neighbours where hardly any value repeats. Each of n observations is a run, or the mean over
 * the replications of a setting. Values are finite. */
#ifndef PYGCSIM_RESULTS_STATISTICS_CORRELATION_H
#define PYGCSIM_RESULTS_STATISTICS_CORRELATION_H

#include <stddef.h>

#include "results/statistics/interval.h"

/* Spearman's rank correlation, ties sharing the mean of their ranks. NaN if n < 2 or all values on
 * one side are equal. */
double correlation_spearman(const double *x, const double *y, size_t n);

/* Its interval: Fisher's z = atanh r, whose variance is (1 + r²/2) / (n − 3) (Bonett & Wright,
 * Psychometrika 65, 2000). That variance would be that of a point if r = ±1; so for the end towards
 * 0 a perfect order is taken for one in which two neighbours are swapped, 1 − 12 / (n (n² − 1)).
 * NaN if n < 4.
 *
 * Of 20,000 experiments with normal x and y, so many % have the true rank correlation in the 95%
 * interval (tests/unit/test_coverage.c):
 *
 *     true value      0      0.58   0.89   0.95   0.99
 *     n = 5         100.0   99.4   98.8   97.7   95.4
 *     n = 10         96.7   95.8   95.0   96.0   89.0
 *     n = 20         95.9   95.8   95.5   94.2   82.4 */
struct interval correlation_spearman_interval(double r, size_t n, double confidence);

/* Groups of observations that have the same value of a parameter. With k groups and the sums of
 * squares between them, B, and inside them, W:
 *     eta²   = B / (B + W), the correlation ratio (Pearson 1905): the part of the variance of
 *              just these observations; of pure noise it is (k − 1) / (n − 1) on average
 *     share  = (B − (k − 1) W / (n − k)) / (B + W + W / (n − k)), omega² (Hays 1963), but at
 *              least 0: what eta² would be with endless replications. It is the parameter's
 *              first-order index (Sobol' 1993) if the design has all combinations equally often.
 *
 * Both are NaN if there are fewer than two groups or all observations are equal; the share also if
 * no group has two observations.
 *
 * The interval of the share is a bootstrap inside each group (Davison & Hinkley, Bootstrap Methods
 * and their Application, 1997, sections 3.2 and 3.8): residuals are stretched by √(m / (m − 1)) in
 * a group of m, and group means drawn together, so that the share of what is resampled is the one
 * estimated. It is the wider of two readings of the resampled shares: their percentiles, and these
 * reflected at the estimate on the scale atanh √share. NaN if a group has a single observation.
 *
 * Of 5,000 experiments so many % have the true share in the 95% interval (the same test;
 * lognormal: the deviation of the logarithm is 0.5):
 *
 *     true share                 0     0.2   0.5   0.8   0.95
 *     4 groups of 5, normal      97.9  97.3  96.4  96.8  97.1
 *     4 groups of 10, normal     99.0  92.5  96.2  95.7  96.3
 *     4 groups of 5, lognormal   98.6  96.6  93.8  92.3  91.3
 *     4 groups of 10, lognormal  99.4  92.7  92.1  90.3  89.3
 *     4 groups of 40, lognormal  99.6  95.0  93.3  91.9  91.4
 *
 * What varies inside groups is taken for chance. In a whole grid it is not: what other parameters
 * do is the same in every group (results/answer/grid_effects.h). */
struct explained {
    double eta2, share;
    struct interval interval; /* of the share */
};

/* group[i], below `groups`, is the one that y[i] belongs to. */
struct explained correlation_ratio(const double *y, const size_t *group, size_t n, size_t groups,
                                   double confidence);

/* The same share of a parameter whose values hardly repeat, from observations y in the order of
 * these values: neighbours have nearly the same value, so that what is between them is not the
 * parameter's. share = 1 - sum (y[i + 1] - y[i])^2 / (2 (n - 1)) / s^2, with the sample variance
 * s^2, and at least 0. It is the rank estimator of Gamboa, Gremaud, Klein & Lagnoux (Bernoulli 28,
 * 2022, section 2) without the pair of the last and the first, which takes 6 / n away from a metric
 * that goes straight. Any shape counts, also one that is not monotone; of one that goes up and down
 * several times among n points a part is missed. eta2 is NaN.
 *
 * The interval has the shares S from which the estimate is not further than chance: with a normal
 * metric and normal noise its variance is about
 *     (1 - S)^2 (1 + 4 S) / n,
 * from those of both sums (von Neumann, Ann. Math. Stat. 12, 1941: 3 / n for the noise), taken at S
 * and not at the estimate (as by Wilson, JASA 22, 1927). Where the variance that the sums' own
 * terms show is larger, it is stretched for that. No resampling: that would make neighbours of what
 * are none. NaN if n < CORRELATION_NEIGHBOURS or all observations are equal.
 *
 * Of 10,000 experiments so many % have the true share in the 95% interval (the same test; straight:
 * a straight line and normal noise; the others are parameters of Ishigami & Homma's function,
 * 1990):
 *
 *     true share    0     0.2   0.5   0.8   0.95   x1: 0.31  x2: 0.44  x3: 0
 *     n = 20        98.2  99.3  95.5  93.5  80.4   99.9      93.8      93.5
 *     n = 50        97.7  98.4  96.4  96.5  95.1   96.7      95.8      92.6
 *     n = 100       97.6  98.3  96.3  96.8  96.8   96.1      95.4      93.3 */
#define CORRELATION_NEIGHBOURS 10
struct explained correlation_of_neighbours(const double *y, size_t n, double confidence);

#endif
