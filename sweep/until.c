/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/until.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/kept.h"
#include "sim/base/allocate.h"
#include "sweep/file/terms.h"

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
