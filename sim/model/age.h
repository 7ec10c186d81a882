/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How old objects are when they are freed. The unit is a birth, which is what the thresholds count
 * in: the age of an object is how many objects (that the collector tracks: all there are here) have
 * been born after it by the time it is freed. So one that is freed before the next birth has age 0.
 * An object that a new one pushes out of its register is freed after that birth. A collection that
 * runs inside an allocation comes before the birth, one at the next check after it
 * (COLLECTS_IN_ALLOCATION, COLLECTS_AT_CHECK).
 *
 * Ages are counted in buckets, four to a doubling: below 8 each age has its own, and above none is
 * wider than a quarter of its least age. */
#ifndef PYGCSIM_SIM_MODEL_AGE_H
#define PYGCSIM_SIM_MODEL_AGE_H

#include <stdint.h>

#include "sim/model/collector.h"

/* Ages are below 2^40. (So many births take the graph engine half a day; the interval engine
 * refuses more.) */
#define AGE_BITS    40
#define AGE_BUCKETS (4 * (AGE_BITS - 1))

static inline uint32_t age_bucket(uint64_t age)
{
    uint32_t shift = 61u - (uint32_t)__builtin_clzll(age | 4); /* leaves 4 … 7, or all */
    return shift * 4u + (uint32_t)(age >> shift);
}

/* The least age of a bucket; of AGE_BUCKETS, the first age that is too large. */
static inline uint64_t age_least(uint32_t bucket)
{
    return bucket < 8 ? bucket : (uint64_t)(4 + bucket % 4) << (bucket / 4 - 1);
}

/* Objects freed, by the generation they were in and by age: by reference count, and in collections
 * (those that a collection finds, and what only they kept alive). */
struct ages {
    uint64_t by_count[GENERATIONS + 1][AGE_BUCKETS]; /* the last generation: permanent */
    uint64_t by_collector[GENERATIONS + 1][AGE_BUCKETS];
};

#endif
