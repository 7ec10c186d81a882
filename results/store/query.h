/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Queries of a results file, row by row:
 *
 *     sqlite3_stmt *rows = query_begin(store, error, "SELECT … WHERE id = %lld", id);
 *     int more;
 *     while ((more = query_next(store, rows, error)) > 0)
 *         … sqlite3_column_…(rows, 0) …
 *     sqlite3_finalize(rows);
 *     if (more < 0) …
 */
#ifndef PYGCSIM_RESULTS_STORE_QUERY_H
#define PYGCSIM_RESULTS_STORE_QUERY_H

#include <sqlite3.h>
#include <stddef.h>

#include "results/store/store.h"
#include "sim/base/error.h"

/* The text is put together as by sqlite3_mprintf (%Q: a quoted text). NULL, with a line in *error,
 * if the file cannot be read. */
sqlite3_stmt *query_begin(struct store *store, struct error *error, const char *format, ...);

/* 1: the next row is there; 0: there is none; -1, with a line in *error: it cannot be read, or
 * `rows` is NULL. */
int query_next(struct store *store, sqlite3_stmt *rows, struct error *error);

/* A column's text, a copy; NULL if it is NULL. */
char *query_text(sqlite3_stmt *rows, int column);

/* For IN (…): the names, quoted, with commas between; to be freed with sqlite3_free. */
char *query_names(const char *const *names, size_t count);

#endif
