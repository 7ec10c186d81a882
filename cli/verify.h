/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the advice of `pygcsim best` holds over a longer time: it is run, stored, and said. */
#ifndef PYGCSIM_CLI_VERIFY_H
#define PYGCSIM_CLI_VERIFY_H

#include "cli/open_results.h"
#include "results/answer/best_answer.h"
#include "sweep/rounds.h"

struct verifying {
    const char *db;
    unsigned workers;
    uint64_t memory_bytes;
    bool allow_long;
    bool json;
};

/* `answer` is to `question`, about `results`, which is closed meanwhile. Exits with a line if it
 * cannot be. */
void verify_advice(const struct verifying *verifying, const struct best_question *question,
                   const struct best_answer *answer, struct open_results *results);

/* What all that run advice again need. The question's limits are stored with what is run, too. */
void verify_limits(struct experiment *experiment, const struct best_question *question);

/* Runs the experiment into a store of its own, which the caller closes. */
void run_to_verify(const struct verifying *verifying, struct rounds *rounds);

#endif
