/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Durations in buckets, 32 to a doubling: at most 3.2% wide, whatever the magnitude. With the
 * longest of each bucket, the cumulative counts are exact points of the distribution. */
#ifndef PYGCSIM_RESULTS_STATISTICS_HISTOGRAM_H
#define PYGCSIM_RESULTS_STATISTICS_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (60 * 32)

struct histogram {
    struct bucket {
        uint64_t count, total_ns, longest_ns;
    } bucket[HISTOGRAM_BUCKETS];
};

/* Below 64 ns every value has its own bucket. */
static inline uint32_t histogram_bucket(uint64_t ns)
{
    if (ns < 32)
        return (uint32_t)ns;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(ns) - 5u;
    return shift * 32u + (uint32_t)(ns >> shift);
}

static inline void histogram_add(struct histogram *histogram, uint64_t ns)
{
    struct bucket *bucket = &histogram->bucket[histogram_bucket(ns)];
    bucket->count++;
    bucket->total_ns += ns;
    if (ns > bucket->longest_ns)
        bucket->longest_ns = ns;
}

#endif
