/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"
#include "results/answer/limit_words.h"
#include "sim/base/allocate.h"
#include "sim/base/printable.h"

void table_init(struct table *table, size_t columns)
{
    *table = (struct table){.columns = columns};
}

void table_add(struct table *table, const char *text)
{
    table->cells =
        allocate_grow(table->cells, &table->capacity, table->count + 1, sizeof *table->cells);
    table->cells[table->count++] = allocate_text(text);
}

void table_add_count(struct table *table, int64_t count)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, count);
    table_add(table, text);
}

static bool is_empty(const struct table *table, size_t column)
{
    for (size_t i = table->columns + column; i < table->count; i += table->columns)
        if (strcmp(table->cells[i], "-") != 0)
            return false;
    return true;
}

void table_add_limit_names(struct table *table, const struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes_limits(outcomes); i++)
        table_add(table, condition_text(outcomes->limits->items[i]));
}

void table_add_limits(struct table *table, const struct outcomes *outcomes,
                      const struct limit_verdict *verdicts, const char *horizon)
{
    char text[LIMIT_TEXT];
    for (size_t i = 0; i < outcomes_limits(outcomes); i++)
        table_add(table, verdicts ? limit_show(text, &verdicts[i], horizon) : "-");
}

void table_drop_empty(struct table *table, size_t column)
{
    size_t kept = 0;
    if (!is_empty(table, column))
        return;
    for (size_t i = 0; i < table->count; i++)
        if (i % table->columns == column)
            free(table->cells[i]);
        else
            table->cells[kept++] = table->cells[i];
    table->count = kept;
    table->columns--;
}

static size_t width_of(const char *text)
{
    return printable_width(text, strlen(text));
}

/* The first column to the left; nothing after the last. */
static void print_row(const struct table *table, char *const *cells, const size_t *widths)
{
    for (size_t c = 0; c < table->columns; c++)
        print(c ? "  %*s" : "%-*s", table->columns > 1 ? (int)widths[c] : 0, cells[c]);
    print("\n");
}

void table_print(struct table *table)
{
    size_t *widths = allocate_zeroed(table->columns, sizeof *widths);
    for (size_t i = 0; i < table->count; i++)
        if (width_of(table->cells[i]) > widths[i % table->columns])
            widths[i % table->columns] = width_of(table->cells[i]);
    for (size_t i = 0; i < table->count; i += table->columns)
        print_row(table, table->cells + i, widths);
    free(widths);
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}
