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
    char *baseline;       /* that was asked for last */
    struct limits limits; /* stored with the experiment */
    bool own_store;
};

/* Of the words of a command line. */
struct which_results {
    const char *db, *experiment; /* NULL: the newest */
};

void open_results(struct open_results *results, const struct which_results *which);

/* Of an experiment that has just been run: the store stays the caller's. */
void open_results_of(struct open_results *results, struct store *store, int64_t experiment);

void close_results(struct open_results *results);

/* What a question about it is about; `baseline` is a policy's specification, NULL: none was asked
 * for. Limits that are given, by --limit, are in place of those stored; NULL: none can be. */
struct subject subject_of(struct open_results *results, const char *baseline, bool by_seen,
                          bool by_means, const struct limits *limits);

/* For rows of options: a metric more, or several with commas, of a field that is a struct
 * metric_list. */
#define OPTION_METRICS .type = PARAM_RULE, .registry = &metric_registry, .read = metric_list_read
int metric_list_read(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error);

#endif
