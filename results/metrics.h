/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics, each defined once: a name, a unit, a meaning and the SQL that computes it from the tables of
 * results/schema.sql. `pygcsim list metrics` and docs/metrics.md come from this table. */
#ifndef PYGCSIM_RESULTS_METRICS_H
#define PYGCSIM_RESULTS_METRICS_H

struct metric {
    const char *name;
    const char *unit;    /* "s", "bytes", "fraction", "count", "1/s" */
    const char *meaning; /* one line */
    const char *sql;     /* one value for run :run, NULL if there is none */
};

/* Ends with a NULL name. */
extern const struct metric metrics[];

#endif
