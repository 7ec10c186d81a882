/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/condition.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/expression.h"
#include "sim/base/suggest.h"

/* The condition is cut at its comparisons: how far apart two sides are is not to be had from the
 * whole, which is true or false. */
struct condition {
    char *text;
    struct expression **sides;
    const char **comparisons; /* between side i and i + 1 */
    size_t side_count, side_capacity, comparison_capacity;
    const struct metric **metrics;
    size_t metric_count, metric_capacity;
    const struct metric *only; /* what default and baseline stand for */
};

/* The longer ones first. */
static const char *const comparisons[] = {"<=", ">=", "==", "!=", "<", ">", NULL};

static const char *comparison_at(const char *text)
{
    size_t i = 0;
    while (comparisons[i] && strncmp(text, comparisons[i], strlen(comparisons[i])) != 0)
        i++;
    return comparisons[i];
}

/* The metric that a name is about: of "default" none by itself. NULL: none. *reference: the name
 * has default or baseline in it. */
static const struct metric *metric_of_name(const char *name, bool *reference)
{
    static const char *const references[] = {"default", "baseline"};
    *reference = false;
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(references[i]);
        if (strncmp(name, references[i], length) == 0 && (!name[length] || name[length] == '.')) {
            *reference = true;
            return name[length] ? metric_named(name + length + 1) : NULL;
        }
    }
    return metric_named(name);
}

static void add_metric(struct condition *condition, const struct metric *metric)
{
    for (size_t i = 0; i < condition->metric_count; i++)
        if (condition->metrics[i] == metric)
            return;
    condition->metrics = allocate_grow(condition->metrics, &condition->metric_capacity,
                                       condition->metric_count + 2, sizeof *condition->metrics);
    condition->metrics[condition->metric_count++] = metric;
    condition->metrics[condition->metric_count] = NULL;
}

/* A name that is no metric: one misspelt may be that of a policy. */
static int unknown_name(const struct condition *condition, const char *name, struct error *error)
{
    static const char *const policies[] = {"default", "baseline", NULL};
    const char *near = suggest(name, policies);
    struct error why;
    if (near)
        return error_set(error, "'%s': there is no metric '%.60s'; did you mean '%s'?",
                         condition->text, name, near);
    metric_find(name, &why);
    return error_set(error, "'%s': %s; or default, or baseline", condition->text, why.text);
}

static int check_names(struct condition *condition, const struct expression *whole,
                       struct error *error)
{
    const char *const *names = expression_names(whole);
    struct error ignored;
    bool bare = false, reference;
    for (size_t i = 0; names[i]; i++) {
        const struct metric *metric = metric_of_name(names[i], &reference);
        const char *dot = strchr(names[i], '.');
        if (metric)
            add_metric(condition, metric);
        else if (reference && !dot)
            bare = true;
        else if (metric_find(reference ? dot + 1 : names[i], &ignored) == NULL)
            return unknown_name(condition, reference ? dot + 1 : names[i], error);
    }
    if (condition->metric_count == 0)
        return error_set(error, "'%s' names no metric, as in 'heap_peak <= 1.2 * default'",
                         condition->text);
    if (bare && condition->metric_count > 1)
        return error_set(error, "'%s' names several metrics: say which is meant, as in default.%s",
                         condition->text, condition->metrics[0]->name);
    condition->only = condition->metrics[0];
    return 0;
}

/* What a name's values are: rates (1/s) and all that is not in seconds or bytes are numbers. */
static enum quantity quantity_of_name(void *context, const char *name)
{
    const struct condition *condition = context;
    bool reference;
    const struct metric *metric = metric_of_name(name, &reference);
    const char *unit = (metric ? metric : condition->only)->unit;
    return strcmp(unit, "s") == 0       ? QUANTITY_TIME
           : strcmp(unit, "bytes") == 0 ? QUANTITY_SIZE
                                        : QUANTITY_NUMBER;
}

static int add_side(struct condition *condition, const char *text, size_t length,
                    struct error *error)
{
    char *side = allocate_text(text);
    side[length] = '\0';
    condition->sides = allocate_grow(condition->sides, &condition->side_capacity,
                                     condition->side_count + 1, sizeof(void *));
    struct expression *expression = expression_parse(side, EXPRESSION_SECONDS, error);
    free(side);
    if (!expression)
        return -1;
    condition->sides[condition->side_count++] = expression;
    return 0;
}

