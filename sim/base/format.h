/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Formats of printf, taken apart: for those who do something else with the texts that are put in by
 * %s than with the rest, as making them printable or short. All of printf is known but %n, %p, wide
 * characters, long double and arguments by number. */
#ifndef PYGCSIM_SIM_BASE_FORMAT_H
#define PYGCSIM_SIM_BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

struct format_sink {
    void *context;
    /* Some of the format itself, or a number. */
    void (*fixed)(void *context, const char *text, size_t size);
    /* The argument of a %s or %c, with no character cut off at its end, and how many columns it is
     * to fill at least: spaces go before it, or behind it if that is negative. */
    void (*text)(void *context, const char *text, size_t size, int columns);
};

/* Calls the sink with each part in turn. */
void format_each(const struct format_sink *sink, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

#endif
