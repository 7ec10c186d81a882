/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/scatter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/memory_text.h"

/* ---- what is known at the ends --------------------------------------------------------- */

static const struct metric *at_end(const struct metric *metric, int end)
{
    return metric_at_scatter(metric, (enum price_end)end);
}

static bool is_known_at_ends(const struct metric *metric)
{
    return at_end(metric, PRICES_LOW) && at_end(metric, PRICES_HIGH);
}

/* Bytes, counts and what is derived from them are about which collections come, not how long they
 * take. */
static bool depends_on_time(const struct metric *metric)
{
    return strcmp(metric->unit, "bytes") != 0 && strcmp(metric->unit, "count") != 0;
}

/* The metrics of the question, and what they are at the horizon; at the ends, too. */
static struct metric_list metrics_to_read(const struct scatter_question *question)
{
    struct metric_list list = {0};
    metric_list_add(&list, question->metric);
    for (size_t i = 0; i < question->condition_count; i++)
        condition_add_read(question->conditions[i], &list);
    if (!question->subject.by_seen)
        metric_list_add_horizon(&list);
    metric_list_add_scatter(&list);
    for (size_t i = 0; scatter_metrics[i]; i++)
        metric_list_add(&list, metric_named(scatter_metrics[i]));
    return list;
}

/* Every metric gets its values at that end; the same again puts them back. */
static void exchange_ends(struct outcomes *outcomes, int end)
{
    for (size_t m = 0; m < outcomes->metric_count; m++) {
        const struct metric *other = at_end(outcomes->metrics[m], end);
        if (other)
            outcomes_exchange(outcomes, m, outcomes_metric(outcomes, other));
    }
}

/* ---- the range -------------------------------------------------------------------------- */

/* False: no run of the group has told. */
static bool find_range(struct scatter_range *range, const struct outcomes *outcomes,
                       const struct outcome_group *of)
{
    double ns[1 + PRICE_ENDS] = {NAN};
    for (size_t s = of->first; s < of->first + of->count && isnan(ns[0]); s++)
        for (size_t i = 0; scatter_metrics[i]; i++) {
            size_t metric = outcomes_metric(outcomes, metric_named(scatter_metrics[i]));
            ns[i] = 1e9 * outcomes_average(outcomes, s, metric);
        }
    *range = (struct scatter_range){ns[0], {ns[1], ns[2]}};
    return !isnan(ns[0]) && !isnan(ns[1]) && !isnan(ns[2]);
}

/* ---- the best, and the order ------------------------------------------------------------- */

static size_t find_best(const struct scatter_answer *answer, size_t number)
{
    const struct scatter_question *question = answer->question;
    return best_setting(&answer->outcomes, number, (struct goal){answer->metric, question->high},
                        question->conditions, question->condition_count);
}

/* The best at an end, whose values are in place: `own`, if that is tied with it. */
static size_t find_best_beside(const struct scatter_answer *answer, size_t number, size_t own)
{
    const struct scatter_question *question = answer->question;
    struct best best;
    best_find(&best, &answer->outcomes, number, (struct goal){answer->metric, question->high},
              question->conditions, question->condition_count);
    size_t setting = best_keeps(&best, own) ? own : best.best;
    best_fini(&best);
    return setting;
}

static void find_best_of_each(struct scatter_answer *answer, struct scatter_group *group,
                              size_t number)
{
    bool stands = true;
    group->best = find_best(answer, number);
    for (int end = 0; end < PRICE_ENDS; end++) {
        exchange_ends(&answer->outcomes, end);
        group->best_at[end] = find_best_beside(answer, number, group->best);
        exchange_ends(&answer->outcomes, end);
        stands &= group->best_at[end] == group->best;
    }
    bool none = group->best == NO_SETTING && stands;
    group->is = none ? SCATTER_IS_NOTHING : stands ? SCATTER_IS_STANDS : SCATTER_IS_CHANGES;
}

static void list_settings(struct scatter_order *order, const struct scatter_answer *answer,
                          const struct outcome_group *of)
{
    const struct outcomes *outcomes = &answer->outcomes;
    const struct metric *metric = outcomes->metrics[answer->metric];
    size_t *sorted = allocate_zeroed(of->count + 1, sizeof *sorted);
    for (size_t i = 0; i < of->count; i++)
        sorted[i] = of->first + i;
    outcomes_sort(outcomes, sorted, of->count, answer->metric, answer->question->high);
    order->settings = allocate_zeroed(of->count + 1, sizeof *order->settings);
    for (size_t i = 0; i < of->count; i++) {
        struct scatter_setting setting = {
            .policy = outcomes->settings[sorted[i]].policy,
            .setting = sorted[i],
            .own = outcomes_average(outcomes, sorted[i], answer->metric),
        };
        for (int end = 0; end < PRICE_ENDS; end++)
            setting.at[end] = outcomes_average(outcomes, sorted[i],
                                               outcomes_metric(outcomes, at_end(metric, end)));
        if (!isnan(setting.own) && !isnan(setting.at[PRICES_LOW]))
            order->settings[order->count++] = setting;
    }
    free(sorted);
}

