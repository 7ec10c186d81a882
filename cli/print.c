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

void print_foreign(FILE *out, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        print_to(out, "%.*s\n", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}
