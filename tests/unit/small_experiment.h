/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Experiments for tests: a full grid of what is named. */
#ifndef PYGCSIM_TESTS_UNIT_SMALL_EXPERIMENT_H
#define PYGCSIM_TESTS_UNIT_SMALL_EXPERIMENT_H

#include "sweep/file/experiment.h"

/* Lists end with NULL. */
struct small_experiment {
    const char *workloads[4], *collectors[8], *policies[8]; /* no collector: cpython-3.13 */
    size_t seeds;                                           /* 11, 12, …; 0: one */
    enum log_level log;
    const struct engine *engine; /* NULL: the interval engine */
};

/* To be freed with experiment_fini. A specification that is not allowed ends the test. */
void small_experiment_make(const struct small_experiment *small, struct experiment *experiment);

#endif
