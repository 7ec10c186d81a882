/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays of C structs as SQL tables. A table's columns are described once; from that come the
 * statement that stores a row in the results file, and a virtual table, through which queries read
 * the array where it lies: the metrics of a run are SQL over what is in memory, stored or not. */
#ifndef PYGCSIM_RESULTS_STORE_ROWS_H
#define PYGCSIM_RESULTS_STORE_ROWS_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "results/store/seal.h"

enum row_type {
    ROW_INTEGER,      /* uint64_t */
    ROW_SMALL,        /* int */
    ROW_NULL_IF_ZERO, /* uint64_t */
    ROW_WORD,         /* enum: an index into `words` */
    ROW_REAL,         /* double; NaN is NULL */
};

struct row_column {
    const char *name;
    enum row_type type;
    size_t offset; /* of the field in the struct */
    const char *const *words;
};

struct row_table {
    const char *name;
    const struct row_column *columns; /* ends with a NULL name */
    size_t row_size;
};

struct rows {
    const struct row_table *table;
    const void *row; /* the first */
    size_t count;
};

/* Makes the rows a table of that name to a connection: what is there when a query begins. The
 * struct stays with the caller, and outlives the connection. Returns an SQLite result code. */
int rows_register(sqlite3 *database, const struct rows *rows);

/* "INSERT INTO name (run_id, …) VALUES (?1, …)"; to be freed with sqlite3_free. NULL: no memory. */
char *rows_insert_sql(const struct row_table *table);

/* Binds a row's columns from parameter `first` on. */
void rows_bind(sqlite3_stmt *statement, int first, const struct row_table *table, const void *row);

/* The digest of the row as it is stored (results/store/seal.h). */
uint64_t rows_digest(const struct row_table *table, enum sealed_table sealed, int64_t run,
                     const void *row);

#endif
