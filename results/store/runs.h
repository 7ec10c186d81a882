/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs of a results file one by one: what a run came to, and which have failed. Functions return 0,
 * or -1 with a line in *error. */
#ifndef PYGCSIM_RESULTS_STORE_RUNS_H
#define PYGCSIM_RESULTS_STORE_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "results/store/history.h"
#include "results/store/metrics.h"
#include "results/store/store.h"

/* The status of a run that is in the file, and values[i] of metrics[i]; NaN: none. */
int run_read(struct store *store, int64_t run, enum run_status *status, double *values,
             struct error *error);

/* How a run was asked for, as texts that the command line takes, but for the costs, which are as
 * costs_id has them; and its seed. */
struct run_terms {
    char *engine, *log, *warmup, *sampling, *horizon, *collector, *costs;
    uint64_t seed;
};
int run_terms_read(struct run_terms *terms, struct store *store, int64_t run, struct error *error);
void run_terms_fini(struct run_terms *terms);

/* Of the finished runs of a run's setting, one a seed: the first that has not seen what comes, and
 * the one with that seed; 0: there is none. Returns 0, or -1 with a line in *error. */
int run_uncovered(int64_t *found, struct store *store, int64_t run, struct error *error);
int run_with_seed(int64_t *found, struct store *store, int64_t run, uint64_t seed,
                  struct error *error);

/* The largest seed of any run that an experiment has, or has had; 0 if it has none. */
int runs_last_seed(uint64_t *seed, struct store *store, int64_t experiment, struct error *error);

/* A run that has not finished as it should. */
struct lost_run {
    char *policy, *workload, *collector;
    int64_t seed, wall_ns;
    char *why; /* NULL: out of memory */
};

struct lost_runs {
    enum run_status status;
    struct lost_run *runs; /* the first of them */
    size_t listed;
    int64_t count; /* all of the experiment's plan */
};

/* Those of an experiment that failed, or ran out of memory; at most so many, of one or more, are
 * listed. To be freed with lost_runs_fini. */
int lost_runs_read(struct lost_runs *lost, struct store *store, int64_t experiment,
                   enum run_status status, size_t most, struct error *error);
void lost_runs_fini(struct lost_runs *lost);

/* How many of its finished runs have ended before their steady state. */
int unsteady_runs_count(struct store *store, const struct past_experiment *experiment,
                        int64_t *count, struct error *error);

#endif
