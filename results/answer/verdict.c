/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "results/answer/rare_events.h"
#include "results/statistics/screening.h"
#include "sim/base/allocate.h"

/* ---- of one setting ------------------------------------------------------------------- */

double verdict_excess(const struct outcomes *outcomes, size_t setting,
                      struct condition *const *conditions, size_t count)
{
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += condition_excess(conditions[i], outcomes, setting);
    return total;
}

static bool is_sure(const struct outcomes *outcomes, size_t setting,
                    struct condition *const *conditions, size_t count)
{
    bool sure = true;
    for (size_t i = 0; i < count && sure; i++)
        sure = condition_margin(conditions[i], outcomes, setting).excess_at_limit <= 0;
    return sure;
}

enum verdict_value verdict_of_one(const struct outcomes *outcomes, size_t setting, size_t metric,
                                  struct condition *const *conditions, size_t count)
{
    const size_t *runs = outcomes->settings[setting].runs;
    double excess = verdict_excess(outcomes, setting, conditions, count);
    if (runs[RUN_out_of_memory])
        return VERDICT_OUT_OF_MEMORY;
    if (runs[RUN_failed] && !runs[RUN_finished])
        return VERDICT_FAILED;
    if (isnan(outcomes_average(outcomes, setting, metric)) || isnan(excess))
        return VERDICT_NO_VALUE;
    if (excess > 0)
        return VERDICT_BREAKS;
    return is_sure(outcomes, setting, conditions, count) ? VERDICT_CANDIDATE : VERDICT_UNSURE;
}

/* ---- of a limit ----------------------------------------------------------------------- */

const char *const limit_value_names[LIMIT_COUNT] = {
    [LIMIT_UNKNOWN] = "unknown", [LIMIT_LOST] = "out of memory", [LIMIT_WITHIN] = "within",
    [LIMIT_UNSURE] = "unsure",   [LIMIT_MISSED] = "missed",
};

static enum limit_value limit_value(const struct outcomes *outcomes, size_t setting,
                                    const struct margin *margin)
{
    if (outcomes->settings[setting].runs[RUN_out_of_memory])
        return LIMIT_LOST;
    if (isnan(margin->excess))
        return LIMIT_UNKNOWN;
    if (margin->excess > 0)
        return LIMIT_MISSED;
    return margin->excess_at_limit > 0 ? LIMIT_UNSURE : LIMIT_WITHIN;
}

struct limit_verdict verdict_of_limit(const struct outcomes *outcomes, size_t setting,
                                      const struct condition *limit)
{
    struct outcomes as_seen = *outcomes;
    as_seen.by_seen = true;
    const struct margin margin = condition_margin(limit, outcomes, setting);
    const struct margin seen = condition_margin(limit, &as_seen, setting);
    return (struct limit_verdict){.value = limit_value(outcomes, setting, &margin),
                                  .seen = limit_value(outcomes, setting, &seen),
                                  .margin = margin};
}

struct limit_verdict *verdicts_of_conditions(const struct outcomes *outcomes, size_t setting,
                                             struct condition *const *conditions, size_t count)
{
    struct limit_verdict *verdicts = count ? allocate_zeroed(count, sizeof *verdicts) : NULL;
    for (size_t i = 0; i < count; i++)
        verdicts[i] = verdict_of_limit(outcomes, setting, conditions[i]);
    return verdicts;
}

struct limit_verdict *verdicts_of_limits(const struct outcomes *outcomes, size_t setting)
{
    size_t count = outcomes_limits(outcomes);
    return verdicts_of_conditions(outcomes, setting, count ? outcomes->limits->items : NULL, count);
}

enum limit_value verdict_of_limits(const struct limit_verdict *verdicts, size_t count)
{
    enum limit_value worst = LIMIT_WITHIN;
    for (size_t i = 0; i < count; i++) {
        enum limit_value value = verdicts[i].value;
        if (value == LIMIT_LOST || value == LIMIT_MISSED)
            return value;
        if (value == LIMIT_UNKNOWN || (value == LIMIT_UNSURE && worst == LIMIT_WITHIN))
            worst = value;
    }
    return worst;
}

