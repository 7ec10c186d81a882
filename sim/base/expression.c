/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/expression_nodes.h"
#include "sim/base/units.h"

#define NESTING_MOST 50 /* parentheses */

/* The longer ones first: "<" is the beginning of "<=". */
static const char *const comparisons[] = {"<=", ">=", "==", "!=", "<", ">", NULL};
enum { NO_MORE, NO_LESS, EQUAL, DIFFERENT, LESS, MORE }; /* in that order */

struct parser {
    struct expression *expression;
    const char *at;
    double second;
    int depth;
    bool failed;
    struct error *error;
};

/* ---- values --------------------------------------------------------------------------------- */

static bool compares(size_t comparison, double a, double b)
{
    switch (comparison) {
    case NO_MORE:
        return a <= b;
    case NO_LESS:
        return a >= b;
    case EQUAL:
        return !(a < b) && !(a > b);
    case DIFFERENT:
        return a < b || a > b;
    case LESS:
        return a < b;
    default:
        return a > b;
    }
}

/* Of a node with operands a and b (unused if it has none). */
static double combine(const struct node *node, double a, double b)
{
    switch (node->code) {
    case NEGATE:
        return -a;
    case ADD:
        return a + b;
    case SUBTRACT:
        return a - b;
    case MULTIPLY:
        return a * b;
    case DIVIDE:
        return a / b;
    case BOTH:
        return isnan(a) || isnan(b) ? NAN : a != 0 && b != 0;
    case COMPARES:
        return isnan(a) || isnan(b) ? NAN : compares(node->comparison, a, b);
    default:
        return node->number;
    }
}

