/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/query.h"

#include <math.h>
#include <stdarg.h>

#include "sim/base/allocate.h"

static sqlite3_stmt *begin(struct store *store, struct error *error, const char *format,
                           va_list arguments)
{
    sqlite3_stmt *rows = NULL;
    char *sql = sqlite3_vmprintf(format, arguments);
    if (!sql)
        out_of_memory();
    if (sqlite3_prepare_v2(store_database(store), sql, -1, &rows, NULL) != SQLITE_OK)
        store_error(store, error);
    sqlite3_free(sql);
    return rows;
}

sqlite3_stmt *query_begin(struct store *store, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sqlite3_stmt *rows = begin(store, error, format, arguments);
    va_end(arguments);
    return rows;
}

int query_execute(struct store *store, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sqlite3_stmt *statement = begin(store, error, format, arguments);
    va_end(arguments);
    int status = query_next(store, statement, error);
    sqlite3_finalize(statement);
    return status < 0 ? -1 : 0;
}

int query_next(struct store *store, sqlite3_stmt *rows, struct error *error)
{
    int code = rows ? sqlite3_step(rows) : SQLITE_ERROR;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code == SQLITE_ROW;
    return rows ? store_error(store, error) : -1; /* query_begin has said why */
}

int query_columns(sqlite3_stmt *rows)
{
    return sqlite3_column_count(rows);
}

const char *query_column_name(sqlite3_stmt *rows, int column)
{
    return sqlite3_column_name(rows, column);
}

int query_type(sqlite3_stmt *rows, int column)
{
    return sqlite3_column_type(rows, column);
}

bool query_is_null(sqlite3_stmt *rows, int column)
{
    return query_type(rows, column) == SQLITE_NULL;
}

int64_t query_integer(sqlite3_stmt *rows, int column)
{
    return sqlite3_column_type(rows, column) == SQLITE_INTEGER ? sqlite3_column_int64(rows, column)
                                                               : 0;
}

double query_real(sqlite3_stmt *rows, int column)
{
    int type = sqlite3_column_type(rows, column);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(rows, column)
                                                          : NAN;
}

const char *query_string(sqlite3_stmt *rows, int column)
{
    const char *text = (const char *)sqlite3_column_text(rows, column);
    return text ? text : "";
}

char *query_text(sqlite3_stmt *rows, int column)
{
    return query_is_null(rows, column) ? NULL : allocate_text(query_string(rows, column));
}

char *query_names(const char *const *names, size_t count)
{
    sqlite3_str *list = sqlite3_str_new(NULL);
    for (size_t i = 0; i < count; i++)
        sqlite3_str_appendf(list, "%s%Q", i ? ", " : "", names[i]);
    if (count == 0)
        sqlite3_str_appendall(list, "NULL");
    char *text = sqlite3_str_finish(list);
    if (!text)
        out_of_memory();
    return text;
}
