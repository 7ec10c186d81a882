/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/random.h"

#include <assert.h>
#include <limits.h>

#include "sim/base/allocate.h"
#include "sim/base/error.h"

/* ---- SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) -------------------------------------- */

#define GOLDEN_GAMMA UINT64_C(0x9e3779b97f4a7c15)

/* Its next number, from its state before: every bit depends on every bit of x, and no two x give
 * the same. */
static uint64_t mix(uint64_t x)
{
    x += GOLDEN_GAMMA;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* ---- xoshiro256**, as a generator of GSL's ---------------------------------------------- */

struct xoshiro {
    uint64_t s[4];
};

static_assert(ULONG_MAX == UINT64_MAX, "GSL hands seeds and numbers over as unsigned long");

/* As its authors advise: the first numbers of SplitMix64. Four of these are never all zeros. */
static void xoshiro_set(void *state, unsigned long seed)
{
    struct xoshiro *xoshiro = state;
    for (uint64_t i = 0; i < 4; i++)
        xoshiro->s[i] = mix(seed + i * GOLDEN_GAMMA);
}

static uint64_t rotate_left(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

static unsigned long xoshiro_get(void *state)
{
    uint64_t *s = ((struct xoshiro *)state)->s;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* 0 ≤ x < 1, as many bits as a double has. */
static double xoshiro_get_double(void *state)
{
    return (double)(xoshiro_get(state) >> 11) * 0x1p-53;
}

static const gsl_rng_type xoshiro256starstar = {
    .name = "xoshiro256**",
    .max = ULONG_MAX,
    .min = 0,
    .size = sizeof(struct xoshiro),
    .set = xoshiro_set,
    .get = xoshiro_get,
    .get_double = xoshiro_get_double,
};

/* ---- streams ---------------------------------------------------------------------------- */

gsl_rng *random_stream(uint64_t seed, const char *purpose)
{
    uint64_t state = mix(seed);
    for (; *purpose; purpose++)
        state = mix(state ^ (unsigned char)*purpose);
    gsl_rng *stream = allocate_zeroed(1, sizeof *stream); /* as gsl_rng_alloc, but for failing */
    stream->type = &xoshiro256starstar;
    stream->state = allocate_zeroed(1, stream->type->size);
    gsl_rng_set(stream, state);
    return stream;
}
