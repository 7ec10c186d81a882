/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics, each defined once: a name, a unit, a meaning, and the SQL that computes it from the
 * tables of one run (results/store/record.h), or, for those that compare a run with others of the
 * same program, from the results file; with the functions of results/store/functions.h. `pygcsim
 * list metrics` and docs/metrics.md come from this table.
 */
#ifndef PYGCSIM_RESULTS_STORE_METRICS_H
#define PYGCSIM_RESULTS_STORE_METRICS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "results/statistics/interval.h"
#include "results/store/record.h"
#include "sim/base/error.h"
#include "sim/base/param.h"

enum better { BETTER_NEITHER, BETTER_LOW, BETTER_HIGH };

struct metric {
    const char *name;
    const char *unit;       /* "s", "bytes", "fraction", "count", "1/s", "ratio" */
    const char *meaning;    /* one line */
    const char *source;     /* the FROM clause; metrics in a row that share one share a query */
    const char *expression; /* of that query's single row; NULL: the run has no such value */
    enum better better;
    bool skewed; /* an extreme, a percentile or a latency */
};

/* Ends with a NULL name. */
extern const struct metric metrics[];
extern const struct registry metric_registry;
size_t metric_count(void);

/* How intervals of its means and differences are made: of what is skewed by bootstrap. */
enum interval_kind metric_interval_kind(const struct metric *metric);

/* NULL if there is none of that name. */
const struct metric *metric_named(const char *name);

/* The same for a name that somebody has typed: then *error has a line with the nearest one. */
const struct metric *metric_find(const char *name, struct error *error);

/* What the metric will have come to at the horizon, with what is predicted: another metric; NULL:
 * there is none. */
const struct metric *metric_at_horizon(const struct metric *metric);

/* The other way round: what of such a metric the run has seen; NULL: it is no such metric. */
const struct metric *metric_seen(const struct metric *metric);

/* The metric with the scatter of memory at an end of its range (sim/model/costs.h): another metric;
 * NULL: nobody knows without running again, or it does not depend on it. */
const struct metric *metric_at_scatter(const struct metric *metric, enum price_end end);

/* Of fewer requests nothing is said of the 99.9th percentile of their latency. */
#define METRIC_P999_LEAST 10000

#define METRIC_COLLECTIONS "collections" /* of any generation and cause */

/* Of a metric of pauses, which has no value where there are none: the metric that tells so, by
 * being 0 if the metric is of what was seen, by having a value at all if it is of what comes up to
 * the horizon. NULL: it is no such metric. */
const char *metric_without_pauses(const struct metric *metric);

/* Can a single collection of an old generation, where there is one, make the metric of a run
 * another? Of the longest pauses and latencies, what collections take together, and the largest
 * heaps. */
bool metric_by_rare_collections(const struct metric *metric);

/* What is to be made small if nobody has said what: the first of these that a run has a value of.
 * Ends with NULL. */
extern const char *const usual_objectives[];

/* Does it compare a run with others of the same program? Then it is not in table summary, but in
 * the view `metric` (below). */
bool metric_is_across_runs(const struct metric *metric);

/* What computes metrics of runs, one after the other; it belongs to one thread at a time. */
struct meter;

/* To be freed with meter_free. */
struct meter *meter_new(void);
void meter_free(struct meter *meter);

/* Of a record whose run has ended: values[i] of metrics[i]; NaN: none, or one across runs. Returns
 * 0, or -1 with a line in *error. */
int meter_read(struct meter *meter, const struct record *record, double *values,
               struct error *error);

/* Makes the temporary view `metric` (run_id, metric, value) in a results file's connection: table
 * summary, and the metrics across runs. Returns an SQLite result code. */
int metrics_make_view(sqlite3 *database);

#endif
