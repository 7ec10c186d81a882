/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the longest of n is likely to be, from fewer values, or from more.
 *
 * From more, the median of the largest of n drawn from them: n independent draws are all below the
 * quantile q with probability q^n. From fewer, by Gumbel's law (Gumbel, Statistics of Extremes,
 * 1958), to which the largest of many values tends if their tail falls off exponentially, as those
 * of queues do: F(x) = exp(-exp(-(x - μ) / β)). The values are taken in 20 blocks, in order; μ and
 * β follow from mean and deviation of the blocks' largest, β = s √6 / π and μ = mean - γ β; of m
 * such blocks the largest is distributed with μ + β ln m in place of μ. */
#ifndef PYGCSIM_RESULTS_STATISTICS_EXTREME_H
#define PYGCSIM_RESULTS_STATISTICS_EXTREME_H

#include <stddef.h>

#define EXTREME_BLOCKS 20

/* The median of the largest of n values like these `count`, in the order in which they came; that
 * may be another one after. NaN if there are none; below EXTREME_BLOCKS the largest is the best
 * that can be said. */
double extreme_largest(double *x, size_t count, double n);

#endif
