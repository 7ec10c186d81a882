/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well a function of several means is known, where all are over the same n replications: the
 * jackknife's pseudo-values (Tukey, Bias and confidence in not-quite large samples, Annals of
 * Mathematical Statistics 29, 1958; Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapter 11). With θ the function of the means, and θ(i) that of the means without replication i,
 *     pseudo(i) = n θ − (n − 1) θ(i)
 * are taken for n independent values whose mean is θ, so that an interval of their mean
 * (results/statistics/interval.h) is one of θ. Where the function is linear they are its values
 * replication by replication: of a − b the differences of the pairs. */
#ifndef PYGCSIM_RESULTS_STATISTICS_JACKKNIFE_H
#define PYGCSIM_RESULTS_STATISTICS_JACKKNIFE_H

#include <stddef.h>

/* Of means over so many replications. */
typedef double jackknife_function(void *context, const double *means, size_t replications);

/* `x` has n >= 2 values of each of `count` means, mean by mean; `pseudo` has room for n. */
void jackknife_pseudo_values(const double *x, size_t count, size_t n, jackknife_function *function,
                             void *context, double *pseudo);

#endif
