/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/expression.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

/* What names stand for; all others have no value. */
static double value_of(void *context, const char *name)
{
    static const struct {
        const char *name;
        double value;
    } rows[] = {{"t0", 700},      {"t1", 10},  {"t2", 50},
                {"zero", 0},      {"_a_1", 3}, {"workload.rate", 200},
                {"policy.t0", 5}, {"e", 2.5},  {"minus", -4}};
    size_t *asked = context;
    ++*asked;
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].value;
    return NAN;
}

static struct expression *parse(const char *text, double second)
{
    struct error error = {""};
    struct expression *expression = expression_parse(text, second, &error);
    check_text(text, error.text, "");
    check_that(text, expression != NULL);
    check_text(text, expression_text(expression), text);
    return expression;
}

static double evaluate(const char *text, double second)
{
    size_t asked = 0;
    struct expression *expression = parse(text, second);
    double value = expression_value(expression, value_of, &asked);
    expression_free(expression);
    return value;
}

TEST(values)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"7", 7},
        {" 7 ", 7},
        {"50_000", 50000},
        {"1.5e3", 1500},
        {"1E+2", 100},
        {"1_0e-0_1", 1},
        {".5", 0.5},
        {"5%", 0.05},
        {"12.5%", 0.125},
        {"16MiB", 16777216},
        {"2kB", 2000},
        {"64B", 64},
        {"t0", 700},
        {"_a_1", 3},
        {"e", 2.5},
        {"workload.rate", 200},
        {"-t1", -10},
        {"--t1", 10},
        {"+-+t1", -10},
        {"- 2 * 3", -6},
        {"2 - 3 - 4", -5},
        {"2 - (3 - 4)", 3},
        {"2+3*4", 14},
        {"(2+3)*4", 20},
        {"12/3/2", 2},
        {"12/(3/2)", 8},
        {"2*-3", -6},
        {"2--3", 5},
        {"t0/t1-t2", 20},
        {"((((1))))", 1},
        {"workload.rate * policy.t0", 1000},
        {"1.2*t0", 840},
        {"1\n+\t2", 3},
        {"1/zero", INFINITY},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double value = evaluate(rows[i].text, EXPRESSION_NANOSECONDS);
        if (isinf(rows[i].value))
            check_that(rows[i].text, isinf(value));
        else
            check_real(rows[i].text, value, rows[i].value);
    }
}

