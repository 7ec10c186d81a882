/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of a condition share: condition.c reads its text, condition_margin.c asks how
 * settings stand to it. */
#ifndef PYGCSIM_RESULTS_ANSWER_CONDITION_PARTS_H
#define PYGCSIM_RESULTS_ANSWER_CONDITION_PARTS_H

#include "results/answer/condition.h"
#include "sim/base/expression.h"

/* The condition is cut at its comparisons: how far apart two sides are is not to be had from the
 * whole, which is true or false. */
struct condition {
    char *text;
    struct expression *whole;
    struct expression **sides;
    const char **comparisons; /* between side i and i + 1 */
    size_t side_count, side_capacity, comparison_capacity;
    const struct metric **metrics;
    size_t metric_count, metric_capacity;
    const struct metric *only; /* what default and baseline stand for */
};

/* The metric that a name is about: of "default" none by itself. NULL: none. *reference: the name
 * has default or baseline in it. */
const struct metric *condition_name_metric(const char *name, bool *reference);

/* Has a side a metric of the setting itself in it? */
bool condition_side_is_own(const struct expression *side);

/* Is a side the metric and nothing else? */
bool condition_side_is_just(const struct expression *side, const struct metric *metric);

#endif