/* The value of each node. */
static void evaluate(const struct expression *expression, const double *names, double *values)
{
    for (size_t i = 0; i < expression->node_count; i++) {
        const struct node *node = &expression->nodes[i];
        values[i] =
            node->code == NAME ? names[node->a] : combine(node, values[node->a], values[node->b]);
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static void skip_spaces(struct parser *parser)
{
    while (isspace((unsigned char)*parser->at))
        parser->at++;
}

/* Only the first thing that is wrong is said. */
static size_t fail(struct parser *parser, const char *expected)
{
    if (parser->failed)
        return 0;
    parser->failed = true;
    if (*parser->at)
        error_set(parser->error, "'%.200s': %s is missing before '%.40s'", parser->expression->text,
                  expected, parser->at);
    else
        error_set(parser->error, "'%.200s': %s is missing at the end", parser->expression->text,
                  expected);
    return 0;
}

static size_t fail_word(struct parser *parser, const char *word, const char *wrong)
{
    if (!parser->failed)
        error_set(parser->error, "'%.200s': '%.60s' %s", parser->expression->text, word, wrong);
    parser->failed = true;
    return 0;
}

static size_t place(const struct parser *parser)
{
    return (size_t)(parser->at - parser->expression->text);
}

/* Returns the new node's index. It is what was read from `begin` on. */
static size_t add(struct parser *parser, size_t begin, struct node node)
{
    struct expression *expression = parser->expression;
    node.begin = begin;
    node.end = place(parser);
    while (node.end > begin && isspace((unsigned char)expression->text[node.end - 1]))
        node.end--;
    if (expression->node_count < TERMS_MOST) {
        expression->nodes[expression->node_count] = node;
        return expression->node_count++;
    }
    if (!parser->failed)
        error_set(parser->error, "'%.40s…' has too many terms; allowed are %d", expression->text,
                  TERMS_MOST);
    parser->failed = true;
    return 0;
}

static bool accept(struct parser *parser, const char *symbol)
{
    skip_spaces(parser);
    if (strncmp(parser->at, symbol, strlen(symbol)) != 0)
        return false;
    parser->at += strlen(symbol);
    return true;
}

/* Copies what is next, so many bytes, and moves behind it. Cut, it is no valid number or name. */
static void take(struct parser *parser, char word[WORD_MOST + 1], size_t length)
{
    size_t kept = length < WORD_MOST ? length : WORD_MOST;
    memcpy(word, parser->at, kept);
    word[kept] = '\0';
    parser->at += length;
}

static size_t number_length(const char *text)
{
    size_t n = strspn(text, "0123456789._");
    bool sign = (text[n] == 'e' || text[n] == 'E') && (text[n + 1] == '-' || text[n + 1] == '+');
    if ((text[n] == 'e' || text[n] == 'E') && isdigit((unsigned char)text[n + 1 + sign])) {
        n += 1 + sign;
        n += strspn(text + n, "0123456789_");
    }
    while (isalnum((unsigned char)text[n]) || text[n] == '%' || (unsigned char)text[n] >= 0x80)
        n++; /* the unit; µs is not ASCII */
    return n;
}

static size_t parse_number(struct parser *parser)
{
    char word[WORD_MOST + 1], write[UNITS_HINT], wrong[UNITS_HINT + 20];
    double number;
    struct node node = {.code = NUMBER};
    size_t begin = place(parser), length = number_length(parser->at);
    take(parser, word, length);
    if (length > WORD_MOST)
        return fail_word(parser, word, "is too long for a number");
    if (units_ambiguous(word, write)) {
        snprintf(wrong, sizeof wrong, "is ambiguous: %s", write);
        return fail_word(parser, word, wrong);
    }
    if (units_parse(UNITS_SHARE, word, &node.number))
        node.number_is = QUANTITY_NUMBER;
    else if (units_parse(UNITS_DURATION, word, &number))
        node = (struct node){NUMBER, .number_is = QUANTITY_TIME,
                             .number = number / (EXPRESSION_NANOSECONDS / parser->second)};
    else if (units_parse(UNITS_BYTES, word, &node.number))
        node.number_is = QUANTITY_SIZE;
    else
        return fail_word(parser, word,
                         "is not a number; allowed are such as 50_000, 1.5e6, 10s, 16MiB and 5%");
    return add(parser, begin, node);
}

static size_t name_length(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.')
        n++;
    return n;
}

static size_t parse_name(struct parser *parser)
{
    struct expression *expression = parser->expression;
    char word[WORD_MOST + 1];
    size_t begin = place(parser), length = name_length(parser->at), index = 0;
    take(parser, word, length);
    if (length > WORD_MOST)
        return fail_word(parser, word, "is too long for a name");
    while (index < expression->name_count && strcmp(expression->names[index], word) != 0)
        index++;
    size_t node = add(parser, begin, (struct node){.code = NAME, .a = index});
    if (!parser->failed && index == expression->name_count)
        expression->names[expression->name_count++] = allocate_text(word);
    return node;
}

static size_t parse_condition(struct parser *parser);

static size_t parse_factor(struct parser *parser)
{
    bool negative = false;
    size_t value, begin;
    skip_spaces(parser);
    begin = place(parser);
    for (;;) {
        if (accept(parser, "-"))
            negative = !negative;
        else if (!accept(parser, "+"))
            break;
    }
    unsigned char next = (unsigned char)*parser->at;
    if (next == '(' && parser->depth == NESTING_MOST) {
        value = fail_word(
            parser, "(",
            "is nested too deeply; allowed are " UNITS_DIGITS(NESTING_MOST) " parentheses");
    } else if (accept(parser, "(")) {
        parser->depth++;
        value = parse_condition(parser);
        parser->depth--;
        if (!parser->failed && !accept(parser, ")"))
            fail(parser, "')'");
    } else if (isdigit(next) || next == '.') {
        value = parse_number(parser);
    } else if (isalpha(next) || next == '_') {
        value = parse_name(parser);
    } else {
        value = fail(parser, "a number, a name or '('");
    }
    return negative ? add(parser, begin, (struct node){.code = NEGATE, .a = value}) : value;
}

static size_t parse_product(struct parser *parser)
{
    skip_spaces(parser);
    size_t begin = place(parser), value = parse_factor(parser);
    while (!parser->failed) {
        enum code code = accept(parser, "*") ? MULTIPLY : accept(parser, "/") ? DIVIDE : NUMBER;
        if (code == NUMBER)
            break;
        size_t b = parse_factor(parser);
        value = add(parser, begin, (struct node){.code = code, .a = value, .b = b});
    }
    return value;
}

static size_t parse_sum(struct parser *parser)
{
    skip_spaces(parser);
    size_t begin = place(parser), value = parse_product(parser);
    while (!parser->failed) {
        enum code code = accept(parser, "+") ? ADD : accept(parser, "-") ? SUBTRACT : NUMBER;
        if (code == NUMBER)
            break;
        size_t b = parse_product(parser);
        value = add(parser, begin, (struct node){.code = code, .a = value, .b = b});
    }
    return value;
}

/* a < b <= c is (a < b) and (b <= c). */
static size_t parse_condition(struct parser *parser)
{
    skip_spaces(parser);
    size_t begin = place(parser), a = parse_sum(parser), value = a;
    bool first = true;
    while (!parser->failed) {
        size_t comparison = 0;
        while (comparisons[comparison] && !accept(parser, comparisons[comparison]))
            comparison++;
        if (!comparisons[comparison])
            break;
        size_t b = parse_sum(parser);
        size_t holds =
            add(parser, begin,
                (struct node){.code = COMPARES, .a = a, .b = b, .comparison = comparison});
        value =
            first ? holds : add(parser, begin, (struct node){.code = BOTH, .a = value, .b = holds});
        first = false;
        a = b;
    }
    return value;
}

/* What does not depend on names must not divide by 0. */
static void check_divisors(struct parser *parser)
{
    const struct expression *expression = parser->expression;
    double names[TERMS_MOST], values[TERMS_MOST] = {0};
    char part[WORD_MOST + 1];
    for (size_t i = 0; i < expression->name_count; i++)
        names[i] = NAN;
    evaluate(expression, names, values);
    for (size_t i = 0; i < expression->node_count; i++)
        if (expression->nodes[i].code == DIVIDE &&
            fpclassify(values[expression->nodes[i].b]) == FP_ZERO)
            fail_word(parser, expression_part(expression, i, part), "divides by 0");
}

struct expression *expression_parse(const char *text, double second, struct error *error)
{
    struct expression *expression = allocate_zeroed(1, sizeof *expression);
    expression->text = allocate_text(text);
    struct parser parser = {expression, expression->text, second, .error = error};
    parse_condition(&parser);
    skip_spaces(&parser);
    if (!parser.failed && *parser.at == '=')
        fail_word(&parser, "=", "is not an operator; '==' is");
    else if (!parser.failed && *parser.at)
        fail(&parser, "an operator (+ - * / < <= > >= == !=)");
    if (!parser.failed)
        check_divisors(&parser);
    if (parser.failed) {
        expression_free(expression);
        return NULL;
    }
    return expression;
}

void expression_free(struct expression *expression)
{
    if (!expression)
        return;
    for (size_t i = 0; i < expression->name_count; i++)
        free(expression->names[i]);
    free(expression->text);
    free(expression);
}

const char *expression_part(const struct expression *expression, size_t i, char part[WORD_MOST + 1])
{
    const struct node *node = &expression->nodes[i];
    snprintf(part, WORD_MOST + 1, "%.*s", (int)(node->end - node->begin),
             expression->text + node->begin);
    return part;
}

/* ---- asking --------------------------------------------------------------------------------- */

const char *expression_text(const struct expression *expression)
{
    return expression->text;
}

const char *const *expression_names(const struct expression *expression)
{
    return (const char *const *)expression->names;
}

bool expression_is_condition(const struct expression *expression)
{
    enum code code = expression->nodes[expression->node_count - 1].code;
    return code == COMPARES || code == BOTH;
}

double expression_value(const struct expression *expression,
                        double (*lookup)(void *context, const char *name), void *context)
{
    double names[TERMS_MOST], values[TERMS_MOST] = {0};
    for (size_t i = 0; i < expression->name_count; i++)
        names[i] = lookup(context, expression->names[i]);
    evaluate(expression, names, values);
    return values[expression->node_count - 1];
}
