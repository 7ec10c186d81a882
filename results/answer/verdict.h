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
    /* Of one setting. */
    VERDICT_CANDIDATE,     /* it can be an answer */
    VERDICT_OUT_OF_MEMORY, /* it ran out of memory with a seed */
    VERDICT_FAILED,        /* no run has finished, and some have failed */
    VERDICT_NO_VALUE,      /* no value of the metric, or of one in a condition */
    VERDICT_BREAKS,        /* it does not meet the conditions */

    /* Of one beside another: of runs with the same seed. */
    VERDICT_NO_PAIR,   /* no seed has a value of both */
    VERDICT_ONE_PAIR,  /* one seed has: nothing says whether a difference is chance */
    VERDICT_SAME,      /* they are equal with every seed */
    VERDICT_BETTER,    /* told apart: it has the better mean, in the metric's own direction */
    VERDICT_WORSE,     /* told apart: the other has */
    VERDICT_DIFFERENT, /* told apart, in a metric in which neither direction is the better */
    VERDICT_TOO_FEW,   /* not told apart by so few replications */
    VERDICT_RARE,      /* not told apart: rare events decide, and which runs have them is chance */
    VERDICT_TOO_CLOSE, /* not told apart, and more than VERDICT_ENOUGH would be needed */
    VERDICT_COUNT
};

#define VERDICT_ENOUGH 1000 /* replications: what would take more is as good as the same */

struct verdict {
    enum verdict_value value;
    struct estimate difference; /* of the one less the other; its n: the pairs */
    size_t needed;              /* TOO_FEW: about so many replications might tell them apart */
};

/* How a setting stands to a limit. */
struct limit_verdict {
    enum limit_value {
        LIMIT_UNKNOWN, /* a value is missing */
        LIMIT_LOST,    /* it ran out of memory with a seed */
        LIMIT_WITHIN,
        LIMIT_MISSED,
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

/* Of all of them together: missed if one is. */
enum limit_value verdict_of_limits(const struct limit_verdict *verdicts, size_t count);

/* Which of the first kind. */
enum verdict_value verdict_of_one(const struct outcomes *outcomes, size_t setting, size_t metric,
                                  struct condition *const *conditions, size_t count);

/* What it misses conditions by, all together (condition_excess); NaN if a value is missing. */
double verdict_excess(const struct outcomes *outcomes, size_t setting,
                      struct condition *const *conditions, size_t count);

/* Which of the second kind. */
struct verdict verdict_of_two(const struct outcomes *outcomes, size_t setting, size_t other,
                              size_t metric);

/* The same of a difference that is known. */
struct verdict verdict_of_difference(struct estimate difference, bool same, enum better better);

/* Is it one of those? */
bool verdict_is_told_apart(enum verdict_value value);     /* better, worse, different */
bool verdict_is_not_told_apart(enum verdict_value value); /* rare, too few, too close */

#endif
