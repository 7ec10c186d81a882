/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/standings.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

void standings_init(struct standings *standings, const struct experiment *experiment)
{
    *standings = (struct standings){.experiment = experiment};
    standings->points = allocate_zeroed(experiment->point_count, sizeof *standings->points);
}

void standings_fini(struct standings *standings)
{
    free(standings->points);
    *standings = (struct standings){0};
}

static const struct metric *choose_objective(const struct experiment *experiment,
                                             const double *values)
{
    if (experiment->minimise)
        return metric_named(experiment->minimise);
    for (size_t i = 0; usual_objectives[i]; i++)
        if (!isnan(values[metric_named(usual_objectives[i]) - metrics]))
            return metric_named(usual_objectives[i]);
    return NULL;
}

void standings_note(struct standings *standings, const struct planned_run *run,
                    const double *values)
{
    if (!standings->objective)
        standings->objective = choose_objective(standings->experiment, values);
    double value = standings->objective ? values[standings->objective - metrics] : NAN;
    if (isnan(value))
        return;
    standings->points[run->point].sum += value;
    standings->points[run->point].count++;
}

bool standings_best(const struct standings *standings, size_t *point, double *mean)
{
    *mean = INFINITY;
    for (size_t i = 0; i < standings->experiment->point_count; i++) {
        const struct standing *standing = &standings->points[i];
        if (standing->count && standing->sum / (double)standing->count < *mean) {
            *mean = standing->sum / (double)standing->count;
            *point = i;
        }
    }
    return *mean < INFINITY;
}
