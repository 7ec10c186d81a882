/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many of the first observations of a series belong to its warm-up: MSER-5 (White, Cobb &
 * Spratt, A comparison of five steady-state truncation heuristics for simulation, WSC 2000; White,
 * Simulation 69, 1997).
 *
 * The observations are put together in batches of five, a rest at the end left out. Of m batch
 * means Z, the d first are dropped that leave the mean of the others the smallest standard error:
 *     MSER(d) = Σ over j = d … m − 1 of (Z[j] − mean of those)² / (m − d)²
 * is smallest; of equals, the smallest d. Only d ≤ m / 2 is looked at,
 * since few batches at the end may happen to be alike: a change after the middle is not seen, so a
 * run must be at least twice as long as its warm-up. */
#ifndef PYGCSIM_RESULTS_STATISTICS_WARMUP_H
#define PYGCSIM_RESULTS_STATISTICS_WARMUP_H

#include <stdbool.h>
#include <stddef.h>

#define WARMUP_BATCH 5

/* Fewer observations than these say nothing about a steady state. */
#define WARMUP_LEAST 50

/* The number to drop, a multiple of five. *settled: false if no steady state shows: the best d is
 * the last that was looked at, or there are fewer than WARMUP_LEAST observations (then 0). */
size_t warmup_mser5(const double *x, size_t n, bool *settled);

#endif
