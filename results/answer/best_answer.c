/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/best_answer.h"

#include <stdlib.h>
#include <string.h>

#include "results/answer/python_lines.h"
#include "sim/base/allocate.h"

/* ---- what is asked, of outcomes ------------------------------------------------------- */

/* Limits are conditions, too. */
static void set_conditions(struct best_answer *answer)
{
    const struct best_question *question = answer->question;
    const struct limits *limits = question->subject.limits;
    size_t own = limits ? limits->count : 0;
    answer->conditions =
        allocate_zeroed(own + question->condition_count + 1, sizeof *answer->conditions);
    for (size_t i = 0; i < own; i++)
        answer->conditions[answer->condition_count++] = limits->items[i];
    for (size_t i = 0; i < question->condition_count; i++)
        answer->conditions[answer->condition_count++] = question->conditions[i];
}

/* The metrics that the question has in it. */
static struct metric_list named_metrics(const struct best_answer *answer)
{
    const struct best_question *question = answer->question;
    struct metric_list named = {0};
    if (question->objective)
        metric_list_add(&named, question->objective);
    else
        metric_list_add_objective(&named, question->subject.experiment);
    for (size_t i = 0; i < answer->condition_count; i++)
        for (const struct metric *const *metric = condition_metrics(answer->conditions[i]); *metric;
             metric++)
            metric_list_add(&named, *metric);
    metric_list_add_list(&named, question->front);
    return named;
}

static int read_outcomes(struct best_answer *answer, const struct metric_list *named,
                         struct error *error)
{
    struct metric_list list = {0};
    metric_list_add_list(&list, named);
    for (size_t i = 0; i < named->count; i++) /* to be shown beside it */
        if (metric_seen(named->metrics[i]))
            metric_list_add(&list, metric_seen(named->metrics[i]));
    for (size_t i = 0; i < answer->condition_count; i++)
        condition_add_read(answer->conditions[i], &list);
    metric_list_add_usual_objectives(&list);
    moving_add_read(&list);
    int status = subject_read(&answer->question->subject, &list, &answer->outcomes, error);
    metric_list_fini(&list);
    return status;
}

static int no_values(const struct subject *subject, const char *metric, struct error *error)
{
    return error_set(error,
                     "%s: no run of experiment %lld (%s) has a value of %s; name another with "
                     "--minimise",
                     store_path(subject->store), (long long)subject->experiment->number,
                     subject->experiment->name, metric);
}

static int set_objective(struct best_answer *answer, struct error *error)
{
    const struct best_question *question = answer->question;
    const struct outcomes *outcomes = &answer->outcomes;
    size_t metric =
        question->objective
            ? outcomes_deciding(outcomes, outcomes_metric(outcomes, question->objective))
            : outcomes_objective(outcomes);
    answer->objective = (struct goal){metric, question->high};
    if (metric == outcomes->metric_count)
        return no_values(&question->subject, "latency_p99, service_pause_p99 or gc_share", error);
    if (!outcomes_have(outcomes, metric))
        return no_values(&question->subject, outcomes->metrics[metric]->name, error);
    return 0;
}

static void add_goal(struct best_answer *answer, struct goal goal)
{
    answer->goals[answer->goal_count++] = goal;
}

/* The objective's direction is as it was asked for, that of others the metric's own. */
static void set_goals(struct best_answer *answer, const struct metric_list *named)
{
    const struct metric_list *asked = answer->question->front;
    const struct metric_list *front = asked->count ? asked : named;
    answer->goals = allocate_zeroed(answer->outcomes.metric_count + 1, sizeof *answer->goals);
    if (asked->count == 0) /* the usual objective was not named */
        add_goal(answer, answer->objective);
    for (size_t i = 0; i < front->count; i++) {
        size_t metric = outcomes_deciding(&answer->outcomes,
                                          outcomes_metric(&answer->outcomes, front->metrics[i]));
        if (metric != answer->objective.metric)
            add_goal(answer, (struct goal){metric, front->metrics[i]->better == BETTER_HIGH});
        else if (asked->count)
            add_goal(answer, answer->objective);
    }
}

