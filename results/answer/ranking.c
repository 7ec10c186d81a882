/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/ranking.h"

#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

/* ---- what is asked, of outcomes ------------------------------------------------------- */

static int read_outcomes(struct ranking *ranking, const struct ranking_question *question,
                         const struct metric_list *chosen, struct error *error)
{
    struct metric_list list = {0};
    metric_list_add_list(&list, chosen);
    if (question->sort)
        metric_list_add(&list, question->sort);
    metric_list_add_usual(&list, question->subject.experiment);
    metric_list_add_usual_objectives(&list);
    moving_add_read(&list);
    int status = subject_read(&question->subject, &list, &ranking->outcomes, error);
    metric_list_fini(&list);
    return status;
}

static void set_order(struct ranking *ranking, const struct metric *sort)
{
    const struct outcomes *outcomes = &ranking->outcomes;
    ranking->order.metric = sort ? outcomes_deciding(outcomes, outcomes_metric(outcomes, sort))
                                 : outcomes_objective(outcomes);
    ranking->order.high = sort && sort->better == BETTER_HIGH; /* objectives: small */
}

/* What settings are sorted by is a column, whatever was chosen; but for programs. */
static void set_columns(struct ranking *ranking, const struct ranking_question *question,
                        const struct metric_list *chosen)
{
    static const struct metric_list none = {0};
    const struct outcomes *outcomes = &ranking->outcomes;
    size_t metric = ranking->order.metric;
    ranking->columns = columns_chosen(outcomes, question->besides_usual ? &none : chosen);
    for (size_t i = 0; i < chosen->count && question->besides_usual; i++)
        columns_add(&ranking->columns, outcomes_metric(outcomes, chosen->metrics[i]));
    if (!question->for_programs && metric < ranking->outcomes.metric_count)
        columns_add(&ranking->columns, metric);
    ranking->order_column = columns_find(&ranking->columns, metric);
}

static int set_question(struct ranking *ranking, const struct ranking_question *question,
                        struct error *error)
{
    struct metric_list chosen = {0};
    metric_list_add_list(&chosen, &question->metrics);
    if (chosen.count == 0 && question->for_programs)
        metric_list_add_all(&chosen);
    int status = read_outcomes(ranking, question, &chosen, error);
    if (status == 0) {
        set_order(ranking, question->sort);
        set_columns(ranking, question, &chosen);
    }
    metric_list_fini(&chosen);
    return status;
}

/* ---- a group -------------------------------------------------------------------------- */

static struct verdict *judge(const struct outcomes *outcomes, const struct columns *columns,
                             size_t setting, size_t baseline, const size_t *comparisons)
{
    struct verdict *verdicts = allocate_zeroed(columns->count + 1, sizeof *verdicts);
    for (size_t i = 0; i < columns->count; i++)
        verdicts[i] =
            verdict_of_two(outcomes, setting, baseline, columns->metrics[i], comparisons[i]);
    return verdicts;
}

static void rank_setting(struct ranking_group *group, const struct outcomes *outcomes,
                         const struct columns *columns, size_t setting)
{
    size_t baseline = group->of->baseline;
    bool beside = baseline != NO_SETTING && setting != baseline;
    group->settings[group->count++] = (struct ranked_setting){
        .setting = setting,
        .means = columns_means(columns, outcomes, setting),
        .limits = verdicts_of_limits(outcomes, setting),
        .verdicts =
            beside ? judge(outcomes, columns, setting, baseline, group->comparisons) : NULL};
}

static void count_comparisons(struct ranking_group *group, const struct outcomes *outcomes,
                              const struct columns *columns, size_t number)
{
    group->comparisons = allocate_zeroed(columns->count + 1, sizeof *group->comparisons);
    for (size_t i = 0; i < columns->count; i++)
        group->comparisons[i] = verdict_comparisons(outcomes, number, columns->metrics[i]);
}

/* Of a column, over the settings that have one; `room` is for as many. */
static double median_pairing(const struct ranking_group *group, size_t column, double *room)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        if (group->settings[i].verdicts && !isnan(group->settings[i].verdicts[column].pairing))
            room[count++] = group->settings[i].verdicts[column].pairing;
    return count ? gsl_stats_median(room, 1, count) : NAN;
}

static void find_pairing(struct ranking_group *group, const struct columns *columns)
{
    double *room = allocate_zeroed(group->count + 1, sizeof *room);
    group->pairing = allocate_zeroed(columns->count + 1, sizeof *group->pairing);
    for (size_t i = 0; i < columns->count; i++)
        group->pairing[i] = median_pairing(group, i, room);
    free(room);
}

/* The settings of a group, the best first; to be freed. */
static size_t *sorted_settings(const struct outcomes *outcomes, const struct outcome_group *of,
                               struct goal order)
{
    size_t *settings = allocate_zeroed(of->count, sizeof *settings);
    for (size_t i = 0; i < of->count; i++)
        settings[i] = of->first + i;
    if (order.metric < outcomes->metric_count)
        outcomes_sort(outcomes, settings, of->count, order.metric, order.high);
    return settings;
}

