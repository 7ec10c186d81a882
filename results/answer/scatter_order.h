/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies beside each other in one metric, with the scatter of memory at both ends of its range:
 * how far each moves, and whether their order stays (results/answer/scatter.h has what that is). */
#ifndef PYGCSIM_RESULTS_ANSWER_SCATTER_ORDER_H
#define PYGCSIM_RESULTS_ANSWER_SCATTER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "results/answer/single_runs.h"
#include "results/store/metrics.h"

struct scatter_range {
    double own_ns, at_ns[PRICE_ENDS];
};

/* Is there one? Where a measured pause says the scatter there is not. */
static inline bool scatter_range_is_open(const struct scatter_range *range)
{
    return range->at_ns[PRICES_LOW] < range->at_ns[PRICES_HIGH];
}

/* The metrics that say it, of the own and of each end: 1 + PRICE_ENDS; then NULL. */
extern const char *const scatter_metrics[];

/* Of one workload and collector. */
struct scatter_order {
    struct scatter_range range; /* NaN: no run has told */
    struct scatter_setting {
        const char *policy; /* belongs to whoever asked */
        size_t setting;     /* theirs, too */
        double own, at[PRICE_ENDS];
    } * settings; /* that have values, in order of their own */
    size_t count;
};

/* Of `count` runs of the same program. To be freed with scatter_order_fini. */
void scatter_order_of_runs(struct scatter_order *order, const struct single_run *runs, size_t count,
                           const struct metric *metric);
void scatter_order_fini(struct scatter_order *order);

/* In sentences, of a metric that is to be small. NULL: there is nothing to say. To be freed. */
char *scatter_order_text(const struct scatter_order *order, const struct metric *metric);

/* ---- parts of sentences ---- */

/* "2.88 to 28.4 ms" */
void scatter_write_values(FILE *out, const struct metric *metric, double from, double to);

/* "scatter: 20 to 403 ns in what services have reported, 144 ns here" */
void scatter_write_range(FILE *out, const struct scatter_range *range);

#define SCATTER_CALIBRATED                                                                         \
    "Calibrated: a measured pause says how objects lie in memory, so nothing moves with that."
#define SCATTER_SETTLE                                                                             \
    " One measured pause settles it: --cost pause=84ms@890000, with your own time and objects."

#endif
