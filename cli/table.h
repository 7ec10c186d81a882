/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables on standard output: columns as wide as what is in them, the first to the left, the others
 * to the right. */
#ifndef PYGCSIM_CLI_TABLE_H
#define PYGCSIM_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/answer/verdict.h"

struct table {
    char **cells; /* row by row */
    size_t count, capacity, columns;
};

void table_init(struct table *table, size_t columns);

/* The next cell; the text is copied. The first `columns` of them are the header. */
void table_add(struct table *table, const char *text);

void table_add_count(struct table *table, int64_t count);

/* A column for each of the outcomes' limits: its text, and how a setting stands to it. Nothing if
 * there are none. No verdicts: "-". */
void table_add_limit_names(struct table *table, const struct outcomes *outcomes);
void table_add_limits(struct table *table, const struct outcomes *outcomes,
                      const struct limit_verdict *verdicts, const char *horizon);

/* Takes a column away in which every row has "-". */
void table_drop_empty(struct table *table, size_t column);

/* Prints and frees. */
void table_print(struct table *table);

#endif
