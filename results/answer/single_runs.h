/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What single runs came to, one beside the other: the answer of `pygcsim run` and `compare` where
 * there is one seed, and with --json. */
#ifndef PYGCSIM_RESULTS_ANSWER_SINGLE_RUNS_H
#define PYGCSIM_RESULTS_ANSWER_SINGLE_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/answer/outlook.h"
#include "results/answer/verdict.h"
#include "results/store/metrics.h"
#include "results/store/store.h"
#include "sim/base/error.h"
#include "sim/base/setting.h"
#include "sim/simulation.h"

struct single_run {
    /* What is asked about; it outlives the answer. */
    int64_t id; /* of the results file */
    const struct setting *policy, *workload;
    const char *collector;
    const struct costs *costs;
    uint64_t seed;
    const struct simulation_result *result; /* RUN_planned: it was run before; NULL: not kept, there
                                               is nothing to remark */

    /* The answer. */
    enum run_status status;
    double *values;               /* by `metrics`; NaN: none */
    const char *missed_event;     /* a policy waited for it in vain; or NULL */
    int64_t missed_count;         /* for so many reports of it */
    const char *left_out;         /* a policy whose until came before its from; or NULL */
    bool unsteady;                /* it ended before its steady state */
    struct outlook outlook;       /* what it was too short to see */
    struct limit_verdict *limits; /* of its setting, with all its seeds; NULL: there are none */
    const char *horizon;          /* up to which they are decided, as the file has it; or NULL */
};

struct single_runs {
    struct single_run *runs;
    size_t count;
    const struct outcomes *outcomes; /* by which limits are decided; NULL: there are none */
};

/* Takes `count` runs, in which the first part is filled in. Returns 0, or -1 with a line in *error.
 * To be freed with single_runs_fini. */
int single_runs_read(struct single_runs *answer, const struct single_run *runs, size_t count,
                     struct store *store, struct error *error);
void single_runs_fini(struct single_runs *answer);

/* How they stand to the limits of the outcomes, which are those of their experiment and outlive the
 * answer. */
void single_runs_judge(struct single_runs *answer, const struct outcomes *outcomes);

/* A run's value; NaN: none. */
double single_run_value(const struct single_run *run, const struct metric *metric);

/* Has any run a value? */
bool single_runs_have(const struct single_runs *answer, const struct metric *metric);

#endif
