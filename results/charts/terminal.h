/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The form of a picture: png, svg or pdf, its size and letters. Everything in a chart grows with
 * its size. */
#ifndef PYGCSIM_RESULTS_CHARTS_TERMINAL_H
#define PYGCSIM_RESULTS_CHARTS_TERMINAL_H

#include "results/charts/gnuplot.h"
#include "results/charts/script.h"

/* Ends with NULL. */
extern const char *const terminal_formats[];

#define TERMINAL_SIDE_LEAST 300
#define TERMINAL_SIDE_MOST  10000
#define TERMINAL_FONT_LEAST 6.0
#define TERMINAL_FONT_MOST  16.0

struct terminal {
    const char *format; /* one of terminal_formats */
    int width, height;  /* pixels, of which a pdf has 96 to the inch; 0: the format's own */
    const char *font;   /* a family; NULL: sans-serif */
    double font_size;   /* points in a png of 1200 by 800; 0: 11 */
};

/* Sets gnuplot's terminal, and variables: how large points and letters are. */
void terminal_write(struct script *script, const struct terminal *terminal);

/* Says in a picture that was drawn how large it is to be shown. */
void terminal_finish(const struct terminal *terminal, struct picture *picture);

#endif
