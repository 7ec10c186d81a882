/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/warmup.h"

#include <math.h>

#include "tests/unit/check.h"

#define MOST 1000

/* Up and down by 1 around 100 from batch to batch, after a start that is its own. */
static double steady(size_t i)
{
    return i / WARMUP_BATCH % 2 ? 101 : 99;
}

static double constant(size_t i)
{
    (void)i;
    return 0.1;
}

static double step_of_20(size_t i)
{
    return i < 20 ? 500 : steady(i);
}

/* The batch from 20 on is half and half. */
static double step_of_22(size_t i)
{
    return i < 22 ? 500 : steady(i);
}

static double decay(size_t i)
{
    return steady(i) + 400 * exp(-(double)i / 10);
}

static double trend(size_t i)
{
    return (double)i;
}

/* Nothing to choose between the last batches, but much before. */
static double step_in_the_middle(size_t i)
{
    return i < 50 ? 500 : 1;
}

static double step_after_the_middle(size_t i)
{
    return i < 60 ? 500 : 1;
}

static double odd_end(size_t i)
{
    return i < 100 ? 1 : 1e9;
}

TEST(constructed)
{
    static const struct {
        const char *what;
        double (*x)(size_t i);
        size_t n, dropped;
        bool settled;
    } rows[] = {
        {"none", constant, 0, 0, false},
        {"too few", constant, 49, 0, false},
        {"constant", constant, 50, 0, true},
        {"steady", steady, 200, 0, true},
        {"a step", step_of_20, 200, 20, true},
        {"a step inside a batch", step_of_22, 200, 25, true},
        {"ever rising", trend, 100, 50, false},
        {"steady from the middle", step_in_the_middle, 100, 50, false},
        {"steady from just before the middle", step_in_the_middle, 110, 50, true},
        {"a step after the middle is not seen", step_after_the_middle, 100, 0, true},
        {"the rest is left out", odd_end, 104, 0, true},
        {"the last batch is not", odd_end, 105, 0, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double x[MOST];
        bool settled;
        for (size_t k = 0; k < rows[i].n; k++)
            x[k] = rows[i].x(k);
        check_count(rows[i].what, warmup_mser5(x, rows[i].n, &settled), rows[i].dropped);
        check_count(rows[i].what, settled, rows[i].settled);
    }
}

/* e^(-6) of 400 is 1: what is left after 60 is as small as the ups and downs. */
TEST(decaying)
{
    double x[MOST];
    bool settled;
    for (size_t k = 0; k < 300; k++)
        x[k] = decay(k);
    size_t dropped = warmup_mser5(x, 300, &settled);
    check_that("some are dropped, not too many", dropped >= 20 && dropped <= 60 && settled);
}

/* MSER of the batches from `dropped` on, as the header has it. */
static double mser(const double *x, size_t batches, size_t dropped)
{
    double z[MOST / WARMUP_BATCH], mean = 0, squares = 0, kept = (double)(batches - dropped);
    for (size_t j = dropped; j < batches; j++) {
        z[j] = 0;
        for (size_t i = 0; i < WARMUP_BATCH; i++)
            z[j] += x[j * WARMUP_BATCH + i] / WARMUP_BATCH;
        mean += z[j] / kept;
    }
    for (size_t j = dropped; j < batches; j++)
        squares += (z[j] - mean) * (z[j] - mean);
    return squares / (kept * kept);
}

TEST(random_series_one_by_one)
{
    uint64_t seed = 1;
    size_t unsettled = 0, dropping = 0;
    for (int round = 0; round < 300; round++) {
        double x[MOST], level = 0;
        size_t n = WARMUP_LEAST + test_random_below(&seed, 200), best = 0;
        for (size_t i = 0; i < n; i++) {
            level = 0.9 * level + (double)test_random_below(&seed, 1000);
            x[i] = level;
        }
        size_t batches = n / WARMUP_BATCH;
        for (size_t d = 0; d <= batches / 2; d++)
            if (mser(x, batches, d) < mser(x, batches, best))
                best = d;
        bool settled;
        check_count("dropped", warmup_mser5(x, n, &settled), best * WARMUP_BATCH);
        check_count("settled", settled, best < batches / 2);
        unsettled += !settled;
        dropping += best > 0;
    }
    check_that("of all kinds", unsettled > 10 && unsettled < 290 && dropping > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constructed),
        cmocka_unit_test(decaying),
        cmocka_unit_test(random_series_one_by_one),
    };
    return cmocka_run_group_tests_name("warmup", tests, NULL, NULL);
}
