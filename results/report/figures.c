/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/report/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

static int draw(struct figures *figures, struct selection *selection, const struct chart *chart,
                size_t group, struct error *error)
{
    static const struct drawing_style style = {.terminal = {.format = "svg"}};
    figures->figures = allocate_grow(figures->figures, &figures->capacity, figures->count + 1,
                                     sizeof *figures->figures);
    struct figure *figure = &figures->figures[figures->count++];
    figure->group = group;
    int status = drawing_make(&figure->drawing, chart, selection, &style, error);
    figures->bytes += figure->drawing.picture.count;
    return status;
}

/* Charts of every group, or those of one: of what the selection has. */
static int draw_selected(struct figures *figures, struct store *store,
                         const struct selection_options *what, size_t group, struct error *error)
{
    struct selection *selection = selection_new(store, what, error);
    int status = selection ? 0 : -1;
    for (const struct chart *chart = charts; chart->name && status == 0; chart++)
        if ((chart->scope >= SCOPE_FACTORS) == (group == OF_EVERY_GROUP))
            status = draw(figures, selection, chart, group, error);
    selection_free(selection);
    return status;
}

/* Is it the first of its workload and collector? */
static bool is_first(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    for (size_t g = 0; g < group; g++)
        if (strcmp(of->workload, outcomes->groups[g].workload) == 0 &&
            strcmp(of->collector, outcomes->groups[g].collector) == 0)
            return false;
    return true;
}

/* Has any of its runs ended? */
static bool has_results(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    for (size_t s = of->first; s < of->first + of->count; s++)
        if (outcomes->settings[s].runs[RUN_finished] ||
            outcomes->settings[s].runs[RUN_out_of_memory])
            return true;
    return false;
}

static int draw_groups(struct figures *figures, struct store *store,
                       const struct outcomes *outcomes, struct selection_options what,
                       struct error *error)
{
    size_t drawn = 0;
    for (size_t g = 0; g < outcomes->group_count; g++) {
        if (!is_first(outcomes, g) || !has_results(outcomes, g))
            continue;
        if (drawn == FIGURE_GROUPS_MOST || figures->bytes > FIGURE_BYTES_MOST) {
            figures->groups_without++;
            continue;
        }
        what.workload = outcomes->groups[g].workload;
        what.collector = outcomes->groups[g].collector;
        if (draw_selected(figures, store, &what, g, error) != 0)
            return -1;
        drawn++;
    }
    return 0;
}

int figures_draw(struct figures *figures, struct store *store, const struct outcomes *outcomes,
                 struct error *error)
{
    char number[32];
    size_t objective = outcomes_objective(outcomes);
    struct selection_options what = {.experiment = number,
                                     .alone = true,
                                     .by_seen = outcomes->by_seen,
                                     .limits = outcomes->limits};
    *figures = (struct figures){0};
    snprintf(number, sizeof number, "%lld", (long long)outcomes->experiment->number);
    if (objective < outcomes->metric_count)
        what.metric = outcomes->metrics[objective]->name;
    if (draw_groups(figures, store, outcomes, what, error) != 0)
        return -1;
    return draw_selected(figures, store, &what, OF_EVERY_GROUP, error);
}

void figures_fini(struct figures *figures)
{
    for (size_t i = 0; i < figures->count; i++)
        drawing_fini(&figures->figures[i].drawing);
    free(figures->figures);
    *figures = (struct figures){0};
}