TEST(conditions)
{
    static const struct {
        const char *text;
        bool holds;
    } rows[] = {
        {"1 < 2", true},
        {"2 < 2", false},
        {"2 <= 2", true},
        {"3 <= 2", false},
        {"3 > 2", true},
        {"2 > 2", false},
        {"2 >= 2", true},
        {"1 >= 2", false},
        {"2 == 2", true},
        {"2 == 3", false},
        {"2 != 3", true},
        {"2 != 2", false},
        {"t1<=t2", true},
        {"t2<=t1", false},
        {"t0 <= t1 * 70", true},
        {"t0 < t1 * 70", false},
        {"1 < 2 < 3", true},
        {"1 < 2 < 2", false},
        {"3 > 2 > 1", true},
        {"2 < 1 < 3", false},
        {"1 < 2 < 3 < 4 <= 4", true},
        {"(t1 <= t2)", true},
        {"zero < t1 <= t2", true},
        {"minus < -3", true},
        {"0 == zero", true},
        {"(1 < 2) == (3 < 4)", true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct expression *expression = parse(rows[i].text, EXPRESSION_NANOSECONDS);
        check_that(rows[i].text, expression_is_condition(expression));
        expression_free(expression);
        check_real(rows[i].text, evaluate(rows[i].text, EXPRESSION_NANOSECONDS), rows[i].holds);
    }
}

TEST(what_is_no_condition)
{
    static const char *const rows[] = {"1", "t0", "t1 + t2", "-(t1 < t2)", "(t1 < t2) * 5"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct expression *expression = parse(rows[i], EXPRESSION_NANOSECONDS);
        check_that(rows[i], !expression_is_condition(expression));
        expression_free(expression);
    }
}

/* A name without a value: neither true nor false. */
TEST(what_does_not_apply)
{
    static const char *const rows[] = {
        "nobody",         "nobody < 1",     "nobody >= 1",     "nobody == nobody",
        "nobody != 1",    "0 * nobody",     "-nobody",         "1 < nobody < 3",
        "2 < 1 < nobody", "nobody < 1 < 0", "zero / zero < 1", "1 < 2 < nobody",
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_that(rows[i], isnan(evaluate(rows[i], EXPRESSION_NANOSECONDS)));
}

/* A time in the unit of what it is compared with. */
TEST(units_of_time)
{
    static const struct {
        const char *text;
        double second, value;
    } rows[] = {
        {"2s", EXPRESSION_NANOSECONDS, 2e9},
        {"2s", EXPRESSION_SECONDS, 2},
        {"250ms", EXPRESSION_NANOSECONDS, 25e7},
        {"250ms", EXPRESSION_SECONDS, 0.25},
        {"3ns", EXPRESSION_NANOSECONDS, 3},
        {"3ns", EXPRESSION_SECONDS, 3e-9},
        {"1.5h", EXPRESSION_SECONDS, 5400},
        {"7µs", EXPRESSION_NANOSECONDS, 7000},
        {"5m", EXPRESSION_SECONDS, 300},
        {"1h30min", EXPRESSION_SECONDS, 5400},
        {"1m30s - 1m", EXPRESSION_NANOSECONDS, 3e10},
        {"4KiB", EXPRESSION_SECONDS, 4096},
        {"2", EXPRESSION_SECONDS, 2},
        {"0", EXPRESSION_SECONDS, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        check_real(rows[i].text, evaluate(rows[i].text, rows[i].second), rows[i].value);
}

TEST(names)
{
    static const struct {
        const char *text, *names;
    } rows[] = {
        {"1 < 2", ""},
        {"t1 <= t2", "t1 t2 "},
        {"t2 < t1 + t2 * t1", "t2 t1 "},
        {"heap_peak<=1.2*default", "heap_peak default "},
        {"workload.rate * policy.t0 < 1e6", "workload.rate policy.t0 "},
        {"e5 < 1e5", "e5 "},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct expression *expression = parse(rows[i].text, EXPRESSION_SECONDS);
        struct text text = {""};
        size_t asked = 0, count = 0;
        for (const char *const *name = expression_names(expression); *name; name++, count++)
            text_add(&text, "%s ", *name);
        check_text(rows[i].text, text.text, rows[i].names);
        expression_value(expression, value_of, &asked);
        check_count("each is asked for once", asked, count);
        expression_free(expression);
    }
}

TEST(errors)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "'': a number, a name or '(' is missing at the end"},
        {"t1 <=", "'t1 <=': a number, a name or '(' is missing at the end"},
        {"t1 <= * 2", "'t1 <= * 2': a number, a name or '(' is missing before '* 2'"},
        {"<= 2", "a number, a name or '(' is missing before '<= 2'"},
        {"t1 t2", "'t1 t2': an operator (+ - * / < <= > >= == !=) is missing before 't2'"},
        {"t1 = t2", "'t1 = t2': '=' is not an operator; '==' is"},
        {"t1 & t2", "is missing before '& t2'"},
        {"(t1", "'(t1': ')' is missing at the end"},
        {"(t1 < t2 t0)", "')' is missing before 't0)'"},
        {"t1)", "an operator (+ - * / < <= > >= == !=) is missing before ')'"},
        {"()", "a number, a name or '(' is missing before ')'"},
        {"2x", "'2x': '2x' is not a number; allowed are such as 50_000, 1.5e6, 10s, 16MiB and 5%"},
        {"10 ms", "an operator (+ - * / < <= > >= == !=) is missing before 'ms'"},
        {"1.2.3", "'1.2.3' is not a number"},
        {"1e3s", "'1e3s' is not a number"},
        {"5%s", "'5%s' is not a number"},
        {"1e999", "'1e999' is not a number"},
        {"1__0", "'1__0' is not a number"},
        {"0x10", "'0x10' is not a number"},
        {"t1 \xe2\x89\xa4 t2", "is missing before '\xe2\x89\xa4 t2'"},
        {"'a'", "is missing before ''a''"},
        {"t1 < 64K",
         "'t1 < 64K': '64K' is ambiguous: write 64KiB for a size or 64_000 for a number"},
        {"50k", "'50k' is ambiguous: write 50KiB for a size or 50_000 for a number"},
        {"1.5M", "'1.5M' is ambiguous: write 1.5MiB for a size or 1_500_000 for a number"},
        {"1/0", "'1/0': '1/0' divides by 0"},
        {"t1 < t2 / 0 + 5", "'t1 < t2 / 0 + 5': 't2 / 0' divides by 0"},
        {"1 / (2 - 2) * t1", "'1 / (2 - 2)' divides by 0"},
        {"1 / -0%", "'1 / -0%' divides by 0"},
        {"t1 / (0 * 5s) < 1", "'t1 / (0 * 5s)' divides by 0"},
        {"nobody / (1 / 0)", "'1 / 0' divides by 0"},
        {"5 / (1 < 0)", "'5 / (1 < 0)' divides by 0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        check_that(rows[i].text, !expression_parse(rows[i].text, EXPRESSION_NANOSECONDS, &error));
        check_mentions(rows[i].text, error.text, rows[i].message);
    }
}

/* t…: times, s…: sizes; all others are numbers. */
static enum quantity quantity_of(void *context, const char *name)
{
    size_t *asked = context;
    ++*asked;
    return name[0] == 't' ? QUANTITY_TIME : name[0] == 's' ? QUANTITY_SIZE : QUANTITY_NUMBER;
}

TEST(units_that_fit)
{
    static const char *const rows[] = {
        "t < 50ms",
        "50ms < t <= t2 != 1h30min",
        "s <= 64MiB",
        "s <= 64B + 1KiB - s2",
        "n < 5",
        "n < 5%",
        "n < n2 + 5",
        "t > 0",
        "0 <= s",
        "t + 0 - 0 < -0 + t2",
        "0 + t < 1s",
        "t < 1.2 * t2",
        "t * 2 / 3 < -t2 + +t3",
        "t / t2 < 1.2",
        "t / 1s + s / 1MiB + n < 5",
        "s / t < 1MiB / 1s",
        "s / t * t2 < 1KiB",
        "t * t2 < 1s * 1s",
        "n / t < 5 / 1s",
        "n / (1 / t) < 5s",
        "(t < 1s) == (s < 1B)",
        "(t < 1s) + (s < 1B) == 1",
        "t",
        "5",
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        size_t asked = 0, names = 0;
        struct expression *expression = parse(rows[i], EXPRESSION_SECONDS);
        check_signed(rows[i], expression_check_units(expression, quantity_of, &asked, &error), 0);
        check_text(rows[i], error.text, "");
        while (expression_names(expression)[names])
            names++;
        check_count("each is asked for once", asked, names);
        expression_free(expression);
    }
}

TEST(units_that_do_not_fit)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"t <= 50", "'t <= 50': t is a time: write 50ms or 50s"},
        {"50 >= t", "'50 >= t': t is a time: write 50ms or 50s"},
        {"t < 0.5", "t is a time: write 0.5ms or 0.5s"},
        {"s < 1e6", "s is a size: write 1000000B"},
        {"s < 1_000", "s is a size: write 1000B or 1000MiB"},
        {"1s < t < 5", "t is a time: write 5ms or 5s"},
        {"1.2 * t < 5", "1.2 * t is a time: write 5ms or 5s"},
        {"(t + t2) < 5", "t + t2 is a time: write 5ms or 5s"},
        {"t + 5 < 1s", "t is a time: write 5ms or 5s"},
        {"5 - t < 1s", "t is a time: write 5ms or 5s"},
        {"t < 5%", "t is a time and 5% is a number; they cannot be compared"},
        {"t < -5", "t is a time and -5 is a number; they cannot be compared"},
        {"t < 2 * 5", "t is a time and 2 * 5 is a number; they cannot be compared"},
        {"t < n", "t is a time and n is a number; they cannot be compared"},
        {"t < 5MiB", "t is a time and 5MiB is a size; they cannot be compared"},
        {"t + s < 1s", "t is a time and s is a size; they cannot be added"},
        {"s - t  < 1B", "s is a size and t is a time; they cannot be subtracted"},
        {"n < 5s", "n is a number and 5s is a time; they cannot be compared"},
        {"n < 5m", "n is a number and 5m is a time; they cannot be compared"},
        {"t / t2 < 5s", "t / t2 is a number and 5s is a time; they cannot be compared"},
        {"t * t2 < 5", "t * t2 is neither a number, a time nor a size and 5 is a number"},
        {"t * t2 < 5s", "t * t2 is neither a number, a time nor a size and 5s is a time"},
        {"5 / t < n", "5 / t is neither a number, a time nor a size and n is a number"},
        {"0 * t < n", "0 * t is a time and n is a number; they cannot be compared"},
        {"(t < 5) == 1", "t is a time: write 5ms or 5s"},
        {"(t < 1s) == s", "t < 1s is a number and s is a size"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        size_t asked = 0;
        struct expression *expression = parse(rows[i].text, EXPRESSION_SECONDS);
        check_signed(rows[i].text, expression_check_units(expression, quantity_of, &asked, &error),
                     -1);
        check_mentions(rows[i].text, error.text, rows[i].message);
        expression_free(expression);
    }
}

