/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer about one workload and collector in a few sentences: the best policy, how it compares
 * with the baseline, which others are as good, and the two side by side in every metric. For a page
 * (results/report/). */
#ifndef PYGCSIM_RESULTS_ANSWER_HEADLINE_H
#define PYGCSIM_RESULTS_ANSWER_HEADLINE_H

#include "results/answer/best.h"
#include "results/answer/reach.h"
#include "results/answer/subject.h"
#include "results/answer/verdict.h"

/* A metric, of the best and of the baseline. */
struct headline_row {
    struct estimate best, baseline;
    struct verdict verdict; /* of the best beside the baseline */
    size_t champion;        /* the best setting in this metric; NO_SETTING: none */
    struct estimate champion_mean;
};

struct headline {
    const struct outcome_group *of;
    size_t best; /* a setting surely within all limits: the baseline if it is the same; NO_SETTING:
                    none can be the best */
    size_t baseline;                          /* NO_SETTING: it is not there, or has no value */
    struct estimate best_mean, baseline_mean; /* of the objective */
    struct verdict verdict;         /* of the best beside the baseline, if both are there */
    struct choice choice;           /* how sure it is that the best is the best */
    size_t left_out[VERDICT_COUNT]; /* settings, by why: struct best */
    size_t by_means;                /* another would be the best by means; NO_SETTING: none */
    struct reach *reaches;          /* if none can be the best */
    size_t reach_count;
    size_t *same, *open; /* settings that are the same as the best, and, but for the baseline,
                            others that may be the best in truth */
    size_t same_count, open_count;
    struct headline_row *rows; /* one a column */
    char *python;              /* lines for the best; NULL: it is the baseline, or there is none */
};

/* The objective is a metric that has values, to be small; `policies` a registry. To be freed with
 * headline_fini. */
void headline_make(struct headline *headline, const struct outcomes *outcomes, size_t group,
                   size_t objective, const struct columns *columns,
                   const struct component *const *policies);
void headline_fini(struct headline *headline);

/* The best setting among those surely within the limits, by a metric to be small; NO_SETTING: none.
 */
size_t headline_best(const struct outcomes *outcomes, size_t group, size_t objective);

/* The best setting in a metric, whatever limits there are, in the metric's own direction, or the
 * lowest; NO_SETTING: none. */
size_t headline_champion(const struct outcomes *outcomes, size_t group, size_t metric, bool high);

#endif
