/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Charts: each is a gnuplot template (results/charts/NAME.gp, copied into the program) fed with the
 * rows of SQL queries. What is drawn is the newest run and those that can be compared with it: same
 * workload, collector, seed and costs; of each policy the newest. */
#ifndef PYGCSIM_RESULTS_CHARTS_H
#define PYGCSIM_RESULTS_CHARTS_H

#include <stdio.h>

#include "results/store.h"

struct chart {
    const char *name;
    const char *summary;    /* one line */
    const char *template;   /* gnuplot */
    const char *queries[2]; /* SQL for the data blocks $data and $collections, NULL: none */
    bool one_table;         /* $data is a single block: a policy is a row, not an index */
};

/* Ends with a NULL name. */
extern const struct chart charts[];

/* The formats charts can be drawn in, ending with NULL: "png", "svg", "pdf". */
extern const char *const chart_formats[];

/* Writes what gnuplot needs to draw the chart to its standard output. Returns 0 or -1. */
int chart_write(FILE *gnuplot, const struct chart *chart, struct store *store, const char *format,
                struct error *error);

#endif
