/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the runs say about a setting: whether it can be an answer, and whether it is told apart from
 * another. All that prints answers, on terminals, as JSON or as a page, asks here and puts the
 * verdict into words (docs/answers.md has them); nothing else decides it. */
#ifndef PYGCSIM_RESULTS_ANSWER_VERDICT_H
#define PYGCSIM_RESULTS_ANSWER_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/condition.h"
#include "results/answer/limits.h"
#include "results/answer/outcome.h"
#include "results/statistics/estimate.h"

enum verdict_value {
    /* Of one setting: the first of the reasons why it cannot be an answer that holds. */
    VERDICT_CANDIDATE,     /* none: it can be */
    VERDICT_OUT_OF_MEMORY, /* it ran out of memory with a seed */
    VERDICT_FAILED,        /* no run has finished, and some have failed */
    VERDICT_NO_VALUE,      /* no value of the metric, or of one in a condition */
    VERDICT_BREAKS,        /* its means do not meet the conditions */
    VERDICT_UNSURE,        /* they do, but not surely (struct margin) */

    /* Of one beside another: of runs with the same seed. */
    VERDICT_NO_PAIR,   /* no seed has a value of both */
    VERDICT_ONE_PAIR,  /* one seed has: nothing says whether a difference is chance */
    VERDICT_SAME,      /* they are equal with every seed */
    VERDICT_BETTER,    /* told apart: it has the better mean, in the metric's own direction */
    VERDICT_WORSE,     /* told apart: the other has */
    VERDICT_DIFFERENT, /* told apart, in a metric in which neither direction is the better */
    VERDICT_NOT_TOLD_APART,
    VERDICT_RARE, /* not told apart: rare events decide, and which runs have them is chance */
    VERDICT_COUNT
};

struct verdict {
    enum verdict_value value;
    struct estimate difference; /* of the one less the other; its n: the pairs */
    double would_show;          /* a true difference so large is told apart 9 times of 10; NaN */
    double pairing;             /* what pairs are worth: estimate_pairing; NaN */
};

/* How a setting stands to a limit. */
struct limit_verdict {
    enum limit_value {
        LIMIT_UNKNOWN, /* a value is missing */
        LIMIT_LOST,    /* it ran out of memory with a seed */
        LIMIT_WITHIN,  /* surely, if there are replications (struct margin) */
        LIMIT_UNSURE,  /* the mean is within it, but chance may have made it so */
        LIMIT_MISSED,  /* the mean is not */
        LIMIT_COUNT
    } value,
        seen;             /* by what decides, and by what was seen alone */
    struct margin margin; /* of what decides */
};
extern const char *const limit_value_names[LIMIT_COUNT]; /* for programs */

struct limit_verdict verdict_of_limit(const struct outcomes *outcomes, size_t setting,
                                      const struct condition *limit);

/* Of each of those, or of the outcomes' own limits; to be freed. NULL: there are none. */
struct limit_verdict *verdicts_of_conditions(const struct outcomes *outcomes, size_t setting,
                                             struct condition *const *conditions, size_t count);
struct limit_verdict *verdicts_of_limits(const struct outcomes *outcomes, size_t setting);

/* Of all of them together: missed if one is; or else unknown, or unsure, if one is. */
enum limit_value verdict_of_limits(const struct limit_verdict *verdicts, size_t count);

/* Which of the first kind. */
enum verdict_value verdict_of_one(const struct outcomes *outcomes, size_t setting, size_t metric,
                                  struct condition *const *conditions, size_t count);

/* What its means miss conditions by, all together (condition_excess); NaN if a value is missing. */
double verdict_excess(const struct outcomes *outcomes, size_t setting,
                      struct condition *const *conditions, size_t count);

/* Which of the second kind. It is one of so many comparisons, whose intervals are to be right all
 * together (interval_confidence_of). */
struct verdict verdict_of_two(const struct outcomes *outcomes, size_t setting, size_t other,
                              size_t metric, size_t comparisons);

/* How many comparisons with the baseline there are in a group: of its other settings that have a
 * value. A setting beside the baseline of its group is one of these. */
size_t verdict_comparisons(const struct outcomes *outcomes, size_t group, size_t metric);
struct verdict verdict_beside_baseline(const struct outcomes *outcomes, size_t setting,
                                       size_t metric);

/* The same of a difference that is known; without what pairs are worth. */
struct verdict verdict_of_difference(struct estimate difference, bool same, enum better better);

/* Is it one of those? */
bool verdict_is_told_apart(enum verdict_value value);     /* better, worse, different */
bool verdict_is_not_told_apart(enum verdict_value value); /* not told apart, rare */

/* One-sided: better if `setting` surely is, at that level (screening_surely_less), in a metric that
 * is to be small, or large if `high`; the same with every seed; or else not told apart. */
enum verdict_value verdict_of_surely_better(const struct outcomes *outcomes, size_t setting,
                                            size_t other, size_t metric, bool high,
                                            double confidence);

/* Which settings of several may be the best in a metric, to be small or `high`: fills in
 * kept[count] (results/statistics/screening.h). What rare events decide excludes nothing, and is
 * not excluded. */
void verdict_screen(const struct outcomes *outcomes, const size_t *settings, size_t count,
                    size_t metric, bool high, bool *kept);

#endif
