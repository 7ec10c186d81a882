/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

static const struct param real = {"real", PARAM_REAL, .least = 0, .most = 10};
static const struct param wide = {"wide", PARAM_REAL, .least = -1e9, .most = 1e9};
static const struct param count = {"count", PARAM_COUNT, .least = 0, .most = 5};
static const struct param objects = {"objects", PARAM_COUNT, .least = 1, .most = 1e7};
static const struct param wait = {"wait", PARAM_DURATION, .least = NS_PER_MS, .most = 3600e9};

static const struct distribution_kind *kind_named(const char *name)
{
    const struct distribution_kind *kind = distributions;
    while (kind->name && strcmp(kind->name, name) != 0)
        kind++;
    check_text("there is such a distribution", kind->name, name);
    return kind;
}

static struct distribution make(const char *name, const struct param *param, double a, double b)
{
    struct distribution distribution;
    struct error error = {""};
    const double arguments[] = {a, b};
    int status =
        distribution_init(&distribution, kind_named(name), param, arguments, 100000000, &error);
    check_text(name, error.text, "");
    check_signed(name, status, 0);
    return distribution;
}

/* Worked out by hand; so many points that rounding does not show. */
TEST(values)
{
    static const struct {
        const char *name;
        const struct param *param;
        double a, b, u, expected;
    } rows[] = {
        {"uniform", &real, 2, 4, 0.25, 2.5},
        {"uniform", &real, 0, 10, 0.999, 9.99},
        {"loguniform", &real, 0.1, 10, 0.5, 1},
        {"loguniform", &real, 1, 8, 1.0 / 3, 2},
        {"normal", &wide, 5, 2, 0.5, 5},
        {"normal", &wide, 5, 2, 0.841344746068543, 7},
        {"lognormal", &wide, 3, 0.5, 0.5, 3},
        {"lognormal", &wide, 3, 0.5, 0.841344746068543, 4.94616381210038}, /* 3 e^0.5 */
        {"exponential", &wide, 2, 0, 0.5, 1.38629436111989},               /* 2 ln 2 */
        {"weibull", &wide, 2, 2, 0.5, 1.66510922231540},                   /* 2 sqrt(ln 2) */
        {"pareto", &wide, 2, 3, 0.5, 2.51984209978975},                    /* 2 * 2^(1/3) */
        /* cut off: F runs from F(least) to F(most) */
        {"exponential", &real, 10, 0, 0.5, 3.79885493041722}, /* -10 ln(1 - (1 - 1/e) / 2) */
        {"normal", &real, 0, 1, 0.5, 0.674489750196082},      /* half of it is below 0 */
        {"normal", &real, 10, 2, 0.5, 8.65102049960784},      /* and half above 10 */
        {"pareto", &real, 5, 1, 0.5, 6.66666666666667},       /* half of it is above 10 */
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct distribution distribution = make(rows[i].name, rows[i].param, rows[i].a, rows[i].b);
        double value = distribution_value(&distribution, rows[i].u);
        if (fabs(value - rows[i].expected) > 1e-6 * rows[i].expected)
            check_real(rows[i].name, value, rows[i].expected);
    }
}

/* Every kind, of every type: it grows with u and stays within the limits. */
TEST(limits)
{
    static const struct {
        const struct param *param;
        double ends[2], scale, spread;
    } rows[] = {
        {&real, {0.5, 9}, 3, 2}, {&objects, {10, 5000}, 700, 300}, {&wait, {1e6, 1e10}, 2e9, 1e9}};
    for (const struct distribution_kind *kind = distributions; kind->name; kind++) {
        for (size_t i = 0; i < LENGTH(rows); i++) {
            bool ends = kind->arguments[0].form == ARGUMENT_END;
            double b = kind->arguments[1].form == ARGUMENT_NUMBER ? 1.5 : rows[i].spread;
            struct distribution distribution =
                make(kind->name, rows[i].param, ends ? rows[i].ends[0] : rows[i].scale,
                     ends ? rows[i].ends[1] : b);
            double before = -INFINITY;
            for (int step = 0; step <= 1000; step++) {
                double value = distribution_value(&distribution, step / 1000.0);
                check_that(kind->name, value >= before);
                check_that(kind->name, value >= rows[i].param->least);
                check_that(kind->name, value <= rows[i].param->most);
                check_that(kind->name, rows[i].param->type == PARAM_REAL || value == floor(value));
                before = value;
            }
            check_that("it varies", before > distribution_value(&distribution, 0));
        }
    }
}

