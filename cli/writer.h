/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows for other programs: CSV (RFC 4180: a header, quotes where they are needed; lines end with
 * "\n"), or JSON, one object a line. Columns are named first; then come their values, row by row in
 * the same order. What has no value is empty in CSV, and left out in JSON. */
#ifndef PYGCSIM_CLI_WRITER_H
#define PYGCSIM_CLI_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/json.h"

enum writer_form { WRITER_CSV, WRITER_JSON };

struct writer {
    FILE *out; /* its errors are the caller's to look for */
    enum writer_form form;
    struct writer_column {
        char *name, *heading; /* in JSON, and in CSV */
    } * columns;
    size_t column_count, capacity;
    size_t at; /* the column whose value comes next */
    size_t rows;
    struct json json;
};

void writer_init(struct writer *writer, FILE *out, enum writer_form form);

/* `unit`: in CSV it is part of the name, as "pause_max (s)"; NULL: it has none. */
void writer_column(struct writer *writer, const char *name, const char *unit);

/* NULL, NaN and the infinities: no value. Numbers are the shortest that read back as the same. */
void writer_text(struct writer *writer, const char *text);
void writer_real(struct writer *writer, double value);
void writer_integer(struct writer *writer, int64_t value);

/* The header of what has no rows, and frees. */
void writer_fini(struct writer *writer);

#endif
