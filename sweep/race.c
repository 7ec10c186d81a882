/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/race.h"

#include <math.h>
#include <stdlib.h>

#include "results/store/kept.h"
#include "sim/base/allocate.h"
#include "sweep/file/terms.h"
#include "sweep/until.h"

/* A round adds a tenth of what there is, so that a long race takes few; at least so many. */
#define ADDED_LEAST 5

/* ---- what it is about ----------------------------------------------------------------- */

/* What decides, and its values: the rule of outcomes_deciding (results/answer/outcome.h), of what
 * is kept. */
static int read_values(struct race *race, const struct experiment *experiment, int64_t id,
                       struct store *store, struct kept_values *values, struct error *error)
{
    *values = (struct kept_values){0};
    if (until_metric(experiment, id, store, &race->metric, error) != 0)
        return -1;
    if (!race->metric)
        return 0;
    race->high = experiment->until.metric && race->metric->better == BETTER_HIGH;
    const struct metric *at_horizon = metric_at_horizon(race->metric);
    if (at_horizon && kept_values_read(values, store, at_horizon, error) != 0)
        return -1;
    if (values->count > 0) {
        race->metric = at_horizon;
        return 0;
    }
    kept_values_fini(values);
    return kept_values_read(values, store, race->metric, error);
}

/* Values by point and seed, all to be small; NaN: none. */
struct grid {
    double *all;
    const double **of_point;
};

static struct grid grid_make(const struct race *race, const struct plan *plan,
                             const struct kept_values *values)
{
    const struct experiment *experiment = plan->experiment;
    size_t points = experiment->point_count, seeds = experiment->seed_count;
    struct grid grid = {allocate_zeroed(points * seeds, sizeof *grid.all),
                        allocate_zeroed(points, sizeof *grid.of_point)};
    size_t *filled = allocate_zeroed(points, sizeof *filled);
    for (size_t p = 0; p < points; p++)
        grid.of_point[p] = grid.all + p * seeds;
    for (size_t i = 0; i < plan->run_count; i++) { /* by seed */
        const struct planned_run *run = &plan->runs[i];
        double value = kept_value(values, run->id);
        grid.all[run->point * seeds + filled[run->point]++] = race->high ? -value : value;
    }
    free(filled);
    return grid;
}

static void grid_fini(struct grid *grid)
{
    free(grid->all);
    free(grid->of_point);
}

/* ---- its groups ----------------------------------------------------------------------- */

static bool is_first_of_group(const struct experiment *experiment, size_t p)
{
    const struct point *point = &experiment->points[p];
    return p == 0 || point->workload != point[-1].workload ||
           point->collector != point[-1].collector;
}

static void find_groups(struct race *race, const struct experiment *experiment)
{
    race->groups = allocate_zeroed(experiment->point_count, sizeof *race->groups);
    for (size_t p = 0; p < experiment->point_count; p++) {
        if (is_first_of_group(experiment, p))
            race->groups[race->group_count++].first = p;
        struct race_group *group = &race->groups[race->group_count - 1];
        size_t seeds = experiment_seeds_of(experiment, p);
        group->count++;
        group->runs += seeds;
        if (seeds > group->replications)
            group->replications = seeds;
    }
}

int race_read(struct race *race, const struct plan *plan, struct store *store, struct error *error)
{
    const struct experiment *experiment = plan->experiment;
    const struct selection_rule rule = {.share = experiment->until.best,
                                        .confidence = INTERVAL_CONFIDENCE,
                                        .first = experiment->until.first};
    struct kept_values values;
    *race = (struct race){0};
    if (read_values(race, experiment, plan->id, store, &values, error) != 0)
        return -1;
    find_groups(race, experiment);
    struct grid grid = grid_make(race, plan, &values);
    for (size_t g = 0; g < race->group_count; g++) {
        struct race_group *group = &race->groups[g];
        selection_make(&group->selection, grid.of_point + group->first, group->count,
                       group->replications, &rule);
    }
    grid_fini(&grid);
    kept_values_fini(&values);
    return 0;
}

void race_fini(struct race *race)
{
    for (size_t g = 0; g < race->group_count; g++)
        selection_fini(&race->groups[g].selection);
    free(race->groups);
    *race = (struct race){0};
}

/* ---- more of it ----------------------------------------------------------------------- */

static size_t more_seeds(size_t now, size_t most)
{
    size_t added = now / 10 > ADDED_LEAST ? now / 10 : ADDED_LEAST;
    return now + added < most ? now + added : most;
}

/* Every point has a number of its own from now on. */
static void give_seeds(struct experiment *experiment, const struct race_group *group, size_t seeds)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->selection.lost_after[i] == 0)
            experiment->points[group->first + i].seeds = seeds;
}

bool race_extend(const struct race *race, struct experiment *experiment)
{
    bool more = false;
    for (size_t p = 0; p < experiment->point_count; p++)
        experiment->points[p].seeds = experiment_seeds_of(experiment, p);
    for (size_t g = 0; g < race->group_count; g++) {
        const struct race_group *group = &race->groups[g];
        size_t seeds = more_seeds(group->replications, experiment->until.most);
        if (group->selection.left < 2 || seeds <= group->replications)
            continue;
        give_seeds(experiment, group, seeds);
        seeds_extend(experiment, seeds);
        more = true;
    }
    return more;
}

void race_restart(struct experiment *experiment)
{
    for (size_t p = 0; p < experiment->point_count; p++)
        experiment->points[p].seeds = 0;
    experiment->seed_count = experiment->until.first;
}
