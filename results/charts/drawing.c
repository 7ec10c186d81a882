/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/drawing.h"

#include <stdlib.h>

static int draw(struct drawing *drawing, struct selection *selection,
                const struct drawing_style *style, struct error *error)
{
    const struct chart *chart = drawing->chart;
    const char *name = style->template ? style->template_name : chart->name;
    FILE *commands = gnuplot_commands(error);
    if (!commands)
        return -1;
    if (chart_write(commands, chart, selection, style->format, style->template, error) != 0) {
        fclose(commands);
        return -1;
    }
    return gnuplot_draw(commands, name, &drawing->picture, error);
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
    *drawing = (struct drawing){0};
}
