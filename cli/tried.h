/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some of an answer's settings that `pygcsim best` runs again: which they are, and what the answer
 * about them says of each. */
#ifndef PYGCSIM_CLI_TRIED_H
#define PYGCSIM_CLI_TRIED_H

#include "cli/open_results.h"
#include "cli/table.h"
#include "results/answer/best_answer.h"
#include "results/store/runs.h"
#include "sweep/rounds.h"
#include "sweep/verification.h"

#define TRIED_MOST 7 /* settings of a workload: five, the baseline and default */

/* Of one group: the best, and others beside it. */
struct tried_group {
    const struct best_group *group;
    size_t settings[TRIED_MOST]; /* the best first */
    const char *policies[TRIED_MOST];
    size_t count;
};

/* Adds a setting if it is not there, and is one. */
void tried_add(struct tried_group *tried, const struct best_answer *answer, size_t setting);

/* The best; then the baseline, and what conditions may speak of. */
void tried_begin(struct tried_group *tried, const struct best_answer *answer,
                 const struct best_group *group);

/* To be run, as a workload of that text; its policies belong to `tried`. */
struct trial tried_trial(const struct tried_group *tried, const char *workload);

/* "NAME what", a name for the experiment; to be freed. */
char *tried_name(const struct best_answer *answer, const char *what);

/* What is stored with what is run again as its objective: that of the answer, by what was seen of
 * it. NULL: it is to be large, and objectives are to be small. */
const char *tried_objective(const struct best_answer *answer);

/* How the settings were run. Exits with a line, which begins with the option, if it is not known.
 */
struct run_terms tried_terms(const struct best_answer *answer, const struct tried_group *tried,
                             struct store *store, const char *option);

/* The answer about what was run, with all that cannot be told apart; to be freed with both.
 * Exits with a line if there is none. */
void tried_answer(struct best_answer *answer, struct open_results *results,
                  struct best_question *question, const struct best_answer *before,
                  const struct rounds *rounds);

/* The group of that workload and collector; NULL: there is none. */
const struct best_group *tried_group_of(const struct best_answer *answer, const char *workload,
                                        const char *collector);

/* The setting of a policy in a group; NO_SETTING: the group is NULL, or has none. */
size_t tried_setting(const struct best_answer *answer, const struct best_group *group,
                     const char *policy);

/* What it comes to in the objective; "-": it is NO_SETTING. */
void tried_add_value(struct table *table, const struct best_answer *answer, size_t setting);

/* Is the policy the best there, or not told apart from it? */
bool tried_stays(const struct best_answer *answer, const struct best_group *group,
                 const char *policy);

#endif
