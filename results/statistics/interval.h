/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Confidence intervals of a mean: over the replications of one setting, or over paired differences.
 * Values are finite and independent of each other; `confidence` is between 0 and 1, most often
 * INTERVAL_CONFIDENCE. Fewer than two values have no interval: both ends are NaN. Values that are
 * all equal have that one point.
 *
 * Student's t: mean ± t(n − 1) s/√n. Right for metrics that are sums or means themselves.
 *
 * Bootstrap: for metrics whose values are skewed (percentiles, maxima). The studentised bootstrap,
 * bootstrap-t (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5; Hall, The
 * Bootstrap and Edgeworth Expansion, 1992): of each resample of n values with
 * replacement, t* = (mean* − mean) / (s* / √n); the interval is mean − t*(97.5%) s/√n to
 * mean − t*(2.5%) s/√n. A resample with less than a hundredth of the variance has no
 * t* to speak of, since nearly all of its values are the same, and is left out. The rule:
 *     n < 5        the t interval; t* of so few values has tails that say nothing
 *     5 … 1000     the wider of bootstrap-t and t, each end by itself
 *     n > 1000     the t interval: right in 94.5% even of lognormal values with σ = 1
 * The resamples (1999) depend on n alone and are the same in every process; the order of the values
 * does not matter. Nothing of them is farther out than their extremes, t*(0.05%) and t*(99.95%):
 * intervals of more than 99.9% have these for ends, or those of t where they are wider.
 *
 * How often 95% intervals have the true mean in them, in % of 20,000 experiments (standard error
 * 0.2; tests/unit/test_coverage.c measures and checks it; σ is that of the logarithm):
 *
 *                         t, n = 3  5     10    20    bootstrap, 3  5     10    20
 *     normal              94.9  95.0  95.0  95.0      94.9  96.9  96.1  95.7
 *     exponential         88.2  88.2  89.9  91.9      88.2  93.2  94.5  95.6
 *     lognormal, σ = 0.5  92.0  91.8  91.9  93.2      92.0  94.9  94.5  95.3
 *     lognormal, σ = 1    83.6  82.4  84.1  86.8      83.6  89.3  91.1  92.9
 *
 * With fewer than five replications no interval of a skewed metric can be trusted. */
#ifndef PYGCSIM_RESULTS_STATISTICS_INTERVAL_H
#define PYGCSIM_RESULTS_STATISTICS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>

#define INTERVAL_CONFIDENCE 0.95

/* Of each of several comparisons, so that all their intervals together are right as often as one of
 * INTERVAL_CONFIDENCE: 1 − 0.05 / comparisons (Bonferroni's inequality; Dunn, Multiple comparisons
 * among means, Journal of the American Statistical Association 56, 1961). None counts as one. */
double interval_confidence_of(size_t comparisons);

struct interval {
    double low, high;
};

/* How an interval is made. */
enum interval_kind { INTERVAL_t, INTERVAL_bootstrap };

/* NaN without values. */
double interval_mean(const double *x, size_t n);

struct interval interval_of_mean(const double *x, size_t n, enum interval_kind kind,
                                 double confidence);

/* `value` is outside; false if there is no interval. */
bool interval_excludes(struct interval interval, double value);

/* What the value farthest from the mean has of the sum of all squared deviations, 0 to 1. With more
 * and more values it goes to 0 if their variance is finite (Embrechts, Klüppelberg & Mikosch,
 * Modelling Extremal Events, 1997, section 6.2.6: ratio of maximum and sum), so where it is large
 * the variance, and with it the interval, is a matter of the next large value. 0 if all are equal.
 */
double interval_largest_share(const double *x, size_t n);

/* Beyond this the tail is heavy. Of samples of 20 and more that a sweep stops at, that is none of
 * normal values, 10% of lognormal ones with σ = 1, 32% of Pareto's with exponent 2.1
 * (tests/statistics/test_stopping.c). */
#define INTERVAL_HEAVY 0.5

/* With so many of `count` >= 1 resampled values in it, as many left out on either side, but one at
 * least. The values change places. */
struct interval interval_of_resamples(double *values, size_t count, double confidence);

/* The smallest interval with both in it. */
struct interval interval_wider(struct interval a, struct interval b);

#endif
