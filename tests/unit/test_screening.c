/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/screening.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

#include "results/statistics/estimate.h"
#include "sim/base/random.h"
#include "tests/unit/check.h"

#define SEEDS 4
#define MOST  20

/* t(97.5%) of two degrees of freedom is 4.303, t(99.74%), of 20 settings, 13.75. */
TEST(by_hand)
{
    static const struct {
        const char *what;
        size_t settings, given; /* the others have no value */
        double values[3][SEEDS];
        bool kept[3];
    } rows[] = {
        {"one", 1, 1, {{1, 2, 3, 4}}, {true}},
        {"1.1 ± 0.43, and 1 ± 4.97",
         3,
         3,
         {{1, 2, 3, NAN}, {2, 3, 4.3, NAN}, {2, 1, 6, NAN}},
         {true, false, true}},
        {"among 20: 1.1 ± 1.38", 20, 2, {{1, 2, 3, NAN}, {2, 3, 4.3, NAN}}, {true, true}},
        {"by the third, not by the first",
         3,
         3,
         {{1, 5, 3, 4}, {3, 3, 3, 5}, {2, 2, 2, 4}},
         {true, false, true}},
        {"equal with every seed", 2, 2, {{1, 2, 3, 4}, {1, 2, 3, 4}}, {true, true}},
        {"worse by the same each time", 2, 2, {{1, 2, 3, 4}, {2, 3, 4, 5}}, {true, false}},
        {"of the seeds in common", 2, 2, {{1, 2, 99, NAN}, {2, 3, NAN, 0}}, {true, false}},
        {"one seed in common", 2, 2, {{1, 2, NAN, NAN}, {NAN, 9, 9, 9}}, {true, true}},
        {"none", 2, 2, {{1, 1, NAN, NAN}, {NAN, NAN, 9, 9}}, {true, true}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double values[MOST * SEEDS];
        bool kept[MOST];
        for (size_t v = 0; v < MOST * SEEDS; v++)
            values[v] = v < rows[i].given * SEEDS ? rows[i].values[v / SEEDS][v % SEEDS] : NAN;
        screening_keep(values, rows[i].settings, SEEDS, kept);
        for (size_t s = 0; s < rows[i].given; s++)
            check_count(rows[i].what, kept[s], rows[i].kept[s]);
    }
}

/* A setting's values with common luck, which is half of the variance, and luck of its own. */
static void draw(gsl_rng *stream, double *values, size_t settings, size_t seeds)
{
    double common[MOST];
    for (size_t i = 0; i < seeds; i++)
        common[i] = gsl_ran_gaussian(stream, 1);
    for (size_t v = 0; v < settings * seeds; v++)
        values[v] = common[v % seeds] + gsl_ran_gaussian(stream, 1);
}

/* The rule as it is written, setting by setting. */
static bool is_kept(const double *values, size_t settings, size_t seeds, size_t i)
{
    for (size_t j = 0; j < settings; j++) {
        double difference[MOST];
        size_t n = 0;
        for (size_t seed = 0; seed < seeds; seed++)
            if (!isnan(values[i * seeds + seed]) && !isnan(values[j * seeds + seed]))
                difference[n++] = values[i * seeds + seed] - values[j * seeds + seed];
        if (j == i || n < 2)
            continue;
        double reach = gsl_cdf_tdist_Pinv(1 - 0.05 / (double)(settings - 1), (double)n - 1) *
                       gsl_stats_sd(difference, 1, n) / sqrt((double)n);
        if (gsl_stats_mean(difference, 1, n) > reach)
            return false;
    }
    return true;
}

TEST(as_it_is_written)
{
    gsl_rng *stream = random_stream(1, "screening");
    size_t excluded = 0;
    for (int round = 0; round < 300; round++) {
        double values[MOST * MOST];
        bool kept[MOST];
        size_t settings = 2 + (size_t)round % (MOST - 1), seeds = 2 + (size_t)round % 17;
        draw(stream, values, settings, seeds);
        for (size_t v = 0; v < settings * seeds; v++) {
            values[v] += 0.2 * (double)(v / seeds);
            if (round % 2 && gsl_ran_bernoulli(stream, 0.2))
                values[v] = NAN;
        }
        screening_keep(values, settings, seeds, kept);
        for (size_t i = 0; i < settings; i++) {
            check_count("kept", kept[i], is_kept(values, settings, seeds, i));
            excluded += !kept[i];
        }
    }
    check_that("some are excluded", excluded > 300);
    gsl_rng_free(stream);
}

/* The first is as good on average as all others, which stall now and then: their values are
 * lognormal, and each has luck of its own. */
static void draw_skewed(gsl_rng *stream, double *values, size_t settings, size_t seeds)
{
    for (size_t v = 0; v < settings * seeds; v++)
        values[v] = v < seeds ? exp(0.125) + gsl_ran_gaussian(stream, 0.1)
                              : gsl_ran_lognormal(stream, 0, 0.5);
}

/* No other has a difference to the first whose interval excludes 0. */
static bool are_alike(const double *values, size_t settings, size_t seeds)
{
    double confidence = interval_confidence_of(settings - 1);
    bool alike = true;
    for (size_t i = 1; i < settings; i++) {
        struct estimate difference =
            estimate_difference(values + i * seeds, values, seeds, INTERVAL_t, confidence);
        alike &= !interval_excludes(difference.interval, 0);
    }
    return alike;
}

/* The first of settings that are equally good on average may be the truly best: how often it is
 * kept, and how often none of the others differs from it. The figures are the ones that the header
 * names, measured with build/tests/unit/unit_screening 4000. */
static void equals(void **cmocka_state)
{
    enum { SEEDS_EACH = 10, SETTINGS_MOST = 200 };
    static const struct {
        const char *what;
        void (*draw)(gsl_rng *, double *, size_t, size_t);
        size_t settings;
        double kept, alike;
    } rows[] = {
        {"normal", draw, 5, 95.9, 96.0},         {"normal", draw, 20, 96.3, 96.1},
        {"normal", draw, 200, 96.7, 96.5},       {"skewed", draw_skewed, 5, 82.1, 87.5},
        {"skewed", draw_skewed, 20, 72.5, 80.5}, {"skewed", draw_skewed, 200, 50.8, 64.9},
    };
    size_t experiments = *(const size_t *)*cmocka_state;
    for (size_t r = 0; r < LENGTH(rows); r++) {
        size_t k = rows[r].settings, with_first = 0, alike = 0;
        double values[SETTINGS_MOST * SEEDS_EACH];
        bool kept[SETTINGS_MOST];
        gsl_rng *stream = random_stream(k, rows[r].what);
        for (size_t e = 0; e < experiments; e++) {
            rows[r].draw(stream, values, k, SEEDS_EACH);
            screening_keep(values, k, SEEDS_EACH, kept);
            with_first += kept[0];
            alike += are_alike(values, k, SEEDS_EACH);
        }
        gsl_rng_free(stream);
        struct text what = {"", 0};
        text_add(&what, "%s, %zu settings", rows[r].what, k);
        check_percent(what.text, with_first, experiments, rows[r].kept);
        check_percent("no difference", alike, experiments, rows[r].alike);
    }
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 200;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(as_it_is_written),
        cmocka_unit_test_prestate(equals, &experiments),
    };
    return cmocka_run_group_tests_name("screening", tests, NULL, NULL);
}
