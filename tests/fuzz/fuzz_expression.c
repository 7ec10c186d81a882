/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expressions, conditions of `best --subject-to`, and quantities with their units. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/condition.h"
#include "sim/base/expression.h"
#include "sim/base/units.h"
#include "tests/fuzz/fuzz.h"

void fuzz_begin(void) {}

/* Names that begin with t are times, with s sizes. */
static enum quantity quantity_of(void *context, const char *name)
{
    (void)context;
    return *name == 't' ? QUANTITY_TIME : *name == 's' ? QUANTITY_SIZE : QUANTITY_NUMBER;
}

static double value_of(void *context, const char *name)
{
    (void)context;
    return *name == 'n' ? NAN : (double)strlen(name) - 1;
}

static void try_expression(const char *text, double second)
{
    struct error error = {""};
    struct expression *expression = expression_parse(text, second, &error);
    if (!expression) {
        check_message(error.text);
        return;
    }
    check_text(text, expression_text(expression), text);
    check_text("no error", error.text, "");
    double value = expression_value(expression, value_of, NULL);
    if (expression_is_condition(expression))
        check_that(text, isnan(value) || value == 0 || value == 1);
    if (expression_check_units(expression, quantity_of, NULL, &error) != 0)
        check_message(error.text);
    expression_free(expression);
}

static void try_condition(const char *text)
{
    struct error error = {""};
    struct condition *condition = condition_parse(text, &error);
    if (condition)
        check_that(text, condition_metrics(condition)[0] != NULL);
    else
        check_message(error.text);
    condition_free(condition);
}

/* What is written reads back as the same value. */
static void try_quantities(const char *text)
{
    char written[UNITS_TEXT];
    int64_t value, again;
    double real, real_again;
    if (units_parse_count(text, &value))
        check_that(text,
                   units_parse_count(units_write_count(written, value), &again) && again == value);
    if (units_parse_duration(text, &value))
        check_that(text, units_parse_duration(units_write_duration(written, value), &again) &&
                             again == value);
    if (units_parse_bytes(text, &value))
        check_that(text,
                   units_parse_bytes(units_write_bytes(written, value), &again) && again == value);
    if (units_parse_real(text, &real))
        check_that(text, units_parse_real(units_write_real(written, real), &real_again) &&
                             !(real < real_again || real > real_again));
    if (units_parse_share(text, &real))
        check_that(text, isfinite(real));
}

static void try_hints(const char *text)
{
    char hint[UNITS_HINT], shown[UNITS_TEXT];
    double value;
    for (enum units_kind kind = UNITS_COUNT; kind <= UNITS_SHARE; kind++) {
        check_that(text, strlen(units_hint(kind, text, hint)) < UNITS_HINT);
        if (units_parse(kind, text, &value)) {
            check_that(text, strlen(units_show_seconds(shown, value)) < UNITS_TEXT);
            check_that(text, strlen(units_show_bytes(shown, value)) < UNITS_TEXT);
            check_that(text, strlen(units_show_count(shown, value)) < UNITS_TEXT);
        }
    }
    if (units_ambiguous(text, hint))
        check_message(hint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    try_expression(text, EXPRESSION_SECONDS);
    try_expression(text, EXPRESSION_NANOSECONDS);
    try_condition(text);
    try_quantities(text);
    try_hints(text);
    free(text);
    return 0;
}