/* Cuts at the comparisons that are not in parentheses. */
static int cut(struct condition *condition, struct error *error)
{
    const char *begin = condition->text, *at = begin;
    int depth = 0;
    for (; *at; at++) {
        const char *comparison = depth == 0 ? comparison_at(at) : NULL;
        depth += (*at == '(') - (*at == ')');
        if (!comparison)
            continue;
        if (add_side(condition, begin, (size_t)(at - begin), error) != 0)
            return -1;
        condition->comparisons =
            allocate_grow(condition->comparisons, &condition->comparison_capacity,
                          condition->side_count, sizeof *condition->comparisons);
        condition->comparisons[condition->side_count - 1] = comparison;
        begin = at + strlen(comparison);
        at = begin - 1;
    }
    if (condition->side_count == 0)
        return error_set(error, "'%s' is no condition, such as 'heap_peak <= 1.2 * default'",
                         condition->text);
    return add_side(condition, begin, (size_t)(at - begin), error);
}

struct condition *condition_parse(const char *text, struct error *error)
{
    struct expression *whole = expression_parse(text, EXPRESSION_SECONDS, error);
    if (!whole)
        return NULL;
    struct condition *condition = allocate_zeroed(1, sizeof *condition);
    condition->text = allocate_text(text);
    bool good = check_names(condition, whole, error) == 0 &&
                expression_check_units(whole, quantity_of_name, condition, error) == 0;
    expression_free(whole);
    if (good && cut(condition, error) == 0)
        return condition;
    condition_free(condition);
    return NULL;
}

void condition_free(struct condition *condition)
{
    if (!condition)
        return;
    for (size_t i = 0; i < condition->side_count; i++)
        expression_free(condition->sides[i]);
    free(condition->sides);
    free(condition->comparisons);
    free(condition->metrics);
    free(condition->text);
    free(condition);
}

const char *condition_text(const struct condition *condition)
{
    return condition->text;
}

const struct metric *const *condition_metrics(const struct condition *condition)
{
    return condition->metrics;
}

void condition_add_read(const struct condition *condition, struct metric_list *list)
{
    for (size_t i = 0; i < condition->metric_count; i++) {
        const struct metric *both[] = {condition->metrics[i],
                                       metric_at_horizon(condition->metrics[i])};
        for (size_t k = 0; k < 2 && both[k]; k++) {
            metric_list_add(list, both[k]);
            if (metric_without_pauses(both[k]))
                metric_list_add(list, metric_named(metric_without_pauses(both[k])));
        }
    }
    if (condition_bounds_waiting(condition))
        metric_list_add(list, metric_named(METRIC_COLLECTIONS));
}

/* ---- asking --------------------------------------------------------------------------- */

struct asked {
    const struct condition *condition;
    const struct outcomes *outcomes;
    size_t setting;
};

/* A setting without collections has no pause, and so none that is too long. */
static double without_pauses(const struct outcomes *outcomes, size_t setting,
                             const struct metric *metric)
{
    const char *which = metric_without_pauses(metric);
    size_t tells = which ? outcomes_metric(outcomes, metric_named(which)) : outcomes->metric_count;
    double told = tells < outcomes->metric_count ? outcomes_average(outcomes, setting, tells) : NAN;
    return isnan(told) || (!metric_seen(metric) && told > 0) ? NAN : 0;
}

static double look_up(void *context, const char *name)
{
    const struct asked *asked = context;
    const struct outcomes *outcomes = asked->outcomes;
    if (!outcomes)
        return NAN;
    size_t group = outcomes->settings[asked->setting].group, setting = asked->setting;
    bool reference;
    const struct metric *metric = metric_of_name(name, &reference);
    if (reference)
        setting = name[0] == 'b' ? outcomes->groups[group].baseline
                                 : outcomes_setting(outcomes, group, "default");
    if (!metric)
        metric = asked->condition->only;
    if (setting == NO_SETTING)
        return NAN;
    size_t deciding = outcomes_deciding(outcomes, outcomes_metric(outcomes, metric));
    double value = outcomes_average(outcomes, setting, deciding);
    return isnan(value) ? without_pauses(outcomes, setting, outcomes->metrics[deciding]) : value;
}

/* 0: a and b compare so. */
static double excess(const char *comparison, double a, double b)
{
    bool less = comparison[0] == '<', equals = comparison[1] == '=';
    double limit = fabs(fabs(b) > 0 ? b : a), apart = limit > 0 ? fabs(a - b) / limit : 0;
    bool holds;
    if (isnan(a) || isnan(b))
        return NAN;
    if (comparison[0] == '=' || comparison[0] == '!')
        holds = (comparison[0] == '=') == !(a < b || a > b);
    else
        holds = (less ? a < b : a > b) || (equals && !(a < b) && !(a > b));
    return holds ? 0 : fmax(apart, DBL_MIN); /* a < a: nothing is too large, but it does not hold */
}