/* `count` times the same, and an end. */
static char *repeat(const char *part, size_t count, const char *end)
{
    char *text = malloc(strlen(part) * count + strlen(end) + 1), *at = text;
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, part);
    stpcpy(at, end);
    return text;
}

TEST(what_is_too_long)
{
    static const struct {
        const char *what, *part;
        size_t count;
        const char *end, *message; /* NULL: it is allowed */
    } rows[] = {
        {"signs", "- ", 10001, "1", NULL},
        {"spaces", " ", 10000, "1", NULL},
        {"terms", "1+", 99, "1", NULL},
        {"more terms", "1+", 100, "1", "has too many terms; allowed are 200"},
        {"names", "t1+", 100, "t1", "has too many terms; allowed are 200"},
        {"very many", "t1<", 50000, "t1", "has too many terms; allowed are 200"},
        {"parentheses", "(", 51, "1", "is nested too deeply; allowed are 50 parentheses"},
        {"very deep", "(", 100000, "1", "is nested too deeply; allowed are 50 parentheses"},
        {"deep but not too deep", "(", 50, "1", "')' is missing at the end"},
        {"a number", "1", 61, "", "is too long for a number"},
        {"a long number", "1", 60, "", NULL},
        {"a name", "a", 61, "", "is too long for a name"},
        {"a long name", "a", 60, "", NULL},
        {"a very long name", "a.", 10000, "", "is too long for a name"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        char *text = repeat(rows[i].part, rows[i].count, rows[i].end);
        struct expression *expression = expression_parse(text, EXPRESSION_SECONDS, &error);
        if (rows[i].message)
            check_mentions(rows[i].what, error.text, rows[i].message);
        check_that(rows[i].what, (expression != NULL) == (rows[i].message == NULL));
        check_that("cut", strlen(error.text) < 400);
        expression_free(expression);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(conditions),
        cmocka_unit_test(what_is_no_condition),
        cmocka_unit_test(what_does_not_apply),
        cmocka_unit_test(units_of_time),
        cmocka_unit_test(names),
        cmocka_unit_test(errors),
        cmocka_unit_test(units_that_fit),
        cmocka_unit_test(units_that_do_not_fit),
        cmocka_unit_test(what_is_too_long),
    };
    return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
