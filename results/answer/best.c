/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/best.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

/* The sum of its conditions' excesses; NaN if a value is missing. */
static double total_excess(const struct outcomes *outcomes, size_t setting,
                           struct condition *const *conditions, size_t count)
{
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += condition_excess(conditions[i], outcomes, setting);
    return total;
}

bool best_meets(const struct outcomes *outcomes, size_t setting,
                struct condition *const *conditions, size_t count)
{
    return total_excess(outcomes, setting, conditions, count) <= 0; /* not NaN */
}

/* Those that may be the best, into `candidates`; counts the others. */
static size_t find_candidates(struct best *best, const struct outcomes *outcomes, size_t group,
                              struct goal goal, struct condition *const *conditions, size_t count,
                              size_t *candidates)
{
    const struct outcome_group *of = &outcomes->groups[group];
    size_t found = 0;
    for (size_t s = of->first; s < of->first + of->count; s++) {
        double excess = total_excess(outcomes, s, conditions, count);
        if (outcomes->settings[s].runs[RUN_out_of_memory]) {
            best->out_of_memory++;
        } else if (isnan(outcomes_average(outcomes, s, goal.metric)) || isnan(excess)) {
            best->without_value++;
        } else if (excess > 0) {
            best->breaking++;
            if (best->nearest == NO_SETTING || excess < best->nearest_excess) {
                best->nearest = s;
                best->nearest_excess = excess;
            }
        } else {
            candidates[found++] = s;
        }
    }
    outcomes_sort(outcomes, candidates, found, goal.metric, goal.high);
    return found;
}

static bool is_tied(const struct outcomes *outcomes, size_t setting, size_t best, size_t metric)
{
    struct estimate difference = outcomes_difference(outcomes, setting, best, metric);
    return outcomes_same(outcomes, setting, best, metric) ||
           (difference.n > 1 && !interval_excludes(difference.interval, 0));
}

void best_find(struct best *best, const struct outcomes *outcomes, size_t group, struct goal goal,
               struct condition *const *conditions, size_t count)
{
    size_t most = outcomes->groups[group].count;
    size_t *candidates = allocate_zeroed(most, sizeof *candidates);
    *best = (struct best){.best = NO_SETTING,
                          .nearest = NO_SETTING,
                          .tied = allocate_zeroed(most, sizeof *best->tied)};
    size_t found = find_candidates(best, outcomes, group, goal, conditions, count, candidates);
    if (found)
        best->best = candidates[0];
    for (size_t i = 1; i < found; i++)
        if (is_tied(outcomes, candidates[i], best->best, goal.metric))
            best->tied[best->tied_count++] = candidates[i];
    free(candidates);
}

void best_fini(struct best *best)
{
    free(best->tied);
    *best = (struct best){0};
}

/* ---- several goals -------------------------------------------------------------------- */

/* The values of one setting, all to be small. */
struct rival {
    size_t setting;
    const double *values;
};

static bool dominates(const double *a, const double *b, size_t count)
{
    bool better = false;
    for (size_t i = 0; i < count; i++) {
        if (a[i] > b[i])
            return false;
        better |= a[i] < b[i];
    }
    return better;
}

size_t best_front(const struct outcomes *outcomes, size_t group, const struct goal *goals,
                  size_t goal_count, size_t *front)
{
    const struct outcome_group *of = &outcomes->groups[group];
    double *values = allocate_zeroed(of->count * goal_count + 1, sizeof *values);
    struct rival *rivals = allocate_zeroed(of->count, sizeof *rivals);
    size_t count = 0, kept = 0;
    for (size_t s = of->first; s < of->first + of->count; s++) {
        double *own = values + count * goal_count;
        bool complete = outcomes->settings[s].runs[RUN_out_of_memory] == 0;
        for (size_t i = 0; i < goal_count; i++) {
            double mean = outcomes_average(outcomes, s, goals[i].metric);
            own[i] = goals[i].high ? -mean : mean;
            complete &= !isnan(mean);
        }
        if (complete)
            rivals[count++] = (struct rival){s, own};
    }
    for (size_t i = 0; i < count; i++) {
        bool beaten = false;
        for (size_t j = 0; j < count && !beaten; j++)
            beaten = dominates(rivals[j].values, rivals[i].values, goal_count);
        if (!beaten)
            front[kept++] = rivals[i].setting;
    }
    outcomes_sort(outcomes, front, kept, goals[0].metric, goals[0].high);
    free(rivals);
    free(values);
    return kept;
}
