/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/warmup.h"

static double batch_mean(const double *x, size_t batch)
{
    double sum = 0;
    for (size_t i = 0; i < WARMUP_BATCH; i++)
        sum += x[batch * WARMUP_BATCH + i];
    return sum / WARMUP_BATCH;
}

/* From the last batch back, so that mean and squares of those kept are brought up to date with each
 * one (Welford 1962). */
size_t warmup_mser5(const double *x, size_t n, bool *settled)
{
    size_t batches = n / WARMUP_BATCH, last_looked_at = batches / 2, best = 0;
    double mean = 0, squares = 0, least = 0;
    *settled = false;
    if (n < WARMUP_LEAST)
        return 0;
    for (size_t dropped = batches; dropped-- > 0;) {
        double kept = (double)(batches - dropped), z = batch_mean(x, dropped), from_mean = z - mean;
        mean += from_mean / kept;
        squares += from_mean * (z - mean);
        double mser = squares / (kept * kept);
        if (dropped == last_looked_at || (dropped < last_looked_at && mser <= least)) {
            best = dropped;
            least = mser;
        }
    }
    *settled = best < last_looked_at;
    return best * WARMUP_BATCH;
}
