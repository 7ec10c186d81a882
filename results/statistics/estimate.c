/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/estimate.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

#define POWER 0.9 /* how often a difference that would show does */

/* Beyond this nobody runs them, and t has long become the normal distribution. */
#define MOST_REPLICATIONS ((size_t)1 << 40)

struct estimate estimate_mean(const double *x, size_t n, enum interval_kind kind, double confidence)
{
    return (struct estimate){.n = n,
                             .mean = interval_mean(x, n),
                             .deviation = n > 1 ? gsl_stats_sd(x, 1, n) : NAN,
                             .interval = interval_of_mean(x, n, kind, confidence),
                             .confidence = confidence};
}

struct estimate estimate_without_interval(struct estimate estimate, size_t events)
{
    estimate.interval = (struct interval){NAN, NAN};
    estimate.rare = true;
    estimate.events = events;
    return estimate;
}

/* To be freed. */
static double *subtract(const double *a, const double *b, size_t n)
{
    double *difference = allocate_zeroed(n, sizeof *difference);
    for (size_t i = 0; i < n; i++)
        difference[i] = a[i] - b[i];
    return difference;
}

struct estimate estimate_difference(const double *a, const double *b, size_t n,
                                    enum interval_kind kind, double confidence)
{
    double *difference = subtract(a, b, n);
    struct estimate estimate = estimate_mean(difference, n, kind, confidence);
    free(difference);
    return estimate;
}

double estimate_pairing(const double *a, const double *b, size_t n)
{
    if (n < 2)
        return NAN;
    double *difference = subtract(a, b, n);
    double of_pairs = gsl_stats_variance(difference, 1, n);
    free(difference);
    return of_pairs > 0 ? (gsl_stats_variance(a, 1, n) + gsl_stats_variance(b, 1, n)) / of_pairs
                        : NAN;
}

static double longer_half(struct estimate estimate)
{
    return fmax(estimate.mean - estimate.interval.low, estimate.interval.high - estimate.mean);
}

double estimate_would_show(struct estimate difference)
{
    double freedom = (double)difference.n - 1;
    double error = difference.deviation / sqrt((double)difference.n);
    if (difference.n < 2 || !(error > 0))
        return difference.n < 2 ? NAN : 0;
    double t = longer_half(difference) / error;
    return error * (t * (1 - 1 / (4 * freedom)) +
                    gsl_cdf_ugaussian_Pinv(POWER) * sqrt(1 + t * t / (2 * freedom)));
}

double estimate_relative_error(struct estimate estimate)
{
    double reach = longer_half(estimate);
    return reach == 0 ? 0 : reach / fabs(estimate.mean);
}

/* How far an interval of m replications reaches, but for a factor. */
static double scale(size_t m, double confidence)
{
    return gsl_cdf_tdist_Pinv((1 + confidence) / 2, (double)m - 1) / sqrt((double)m);
}

size_t replications_needed(struct estimate estimate, double reach)
{
    double now = longer_half(estimate);
    if (!(now >= 0) || !(reach >= 0))
        return REPLICATIONS_NEVER;
    double unit = scale(estimate.n, estimate.confidence);
    size_t enough = 2, short_of = 1;
    while (!(now * (scale(enough, estimate.confidence) / unit) <= reach)) {
        if (enough >= MOST_REPLICATIONS)
            return REPLICATIONS_NEVER;
        short_of = enough;
        enough *= 2;
    }
    while (enough - short_of > 1) {
        size_t middle = short_of + (enough - short_of) / 2;
        if (now * (scale(middle, estimate.confidence) / unit) <= reach)
            enough = middle;
        else
            short_of = middle;
    }
    return enough;
}

size_t replications_to_relative_error(struct estimate estimate, double relative_error)
{
    return replications_needed(estimate, relative_error * fabs(estimate.mean));
}
