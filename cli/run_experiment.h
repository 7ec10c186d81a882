/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs an experiment (sweep/rounds.h) for a command: with its progress on standard error, and
 * Ctrl-C. */
#ifndef PYGCSIM_CLI_RUN_EXPERIMENT_H
#define PYGCSIM_CLI_RUN_EXPERIMENT_H

#include "sweep/rounds.h"

/* A sweep shows rate, time left and the best so far; other commands show which run is under way. */
enum run_style { RUN_AS_SWEEP, RUN_AS_COMPARE };

/* Does what rounds_execute does, with callbacks of its own. Exits with a line if results cannot be
 * stored. If it was stopped the caller closes its files and calls interrupts_obey. Before programs
 * are made longer it says what that will take; if it is more than a day they are not, unless that
 * is allowed. */
void run_experiment(struct rounds *rounds, enum run_style style, bool allow_long);

/* What the experiment's rules have come to: "latency_p99 is known to within 4.8% everywhere, with
 * 24 replications", in a line; nothing if it has none. */
void print_rules(const struct rounds *rounds);

/* As many workers as the command line says; 0: one for each core this process may use. */
unsigned workers(unsigned jobs);

#endif
