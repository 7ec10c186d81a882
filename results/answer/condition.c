/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/condition.h"

#include <stdlib.h>
#include <string.h>

#include "results/answer/condition_parts.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

/* The longer ones first. */
static const char *const comparisons[] = {"<=", ">=", "==", "!=", "<", ">", NULL};

static const char *comparison_at(const char *text)
{
    size_t i = 0;
    while (comparisons[i] && strncmp(text, comparisons[i], strlen(comparisons[i])) != 0)
        i++;
    return comparisons[i];
}

const struct metric *condition_name_metric(const char *name, bool *reference)
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
        const struct metric *metric = condition_name_metric(names[i], &reference);
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
    const struct metric *metric = condition_name_metric(name, &reference);
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
    condition->whole = whole;
    bool good = check_names(condition, whole, error) == 0 &&
                expression_check_units(whole, quantity_of_name, condition, error) == 0;
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
    expression_free(condition->whole);
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

/* ---- what it is about ----------------------------------------------------------------- */

bool condition_side_is_own(const struct expression *side)
{
    const char *const *names = expression_names(side);
    bool reference;
    for (size_t i = 0; names[i]; i++)
        if (condition_name_metric(names[i], &reference) && !reference)
            return true;
    return false;
}

bool condition_side_is_just(const struct expression *side, const struct metric *metric)
{
    const char *text = expression_text(side);
    text += strspn(text, " ");
    size_t length = strlen(metric->name);
    return strncmp(text, metric->name, length) == 0 &&
           text[length + strspn(text + length, " ")] == 0;
}

static bool is_waiting(const struct metric *metric)
{
    static const char *const prefixes[] = {"latency_", "horizon_latency_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(metric->name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return metric_without_pauses(metric);
}

bool condition_bounds_waiting(const struct condition *condition)
{
    const char *comparison = condition->comparisons[0];
    struct expression *const *sides = condition->sides;
    bool left = condition_side_is_own(sides[0]), right = condition_side_is_own(sides[1]);
    if (condition->side_count != 2 || condition->metric_count != 1 || left == right)
        return false;
    return condition_side_is_just(sides[left ? 0 : 1], condition->only) &&
           comparison[0] == (left ? '<' : '>') && is_waiting(condition->only);
}

bool condition_lacks_default(const struct condition *condition, const struct outcomes *outcomes,
                             size_t group)
{
    return strstr(condition->text, "default") &&
           outcomes_setting(outcomes, group, "default") == NO_SETTING;
}
