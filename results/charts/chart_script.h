/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chart as gnuplot is given it: variables, the rows of its queries, the look of all charts and
 * its template. */
#ifndef PYGCSIM_RESULTS_CHARTS_CHART_SCRIPT_H
#define PYGCSIM_RESULTS_CHARTS_CHART_SCRIPT_H

#include <stdatomic.h>

#include "results/charts/charts.h"
#include "results/charts/script.h"
#include "results/charts/terminal.h"

struct drawing_style {
    struct terminal terminal;
    const char *title;         /* in place of the chart's own; NULL: that */
    const char *template;      /* the same */
    const char *template_name; /* for messages */
    const atomic_bool *stop;   /* drawing ends if it becomes true; or NULL */
};

/* Returns 0, or -1 with a line in *error. */
int chart_write(struct script *script, const struct chart *chart, struct selection *selection,
                const struct drawing_style *style, struct error *error);

#endif
