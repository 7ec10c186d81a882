/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mean over replications with its interval (results/statistics/interval.h), the difference of two
 * means over pairs, what difference would show, and how many replications a better answer needs.
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
    double mean;      /* NaN if n is 0 */
    double deviation; /* the standard deviation of the values; NaN if n < 2 */
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

/* How large a true difference has to be for an interval like this to have no 0 in it 9 times of 10.
 * If it reaches t standard errors from the mean, ν = n − 1 and e = s / √n, that is
 *     e (t (1 − 1 / 4ν) + z(0.9) √(1 + t² / 2ν))
 * from the normal approximation of noncentral t (Abramowitz & Stegun, Handbook of Mathematical
 * Functions, 1964, 26.7.10). With normal values and t intervals it is so 89.8 to 90.2 times of 100,
 * from n = 2 to 50 and among 1 to 199 comparisons. NaN without an interval. */
double estimate_would_show(struct estimate difference);

/* What pairs are worth: as many times as many runs with seeds of their own would have to be made
 * for a difference that is known as well: (var a + var b) / var(a − b). NaN if n < 2, or if all
 * differences are equal. */
double estimate_pairing(const double *a, const double *b, size_t n);

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

/* Until its relative error is at most that. */
size_t replications_to_relative_error(struct estimate estimate, double relative_error);

#endif
