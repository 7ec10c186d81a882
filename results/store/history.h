/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What experiments a results file has. Functions return 0, or -1 with a line in *error that names
 * the file. */
#ifndef PYGCSIM_RESULTS_STORE_HISTORY_H
#define PYGCSIM_RESULTS_STORE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "results/store/store.h"
#include "sim/base/error.h"
#include "sim/simulation.h"

/* An experiment of the file. Its runs: as many as were planned, with those of other shards; how
 * many of each status are in the file; and how many more there are that are not in its plan any
 * more. Those have no part in any answer. */
struct past_experiment {
    int64_t number;
    char *name, *command, *version;
    char *baseline;  /* the policy that others are compared with; NULL: not said */
    char *objective; /* a metric's name; NULL: not said */
    char *limits;    /* conditions, one a line; NULL: none (results/answer/limits.h reads them) */
    int64_t planned;
    int64_t runs[RUN_STATUS_COUNT];
    int64_t earlier;
};

struct history {
    struct past_experiment *experiments; /* the oldest first */
    size_t count;
};

int history_read(struct history *history, struct store *store, struct error *error);
void history_fini(struct history *history);

/* The command of experiments that look whether an answer about another holds over a longer time. */
#define VERIFICATION "best"

/* By number, or the newest of that name; NULL: the newest that is no verification. */
int history_find(const struct history *history, const struct store *store, const char *text,
                 const struct past_experiment **found, struct error *error);

#endif
