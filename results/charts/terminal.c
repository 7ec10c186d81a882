/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/terminal.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

const char *const terminal_formats[] = {"png", "svg", "pdf", NULL};

#define FONT_SIZE 11.0

/* In the order of terminal_formats. Scales are those at the format's own size. */
static const struct {
    const char *gnuplot; /* size is before the rest; %s: a unit behind each side */
    int width, height;
    double per_pixel; /* of gnuplot's measure */
    const char *unit;
    double font_scale, line_scale;
} forms[] = {
    {"pngcairo", 1200, 800, 1, "", 1, 1},
    {"svg", 900, 600, 1, "", 1, 0.75},
    {"pdfcairo", 1200, 797, 1 / 96.0, "in", 0.75, 1.5},
};

void terminal_write(struct script *script, const struct terminal *terminal)
{
    char line[256];
    size_t f = 0;
    while (strcmp(terminal_formats[f], terminal->format) != 0)
        f++;
    int width = terminal->width ? terminal->width : forms[f].width;
    int height = terminal->height ? terminal->height : forms[f].height;
    /* An svg is as large as its page, unless its size was asked for. */
    bool is_dynamic = strcmp(terminal->format, "svg") == 0 && !terminal->width;
    double scale = fmin((double)width / forms[f].width, (double)height / forms[f].height);
    double letters = (terminal->font_size > 0 ? terminal->font_size : FONT_SIZE) / FONT_SIZE;
    const char *font = terminal->font ? terminal->font : "sans-serif";
    script_text(script, "terminal_font", font);
    script_number(script, "point_scale", scale);
    script_number(script, "letter_scale", letters);
    snprintf(line, sizeof line,
             "set terminal %s%s size %.6g%s,%.6g%s font terminal_font.',11' fontscale %.6g"
             " linewidth %.6g background rgb 'white'\n",
             forms[f].gnuplot, is_dynamic ? " dynamic" : "", width * forms[f].per_pixel,
             forms[f].unit, height * forms[f].per_pixel, forms[f].unit,
             forms[f].font_scale * scale * letters, forms[f].line_scale * scale);
    script_lines(script, line);
}
