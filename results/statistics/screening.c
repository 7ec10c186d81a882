/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/screening.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "results/statistics/interval.h"
#include "sim/base/allocate.h"

/* The differences of two settings, over the seeds that both have. */
struct differences {
    size_t n;
    double mean, error; /* of the mean: s / √n */
};

static struct differences subtract(const double *a, const double *b, size_t seeds)
{
    struct differences differences = {0};
    double mean = 0, squares = 0; /* Welford 1962 */
    for (size_t i = 0; i < seeds; i++) {
        double difference = a[i] - b[i];
        if (isnan(difference))
            continue;
        double from_mean = difference - mean;
        mean += from_mean / (double)++differences.n;
        squares += from_mean * (difference - mean);
    }
    double n = (double)differences.n;
    differences.mean = mean;
    differences.error = sqrt(squares / (n - 1) / n);
    return differences;
}

/* How many standard errors a difference of n >= 2 pairs has to be. */
static double critical_value(double alpha, size_t n)
{
    return gsl_cdf_tdist_Qinv(alpha, (double)n - 1);
}

static bool is_sure(const struct differences *between, double critical)
{
    return between->n >= 2 && fabs(between->mean) > critical * between->error;
}

bool screening_surely_less(const double *a, const double *b, size_t seeds, double confidence)
{
    struct differences between = subtract(a, b, seeds);
    return between.n >= 2 && between.mean < 0 &&
           gsl_cdf_tdist_Q(-between.mean / between.error, (double)between.n - 1) < 1 - confidence;
}

/* By n; to be freed. */
static double *critical_values(size_t settings, size_t seeds)
{
    double alpha = 1 - interval_confidence_of(settings - 1);
    double *t = allocate_zeroed(seeds + 1, sizeof *t);
    for (size_t n = 2; n <= seeds; n++)
        t[n] = critical_value(alpha, n);
    return t;
}

void screening_keep(const double *values, size_t settings, size_t seeds, bool *kept)
{
    for (size_t i = 0; i < settings; i++)
        kept[i] = true;
    if (settings < 2)
        return;
    double *t = critical_values(settings, seeds);
    for (size_t i = 0; i < settings; i++)
        for (size_t j = 0; j < i; j++) {
            struct differences between = subtract(values + i * seeds, values + j * seeds, seeds);
            if (is_sure(&between, t[between.n]))
                kept[between.mean > 0 ? i : j] = false;
        }
    free(t);
}
