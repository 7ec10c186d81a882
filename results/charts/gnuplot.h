/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gnuplot, which draws the charts: a process for each, that reads a script and writes a picture. It
 * sees no settings of the user's own. */
#ifndef PYGCSIM_RESULTS_CHARTS_GNUPLOT_H
#define PYGCSIM_RESULTS_CHARTS_GNUPLOT_H

#include <stdatomic.h>
#include <stddef.h>

#include "results/charts/script.h"
#include "sim/base/error.h"

struct picture {
    char *bytes; /* a whole png, svg or pdf file; to be freed */
    size_t count, capacity;
    char *refusal; /* what gnuplot says instead, in lines, whatever is in them; to be freed */
};

/* Draws what the script says. If *stop becomes true, which may be NULL, gnuplot is ended. Returns
 * 0, or -1 with a line in *error. */
int gnuplot_draw(struct script *script, const atomic_bool *stop, struct picture *picture,
                 struct error *error);

#endif
