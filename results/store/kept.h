/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What has come of the runs of the plan that a store has made last (store_end_plan): that of a
 * sweep under way. Functions return 0, or -1 with a line in *error that names the file. */
#ifndef PYGCSIM_RESULTS_STORE_KEPT_H
#define PYGCSIM_RESULTS_STORE_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "results/statistics/estimate.h"
#include "results/store/metrics.h"
#include "results/store/store.h"
#include "sim/base/error.h"

/* The first of the usual objectives that any of the experiment's runs has a value of; *found is
 * NULL if none of them has. */
int kept_objective(struct store *store, int64_t experiment, const struct metric **found,
                   struct error *error);

/* Estimates of a metric's mean, one for each workload, collector and policy that has a value. */
struct kept_estimates {
    struct kept_estimate {
        char *policy;
        struct estimate estimate; /* with the interval that suits the metric */
        double largest_share;     /* of the squared deviations (results/statistics/interval.h) */
    } * points;
    size_t count;
};
int kept_estimates_read(struct kept_estimates *estimates, struct store *store,
                        const struct metric *metric, struct error *error);
void kept_estimates_fini(struct kept_estimates *estimates);

/* A metric's values, one for each run that has one, by the number of the run. */
struct kept_values {
    struct kept_value {
        int64_t run;
        double value;
    } * values;
    size_t count;
};
int kept_values_read(struct kept_values *values, struct store *store, const struct metric *metric,
                     struct error *error);
void kept_values_fini(struct kept_values *values);

/* NaN: it has none. */
double kept_value(const struct kept_values *values, int64_t run);

/* How far the runs that ran to their end have seen what can come (results/horizon/prediction.h), in
 * the order of the plan. Reals are NaN where there is none. */
struct kept_coverages {
    struct kept_coverage {
        char *workload, *policy;
        double covered, flagged, changes, arrival_dispersion, horizon, full_period;
        double low[GENERATIONS], high[GENERATIONS];
        uint64_t seen[GENERATIONS]; /* collections in the steady state */
    } * runs;
    size_t count;
};
int kept_coverages_read(struct kept_coverages *coverages, struct store *store, struct error *error);
void kept_coverages_fini(struct kept_coverages *coverages);

#endif