static void make_group(struct ranking_group *group, const struct outcomes *outcomes, size_t number,
                       const struct columns *columns, struct goal order, size_t top)
{
    const struct outcome_group *of = &outcomes->groups[number];
    size_t *settings = sorted_settings(outcomes, of, order);
    *group = (struct ranking_group){
        .of = of,
        .title = outcomes_title(outcomes, number),
        .replications = outcomes_replications(outcomes, number),
        .settings = allocate_zeroed(of->count, sizeof *group->settings),
    };
    count_comparisons(group, outcomes, columns, number);
    for (size_t i = 0; i < of->count; i++)
        if (top == 0 || i < top || settings[i] == of->baseline)
            rank_setting(group, outcomes, columns, settings[i]);
    find_pairing(group, columns);
    group->left_out = of->count - group->count;
    free(settings);
}

static void find_moving(struct ranking_group *group, const struct outcomes *outcomes)
{
    size_t *settings = allocate_zeroed(group->count + 1, sizeof *settings);
    for (size_t i = 0; i < group->count; i++)
        settings[i] = group->settings[i].setting;
    moving_find(&group->moving, outcomes, settings, group->count);
    free(settings);
}

/* What there is to say of the shown settings besides their numbers. */
static int look_ahead(struct ranking_group *group, const struct outcomes *outcomes,
                      struct store *store, struct error *error)
{
    int status = 0;
    find_moving(group, outcomes);
    for (size_t i = 0; i < group->count && status == 0; i++)
        status = outlook_read(&group->settings[i].outlook, outcomes, group->settings[i].setting,
                              store, error);
    return status;
}

int ranking_group_make(struct ranking_group *group, const struct outcomes *outcomes, size_t number,
                       const struct columns *columns, struct goal order, size_t top,
                       struct store *store, struct error *error)
{
    make_group(group, outcomes, number, columns, order, top);
    if (look_ahead(group, outcomes, store, error) == 0)
        return 0;
    ranking_group_fini(group);
    return -1;
}

void ranking_group_fini(struct ranking_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        free(group->settings[i].means);
        free(group->settings[i].limits);
        free(group->settings[i].verdicts);
    }
    free(group->settings);
    free(group->comparisons);
    free(group->pairing);
    free(group->title);
    moving_fini(&group->moving);
    *group = (struct ranking_group){0};
}

/* ---- all of it ------------------------------------------------------------------------ */

static int make_groups(struct ranking *ranking, const struct ranking_question *question,
                       struct error *error)
{
    size_t groups = ranking->outcomes.group_count;
    int status = 0;
    ranking->groups = allocate_zeroed(groups, sizeof *ranking->groups);
    for (size_t g = 0; g < groups && g < question->groups_most && status == 0; g++) {
        struct ranking_group *group = &ranking->groups[ranking->group_count++];
        make_group(group, &ranking->outcomes, g, &ranking->columns, ranking->order, question->top);
        if (!question->for_programs)
            status = look_ahead(group, &ranking->outcomes, question->subject.store, error);
    }
    return status;
}

/* What there is to know besides settings. */
static int make_remarks(struct ranking *ranking, const struct ranking_question *question,
                        struct error *error)
{
    const struct subject *of = &question->subject;
    const int64_t *runs = of->experiment->runs;
    ranking->to_do = runs[RUN_planned] + runs[RUN_unfinished];
    overall_make(&ranking->overall, &ranking->outcomes, ranking->order, question->top);
    if (lost_runs_read(&ranking->out_of_memory, of->store, of->experiment->number,
                       RUN_out_of_memory, question->lost_most, error) != 0 ||
        lost_runs_read(&ranking->failed, of->store, of->experiment->number, RUN_failed,
                       question->lost_most, error) != 0)
        return -1;
    return unsteady_runs_count(of->store, of->experiment, &ranking->unsteady, error);
}

int ranking_make(struct ranking *ranking, const struct ranking_question *question,
                 struct error *error)
{
    *ranking = (struct ranking){0};
    int status = set_question(ranking, question, error);
    if (status == 0)
        status = make_groups(ranking, question, error);
    if (status == 0 && !question->for_programs)
        status = make_remarks(ranking, question, error);
    if (status != 0)
        ranking_fini(ranking);
    return status;
}

void ranking_fini(struct ranking *ranking)
{
    for (size_t g = 0; g < ranking->group_count; g++)
        ranking_group_fini(&ranking->groups[g]);
    free(ranking->groups);
    columns_fini(&ranking->columns);
    overall_fini(&ranking->overall);
    lost_runs_fini(&ranking->out_of_memory);
    lost_runs_fini(&ranking->failed);
    outcomes_fini(&ranking->outcomes);
    *ranking = (struct ranking){0};
}