/* What decides, then what was seen of it. */
static void add_column(struct best_answer *answer, size_t metric)
{
    size_t seen = outcomes_seen(&answer->outcomes, metric);
    columns_add(&answer->columns, metric);
    if (seen < answer->outcomes.metric_count)
        columns_add(&answer->columns, seen);
}

static void set_columns(struct best_answer *answer, const struct metric_list *named)
{
    const struct outcomes *outcomes = &answer->outcomes;
    answer->columns.metrics =
        allocate_zeroed(outcomes->metric_count + 1, sizeof *answer->columns.metrics);
    add_column(answer, answer->objective.metric);
    for (size_t i = 0; i < named->count; i++)
        add_column(answer,
                   outcomes_deciding(outcomes, outcomes_metric(outcomes, named->metrics[i])));
}

static int set_question(struct best_answer *answer, struct error *error)
{
    set_conditions(answer);
    struct metric_list named = named_metrics(answer);
    int status = read_outcomes(answer, &named, error);
    if (status == 0)
        status = set_objective(answer, error);
    if (status == 0) {
        set_goals(answer, &named);
        set_columns(answer, &named);
    }
    metric_list_fini(&named);
    return status;
}

/* ---- the answer about one group ------------------------------------------------------- */

static struct best_settings settings_begin(size_t count, size_t most)
{
    struct best_settings settings = {.count = count, .listed = count < most ? count : most};
    settings.settings = allocate_zeroed(settings.listed + 1, sizeof *settings.settings);
    return settings;
}

static struct best_setting describe(const struct best_answer *answer, size_t setting)
{
    return (struct best_setting){
        .setting = setting,
        .means = columns_means(&answer->columns, &answer->outcomes, setting),
        .limits = verdicts_of_conditions(&answer->outcomes, setting, answer->conditions,
                                         answer->condition_count)};
}

static struct best_settings describe_one(const struct best_answer *answer, size_t setting)
{
    struct best_settings settings = settings_begin(setting != NO_SETTING, 1);
    if (settings.count)
        settings.settings[0] = describe(answer, setting);
    return settings;
}

static struct best_settings describe_tied(const struct best_answer *answer, const struct best *best)
{
    struct best_settings tied = settings_begin(best->tied_count, answer->question->tied_most);
    for (size_t i = 0; i < tied.listed; i++) {
        tied.settings[i] = describe(answer, best->tied[i].setting);
        tied.settings[i].verdict = best->tied[i].verdict;
    }
    return tied;
}

static bool is_among(size_t setting, const size_t *settings, size_t count)
{
    size_t i = 0;
    while (i < count && settings[i] != setting)
        i++;
    return i < count;
}

static struct best_settings describe_front(const struct best_answer *answer, size_t group)
{
    size_t most = answer->outcomes.groups[group].count;
    size_t *front = allocate_zeroed(2 * most, sizeof *front), *of_means = front + most;
    struct outcomes by_means = outcomes_by_means(&answer->outcomes);
    size_t count = best_front(&answer->outcomes, group, answer->goals, answer->goal_count, front);
    size_t less = best_front(&by_means, group, answer->goals, answer->goal_count, of_means);
    struct best_settings settings = settings_begin(count, answer->question->front_most);
    for (size_t i = 0; i < settings.listed; i++) {
        settings.settings[i] = describe(answer, front[i]);
        settings.settings[i].by_means = is_among(front[i], of_means, less);
    }
    free(front);
    return settings;
}

/* What the nearest setting misses. */
static void find_misses(const struct best_answer *answer, struct best_group *group, size_t nearest)
{
    group->misses = allocate_zeroed(answer->condition_count + 1, sizeof *group->misses);
    for (size_t i = 0; i < answer->condition_count && nearest != NO_SETTING; i++) {
        double excess = condition_excess(answer->conditions[i], &answer->outcomes, nearest);
        if (excess > 0)
            group->misses[group->miss_count++] = (struct miss){answer->conditions[i], excess};
    }
}

