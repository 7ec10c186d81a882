/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often intervals are right is in test_coverage.c. */
#include "results/statistics/interval.h"

#include <math.h>
#include <string.h>

#include "tests/unit/check.h"

/* Hours of sleep won by ten patients with one drug over the other (Student, Biometrika 6, 1908);
 * R's t.test(extra ~ group, data = sleep, paired = TRUE) has 0.7001142 to 2.4598858. */
static const double sleep[] = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};

static void check_interval(const char *what, struct interval interval, double low, double high)
{
    check_that(what, isnan(low) == isnan(interval.low) && isnan(high) == isnan(interval.high));
    if (isnan(low))
        return;
    check_real(what, interval.low, low);
    check_real(what, interval.high, high);
}

TEST(student)
{
    static const struct {
        const char *what;
        double x[10];
        size_t n;
        double confidence, low, high;
    } rows[] = {
        {"none", {0}, 0, 0.95, NAN, NAN},
        {"one", {7}, 1, 0.95, NAN, NAN},
        /* t(1) at 97.5% is 12.7062047, at 75% it is 1 */
        {"two", {1, 3}, 2, 0.95, 2 - 12.706204736174704, 2 + 12.706204736174704},
        {"two, at 50%", {1, 3}, 2, 0.5, 1, 3},
        /* mean 4, s = 2, t(2) = 4.30265273 */
        {"three",
         {2, 4, 6},
         3,
         0.95,
         4 - 4.30265272974946 * 2 / 1.7320508075688772,
         4 + 4.30265272974946 * 2 / 1.7320508075688772},
        {"equal", {0.1, 0.1, 0.1}, 3, 0.95, 0.1, 0.1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_interval(rows[i].what,
                       interval_of_mean(rows[i].x, rows[i].n, INTERVAL_t, rows[i].confidence),
                       rows[i].low, rows[i].high);
    struct interval interval = interval_of_mean(sleep, LENGTH(sleep), INTERVAL_t, 0.95);
    check_that("sleep, low", fabs(interval.low - 0.7001142) < 5e-8);
    check_that("sleep, high", fabs(interval.high - 2.4598858) < 5e-8);
    check_real("sleep, mean", interval_mean(sleep, LENGTH(sleep)), 1.58);
    check_that("mean of none", isnan(interval_mean(sleep, 0)));
}

/* All n^n resamples, one after the other as the digits of a number. */
struct resamples {
    const double *x;
    size_t n;
    double mean, error;
};

static double t_of(const struct resamples *all, size_t number, bool *defined)
{
    double drawn[8], sum = 0, squares = 0, n = (double)all->n;
    for (size_t i = 0; i < all->n; i++, number /= all->n)
        sum += drawn[i] = all->x[number % all->n];
    for (size_t i = 0; i < all->n; i++)
        squares += (drawn[i] - sum / n) * (drawn[i] - sum / n);
    *defined = squares > 1e-20;
    return (sum / n - all->mean) / sqrt(squares / (n - 1) / n);
}

/* Of those whose values are not all equal, the part with t* at most, or at least, as given. */
static double part(const struct resamples *all, double t, bool at_most)
{
    size_t count = 1, some = 0, inside = 0;
    for (size_t i = 0; i < all->n; i++)
        count *= all->n;
    for (size_t number = 0; number < count; number++) {
        bool defined;
        double one = t_of(all, number, &defined);
        some += defined;
        inside += defined && (at_most ? one <= t + 1e-9 : one >= t - 1e-9);
    }
    return (double)inside / (double)some;
}

/* The ends stand where the exact distribution of t* has 2.5% beyond them, within four standard
 * errors of 1999 resamples, or they are those of the t interval, which is wider there. Each row has
 * one end of either kind at least. */
TEST(bootstrap_against_all_resamples)
{
    static const struct {
        const char *what;
        double x[8];
        size_t n;
        bool low_is_t, high_is_t;
    } rows[] = {
        {"skewed, five", {1, 2, 3, 5, 14}, 5, true, false},
        {"skewed, six", {0.1, 0.3, 0.35, 0.8, 1.7, 2.9}, 6, true, false},
        {"skewed, seven", {10, 12, 15, 16, 23, 31, 70}, 7, true, false},
        {"skewed downwards", {-10, -12, -15, -16, -23, -31, -70}, 7, false, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const double *x = rows[i].x;
        size_t n = rows[i].n;
        struct interval t = interval_of_mean(x, n, INTERVAL_t, 0.95);
        struct interval wider = interval_of_mean(x, n, INTERVAL_bootstrap, 0.95);
        struct resamples all = {.x = x, .n = n, .mean = interval_mean(x, n)};
        for (size_t k = 0; k < n; k++)
            all.error += (x[k] - all.mean) * (x[k] - all.mean);
        all.error = sqrt(all.error / (double)(n - 1) / (double)n);
        double low_tail = part(&all, (all.mean - wider.low) / all.error, false);
        double high_tail = part(&all, (all.mean - wider.high) / all.error, true);
        double chance = 4 * sqrt(0.025 * 0.975 / 1999);
        check_count(rows[i].what, wider.low == t.low, rows[i].low_is_t);
        check_count(rows[i].what, wider.high == t.high, rows[i].high_is_t);
        check_that(rows[i].what, low_tail <= 0.025 + chance && high_tail <= 0.025 + chance);
        check_that(rows[i].what, rows[i].low_is_t || low_tail >= 0.025 - chance);
        check_that(rows[i].what, rows[i].high_is_t || high_tail >= 0.025 - chance);
    }
}

/* Where bootstrap is the t interval. */
TEST(bootstrap_of_few_many_or_equal)
{
    static double many[1001];
    static const double few[] = {1, 1, 9, 30}, equal[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
                        huge[] = {1e200, 2e200, 4e200, 5e200, 9e200},
                        tiny[] = {1e-200, 2e-200, 4e-200, 5e-200, 9e-200};
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = (double)(i * i * i);
    static const struct {
        const char *what;
        const double *x;
        size_t n;
        bool same;
    } rows[] = {
        {"none", few, 0, true},      {"one", few, 1, true},
        {"two equal", few, 2, true}, {"three", few, 3, true},
        {"four", few, 4, true},      {"sleep", sleep, 10, false},
        {"equal", equal, 6, true},   {"a thousand", many, 1000, false},
        {"more", many, 1001, true},  {"huge", huge, 5, true},
        {"tiny", tiny, 5, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct interval t = interval_of_mean(rows[i].x, rows[i].n, INTERVAL_t, 0.95);
        struct interval b = interval_of_mean(rows[i].x, rows[i].n, INTERVAL_bootstrap, 0.95);
        check_count(rows[i].what, memcmp(&t, &b, sizeof t) == 0, rows[i].same);
    }
}

/* A third of the resamples of nine equal values and another one has no t*, or one that is only
 * rounding: neither makes an interval without end. */
TEST(bootstrap_of_values_nearly_all_equal)
{
    static const double rows[][10] = {
        {5, 5, 5, 5, 5, 5, 5, 5, 5, 9},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
        {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, -0.3},
        {1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9 + 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct interval t = interval_of_mean(rows[i], 10, INTERVAL_t, 0.95);
        struct interval b = interval_of_mean(rows[i], 10, INTERVAL_bootstrap, 0.95);
        check_that("no narrower than t", b.low <= t.low && b.high >= t.high);
        check_that("not ten times as wide", b.high - b.low < 10 * (t.high - t.low));
    }
}

static void shuffle(double *x, size_t n, uint64_t *seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t other = test_random_below(seed, i);
        double swap = x[i - 1];
        x[i - 1] = x[other];
        x[other] = swap;
    }
}

/* The bootstrap does not see the order of the values; what is stretched and moved has an interval
 * stretched and moved; more confidence is wider; the mean is inside. */
TEST(bootstrap_of_random_values)
{
    uint64_t seed = 1;
    for (int round = 0; round < 200; round++) {
        double x[40], moved[40];
        size_t n = 5 + test_random_below(&seed, 36);
        for (size_t i = 0; i < n; i++)
            x[i] = -log((double)(1 + test_random_below(&seed, 1000)) / 1001);
        struct interval interval = interval_of_mean(x, n, INTERVAL_bootstrap, 0.95);
        struct interval surer = interval_of_mean(x, n, INTERVAL_bootstrap, 0.99);
        double mean = interval_mean(x, n);
        check_that("the mean is inside", interval.low < mean && mean < interval.high);
        check_that("surer", surer.low < interval.low && surer.high > interval.high);
        for (size_t i = 0; i < n; i++)
            moved[i] = 100 + 3 * x[i];
        shuffle(moved, n, &seed);
        check_interval("moved", interval_of_mean(moved, n, INTERVAL_bootstrap, 0.95),
                       100 + 3 * interval.low, 100 + 3 * interval.high);
        shuffle(x, n, &seed);
        struct interval again = interval_of_mean(x, n, INTERVAL_bootstrap, 0.95);
        check_interval("shuffled", again, interval.low, interval.high);
    }
}

TEST(largest_share)
{
    static const struct {
        const char *what;
        double x[6];
        size_t n;
        double expected;
    } rows[] = {
        {"none", {0}, 0, 0},
        {"one", {7}, 1, 0},
        {"all equal", {3, 3, 3}, 3, 0},
        {"two have half each", {1, 3}, 2, 0.5},
        {"far above", {1, 1, 1, 1, 1, 7}, 6, 25.0 / 30}, /* deviations -1 and 5 */
        {"far below", {8, 2, 8, 8, 8, 8}, 6, 25.0 / 30},
        {"both ends alike", {-3, 0, 0, 0, 0, 3}, 6, 0.5},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_real(rows[i].what, interval_largest_share(rows[i].x, rows[i].n), rows[i].expected);
}

TEST(excludes)
{
    static const struct {
        const char *what;
        struct interval interval;
        double value;
        bool excludes;
    } rows[] = {
        {"inside", {-1, 2}, 0, false},  {"its end", {0, 2}, 0, false},
        {"below", {1, 2}, 0, true},     {"above", {-3, -1}, 0, true},
        {"none", {NAN, NAN}, 0, false}, {"the point", {0, 0}, 0, false},
        {"a point", {1, 1}, 0, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_count(rows[i].what, interval_excludes(rows[i].interval, rows[i].value),
                    rows[i].excludes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student),
        cmocka_unit_test(bootstrap_against_all_resamples),
        cmocka_unit_test(bootstrap_of_few_many_or_equal),
        cmocka_unit_test(bootstrap_of_values_nearly_all_equal),
        cmocka_unit_test(bootstrap_of_random_values),
        cmocka_unit_test(largest_share),
        cmocka_unit_test(excludes),
    };
    return cmocka_run_group_tests_name("interval", tests, NULL, NULL);
}
