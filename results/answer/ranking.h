/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of `pygcsim show`, made whole: for each workload and collector its settings, the best
 * first, with their means and their differences to a baseline; what policies do over all workloads;
 * and the runs that are not counted. */
#ifndef PYGCSIM_RESULTS_ANSWER_RANKING_H
#define PYGCSIM_RESULTS_ANSWER_RANKING_H

#include "results/answer/best.h"
#include "results/answer/moving.h"
#include "results/answer/outlook.h"
#include "results/answer/overall.h"
#include "results/answer/subject.h"
#include "results/answer/verdict.h"
#include "results/store/runs.h"

/* What is asked. */
struct ranking_question {
    struct subject subject;
    struct metric_list metrics; /* none: the objective, and the usual ones that have values; for
                                   programs, all */
    bool besides_usual;         /* the usual ones first, then the metrics */
    const struct metric *sort;  /* the best first; NULL: by the objective */
    size_t top;                 /* settings of a group; 0: all */
    size_t groups_most;         /* what is beyond is counted only */
    size_t lost_most;           /* runs that are named among those not counted */
    bool for_programs;          /* rows: no column but those chosen, nothing but settings */
};

/* A setting that is shown. */
struct ranked_setting {
    size_t setting;               /* of the outcomes */
    struct estimate *means;       /* one a column */
    struct verdict *verdicts;     /* beside the baseline, one a column; NULL: it is the baseline, or
                                     there is none */
    struct outlook outlook;       /* not for programs: what its runs were too short to see */
    struct limit_verdict *limits; /* how it stands to each of the outcomes'; NULL: there are none */
};

/* Of one workload and collector. */
struct ranking_group {
    const struct outcome_group *of;
    char *title;
    struct replications replications;
    struct ranked_setting *settings; /* the best, and the baseline wherever it is */
    size_t count, left_out;
    size_t *comparisons; /* with the baseline, one a column, of settings left out too: the intervals
                            of all differences together are right 95 times of 100 */
    double *pairing;     /* what pairs are worth, one a column: the median of the settings'; NaN */
    struct moving moving; /* not for programs: which of these move with the length of the run */
};

struct ranking {
    struct outcomes outcomes;
    struct columns columns;
    struct goal order; /* the best first; its metric is metric_count if none has values */
    struct ranking_group *groups;
    size_t group_count; /* at most as many as were asked for */

    /* Not for programs. */
    size_t order_column; /* its metric's place among columns; columns.count: there is none */
    struct overall overall;
    struct lost_runs out_of_memory, failed;
    int64_t unsteady; /* runs that ended before their steady state */
    int64_t to_do;    /* runs that are not done yet */
};

/* Returns 0, or -1 with a line in *error. To be freed with ranking_fini. */
int ranking_make(struct ranking *ranking, const struct ranking_question *question,
                 struct error *error);
void ranking_fini(struct ranking *ranking);

/* One group alone, with verdicts, and with at most `top` settings (0: all). Returns 0, or -1 with a
 * line in *error. To be freed with ranking_group_fini. */
int ranking_group_make(struct ranking_group *group, const struct outcomes *outcomes, size_t number,
                       const struct columns *columns, struct goal order, size_t top,
                       struct store *store, struct error *error);
void ranking_group_fini(struct ranking_group *group);

#endif
