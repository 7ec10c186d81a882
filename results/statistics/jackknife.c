/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/jackknife.h"

#include <stdlib.h>

#include "results/statistics/interval.h"
#include "sim/base/allocate.h"

void jackknife_pseudo_values(const double *x, size_t count, size_t n, jackknife_function *function,
                             void *context, double *pseudo)
{
    double *means = allocate_zeroed(2 * count + 1, sizeof *means), *without = means + count;
    double others = (double)n - 1;
    for (size_t m = 0; m < count; m++)
        means[m] = interval_mean(x + m * n, n);
    double whole = function(context, means, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t m = 0; m < count; m++)
            without[m] = means[m] + (means[m] - x[m * n + i]) / others;
        pseudo[i] =
            whole + others * (whole - function(context, without, n - 1)); /* exact if all equal */
    }
    free(means);
}
