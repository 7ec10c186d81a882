/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Intervals against the truth: many small experiments whose true value is known, and how many of
 * their 95% intervals have it in them. The expected figures are the ones that the headers name; a
 * row fails if what is counted is further from its figure than chance (four standard errors, and
 * half a digit for rounding). Measured for the headers with
 *     build/tests/unit/unit_coverage 20000 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

#include "results/statistics/correlation.h"
#include "results/statistics/interval.h"
#include "sim/base/random.h"
#include "tests/unit/check.h"

enum distribution { normal, exponential, lognormal_half, lognormal_1 };

static const struct {
    const char *name;
    double mean, deviation;
} distributions[] = {
    [normal] = {"normal", 5, 1},
    [exponential] = {"exponential", 1, 1},
    [lognormal_half] = {"lognormal 0.5", 1.1331484530668263, 0.60390199},
    [lognormal_1] = {"lognormal 1", 1.6487212707001282, 2.1611974},
};

static double draw(gsl_rng *stream, enum distribution distribution)
{
    switch (distribution) {
    case normal:
        return distributions[normal].mean + gsl_ran_gaussian(stream, 1);
    case exponential:
        return gsl_ran_exponential(stream, 1);
    case lognormal_half:
        return gsl_ran_lognormal(stream, 0, 0.5);
    case lognormal_1:
        return gsl_ran_lognormal(stream, 0, 1);
    }
    return NAN;
}

/* Not so if there is no interval. */
static bool covers(struct interval interval, double truth)
{
    return interval.low <= truth && truth <= interval.high;
}

static size_t experiments_of(void **cmocka_state)
{
    return *(const size_t *)*cmocka_state;
}

#define MOST 1001

static void means(void **cmocka_state)
{
    static const struct {
        enum interval_kind kind;
        enum distribution distribution;
        struct {
            size_t n;
            double expected;
        } sizes[5]; /* up to the first of none */
    } rows[] = {
        {INTERVAL_t, normal, {{3, 94.9}, {5, 95.0}, {10, 95.0}, {20, 95.0}}},
        {INTERVAL_t, exponential, {{3, 88.2}, {5, 88.2}, {10, 89.9}, {20, 91.9}}},
        {INTERVAL_t, lognormal_half, {{3, 92.0}, {5, 91.8}, {10, 91.9}, {20, 93.2}}},
        {INTERVAL_t, lognormal_1, {{3, 83.6}, {5, 82.4}, {10, 84.1}, {20, 86.8}}},
        {INTERVAL_bootstrap, normal, {{3, 94.9}, {5, 96.9}, {10, 96.1}, {20, 95.7}}},
        {INTERVAL_bootstrap, exponential, {{3, 88.2}, {5, 93.2}, {10, 94.5}, {20, 95.6}}},
        {INTERVAL_bootstrap, lognormal_half, {{3, 92.0}, {5, 94.9}, {10, 94.5}, {20, 95.3}}},
        {INTERVAL_bootstrap,
         lognormal_1,
         {{3, 83.6}, {5, 89.3}, {10, 91.1}, {20, 92.9}, {1001, 94.5}}},
    };
    size_t experiments = experiments_of(cmocka_state);
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t s = 0; s < LENGTH(rows[i].sizes) && rows[i].sizes[s].n > 0; s++) {
            enum distribution distribution = rows[i].distribution;
            size_t n = rows[i].sizes[s].n, covered = 0;
            gsl_rng *stream = random_stream(n, distributions[distribution].name);
            for (size_t e = 0; e < experiments; e++) {
                double x[MOST];
                for (size_t k = 0; k < n; k++)
                    x[k] = draw(stream, distribution);
                struct interval interval =
                    interval_of_mean(x, n, rows[i].kind, INTERVAL_CONFIDENCE);
                covered += covers(interval, distributions[distribution].mean);
            }
            gsl_rng_free(stream);
            struct text what = {"", 0};
            text_add(&what, "%s, %s, n = %zu", rows[i].kind == INTERVAL_t ? "t" : "bootstrap",
                     distributions[distribution].name, n);
            check_percent(what.text, covered, experiments, rows[i].sizes[s].expected);
        }
}

/* Normal x and y of a correlation r have the rank correlation 6/π asin(r / 2) (Kruskal 1958). */
static void rank_correlations(void **cmocka_state)
{
    static const double correlations[] = {0, 0.6, 0.9, 0.95, 0.99};
    static const struct {
        size_t n;
        double expected[LENGTH(correlations)];
    } rows[] = {
        {5, {100.0, 99.4, 98.8, 97.7, 95.4}},
        {10, {96.7, 95.8, 95.0, 96.0, 89.0}},
        {20, {95.9, 95.8, 95.5, 94.2, 82.4}},
    };
    size_t experiments = experiments_of(cmocka_state);
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t c = 0; c < LENGTH(correlations); c++) {
            double r = correlations[c], truth = 6 / M_PI * asin(r / 2);
            size_t n = rows[i].n, covered = 0;
            gsl_rng *stream = random_stream(n, "rank correlations");
            for (size_t e = 0; e < experiments; e++) {
                double x[MOST], y[MOST];
                for (size_t k = 0; k < n; k++)
                    gsl_ran_bivariate_gaussian(stream, 1, 1, r, &x[k], &y[k]);
                struct interval interval = correlation_spearman_interval(
                    correlation_spearman(x, y, n), n, INTERVAL_CONFIDENCE);
                covered += covers(interval, truth);
            }
            gsl_rng_free(stream);
            struct text what = {"", 0};
            text_add(&what, "rank correlation %.2f, n = %zu", truth, n);
            check_percent(what.text, covered, experiments, rows[i].expected[c]);
        }
}

