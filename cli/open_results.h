/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The results file and the experiment in it that a command answers about; what it and others like
 * it have in common. Each function exits with one line if it cannot do what it says. */
#ifndef PYGCSIM_CLI_OPEN_RESULTS_H
#define PYGCSIM_CLI_OPEN_RESULTS_H

#include "results/answer/outcome.h"
#include "results/store/history.h"
#include "results/store/metrics.h"
#include "results/store/store.h"

struct open_results {
    struct store *store;
    struct history history;
    const struct past_experiment *experiment;
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

/* Metrics, each once. */
struct metric_list {
    const struct metric **metrics;
    size_t count, capacity;
};
void metric_list_add(struct metric_list *list, const struct metric *metric);
/* The experiment's objective, and what else is looked at first. */
void metric_list_add_usual(struct metric_list *list, const struct past_experiment *experiment);
void metric_list_add_all(struct metric_list *list);
void metric_list_fini(struct metric_list *list);

/* For rows of options: a metric more, of a field that is such a list. */
#define OPTION_METRICS .type = PARAM_RULE, .registry = &metric_registry, .read = metric_list_read
int metric_list_read(const struct param *param, const char *label, void *field, const char *text,
                     struct error *error);

/* Which of the metrics read a table has: those chosen, as they are; if none is, of the usual ones
 * what has values. To be freed. */
size_t *shown_metrics(const struct outcomes *outcomes, const struct metric_list *chosen,
                      size_t *count);

/* Reads values; fails if no run has finished. `baseline` is a policy's specification, or NULL. */
void read_outcomes(struct outcomes *outcomes, const struct open_results *results,
                   const char *baseline, const struct metric_list *metrics);

/* The Python lines of a policy; to be freed. */
char *python_lines(const char *policy);

/* A line, if the file has runs that are not in the experiment's plan any more. */
void print_earlier(const struct past_experiment *experiment);

/* "10 replications each", "1 to 10 replications": of the group's settings that have any. */
void print_replications(const struct outcomes *outcomes, size_t group);

#endif
