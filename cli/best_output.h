/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of `pygcsim best` (results/answer/best_answer.h) on standard output. */
#ifndef PYGCSIM_CLI_BEST_OUTPUT_H
#define PYGCSIM_CLI_BEST_OUTPUT_H

#include "results/answer/best_answer.h"

/* As tables and words, for which so much of it is wanted. */
#define BEST_PRINT_GROUPS 10
#define BEST_PRINT_TIED   10
#define BEST_PRINT_FRONT  30
void best_print(const struct best_answer *answer);

/* A JSON object for each group on a line of its own. */
void best_json(const struct best_answer *answer);

#endif
