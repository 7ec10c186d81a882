/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/seal.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/base/allocate.h"

static void hash_value(XXH3_state_t *hash, sqlite3_stmt *row, int column)
{
    int type = sqlite3_column_type(row, column);
    XXH3_64bits_update(hash, &type, sizeof type);
    if (type == SQLITE_INTEGER) {
        int64_t value = sqlite3_column_int64(row, column);
        XXH3_64bits_update(hash, &value, sizeof value);
    } else if (type == SQLITE_FLOAT) {
        double value = sqlite3_column_double(row, column);
        XXH3_64bits_update(hash, &value, sizeof value);
    } else if (type != SQLITE_NULL) {
        const void *value = sqlite3_column_blob(row, column);
        int bytes = sqlite3_column_bytes(row, column);
        XXH3_64bits_update(hash, &bytes, sizeof bytes);
        XXH3_64bits_update(hash, value, (size_t)bytes);
    }
}

/* All rows, in the order of their keys; but for the checksum itself. */
static int hash_table(XXH3_state_t *hash, struct store *store, const char *table)
{
    sqlite3_stmt *row;
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
    if (!sql)
        out_of_memory();
    int code = sqlite3_prepare_v2(store_database(store), sql, -1, &row, NULL);
    sqlite3_free(sql);
    int columns = code == SQLITE_OK ? sqlite3_column_count(row) : 0;
    while (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            if (strcmp(sqlite3_column_name(row, i), "checksum") != 0)
                hash_value(hash, row, i);
        code = SQLITE_OK;
    }
    sqlite3_finalize(row);
    return code;
}

static int hash_tables(XXH3_state_t *hash, struct store *store)
{
    sqlite3_stmt *tables;
    int code = sqlite3_prepare_v2(store_database(store),
                                  "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                  " AND name NOT LIKE 'sqlite%' ORDER BY name",
                                  -1, &tables, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(tables)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(tables, 0);
        XXH3_64bits_update(hash, name, strlen(name));
        code = hash_table(hash, store, name);
        if (code == SQLITE_DONE)
            code = SQLITE_OK;
    }
    sqlite3_finalize(tables);
    return code;
}

static int hash_rows(struct store *store, int64_t *checksum, struct error *error)
{
    XXH3_state_t *hash = XXH3_createState();
    if (!hash)
        out_of_memory();
    XXH3_64bits_reset(hash);
    int code = hash_tables(hash, store);
    *checksum = (int64_t)XXH3_64bits_digest(hash);
    XXH3_freeState(hash);
    if (code == SQLITE_NOMEM) /* of which the database has forgotten by now */
        out_of_memory();
    return code == SQLITE_DONE ? 0 : store_error(store, error);
}

int seal_put(struct store *store, struct error *error)
{
    sqlite3_stmt *update;
    int64_t checksum;
    if (hash_rows(store, &checksum, error) != 0)
        return -1;
    int code = sqlite3_prepare_v2(store_database(store), "UPDATE experiment SET checksum = ?", -1,
                                  &update, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_int64(update, 1, checksum);
        code = sqlite3_step(update);
    }
    int status = code == SQLITE_DONE ? 0 : store_error(store, error);
    sqlite3_finalize(update);
    return status;
}

int seal_check(struct store *store, struct error *error)
{
    sqlite3_stmt *seal;
    int64_t expected = 0, checksum;
    int code = sqlite3_prepare_v2(store_database(store),
                                  "SELECT checksum FROM experiment WHERE checksum IS NOT NULL", -1,
                                  &seal, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(seal)) == SQLITE_ROW)
        expected = sqlite3_column_int64(seal, 0);
    int status = code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? 1 : store_error(store, error);
    sqlite3_finalize(seal);
    if (status != 0)
        return status;
    if (hash_rows(store, &checksum, error) != 0)
        return -1;
    if (checksum != expected)
        return error_set(
            error,
            "%s: damaged (its rows are not those that were stored); remove it and run its "
            "sweep again",
            store_path(store));
    return 0;
}
