/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/verdict.h"

#include <math.h>

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
    return excess > 0 ? VERDICT_BREAKS : VERDICT_CANDIDATE;
}

/* ---- of a limit ----------------------------------------------------------------------- */

const char *const limit_value_names[LIMIT_COUNT] = {
    [LIMIT_UNKNOWN] = "unknown",
    [LIMIT_LOST] = "out of memory",
    [LIMIT_WITHIN] = "within",
    [LIMIT_MISSED] = "missed",
};

static enum limit_value limit_value(const struct outcomes *outcomes, size_t setting, double excess)
{
    if (outcomes->settings[setting].runs[RUN_out_of_memory])
        return LIMIT_LOST;
    return isnan(excess) ? LIMIT_UNKNOWN : excess > 0 ? LIMIT_MISSED : LIMIT_WITHIN;
}

struct limit_verdict verdict_of_limit(const struct outcomes *outcomes, size_t setting,
                                      const struct condition *limit)
{
    struct outcomes as_seen = *outcomes;
    struct limit_verdict verdict = {.margin = condition_margin(limit, outcomes, setting)};
    as_seen.by_seen = true;
    verdict.value = limit_value(outcomes, setting, verdict.margin.excess);
    verdict.seen = limit_value(outcomes, setting, condition_excess(limit, &as_seen, setting));
    return verdict;
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
        if (value == LIMIT_UNKNOWN)
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
    struct verdict verdict = {.difference = difference};
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
        verdict.needed = replications_to_tell_apart(difference);
        verdict.value = verdict.needed > VERDICT_ENOUGH ? VERDICT_TOO_CLOSE : VERDICT_TOO_FEW;
    }
    return verdict;
}

struct verdict verdict_of_two(const struct outcomes *outcomes, size_t setting, size_t other,
                              size_t metric)
{
    return verdict_of_difference(outcomes_difference(outcomes, setting, other, metric),
                                 outcomes_same(outcomes, setting, other, metric),
                                 outcomes->metrics[metric]->better);
}

bool verdict_is_told_apart(enum verdict_value value)
{
    return value == VERDICT_BETTER || value == VERDICT_WORSE || value == VERDICT_DIFFERENT;
}

bool verdict_is_not_told_apart(enum verdict_value value)
{
    return value == VERDICT_RARE || value == VERDICT_TOO_FEW || value == VERDICT_TOO_CLOSE;
}
