/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which metrics are asked for: a list that has each once, in the order in which they were added. */
#ifndef PYGCSIM_RESULTS_STORE_METRIC_LIST_H
#define PYGCSIM_RESULTS_STORE_METRIC_LIST_H

#include <stddef.h>

#include "results/store/history.h"
#include "results/store/metrics.h"

/* Empty: all zero. To be freed with metric_list_fini. */
struct metric_list {
    const struct metric **metrics;
    size_t count, capacity;
};

void metric_list_add(struct metric_list *list, const struct metric *metric);
void metric_list_add_list(struct metric_list *list, const struct metric_list *other);

/* The experiment's objective; nothing if it has none. */
void metric_list_add_objective(struct metric_list *list, const struct past_experiment *experiment);

/* Behind each metric that has one what it will have come to at the horizon (metric_at_horizon). */
void metric_list_add_horizon(struct metric_list *list);

/* For each metric that has them what it would be at the ends of the range of scatter
 * (metric_at_scatter); at the end. */
void metric_list_add_scatter(struct metric_list *list);

/* The experiment's objective, and what else is looked at first: what was seen, then the same at the
 * horizon. */
void metric_list_add_usual(struct metric_list *list, const struct past_experiment *experiment);

/* What the program and the collector do, as it is quoted, a part: objects and rates; what survives,
 * and where the time goes. */
enum profile_part { PROFILE_OBJECTS, PROFILE_COLLECTIONS, PROFILE_PARTS };
void metric_list_add_profile(struct metric_list *list, enum profile_part part);

/* Those of which one is the objective if nobody has said (usual_objectives). */
void metric_list_add_usual_objectives(struct metric_list *list);

void metric_list_add_all(struct metric_list *list);
void metric_list_fini(struct metric_list *list);

#endif
