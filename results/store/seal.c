/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/seal.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

#include "results/store/query.h"
#include "results/store/store.h"

const struct sealed_table_facts sealed_tables[] = {
#define X(name, seal) {#name, SEAL_##seal},
    SEALED_TABLES(X)
#undef X
};

enum sealed_table sealed_table_named(const char *name)
{
    int table = 0;
    while (table < SEALED_TABLE_COUNT && strcmp(sealed_tables[table].name, name) != 0)
        table++;
    return (enum sealed_table)table;
}

/* ---- a row ---------------------------------------------------------------------------- */

static void add_cell(struct seal_row *row, unsigned type, uint64_t value)
{
    assert(row->count < SEAL_COLUMNS_MOST);
    row->cells[0] = (row->cells[0] << 2 | row->cells[0] >> 62) ^ type;
    row->cells[++row->count] = value;
}

void seal_null(struct seal_row *row)
{
    add_cell(row, 0, 0);
}

void seal_integer(struct seal_row *row, int64_t value)
{
    add_cell(row, 1, (uint64_t)value);
}

/* SQLite may keep a real number as a whole one: then there is no negative zero. */
void seal_real(struct seal_row *row, double value)
{
    uint64_t bits;
    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    add_cell(row, 2, bits);
}

void seal_text(struct seal_row *row, const char *text, size_t length)
{
    add_cell(row, 3, XXH3_64bits(text, length));
}

uint64_t seal_row_end(const struct seal_row *row, enum sealed_table table)
{
    return XXH3_64bits_withSeed(row->cells, (1 + row->count) * sizeof *row->cells, table);
}

/* ---- of a share ----------------------------------------------------------------------- */

static int sum_runs(struct store *store, uint64_t *sum, struct error *error)
{
    int more;
    sqlite3_stmt *runs =
        query_begin(store, error, "SELECT id, in_plan, seal, seal_histograms, seal_log FROM run");
    *sum = 0;
    while ((more = query_next(store, runs, error)) > 0) {
        struct seal_row row;
        seal_row_begin(&row);
        for (int c = 0; c < query_columns(runs); c++)
            seal_integer(&row, query_integer(runs, c));
        *sum += seal_row_end(&row, SEALED_experiment);
    }
    sqlite3_finalize(runs);
    return more;
}

int seal_put(struct store *store, struct error *error)
{
    uint64_t sum;
    if (sum_runs(store, &sum, error) != 0)
        return -1;
    return query_execute(store, error, "UPDATE experiment SET seal_runs = %lld", (long long)sum);
}

int seal_check(struct store *store, struct error *error)
{
    uint64_t sum, sealed = 0;
    sqlite3_stmt *seal =
        query_begin(store, error, "SELECT seal_runs FROM experiment WHERE seal_runs IS NOT NULL");
    int more = query_next(store, seal, error);
    if (more > 0)
        sealed = (uint64_t)query_integer(seal, 0);
    sqlite3_finalize(seal);
    if (more <= 0)
        return more == 0 ? 1 : -1;
    if (sum_runs(store, &sum, error) != 0)
        return -1;
    if (sum == sealed)
        return 0;
    return store_damaged(store, error, "its runs are not those that were stored");
}
