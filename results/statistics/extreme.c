/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/extreme.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "results/statistics/quantile.h"

static double gumbel(const double *x, size_t count, double n)
{
    double largest[EXTREME_BLOCKS];
    for (size_t i = 0; i < EXTREME_BLOCKS; i++) {
        size_t first = i * count / EXTREME_BLOCKS, end = (i + 1) * count / EXTREME_BLOCKS;
        largest[i] = gsl_stats_max(x + first, 1, end - first);
    }
    double scale = gsl_stats_sd(largest, 1, EXTREME_BLOCKS) * M_SQRT2 * M_SQRT3 / M_PI;
    double location = gsl_stats_mean(largest, 1, EXTREME_BLOCKS) - M_EULER * scale;
    double blocks = n * EXTREME_BLOCKS / (double)count;
    return fmax(location + scale * (log(blocks) - log(M_LN2)),
                gsl_stats_max(largest, 1, EXTREME_BLOCKS));
}

double extreme_largest(double *x, size_t count, double n)
{
    if (count == 0)
        return NAN;
    if (n <= (double)count) {
        quantile_sort(x, count);
        return x[quantile_place(count, 100 * exp2(-1 / n))];
    }
    if (count < EXTREME_BLOCKS)
        return gsl_stats_max(x, 1, count);
    return gumbel(x, count, n);
}
