/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/metric_list.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

void metric_list_add(struct metric_list *list, const struct metric *metric)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->metrics[i] == metric)
            return;
    list->metrics =
        allocate_grow(list->metrics, &list->capacity, list->count + 1, sizeof *list->metrics);
    list->metrics[list->count++] = metric;
}

void metric_list_add_list(struct metric_list *list, const struct metric_list *other)
{
    for (size_t i = 0; i < other->count; i++)
        metric_list_add(list, other->metrics[i]);
}

void metric_list_add_objective(struct metric_list *list, const struct past_experiment *experiment)
{
    const struct metric *objective =
        experiment->objective ? metric_named(experiment->objective) : NULL;
    if (objective)
        metric_list_add(list, objective);
}

static void add_named(struct metric_list *list, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        metric_list_add(list, metric_named(names[i]));
}

void metric_list_add_usual(struct metric_list *list, const struct past_experiment *experiment)
{
    static const char *const names[] = {"latency_p99",       "service_pause_p99",
                                        "service_pause_max", "service_gc_share",
                                        "heap_peak",         "garbage_peak"};
    metric_list_add_objective(list, experiment);
    add_named(list, names, sizeof names / sizeof *names);
    metric_list_add_horizon(list);
}

void metric_list_add_profile(struct metric_list *list, enum profile_part part)
{
    static const char *const names[PROFILE_PARTS][7] = {
        [PROFILE_OBJECTS] = {"objects_mean", "objects_peak", "objects_end", "objects_permanent",
                             "allocation_rate", "promotion_rate_gen1", "promotion_rate_gen2"},
        [PROFILE_COLLECTIONS] = {"survival_gen0", "survival_gen1", "survival_gen2", "gc_share_gen0",
                                 "gc_share_gen1", "gc_share_gen2", "latency_p95"},
    };
    add_named(list, names[part], sizeof names[part] / sizeof *names[part]);
}

void metric_list_add_horizon(struct metric_list *list)
{
    struct metric_list both = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct metric *at_horizon = metric_at_horizon(list->metrics[i]);
        metric_list_add(&both, list->metrics[i]);
        if (at_horizon)
            metric_list_add(&both, at_horizon);
    }
    metric_list_fini(list);
    *list = both;
}

void metric_list_add_scatter(struct metric_list *list)
{
    for (size_t i = 0, count = list->count; i < count; i++)
        for (int end = 0; end < PRICE_ENDS; end++) {
            const struct metric *at_end = metric_at_scatter(list->metrics[i], (enum price_end)end);
            if (at_end)
                metric_list_add(list, at_end);
        }
}

void metric_list_add_usual_objectives(struct metric_list *list)
{
    for (size_t i = 0; usual_objectives[i]; i++)
        metric_list_add(list, metric_named(usual_objectives[i]));
}

void metric_list_add_all(struct metric_list *list)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        metric_list_add(list, metric);
}

void metric_list_fini(struct metric_list *list)
{
    free(list->metrics);
    *list = (struct metric_list){0};
}
