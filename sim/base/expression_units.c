/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Do the units of an expression fit together? Each node gets a dimension from those of its
 * operands; what is added or compared has to have the same. */
#include <math.h>
#include <stdio.h>

#include "sim/base/expression_nodes.h"
#include "sim/base/units.h"

/* Powers of time and of size; both 0: a plain number. */
struct dimension {
    int time, size;
    bool any; /* a 0 without a unit is of whatever dimension it has to be */
};

static const struct {
    const char *name, *units[2]; /* what to write behind a number, for instance */
    struct dimension dimension;
} quantities[] = {
    [QUANTITY_NUMBER] = {"a number", {"", ""}, {0, 0, false}},
    [QUANTITY_TIME] = {"a time", {"ms", "s"}, {1, 0, false}},
    [QUANTITY_SIZE] = {"a size", {"B", "MiB"}, {0, 1, false}},
};
#define QUANTITIES (sizeof quantities / sizeof *quantities)

struct checking {
    const struct expression *expression;
    const enum quantity *names;
    struct dimension of[TERMS_MOST]; /* of each node */
    struct error *error;
};

static bool same(struct dimension a, struct dimension b)
{
    return a.time == b.time && a.size == b.size;
}

/* QUANTITIES: none of them, as a time squared. */
static size_t quantity_of(struct dimension dimension)
{
    size_t quantity = 0;
    while (quantity < QUANTITIES && !same(quantities[quantity].dimension, dimension))
        quantity++;
    return quantity;
}

static const char *name_of(struct dimension dimension)
{
    size_t quantity = quantity_of(dimension);
    return quantity < QUANTITIES ? quantities[quantity].name
                                 : "neither a number, a time nor a size";
}

/* A number as it stands in the text, without a unit and not a percentage. */
static bool is_bare(const struct expression *expression, size_t i)
{
    const struct node *node = &expression->nodes[i];
    return node->code == NUMBER && node->number_is == QUANTITY_NUMBER &&
           expression->text[node->end - 1] != '%';
}

/* The node `bare` is such a number, where there should be one with the unit of the other. */
static int wants_unit(const struct checking *checking, size_t other, size_t bare)
{
    const struct expression *expression = checking->expression;
    char part[WORD_MOST + 1], digits[UNITS_TEXT], second[UNITS_TEXT + 10] = "";
    size_t quantity = quantity_of(checking->of[other]);
    const char *const *units = quantities[quantity].units;
    double number = expression->nodes[bare].number;
    bool whole = number < 1e15 && number == floor(number);
    snprintf(digits, sizeof digits, whole ? "%.0f" : "%g", number);
    if (number < 1e4) /* nobody means a million MiB */
        snprintf(second, sizeof second, " or %s%s", digits, units[1]);
    return error_set(checking->error, "'%.200s': %s is %s: write %s%s%s", expression->text,
                     expression_part(expression, other, part), quantities[quantity].name, digits,
                     units[0], second);
}

static bool has_unit(struct dimension dimension)
{
    size_t quantity = quantity_of(dimension);
    return quantity == QUANTITY_TIME || quantity == QUANTITY_SIZE;
}

static int refuse(const struct checking *checking, const struct node *node)
{
    static const char *const verbs[] = {
        [ADD] = "added", [SUBTRACT] = "subtracted", [COMPARES] = "compared"};
    const struct expression *expression = checking->expression;
    struct dimension a = checking->of[node->a], b = checking->of[node->b];
    char left[WORD_MOST + 1], right[WORD_MOST + 1];
    if (is_bare(expression, node->b) && has_unit(a))
        return wants_unit(checking, node->a, node->b);
    if (is_bare(expression, node->a) && has_unit(b))
        return wants_unit(checking, node->b, node->a);
    return error_set(checking->error, "'%.200s': %s is %s and %s is %s; they cannot be %s",
                     expression->text, expression_part(expression, node->a, left), name_of(a),
                     expression_part(expression, node->b, right), name_of(b), verbs[node->code]);
}

static struct dimension times(struct dimension a, struct dimension b, int sign)
{
    return (struct dimension){a.time + sign * b.time, a.size + sign * b.size, false};
}

static struct dimension number_dimension(const struct node *node)
{
    struct dimension dimension = quantities[node->number_is].dimension;
    dimension.any = node->number_is == QUANTITY_NUMBER && fpclassify(node->number) == FP_ZERO;
    return dimension;
}

/* Of a node whose operands fit together. */
static struct dimension dimension_of(const struct checking *checking, const struct node *node)
{
    struct dimension a = checking->of[node->a], b = checking->of[node->b];
    switch (node->code) {
    case NUMBER:
        return number_dimension(node);
    case NAME:
        return quantities[checking->names[node->a]].dimension;
    case NEGATE:
        return a;
    case ADD:
    case SUBTRACT:
        return a.any ? b : a;
    case MULTIPLY:
        return times(a, b, 1);
    case DIVIDE:
        return times(a, b, -1);
    default:
        return quantities[QUANTITY_NUMBER].dimension;
    }
}

static bool fit(const struct checking *checking, const struct node *node)
{
    struct dimension a = checking->of[node->a], b = checking->of[node->b];
    bool matters = node->code == ADD || node->code == SUBTRACT || node->code == COMPARES;
    return !matters || a.any || b.any || same(a, b);
}

int expression_check_units(const struct expression *expression,
                           enum quantity (*lookup)(void *context, const char *name), void *context,
                           struct error *error)
{
    enum quantity names[TERMS_MOST];
    struct checking checking = {expression, names, {{0}}, error};
    for (size_t i = 0; i < expression->name_count; i++)
        names[i] = lookup(context, expression->names[i]);
    for (size_t i = 0; i < expression->node_count; i++) {
        const struct node *node = &expression->nodes[i];
        if (!fit(&checking, node))
            return refuse(&checking, node);
        checking.of[i] = dimension_of(&checking, node);
    }
    return 0;
}
