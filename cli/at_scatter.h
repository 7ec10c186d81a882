/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the advice of `pygcsim best` holds however objects lie in memory: what is known without
 * running again (results/answer/scatter.h) is of pauses alone. It is run, stored, and said. */
#ifndef PYGCSIM_CLI_AT_SCATTER_H
#define PYGCSIM_CLI_AT_SCATTER_H

#include "cli/verify.h"

/* As verify_advice. */
void try_at_scatter(const struct verifying *verifying, const struct best_question *question,
                    const struct best_answer *answer, struct open_results *results);

#endif
