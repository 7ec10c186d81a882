/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The results file and the experiment in it that a command answers about. Each function exits with
 * one line if it cannot do what it says. */
#ifndef PYGCSIM_CLI_OPEN_RESULTS_H
#define PYGCSIM_CLI_OPEN_RESULTS_H

#include "results/answer/subject.h"
#include "results/store/history.h"
#include "results/store/metrics.h"
#include "results/store/store.h"

struct open_results {
    struct store *store;
    struct history history;
    const struct past_experiment *experiment;
    char *baseline; /* that was asked for last */
    bool own_store;
};

/* Of the words of a command line. NULL: not given yet. */
struct which_results {
    const char *db, *experiment;
};

#define HELP_EXPERIMENT                                                                            \
    "The experiment in it, by name or number (default: the newest; `pygcsim show RESULTS --list`)"

/* The argument RESULTS. */
void which_results_file(struct which_results *which, const char *argument);

void open_results(struct open_results *results, const struct which_results *which);

/* Of an experiment that has just been run: the store stays the caller's. */
void open_results_of(struct open_results *results, struct store *store, int64_t experiment);

void close_results(struct open_results *results);

/* What a question about it is about; `baseline` is a policy's specification, NULL: none was asked
 * for. */
struct subject subject_of(struct open_results *results, const char *baseline);

/* The metric of an option. */
const struct metric *option_metric(const char *option, const char *text);

#endif
