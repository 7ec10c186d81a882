/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gnuplot, which draws the charts: a process for each, that reads commands and writes a picture. */
#ifndef PYGCSIM_RESULTS_CHARTS_GNUPLOT_H
#define PYGCSIM_RESULTS_CHARTS_GNUPLOT_H

#include <stddef.h>
#include <stdio.h>

#include "sim/base/error.h"

struct picture {
    char *bytes; /* a whole png, svg or pdf file; to be freed */
    size_t count, capacity;
};

/* A file without a name, for commands. NULL, with a line in *error, if there can be none. */
FILE *gnuplot_commands(struct error *error);

/* Draws what has been written into `commands`, and closes it. Returns 0, or -1 with a line in
 * *error that says what gnuplot says. */
int gnuplot_draw(FILE *commands, const char *name, struct picture *picture, struct error *error);

#endif
