/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executes a plan: compiles each program window by window, takes the runs of every policy over the
 * windows, and stores what each run comes to. Several workers do that side by side; there are never
 * more programs under way than workers. What is stored of a run does not depend on when, by which
 * worker, or next to what it was run. */
#ifndef PYGCSIM_SWEEP_EXECUTOR_H
#define PYGCSIM_SWEEP_EXECUTOR_H

#include <stdatomic.h>
#include <stdbool.h>

#include "results/store/store.h"
#include "sim/base/attempt.h"
#include "sim/interval/compiled.h"
#include "sweep/plan.h"

/* Compiling takes so many times as long as a run: a guess, for progress. */
#define COMPILE_PART 20

struct execution {
    const struct plan *plan; /* runs that have ended are passed over */
    struct store *store;
    unsigned workers;
    struct compile_options compile;  /* memory_bytes: what is kept of all programs at a time */
    struct memory_account *account;  /* of all that the workers take; NULL: they have none */
    const struct compiled *compiled; /* of the plan's only program; NULL: compile it */

    /* All are called by one worker at a time, and may be NULL. */
    void *context;
    /* A run begins; NULL: a program is going to be compiled. */
    void (*begun)(void *context, const struct planned_run *run);
    /* A worker turns to a window of that run; NULL: to compiling one. */
    void (*turned)(void *context, const struct planned_run *run);
    /* A run has ended, and is stored; `values` of metrics is NULL if it failed, `why` if not. */
    void (*ended)(void *context, const struct planned_run *run,
                  const struct simulation_result *result, const double *values, const char *why);
    /* Parts of the work that are done, of execution_parts(). */
    void (*advanced)(void *context, double parts);

    /* Set by a signal handler, say: what is under way is given up, and not stored. */
    const atomic_bool *stop;
};

/* Runs count as 1, programs to be compiled as COMPILE_PART. */
double execution_parts(const struct execution *execution);

/* Returns 0 if every run has ended or failed or it was told to stop; -1 with a line in *error if
 * results could not be stored. */
int execute(const struct execution *execution, struct error *error);

#endif
