/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Durations in buckets, 128 to a doubling: at most 0.8% wide, whatever the magnitude. */
#ifndef PYGCSIM_RESULTS_HISTOGRAM_H
#define PYGCSIM_RESULTS_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (58 * 128)

struct histogram {
    struct bucket {
        uint64_t count, total_ns, longest_ns;
    } bucket[HISTOGRAM_BUCKETS];
};

/* Below 256 ns every value has its own bucket. */
static inline uint32_t histogram_bucket(uint64_t ns)
{
    if (ns < 128)
        return (uint32_t)ns;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(ns) - 7u;
    return shift * 128u + (uint32_t)(ns >> shift);
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
