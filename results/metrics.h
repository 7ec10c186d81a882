/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics, each defined once: a name, a unit, a meaning, and the SQL that computes it from the
 * tables of results/schema.sql with the functions of results/statistics.h. `pygcsim list metrics`
 * and docs/metrics.md come from this table. */
#ifndef PYGCSIM_RESULTS_METRICS_H
#define PYGCSIM_RESULTS_METRICS_H

struct metric {
    const char *name;
    const char *unit;       /* "s", "bytes", "fraction", "count", "1/s" */
    const char *meaning;    /* one line */
    const char *source;     /* the FROM clause; metrics in a row that share one share a query */
    const char *expression; /* of that query's single row; NULL: the run has no such value */
};

/* Ends with a NULL name. */
extern const struct metric metrics[];

#endif
