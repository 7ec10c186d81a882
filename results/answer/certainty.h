/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known and what is not, in sentences: the command and the page take them from here. They
 * are to be freed; NULL: there is nothing to say. */
#ifndef PYGCSIM_RESULTS_ANSWER_CERTAINTY_H
#define PYGCSIM_RESULTS_ANSWER_CERTAINTY_H

#include "results/answer/best.h"
#include "results/answer/ranking.h"

/* Among how many settings the truly best is, and that the mean of the one that was chosen is likely
 * too good. What is between backquotes is code. */
char *certainty_of_choice(const struct choice *choice);

/* "a difference above 8.00 ms would show 9 times of 10": with the pairs that there are. */
char *certainty_of_verdict(const struct verdict *verdict, const struct metric *metric);

/* Which settings of a group are not told apart from the baseline in a column, and what difference
 * would show. */
char *certainty_of_group(const struct outcomes *outcomes, const struct ranking_group *group,
                         const struct columns *columns, size_t column);

/* Behind what differences are: what their intervals are, "" without any: of one pair of runs each.
 * Not to be freed. */
const char *certainty_of_intervals(size_t comparisons, size_t pairs);

/* How many more runs it would take without pairs, of each column. */
char *certainty_of_pairs(const struct outcomes *outcomes, const struct ranking_group *group,
                         const struct columns *columns);

#endif
