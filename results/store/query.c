/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/query.h"

#include <stdarg.h>

#include "sim/base/allocate.h"

sqlite3_stmt *query_begin(struct store *store, struct error *error, const char *format, ...)
{
    sqlite3_stmt *rows = NULL;
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    if (!sql)
        out_of_memory();
    if (sqlite3_prepare_v2(store_database(store), sql, -1, &rows, NULL) != SQLITE_OK)
        store_error(store, error);
    sqlite3_free(sql);
    return rows;
}

int query_next(struct store *store, sqlite3_stmt *rows, struct error *error)
{
    int code = rows ? sqlite3_step(rows) : SQLITE_ERROR;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code == SQLITE_ROW;
    return rows ? store_error(store, error) : -1; /* query_begin has said why */
}

char *query_text(sqlite3_stmt *rows, int column)
{
    const char *text = (const char *)sqlite3_column_text(rows, column);
    return text ? allocate_text(text) : NULL;
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
