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

/* A query whose rows gnuplot gets: numbers as rows of $NAME, texts as elements of arrays. `kinds`
 * has a letter for each column: n a number, ? a number or nothing, t a text.
 *
 * With a bar in it the rows are policies': first `place`, which has no letter, then up to the bar
 * what is said of a policy once, the first its name, then the rest, which some policies do not
 * have. In $NAME a row has the policy's number, from 1, then what is behind the bar. $NAME_of has a
 * row for each policy: the numbers of its first and last row in $NAME, then what is said once;
 * name[k] is the name of policy k.
 *
 * Without, $NAME has the columns as they are, but NaN in place of a text; element i of the array
 * with that column's name is the text of row i. */
struct chart_data {
    const char *name, *sql, *kinds; /* all NULL: there is none */
};

struct chart {
    const char *name;
    const char *summary;  /* what it shows, one line */
    const char *needs;    /* what the data must have for it, in words: "NAME needs …" */
    const char *missing;  /* SQL: why the data cannot give it, in words; NULL: they can */
    const char *template; /* gnuplot; may be that of another chart */
    struct chart_data data[2];
    enum chart_scope scope;
    /* Names of metrics, with spaces between them, whose limits are lines across an axis; "metric":
     * the chart's own, as it was seen or at the horizon. */
    const char *x_limits, *y_limits;
    bool uses_metric;   /* the selection's, or ... */
    const char *metric; /* ... always this one */
    bool uses_factors;
};

/* Ends with a NULL name. */
extern const struct chart charts[];
extern const struct registry chart_registry;

/* Can the selection give the chart? *why: if not, what it has instead, as an end for "NAME needs …;
 * in FILE"; to be freed. NULL: it can. Returns 0, or -1 with a line in *error. */
int chart_check(const struct chart *chart, struct selection *selection, char **why,
                struct error *error);

/* Makes the tables of the selection that the chart's queries read. Returns 0, or -1 with a line in
 * *error. */
int chart_prepare(const struct chart *chart, struct selection *selection, struct error *error);

/* Writes the SQL behind the chart: what makes the temporary tables, then its queries; and which
 * functions in them are not SQLite's own. Returns 0, or -1 with a line in *error. */
int chart_write_sql(FILE *out, const struct chart *chart, struct selection *selection,
                    struct error *error);

#endif
