/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expressions, and conditions, over values that have names: "t1 <= t2", "heap_peak <= 1.2 *
 * default".
 *
 *     condition  =  sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum] …
 *     sum        =  product [("+" | "-") product] …
 *     product    =  factor [("*" | "/") factor] …
 *     factor     =  ["+" | "-"] (number | name | "(" condition ")")
 *
 * A name is of letters, digits and underscores, with dots between parts: policy.t0. A number may
 * have a unit of time or size, or be a percentage: 50_000, 1.5e6, 10s, 1h30min, 16MiB, 5%; 64K
 * would be a size or a count, and is refused. So is a division by what is always 0. Several
 * comparisons in a row hold if each does, as in Python: 0 < t1 <= t2.
 *
 * Units have to fit together: times are added to and compared with times, sizes with sizes. They
 * may be multiplied and divided; a ratio of two times is a number. A 0 needs no unit.
 *
 * A value is a double; a condition's is 1 or 0. A name without a value is NaN, and so is whatever
 * is computed from it, conditions too: they do not apply. */
#ifndef PYGCSIM_SIM_BASE_EXPRESSION_H
#define PYGCSIM_SIM_BASE_EXPRESSION_H

#include <stdbool.h>

#include "sim/base/error.h"

struct expression;

/* What a second counts in numbers with a unit of time: that of the values which names stand for. */
#define EXPRESSION_NANOSECONDS 1e9 /* parameters */
#define EXPRESSION_SECONDS     1.0 /* metrics */

/* Returns NULL, with a line in *error that quotes the text, if it is not of that form. */
struct expression *expression_parse(const char *text, double second, struct error *error);
void expression_free(struct expression *expression);

/* The text it comes from. */
const char *expression_text(const struct expression *expression);

/* The names in it, each once, in the order of the text; ends with NULL. */
const char *const *expression_names(const struct expression *expression);

/* Is it a condition, and not just a number? */
bool expression_is_condition(const struct expression *expression);

/* What a name or a number counts. Numbers are everything without a unit: counts, shares, rates. */
enum quantity { QUANTITY_NUMBER, QUANTITY_TIME, QUANTITY_SIZE };

/* Do its units fit together? `lookup` is asked for each name once. Returns 0, or -1 with a line in
 * *error that says what to write. */
int expression_check_units(const struct expression *expression,
                           enum quantity (*lookup)(void *context, const char *name), void *context,
                           struct error *error);

/* `lookup` is asked for each name once; NaN: it has no value. */
double expression_value(const struct expression *expression,
                        double (*lookup)(void *context, const char *name), void *context);

#endif
