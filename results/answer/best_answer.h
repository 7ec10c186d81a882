/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of `pygcsim best`, made whole: for each workload and collector which policy to take,
 * which others may be the best in truth, why others are left out, the Pareto front, and the
 * Python lines. */
#ifndef PYGCSIM_RESULTS_ANSWER_BEST_ANSWER_H
#define PYGCSIM_RESULTS_ANSWER_BEST_ANSWER_H

#include "results/answer/best.h"
#include "results/answer/moving.h"
#include "results/answer/outlook.h"
#include "results/answer/reach.h"
#include "results/answer/scatter.h"
#include "results/answer/subject.h"
#include "sim/base/param.h"

/* What is asked; everything belongs to the caller, and outlives the answer. */
struct best_question {
    struct subject subject;
    const struct metric *objective;      /* NULL: the experiment's, or the usual one, to be small */
    bool high;                           /* that is to be large */
    struct condition *const *conditions; /* besides the subject's limits */
    size_t condition_count;
    const struct metric_list *front;           /* its metrics; none: the objective and those of the
                                                  conditions */
    const struct component *const *policies;   /* registry, for the Python lines */
    size_t groups_most, tied_most, front_most; /* what is beyond is counted only */
};

/* A setting that is shown. */
struct best_setting {
    size_t setting;               /* of the outcomes */
    struct estimate *means;       /* one a column */
    struct verdict verdict;       /* of those tied: beside the best */
    bool by_means;                /* of a front: it is on that by means, too */
    struct limit_verdict *limits; /* how it stands to each limit and condition; NULL: there are
                                     none */
    struct outlook outlook;       /* what its runs were too short to see */
};

struct best_settings {
    struct best_setting *settings;
    size_t listed, count; /* `count` with those that are counted only */
};

/* A limit or condition that the nearest setting misses. */
struct miss {
    const struct condition *condition;
    double excess;
};

/* Of one workload and collector. */
struct best_group {
    const struct outcome_group *of;
    char *title;
    struct replications replications;
    size_t left_out[VERDICT_COUNT]; /* settings, by why: struct best */
    struct best_settings best;      /* one; none: no setting is an answer */
    struct best_settings tied;      /* others that may be the best in truth */
    struct choice choice;           /* how sure it is */
    struct best_settings by_means;  /* one if by means another would be the best */
    struct best_settings nearest;   /* one if neither is there, but some break conditions */
    double nearest_excess;          /* what it misses, added up */
    struct miss *misses;
    size_t miss_count;
    struct best_settings missing; /* those that do not surely meet conditions, the nearest first;
                                     if no setting is an answer */
    struct reach *reaches;        /* if no setting is an answer */
    size_t reach_count;
    struct best_settings front;          /* empty if there are fewer than two goals */
    const struct condition **no_default; /* these speak of `default`, which has no run here */
    size_t no_default_count;
    struct moving moving; /* which of the best and those tied move with the length of the run */
    char *caution; /* what is to be said before the best is taken; NULL: its runs have seen all */
    char *python;  /* lines for the best; NULL: there is none */
};

struct best_answer {
    const struct best_question *question;
    struct condition **conditions; /* limits, then the question's; only the array is its own */
    size_t condition_count;
    struct outcomes outcomes;
    struct goal objective;
    struct goal *goals; /* of the front */
    size_t goal_count;
    struct columns columns; /* the objective, the metrics of conditions, and those of the front:
                               what decides, and what was seen of it */
    struct best_group *groups;
    size_t group_count; /* at most as many as were asked for */
    struct scatter_question scatter_question;
    struct scatter_answer scatter; /* whether the best stays the best over the range of scatter */
};

/* Returns 0, or -1 with a line in *error. To be freed with best_answer_fini. */
int best_answer_make(struct best_answer *answer, const struct best_question *question,
                     struct error *error);
void best_answer_fini(struct best_answer *answer);

#endif
