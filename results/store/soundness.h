/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is what a results file holds what pygcsim has stored? A file may come from anybody, or from a
 * disk that forgets. So each value has the type that its column says, and is one that can be there
 * (no negative seed, no run 0, no NaN); keys are in order, and none of them twice; rows are of runs
 * and experiments that there are; indexes fit their tables; and rows are those that were sealed
 * (results/store/seal.h).
 *
 * The small tables (experiment, run, parameter, summary) are looked at whole when a file is opened,
 * the others run by run before they are read. What was looked at stays so: all that a command reads
 * is read in one transaction.
 *
 * Functions return 0, or -1 with a line in *error: "FILE: damaged: …". */
#ifndef PYGCSIM_RESULTS_STORE_SOUNDNESS_H
#define PYGCSIM_RESULTS_STORE_SOUNDNESS_H

#include "results/store/seal.h"
#include "results/store/store.h"

/* The tables are those of schema.sql, to the letter: no views, triggers, or other people's indexes,
 * and so nothing that reading them would execute. "FILE: not a results file: …". */
int soundness_check_schema(struct store *store, struct error *error);

int soundness_check_small_tables(struct store *store, struct error *error);

/* The rows that are part of a seal, of those runs whose ids a query (in SQL) gives. */
int soundness_check_runs(struct store *store, const char *runs, enum run_seal seal,
                         struct error *error);

/* The rows of those runs in whatever tables `sql` reads; to be called before it is executed. */
int soundness_check_query(struct store *store, const char *runs, const char *sql,
                          struct error *error);

#endif
