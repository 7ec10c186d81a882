/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conditions that settings of an experiment have to meet: "heap_peak <= 1.2 * default". Names are
 * those of metrics, which stand for a setting's mean, and besides
 *
 *     default, baseline                     the mean of that policy with the same workload and
 *                                           collector, of the one metric that the condition names
 *     default.METRIC, baseline.METRIC       the same, of any metric
 *
 * A metric that is a time or a size is compared with such: "latency_p99 <= 50ms", not "<= 50"
 * (sim/base/expression.h). */
#ifndef PYGCSIM_RESULTS_ANSWER_CONDITION_H
#define PYGCSIM_RESULTS_ANSWER_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/outcome.h"
#include "results/store/metric_list.h"
#include "sim/base/error.h"

struct condition;

/* NULL, with a line in *error, if it is no condition over such names. */
struct condition *condition_parse(const char *text, struct error *error);
void condition_free(struct condition *condition);

const char *condition_text(const struct condition *condition);

/* Its metrics, each once; ends with NULL. */
const struct metric *const *condition_metrics(const struct condition *condition);

/* Adds what outcomes have to be read of: these metrics, what they come to at the horizon, and what
 * tells that there are no pauses. */
void condition_add_read(const struct condition *condition, struct metric_list *list);

/* How far a setting's means are from meeting it: 0 if they do; or else how far apart the two sides
 * of the comparison are (the worst of several), as a share of the right side; NaN if a value is
 * missing. A setting without collections meets what is said of pauses. */
double condition_excess(const struct condition *condition, const struct outcomes *outcomes,
                        size_t setting);

/* Is it one comparison that says how long something may take that collections make longer, a pause
 * or a latency? Then no policy can do better than one without collections. */
bool condition_bounds_waiting(const struct condition *condition);

/* Does it speak of `default`, of which the group has no setting? Then no setting meets it. */
bool condition_lacks_default(const struct condition *condition, const struct outcomes *outcomes,
                             size_t group);

/* The comparison that a setting misses by the most, or, if its means meet all, may miss by the
 * most.
 *
 * Of settings whose true values break a bound, some have means that meet it, by chance, and who
 * chooses among many finds these. So means that meet a bound do so surely only if the one-sided
 * confidence limit of the difference of the two sides meets it, too, at the level 1 − 0.05 / K, K
 * being how many settings the group has (interval_confidence_of): one that is chosen breaks a given
 * bound in at most 5 of 100 experiments, however it is chosen. The limit is that of the mean of
 * pseudo-values (results/statistics/jackknife.h), over the seeds with which every name has a value;
 * where metrics are skewed, the wider of t and bootstrap (results/statistics/interval.h). With one
 * replication of each setting, and of == and !=, means decide. */
struct margin {
    double excess;          /* condition_excess */
    double value, allowed;  /* its sides: that with a metric of the setting's own, and the other */
    double excess_at_limit; /* excess, if the value is `limit`; 0: the setting surely meets it */
    /* What the value may be, beside what is allowed; NaN: the mean misses it, or decides. */
    double limit;
    /* That the value is by itself, if what is allowed is a number; or else NULL. */
    const struct metric *metric;
    enum margin_side {
        BOUND_ABOVE, /* the value must not be above what is allowed */
        BOUND_BELOW, /* or below */
        BOUND_EXACT  /* or it has to be equal, or must not be */
    } side;
};
struct margin condition_margin(const struct condition *condition, const struct outcomes *outcomes,
                               size_t setting);

/* A comparison of a metric by itself with something that the setting has no part in, which is a
 * line in a chart of the metric. */
struct condition_line {
    const struct metric *metric;
    double value; /* that it is compared with; NaN: it has none */
    enum margin_side side;
};

/* Those of a condition, so many at most; returns how many. What `default` and `baseline` are is
 * that of the group; outcomes NULL: they have no value. */
#define CONDITION_LINES_MOST 4
size_t condition_lines(const struct condition *condition, const struct outcomes *outcomes,
                       size_t group, struct condition_line lines[CONDITION_LINES_MOST]);

#endif
