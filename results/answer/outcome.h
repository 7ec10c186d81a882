/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the runs of an experiment came to. A setting is what is compared: one policy on one workload
 * and one collector. Its replications are runs with different seeds; those that have finished give
 * the values, one a seed, from which come means and intervals (results/statistics/estimate.h).
 * Settings of the same workload and collector are a group: with the same seed they ran the same
 * program, so differences between them are of pairs (common random numbers). */
#ifndef PYGCSIM_RESULTS_ANSWER_OUTCOME_H
#define PYGCSIM_RESULTS_ANSWER_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/statistics/estimate.h"
#include "results/store/history.h"
#include "results/store/metrics.h"
#include "results/store/store.h"

struct limits;

#define NO_SETTING SIZE_MAX

/* Settings are told apart by warm-up, time between samples and horizon too: an experiment that was
 * changed may have several. */
struct outcome_group {
    char *workload, *collector, *costs, *warmup, *sampling, *horizon;
    size_t first, count; /* settings */
    size_t baseline; /* the setting that others are compared with; NO_SETTING: it is not there */
};

struct outcome {
    char *policy;
    size_t group;
    int64_t first_run; /* of the results file */
    size_t runs[RUN_STATUS_COUNT];
    size_t first_value, value_count; /* finished runs, one a seed: their place among all */
};

struct outcomes {
    const struct past_experiment *experiment; /* belongs to the caller */
    char *baseline;                           /* a policy; NULL: none */
    struct outcome_group *groups;             /* in the order in which they were planned */
    struct outcome *settings;                 /* by group, then as planned */
    const struct metric **metrics;            /* those read, and those that tell of rare events */
    uint64_t *seeds;                          /* ascending */
    size_t group_count, setting_count, metric_count, seed_count;
    size_t rare_count; /* metrics behind those that tell of rare events; 0: they were not read */
    /* Only of runs that there are: settings may have different seeds. */
    uint32_t *value_seeds; /* by setting, ascending: places in `seeds` */
    double *values;        /* by setting, metric, seed; NaN: none */
    bool by_seen;          /* what runs have seen decides, and not what comes up to the horizon */
    bool by_means;         /* means decide about conditions and fronts, however sure they are */
    const struct limits *limits; /* the caller's (results/answer/limits.h); NULL: none */
};

/* Reads the values of `count` metrics. `baseline` is a policy's text; NULL: the experiment's own.
 * Returns 0, or -1 with a line in *error. */
int outcomes_read(struct outcomes *outcomes, struct store *store,
                  const struct past_experiment *experiment, const char *baseline,
                  const struct metric *const *metrics, size_t count, struct error *error);
void outcomes_fini(struct outcomes *outcomes);

/* The same, where means decide; all that it points to is theirs, and it is not to be freed. */
struct outcomes outcomes_by_means(const struct outcomes *outcomes);

/* A metric's place among those read; metric_count if it is not. */
size_t outcomes_metric(const struct outcomes *outcomes, const struct metric *metric);

/* What decides where a metric read is asked about: what it will have come to at the horizon, if
 * that was read and has values, unless what was seen is to decide; or else the metric itself. */
size_t outcomes_deciding(const struct outcomes *outcomes, size_t metric);

/* Where a metric's values are, of those too that only tell of rare events, for outcomes_values and
 * outcomes_average; NO_PLACE: it is NULL, or was not read. */
#define NO_PLACE SIZE_MAX
size_t outcomes_place(const struct outcomes *outcomes, const struct metric *metric);

/* What of such a metric was seen; metric_count: it is no such metric, or that was not read. */
size_t outcomes_seen(const struct outcomes *outcomes, size_t metric);

/* Each of two metrics gets the values of the other. */
void outcomes_exchange(struct outcomes *outcomes, size_t metric, size_t other);

/* Has a setting a value, or any? */
bool outcomes_has(const struct outcomes *outcomes, size_t setting, size_t metric);
bool outcomes_have(const struct outcomes *outcomes, size_t metric);

/* How many runs the settings of a group have to go by. */
struct replications {
    size_t least, most;
};
struct replications outcomes_replications(const struct outcomes *outcomes, size_t group);

/* The setting of a policy in a group; NO_SETTING if there is none. */
size_t outcomes_setting(const struct outcomes *outcomes, size_t group, const char *policy);

/* A setting's values, of each of its finished runs. */
struct outcome_values {
    size_t count;
    const uint32_t *seeds; /* places in `seeds`, ascending */
    const double *values;  /* NaN: none */
};
struct outcome_values outcomes_values(const struct outcomes *outcomes, size_t setting,
                                      size_t metric);

/* The value with a seed, by its place in `seeds`; NaN: none. */
double outcomes_value(const struct outcomes *outcomes, size_t setting, size_t metric, size_t seed);

/* Over a setting's replications, and its interval; of the metric's own kind. Where rare events
 * decide (results/answer/rare_events.h) there is none. */
struct estimate outcomes_mean(const struct outcomes *outcomes, size_t setting, size_t metric);

/* The mean alone, without the work for an interval; NaN: no values. */
double outcomes_average(const struct outcomes *outcomes, size_t setting, size_t metric);

/* Of `setting` less `other`, over the seeds that both have a value for, with that confidence;
 * likewise. */
struct estimate outcomes_difference(const struct outcomes *outcomes, size_t setting, size_t other,
                                    size_t metric, double confidence);

/* What these pairs are worth: estimate_pairing. */
double outcomes_pairing(const struct outcomes *outcomes, size_t setting, size_t other,
                        size_t metric);

/* Is the mean of `setting` surely less than that of `other` (screening_surely_less)? Never where
 * rare events decide. */
bool outcomes_surely_less(const struct outcomes *outcomes, size_t setting, size_t other,
                          size_t metric, double confidence);

/* Of one setting: of a metric less another, over the seeds of which both have a value; of the first
 * metric's kind. */
struct estimate outcomes_change(const struct outcomes *outcomes, size_t setting, size_t metric,
                                size_t other, double confidence);

/* Are there pairs, and are the two the same in each? */
bool outcomes_same(const struct outcomes *outcomes, size_t setting, size_t other, size_t metric);

/* What decides about the experiment's objective, or the usual one, among the metrics read;
 * metric_count: none has values. */
size_t outcomes_objective(const struct outcomes *outcomes);

/* "web:rate=200 on cpython-3.13", and what else tells the group from those of the same workload and
 * collector; to be freed. */
char *outcomes_title(const struct outcomes *outcomes, size_t group);

/* Puts settings in order, the best first: the smallest mean, or the largest if `high`; those
 * without a value last. */
void outcomes_sort(const struct outcomes *outcomes, size_t *settings, size_t count, size_t metric,
                   bool high);

#endif
