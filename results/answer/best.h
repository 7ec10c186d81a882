/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which settings of a group are the best: in one metric, under conditions; and in several at a
 * time, the Pareto front. Settings that ran out of memory with any seed have no part in it.
 *
 * The best is that with the best mean of those that surely meet the conditions. Which others may be
 * the best in truth is a matter of pairs: those that screening keeps. All are verdicts
 * (results/answer/verdict.h). */
#ifndef PYGCSIM_RESULTS_ANSWER_BEST_H
#define PYGCSIM_RESULTS_ANSWER_BEST_H

#include "results/answer/condition.h"
#include "results/answer/outcome.h"
#include "results/answer/verdict.h"

struct goal {
    size_t metric; /* of the outcomes */
    bool high;     /* the larger the better */
};

/* A setting beside the best. */
struct rival {
    size_t setting;
    struct verdict verdict;
};

/* How sure a choice is: of settings that can be an answer. */
struct choice {
    size_t compared; /* all of them, the best too */
    size_t kept;     /* the best, and those that may be it in truth: screening keeps them */
    size_t same;     /* of these, others that are equal to the best with every seed */
    size_t unclear;  /* others that have no two seeds in common with the best */
};

struct best {
    size_t best;        /* a setting; NO_SETTING: none surely meets the conditions */
    struct rival *tied; /* others that screening keeps, the best first */
    size_t tied_count;
    struct choice choice;
    size_t by_means; /* another that would be the best if means decided what meets conditions;
                        NO_SETTING: none */
    /* Settings that have no part in it, by why: VERDICT_OUT_OF_MEMORY, … */
    size_t left_out[VERDICT_COUNT];
    /* Of those that break a condition the one that comes nearest, and the sum of what it misses
     * conditions by (condition_excess); NO_SETTING: none does. */
    size_t nearest;
    double nearest_excess;
};

/* To be freed with best_fini. */
void best_find(struct best *best, const struct outcomes *outcomes, size_t group, struct goal goal,
               struct condition *const *conditions, size_t count);
void best_fini(struct best *best);

/* Is a setting the best, or tied with it? */
bool best_keeps(const struct best *best, size_t setting);

/* The best alone, without a look at others; NO_SETTING: none surely meets the conditions. */
size_t best_setting(const struct outcomes *outcomes, size_t group, struct goal goal,
                    struct condition *const *conditions, size_t count);

/* The settings that no other surely beats, in order of the first goal: that none is surely better
 * than in one goal (outcomes_surely_less, at the level of k − 1 comparisons for k settings) while
 * in each of the others it is surely better, or the same with every seed. One that truly belongs to
 * the front is left out in at most 5 of 100 experiments: for another to surely beat it, that other
 * has to be taken for better where it is not. By means, or with one replication of each: those than
 * which no other has a better mean in one goal and none worse in the rest.
 * `front` has room for the group's settings; returns how many. */
size_t best_front(const struct outcomes *outcomes, size_t group, const struct goal *goals,
                  size_t goal_count, size_t *front);

#endif
