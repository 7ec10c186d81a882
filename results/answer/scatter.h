/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far an answer moves over the range of scatter: how a heap lies in memory is hardly ever
 * known, and pauses depend on it more than on anything (sim/model/costs.h has the range). With each
 * collection it is known how long it would be at the ends of the range, so metrics of pauses are
 * known there (metric_at_scatter), as if the collections were the same: they are, unless a timer
 * or something else that goes by the clock decides about them. What else depends on pauses, as
 * latencies do, is not known without running again. */
#ifndef PYGCSIM_RESULTS_ANSWER_SCATTER_H
#define PYGCSIM_RESULTS_ANSWER_SCATTER_H

#include "results/answer/best.h"
#include "results/answer/scatter_order.h"
#include "results/answer/subject.h"
#include "sim/base/json.h"

/* What is said of a group: X(identifier, as JSON says it). */
#define SCATTER_VERDICTS(X)                                                                        \
    X(NOTHING, "none")          /* no setting is one, it depends on no time, or no run has told */ \
    X(CALIBRATED, "calibrated") /* a measured pause says the scatter: there is no range */         \
    X(RUN_AGAIN, "run again")   /* nobody knows without running again */                           \
    X(STANDS, "stands")         /* the best is the best at both ends, or not told apart from it */ \
    X(CHANGES, "changes")

enum scatter_verdict {
#define X(name, word) SCATTER_IS_##name,
    SCATTER_VERDICTS(X)
#undef X
};

/* Of one workload and collector. */
struct scatter_group {
    enum scatter_verdict is;
    size_t best, best_at[PRICE_ENDS]; /* settings; NO_SETTING: none can be the best */
    struct scatter_order order; /* no settings if the metric itself is not known at the ends */
};

/* What is asked; everything belongs to the caller, and outlives the answer. */
struct scatter_question {
    struct subject subject;
    const struct metric *metric;         /* that decides */
    bool high;                           /* that is to be large */
    struct condition *const *conditions; /* the subject's limits among them */
    size_t condition_count;
};

/* Whether the best within the subject's limits stays the best, by a metric to be small. */
struct scatter_question scatter_question_of(const struct subject *subject,
                                            const struct metric *metric);

struct scatter_answer {
    const struct scatter_question *question;
    struct outcomes outcomes; /* settings and groups in the order of every other answer */
    size_t metric;            /* of these */
    struct scatter_group *groups;
};

/* Returns 0, or -1 with a line in *error. To be freed with scatter_answer_fini. */
int scatter_answer_make(struct scatter_answer *answer, const struct scatter_question *question,
                        struct error *error);
void scatter_answer_fini(struct scatter_answer *answer);

/* Whether the best of a group stays the best, in sentences; NULL: there is nothing to say. To be
 * freed. */
char *scatter_best_text(const struct scatter_answer *answer, size_t group);

/* "2.9 to 28 ms": a setting's values at the ends, if the metric and its ends are among those read;
 * NULL: they are not, or do not differ. To be freed. */
char *scatter_range_text(const struct outcomes *outcomes, size_t setting, size_t metric);

/* As an object's key: "scatter". */
void scatter_json(struct json *json, const struct scatter_answer *answer, size_t group);

#endif
