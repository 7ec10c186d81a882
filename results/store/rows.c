/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/rows.h"

#include <stdint.h>
#include <string.h>

static uint64_t integer_at(const struct row_column *column, const void *row)
{
    const char *field = (const char *)row + column->offset;
    uint64_t whole;
    int small;
    if (column->type != ROW_SMALL && column->type != ROW_WORD) {
        memcpy(&whole, field, sizeof whole);
        return whole;
    }
    memcpy(&small, field, sizeof small);
    return (uint64_t)small;
}

static double real_at(const struct row_column *column, const void *row)
{
    double value;
    memcpy(&value, (const char *)row + column->offset, sizeof value);
    return value;
}

char *rows_insert_sql(const struct row_table *table)
{
    sqlite3_str *names = sqlite3_str_new(NULL), *marks = sqlite3_str_new(NULL);
    sqlite3_str_appendf(names, "INSERT INTO %s (run_id", table->name);
    for (const struct row_column *column = table->columns; column->name; column++) {
        sqlite3_str_appendf(names, ", %s", column->name);
        sqlite3_str_appendall(marks, ", ?");
    }
    char *values = sqlite3_str_finish(marks);
    sqlite3_str_appendf(names, ") VALUES (?%s)", values);
    sqlite3_free(values);
    return sqlite3_str_finish(names);
}

void rows_bind(sqlite3_stmt *statement, int first, const struct row_table *table, const void *row)
{
    for (const struct row_column *column = table->columns; column->name; column++, first++) {
        uint64_t value = integer_at(column, row);
        if (column->type == ROW_REAL)
            sqlite3_bind_double(statement, first, real_at(column, row)); /* NaN becomes NULL */
        else if (column->type == ROW_WORD)
            sqlite3_bind_text(statement, first, column->words[value], -1, SQLITE_STATIC);
        else if (column->type == ROW_NULL_IF_ZERO && value == 0)
            sqlite3_bind_null(statement, first);
        else
            sqlite3_bind_int64(statement, first, (int64_t)value);
    }
}

uint64_t rows_digest(const struct row_table *table, enum sealed_table sealed, int64_t run,
                     const void *row)
{
    struct seal_row seal;
    seal_row_begin(&seal);
    seal_integer(&seal, run);
    for (const struct row_column *column = table->columns; column->name; column++) {
        uint64_t value = integer_at(column, row);
        if (column->type == ROW_REAL)
            seal_real(&seal, real_at(column, row));
        else if (column->type == ROW_WORD)
            seal_text(&seal, column->words[value], strlen(column->words[value]));
        else if (column->type == ROW_NULL_IF_ZERO && value == 0)
            seal_null(&seal);
        else
            seal_integer(&seal, (int64_t)value);
    }
    return seal_row_end(&seal, sealed);
}

/* ---- the virtual table ---------------------------------------------------------------- */

struct view {
    sqlite3_vtab base;
    const struct rows *rows;
};

struct cursor {
    sqlite3_vtab_cursor base;
    const struct rows *rows;
    size_t at;
};

static int connect(sqlite3 *database, void *context, int count, const char *const *arguments,
                   sqlite3_vtab **made, char **message)
{
    const struct rows *rows = context;
    (void)count, (void)arguments, (void)message;
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendall(sql, "CREATE TABLE rows (");
    for (const struct row_column *column = rows->table->columns; column->name; column++)
        sqlite3_str_appendf(sql, "%s%s", column == rows->table->columns ? "" : ", ", column->name);
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    struct view *view = sqlite3_malloc(sizeof *view);
    int code = text && view ? sqlite3_declare_vtab(database, text) : SQLITE_NOMEM;
    sqlite3_free(text);
    if (code != SQLITE_OK) {
        sqlite3_free(view);
        return code;
    }
    *view = (struct view){.rows = rows};
    *made = &view->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* There is one way to read it: all, in order. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *plan)
{
    const struct view *view = (const struct view *)table;
    plan->estimatedCost = (double)view->rows->count;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **made)
{
    struct cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    *cursor = (struct cursor){.rows = ((struct view *)table)->rows};
    *made = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int first_row(sqlite3_vtab_cursor *base, int plan, const char *name, int count,
                     sqlite3_value **values)
{
    (void)plan, (void)name, (void)count, (void)values;
    ((struct cursor *)base)->at = 0;
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->at++;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return cursor->at >= cursor->rows->count;
}

static int column_value(sqlite3_vtab_cursor *base, sqlite3_context *result, int number)
{
    const struct cursor *cursor = (const struct cursor *)base;
    const struct row_table *table = cursor->rows->table;
    const struct row_column *column = &table->columns[number];
    const char *row = (const char *)cursor->rows->row + cursor->at * table->row_size;
    if (column->type == ROW_REAL) {
        sqlite3_result_double(result, real_at(column, row));
        return SQLITE_OK;
    }
    uint64_t value = integer_at(column, row);
    if (column->type == ROW_WORD)
        sqlite3_result_text(result, column->words[value], -1, SQLITE_STATIC);
    else if (column->type != ROW_NULL_IF_ZERO || value != 0)
        sqlite3_result_int64(result, (int64_t)value);
    return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *base, sqlite3_int64 *number)
{
    *number = (sqlite3_int64)((struct cursor *)base)->at;
    return SQLITE_OK;
}

/* Without xCreate: there is just the one, of the module's own name. */
static const sqlite3_module module = {
    .xConnect = connect,
    .xDisconnect = disconnect,
    .xBestIndex = best_index,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = first_row,
    .xNext = next_row,
    .xEof = at_end,
    .xColumn = column_value,
    .xRowid = row_number,
};

int rows_register(sqlite3 *database, const struct rows *rows)
{
    return sqlite3_create_module_v2(database, rows->table->name, &module, (void *)(uintptr_t)rows,
                                    NULL);
}
