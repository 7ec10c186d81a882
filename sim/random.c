/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/random.h"

#include "sim/error.h"

/* The finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): every bit of the result depends
 * on every bit of x. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

gsl_rng *random_stream(uint64_t seed, const char *purpose)
{
    uint64_t state = mix(seed);
    for (; *purpose; purpose++)
        state = mix(state ^ (unsigned char)*purpose);
    gsl_rng *stream = gsl_rng_alloc(gsl_rng_mt19937);
    if (!stream)
        out_of_memory();
    gsl_rng_set(stream, (unsigned long)(state & UINT32_MAX));
    return stream;
}
