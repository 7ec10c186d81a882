/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

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

/* Characters of a text in UTF-8. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_spaces(size_t count)
{
    printf("%*s", (int)count, "");
}

void table_print(struct table *table)
{
    size_t *widths = allocate_zeroed(table->columns, sizeof *widths);
    for (size_t i = 0; i < table->count; i++)
        if (width_of(table->cells[i]) > widths[i % table->columns])
            widths[i % table->columns] = width_of(table->cells[i]);
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns, space = widths[column] - width_of(table->cells[i]);
        if (column)
            print_spaces(space + 2);
        fputs(table->cells[i], stdout);
        if (column == 0 && table->columns > 1)
            print_spaces(space);
        if (column + 1 == table->columns)
            putchar('\n');
    }
    free(widths);
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}