/* ---- all of it --------------------------------------------------------------------------- */

struct scatter_question scatter_question_of(const struct subject *subject,
                                            const struct metric *metric)
{
    const struct limits *limits = subject->limits;
    return (struct scatter_question){
        .subject = *subject,
        .metric = metric,
        .conditions = limits ? limits->items : NULL,
        .condition_count = limits ? limits->count : 0,
    };
}

/* Whether the question has a metric that is, or is not, known at the ends in it. */
static bool has_metric(const struct scatter_answer *answer, bool known)
{
    const struct scatter_question *question = answer->question;
    const struct metric *own = answer->outcomes.metrics[answer->metric];
    bool has = is_known_at_ends(own) == known && depends_on_time(own);
    for (size_t i = 0; i < question->condition_count; i++)
        for (const struct metric *const *m = condition_metrics(question->conditions[i]); *m; m++)
            has |= is_known_at_ends(*m) == known && depends_on_time(*m);
    return has;
}

static bool has_values_at_ends(const struct scatter_answer *answer)
{
    const struct outcomes *outcomes = &answer->outcomes;
    const struct metric *own = outcomes->metrics[answer->metric];
    return !is_known_at_ends(own) || !outcomes_have(outcomes, answer->metric) ||
           outcomes_have(outcomes, outcomes_metric(outcomes, at_end(own, PRICES_LOW)));
}

static void make_group(struct scatter_answer *answer, size_t number)
{
    struct scatter_group *group = &answer->groups[number];
    const struct outcome_group *of = &answer->outcomes.groups[number];
    const struct metric *own = answer->outcomes.metrics[answer->metric];
    *group = (struct scatter_group){.best = NO_SETTING, .best_at = {NO_SETTING, NO_SETTING}};
    if (!(has_metric(answer, true) || has_metric(answer, false)) || !has_values_at_ends(answer) ||
        !find_range(&group->order.range, &answer->outcomes, of))
        return;
    if (!scatter_range_is_open(&group->order.range))
        group->is = SCATTER_IS_CALIBRATED;
    else if (!has_metric(answer, true) || (depends_on_time(own) && !is_known_at_ends(own)))
        group->is = find_best(answer, number) == NO_SETTING ? SCATTER_IS_NOTHING /* to run again */
                                                            : SCATTER_IS_RUN_AGAIN;
    else
        find_best_of_each(answer, group, number);
    if (is_known_at_ends(own))
        list_settings(&group->order, answer, of);
}

int scatter_answer_make(struct scatter_answer *answer, const struct scatter_question *question,
                        struct error *error)
{
    struct metric_list list = metrics_to_read(question);
    *answer = (struct scatter_answer){.question = question};
    int status = subject_read(&question->subject, &list, &answer->outcomes, error);
    metric_list_fini(&list);
    if (status != 0)
        return status;
    answer->groups = allocate_zeroed(answer->outcomes.group_count + 1, sizeof *answer->groups);
    answer->metric = outcomes_metric(&answer->outcomes, question->metric);
    for (size_t g = 0; g < answer->outcomes.group_count; g++)
        make_group(answer, g);
    return 0;
}

void scatter_answer_fini(struct scatter_answer *answer)
{
    for (size_t g = 0; g < answer->outcomes.group_count && answer->groups; g++)
        scatter_order_fini(&answer->groups[g].order);
    free(answer->groups);
    outcomes_fini(&answer->outcomes);
    *answer = (struct scatter_answer){0};
}

/* ---- in words ---------------------------------------------------------------------------- */

static const struct scatter_setting *setting_of(const struct scatter_group *group, size_t setting)
{
    for (size_t i = 0; i < group->order.count; i++)
        if (group->order.settings[i].setting == setting)
            return &group->order.settings[i];
    return NULL;
}

static void write_best_at(FILE *out, const struct scatter_answer *answer,
                          const struct scatter_group *group, int end)
{
    char text[UNITS_TEXT];
    size_t best = group->best_at[end];
    const struct scatter_setting *setting = setting_of(group, best);
    fprintf(out, "at %.3g ns ", group->order.range.at_ns[end]);
    if (best == NO_SETTING)
        fputs("none surely meets the conditions", out);
    else
        fputs(answer->outcomes.settings[best].policy, out);
    if (setting)
        fprintf(out, " with %s",
                show_value(text, answer->outcomes.metrics[answer->metric], setting->at[end]));
}