/* Groups whose means are at equal distances, so far apart that they make that share. */
static void shares(void **cmocka_state)
{
    static const double truths[] = {0, 0.2, 0.5, 0.8, 0.95};
    static const struct {
        size_t groups, size;
        enum distribution distribution;
        double expected[LENGTH(truths)];
    } rows[] = {
        {4, 5, normal, {97.9, 97.3, 96.4, 96.8, 97.1}},
        {4, 10, normal, {99.0, 92.5, 96.2, 95.7, 96.3}},
        {4, 5, lognormal_half, {98.6, 96.6, 93.8, 92.3, 91.3}},
        {4, 10, lognormal_half, {99.4, 92.7, 92.1, 90.3, 89.3}},
        {4, 40, lognormal_half, {99.6, 95.0, 93.3, 91.9, 91.4}},
    };
    size_t experiments = experiments_of(cmocka_state) / 4; /* each takes longer than the others */
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t t = 0; t < LENGTH(truths); t++) {
            double k = (double)rows[i].groups, truth = truths[t];
            double apart = sqrt(truth / (1 - truth) * 12 / (k * k - 1)) *
                           distributions[rows[i].distribution].deviation;
            size_t n = rows[i].groups * rows[i].size, covered = 0;
            gsl_rng *stream = random_stream(n, "shares");
            for (size_t e = 0; e < experiments; e++) {
                double y[MOST];
                size_t group[MOST];
                for (size_t o = 0; o < n; o++) {
                    group[o] = o % rows[i].groups;
                    y[o] = (double)group[o] * apart + draw(stream, rows[i].distribution);
                }
                struct explained explained =
                    correlation_ratio(y, group, n, rows[i].groups, INTERVAL_CONFIDENCE);
                covered += covers(explained.interval, truth);
            }
            gsl_rng_free(stream);
            struct text what = {"", 0};
            text_add(&what, "share %.2f, %zu groups of %zu, %s", truth, rows[i].groups,
                     rows[i].size, distributions[rows[i].distribution].name);
            check_percent(what.text, covered, experiments, rows[i].expected[t]);
        }
}

/* A point of a straight line with normal noise, which makes that share of the variance. */
static void draw_line(gsl_rng *stream, double share, double *x, double *y)
{
    *x = gsl_rng_uniform(stream);
    *y = sqrt(12 * share) * *x + gsl_ran_gaussian(stream, sqrt(1 - share));
}

/* One of Ishigami and Homma's function, with its parameter 1, 2 or 3. */
static void draw_ishigami(gsl_rng *stream, double which, double *x, double *y)
{
    double at[3];
    for (size_t i = 0; i < LENGTH(at); i++)
        at[i] = gsl_ran_flat(stream, -M_PI, M_PI);
    *x = at[(size_t)which - 1];
    *y = sin(at[0]) + 7 * pow(sin(at[1]), 2) + 0.1 * pow(at[2], 4) * sin(at[0]);
}

static void shares_of_neighbours(void **cmocka_state)
{
    static const struct {
        void (*draw)(gsl_rng *stream, double parameter, double *x, double *y);
        double parameter, truth;
    } models[] = {
        {draw_line, 0, 0},          {draw_line, 0.2, 0.2},   {draw_line, 0.5, 0.5},
        {draw_line, 0.8, 0.8},      {draw_line, 0.95, 0.95}, {draw_ishigami, 1, 0.3139},
        {draw_ishigami, 2, 0.4424}, {draw_ishigami, 3, 0},
    };
    static const struct {
        size_t n;
        double expected[LENGTH(models)];
    } rows[] = {
        {20, {98.2, 99.3, 95.5, 93.5, 80.4, 99.9, 93.8, 93.5}},
        {50, {97.7, 98.4, 96.4, 96.5, 95.1, 96.7, 95.8, 92.6}},
        {100, {97.6, 98.3, 96.3, 96.8, 96.8, 96.1, 95.4, 93.3}},
    };
    size_t experiments = experiments_of(cmocka_state) / 2;
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t m = 0; m < LENGTH(models); m++) {
            size_t n = rows[i].n, covered = 0, order[MOST];
            gsl_rng *stream = random_stream(n, "neighbours");
            for (size_t e = 0; e < experiments; e++) {
                double x[MOST], y[MOST];
                for (size_t k = 0; k < n; k++)
                    models[m].draw(stream, models[m].parameter, &x[k], &y[k]);
                gsl_sort_index(order, x, 1, n);
                for (size_t k = 0; k < n; k++)
                    x[k] = y[order[k]];
                struct explained explained = correlation_of_neighbours(x, n, INTERVAL_CONFIDENCE);
                covered += covers(explained.interval, models[m].truth);
            }
            gsl_rng_free(stream);
            struct text what = {"", 0};
            text_add(&what, "share %.2f of model %zu, %zu neighbours", models[m].truth, m, n);
            check_percent(what.text, covered, experiments, rows[i].expected[m]);
        }
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(means, &experiments),
        cmocka_unit_test_prestate(rank_correlations, &experiments),
        cmocka_unit_test_prestate(shares, &experiments),
        cmocka_unit_test_prestate(shares_of_neighbours, &experiments),
    };
    return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
