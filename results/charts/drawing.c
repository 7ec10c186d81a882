/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/drawing.h"

#include <stdlib.h>

static int draw(struct drawing *drawing, struct selection *selection,
                const struct drawing_style *style, struct error *error)
{
    struct script script;
    if (script_init(&script, error) != 0)
        return -1;
    int status = chart_write(&script, drawing->chart, selection, style, error);
    if (status == 0)
        status = gnuplot_draw(&script, style->stop, &drawing->picture, error);
    terminal_finish(&style->terminal, &drawing->picture);
    script_fini(&script);
    return status;
}

int drawing_make(struct drawing *drawing, const struct chart *chart, struct selection *selection,
                 const struct drawing_style *style, struct error *error)
{
    *drawing = (struct drawing){.chart = chart};
    if (chart_check(chart, selection, &drawing->why, error) != 0)
        return -1;
    return drawing->why ? 0 : draw(drawing, selection, style, error);
}

void drawing_fini(struct drawing *drawing)
{
    free(drawing->why);
    free(drawing->picture.bytes);
    free(drawing->picture.refusal);
    *drawing = (struct drawing){0};
}
