/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/coverage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/horizon/prediction.h"
#include "results/store/kept.h"
#include "sim/base/allocate.h"
#include "sweep/file/length.h"

/* ---- one run -------------------------------------------------------------------------- */

/* By when it will have seen enough of a generation; 0: it has, or none comes. */
static double seen_by(const struct kept_coverage *run, int g)
{
    uint64_t enough = prediction_seen_enough(g);
    if (!(run->low[g] < run->horizon) || run->seen[g] >= enough)
        return 0;
    double others = (double)(enough - run->seen[g] - 1);
    return run->high[g] + (others > 0 ? others * run->full_period : 0);
}

/* How long the program should be, in seconds. What the predictions are for is not longer. */
static double wanted_by(const struct kept_coverage *run)
{
    double latest = 0;
    for (int g = 0; g < GENERATIONS; g++) {
        double by = seen_by(run, g);
        latest = fmax(latest, isnan(by) ? run->horizon : by);
    }
    return latest;
}

static enum uncovered why(const struct kept_coverage *run)
{
    if (isnan(run->covered))
        return UNCOVERED_unsteady;
    if (run->changes > 0)
        return UNCOVERED_changes;
    if (run->flagged > 0)
        return run->arrival_dispersion > DISPERSION_LIMIT ? UNCOVERED_bursts : UNCOVERED_growth;
    return UNCOVERED_unseen;
}

/* ---- all of them ---------------------------------------------------------------------- */

static size_t workload_named(const struct experiment *experiment, const struct kept_coverage *run)
{
    size_t i = 0;
    while (i + 1 < experiment->workload_count &&
           strcmp(experiment->workloads[i].text, run->workload) != 0)
        i++;
    return i;
}

/* Up to the next number of two digits, of seconds. */
static double rounded_up(double seconds)
{
    double unit = pow(10, floor(log10(seconds)) - 1);
    return ceil(seconds / fmax(unit, 1)) * fmax(unit, 1);
}

/* A few times as long as it is, at least: each round takes little beside the last. */
#define LONGER 2

static int64_t longer_ns(const struct experiment *experiment, const struct setting *workload,
                         double wanted_s)
{
    double now = (double)length_ns(workload) / NS_PER_S;
    double most = fmin((double)experiment->horizon_ns, length_param(workload)->most) / NS_PER_S;
    double longer = fmin(most, rounded_up(fmax(LONGER * now, wanted_s)));
    return longer > now ? (int64_t)(longer * NS_PER_S) : 0;
}

static void note(struct coverage *coverage, const struct experiment *experiment,
                 const struct kept_coverage *run)
{
    size_t workload = workload_named(experiment, run);
    enum uncovered reason = why(run);
    coverage->runs++;
    if (run->covered > 0) {
        coverage->covered++;
        return;
    }
    if (coverage->uncovered[reason]++ == 0)
        snprintf(coverage->where[reason], sizeof coverage->where[reason], "%s on %s", run->policy,
                 run->workload);
    int64_t wanted = longer_ns(experiment, &experiment->workloads[workload], wanted_by(run));
    if (wanted > coverage->wanted_ns[workload])
        coverage->wanted_ns[workload] = wanted;
    coverage->longer |= wanted > 0;
}

int coverage_read(struct coverage *coverage, const struct experiment *experiment,
                  struct store *store, struct error *error)
{
    struct kept_coverages kept;
    *coverage = (struct coverage){.horizon_s = (double)experiment->horizon_ns / NS_PER_S};
    if (kept_coverages_read(&kept, store, error) != 0)
        return -1;
    coverage->wanted_ns = allocate_zeroed(experiment->workload_count, sizeof *coverage->wanted_ns);
    for (size_t i = 0; i < kept.count; i++)
        note(coverage, experiment, &kept.runs[i]);
    kept_coverages_fini(&kept);
    return 0;
}

void coverage_fini(struct coverage *coverage)
{
    free(coverage->wanted_ns);
    *coverage = (struct coverage){0};
}

void coverage_extend(struct experiment *experiment, const struct coverage *coverage)
{
    for (size_t i = 0; i < experiment->workload_count; i++)
        if (coverage->wanted_ns[i])
            length_set(&experiment->workloads[i], coverage->wanted_ns[i]);
}
