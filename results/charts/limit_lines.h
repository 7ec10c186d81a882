/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits as lines of charts: of each that is about a metric by itself the value that it must not
 * pass (results/answer/condition.h), of the program that is drawn. */
#ifndef PYGCSIM_RESULTS_CHARTS_LIMIT_LINES_H
#define PYGCSIM_RESULTS_CHARTS_LIMIT_LINES_H

#include <stddef.h>

#include "results/answer/limits.h"
#include "sim/base/error.h"

struct limit_line {
    char *text; /* the whole limit */
    struct condition_line line;
};

struct limit_lines {
    struct limit_line *items;
    size_t count, capacity;
};

/* What is drawn, as the file has it; NULL: it is of several workloads or collectors, and limits
 * that depend on these are not drawn. `limits`: in place of those stored; NULL: none are. */
struct limited {
    struct store *store;
    int64_t experiment;
    const char *workload, *collector;
    const struct limits *limits;
    bool by_seen;
};

/* Returns 0, or -1 with a line in *error. To be freed with limit_lines_fini either way. */
int limit_lines_read(struct limit_lines *lines, const struct limited *limited, struct error *error);
void limit_lines_fini(struct limit_lines *lines);

#endif
