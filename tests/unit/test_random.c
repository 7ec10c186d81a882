/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The generator seeded with 0, as other implementations of xoshiro256** have it. */
TEST(numbers_of_the_generator)
{
    static const uint64_t known[] = {
        UINT64_C(0x99ec5f36cb75f2b4), UINT64_C(0xbf6e1f784956452a), UINT64_C(0x1a5f849d4933e6e0),
        UINT64_C(0x6aa594f1262d2d2c), UINT64_C(0xbba5ad4a1f842e59),
    };
    gsl_rng *whole = random_stream(1, ""), *real = random_stream(2, "");
    gsl_rng_set(whole, 0);
    gsl_rng_set(real, 0);
    for (size_t i = 0; i < LENGTH(known); i++) {
        check_count("whole", gsl_rng_get(whole), known[i]);
        check_count("their first 53 bits", gsl_rng_uniform(real) * 0x1p53, known[i] >> 11);
    }
    gsl_rng_free(whole);
    gsl_rng_free(real);
}

/* Results name a run by its seed: these numbers may not change. */
TEST(known_numbers)
{
    static const struct {
        uint64_t seed;
        const char *purpose;
        unsigned long first;
    } rows[] = {
        {0, "", 18110106563157542208u},
        {1, "web arrivals", 12764792956475949528u},
        {UINT64_MAX, "web cpu", 4726360765818463416},
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

#define SEEDS    10000
#define PURPOSES 20

struct beginning {
    unsigned long numbers[2];
};

static int compare_beginnings(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct beginning));
}

/* As many streams as a large sweep draws from. Seeded with 32 bits, some five of them would be the
 * same. */
TEST(no_two_streams_are_the_same)
{
    static struct beginning all[SEEDS * PURPOSES];
    char purpose[16];
    size_t count = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (int i = 0; i < PURPOSES; i++) {
            snprintf(purpose, sizeof purpose, "purpose %d", i);
            gsl_rng *stream = random_stream(seed, purpose);
            for (size_t j = 0; j < 2; j++)
                all[count].numbers[j] = gsl_rng_get(stream);
            count++;
            gsl_rng_free(stream);
        }
    }
    qsort(all, count, sizeof *all, compare_beginnings);
    for (size_t i = 1; i < count; i++)
        check_that("another than before", compare_beginnings(&all[i - 1], &all[i]) != 0);
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
        cmocka_unit_test(numbers_of_the_generator),
        cmocka_unit_test(known_numbers),
        cmocka_unit_test(same_seed_and_purpose_same_numbers),
        cmocka_unit_test(streams_are_independent),
        cmocka_unit_test(no_two_streams_are_the_same),
        cmocka_unit_test(drawing_more_for_one_purpose_shifts_no_other),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
