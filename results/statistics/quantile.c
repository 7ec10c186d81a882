/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/quantile.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

size_t quantile_place(size_t n, double percent)
{
    double rank = ceil((double)n * percent / 100 - 1e-6); /* 999.0000000001 is 999 */
    if (!(rank > 1))
        return 0;
    return rank < (double)n ? (size_t)rank - 1 : n - 1;
}

/* Below so many values GSL is faster. */
enum { RADIX_LEAST = 500, DIGITS = 8, DIGIT_VALUES = 256 };

/* Whole numbers in the order of the doubles: the sign bit of positive ones is set, all bits of
 * negative ones are turned over. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double of_key(uint64_t key)
{
    double x;
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static unsigned digit(uint64_t key, int place)
{
    return key >> (8 * place) & (DIGIT_VALUES - 1);
}

/* Radix sort, least significant byte first (Knuth, The Art of Computer Programming, volume 3,
 * 5.2.5). A byte that all keys share needs no pass: pauses share most. Four times as fast as
 * comparing: 30 ns a value instead of 140 with 10,000 values. */
static void radix_sort(double *x, size_t n)
{
    size_t next[DIGITS][DIGIT_VALUES] = {{0}};
    uint64_t *block = allocate_zeroed(n, 2 * sizeof *block), *keys = block, *sorted = block + n;
    for (size_t i = 0; i < n; i++) {
        keys[i] = key_of(x[i]);
        for (int place = 0; place < DIGITS; place++)
            next[place][digit(keys[i], place)]++;
    }
    for (int place = 0; place < DIGITS; place++) {
        if (next[place][digit(keys[0], place)] == n)
            continue;
        for (size_t value = 0, before = 0; value < DIGIT_VALUES; value++) {
            size_t count = next[place][value];
            next[place][value] = before;
            before += count;
        }
        for (size_t i = 0; i < n; i++)
            sorted[next[place][digit(keys[i], place)]++] = keys[i];
        uint64_t *swap = keys;
        keys = sorted;
        sorted = swap;
    }
    for (size_t i = 0; i < n; i++)
        x[i] = of_key(keys[i]);
    free(block);
}

void quantile_sort(double *x, size_t n)
{
    if (n < RADIX_LEAST)
        gsl_sort(x, 1, n);
    else
        radix_sort(x, n);
}
