/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

TEST(places)
{
    static const struct {
        size_t n;
        double percent;
        size_t rank; /* from 1 */
    } rows[] = {
        {1, 0, 1},           {3000, 1.1, 33},    {1, 50, 1},   {1, 100, 1}, {2, 50, 1},
        {2, 50.1, 2},        {10, 90, 9},        {10, 91, 10}, {11, 50, 6}, {1000, 99.9, 999},
        {1000, 99.91, 1000}, {1001, 99.9, 1000}, {10, 0, 1},   {10, -5, 1}, {10, 101, 10},
        {10, INFINITY, 10},  {10, NAN, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count("rank", quantile_place(rows[i].n, rows[i].percent) + 1, rows[i].rank);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Whole numbers as pauses are, or any doubles, infinite ones among them. */
static double random_value(uint64_t *seed, bool whole)
{
    uint64_t bits = test_random(seed);
    double x;
    if (whole)
        return (double)(bits % 100000);
    memcpy(&x, &bits, sizeof x);
    return isnan(x) ? -INFINITY : x;
}

/* Both ways of sorting, on both sides of where one takes over. */
TEST(sorting)
{
    static const size_t sizes[] = {0, 1, 2, 10, 499, 500, 501, 5000};
    uint64_t seed = 1;
    for (size_t i = 0; i < LENGTH(sizes); i++)
        for (int whole = 0; whole <= 1; whole++) {
            double *x = calloc(sizes[i] + 1, sizeof *x),
                   *expected = calloc(sizes[i] + 1, sizeof *x);
            for (size_t k = 0; k < sizes[i]; k++)
                expected[k] = x[k] = random_value(&seed, whole);
            quantile_sort(x, sizes[i]);
            qsort(expected, sizes[i], sizeof *x, compare);
            check_that("sorted", memcmp(x, expected, sizes[i] * sizeof *x) == 0);
            free(x);
            free(expected);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(places), cmocka_unit_test(sorting)};
    return cmocka_run_group_tests_name("quantile", tests, NULL, NULL);
}
