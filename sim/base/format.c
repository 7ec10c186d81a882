/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/format.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "sim/base/utf8.h"

#define NUMBER_MOST 400 /* characters: the largest double has 309 digits before the point */

/* "%-10.3lld" is {"-", 10, 3, "ll", 'd'}. */
struct conversion {
    char flags[8];
    int width, precision; /* −1: none */
    char length[3];
    char type;
};

/* So that it can be handed on by reference. */
struct values {
    va_list list;
};

/* ---- reading one ---------------------------------------------------------------------------- */

/* A width or precision: digits, or the next argument. */
static int read_number(const char **format, struct values *values)
{
    if (**format != '*')
        return (int)strtol(*format, (char **)format, 10);
    ++*format;
    return va_arg(values->list, int);
}

/* Of the characters in `set` as many as there are. */
static void read_set(const char **format, const char *set, char *into, size_t size)
{
    size_t length = strspn(*format, set);
    assert(length < size);
    (void)size; /* where there are no assertions */
    memcpy(into, *format, length);
    into[length] = '\0';
    *format += length;
}

/* What follows a %. */
static struct conversion read_conversion(const char **format, struct values *values)
{
    struct conversion conversion = {.precision = -1};
    read_set(format, "-+ #0", conversion.flags, sizeof conversion.flags);
    conversion.width = read_number(format, values);
    if (**format == '.') {
        ++*format;
        conversion.precision = read_number(format, values);
    }
    read_set(format, "hljzt", conversion.length, sizeof conversion.length);
    conversion.type = *(*format)++;
    return conversion;
}

/* ---- its argument --------------------------------------------------------------------------- */

static intmax_t take_signed(const struct conversion *conversion, struct values *values)
{
    switch (conversion->length[0]) {
    case 'l':
        return conversion->length[1] ? va_arg(values->list, long long) : va_arg(values->list, long);
    case 'z':
        return va_arg(values->list, ssize_t);
    case 'j':
        return va_arg(values->list, intmax_t);
    case 't':
        return va_arg(values->list, ptrdiff_t);
    default:
        return va_arg(values->list, int);
    }
}

static uintmax_t take_unsigned(const struct conversion *conversion, struct values *values)
{
    bool is_int = !conversion->length[0] || conversion->length[0] == 'h';
    return is_int ? va_arg(values->list, unsigned) : (uintmax_t)take_signed(conversion, values);
}

static void put_number(const struct format_sink *sink, const struct conversion *conversion,
                       struct values *values)
{
    char text[NUMBER_MOST], spec[16];
    bool is_signed = strchr("di", conversion->type), is_whole = strchr("dioxXu", conversion->type);
    int width = conversion->width, precision = conversion->precision;
    snprintf(spec, sizeof spec, "%%%s*.*%s%c", conversion->flags, is_whole ? "j" : "",
             conversion->type);
    if (!is_whole)
        snprintf(text, sizeof text, spec, width, precision, va_arg(values->list, double));
    else if (is_signed)
        snprintf(text, sizeof text, spec, width, precision, take_signed(conversion, values));
    else
        snprintf(text, sizeof text, spec, width, precision, take_unsigned(conversion, values));
    sink->fixed(sink->context, text, strlen(text));
}

static void put_text(const struct format_sink *sink, const struct conversion *conversion,
                     const char *text)
{
    size_t most = conversion->precision < 0 ? SIZE_MAX : (size_t)conversion->precision;
    size_t size = most == SIZE_MAX ? strlen(text) : strnlen(text, most);
    bool is_cut = size == most;
    bool is_left = strchr(conversion->flags, '-');
    sink->text(sink->context, text, is_cut ? utf8_whole(text, size) : size,
               is_left ? -conversion->width : conversion->width);
}

static void put(const struct format_sink *sink, const struct conversion *conversion,
                struct values *values)
{
    if (conversion->type == 's') {
        const char *text = va_arg(values->list, const char *);
        put_text(sink, conversion, text ? text : "(null)");
    } else if (conversion->type == 'c') {
        const char text[] = {(char)va_arg(values->list, int), '\0'};
        put_text(sink, conversion, text);
    } else {
        assert(strchr("dioxXueEfFgGaA", conversion->type));
        put_number(sink, conversion, values);
    }
}

void format_each(const struct format_sink *sink, const char *format, va_list list)
{
    struct values values;
    va_copy(values.list, list);
    while (*format) {
        size_t plain = strcspn(format, "%");
        if (plain)
            sink->fixed(sink->context, format, plain);
        format += plain;
        if (strncmp(format, "%%", 2) == 0) {
            sink->fixed(sink->context, "%", 1);
            format += 2;
        } else if (*format) {
            format++;
            struct conversion conversion = read_conversion(&format, &values);
            put(sink, &conversion, &values);
        }
    }
    va_end(values.list);
}
