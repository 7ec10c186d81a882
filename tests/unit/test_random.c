/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/random.h"

#include <math.h>

#include "tests/unit/check.h"

#define DRAWS 2000

static void draw(gsl_rng *stream, double *numbers)
{
    for (int i = 0; i < DRAWS; i++)
        numbers[i] = gsl_rng_uniform(stream);
}

static void draw_stream(uint64_t seed, const char *purpose, double *numbers)
{
    gsl_rng *stream = random_stream(seed, purpose);
    draw(stream, numbers);
    gsl_rng_free(stream);
}

/* Of uniform numbers; 0 if they have nothing to do with each other. */
static double correlation(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += (a[i] - 0.5) * (b[i] - 0.5);
    return sum / DRAWS * 12;
}

/* Results name a run by its seed: these numbers may not change. */
TEST(known_numbers)
{
    static const struct {
        uint64_t seed;
        const char *purpose;
        unsigned long first;
    } rows[] = {
        {0, "", 2470749798},
        {1, "web arrivals", 1883051865},
        {UINT64_MAX, "web cpu", 2717034507},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        gsl_rng *stream = random_stream(rows[i].seed, rows[i].purpose);
        check_count(rows[i].purpose, gsl_rng_get(stream), rows[i].first);
        gsl_rng_free(stream);
    }
}

TEST(same_seed_and_purpose_same_numbers)
{
    static double a[DRAWS], b[DRAWS];
    draw_stream(42, "sizes", a);
    draw_stream(42, "sizes", b);
    assert_memory_equal(a, b, sizeof a);
}

/* Another seed, near or far, or another purpose: numbers that have nothing to do with these. */
TEST(streams_are_independent)
{
    static const struct {
        const char *what;
        uint64_t seed;
        const char *purpose;
    } rows[] = {
        {"the next seed", 43, "sizes"},        {"a far seed", UINT64_C(42) << 32, "sizes"},
        {"the next purpose", 42, "sizet"},     {"a longer purpose", 42, "sizess"},
        {"an empty purpose", 42, ""},          {"letters swapped", 42, "szies"},
        {"seed and purpose shifted", 41, "t"},
    };
    static double a[DRAWS], b[DRAWS];
    draw_stream(42, "sizes", a);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        draw_stream(rows[i].seed, rows[i].purpose, b);
        check_that(rows[i].what, fabs(correlation(a, b)) < 0.1);
    }
    check_that("of the same numbers, it is 1", correlation(a, a) > 0.9);
}

TEST(drawing_more_for_one_purpose_shifts_no_other)
{
    static double alone[DRAWS], between[DRAWS];
    draw_stream(7, "arrivals", alone);
    gsl_rng *arrivals = random_stream(7, "arrivals"), *sizes = random_stream(7, "sizes");
    for (int i = 0; i < DRAWS; i++) {
        for (int j = 0; j < i % 5; j++)
            gsl_rng_get(sizes);
        between[i] = gsl_rng_uniform(arrivals);
    }
    gsl_rng_free(arrivals);
    gsl_rng_free(sizes);
    assert_memory_equal(alone, between, sizeof alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_numbers),
        cmocka_unit_test(same_seed_and_purpose_same_numbers),
        cmocka_unit_test(streams_are_independent),
        cmocka_unit_test(drawing_more_for_one_purpose_shifts_no_other),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
