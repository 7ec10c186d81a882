/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results files for tests: made, filled with runs, queried and removed. Whatever fails ends the
 * test. */
#ifndef PYGCSIM_TESTS_UNIT_RESULTS_FILE_H
#define PYGCSIM_TESTS_UNIT_RESULTS_FILE_H

#include "results/store/metrics.h"
#include "results/store/store.h"
#include "tests/unit/check.h"
#include "tests/unit/tiny.h"

/* A file open to be added to, and a setup to begin runs with. */
struct results_file {
    char path[TEST_PATH];
    struct store *store;
    struct record *record; /* of the run under way */
    struct meter *meter;
    struct observer observer; /* the record's */
    struct tiny tiny;
    struct setting workload, policy;
    struct simulation_setup setup;
    enum log_level log; /* at first everything */
    struct warmup warmup;
};

/* A new file; the policy is given as on the command line. */
void results_file_init(struct results_file *file, const char *policy);
void results_file_fini(struct results_file *file);

/* Closes it and opens it again. */
void results_file_reopen(struct results_file *file);

/* A name of no file, and what there may be of a file of that name. */
void results_file_name(char path[TEST_PATH]);
void results_file_remove(const char *path);

/* Plans an experiment with one run, which the record is then ready for. */
int64_t results_file_begin(struct results_file *file);

/* Stores it as what was recorded and the result say, or as a failure. */
void results_file_end(struct results_file *file, int64_t run,
                      const struct simulation_result *result, const char *failure);

/* A query, in whose SQL ?1 is a run: to be stepped through and finalized. */
sqlite3_stmt *results_file_query(struct store *store, const char *sql, int64_t run);

/* The next row's values with '|' between them, a missing one as nothing; false: there is none. */
bool results_file_row(sqlite3_stmt *statement, struct text *row);

/* The only row of a query. */
void results_file_check(struct store *store, const char *sql, int64_t run, const char *row);

/* Two files have the same rows in every table. */
void results_file_check_same(const char *what, struct store *a, struct store *b);

#endif
