/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

static const char *const names[] = {"design web rate", "design web cpu", "design threshold t0"};

static const struct {
    const char *what;
    enum design_kind kind;
} samples[] = {{"random", DESIGN_random}, {"lhs", DESIGN_lhs}, {"sobol", DESIGN_sobol}};

static double *make(enum design_kind kind, size_t points, uint64_t seed, size_t first,
                    size_t dimensions)
{
    const struct design design = {kind, points, seed};
    return design_coordinates(&design, names, first, dimensions);
}

TEST(inside_the_cube)
{
    enum { POINTS = 1000, DIMENSIONS = 3 };
    for (size_t s = 0; s < LENGTH(samples); s++) {
        double *u = make(samples[s].kind, POINTS, 1, 0, DIMENSIONS), sums[DIMENSIONS] = {0};
        for (size_t i = 0; i < POINTS; i++) {
            for (size_t d = 0; d < DIMENSIONS; d++) {
                double x = u[i * DIMENSIONS + d];
                check_that(samples[s].what, x > 0 && x < 1);
                sums[d] += x;
            }
        }
        for (size_t d = 0; d < DIMENSIONS; d++) /* four standard deviations */
            check_that(samples[s].what, sums[d] / POINTS > 0.463 && sums[d] / POINTS < 0.537);
        free(u);
    }
}

/* Pearson's correlation of two dimensions. */
static double correlation(const double *u, size_t points, size_t dimensions, size_t a, size_t b)
{
    double sum = 0;
    for (size_t i = 0; i < points; i++)
        sum += (u[i * dimensions + a] - 0.5) * (u[i * dimensions + b] - 0.5);
    return sum / (double)points * 12;
}

TEST(dimensions_are_independent)
{
    enum { POINTS = 1000, DIMENSIONS = 3 };
    for (size_t s = 0; s < LENGTH(samples); s++) {
        double *u = make(samples[s].kind, POINTS, 1, 0, DIMENSIONS);
        for (size_t a = 0; a < DIMENSIONS; a++) {
            for (size_t b = 0; b < a; b++) {
                double r = correlation(u, POINTS, DIMENSIONS, a, b);
                check_that(samples[s].what, r > -0.13 && r < 0.13);
            }
        }
        free(u);
    }
}

/* The n intervals of a dimension have one point each; Sobol's do so for powers of 2. */
TEST(strata)
{
    static const struct {
        enum design_kind kind;
        size_t points;
    } rows[] = {
        {DESIGN_lhs, 1},   {DESIGN_lhs, 2},    {DESIGN_lhs, 7},
        {DESIGN_lhs, 64},  {DESIGN_lhs, 1000}, {DESIGN_sobol, 1},
        {DESIGN_sobol, 2}, {DESIGN_sobol, 64}, {DESIGN_sobol, 1024},
    };
    enum { DIMENSIONS = 3 };
    for (size_t r = 0; r < LENGTH(rows); r++) {
        size_t points = rows[r].points;
        double *u = make(rows[r].kind, points, 5, 0, DIMENSIONS);
        for (size_t d = 0; d < DIMENSIONS; d++) {
            bool *seen = calloc(points, sizeof *seen);
            for (size_t i = 0; i < points; i++) {
                size_t stratum = (size_t)(u[i * DIMENSIONS + d] * (double)points);
                check_that("a stratum of its own", stratum < points && !seen[stratum]);
                seen[stratum] = true;
            }
            free(seen);
        }
        free(u);
    }
}

/* Of a random design some interval has none and some has two. */
TEST(random_has_no_strata)
{
    enum { POINTS = 64 };
    double *u = make(DESIGN_random, POINTS, 5, 0, 1);
    bool seen[POINTS] = {false};
    size_t different = 0;
    for (size_t i = 0; i < POINTS; i++) {
        size_t stratum = (size_t)(u[i] * POINTS);
        different += !seen[stratum];
        seen[stratum] = true;
    }
    check_that("some are missed", different < POINTS - 10);
    free(u);
}

static uint32_t digits(double u)
{
    return (uint32_t)ldexp(u, 32);
}

