/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/best.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

bool best_meets(const struct outcomes *outcomes, size_t setting,
                struct condition *const *conditions, size_t count)
{
    return verdict_excess(outcomes, setting, conditions, count) <= 0; /* not NaN */
}

static void find_nearest(struct best *best, size_t setting, double excess)
{
    if (best->nearest != NO_SETTING && excess >= best->nearest_excess)
        return;
    best->nearest = setting;
    best->nearest_excess = excess;
}

/* Those that may be the best, into `candidates`, the best first; counts the others. */
static size_t find_candidates(struct best *best, const struct outcomes *outcomes, size_t group,
                              struct goal goal, struct condition *const *conditions, size_t count,
                              size_t *candidates)
{
    const struct outcome_group *of = &outcomes->groups[group];
    size_t found = 0;
    for (size_t s = of->first; s < of->first + of->count; s++) {
        enum verdict_value verdict = verdict_of_one(outcomes, s, goal.metric, conditions, count);
        if (verdict == VERDICT_BREAKS)
            find_nearest(best, s, verdict_excess(outcomes, s, conditions, count));
        if (verdict == VERDICT_CANDIDATE)
            candidates[found++] = s;
        else
            best->left_out[verdict]++;
    }
    outcomes_sort(outcomes, candidates, found, goal.metric, goal.high);
    return found;
}

static void add_rival(struct best *best, const struct outcomes *outcomes, size_t setting,
                      size_t metric)
{
    struct verdict verdict =
        verdict_of_two(outcomes, setting, best->best, metric, best->choice.compared - 1);
    if (verdict.value == VERDICT_NO_PAIR || verdict.value == VERDICT_ONE_PAIR) {
        best->choice.unclear++;
        return;
    }
    best->tied[best->tied_count++] = (struct rival){setting, verdict};
    best->choice.kept++;
    best->choice.same += verdict.value == VERDICT_SAME;
}

/* The first of those compared is the best; of the others those stay that screening keeps. */
static void compare(struct best *best, const struct outcomes *outcomes, struct goal goal,
                    const size_t *compared, size_t count)
{
    bool *kept = allocate_zeroed(count, sizeof *kept);
    best->best = compared[0];
    best->choice = (struct choice){.compared = count, .kept = 1};
    verdict_screen(outcomes, compared, count, goal.metric, goal.high, kept);
    for (size_t i = 1; i < count; i++)
        if (kept[i])
            add_rival(best, outcomes, compared[i], goal.metric);
    free(kept);
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
        compare(best, outcomes, goal, candidates, found);
    free(candidates);
}

bool best_keeps(const struct best *best, size_t setting)
{
    bool keeps = setting == best->best;
    for (size_t i = 0; i < best->tied_count; i++)
        keeps |= setting == best->tied[i].setting;
    return keeps;
}

size_t best_setting(const struct outcomes *outcomes, size_t group, struct goal goal,
                    struct condition *const *conditions, size_t count)
{
    size_t *candidates = allocate_zeroed(outcomes->groups[group].count, sizeof *candidates);
    struct best best = {.nearest = NO_SETTING};
    size_t found = find_candidates(&best, outcomes, group, goal, conditions, count, candidates);
    size_t setting = found ? candidates[0] : NO_SETTING;
    free(candidates);
    return setting;
}

void best_fini(struct best *best)
{
    free(best->tied);
    *best = (struct best){0};
}

/* ---- several goals -------------------------------------------------------------------- */

/* The values of one setting, all to be small. */
struct contender {
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

/* Fills in a setting's values; false: it cannot be in a front. */
static bool read_values(const struct outcomes *outcomes, size_t setting, const struct goal *goals,
                        size_t count, double *values)
{
    bool complete = true;
    for (size_t i = 0; i < count; i++) {
        double mean = outcomes_average(outcomes, setting, goals[i].metric);
        values[i] = goals[i].high ? -mean : mean;
        complete &=
            verdict_of_one(outcomes, setting, goals[i].metric, NULL, 0) == VERDICT_CANDIDATE;
    }
    return complete;
}

static bool is_beaten(const struct contender *contenders, size_t count, size_t which,
                      size_t goal_count)
{
    for (size_t i = 0; i < count; i++)
        if (dominates(contenders[i].values, contenders[which].values, goal_count))
            return true;
    return false;
}

size_t best_front(const struct outcomes *outcomes, size_t group, const struct goal *goals,
                  size_t goal_count, size_t *front)
{
    const struct outcome_group *of = &outcomes->groups[group];
    double *values = allocate_zeroed(of->count * goal_count + 1, sizeof *values);
    struct contender *contenders = allocate_zeroed(of->count, sizeof *contenders);
    size_t count = 0, kept = 0;
    for (size_t s = of->first; s < of->first + of->count; s++) {
        double *own = values + count * goal_count;
        if (read_values(outcomes, s, goals, goal_count, own))
            contenders[count++] = (struct contender){s, own};
    }
    for (size_t i = 0; i < count; i++)
        if (!is_beaten(contenders, count, i, goal_count))
            front[kept++] = contenders[i].setting;
    outcomes_sort(outcomes, front, kept, goals[0].metric, goals[0].high);
    free(contenders);
    free(values);
    return kept;
}
