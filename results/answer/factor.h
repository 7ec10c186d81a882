/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which parameters an experiment has varied. Factors are `policy`, `workload` and `collector`,
 * which are names, and the parameters of policies and workloads, as threshold.t0: over the settings
 * of that policy alone. Only what has two values or more is one. */
#ifndef PYGCSIM_RESULTS_ANSWER_FACTOR_H
#define PYGCSIM_RESULTS_ANSWER_FACTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "results/answer/outcome.h"

struct factor {
    char *name;
    size_t *settings; /* those that have it */
    double *x;        /* its value in each, NaN: not a number, such as keep or yes */
    size_t *level;    /* which of its values it has there, from 0 */
    size_t *point;    /* its workload in each, or its policy: all of the owner's parameters */
    size_t *cells; /* its settings, cell by cell: in each, of level_count settings, it has each of
                      its values once and all other factors stand still; NULL: they are not whole */
    size_t count, level_count, point_count;
    bool of_policy; /* a parameter of a policy; or else of a workload, or a name */
    bool numbers;   /* at least two different ones */
    bool sampled;   /* these hardly repeat from point to point, while other parameters change too */
};

struct factors {
    struct factor *factors;
    size_t count;
};

/* Returns 0, or -1 with a line in *error. To be freed with factors_fini. */
int factors_read(struct factors *factors, const struct outcomes *outcomes, struct store *store,
                 struct error *error);
void factors_fini(struct factors *factors);

#endif
