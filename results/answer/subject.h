/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every question is about: the runs of an experiment, a baseline, and the metrics that an
 * answer has. Functions return 0, or -1 with a line in *error. */
#ifndef PYGCSIM_RESULTS_ANSWER_SUBJECT_H
#define PYGCSIM_RESULTS_ANSWER_SUBJECT_H

#include "results/answer/limits.h"
#include "results/answer/outcome.h"
#include "results/store/metric_list.h"

struct subject {
    struct store *store;
    const struct past_experiment *experiment;
    const char *baseline; /* a policy's canonical text; NULL: the experiment's own */
    bool by_seen;         /* what runs have seen decides, and not what comes up to the horizon */
    bool by_means;        /* means decide about conditions and fronts, however sure they are */
    const struct limits *limits; /* that hold; NULL: none */
};

/* Reads the values of those metrics and of those that limits are about, and, unless what was seen
 * is to decide, of what they will have come to at the horizon. An experiment of which no run has
 * finished is an error, and so is a baseline that was asked for and is not in it. */
int subject_read(const struct subject *subject, const struct metric_list *metrics,
                 struct outcomes *outcomes, struct error *error);

/* Metrics in the order of a table's columns, as places among those read. */
struct columns {
    size_t *metrics;
    size_t count;
};

/* Those chosen, as they are; if none is, of the usual ones what has values. To be freed with
 * columns_fini. */
struct columns columns_chosen(const struct outcomes *outcomes, const struct metric_list *chosen);

/* Of a list what has values and is not in `others`. To be freed with columns_fini. */
struct columns columns_besides(const struct outcomes *outcomes, const struct metric_list *list,
                               const struct columns *others);

/* Adds it at the end, if it is not there. */
void columns_add(struct columns *columns, size_t metric);

/* The metric's place; count if it is not there. */
size_t columns_find(const struct columns *columns, size_t metric);
void columns_fini(struct columns *columns);

/* Means over replications, one a column; to be freed. */
struct estimate *columns_means(const struct columns *columns, const struct outcomes *outcomes,
                               size_t setting);

#endif