/* Has a side a metric of the setting itself in it? */
static bool is_its_own(const struct expression *side)
{
    const char *const *names = expression_names(side);
    bool reference;
    for (size_t i = 0; names[i]; i++)
        if (metric_of_name(names[i], &reference) && !reference)
            return true;
    return false;
}

/* Of the comparison between sides i - 1 and i. */
static struct margin margin_of(const struct condition *condition, size_t i, double left,
                               double right)
{
    const char *comparison = condition->comparisons[i - 1];
    bool turned = !is_its_own(condition->sides[i - 1]) && is_its_own(condition->sides[i]);
    return (struct margin){
        .excess = excess(comparison, left, right),
        .value = turned ? right : left,
        .allowed = turned ? left : right,
        .side = strchr("=!", comparison[0])         ? BOUND_EXACT
                : (comparison[0] == '<') == !turned ? BOUND_ABOVE
                                                    : BOUND_BELOW,
    };
}

struct margin condition_margin(const struct condition *condition, const struct outcomes *outcomes,
                               size_t setting)
{
    struct asked asked = {condition, outcomes, setting};
    struct margin worst = {.excess = -1};
    double left = expression_value(condition->sides[0], look_up, &asked);
    for (size_t i = 1; i < condition->side_count; i++) {
        double right = expression_value(condition->sides[i], look_up, &asked);
        struct margin margin = margin_of(condition, i, left, right);
        if (isnan(margin.excess))
            return margin;
        if (margin.excess > worst.excess)
            worst = margin;
        left = right;
    }
    return worst;
}

static bool is_waiting(const struct metric *metric)
{
    static const char *const prefixes[] = {"latency_", "horizon_latency_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(metric->name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return metric_without_pauses(metric);
}

/* Is a side the metric and nothing else? */
static bool is_just(const struct expression *side, const struct metric *metric)
{
    const char *text = expression_text(side);
    text += strspn(text, " ");
    size_t length = strlen(metric->name);
    return strncmp(text, metric->name, length) == 0 &&
           text[length + strspn(text + length, " ")] == 0;
}

bool condition_bounds_waiting(const struct condition *condition)
{
    const char *comparison = condition->comparisons[0];
    struct expression *const *sides = condition->sides;
    bool left = is_its_own(sides[0]), right = is_its_own(sides[1]);
    if (condition->side_count != 2 || condition->metric_count != 1 || left == right)
        return false;
    return is_just(sides[left ? 0 : 1], condition->only) && comparison[0] == (left ? '<' : '>') &&
           is_waiting(condition->only);
}

double condition_excess(const struct condition *condition, const struct outcomes *outcomes,
                        size_t setting)
{
    return condition_margin(condition, outcomes, setting).excess;
}

bool condition_lacks_default(const struct condition *condition, const struct outcomes *outcomes,
                             size_t group)
{
    return strstr(condition->text, "default") &&
           outcomes_setting(outcomes, group, "default") == NO_SETTING;
}

/* ---- as lines ------------------------------------------------------------------------- */

/* The metric that a side is by itself; NULL: it is something else. */
static const struct metric *metric_of_side(const struct condition *condition, size_t side)
{
    for (size_t i = 0; i < condition->metric_count; i++)
        if (is_just(condition->sides[side], condition->metrics[i]))
            return condition->metrics[i];
    return NULL;
}

/* Of the comparison between side `left` and the one after it. */
static bool line_of(const struct condition *condition, size_t left, struct asked *asked,
                    struct condition_line *line)
{
    const struct metric *ends[2] = {metric_of_side(condition, left),
                                    metric_of_side(condition, left + 1)};
    int own = ends[0] ? 0 : 1;
    const struct expression *other = condition->sides[left + (size_t)!own];
    if (!ends[own] || is_its_own(other) || strchr("=!", condition->comparisons[left][0]))
        return false;
    bool above = (condition->comparisons[left][0] == '<') == (own == 0);
    *line = (struct condition_line){ends[own], expression_value(other, look_up, asked),
                                    above ? BOUND_ABOVE : BOUND_BELOW};
    return true;
}

size_t condition_lines(const struct condition *condition, const struct outcomes *outcomes,
                       size_t group, struct condition_line lines[CONDITION_LINES_MOST])
{
    struct asked asked = {condition, outcomes, outcomes ? outcomes->groups[group].first : 0};
    size_t count = 0;
    for (size_t i = 0; i + 1 < condition->side_count && count < CONDITION_LINES_MOST; i++)
        count += line_of(condition, i, &asked, &lines[count]);
    return count;
}