/* A setting that conditions keep from being an answer. */
struct breaking {
    size_t setting;
    double excess, at_limit; /* of its means, and of what they may be */
};

static int compare_breaking(const void *a, const void *b)
{
    const struct breaking *x = a, *y = b;
    if (x->excess < y->excess || y->excess < x->excess)
        return x->excess < y->excess ? -1 : 1;
    if (x->at_limit < y->at_limit || y->at_limit < x->at_limit)
        return x->at_limit < y->at_limit ? -1 : 1;
    return x->setting < y->setting ? -1 : 1;
}

static struct breaking breaking_of(const struct best_answer *answer, size_t setting)
{
    struct breaking breaking = {.setting = setting};
    for (size_t i = 0; i < answer->condition_count; i++) {
        const struct margin margin =
            condition_margin(answer->conditions[i], &answer->outcomes, setting);
        breaking.excess += margin.excess;
        breaking.at_limit += margin.excess_at_limit;
    }
    return breaking;
}

/* Those that are, the nearest first. */
static struct best_settings describe_missing(const struct best_answer *answer, size_t number)
{
    const struct outcomes *outcomes = &answer->outcomes;
    const struct outcome_group *of = &outcomes->groups[number];
    struct breaking *breaking = allocate_zeroed(of->count + 1, sizeof *breaking);
    size_t count = 0;
    for (size_t s = of->first; s < of->first + of->count; s++) {
        enum verdict_value verdict = verdict_of_one(outcomes, s, answer->objective.metric,
                                                    answer->conditions, answer->condition_count);
        if (verdict == VERDICT_BREAKS || verdict == VERDICT_UNSURE)
            breaking[count++] = breaking_of(answer, s);
    }
    qsort(breaking, count, sizeof *breaking, compare_breaking);
    struct best_settings missing = settings_begin(count, answer->question->tied_most);
    for (size_t i = 0; i < missing.listed; i++)
        missing.settings[i] = describe(answer, breaking[i].setting);
    free(breaking);
    return missing;
}

static void find_no_default(const struct best_answer *answer, struct best_group *group,
                            size_t number)
{
    group->no_default = allocate_zeroed(answer->condition_count + 1, sizeof *group->no_default);
    for (size_t i = 0; i < answer->condition_count; i++)
        if (condition_lacks_default(answer->conditions[i], &answer->outcomes, number))
            group->no_default[group->no_default_count++] = answer->conditions[i];
}

static void make_group(const struct best_answer *answer, struct best_group *group, size_t number)
{
    const struct best_question *question = answer->question;
    const struct outcomes *outcomes = &answer->outcomes;
    struct best best;
    best_find(&best, outcomes, number, answer->objective, answer->conditions,
              answer->condition_count);
    bool none = best.best == NO_SETTING && best.by_means == NO_SETTING;
    size_t nearest = none ? best.nearest : NO_SETTING;
    *group = (struct best_group){
        .of = &outcomes->groups[number],
        .title = outcomes_title(outcomes, number),
        .replications = outcomes_replications(outcomes, number),
        .best = describe_one(answer, best.best),
        .tied = describe_tied(answer, &best),
        .choice = best.choice,
        .by_means = describe_one(answer, best.by_means),
        .nearest = describe_one(answer, nearest),
        .nearest_excess = best.nearest_excess,
    };
    memcpy(group->left_out, best.left_out, sizeof best.left_out);
    find_misses(answer, group, nearest);
    if (best.best == NO_SETTING) {
        group->missing = describe_missing(answer, number);
        group->reach_count = reach_find(outcomes, number, answer->conditions,
                                        answer->condition_count, &group->reaches);
    }
    find_no_default(answer, group, number);
    if (answer->goal_count > 1)
        group->front = describe_front(answer, number);
    if (best.best != NO_SETTING)
        group->python = python_lines(outcomes->settings[best.best].policy, question->policies);
    best_fini(&best);
}

