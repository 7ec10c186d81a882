/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"

void table_init(struct table *table, size_t columns)
{
    *table = (struct table){.columns = columns};
}

void table_add(struct table *table, const char *text)
{
    table->cells =
        memory_grow(table->cells, &table->capacity, table->count + 1, sizeof *table->cells);
    table->cells[table->count++] = memory_text(text);
}

void table_print(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns, width = 0;
        for (size_t j = column; j < table->count; j += table->columns)
            if (strlen(table->cells[j]) > width)
                width = strlen(table->cells[j]);
        printf(column ? "  %*s" : "%-*s", (int)width, table->cells[i]);
        if (column + 1 == table->columns)
            putchar('\n');
    }
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}
