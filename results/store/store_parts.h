/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the two halves of the store share: the file (store.c), and what is written into it
 * (store_write.c). For them alone. */
#ifndef PYGCSIM_RESULTS_STORE_STORE_PARTS_H
#define PYGCSIM_RESULTS_STORE_STORE_PARTS_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "results/store/record.h"
#include "results/store/store.h"
#include "results/store/table_reader.h"
#include "sim/base/error.h"

/* Runs of an experiment that are no more in its plan, and have not ended. */
#define LEFT_BEHIND                                                                                \
    "(SELECT id FROM run WHERE experiment_id = ?1 AND seed <= ?2"                                  \
    " AND status IN ('planned', 'unfinished')"                                                     \
    " AND id NOT IN (SELECT id FROM temp.kept))"

/* Prepared once: X(identifier, SQL). */
#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(FIND_SWEEP, "SELECT id, version, shard, shards, planned = ?2 AND document IS ?3"             \
                  " FROM experiment WHERE command = 'sweep' AND name = ?1")                        \
    X(FIND_INTRUDER, "SELECT shard, shards, name FROM experiment"                                  \
                     " WHERE id <> ?1 AND (?2 OR shards IS NOT NULL)")                             \
    X(NEW_EXPERIMENT, "INSERT INTO experiment (command, name, version, document, baseline,"        \
                      " objective, limits, planned, shard, shards)"                                \
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), nullif(?, 0))")              \
    X(RENEW_EXPERIMENT, "UPDATE experiment SET document = ?2, baseline = ?3, objective = ?4,"      \
                        " limits = ?5, planned = ?6, seal_runs = NULL WHERE id = ?1")              \
    X(FIND_RUN, "SELECT id, status FROM run WHERE experiment_id = ?1 AND policy = ?2"              \
                " AND seed = ?3 AND workload = ?4 AND collector = ?5 AND engine = ?6"              \
                " AND costs = ?7 AND log = ?8 AND warmup = ?9 AND sampling = ?10"                  \
                " AND horizon = ?11")                                                              \
    X(NEW_RUN,                                                                                     \
      "INSERT INTO run (id, experiment_id, policy, seed, workload, collector, engine,"             \
      " costs, log, warmup, sampling, horizon, measured_on, status)"                               \
      " VALUES (nullif(?13, 0), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'planned')")    \
    X(FIND_ID, "SELECT 1 FROM run WHERE id = ?")                                                   \
    X(PARAMETER, "INSERT INTO parameter VALUES (?, ?, ?, ?, ?)")                                   \
    X(KEEP_RUN, "INSERT INTO temp.kept VALUES (?)")                                                \
    X(FORGET_PARAMETERS, "DELETE FROM parameter WHERE run_id IN " LEFT_BEHIND)                     \
    X(FORGET_LEFT, "DELETE FROM collection WHERE run_id IN " LEFT_BEHIND)                          \
    X(FORGET_RUNS, "DELETE FROM run WHERE id IN " LEFT_BEHIND)                                     \
    X(NOTE_PLAN, "UPDATE run SET in_plan = NOT in_plan, seal = ~seal WHERE experiment_id = ?"      \
                 " AND in_plan <> (id IN (SELECT id FROM temp.kept))")                             \
    X(FORGET_KEPT, "DELETE FROM temp.kept")                                                        \
    X(FORGET_COLLECTIONS, "DELETE FROM collection WHERE run_id = ?")                               \
    X(SEAL_EXPERIMENT, "UPDATE experiment SET seal = ?2 WHERE id = ?1")                            \
    X(SEAL_PLANNED, "UPDATE run SET seal = iif(in_plan, ?2, ~?2), seal_histograms = NULL,"         \
                    " seal_log = NULL WHERE id = ?1")                                              \
    X(SEAL_ENDED, "UPDATE run SET seal = iif(in_plan, ?2, ~?2), seal_histograms = ?3,"             \
                  " seal_log = ?4 WHERE id = ?1")                                                  \
    X(SET_STATUS, "UPDATE run SET status = ?2, error = ?3 WHERE id = ?1")                          \
    X(SUMMARY, "INSERT INTO summary VALUES (?, ?, ?)")

enum statement {
#define X(name, sql) name,
    STATEMENTS(X)
#undef X
        STATEMENT_COUNT
};

struct store {
    char *path;
    bool writable;
    sqlite3 *database;
    pthread_mutex_t lock; /* of everything below, and of transactions */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    sqlite3_stmt *rows[RECORD_TABLE_COUNT];      /* stores a row of that table */
    struct table_reader experiment_row, run_row; /* a row that is there, for its seal */
    struct experiment_facts facts;               /* of the plan being made */
    bool continued; /* that plan: some of its runs may be there already */
    int lock_file;  /* holds the lock of sweeps; -1: it is not held */
    bool broken;    /* a write failed: *failure says why */
    struct error failure;
};

#endif