/* ---- of two --------------------------------------------------------------------------- */

static enum verdict_value told_apart(double difference, enum better better)
{
    if (better == BETTER_NEITHER)
        return VERDICT_DIFFERENT;
    return (difference < 0) == (better == BETTER_LOW) ? VERDICT_BETTER : VERDICT_WORSE;
}

struct verdict verdict_of_difference(struct estimate difference, bool same, enum better better)
{
    struct verdict verdict = {
        .difference = difference, .would_show = estimate_would_show(difference), .pairing = NAN};
    if (isnan(difference.mean)) {
        verdict.value = VERDICT_NO_PAIR;
    } else if (same) {
        verdict.value = VERDICT_SAME;
    } else if (difference.n < 2) {
        verdict.value = VERDICT_ONE_PAIR;
    } else if (difference.rare) {
        verdict.value = VERDICT_RARE;
    } else if (interval_excludes(difference.interval, 0)) {
        verdict.value = told_apart(difference.mean, better);
    } else {
        verdict.value = VERDICT_NOT_TOLD_APART;
    }
    return verdict;
}

struct verdict verdict_of_two(const struct outcomes *outcomes, size_t setting, size_t other,
                              size_t metric, size_t comparisons)
{
    double confidence = interval_confidence_of(comparisons);
    struct verdict verdict = verdict_of_difference(
        outcomes_difference(outcomes, setting, other, metric, confidence),
        outcomes_same(outcomes, setting, other, metric), outcomes->metrics[metric]->better);
    verdict.pairing = outcomes_pairing(outcomes, setting, other, metric);
    return verdict;
}

size_t verdict_comparisons(const struct outcomes *outcomes, size_t group, size_t metric)
{
    const struct outcome_group *of = &outcomes->groups[group];
    size_t count = 0;
    for (size_t s = of->first; s < of->first + of->count; s++)
        count += s != of->baseline && outcomes_has(outcomes, s, metric);
    return count;
}

struct verdict verdict_beside_baseline(const struct outcomes *outcomes, size_t setting,
                                       size_t metric)
{
    size_t group = outcomes->settings[setting].group;
    return verdict_of_two(outcomes, setting, outcomes->groups[group].baseline, metric,
                          verdict_comparisons(outcomes, group, metric));
}

enum verdict_value verdict_of_surely_better(const struct outcomes *outcomes, size_t setting,
                                            size_t other, size_t metric, bool high,
                                            double confidence)
{
    size_t less = high ? other : setting, more = high ? setting : other;
    if (outcomes_surely_less(outcomes, less, more, metric, confidence))
        return VERDICT_BETTER;
    return outcomes_same(outcomes, setting, other, metric) ? VERDICT_SAME : VERDICT_NOT_TOLD_APART;
}

bool verdict_is_told_apart(enum verdict_value value)
{
    return value == VERDICT_BETTER || value == VERDICT_WORSE || value == VERDICT_DIFFERENT;
}

bool verdict_is_not_told_apart(enum verdict_value value)
{
    return value == VERDICT_NOT_TOLD_APART || value == VERDICT_RARE;
}

/* ---- of several ----------------------------------------------------------------------- */

void verdict_screen(const struct outcomes *outcomes, const size_t *settings, size_t count,
                    size_t metric, bool high, bool *kept)
{
    size_t seeds = outcomes->seed_count;
    double *values = allocate_zeroed(count * seeds + 1, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        bool rare = rare_events_of(outcomes, settings[i], metric).decide;
        for (size_t seed = 0; seed < seeds; seed++) {
            double value = rare ? NAN : outcomes_value(outcomes, settings[i], metric, seed);
            values[i * seeds + seed] = high ? -value : value;
        }
    }
    screening_keep(values, count, seeds, kept);
    free(values);
}
