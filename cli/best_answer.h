/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of `pygcsim best` for one group of settings, on standard output. */
#ifndef PYGCSIM_CLI_BEST_ANSWER_H
#define PYGCSIM_CLI_BEST_ANSWER_H

#include "cli/open_results.h"
#include "results/answer/best.h"

/* What is asked. */
struct question {
    struct outcomes outcomes;
    struct condition *const *conditions;
    size_t condition_count;
    struct goal objective;
    struct goal *goals; /* of the front; fewer than two: no front */
    size_t goal_count;
    size_t *shown; /* metrics: the objective, those of conditions, and of the front */
    size_t shown_count;
};

/* As tables and words. */
void best_print(const struct question *question, size_t group);

/* As a JSON object on a line. */
void best_json(const struct question *question, size_t group);

#endif
