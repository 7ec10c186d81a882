/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Charts: each is a gnuplot template (results/charts/NAME.gp, copied into the program) fed with the
 * rows of SQL queries over what is drawn of a results file (results/charts/selection.h). */
#ifndef PYGCSIM_RESULTS_CHARTS_CHARTS_H
#define PYGCSIM_RESULTS_CHARTS_CHARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "results/charts/selection.h"
#include "sim/base/param.h"

/* What of the selection a chart is about, for its subtitle. */
enum chart_scope {
    SCOPE_POLICIES,   /* some policies, all seeds together */
    SCOPE_FIRST_SEED, /* some policies, one seed */
    SCOPE_PROGRAM,    /* every policy of the program */
    SCOPE_FACTORS,    /* runs with a value of the metric in which something varies */
    SCOPE_CELLS,      /* those of them in which both axes vary */
};

/* Rows of a query for gnuplot. A block for each policy, below a line with its first column; or one
 * table with a line of headings. Values are separated by tabs. */
struct chart_data {
    const char *name; /* in gnuplot: $data */
    const char *sql;  /* NULL: none */
    bool is_table;
};

struct chart {
    const char *name;
    const char *summary;  /* what it shows, one line */
    const char *needs;    /* what the data must have for it, in words: "NAME needs …" */
    const char *missing;  /* SQL: why the data cannot give it, in words; NULL: they can */
    const char *template; /* gnuplot; may be that of another chart */
    struct chart_data data[2];
    enum chart_scope scope;
    bool uses_metric;   /* the selection's, or ... */
    const char *metric; /* ... always this one */
    bool uses_factors;
};

/* Ends with a NULL name. */
extern const struct chart charts[];
extern const struct registry chart_registry;

/* The formats charts can be drawn in, ending with NULL: "png", "svg", "pdf". */
extern const char *const chart_formats[];

/* Can the selection give the chart? *why: if not, what it has instead, as an end for "NAME needs …;
 * in FILE"; to be freed. NULL: it can. Returns 0, or -1 with a line in *error. */
int chart_check(const struct chart *chart, struct selection *selection, char **why,
                struct error *error);

/* Writes what gnuplot needs to draw the chart to its standard output. `template`: NULL, or one
 * to use in place of the chart's. Returns 0, or -1 with a line in *error. */
int chart_write(FILE *gnuplot, const struct chart *chart, struct selection *selection,
                const char *format, const char *template, struct error *error);

/* Writes the SQL behind the chart: what makes the temporary tables, then its queries; and which
 * functions in them are not SQLite's own. Returns 0, or -1 with a line in *error. */
int chart_write_sql(FILE *out, const struct chart *chart, struct selection *selection,
                    struct error *error);

#endif
