/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Queries of a results file, row by row:
 *
 *     sqlite3_stmt *rows = query_begin(store, error, "SELECT … WHERE id = %lld", id);
 *     int more;
 *     while ((more = query_next(store, rows, error)) > 0)
 *         … query_integer(rows, 0) …
 *     sqlite3_finalize(rows);
 *     if (more < 0) …
 */
#ifndef PYGCSIM_RESULTS_STORE_QUERY_H
#define PYGCSIM_RESULTS_STORE_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/store/store.h"
#include "sim/base/error.h"

/* The text is put together as by sqlite3_mprintf (%Q: a quoted text). NULL, with a line in *error,
 * if the file cannot be read. */
sqlite3_stmt *query_begin(struct store *store, struct error *error, const char *format, ...);

/* 1: the next row is there; 0: there is none; -1, with a line in *error: it cannot be read, or
 * `rows` is NULL. */
int query_next(struct store *store, sqlite3_stmt *rows, struct error *error);

/* For what gives no rows. Returns 0, or -1 with a line in *error. */
int query_execute(struct store *store, struct error *error, const char *format, ...);

/* ---- a column of the row ----
 *
 * Whatever is there, these give what they say: what is stored has been looked at when the file was
 * opened (results/store/soundness.h), but what a query makes of it may be NULL. */

int query_columns(sqlite3_stmt *rows);
const char *query_column_name(sqlite3_stmt *rows, int column);

/* SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT or SQLITE_NULL. */
int query_type(sqlite3_stmt *rows, int column);
bool query_is_null(sqlite3_stmt *rows, int column);

/* 0 if it is no whole number. */
int64_t query_integer(sqlite3_stmt *rows, int column);

/* NaN if it is no number. */
double query_real(sqlite3_stmt *rows, int column);

/* Until the next row; "" if it is NULL. */
const char *query_string(sqlite3_stmt *rows, int column);

/* A copy; NULL if it is NULL. */
char *query_text(sqlite3_stmt *rows, int column);

/* For IN (…): the names, quoted, with commas between; to be freed with sqlite3_free. */
char *query_names(const char *const *names, size_t count);

#endif
