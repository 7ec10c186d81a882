/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs of one program under several policies: side by side on several cores, and stored one after
 * the other in the order given, so that the results file is the same whatever the number of cores.
 */
#ifndef PYGCSIM_CLI_RUNS_H
#define PYGCSIM_CLI_RUNS_H

#include <stddef.h>

#include "cli/progress.h"
#include "results/store.h"
#include "sim/simulation.h"

struct runs {
    struct simulation_setup setup; /* of all; but for the policy */
    const struct setting *policies;
    size_t count;
    unsigned jobs; /* how many at a time */
    struct store *store;
    int64_t experiment;
    struct progress *progress;
};

struct outcome {
    int64_t run;
    struct simulation_result result;
};

/* Returns 0, or -1 with a line in *error: of the first run in order that failed. Those before it
 * are stored, and what there is of that one; none after it. */
int runs_execute(const struct runs *runs, struct outcome *outcomes, struct error *error);

/* The program could not be compiled: the first run fails with that. */
void runs_record_failure(const struct runs *runs, const struct error *why);

#endif
