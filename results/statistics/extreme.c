/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/extreme.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include "results/statistics/quantile.h"
#include "sim/base/array.h"

static double quantile(const double *x, size_t count, double percent)
{
    size_t capacity = 0;
    double *sorted = array_grow(NULL, &capacity, count, sizeof *sorted);
    memcpy(sorted, x, count * sizeof *sorted);
    quantile_sort(sorted, count);
    double value = sorted[quantile_place(count, percent)];
    array_free(sorted, capacity, sizeof *sorted);
    return value;
}

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

double extreme_largest(const double *x, size_t count, double n)
{
    if (count == 0)
        return NAN;
    if (n <= (double)count)
        return quantile(x, count, 100 * exp2(-1 / n));
    if (count < EXTREME_BLOCKS)
        return gsl_stats_max(x, 1, count);
    return gumbel(x, count, n);
}
