/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mean over replications with its interval (results/statistics/interval.h), the difference of two
 * means over pairs, and how many replications a better answer needs.
 *
 * Settings that share their seeds are compared in pairs: replication i of one and of the other ran
 * the same program, so the interval is that of the mean of the n differences (Law, Simulation
 * Modeling and Analysis, 5th edition, 2015, section 10.2.1). Two can be told apart when that
 * interval has no 0 in it. */
#ifndef PYGCSIM_RESULTS_STATISTICS_ESTIMATE_H
#define PYGCSIM_RESULTS_STATISTICS_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "results/statistics/interval.h"

struct estimate {
    size_t n;
    double mean; /* NaN if n is 0 */
    struct interval interval;
    double confidence;
    bool rare;     /* which of the values something rare decides is chance: there is no interval */
    size_t events; /* so many of the n values have it, if rare */
};

struct estimate estimate_mean(const double *x, size_t n, enum interval_kind kind,
                              double confidence);

/* The same estimate where something rare decides, in so many of its values. */
struct estimate estimate_without_interval(struct estimate estimate, size_t events);

/* Of a − b, pair by pair. */
struct estimate estimate_difference(const double *a, const double *b, size_t n,
                                    enum interval_kind kind, double confidence);

/* The interval's longer half over |mean|; 0 for a point, NaN without an interval. */
double estimate_relative_error(struct estimate estimate);

/* How many replications there would have to be, all in all: an estimate that takes the mean and the
 * variance for what they are now, so that an interval of m replications reaches
 *     t(m − 1) / t(n − 1) · √(n / m)
 * times as far from the mean as this one of n (Law, section 9.4.1, for t intervals). With that many
 * the answer is the wanted one about every other time; whoever has to be surer takes more.
 * REPLICATIONS_NEVER: no number is enough, or there is no interval to go by. */
#define REPLICATIONS_NEVER SIZE_MAX

/* Until the interval reaches at most so far from the mean, on either side. */
size_t replications_needed(struct estimate estimate, double reach);

/* Until it has no 0 in it. */
size_t replications_to_tell_apart(struct estimate difference);

/* Until its relative error is at most that. */
size_t replications_to_relative_error(struct estimate estimate, double relative_error);

#endif
