/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/estimate.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/base/random.h"
#include "tests/unit/check.h"

/* Student's sleep data again, as the two drugs (test_interval.c has the differences). */
static const double drug_1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double drug_2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

/* In pairs the drugs differ; as two samples they do not: R's t.test without paired = TRUE has
 * p = 0.079. */
TEST(paired_difference)
{
    struct estimate difference = estimate_difference(drug_2, drug_1, 10, INTERVAL_t, 0.95);
    check_count("pairs", difference.n, 10);
    check_real("mean", difference.mean, 1.58);
    check_that("low", fabs(difference.interval.low - 0.7001142) < 5e-8);
    check_that("high", fabs(difference.interval.high - 2.4598858) < 5e-8);
    check_that("told apart", interval_excludes(difference.interval, 0));
    struct estimate other = estimate_difference(drug_1, drug_2, 10, INTERVAL_bootstrap, 0.95);
    check_real("the other way round", other.mean, -1.58);
    check_that("told apart", interval_excludes(other.interval, 0));
    check_that("of none", isnan(estimate_difference(drug_1, drug_2, 0, INTERVAL_t, 0.95).mean));
    struct estimate same = estimate_difference(drug_1, drug_1, 10, INTERVAL_bootstrap, 0.95);
    check_that("of equals", same.mean == 0 && !interval_excludes(same.interval, 0));
}

static struct estimate estimate(size_t n, double mean, double below, double above)
{
    return (struct estimate){
        .n = n, .mean = mean, .interval = {mean - below, mean + above}, .confidence = 0.95};
}

TEST(relative_error)
{
    const struct {
        const char *what;
        struct estimate estimate;
        double error;
    } rows[] = {
        {"even", estimate(10, 4, 1, 1), 0.25},      {"uneven", estimate(10, 4, 1, 2), 0.5},
        {"negative", estimate(10, -4, 3, 1), 0.75}, {"a point", estimate(10, 4, 0, 0), 0},
        {"a point at 0", estimate(10, 0, 0, 0), 0}, {"of 0", estimate(10, 0, 1, 1), INFINITY},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_that(rows[i].what, estimate_relative_error(rows[i].estimate) == rows[i].error);
    check_that("of one",
               isnan(estimate_relative_error(estimate_mean(drug_1, 1, INTERVAL_t, 0.95))));
}

/* Of the ten differences s = 1.230, and t(9) is 2.262 at 97.5%, 3.690 at 99.75%. */
TEST(what_would_show)
{
    struct estimate difference = estimate_difference(drug_2, drug_1, 10, INTERVAL_t, 0.95);
    double by_t = estimate_would_show(difference);
    check_that("deviation", fabs(difference.deviation - 1.2299955) < 5e-8);
    check_that("0.3890 (2.262 · 0.9722 + 1.2816 · 1.1333)", fabs(by_t - 1.42035) < 5e-5);
    difference = estimate_difference(drug_2, drug_1, 10, INTERVAL_t, interval_confidence_of(10));
    check_that("of ten", fabs(estimate_would_show(difference) - 2.05586) < 5e-5);
    difference = estimate_difference(drug_1, drug_2, 10, INTERVAL_bootstrap, 0.95);
    check_that("the longer half", estimate_would_show(difference) > by_t);
    check_that("a point", estimate_would_show(estimate(5, 3, 0, 0)) == 0);
    check_that("of one pair", isnan(estimate_would_show(
                                  estimate_difference(drug_1, drug_2, 1, INTERVAL_t, 0.95))));
}

/* A true difference as large as what would show of a deviation of 1 is told apart 9 times of 10. */
TEST(it_shows)
{
    static const struct {
        size_t n, comparisons;
    } rows[] = {{2, 1}, {3, 4}, {5, 199}, {10, 1}, {20, 199}};
    enum { EXPERIMENTS = 4000 };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t n = rows[i].n, shown = 0;
        double confidence = interval_confidence_of(rows[i].comparisons), of_n = (double)n;
        double reach = gsl_cdf_tdist_Pinv((1 + confidence) / 2, of_n - 1) / sqrt(of_n);
        struct estimate unit = estimate(n, 0, reach, reach);
        unit.deviation = 1;
        gsl_rng *stream = random_stream(n, "it shows");
        for (size_t e = 0; e < EXPERIMENTS; e++) {
            double x[20];
            for (size_t k = 0; k < n; k++)
                x[k] = estimate_would_show(unit) + gsl_ran_gaussian(stream, 1);
            struct estimate difference = estimate_mean(x, n, INTERVAL_t, confidence);
            shown += interval_excludes(difference.interval, 0);
        }
        gsl_rng_free(stream);
        check_that("9 of 10", fabs((double)shown / EXPERIMENTS - 0.9) < 0.02);
    }
}

