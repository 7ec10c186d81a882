/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantiles by nearest rank: of n values the p-th percentile is the ceil(p n / 100)-th smallest, so
 * it is one of them; the 0-th is the smallest. */
#ifndef PYGCSIM_RESULTS_STATISTICS_QUANTILE_H
#define PYGCSIM_RESULTS_STATISTICS_QUANTILE_H

#include <stddef.h>

/* Where it is among n > 0 values in ascending order, from 0. */
size_t quantile_place(size_t n, double percent);

/* Ascending; no value is NaN. */
void quantile_sort(double *x, size_t n);

#endif
