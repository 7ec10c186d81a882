/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What policies do to a metric over all workloads and collectors of an experiment: the mean
 * difference to the baseline, and the worst of the workloads. */
#ifndef PYGCSIM_RESULTS_ANSWER_OVERALL_H
#define PYGCSIM_RESULTS_ANSWER_OVERALL_H

#include "results/answer/best.h"
#include "results/answer/outcome.h"
#include "results/answer/verdict.h"

/* A policy, over all groups. */
struct overall_line {
    const char *policy;         /* belongs to the outcomes */
    struct verdict mean, worst; /* the mean is the same if every group's is */
    char *worst_title;          /* of the group where it is worst */
};

struct overall {
    struct overall_line *lines; /* the best first */
    size_t count;
    size_t comparisons; /* policies that every group has beside its baseline: the intervals of all
                           their means together, and of the worst, are right 95 times of 100 */
};

/* Policies that every group has, with values and a baseline, at most `top` of them (0: all). None
 * if there are fewer than two groups, or no metric. To be freed with overall_fini. */
void overall_make(struct overall *overall, const struct outcomes *outcomes, struct goal order,
                  size_t top);
void overall_fini(struct overall *overall);

#endif
