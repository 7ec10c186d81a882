/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A page about an experiment, to show to others: HTML that loads nothing, from the template
 * results/report/page.html. The same results give the same bytes: no clock, no path. */
#ifndef PYGCSIM_RESULTS_REPORT_REPORT_H
#define PYGCSIM_RESULTS_REPORT_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "results/answer/subject.h"
#include "results/report/figures.h"
#include "results/store/store.h"
#include "sim/base/error.h"
#include "sim/base/param.h"

/* Everything belongs to the caller. */
struct report {
    struct subject subject;
    const char *file; /* the results file's name, for commands that a reader may type */
    const struct outcomes *outcomes;
    struct columns columns;                /* of the tables of settings */
    struct columns profile[PROFILE_PARTS]; /* of the tables below these */
    size_t top;                            /* settings of a table; 0: all */
    const struct figures *figures;
    const struct component *const *policies, *const *workloads; /* registries: end with NULL */
};

/* Returns 0, or -1 with a line in *error. Whether all could be written `out` knows. */
int report_write(FILE *out, const struct report *report, struct error *error);

#endif
