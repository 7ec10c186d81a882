/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs long enough: until every run is covered for the horizon (results/horizon/prediction.h).
 * A workload that has a run which is not is made longer, for all of its policies and seeds alike,
 * and run again; how long follows from what is stored and from nothing else, so a sweep that is
 * continued does the same. What is stored are ordinary runs of workloads with that duration. */
#ifndef PYGCSIM_SWEEP_COVERAGE_H
#define PYGCSIM_SWEEP_COVERAGE_H

#include <stdbool.h>

#include "results/store/store.h"
#include "sweep/file/experiment.h"

/* Why a run is not covered, the first of these that holds. */
enum uncovered {
    UNCOVERED_unsteady, /* it ended before its steady state */
    UNCOVERED_changes,  /* a part of the policy begins, ends or freezes, later or meanwhile */
    UNCOVERED_bursts,   /* of requests that are longer than tenths of the steady state */
    UNCOVERED_growth,   /* of the heap */
    UNCOVERED_unseen,   /* a collection that comes within the horizon */
    UNCOVERED_COUNT
};

struct coverage {
    size_t runs, covered; /* that ran to their end; and of these */
    size_t uncovered[UNCOVERED_COUNT];
    char where[UNCOVERED_COUNT][256]; /* one of them: workload and policy */
    double horizon_s;                 /* of the runs */
    int64_t *wanted_ns;               /* by workload: 0: it is long enough */
    bool longer;                      /* one is to be longer */
};

/* By what is stored of the runs of the plan that the store has made last. To be freed with
 * coverage_fini. Returns 0, or -1 with a line in *error. */
int coverage_read(struct coverage *coverage, const struct experiment *experiment,
                  struct store *store, struct error *error);
void coverage_fini(struct coverage *coverage);

/* Makes the workloads as long as is wanted. */
void coverage_extend(struct experiment *experiment, const struct coverage *coverage);

#endif
