/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The results file: SQLite, schema in results/store/schema.sql. A file that is opened may come from
 * anybody: see results/store/soundness.h for what is looked at before it is read. Runs are planned
 * first, a row each, and then stored, in any order, each with everything about it in one
 * transaction. Collections of long runs may go in before, in batches; then the run is marked
 * unfinished until all is there. So a process killed at any time leaves a file that is readable and
 * says what is complete.
 *
 * Functions return 0, or -1 with a line in *error that names the file. What writes may be called
 * from several threads. */
#ifndef PYGCSIM_RESULTS_STORE_STORE_H
#define PYGCSIM_RESULTS_STORE_STORE_H

#include <sqlite3.h>
#include <stdint.h>

#include "results/store/logging.h"
#include "results/store/record.h"
#include "sim/base/error.h"
#include "sim/simulation.h"

struct store;

/* Opens a results file to add to it; makes it if there is none. */
struct store *store_open(const char *path, struct error *error);

/* The same of a file that lock_file (sim/base/lock.h) has locked; store_close ends the lock. While
 * a process plans and executes a sweep it has that lock: to another one, its unfinished runs would
 * look left behind. alone: nobody else can even read the file until it is closed. SQLite's log then
 * needs no shared memory, which network file systems do not have. */
struct store *store_open_locked(const char *path, int lock, bool alone, struct error *error);

/* Opens one to read from it only. Until it is closed all that is read is of one moment. For
 * one thread at a time. */
struct store *store_open_existing(const char *path, struct error *error);

/* Closes and frees; NULL is allowed. */
void store_close(struct store *store);

/* For queries and messages; owned by the store. A query may use the functions and the view of
 * results/store/metrics.h. */
sqlite3 *store_database(struct store *store);
const char *store_path(const struct store *store);

/* Bytes that are in use in it; 0 if that cannot be told. */
uint64_t store_bytes(struct store *store);

/* The same of one that is open to add to it; or, of one to read from, to see what has come since.
 */
int store_begin_reading(struct store *store, struct error *error);
void store_end_reading(struct store *store);

/* A line about the last failure of SQLite. Returns -1. */
int store_error(struct store *store, struct error *error);

/* "FILE: damaged: …". Returns -1. */
int store_damaged(const struct store *store, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool store_says_damaged(const struct error *error);

/* ---- what is to be run ---- */

/* Texts may be NULL where schema.sql has no NOT NULL. */
struct experiment_facts {
    const char *command, *name, *document, *baseline, *objective;
    const char *limits;     /* conditions, one a line */
    uint64_t planned;       /* runs, with those of other shards */
    unsigned shard, shards; /* 0: everything */
    uint64_t last_seed;     /* runs with larger ones may be planned again, so they are kept */
};

/* Everything that makes one run differ from another. */
struct run_plan {
    struct simulation_setup setup;
    enum log_level log;
    struct warmup warmup;
    uint64_t horizon_ns; /* up to which it is said what comes after the run */
};

/* Planning is one transaction. *experiment is one to continue, or 0: then a sweep continues the one
 * of its name that is there, if it was planned by this version of pygcsim with the same share, and
 * other commands make a new one. A share is alone in its file, and its experiment never changes. */
int store_begin_plan(struct store *store, const struct experiment_facts *facts, int64_t *experiment,
                     struct error *error);

/* The row of a run, made if there is none yet; `number` is its place in the plan, from 0. *ended:
 * it is stored already. A run that was left unfinished is planned anew, and one that failed if
 * that is wanted. */
int store_plan_run(struct store *store, int64_t experiment, const struct run_plan *plan,
                   uint64_t number, bool retry_failed, int64_t *run, bool *ended,
                   struct error *error);

/* Also forgets what was planned before, and is no more, and has not ended. */
int store_end_plan(struct store *store, int64_t experiment, struct error *error);

/* ---- what has been run ---- */

/* Stores the record's collections that are not yet, and marks the run as unfinished. */
int store_collections(struct store *store, int64_t run, struct record *record, struct error *error);

/* Stores everything about a run that has ended: of the record what `log` says, and the metrics
 * `values`. */
int store_run(struct store *store, int64_t run, enum log_level log, const struct record *record,
              const double *values, struct error *error);

/* The run failed, and why: that is all there is of it. */
int store_failure(struct store *store, int64_t run, const char *why, struct error *error);

/* The run is to be done again: what is stored of its collections is forgotten. */
int store_run_again(struct store *store, int64_t run, struct error *error);

/* The row of an experiment was written by a merge: it gets its seal (results/store/seal.h). */
int store_seal_experiment(struct store *store, int64_t experiment, struct error *error);

#endif
