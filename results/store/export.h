/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of `pygcsim export`, row by row: what an experiment's runs were and came to, in one
 * row each, and their collections and samples.
 *
 *     struct export *rows = export_runs(store, experiment, error);
 *     while (rows && (more = export_next(rows, error)) > 0)
 *         … export_value(rows, column) …
 *     export_free(rows);
 */
#ifndef PYGCSIM_RESULTS_STORE_EXPORT_H
#define PYGCSIM_RESULTS_STORE_EXPORT_H

#include <stddef.h>
#include <stdint.h>

#include "results/store/history.h"
#include "results/store/store.h"
#include "sim/base/error.h"

#define EVERY_RUN (-1)

struct export;

/* One row a run: what tells it from others, every parameter (a number in base units, or a word) and
 * every metric. NULL, with a line in *error, if the file cannot be read. */
struct export *export_runs(struct store *store, const struct past_experiment *experiment,
                           struct error *error);

/* One row a collection, or a sample of memory, of a run or of EVERY_RUN, by run and time. NULL,
 * with a line in *error, also if there is no such run or if none has any because they were not
 * kept. */
struct export *export_collections(struct store *store, const struct past_experiment *experiment,
                                  int64_t run, struct error *error);
struct export *export_samples(struct store *store, const struct past_experiment *experiment,
                              int64_t run, struct error *error);

/* NULL is allowed. */
void export_free(struct export *rows);

size_t export_column_count(const struct export *rows);
const char *export_column_name(const struct export *rows, size_t column);

/* NULL: none, or the name says it. */
const char *export_column_unit(const struct export *rows, size_t column);

/* 1: the next row is there; 0: there is none; -1, with a line in *error: it cannot be read. */
int export_next(struct export *rows, struct error *error);

/* A value of the row, until the next. */
struct export_value {
    enum { EXPORT_TEXT, EXPORT_INTEGER, EXPORT_REAL } type;
    const char *text; /* NULL: no value */
    int64_t integer;
    double real;
};
struct export_value export_value(const struct export *rows, size_t column);

/* ---- logs ---- */

/* Collections of one run as garbage collectors log theirs. As export_collections. */
struct export *export_log(struct store *store, const struct past_experiment *experiment,
                          int64_t run, struct error *error);

struct export_log_line {
    int64_t sequence;
    double end_s, pause_s;
    int generation;
    const char *cause;                       /* until the next */
    int64_t before_kib, after_kib, peak_kib; /* of the heap; the last: of the run */
};

/* As export_next, of what export_log has begun. */
int export_next_log_line(struct export *rows, struct export_log_line *line, struct error *error);

/* How many runs an experiment has, and what their numbers are. Returns 0, or -1 with a line in
 * *error. */
struct run_numbers {
    int64_t count, first, last;
};
int export_run_numbers(struct run_numbers *numbers, struct store *store,
                       const struct past_experiment *experiment, struct error *error);

#endif
