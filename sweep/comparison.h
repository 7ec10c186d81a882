/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The experiment of a command line: one program, under some policies, each with the same seeds.
 * What needs no planning (engine, log, warm-up, samples, rule) its owner sets afterwards. */
#ifndef PYGCSIM_SWEEP_COMPARISON_H
#define PYGCSIM_SWEEP_COMPARISON_H

#include "sim/interval/compiled.h"
#include "sweep/file/experiment.h"

struct comparison {
    const char *name;     /* the experiment's */
    const char *workload; /* a specification */
    /* Specifications, of which each policy is taken once, however it is spelt; none: every policy
     * there is, as it comes. */
    const char *const *policies;
    size_t policy_count;
    const struct collector_version *collector;
    struct cost_choice cost;
    uint64_t seed; /* the first */
    size_t replications;
};

/* To be freed with experiment_fini. Returns 0, or -1 with a line in *error, *experiment then being
 * empty. */
int comparison_make(const struct comparison *comparison, struct experiment *experiment,
                    struct error *error);

/* Makes the program of a file that `pygcsim compile` has written the experiment's, in place of its
 * workload and seed, and the collector that it was compiled for its collector, unless that is to be
 * kept. How the program is kept is as for one that is compiled. `compiled` is to be freed either
 * way. Returns 0, or -1 with a line in *error. */
int comparison_use_program(struct experiment *experiment, const char *path,
                           const struct compile_options *keep, bool keep_collector,
                           struct compiled *compiled, struct error *error);

#endif