/* Variances by hand: of the drugs 3.2006 and 4.0090, of their differences 1.5129. */
TEST(what_pairs_are_worth)
{
    static const double up[] = {1, 2, 3}, further[] = {2, 3, 4}, down[] = {3, 2, 1};
    const struct {
        const char *what;
        double pairing, expected;
    } rows[] = {
        {"the drugs", estimate_pairing(drug_1, drug_2, 10), 7.2096 / 1.5129},
        {"against each other", estimate_pairing(up, down, 3), 0.5},
        {"all differences equal", estimate_pairing(up, further, 3), NAN},
        {"one pair", estimate_pairing(up, down, 1), NAN},
        {"none", estimate_pairing(up, down, 0), NAN},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_that(rows[i].what, isnan(rows[i].expected)
                                     ? isnan(rows[i].pairing)
                                     : fabs(rows[i].pairing - rows[i].expected) < 1e-3);
}

/* By hand: s = 1.23 and t(3) = 3.182, t(4) = 2.776: four reach 1.96, five 1.53, less than 1.58. */
TEST(replications_by_hand)
{
    struct estimate difference = estimate_difference(drug_2, drug_1, 10, INTERVAL_t, 0.95);
    const struct {
        const char *what;
        size_t needed, expected;
    } rows[] = {
        {"to reach 1.96", replications_needed(difference, 1.96), 4},
        {"to reach 1.95", replications_needed(difference, 1.95), 5},
        {"what it reaches", replications_needed(difference, difference.interval.high - 1.58), 10},
        {"anything", replications_needed(difference, 1e9), 2},
        {"no reach", replications_needed(difference, 0), REPLICATIONS_NEVER},
        {"less than none", replications_needed(difference, -1), REPLICATIONS_NEVER},
        {"one", replications_needed(estimate_mean(drug_1, 1, INTERVAL_t, 0.95), 1),
         REPLICATIONS_NEVER},
        {"a point", replications_needed(estimate(5, 3, 0, 0), 0), 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count(rows[i].what, rows[i].needed, rows[i].expected);
}

/* Against trying one number after the other with the formula of a t interval. */
TEST(replications_one_by_one)
{
    uint64_t seed = 1;
    for (int round = 0; round < 200; round++) {
        double x[20];
        size_t n = 2 + test_random_below(&seed, 19), m = 2;
        for (size_t i = 0; i < n; i++)
            x[i] = 100 + (double)test_random_below(&seed, 1000) / 10;
        double relative = 0.01 + (double)test_random_below(&seed, 100) / 500;
        struct estimate now = estimate_mean(x, n, INTERVAL_t, 0.95);
        double squares = 0;
        for (size_t i = 0; i < n; i++)
            squares += (x[i] - now.mean) * (x[i] - now.mean);
        double deviation = sqrt(squares / (double)(n - 1));
        while (gsl_cdf_tdist_Pinv(0.975, (double)m - 1) * deviation / sqrt((double)m) >
               relative * now.mean)
            m++;
        check_count("replications", replications_to_relative_error(now, relative), m);
        check_count("enough", m <= n, estimate_relative_error(now) <= relative);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paired_difference),       cmocka_unit_test(relative_error),
        cmocka_unit_test(what_would_show),         cmocka_unit_test(it_shows),
        cmocka_unit_test(what_pairs_are_worth),    cmocka_unit_test(replications_by_hand),
        cmocka_unit_test(replications_one_by_one),
    };
    return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
