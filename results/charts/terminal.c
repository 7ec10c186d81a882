/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/terminal.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

const char *const terminal_formats[] = {"png", "svg", "pdf", NULL};

#define FONT_SIZE 11.0

/* In the order of terminal_formats: its own size, and what gnuplot is told at that. */
static const struct form {
    const char *gnuplot;
    int width, height;
    double per_pixel; /* of gnuplot's measure */
    const char *unit;
    double letters, lines;
    bool is_scalable; /* gnuplot draws it no larger; whoever shows it does */
} forms[] = {
    {"pngcairo", 1200, 800, 1, "", 1, 1, false},
    {"svg dynamic", 900, 600, 1, "", 1, 0.75, true},
    {"pdfcairo", 1200, 797, 1 / 96.0, "in", 0.75, 1.5, false},
};

static const struct form *form_of(const struct terminal *terminal)
{
    size_t f = 0;
    while (strcmp(terminal_formats[f], terminal->format) != 0)
        f++;
    return &forms[f];
}

void terminal_write(struct script *script, const struct terminal *terminal)
{
    const struct form *form = form_of(terminal);
    char line[256];
    double width = terminal->width ? terminal->width : form->width;
    double height = terminal->height ? terminal->height : form->height;
    double scale = fmin(width / form->width, height / form->height);
    double drawn = form->is_scalable ? 1 / scale : 1, shown = form->is_scalable ? 1 : scale;
    double letters = (terminal->font_size > 0 ? terminal->font_size : FONT_SIZE) / FONT_SIZE;
    script_text(script, "terminal_font", terminal->font ? terminal->font : "sans-serif");
    script_number(script, "point_scale", shown);
    script_number(script, "letter_scale", letters);
    snprintf(line, sizeof line,
             "set terminal %s size %.6g%s,%.6g%s font terminal_font.',11' fontscale %.6g"
             " linewidth %.6g background rgb 'white'\n",
             form->gnuplot, width * drawn * form->per_pixel, form->unit,
             height * drawn * form->per_pixel, form->unit, form->letters * shown * letters,
             form->lines * shown);
    script_lines(script, line);
}

/* The size is an attribute of the first tag. */
void terminal_finish(const struct terminal *terminal, struct picture *picture)
{
    static const char tag[] = "<svg ";
    char *bytes = picture->bytes, *size;
    char *found = bytes ? memmem(bytes, picture->count, tag, strlen(tag)) : NULL;
    if (!form_of(terminal)->is_scalable || !terminal->width || !found)
        return;
    int length = asprintf(&size, "width=\"%d\" height=\"%d\" ", terminal->width, terminal->height);
    if (length < 0)
        out_of_memory();
    size_t at = (size_t)(found - bytes) + strlen(tag), added = (size_t)length;
    picture->bytes = allocate_grow(bytes, &picture->capacity, picture->count + added, 1);
    memmove(picture->bytes + at + added, picture->bytes + at, picture->count - at);
    memcpy(picture->bytes + at, size, added);
    picture->count += added;
    free(size);
}
