/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/condition_parts.h"
#include "results/answer/rare_events.h"
#include "results/statistics/jackknife.h"
#include "sim/base/allocate.h"

/* ---- what names are ------------------------------------------------------------------- */

struct operand {
    const char *name;
    size_t setting, metric; /* what decides about the metric named */
    double mean;            /* NaN: no value */
    bool without;           /* it has none with any seed, since there is no pause: all are 0 */
};

struct asked {
    const struct condition *condition;
    const struct outcomes *outcomes; /* NULL: no name has a value */
    size_t group, setting;
    struct operand *operands; /* one a name */
    double *means;
    size_t count;
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

/* The setting that a name is about; NO_SETTING: there is none. */
static size_t setting_of_name(const struct asked *asked, const char *name, bool reference)
{
    if (!reference)
        return asked->setting;
    return name[0] == 'b' ? asked->outcomes->groups[asked->group].baseline
                          : outcomes_setting(asked->outcomes, asked->group, "default");
}

static struct operand operand_of(const struct asked *asked, const char *name)
{
    const struct outcomes *outcomes = asked->outcomes;
    struct operand operand = {.name = name, .mean = NAN};
    bool reference;
    const struct metric *metric = condition_name_metric(name, &reference);
    if (!outcomes)
        return operand;
    operand.setting = setting_of_name(asked, name, reference);
    operand.metric = outcomes_deciding(
        outcomes, outcomes_metric(outcomes, metric ? metric : asked->condition->only));
    if (operand.setting == NO_SETTING)
        return operand;
    operand.mean = outcomes_average(outcomes, operand.setting, operand.metric);
    operand.without = isnan(operand.mean);
    if (operand.without)
        operand.mean = without_pauses(outcomes, operand.setting, outcomes->metrics[operand.metric]);
    return operand;
}

/* To be freed with asked_fini. */
static struct asked ask(const struct condition *condition, const struct outcomes *outcomes,
                        size_t group, size_t setting)
{
    const char *const *names = expression_names(condition->whole);
    struct asked asked = {condition, outcomes, group, setting, NULL, NULL, 0};
    while (names[asked.count])
        asked.count++;
    asked.operands = allocate_zeroed(asked.count, sizeof *asked.operands);
    asked.means = allocate_zeroed(asked.count, sizeof *asked.means);
    for (size_t i = 0; i < asked.count; i++) {
        asked.operands[i] = operand_of(&asked, names[i]);
        asked.means[i] = asked.operands[i].mean;
    }
    return asked;
}

static void asked_fini(struct asked *asked)
{
    free(asked->operands);
    free(asked->means);
}

/* The names, with other means than their own. */
struct names {
    const struct asked *asked;
    const double *means;
};

static double look_up(void *context, const char *name)
{
    const struct names *names = context;
    size_t i = 0;
    while (strcmp(names->asked->operands[i].name, name) != 0)
        i++;
    return names->means[i];
}

static double side_value(const struct asked *asked, const struct expression *side,
                         const double *means)
{
    struct names names = {asked, means};
    return expression_value(side, look_up, &names);
}

/* ---- comparisons ---------------------------------------------------------------------- */

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

/* Side i − 1 and side i. */
struct comparison {
    const struct asked *asked;
    const char *sign;
    const struct expression *left, *right;
    bool turned; /* what is its own stands on the right */
};

static struct comparison comparison_of(const struct asked *asked, size_t i)
{
    const struct condition *condition = asked->condition;
    struct comparison comparison = {.asked = asked,
                                    .sign = condition->comparisons[i - 1],
                                    .left = condition->sides[i - 1],
                                    .right = condition->sides[i]};
    comparison.turned =
        !condition_side_is_own(comparison.left) && condition_side_is_own(comparison.right);
    return comparison;
}

/* The metric that a side is by itself; NULL: it is something else. */
static const struct metric *metric_of_side(const struct condition *condition,
                                           const struct expression *side)
{
    for (size_t i = 0; i < condition->metric_count; i++)
        if (condition_side_is_just(side, condition->metrics[i]))
            return condition->metrics[i];
    return NULL;
}

/* What the value is by itself, if what is allowed is a number. */
static const struct metric *metric_bounded(const struct comparison *comparison)
{
    const struct expression *own = comparison->turned ? comparison->right : comparison->left;
    const struct expression *other = comparison->turned ? comparison->left : comparison->right;
    return expression_names(other)[0] ? NULL : metric_of_side(comparison->asked->condition, own);
}

static struct margin margin_of(const struct comparison *comparison)
{
    const struct asked *asked = comparison->asked;
    bool turned = comparison->turned;
    double left = side_value(asked, comparison->left, asked->means);
    double right = side_value(asked, comparison->right, asked->means);
    return (struct margin){
        .excess = excess(comparison->sign, left, right),
        .value = turned ? right : left,
        .allowed = turned ? left : right,
        .side = strchr("=!", comparison->sign[0])         ? BOUND_EXACT
                : (comparison->sign[0] == '<') == !turned ? BOUND_ABOVE
                                                          : BOUND_BELOW,
        .metric = metric_bounded(comparison),
    };
}

/* ---- how sure they are ---------------------------------------------------------------- */

static double value_with(const struct asked *asked, const struct operand *operand, size_t seed)
{
    return operand->without
               ? 0
               : outcomes_value(asked->outcomes, operand->setting, operand->metric, seed);
}

/* The values of all operands with the seeds that have one of each, operand by operand; to be
 * freed. */
static double *common_values(const struct asked *asked, size_t *n)
{
    size_t most = asked->outcomes->seed_count;
    size_t *seeds = allocate_zeroed(most, sizeof *seeds);
    *n = 0;
    for (size_t seed = 0; seed < most; seed++) {
        bool complete = true;
        for (size_t i = 0; i < asked->count && complete; i++)
            complete = !isnan(value_with(asked, &asked->operands[i], seed));
        if (complete)
            seeds[(*n)++] = seed;
    }
    double *values = allocate_zeroed(*n * asked->count, sizeof *values);
    for (size_t i = 0; i < asked->count; i++)
        for (size_t k = 0; k < *n; k++)
            values[i * *n + k] = value_with(asked, &asked->operands[i], seeds[k]);
    free(seeds);
    return values;
}

/* Is any of them decided by rare events? Then chance may have made it small. */
static bool is_rare(const struct asked *asked)
{
    bool rare = false;
    for (size_t i = 0; i < asked->count; i++)
        rare |=
            !asked->operands[i].without &&
            rare_events_of(asked->outcomes, asked->operands[i].setting, asked->operands[i].metric)
                .decide;
    return rare;
}

/* Left less right, for the jackknife. */
static double difference(void *context, const double *means,
                         size_t replications __attribute__((unused)))
{
    const struct comparison *comparison = context;
    return side_value(comparison->asked, comparison->left, means) -
           side_value(comparison->asked, comparison->right, means);
}

static enum interval_kind kind_of(const struct asked *asked)
{
    enum interval_kind kind = INTERVAL_t;
    for (size_t i = 0; i < asked->count && kind == INTERVAL_t; i++)
        kind = metric_interval_kind(asked->outcomes->metrics[asked->operands[i].metric]);
    return kind;
}

/* Of an interval of which each end is a one-sided limit, and one of so many. */
static double confidence_of_limits(size_t settings)
{
    return 1 - 2 * (1 - interval_confidence_of(settings));
}

/* How far the difference may be from its estimate: down, and up. */
static struct interval reach_of(struct comparison *comparison, const double *values, size_t n)
{
    const struct asked *asked = comparison->asked;
    double confidence = confidence_of_limits(asked->outcomes->groups[asked->group].count);
    double *pseudo = allocate_zeroed(n, sizeof *pseudo);
    jackknife_pseudo_values(values, asked->count, n, difference, comparison, pseudo);
    double mean = interval_mean(pseudo, n);
    struct interval interval = interval_of_mean(pseudo, n, kind_of(asked), confidence);
    free(pseudo);
    return (struct interval){interval.low - mean, interval.high - mean};
}

/* The value farthest on the wrong side that it may be. */
static double limit_of(const struct margin *margin, struct comparison *comparison,
                       const double *values, size_t n)
{
    const struct interval reach = reach_of(comparison, values, n);
    bool less = comparison->sign[0] == '<'; /* the difference must not be more */
    double apart = less ? reach.high : reach.low;
    return margin->value + (comparison->turned ? -apart : apart);
}

/* Of a margin whose means meet the comparison, how sure that is. */
static void look_at_limit(struct margin *margin, struct comparison *comparison)
{
    const struct asked *asked = comparison->asked;
    size_t n;
    double *values = common_values(asked, &n);
    if (n >= 2 && !is_rare(asked))
        margin->limit = limit_of(margin, comparison, values, n);
    free(values);
    if (!isnan(margin->limit))
        margin->excess_at_limit = comparison->turned
                                      ? excess(comparison->sign, margin->allowed, margin->limit)
                                      : excess(comparison->sign, margin->limit, margin->allowed);
    else if (outcomes_replications(asked->outcomes, asked->group).most >= 2)
        margin->excess_at_limit = INFINITY; /* too few beside others, or rare events */
}

static bool is_worse(const struct margin *a, const struct margin *b)
{
    return a->excess > b->excess ||
           (a->excess >= b->excess && a->excess_at_limit > b->excess_at_limit);
}

struct margin condition_margin(const struct condition *condition, const struct outcomes *outcomes,
                               size_t setting)
{
    struct asked asked = ask(condition, outcomes, outcomes->settings[setting].group, setting);
    struct margin worst = {.excess = -1};
    for (size_t i = 1; i < condition->side_count && !isnan(worst.excess); i++) {
        struct comparison comparison = comparison_of(&asked, i);
        struct margin margin = margin_of(&comparison);
        margin.limit = NAN;
        margin.excess_at_limit = margin.excess;
        if (margin.excess <= 0 && margin.side != BOUND_EXACT && !outcomes->by_means)
            look_at_limit(&margin, &comparison);
        if (isnan(margin.excess) || is_worse(&margin, &worst))
            worst = margin;
    }
    asked_fini(&asked);
    return worst;
}

double condition_excess(const struct condition *condition, const struct outcomes *outcomes,
                        size_t setting)
{
    struct outcomes by_means = outcomes_by_means(outcomes);
    return condition_margin(condition, &by_means, setting).excess;
}

/* ---- as lines ------------------------------------------------------------------------- */

/* Of the comparison between side i − 1 and side i. */
static bool line_of(const struct asked *asked, size_t i, struct condition_line *line)
{
    struct comparison comparison = comparison_of(asked, i);
    const struct metric *left = metric_of_side(asked->condition, comparison.left);
    const struct metric *right = metric_of_side(asked->condition, comparison.right);
    const struct expression *other = left ? comparison.right : comparison.left;
    if (!(left || right) || condition_side_is_own(other) || strchr("=!", comparison.sign[0]))
        return false;
    bool above = (comparison.sign[0] == '<') == (left != NULL);
    *line = (struct condition_line){left ? left : right, side_value(asked, other, asked->means),
                                    above ? BOUND_ABOVE : BOUND_BELOW};
    return true;
}

size_t condition_lines(const struct condition *condition, const struct outcomes *outcomes,
                       size_t group, struct condition_line lines[CONDITION_LINES_MOST])
{
    struct asked asked =
        ask(condition, outcomes, group, outcomes ? outcomes->groups[group].first : 0);
    size_t count = 0;
    for (size_t i = 1; i < condition->side_count && count < CONDITION_LINES_MOST; i++)
        count += line_of(&asked, i, &lines[count]);
    asked_fini(&asked);
    return count;
}
