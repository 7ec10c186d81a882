/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/best.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

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

static void find_by_means(struct best *best, const struct outcomes *outcomes, size_t group,
                          struct goal goal, struct condition *const *conditions, size_t count)
{
    const struct outcomes by_means = outcomes_by_means(outcomes);
    size_t setting = best_setting(&by_means, group, goal, conditions, count);
    best->by_means = setting == best->best ? NO_SETTING : setting;
}

void best_find(struct best *best, const struct outcomes *outcomes, size_t group, struct goal goal,
               struct condition *const *conditions, size_t count)
{
    size_t most = outcomes->groups[group].count;
    size_t *candidates = allocate_zeroed(most, sizeof *candidates);
    *best = (struct best){.best = NO_SETTING,
                          .by_means = NO_SETTING,
                          .nearest = NO_SETTING,
                          .tied = allocate_zeroed(most, sizeof *best->tied)};
    size_t found = find_candidates(best, outcomes, group, goal, conditions, count, candidates);
    if (found)
        compare(best, outcomes, goal, candidates, found);
    if (best->left_out[VERDICT_UNSURE])
        find_by_means(best, outcomes, group, goal, conditions, count);
    free(candidates);
}

bool best_keeps(const struct best *best, size_t setting)
{
    bool keeps = setting == best->best;
    for (size_t i = 0; i < best->tied_count; i++)
        keeps |= setting == best->tied[i].setting;
    return keeps;
}

void best_fini(struct best *best)
{
    free(best->tied);
    *best = (struct best){0};
}

/* ---- several goals -------------------------------------------------------------------- */

/* Those that may be in a front, and their means, all to be small. */
struct contenders {
    const struct outcomes *outcomes;
    const struct goal *goals;
    size_t goal_count, count;
    size_t *settings;
    double *means; /* by setting, then goal */
    bool by_means;
};

/* Fills in a setting's means; false: it cannot be in a front. */
static bool read_means(const struct contenders *contenders, size_t setting, double *means)
{
    bool complete = true;
    for (size_t i = 0; i < contenders->goal_count; i++) {
        const struct goal *goal = &contenders->goals[i];
        double mean = outcomes_average(contenders->outcomes, setting, goal->metric);
        means[i] = goal->high ? -mean : mean;
        complete &= verdict_of_one(contenders->outcomes, setting, goal->metric, NULL, 0) ==
                    VERDICT_CANDIDATE;
    }
    return complete;
}

static bool has_better_means(const struct contenders *contenders, size_t a, size_t b)
{
    bool better = false;
    for (size_t i = 0; i < contenders->goal_count; i++) {
        double x = contenders->means[a * contenders->goal_count + i];
        double y = contenders->means[b * contenders->goal_count + i];
        if (x > y)
            return false;
        better |= x < y;
    }
    return better;
}

/* Is that sure, too? */
static bool surely_beats(const struct contenders *contenders, size_t a, size_t b)
{
    double confidence = interval_confidence_of(contenders->count - 1);
    bool better = false;
    for (size_t i = 0; i < contenders->goal_count; i++) {
        const struct goal *goal = &contenders->goals[i];
        enum verdict_value verdict =
            verdict_of_surely_better(contenders->outcomes, contenders->settings[a],
                                     contenders->settings[b], goal->metric, goal->high, confidence);
        if (verdict == VERDICT_NOT_TOLD_APART)
            return false;
        better |= verdict == VERDICT_BETTER;
    }
    return better;
}

static bool is_beaten(const struct contenders *contenders, size_t which)
{
    for (size_t i = 0; i < contenders->count; i++)
        if (has_better_means(contenders, i, which) &&
            (contenders->by_means || surely_beats(contenders, i, which)))
            return true;
    return false;
}

size_t best_front(const struct outcomes *outcomes, size_t group, const struct goal *goals,
                  size_t goal_count, size_t *front)
{
    const struct outcome_group *of = &outcomes->groups[group];
    struct contenders contenders = {
        .outcomes = outcomes,
        .goals = goals,
        .goal_count = goal_count,
        .settings = allocate_zeroed(of->count, sizeof *contenders.settings),
        .means = allocate_zeroed(of->count * goal_count + 1, sizeof *contenders.means),
        .by_means = outcomes->by_means || outcomes_replications(outcomes, group).most < 2,
    };
    size_t kept = 0;
    for (size_t s = of->first; s < of->first + of->count; s++)
        if (read_means(&contenders, s, contenders.means + contenders.count * goal_count))
            contenders.settings[contenders.count++] = s;
    for (size_t i = 0; i < contenders.count; i++)
        if (!is_beaten(&contenders, i))
            front[kept++] = contenders.settings[i];
    outcomes_sort(outcomes, front, kept, goals[0].metric, goals[0].high);
    free(contenders.settings);
    free(contenders.means);
    return kept;
}
