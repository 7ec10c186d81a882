/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/print.h"

#include <stdarg.h>
#include <string.h>

#include "sim/base/printable.h"

void print(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    printable_print(stdout, format, values);
    va_end(values);
}

void print_to(FILE *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    printable_print(out, format, values);
    va_end(values);
}

void print_as_it_is(const char *lines)
{
    fputs(lines, stdout);
}

#define LINE_WIDTH 110

/* How much of a text stands in a line: up to a space, if there is one. */
static size_t line_of(const char *text)
{
    size_t length = printable_fit(text, LINE_WIDTH), space;
    if (text[length] == '\0')
        return length;
    for (space = length; space > 0 && text[space] != ' '; space--)
        ;
    return space ? space : strcspn(text, " ");
}

void print_paragraph(const char *line)
{
    while (*line) {
        size_t length = line_of(line);
        print("%.*s\n", (int)length, line);
        line += length + (line[length] == ' ');
    }
}

void print_foreign(FILE *out, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        print_to(out, "%.*s\n", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}
