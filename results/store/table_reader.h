/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a table of a results file row by row, whatever is in it: every value is looked at before
 * anybody else sees it, and every row has its digest (results/store/seal.h). */
#ifndef PYGCSIM_RESULTS_STORE_TABLE_READER_H
#define PYGCSIM_RESULTS_STORE_TABLE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "results/store/seal.h"
#include "results/store/store.h"

struct column_rule;

struct table_reader {
    struct store *store;
    enum sealed_table table;
    sqlite3_stmt *rows;
    int columns, sealed; /* of these the first are part of the digest */
    struct column_rule *rules;
    struct key {
        char *bytes; /* the columns of the primary key, so that memcmp tells their order */
        size_t length, capacity;
    } key, before;

    /* The row. */
    bool there;
    int64_t id, parent; /* the first column, and the second if it is a number */
    uint64_t digest;
    bool has_seal[RUN_SEAL_COUNT];
    uint64_t seals[RUN_SEAL_COUNT]; /* as they would be of a run in the plan */
};

enum which_rows { EVERY_ROW, ONE_ID }; /* of the first column */

/* All in the order of the primary key. Returns 0, or -1 with a line in *error; table_reader_end is
 * due in any case. Of a reader that is all zero it does nothing. */
int table_reader_begin(struct table_reader *reader, struct store *store, enum sealed_table table,
                       enum which_rows which, struct error *error);
void table_reader_end(struct table_reader *reader);

/* Of ONE_ID: the rows with that id are the next. */
void table_reader_rewind(struct table_reader *reader, int64_t id);

/* The same, for a table with one such row: 1, 0 or -1, as table_reader_next. Nothing is kept open.
 */
int table_reader_one(struct table_reader *reader, int64_t id, struct error *error);

/* 1: the next row is there; 0: there is none; -1, with a line in *error: it cannot be read, or
 * cannot be what was stored. */
int table_reader_next(struct table_reader *reader, struct error *error);

#endif
