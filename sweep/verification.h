/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The experiment that looks whether an answer holds over a longer time: of each workload and
 * collector the best policy and the baseline, with the seed of `terms`, as their runs were asked
 * for, until they are covered. And those that look whether it holds however objects lie in memory,
 * or with other seeds: some of its policies as they were run, with other scatters in the workload,
 * or with seeds that it has not been chosen by. */
#ifndef PYGCSIM_SWEEP_VERIFICATION_H
#define PYGCSIM_SWEEP_VERIFICATION_H

#include "results/store/runs.h"
#include "sweep/file/experiment.h"

/* What is advised of a workload and collector; texts as in the results file. Policies are the best,
 * the baseline, and default if conditions may speak of it. */
#define ADVISED 3
struct advice {
    char *workload, *collector;
    char *policies[ADVISED]; /* NULL: it is not there, or one before */
    int64_t runs[ADVISED];   /* their first */
};

/* `terms` are those of one of the runs. To be freed with experiment_fini. Returns 0, or -1 with a
 * line in *error if the file is of another version, or programs cannot be made longer. */
int verification_make(struct experiment *experiment, const char *name, const struct advice *advice,
                      size_t count, const struct run_terms *terms, struct error *error);

/* What is to be run again of a workload and collector; texts as in the results file. */
struct trial {
    const char *workload, *collector;
    const char *const *policies;
    size_t policy_count;
};

/* With so many seeds from that one on. The same otherwise. */
int trials_make(struct experiment *experiment, const char *name, const struct trial *trials,
                size_t count, const struct run_terms *terms, uint64_t seed, size_t replications,
                struct error *error);

/* A workload's canonical text with that scatter; to be freed. */
char *scatter_trial_workload(const char *workload, double scatter_ns);

#endif