/* The sequence from the origin on, as in Bratley & Fox, but for one shift of all points of a
 * dimension, which depends on the seed and on nothing else. */
TEST(sobol_sequence)
{
    static const double expected[] = {0, 0, 0.5, 0.5, 0.75, 0.25, 0.25, 0.75, 0.375, 0.375};
    double *u = make(DESIGN_sobol, 5, 1, 0, 2), *again = make(DESIGN_sobol, 5, 1, 0, 2),
           *other_seed = make(DESIGN_sobol, 5, 99, 0, 2);
    for (size_t i = 2; i < LENGTH(expected); i++)
        check_count("Sobol", digits(u[i]) ^ digits(u[i % 2]), digits(expected[i]));
    check_that("again", memcmp(u, again, 10 * sizeof *u) == 0);
    check_that("two names, two shifts", digits(u[0]) != digits(u[1]));
    check_that("another seed", digits(u[0]) != digits(other_seed[0]));
    const struct design design = {DESIGN_sobol, 5, 1};
    double *second = design_coordinates(&design, names + 1, 1, 1);
    for (size_t i = 0; i < 5; i++)
        check_real("dimensions from the second on", second[i], u[2 * i + 1]);
    free(u);
    free(again);
    free(other_seed);
    free(second);
}

/* How far the mean of x y z over `points` is from 1/8: over 20 seeds, the root of the mean square.
 * `from`: the first point that counts. */
static double integration_error(enum design_kind kind, size_t points, size_t from)
{
    enum { SEEDS = 20 };
    double squares = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double *u = make(kind, from + points, seed, 0, 3), sum = 0;
        for (size_t i = from; i < from + points; i++)
            sum += u[3 * i] * u[3 * i + 1] * u[3 * i + 2];
        squares += pow(sum / (double)points - 0.125, 2);
        free(u);
    }
    return sqrt(squares / SEEDS);
}

TEST(sobol_integrates)
{
    for (size_t points = 256; points <= 1024; points *= 4) {
        double whole = integration_error(DESIGN_sobol, points, 0);
        check_that("with the origin", 2 * whole < integration_error(DESIGN_sobol, points, 1));
        check_that("beside lhs", 10 * whole < integration_error(DESIGN_lhs, points, 0));
    }
}

/* One dimension more, or another before, leaves the others as they are. */
TEST(dimensions_have_streams_of_their_own)
{
    enum { POINTS = 20 };
    for (size_t s = 0; s < 2; s++) {
        const char *const swapped[] = {names[1], names[0]};
        const struct design design = {samples[s].kind, POINTS, 3};
        double *three = make(samples[s].kind, POINTS, 3, 0, 3),
               *one = make(samples[s].kind, POINTS, 3, 0, 1),
               *other = make(samples[s].kind, POINTS, 4, 0, 1),
               *turned = design_coordinates(&design, swapped, 0, 2);
        bool differs = false;
        for (size_t i = 0; i < POINTS; i++) {
            check_that(samples[s].what, three[3 * i] == one[i]);
            check_that("by name, not place", turned[2 * i + 1] == one[i]);
            check_that("two names, two streams", three[3 * i] != three[3 * i + 1]);
            differs |= one[i] != other[i];
        }
        check_that("another seed", differs);
        free(three);
        free(one);
        free(other);
        free(turned);
    }
}

TEST(names_of_designs)
{
    static const char *const expected[] = {"grid", "random", "lhs", "sobol", NULL};
    for (size_t i = 0; i < LENGTH(expected); i++)
        check_text("design", design_names[i], expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_the_cube),  cmocka_unit_test(dimensions_are_independent),
        cmocka_unit_test(strata),           cmocka_unit_test(random_has_no_strata),
        cmocka_unit_test(sobol_sequence),   cmocka_unit_test(dimensions_have_streams_of_their_own),
        cmocka_unit_test(names_of_designs), cmocka_unit_test(sobol_integrates),
    };
    return cmocka_run_group_tests_name("design", tests, NULL, NULL);
}
