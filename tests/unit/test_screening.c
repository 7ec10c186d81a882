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

/* Not further below 95% than chance, four standard errors. */
static void check_confidence(const char *what, size_t settings, size_t right, size_t of)
{
    double percent = 100 * (double)right / (double)of;
    print_message("# %s of %zu settings: %.1f%%\n", what, settings, percent);
    check_that(what, percent >= 95 - 4 * 100 * sqrt(0.05 * 0.95 / (double)of));
}

/* Equal settings: each may be the truly best, and none differs from the first, the baseline. */
static void equals(void **cmocka_state)
{
    static const size_t counts[] = {5, 20, 200};
    size_t experiments = *(const size_t *)*cmocka_state, seeds = 10;
    for (size_t c = 0; c < LENGTH(counts); c++) {
        size_t k = counts[c], with_best = 0, alike = 0;
        double *values = malloc(k * seeds * sizeof *values);
        bool *kept = malloc(k * sizeof *kept);
        gsl_rng *stream = random_stream(k, "equals");
        for (size_t e = 0; e < experiments; e++) {
            bool none = true;
            draw(stream, values, k, seeds);
            screening_keep(values, k, seeds, kept);
            with_best += kept[0];
            for (size_t i = 1; i < k; i++) {
                struct estimate difference = estimate_difference(
                    values + i * seeds, values, seeds, INTERVAL_t, interval_confidence_of(k - 1));
                none &= !interval_excludes(difference.interval, 0);
            }
            alike += none;
        }
        check_confidence("the truly best is kept", k, with_best, experiments);
        check_confidence("no false difference", k, alike, experiments);
        gsl_rng_free(stream);
        free(kept);
        free(values);
    }
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 300;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(as_it_is_written),
        cmocka_unit_test_prestate(equals, &experiments),
    };
    return cmocka_run_group_tests_name("screening", tests, NULL, NULL);
}
