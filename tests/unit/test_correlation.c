/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/correlation.h"

#include <math.h>
#include <string.h>

#include "tests/unit/check.h"

static bool same(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-9 * fabs(b) + 1e-15;
}

TEST(spearman)
{
    static const struct {
        const char *what;
        double x[10], y[10];
        size_t n;
        double r;
    } rows[] = {
        /* IQ and hours of television a week (Wikipedia, Spearman's rank correlation): squared
         * differences of ranks sum up to 194, 1 - 6 * 194 / 990 = -29 / 165 */
        {"television",
         {106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
         {7, 27, 2, 50, 28, 29, 20, 12, 6, 17},
         10,
         -29.0 / 165},
        /* ranks 1.5 1.5 3 4 and 1 2 3.5 3.5: products around 2.5 sum up to 4, squares to 4.5 */
        {"ties", {1, 1, 2, 3}, {5, 6, 7, 7}, 4, 4 / 4.5},
        {"rising, not straight", {1, 2, 3, 4}, {1, 10, 11, 1000}, 4, 1},
        {"falling", {1, 2, 3}, {3, 2, 1}, 3, -1},
        {"equal y", {1, 2, 3}, {4, 4, 4}, 3, NAN},
        {"equal x", {4, 4}, {1, 2}, 2, NAN},
        {"one", {1}, {1}, 1, NAN},
        {"none", {0}, {0}, 0, NAN},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_that(rows[i].what,
                   same(correlation_spearman(rows[i].x, rows[i].y, rows[i].n), rows[i].r));
}

/* Worked out apart from the code, with Python's math. */
TEST(spearman_intervals)
{
    static const struct {
        const char *what;
        double r;
        size_t n;
        double low, high;
    } rows[] = {
        {"a half", 0.5, 10, -0.23211851750421186, 0.8704756951912238},
        {"negative", -0.7, 20, -0.8848548683554118, -0.3247022778669827},
        {"perfect, ten", 1, 10, 0.9283477482799146, 1},
        {"perfect, four", 1, 4, -0.8188163049714909, 1},
        {"perfect, falling", -1, 5, -1, 0.16889565860999556},
        {"three", 0.5, 3, NAN, NAN},
        {"none", NAN, 10, NAN, NAN},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct interval interval = correlation_spearman_interval(rows[i].r, rows[i].n, 0.95);
        check_that(rows[i].what, same(interval.low, rows[i].low));
        check_that(rows[i].what, same(interval.high, rows[i].high));
    }
}

/* Observations, and the sums of squares that the source names. */
static const struct grouped {
    const char *what;
    size_t size[3];
    double y[30];
    double between, within;
} examples[] = {
    /* Wikipedia, Correlation ratio: marks in algebra, geometry and statistics */
    {"marks", {5, 4, 6}, {45, 70, 29, 15, 21, 40, 20, 30, 42, 65, 95, 80, 70, 85, 73}, 6780, 2860},
    /* Dobson, An Introduction to Statistical Modelling, 1983; R's PlantGrowth, and its anova */
    {"plants",
     {10, 10, 10},
     {4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14, 4.81, 4.17, 4.41, 3.59, 5.87,
      3.83, 6.03, 4.89, 4.32, 4.69, 6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26},
     3.76634,
     10.49209},
    /* Navarro, R package lsr, etaSquared: 7.936, 6.500, eta² = 0.5497229 */
    {"treatments",
     {3, 3, 3},
     {1.4, 2.1, 3.0, 2.1, 3.2, 4.7, 3.5, 4.5, 5.4},
     7.9355555555555556,
     6.5},
};

static size_t label(const struct grouped *example, size_t group[30])
{
    size_t n = 0;
    for (size_t g = 0; g < 3; g++)
        for (size_t i = 0; i < example->size[g]; i++)
            group[n++] = g;
    return n;
}

TEST(shares_from_textbooks)
{
    for (size_t i = 0; i < LENGTH(examples); i++) {
        const struct grouped *example = &examples[i];
        size_t group[30], n = label(example, group);
        double between = example->between, within = example->within;
        double noise = within / (double)(n - 3);
        struct explained explained = correlation_ratio(example->y, group, n, 3, 0.95);
        check_real(example->what, explained.eta2, between / (between + within));
        check_real(example->what, explained.share,
                   (between - 2 * noise) / (between + within + noise));
        check_that(example->what, explained.interval.low < explained.share &&
                                      explained.share < explained.interval.high);
        check_that(example->what, explained.interval.low >= 0 && explained.interval.high <= 1);
    }
}

/* The ends worked out from all resamples there are (27^3 and 256^2), apart from the code, in
 * Python; of 1999 they come within about 0.02, where the shares are dense. */
TEST(share_intervals_of_all_resamples)
{
    static const struct {
        const char *what;
        size_t n, group[9];
        double y[9], low, high;
    } rows[] = {
        {"three by three",
         9,
         {0, 0, 0, 1, 1, 1, 2, 2, 2},
         {1.4, 2.1, 3.0, 2.1, 3.2, 4.7, 3.5, 4.5, 5.4},
         0,
         0.8368},
        {"two by four", 8, {0, 0, 0, 0, 1, 1, 1, 1}, {1, 2, 3, 5, 6, 7, 8, 12}, 0.0295, 0.9047},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct interval interval =
            correlation_ratio(rows[i].y, rows[i].group, rows[i].n, 3, 0.95).interval;
        check_that(rows[i].what, fabs(interval.low - rows[i].low) < 0.05);
        check_that(rows[i].what, fabs(interval.high - rows[i].high) < 0.02);
    }
}

/* Neither the order of the observations nor labels that nothing has change anything. */
TEST(shares_of_shuffled_observations)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        double y[30];
        size_t group[30], n = label(&examples[i], group);
        memcpy(y, examples[i].y, sizeof y);
        struct explained before = correlation_ratio(y, group, n, 3, 0.95);
        for (size_t k = n; k > 1; k--) {
            size_t other = test_random_below(&seed, k), swap_group = group[k - 1];
            double swap = y[k - 1];
            y[k - 1] = y[other];
            y[other] = swap;
            group[k - 1] = group[other];
            group[other] = swap_group;
        }
        for (size_t k = 0; k < n; k++)
            group[k] = 2 * group[k] + 1;
        struct explained after = correlation_ratio(y, group, n, 8, 0.95);
        check_real(examples[i].what, after.eta2, before.eta2);
        check_real(examples[i].what, after.share, before.share);
        check_real(examples[i].what, after.interval.low, before.interval.low);
        check_real(examples[i].what, after.interval.high, before.interval.high);
    }
}