/* ---- what runs were too short to see --------------------------------------------------- */

static int read_outlooks(const struct best_answer *answer, struct best_settings *settings,
                         struct error *error)
{
    int status = 0;
    for (size_t i = 0; i < settings->listed && status == 0; i++)
        status =
            outlook_read(&settings->settings[i].outlook, &answer->outcomes,
                         settings->settings[i].setting, answer->question->subject.store, error);
    return status;
}

static void find_moving(const struct best_answer *answer, struct best_group *group)
{
    const struct best_settings *tied = &group->tied;
    size_t *settings = allocate_zeroed(tied->listed + 1, sizeof *settings), count = 0;
    settings[count++] = group->best.settings[0].setting;
    for (size_t i = 0; i < tied->listed; i++)
        settings[count++] = tied->settings[i].setting;
    moving_find(&group->moving, &answer->outcomes, settings, count);
    free(settings);
}

static int look_ahead(const struct best_answer *answer, struct best_group *group,
                      struct error *error)
{
    struct best_settings *const lists[] = {&group->best,    &group->tied,    &group->by_means,
                                           &group->nearest, &group->missing, &group->front};
    int status = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists && status == 0; i++)
        status = read_outlooks(answer, lists[i], error);
    if (group->best.count)
        find_moving(answer, group);
    if (status == 0 && group->best.count)
        group->caution = outlook_caution(&group->best.settings[0].outlook);
    return status;
}

/* ---- what is not known of memory --------------------------------------------------------- */

static int look_at_scatter(struct best_answer *answer, struct error *error)
{
    const struct best_question *question = answer->question;
    answer->scatter_question = (struct scatter_question){
        .subject = question->subject,
        .metric = answer->outcomes.metrics[answer->objective.metric],
        .high = question->high,
        .conditions = answer->conditions,
        .condition_count = answer->condition_count,
    };
    return scatter_answer_make(&answer->scatter, &answer->scatter_question, error);
}

/* ---- all of it ------------------------------------------------------------------------ */

int best_answer_make(struct best_answer *answer, const struct best_question *question,
                     struct error *error)
{
    *answer = (struct best_answer){.question = question};
    int status = set_question(answer, error);
    if (status == 0)
        answer->groups = allocate_zeroed(answer->outcomes.group_count, sizeof *answer->groups);
    for (size_t g = 0; status == 0 && g < answer->outcomes.group_count && g < question->groups_most;
         g++) {
        struct best_group *group = &answer->groups[answer->group_count++];
        make_group(answer, group, g);
        status = look_ahead(answer, group, error);
    }
    if (status == 0)
        status = look_at_scatter(answer, error);
    if (status != 0)
        best_answer_fini(answer);
    return status;
}

static void settings_fini(struct best_settings *settings)
{
    for (size_t i = 0; i < settings->listed; i++) {
        free(settings->settings[i].means);
        free(settings->settings[i].limits);
    }
    free(settings->settings);
}

static void group_fini(struct best_group *group)
{
    settings_fini(&group->best);
    settings_fini(&group->tied);
    settings_fini(&group->by_means);
    settings_fini(&group->nearest);
    settings_fini(&group->missing);
    settings_fini(&group->front);
    free(group->title);
    free(group->misses);
    free(group->reaches);
    free(group->no_default);
    moving_fini(&group->moving);
    free(group->caution);
    free(group->python);
}

void best_answer_fini(struct best_answer *answer)
{
    for (size_t g = 0; g < answer->group_count; g++)
        group_fini(&answer->groups[g]);
    free(answer->groups);
    free(answer->goals);
    free(answer->conditions);
    columns_fini(&answer->columns);
    outcomes_fini(&answer->outcomes);
    scatter_answer_fini(&answer->scatter);
    *answer = (struct best_answer){0};
}
