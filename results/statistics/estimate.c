/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/estimate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

/* Beyond this nobody runs them, and t has long become the normal distribution. */
#define MOST_REPLICATIONS ((size_t)1 << 40)

struct estimate estimate_mean(const double *x, size_t n, enum interval_kind kind, double confidence)
{
    return (struct estimate){.n = n,
                             .mean = interval_mean(x, n),
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

struct estimate estimate_difference(const double *a, const double *b, size_t n,
                                    enum interval_kind kind, double confidence)
{
    double *difference = allocate_zeroed(n, sizeof *difference);
    for (size_t i = 0; i < n; i++)
        difference[i] = a[i] - b[i];
    struct estimate estimate = estimate_mean(difference, n, kind, confidence);
    free(difference);
    return estimate;
}

static double longer_half(struct estimate estimate)
{
    return fmax(estimate.mean - estimate.interval.low, estimate.interval.high - estimate.mean);
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

/* The smallest m whose interval reaches `wanted` or, if `strictly`, less, where that of n
 * replications reaches `now`. */
static size_t needed(size_t n, double confidence, double now, double wanted, bool strictly)
{
    if (!(now >= 0) || !(wanted >= 0))
        return REPLICATIONS_NEVER;
    double unit = scale(n, confidence);
    size_t enough = 2, short_of = 1;
    for (;;) {
        double reach = now * (scale(enough, confidence) / unit);
        if (strictly ? reach < wanted : reach <= wanted)
            break;
        if (enough >= MOST_REPLICATIONS)
            return REPLICATIONS_NEVER;
        short_of = enough;
        enough *= 2;
    }
    while (enough - short_of > 1) {
        size_t middle = short_of + (enough - short_of) / 2;
        double reach = now * (scale(middle, confidence) / unit);
        if (strictly ? reach < wanted : reach <= wanted)
            enough = middle;
        else
            short_of = middle;
    }
    return enough;
}

size_t replications_needed(struct estimate estimate, double reach)
{
    return needed(estimate.n, estimate.confidence, longer_half(estimate), reach, false);
}

size_t replications_to_tell_apart(struct estimate difference)
{
    double mean = difference.mean;
    double towards_0 = mean > 0 ? mean - difference.interval.low : difference.interval.high - mean;
    return needed(difference.n, difference.confidence, towards_0, fabs(mean), true);
}

size_t replications_to_relative_error(struct estimate estimate, double relative_error)
{
    return replications_needed(estimate, relative_error * fabs(estimate.mean));
}
