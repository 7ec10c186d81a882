/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment from its plan to its last run. It is planned in a results file and executed; if it
 * has a rule that is not satisfied then, it gets longer programs (sweep/coverage.h), more seeds
 * (sweep/until.h), or more seeds of some points (sweep/race.h), and is planned and executed again,
 * until it is.
 *
 * With more seeds, a round's plan has the runs of the rounds before, which have ended, so only what
 * is new is executed; and what fails in a round is not tried again in the next. Runs of shorter
 * programs are not of the next plan; they stay in the file. Which runs there are in the end follows
 * from what is stored: an experiment that is stopped and continued gets the same. */
#ifndef PYGCSIM_SWEEP_ROUNDS_H
#define PYGCSIM_SWEEP_ROUNDS_H

#include "sweep/coverage.h"
#include "sweep/executor.h"
#include "sweep/race.h"
#include "sweep/until.h"

struct rounds {
    struct experiment *experiment; /* gets what its rules want; until_begin has been called */
    struct store *store;
    const char *command;
    int64_t continues; /* an experiment's row; 0: what the store finds or makes for the command */
    struct share share;
    bool retry_failed; /* what failed when this was run before; never within it */
    bool keep_results; /* of the first seed: below */

    /* How each round is executed; its plan and its store are filled in. Never more workers than
     * there are runs to do. */
    struct execution execution;
    /* A round begins: its execution, with the plan. May be NULL. The context is the execution's. */
    void (*begins)(void *context, const struct execution *execution);
    /* Programs are to be longer in the next round; false: they are not. May be NULL: they are. */
    bool (*longer)(void *context, const struct coverage *coverage);

    /* Filled in: */
    struct plan plan;                  /* of the last round */
    struct simulation_result *results; /* of the runs with the first seed, by point, whichever
                                          round they were in; status RUN_planned of those that had
                                          ended before all. If they are kept; else NULL */
    size_t before;                     /* runs that had ended before the first round */
    size_t ended;                      /* in the round under way */
    size_t failed;                     /* in all rounds */
    size_t first_failure;              /* its place in the plan */
    struct error why;                  /* it failed; the text is empty if none has */
    bool stopped;                      /* before all was done */
    struct precision precision;        /* what the rules have come to; all-zero without them */
    struct coverage coverage;
    struct race race;
};

/* Returns 0, also if runs have failed or it was stopped, or -1 with a line in *error if results
 * cannot be stored or read. rounds_fini is due either way. */
int rounds_execute(struct rounds *rounds, struct error *error);

/* What has been filled in; experiment and store are the caller's. */
void rounds_fini(struct rounds *rounds);

#endif
