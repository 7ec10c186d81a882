/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/units.h"

#define TERMS_MOST   200 /* nodes of an expression, and so its names */
#define NESTING_MOST 50  /* parentheses */
#define WORD_MOST    60  /* letters of a name or a number */

enum code { NUMBER, NAME, NEGATE, ADD, SUBTRACT, MULTIPLY, DIVIDE, BOTH, COMPARES };

/* The longer ones first: "<" is the beginning of "<=". */
static const char *const comparisons[] = {"<=", ">=", "==", "!=", "<", ">", NULL};
enum { NO_MORE, NO_LESS, EQUAL, DIFFERENT, LESS, MORE }; /* in that order */

/* A node's operands come before it, so that values follow from one pass over the nodes. */
struct node {
    enum code code;
    size_t a, b;   /* operands; a: the name's index */
    size_t kind;   /* of a comparison */
    double number; /* NUMBER */
};

struct expression {
    char *text;
    struct node nodes[TERMS_MOST]; /* the last is the value */
    size_t node_count;
    char *names[TERMS_MOST + 1];
    size_t name_count;
};

struct parser {
    struct expression *expression;
    const char *at;
    double second;
    int depth;
    bool failed;
    struct error *error;
};

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

/* Returns the new node's index. */
static size_t add(struct parser *parser, struct node node)
{
    struct expression *expression = parser->expression;
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
    char word[WORD_MOST + 1];
    double number;
    int64_t whole;
    size_t length = number_length(parser->at);
    take(parser, word, length);
    if (length > WORD_MOST)
        return fail_word(parser, word, "is too long for a number");
    if (units_parse_share(word, &number))
        return add(parser, (struct node){.code = NUMBER, .number = number});
    if (units_parse_duration(word, &whole))
        number = (double)whole / (EXPRESSION_NANOSECONDS / parser->second);
    else if (units_parse_bytes(word, &whole))
        number = (double)whole;
    else
        return fail_word(parser, word,
                         "is not a number; allowed are such as 50_000, 1.5e6, 10s, 16MiB and 5%");
    return add(parser, (struct node){.code = NUMBER, .number = number});
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
    size_t length = name_length(parser->at), index = 0;
    take(parser, word, length);
    if (length > WORD_MOST)
        return fail_word(parser, word, "is too long for a name");
    while (index < expression->name_count && strcmp(expression->names[index], word) != 0)
        index++;
    size_t node = add(parser, (struct node){.code = NAME, .a = index});
    if (!parser->failed && index == expression->name_count)
        expression->names[expression->name_count++] = allocate_text(word);
    return node;
}

static size_t parse_condition(struct parser *parser);

static size_t parse_factor(struct parser *parser)
{
    bool negative = false;
    size_t value;
    for (;;) {
        if (accept(parser, "-"))
            negative = !negative;
        else if (!accept(parser, "+"))
            break;
    }
    unsigned char next = (unsigned char)*parser->at;
    if (next == '(' && parser->depth == NESTING_MOST) {
        value = fail_word(parser, "(", "is nested too deeply; allowed are 50 parentheses");
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
    return negative ? add(parser, (struct node){.code = NEGATE, .a = value}) : value;
}

static size_t parse_product(struct parser *parser)
{
    size_t value = parse_factor(parser);
    while (!parser->failed) {
        enum code code = accept(parser, "*") ? MULTIPLY : accept(parser, "/") ? DIVIDE : NUMBER;
        if (code == NUMBER)
            break;
        size_t b = parse_factor(parser);
        value = add(parser, (struct node){.code = code, .a = value, .b = b});
    }
    return value;
}

static size_t parse_sum(struct parser *parser)
{
    size_t value = parse_product(parser);
    while (!parser->failed) {
        enum code code = accept(parser, "+") ? ADD : accept(parser, "-") ? SUBTRACT : NUMBER;
        if (code == NUMBER)
            break;
        size_t b = parse_product(parser);
        value = add(parser, (struct node){.code = code, .a = value, .b = b});
    }
    return value;
}

/* a < b <= c is (a < b) and (b <= c). */
static size_t parse_condition(struct parser *parser)
{
    size_t a = parse_sum(parser), value = a;
    bool first = true;
    while (!parser->failed) {
        size_t kind = 0;
        while (comparisons[kind] && !accept(parser, comparisons[kind]))
            kind++;
        if (!comparisons[kind])
            break;
        size_t b = parse_sum(parser);
        size_t holds = add(parser, (struct node){.code = COMPARES, .a = a, .b = b, .kind = kind});
        value = first ? holds : add(parser, (struct node){.code = BOTH, .a = value, .b = holds});
        first = false;
        a = b;
    }
    return value;
}

struct expression *expression_parse(const char *text, double second, struct error *error)
{
    struct expression *expression = allocate_zeroed(1, sizeof *expression);
    struct parser parser = {.expression = expression, .at = text, .second = second, .error = error};
    expression->text = allocate_text(text);
    parse_condition(&parser);
    skip_spaces(&parser);
    if (!parser.failed && *parser.at == '=')
        fail_word(&parser, "=", "is not an operator; '==' is");
    else if (!parser.failed && *parser.at)
        fail(&parser, "an operator (+ - * / < <= > >= == !=)");
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

static bool compares(size_t kind, double a, double b)
{
    switch (kind) {
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
        return isnan(a) || isnan(b) ? NAN : compares(node->kind, a, b);
    default:
        return node->number;
    }
}

double expression_value(const struct expression *expression,
                        double (*lookup)(void *context, const char *name), void *context)
{
    double names[TERMS_MOST], values[TERMS_MOST] = {0};
    for (size_t i = 0; i < expression->name_count; i++)
        names[i] = lookup(context, expression->names[i]);
    for (size_t i = 0; i < expression->node_count; i++) {
        const struct node *node = &expression->nodes[i];
        values[i] =
            node->code == NAME ? names[node->a] : combine(node, values[node->a], values[node->b]);
    }
    return values[expression->node_count - 1];
}
