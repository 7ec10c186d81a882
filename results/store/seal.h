/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seals: SQLite itself does not notice when a disk or a copy changes a digit. A seal is the sum of
 * the digests (XXH3, 64 bits) of rows, modulo 2^64. So rows may come in any order, and what is
 * added or changed later is added to the seal, or taken from it. Against accidents: whoever changes
 * a file on purpose can make the seals that suit.
 *
 * A run has three, in table run, so that only what is read need be checked. */
#ifndef PYGCSIM_RESULTS_STORE_SEAL_H
#define PYGCSIM_RESULTS_STORE_SEAL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"

struct store;

/* Tables of the file: X(name, the seal of a run that their rows are part of). */
#define SEALED_TABLES(X)                                                                           \
    X(experiment, NONE)                                                                            \
    X(run, FACTS)                                                                                  \
    X(parameter, FACTS)                                                                            \
    X(summary, FACTS)                                                                              \
    X(latency, HISTOGRAMS)                                                                         \
    X(pause, HISTOGRAMS)                                                                           \
    X(age, HISTOGRAMS)                                                                             \
    X(reclaimed, HISTOGRAMS)                                                                       \
    X(collection, LOG)                                                                             \
    X(sample, LOG)

enum sealed_table {
#define X(name, seal) SEALED_##name,
    SEALED_TABLES(X)
#undef X
        SEALED_TABLE_COUNT
};

enum run_seal { SEAL_FACTS, SEAL_HISTOGRAMS, SEAL_LOG, RUN_SEAL_COUNT, SEAL_NONE };

extern const struct sealed_table_facts {
    const char *name;
    enum run_seal seal;
} sealed_tables[SEALED_TABLE_COUNT];

/* SEALED_TABLE_COUNT if there is none of that name. */
enum sealed_table sealed_table_named(const char *name);

/* ---- a row ---- */

#define SEAL_COLUMNS_MOST 40

/* What it holds, column by column: each is a type, of two bits, and 64 bits. Types beyond the 32nd
 * column are laid over those of the first. */
struct seal_row {
    uint64_t cells[1 + SEAL_COLUMNS_MOST]; /* the first has the types */
    size_t count;
};

static inline void seal_row_begin(struct seal_row *row)
{
    row->count = 0;
    row->cells[0] = 0;
}

void seal_null(struct seal_row *row);
void seal_integer(struct seal_row *row, int64_t value);
void seal_real(struct seal_row *row, double value);
void seal_text(struct seal_row *row, const char *text, size_t length);

/* The same row in another table has another digest. */
uint64_t seal_row_end(const struct seal_row *row, enum sealed_table table);

/* ---- of a share that has ended ---- */

/* Nothing will be added to the file, unless its sweep is run again. Returns 0, or -1 with a line in
 * *error. */
int seal_put(struct store *store, struct error *error);

/* Returns 0 if the runs are those that were sealed; 1 if there is no seal; -1 with a line in *error
 * if they are not, or cannot be read. */
int seal_check(struct store *store, struct error *error);

#endif
