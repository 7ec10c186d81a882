/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/until.h"

#include <math.h>
#include <stdio.h>

#include "results/store/kept.h"

/* ---- how well things are known -------------------------------------------------------- */

int until_metric(const struct experiment *experiment, int64_t id, struct store *store,
                 const struct metric **found, struct error *error)
{
    const char *named = experiment->until.metric ? experiment->until.metric : experiment->minimise;
    if (!named)
        return kept_objective(store, id, found, error);
    *found = metric_named(named);
    return 0;
}

size_t until_needed(const struct estimate *estimate, const struct until *until)
{
    size_t needed = estimate->n, fewest = until->first;
    if (estimate->n < fewest) /* some runs have failed */
        return fewest;
    if (estimate_relative_error(*estimate) > until->share)
        needed = replications_to_relative_error(*estimate, until->share);
    return needed < 2 * estimate->n ? needed : 2 * estimate->n;
}

static void note_tail(struct precision *precision, const struct kept_estimate *point)
{
    if (point->largest_share <= INTERVAL_HEAVY)
        return;
    precision->heavy++;
    if (point->largest_share <= precision->largest_share)
        return;
    precision->largest_share = point->largest_share;
    snprintf(precision->heaviest, sizeof precision->heaviest, "%s", point->policy);
}

static void note_point(struct precision *precision, const struct until *until,
                       const struct kept_estimate *point)
{
    const struct estimate *estimate = &point->estimate;
    double share = estimate->n < 2 ? INFINITY : estimate_relative_error(*estimate);
    size_t needed = until_needed(estimate, until);
    precision->points++;
    note_tail(precision, point);
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
