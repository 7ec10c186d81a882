/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/headline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/best.h"
#include "results/answer/python_lines.h"
#include "sim/base/allocate.h"

static const struct estimate no_estimate = {.mean = NAN, .interval = {NAN, NAN}};

size_t headline_champion(const struct outcomes *outcomes, size_t group, size_t metric, bool high)
{
    return best_setting(outcomes, group, (struct goal){metric, high}, NULL, 0);
}

/* What the outcomes' limits leave. */
static void find_best(struct best *found, const struct outcomes *outcomes, size_t group,
                      size_t objective)
{
    size_t count = outcomes_limits(outcomes);
    best_find(found, outcomes, group, (struct goal){.metric = objective},
              count ? outcomes->limits->items : NULL, count);
}

size_t headline_best(const struct outcomes *outcomes, size_t group, size_t objective)
{
    struct best found;
    find_best(&found, outcomes, group, objective);
    size_t best = found.best;
    best_fini(&found);
    return best;
}

static bool is_candidate(const struct outcomes *outcomes, size_t setting, size_t objective)
{
    size_t count = outcomes_limits(outcomes);
    return verdict_of_one(outcomes, setting, objective, count ? outcomes->limits->items : NULL,
                          count) == VERDICT_CANDIDATE;
}

static struct estimate mean_of(const struct outcomes *outcomes, size_t setting, size_t metric)
{
    return setting == NO_SETTING ? no_estimate : outcomes_mean(outcomes, setting, metric);
}

static struct verdict verdict_beside(const struct headline *headline,
                                     const struct outcomes *outcomes, size_t metric)
{
    if (headline->best == NO_SETTING || headline->baseline == NO_SETTING)
        return (struct verdict){.value = VERDICT_NO_PAIR, .difference = no_estimate};
    return verdict_beside_baseline(outcomes, headline->best, metric);
}

/* The baseline is the best if it is the same as the best; and none if it has no value. */
static void choose(struct headline *headline, const struct outcomes *outcomes, size_t objective)
{
    size_t baseline = headline->of->baseline;
    if (baseline == NO_SETTING || isnan(outcomes_average(outcomes, baseline, objective)))
        return;
    headline->baseline = baseline;
    if (headline->best != NO_SETTING && is_candidate(outcomes, baseline, objective) &&
        verdict_beside_baseline(outcomes, headline->best, objective).value == VERDICT_SAME)
        headline->best = baseline;
}

/* The best that was found is headline->best, or the same as that. */
static void find_as_good(struct headline *headline, const struct best *found)
{
    headline->same = allocate_zeroed(found->tied_count + 1, sizeof *headline->same);
    headline->open = allocate_zeroed(found->tied_count + 1, sizeof *headline->open);
    if (found->best != headline->best)
        headline->same[headline->same_count++] = found->best;
    for (size_t i = 0; i < found->tied_count; i++) {
        size_t setting = found->tied[i].setting;
        if (setting == headline->best)
            continue;
        if (found->tied[i].verdict.value == VERDICT_SAME)
            headline->same[headline->same_count++] = setting;
        else if (setting != headline->baseline)
            headline->open[headline->open_count++] = setting;
    }
}

static struct headline_row make_row(const struct headline *headline,
                                    const struct outcomes *outcomes, size_t group, size_t metric,
                                    size_t objective)
{
    enum better better = outcomes->metrics[metric]->better;
    struct headline_row row = {
        .best = mean_of(outcomes, headline->best, metric),
        .baseline = mean_of(outcomes, headline->baseline, metric),
        .verdict = verdict_beside(headline, outcomes, metric),
        .champion = NO_SETTING,
    };
    if (better != BETTER_NEITHER)
        row.champion = headline_champion(outcomes, group, metric,
                                         better == BETTER_HIGH && metric != objective);
    row.champion_mean = mean_of(outcomes, row.champion, metric);
    return row;
}

void headline_make(struct headline *headline, const struct outcomes *outcomes, size_t group,
                   size_t objective, const struct columns *columns,
                   const struct component *const *policies)
{
    struct best found;
    find_best(&found, outcomes, group, objective);
    *headline = (struct headline){.of = &outcomes->groups[group],
                                  .best = found.best,
                                  .baseline = NO_SETTING,
                                  .by_means = found.by_means,
                                  .choice = found.choice};
    memcpy(headline->left_out, found.left_out, sizeof found.left_out);
    choose(headline, outcomes, objective);
    find_as_good(headline, &found);
    headline->best_mean = mean_of(outcomes, headline->best, objective);
    headline->baseline_mean = mean_of(outcomes, headline->baseline, objective);
    headline->verdict = verdict_beside(headline, outcomes, objective);
    headline->rows = allocate_zeroed(columns->count + 1, sizeof *headline->rows);
    for (size_t i = 0; i < columns->count; i++)
        headline->rows[i] = make_row(headline, outcomes, group, columns->metrics[i], objective);
    if (headline->best != NO_SETTING && headline->best != headline->baseline)
        headline->python = python_lines(outcomes->settings[headline->best].policy, policies);
    if (headline->best == NO_SETTING && outcomes_limits(outcomes))
        headline->reach_count = reach_find(outcomes, group, outcomes->limits->items,
                                           outcomes_limits(outcomes), &headline->reaches);
    best_fini(&found);
}

void headline_fini(struct headline *headline)
{
    free(headline->same);
    free(headline->open);
    free(headline->rows);
    free(headline->reaches);
    free(headline->python);
    *headline = (struct headline){0};
}
