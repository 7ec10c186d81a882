/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executes a plan for the commands that run programs, with its progress on standard error. */
#ifndef PYGCSIM_CLI_WORK_H
#define PYGCSIM_CLI_WORK_H

#include "sweep/executor.h"
#include "sweep/until.h"

struct work {
    const struct plan *plan;
    struct store *store;
    unsigned jobs;         /* 0: one a core */
    uint64_t memory_bytes; /* of compiled programs; 0: half of the machine's */
    const struct compiled *compiled;
    bool sweep; /* shows rate, time left and the best so far; Ctrl-C ends it in good order */

    /* Filled in: */
    struct simulation_result *results; /* of the runs that were to do; not of a sweep's */
    size_t before;                     /* runs that had ended when the first plan was made */
    size_t failed;                     /* runs, of all rounds */
    struct error why;                  /* of the first of them in the plan */
    bool stopped;                      /* by Ctrl-C */
};

/* Exits with a line if results cannot be stored. */
void work_do(struct work *work);
void work_fini(struct work *work);

/* Plans the experiment in work->store, and does it; with a rule for replications, again and again
 * until that is satisfied. *plan is the last one, to be freed with plan_fini, work to be freed with
 * work_fini; *precision is what the rule has come to, if there is one. */
void work_on_experiment(struct work *work, struct experiment *experiment, const char *command,
                        struct share share, bool retry_failed, struct plan *plan,
                        struct precision *precision);

/* "latency_p99 is known to within 4.8% everywhere, with 24 replications", in a line. */
void print_precision(const struct experiment *experiment, const struct precision *precision);

/* Cores this process may use. */
unsigned cores(void);

#endif
