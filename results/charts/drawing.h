/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chart drawn from a selection by gnuplot, in memory; or why the results cannot give it. */
#ifndef PYGCSIM_RESULTS_CHARTS_DRAWING_H
#define PYGCSIM_RESULTS_CHARTS_DRAWING_H

#include "results/charts/chart_script.h"
#include "results/charts/gnuplot.h"
#include "results/charts/selection.h"
#include "sim/base/error.h"

struct drawing {
    const struct chart *chart;
    char *why; /* it is not drawn, as chart_check says; NULL: it is */
    struct picture picture;
};

/* Returns 0, also if the results cannot give the chart, or -1 with a line in *error. drawing_fini
 * is due either way. */
int drawing_make(struct drawing *drawing, const struct chart *chart, struct selection *selection,
                 const struct drawing_style *style, struct error *error);
void drawing_fini(struct drawing *drawing);

#endif
