/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/until.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/kept.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sim/base/units.h"

/* ---- the rule ------------------------------------------------------------------------- */

static int set(struct until *until, const char *key, const char *value, struct error *error)
{
    static const char *const keys[] = {"ci", "metric", "most", NULL};
    char hint[UNITS_HINT];
    int64_t count;
    if (strcmp(key, "ci") == 0) {
        if (units_parse_share(value, &until->share) && until->share > 0 && until->share < 1)
            return 0;
        return error_set(error,
                         "ci=%.40s is not allowed; it takes a share below 1, as 5%% or 0.05%s",
                         value, units_hint(UNITS_SHARE, value, hint));
    }
    if (strcmp(key, "metric") == 0) {
        const struct metric *metric = metric_find(value, error);
        until->metric = metric ? metric->name : NULL;
        return metric ? 0 : -1;
    }
    if (strcmp(key, "most") == 0) {
        if (!units_parse_count(value, &count) || count < UNTIL_FEWEST || count > REPLICATIONS_MOST)
            return error_set(error, "most=%.40s is not allowed; it takes a number from %d to %d%s",
                             value, UNTIL_FEWEST, REPLICATIONS_MOST,
                             units_hint(UNITS_COUNT, value, hint));
        until->most = (size_t)count;
        return 0;
    }
    return suggest_error(error, "part of a rule", key, keys);
}

int until_parse(struct until *until, const char *text, struct error *error)
{
    char *copy = allocate_text(text), *rest = copy;
    int status = 0;
    *until = (struct until){.most = UNTIL_MOST};
    for (char *part; status == 0 && (part = strsep(&rest, ","));) {
        char *equals = strchr(part, '=');
        if (equals)
            *equals = '\0';
        status = equals ? set(until, part, equals + 1, error) : set(until, "ci", part, error);
    }
    if (status == 0 && until->share == 0)
        status = error_set(error, "a rule needs ci=…, as in ci=5%%");
    free(copy);
    return status;
}

/* ---- how well things are known -------------------------------------------------------- */

const struct metric *until_metric(const struct experiment *experiment, int64_t id,
                                  struct store *store)
{
    if (experiment->until.metric)
        return metric_named(experiment->until.metric);
    if (experiment->minimise)
        return metric_named(experiment->minimise);
    return kept_objective(store, id);
}

/* How many replications a point would probably need, for a relative error of `share` to be small
 * enough. Of few replications the spread is not known well: their number is doubled at most. */
static size_t needed_at(const struct estimate *estimate, double share, const struct until *until)
{
    size_t needed = estimate->n;
    if (estimate->n < UNTIL_FEWEST)
        return UNTIL_FEWEST;
    if (share > until->share)
        needed = replications_to_relative_error(*estimate, until->share);
    return needed < 2 * estimate->n ? needed : 2 * estimate->n;
}

static void note_point(struct precision *precision, const struct until *until,
                       const struct kept_estimate *point)
{
    const struct estimate *estimate = &point->estimate;
    double share = estimate->n < UNTIL_FEWEST ? INFINITY : estimate_relative_error(*estimate);
    size_t needed = needed_at(estimate, share, until);
    precision->points++;
    if (estimate->n > precision->replications)
        precision->replications = estimate->n;
    if (needed > precision->needed)
        precision->needed = needed;
    if (share > precision->share || precision->where[0] == '\0') {
        precision->share = share;
        snprintf(precision->where, sizeof precision->where, "%s", point->policy);
    }
}

int until_precision(const struct experiment *experiment, const struct metric *metric,
                    struct store *store, struct precision *precision, struct error *error)
{
    struct kept_estimates estimates;
    *precision = (struct precision){.metric = metric};
    if (kept_estimates_read(&estimates, store, metric, error) != 0)
        return -1;
    for (size_t i = 0; i < estimates.count; i++)
        note_point(precision, &experiment->until, &estimates.points[i]);
    kept_estimates_fini(&estimates);
    if (precision->needed > experiment->until.most)
        precision->needed = experiment->until.most;
    return 0;
}

void until_extend(struct experiment *experiment, size_t replications)
{
    if (replications <= experiment->seed_count)
        return;
    uint64_t *seeds = allocate_zeroed(replications, sizeof *seeds), next = 0;
    for (size_t i = 0; i < replications; i++) {
        seeds[i] = i < experiment->seed_count ? experiment->seeds[i] : next;
        if (i == 0 || seeds[i] >= next)
            next = seeds[i] + 1;
    }
    free(experiment->seeds);
    experiment->seeds = seeds;
    experiment->seed_count = replications;
}
