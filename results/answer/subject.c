/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/subject.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

/* ---- reading -------------------------------------------------------------------------- */

static int nothing_finished(const struct subject *subject, struct error *error)
{
    const struct past_experiment *experiment = subject->experiment;
    return error_set(
        error,
        "%s: no run of experiment %lld (%s) has finished (planned %lld, unfinished "
        "%lld, out of memory %lld, failed %lld)",
        store_path(subject->store), (long long)experiment->number, experiment->name,
        (long long)experiment->runs[RUN_planned], (long long)experiment->runs[RUN_unfinished],
        (long long)experiment->runs[RUN_out_of_memory], (long long)experiment->runs[RUN_failed]);
}

static bool has_baseline(const struct outcomes *outcomes)
{
    for (size_t g = 0; g < outcomes->group_count; g++)
        if (outcomes->groups[g].baseline != NO_SETTING)
            return true;
    return false;
}

static int no_such_baseline(const struct outcomes *outcomes, struct error *error)
{
    const char **names = allocate_zeroed(outcomes->setting_count + 1, sizeof *names);
    struct error why;
    for (size_t s = 0; s < outcomes->groups[0].count; s++)
        names[s] = outcomes->settings[s].policy;
    suggest_error(&why, "policy", outcomes->baseline, names);
    free(names);
    return error_set(error, "--baseline: experiment '%s' is without it: %s",
                     outcomes->experiment->name, why.text);
}

/* Those asked for keep their places. */
static int read(const struct subject *subject, const struct metric_list *metrics_read,
                struct outcomes *outcomes, struct error *error)
{
    struct metric_list list = {0};
    metric_list_add_list(&list, metrics_read);
    for (size_t i = 0; subject->limits && i < subject->limits->count; i++)
        condition_add_read(subject->limits->items[i], &list);
    for (size_t i = 0, count = list.count; i < count && !subject->by_seen; i++)
        if (metric_at_horizon(list.metrics[i]))
            metric_list_add(&list, metric_at_horizon(list.metrics[i]));
    int status = outcomes_read(outcomes, subject->store, subject->experiment, subject->baseline,
                               list.metrics, list.count, error);
    metric_list_fini(&list);
    outcomes->by_seen = subject->by_seen;
    outcomes->by_means = subject->by_means;
    outcomes->limits = subject->limits;
    return status;
}

int subject_read(const struct subject *subject, const struct metric_list *metrics_read,
                 struct outcomes *outcomes, struct error *error)
{
    if (subject->experiment->runs[RUN_finished] == 0)
        return nothing_finished(subject, error);
    if (read(subject, metrics_read, outcomes, error) != 0)
        return -1;
    if (!subject->baseline || has_baseline(outcomes))
        return 0;
    no_such_baseline(outcomes, error);
    outcomes_fini(outcomes);
    return -1;
}

/* ---- columns -------------------------------------------------------------------------- */

struct columns columns_chosen(const struct outcomes *outcomes, const struct metric_list *chosen)
{
    static const struct columns none = {0};
    struct metric_list usual = {0};
    if (chosen->count == 0)
        metric_list_add_usual(&usual, outcomes->experiment);
    struct columns columns = columns_besides(outcomes, &usual, &none);
    for (size_t i = 0; i < chosen->count; i++)
        columns_add(&columns, outcomes_metric(outcomes, chosen->metrics[i]));
    metric_list_fini(&usual);
    return columns;
}

struct columns columns_besides(const struct outcomes *outcomes, const struct metric_list *list,
                               const struct columns *others)
{
    struct columns columns = {
        .metrics = allocate_zeroed(outcomes->metric_count + 1, sizeof *columns.metrics)};
    for (size_t i = 0; i < list->count; i++) {
        size_t metric = outcomes_metric(outcomes, list->metrics[i]);
        if (outcomes_have(outcomes, metric) && columns_find(others, metric) == others->count)
            columns_add(&columns, metric);
    }
    return columns;
}

void columns_add(struct columns *columns, size_t metric)
{
    if (columns_find(columns, metric) == columns->count)
        columns->metrics[columns->count++] = metric; /* there is room for every metric read */
}

size_t columns_find(const struct columns *columns, size_t metric)
{
    size_t i = 0;
    while (i < columns->count && columns->metrics[i] != metric)
        i++;
    return i;
}

void columns_fini(struct columns *columns)
{
    free(columns->metrics);
    *columns = (struct columns){0};
}

struct estimate *columns_means(const struct columns *columns, const struct outcomes *outcomes,
                               size_t setting)
{
    struct estimate *means = allocate_zeroed(columns->count + 1, sizeof *means);
    for (size_t i = 0; i < columns->count; i++)
        means[i] = outcomes_mean(outcomes, setting, columns->metrics[i]);
    return means;
}
