/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of `pygcsim export`, as SQL: what an experiment's runs were and came to, in one row
 * each, and their collections and samples. */
#ifndef PYGCSIM_RESULTS_STORE_EXPORT_H
#define PYGCSIM_RESULTS_STORE_EXPORT_H

#include <stdint.h>

#include "results/store/history.h"
#include "results/store/store.h"
#include "sim/base/error.h"

#define EVERY_RUN (-1)

/* One row a run: what tells it from others, every parameter (a number in base units, or a word) and
 * every metric. Returns the SQL, to be freed with sqlite3_free; NULL with a line in *error. */
char *export_runs(struct store *store, const struct past_experiment *experiment,
                  struct error *error);

/* One row a collection, or a sample of memory, of a run or of EVERY_RUN, by run and time. NULL,
 * with a line in *error, if there is no such run or if none has any because they were not kept. */
char *export_collections(struct store *store, const struct past_experiment *experiment, int64_t run,
                         struct error *error);
char *export_samples(struct store *store, const struct past_experiment *experiment, int64_t run,
                     struct error *error);

#endif