TEST(shares_without_an_answer)
{
    static const struct {
        const char *what;
        size_t n, group[6];
        double y[6];
        double eta2, share, low, high;
    } rows[] = {
        {"none", 0, {0}, {0}, NAN, NAN, NAN, NAN},
        {"one group", 3, {1, 1, 1}, {1, 2, 3}, NAN, NAN, NAN, NAN},
        {"all equal", 4, {0, 0, 1, 1}, {5, 5, 5, 5}, NAN, NAN, NAN, NAN},
        {"each alone", 3, {0, 1, 2}, {1, 2, 3}, 1, NAN, NAN, NAN},
        /* means 1 and 4, mean 2: between 6, within 2 + 0 = 2, noise 2; (6 - 2) / (8 + 2) */
        {"one alone", 3, {0, 0, 1}, {0, 2, 4}, 0.75, 0.4, NAN, NAN},
        {"explained wholly", 4, {0, 0, 1, 1}, {1, 1, 2, 2}, 1, 1, 1, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct explained explained =
            correlation_ratio(rows[i].y, rows[i].group, rows[i].n, 3, 0.95);
        check_that(rows[i].what, same(explained.eta2, rows[i].eta2));
        check_that(rows[i].what, same(explained.share, rows[i].share));
        check_that(rows[i].what, same(explained.interval.low, rows[i].low));
        check_that(rows[i].what, same(explained.interval.high, rows[i].high));
    }
}

/* A parameter that does nothing has a share of 0 in its interval, though eta² is not 0. */
TEST(share_of_nothing)
{
    static const size_t group[] = {0, 0, 0, 0, 1, 1, 1, 1};
    static const double y[] = {1, 2, 3, 4, 1, 2, 3, 4.5};
    struct explained explained = correlation_ratio(y, group, 8, 2, 0.95);
    check_that("eta2", explained.eta2 > 0);
    check_that("share", explained.share == 0);
    check_that("interval", explained.interval.low == 0 && explained.interval.high > 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spearman),
        cmocka_unit_test(spearman_intervals),
        cmocka_unit_test(shares_from_textbooks),
        cmocka_unit_test(share_intervals_of_all_resamples),
        cmocka_unit_test(shares_of_shuffled_observations),
        cmocka_unit_test(shares_without_an_answer),
        cmocka_unit_test(share_of_nothing),
    };
    return cmocka_run_group_tests_name("correlation", tests, NULL, NULL);
}