static void write_stands(FILE *out, const struct scatter_answer *answer,
                         const struct scatter_group *group)
{
    const struct metric *metric = answer->outcomes.metrics[answer->metric];
    const struct scatter_setting *setting = setting_of(group, group->best);
    fputs("However objects lie in memory (", out);
    scatter_write_range(out, &group->order.range);
    fputs(") it stays the best", out);
    if (setting) {
        fprintf(out, "; its %s is ", metric->name);
        scatter_write_values(out, metric, setting->at[PRICES_LOW], setting->at[PRICES_HIGH]);
    }
    fputs(".", out);
}

static void write_changes(FILE *out, const struct scatter_answer *answer,
                          const struct scatter_group *group)
{
    fputs("Which is the best depends on how objects lie in memory (", out);
    scatter_write_range(out, &group->order.range);
    fputs("): ", out);
    write_best_at(out, answer, group, PRICES_LOW);
    fputs("; ", out);
    write_best_at(out, answer, group, PRICES_HIGH);
    fputs("." SCATTER_SETTLE, out);
}

static void write_run_again(FILE *out, const struct scatter_answer *answer,
                            const struct scatter_group *group)
{
    const struct metric *metric = answer->outcomes.metrics[answer->metric];
    fprintf(out, "How %s moves with how objects lie in memory (",
            depends_on_time(metric) ? metric->name : "the answer");
    scatter_write_range(out, &group->order.range);
    fprintf(out,
            ") is not known without running again, with scatter=%.0fns and scatter=%.0fns in the "
            "workload: `best --scatter` does." SCATTER_SETTLE,
            group->order.range.at_ns[PRICES_LOW], group->order.range.at_ns[PRICES_HIGH]);
}

char *scatter_best_text(const struct scatter_answer *answer, size_t number)
{
    const struct scatter_group *group = &answer->groups[number];
    char *text;
    size_t size;
    if (group->is == SCATTER_IS_NOTHING)
        return NULL;
    FILE *out = memory_text_begin(&text, &size);
    if (group->is == SCATTER_IS_CALIBRATED)
        fputs(SCATTER_CALIBRATED, out);
    else if (group->is == SCATTER_IS_RUN_AGAIN)
        write_run_again(out, answer, group);
    else if (group->is == SCATTER_IS_STANDS)
        write_stands(out, answer, group);
    else
        write_changes(out, answer, group);
    if (group->is > SCATTER_IS_RUN_AGAIN && has_metric(answer, false))
        fputs(" Conditions on times that are no pauses are taken as they were run.", out);
    memory_text_end(out);
    return text;
}

char *scatter_range_text(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    double at[PRICE_ENDS];
    char *text;
    size_t size;
    for (int end = 0; end < PRICE_ENDS; end++) {
        const struct metric *other = at_end(outcomes->metrics[metric], end);
        size_t place = other ? outcomes_metric(outcomes, other) : outcomes->metric_count;
        if (place == outcomes->metric_count)
            return NULL;
        at[end] = outcomes_average(outcomes, setting, place);
    }
    if (!(at[PRICES_LOW] < at[PRICES_HIGH]))
        return NULL;
    FILE *out = memory_text_begin(&text, &size);
    scatter_write_values(out, outcomes->metrics[metric], at[PRICES_LOW], at[PRICES_HIGH]);
    memory_text_end(out);
    return text;
}

/* ---- as JSON ----------------------------------------------------------------------------- */

static void json_best(struct json *json, const char *name, const struct scatter_answer *answer,
                      size_t setting)
{
    if (setting != NO_SETTING)
        json_text(json, name, answer->outcomes.settings[setting].policy);
}

static void json_setting(struct json *json, const struct scatter_setting *setting)
{
    json_object(json, NULL);
    json_text(json, "policy", setting->policy);
    json_real(json, "low", setting->at[PRICES_LOW]);
    json_real(json, "own", setting->own);
    json_real(json, "high", setting->at[PRICES_HIGH]);
    json_end(json);
}

void scatter_json(struct json *json, const struct scatter_answer *answer, size_t number)
{
    static const char *const words[] = {
#define X(name, word) [SCATTER_IS_##name] = word,
        SCATTER_VERDICTS(X)
#undef X
    };
    const struct scatter_group *group = &answer->groups[number];
    json_object(json, "scatter");
    json_text(json, "best", words[group->is]);
    if (group->is != SCATTER_IS_NOTHING) {
        json_real(json, "low_ns", group->order.range.at_ns[PRICES_LOW]);
        json_real(json, "own_ns", group->order.range.own_ns);
        json_real(json, "high_ns", group->order.range.at_ns[PRICES_HIGH]);
    }
    json_best(json, "best_low", answer, group->best_at[PRICES_LOW]);
    json_best(json, "best_high", answer, group->best_at[PRICES_HIGH]);
    json_array(json, "settings");
    for (size_t i = 0; i < group->order.count; i++)
        json_setting(json, &group->order.settings[i]);
    json_end(json);
    json_end(json);
}
