/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the advice of `pygcsim best` holds with seeds that it was not chosen by. Of many settings
 * the best in what was run is so by luck, too, and looks better than it is; with fresh seeds that
 * luck is gone. */
#ifndef PYGCSIM_CLI_CONFIRM_H
#define PYGCSIM_CLI_CONFIRM_H

#include "cli/verify.h"

/* As verify_advice: the best, those not told apart from it and the baseline, with so many seeds. */
void confirm_advice(const struct verifying *verifying, size_t replications,
                    const struct best_question *question, const struct best_answer *answer,
                    struct open_results *results);

#endif