/* Every whole number of a range has the same share of u. */
TEST(whole_numbers_are_equally_likely)
{
    enum { STEPS = 6000 };
    struct distribution distribution = make("uniform", &count, 0, 5);
    int times[6] = {0};
    for (int i = 0; i < STEPS; i++)
        times[(int)distribution_value(&distribution, (i + 0.5) / STEPS)]++;
    for (int value = 0; value <= 5; value++)
        check_signed("0 to 5", times[value], STEPS / 6);
}

TEST(errors)
{
    static const struct {
        const char *name;
        const struct param *param;
        double a, b;
        const char *message;
    } rows[] = {
        {"uniform", &real, 4, 4, "the first end has to be below the second"},
        {"uniform", &real, 5, 4, "the first end has to be below the second"},
        {"loguniform", &real, 0, 4, "on a logarithmic scale the first end has to be above 0"},
        {"loguniform", &count, 0, 4, "on a logarithmic scale the first end has to be above 0"},
        {"normal", &real, 100, 1,
         "hardly anything of this distribution is within 0 to 10, which real takes"},
        {"pareto", &real, 20, 1, "hardly anything of this distribution is within 0 to 10"},
        {"exponential", &wait, 1e3, 0, "is within 1ms to 1h, which wait takes"},
        {"normal", &real, INFINITY, 1, "hardly anything of this distribution"},
        {"normal", &real, NAN, 1, "hardly anything of this distribution"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct distribution distribution;
        struct error error = {""};
        const double arguments[] = {rows[i].a, rows[i].b};
        check_signed(rows[i].name,
                     distribution_init(&distribution, kind_named(rows[i].name), rows[i].param,
                                       arguments, 10, &error),
                     -1);
        check_mentions(rows[i].name, error.text, rows[i].message);
    }
}

TEST(rounding)
{
    static const struct {
        const char *what;
        const struct param *param;
        double value, step, least, most, expected;
    } rows[] = {
        {"four digits", &objects, 43734.4, 10000, 1, 1e7, 43730},
        {"whole", &objects, 43.734, 10, 1, 1e7, 44},
        {"four digits of a real number", &wide, 43.7349, 10, -1e9, 1e9, 43.73},
        {"of a small one", &wide, 0.000123456, 1, -1e9, 1e9, 0.0001235},
        {"a negative one", &wide, -43.7349, 10, -1e9, 1e9, -43.73},
        {"0", &wide, 0, 10, -1e9, 1e9, 0},
        {"no step", &wide, 43.7349, 0, -1e9, 1e9, 43.73},
        {"more digits for a small step", &objects, 43734.4, 90, 1, 1e7, 43734},
        {"and still more", &wide, 43734.45678, 0.01, -1e9, 1e9, 43734.457},
        {"a duration is whole", &wait, 1500000.4, 1, 1e6, 1e12, 1500000},
        {"not below the first end", &objects, 20004.3, 1e4, 20004, 1e7, 20004},
        {"nor above the second", &objects, 29996.1, 1e4, 1, 29996, 29996},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_that(rows[i].what, quantity_round(rows[i].param, rows[i].value, rows[i].step,
                                                rows[i].least, rows[i].most) == rows[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),   cmocka_unit_test(limits),
        cmocka_unit_test(rounding), cmocka_unit_test(whole_numbers_are_equally_likely),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests_name("distribution", tests, NULL, NULL);
}
