/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The charts of a page: those of each workload and collector, the first in the experiment first,
 * and those of the whole experiment. So that a page stays one that can be sent, only the first few
 * workloads and collectors have any, and none follows once there is enough to look at. */
#ifndef PYGCSIM_RESULTS_REPORT_FIGURES_H
#define PYGCSIM_RESULTS_REPORT_FIGURES_H

#include <stddef.h>

#include "results/answer/outcome.h"
#include "results/charts/drawing.h"
#include "results/store/store.h"
#include "sim/base/error.h"

#define FIGURE_GROUPS_MOST 4         /* workloads and collectors with charts */
#define FIGURE_BYTES_MOST  3000000UL /* no further ones then */

/* A chart of the workload and collector of one group; or of all. */
struct figure {
    size_t group;           /* OF_EVERY_GROUP: of the whole experiment */
    struct drawing drawing; /* as SVG; or why there is none */
};
#define OF_EVERY_GROUP SIZE_MAX

struct figures {
    struct figure *figures;
    size_t count, capacity;
    size_t bytes;          /* of all pictures */
    size_t groups_without; /* workloads and collectors that have results and no charts */
};

/* Returns 0, or -1 with a line in *error; figures_fini is due either way. */
int figures_draw(struct figures *figures, struct store *store, const struct outcomes *outcomes,
                 struct error *error);
void figures_fini(struct figures *figures);

#endif
