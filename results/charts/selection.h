/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a results file is drawn, as temporary tables of its connection that the charts' queries
 * read (results/charts/selection.sql, shown.sql, factors.sql, axes.sql):
 *
 *     ran        runs of the newest experiment; of a compare, and older ones comparable with it
 *     kinds      what policies are called without parameters: threshold, off + freeze
 *     compared   those of one program: every policy, every seed
 *     shown      those of policies that have a curve or a panel each
 *     objective  (run_id, value): the metric that charts of a metric are about
 *     unseen     runs too short to see what comes
 *     factor     what varies between the runs in `ran`, level by level
 *     axes       two factors that vary independently
 *
 * Functions return 0, or -1 with a line in *error. */
#ifndef PYGCSIM_RESULTS_CHARTS_SELECTION_H
#define PYGCSIM_RESULTS_CHARTS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "results/charts/limit_lines.h"
#include "results/store/metrics.h"
#include "results/store/store.h"

#define SELECTION_POLICIES_MOST 64

/* All zero: chosen from the file. Texts are as the file has them. */
struct selection_options {
    const char *experiment; /* a name, or a number; the newest of the name */
    const char *workload, *collector, *seed;
    const char *metric;                            /* one of results/store/metrics.h */
    const char *parameters[2];                     /* threshold.t0, or t0 */
    const char *policies[SELECTION_POLICIES_MOST]; /* only these */
    bool alone;                                    /* of a compare, no older runs besides its own */
    bool by_seen; /* what runs have seen is drawn, and not what comes up to the horizon */
    const struct limits *limits; /* in place of those stored; NULL: as stored */
};

struct selection;

/* Of the store, which outlives it; one at a time. To be freed with selection_free. */
struct selection *selection_new(struct store *store, const struct selection_options *options,
                                struct error *error);
void selection_free(struct selection *selection);

struct store *selection_store(const struct selection *selection);

/* The limits of the experiment drawn, as lines. */
const struct limit_lines *selection_limits(const struct selection *selection);

/* The metric that `objective` has: the one asked for, else the experiment's objective, else
 * latency_p99, else service_pause_p99; of what has one and values of it what it will have come to
 * at the horizon. */
const struct metric *selection_metric(const struct selection *selection);

/* Makes `objective` another one; NULL: the one it began with. */
int selection_set_metric(struct selection *selection, const struct metric *metric,
                         struct error *error);

/* Makes `factor` and `axes`, if they are not there yet. */
int selection_find_factors(struct selection *selection, struct error *error);

/* The SQL that has made the tables, for whoever wants to make them elsewhere. */
const char *selection_sql(const struct selection *selection);

/* The first column of a query's only row as a text, to be freed; *text is NULL if that is NULL. */
int selection_text(const struct selection *selection, const char *sql, char **text,
                   struct error *error);

#endif
