/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The results file: SQLite, schema in results/schema.sql. Rows are written in batches, one
 * transaction each; a run is marked unfinished from its first moment until everything about it is
 * stored, so that a process killed at any time leaves a file that is readable and says what is
 * complete.
 *
 * Functions return 0, or -1 with a line in *error that names the file. */
#ifndef PYGCSIM_RESULTS_STORE_H
#define PYGCSIM_RESULTS_STORE_H

#include <sqlite3.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/simulation.h"

struct store;

/* Opens a results file to add to it; makes it if there is none. */
struct store *store_open(const char *path, struct error *error);

/* Opens one to read from it only. */
struct store *store_open_existing(const char *path, struct error *error);

/* Closes and frees; NULL is allowed. */
void store_close(struct store *store);

/* For queries and messages; owned by the store. */
sqlite3 *store_database(struct store *store);
const char *store_path(const struct store *store);

/* A line about the last failure of SQLite. Returns -1. */
int store_error(struct store *store, struct error *error);

int store_begin_experiment(struct store *store, const char *name, int64_t *id, struct error *error);

/* One run at a time: begin, simulate with the observer, end. After begin, end must be called. */
int store_begin_run(struct store *store, int64_t experiment, const struct simulation_setup *setup,
                    int64_t *id, struct error *error);

/* What to simulate with. `next` is told everything too. If it ends a run, store_end_run knows why.
 */
struct observer store_observer(struct store *store, const struct observer *next);

/* Stores the rest and the metrics, and marks the run with result->status. `failure` is why the run
 * failed, NULL or "" if it did not. */
int store_end_run(struct store *store, const struct simulation_result *result, const char *failure,
                  struct error *error);

#endif
