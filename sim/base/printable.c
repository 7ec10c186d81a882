/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/printable.h"

#include <string.h>

#include "sim/base/format.h"
#include "sim/base/utf8.h"

struct range {
    uint32_t first, last;
};

#define LENGTH(ranges) (sizeof(ranges) / sizeof *(ranges))

static bool is_in(uint32_t character, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

bool printable_is(uint32_t character)
{
    static const struct range obeyed[] = {
        {0, 0x1F},        {0x7F, 0x9F}, {0x2028, 0x2029}, /* line and paragraph separator */
        {0x202A, 0x202E}, /* embeddings and overrides of direction */
        {0x2066, 0x2069}, /* isolates */
    };
    return !is_in(character, obeyed, LENGTH(obeyed));
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Of a character that is not written as it is; length 0: a byte that is part of none. */
static void escape(char out[PRINTABLE_MOST], unsigned char byte, size_t length, uint32_t character)
{
    static const char letters[] = "\t\n\r", names[] = "tnr";
    const char *letter = length && byte ? strchr(letters, byte) : NULL;
    if (letter)
        snprintf(out, PRINTABLE_MOST, "\\%c", names[letter - letters]);
    else if (length > 1)
        snprintf(out, PRINTABLE_MOST, "\\u%04x", (unsigned)character & 0xFFFF);
    else
        snprintf(out, PRINTABLE_MOST, "\\x%02x", byte);
}

size_t printable_character(char out[PRINTABLE_MOST], const char *text, size_t size)
{
    uint32_t character = 0;
    size_t length = utf8_read(text, size, &character);
    if (length && printable_is(character))
        *(char *)mempcpy(out, text, length) = '\0';
    else
        escape(out, (unsigned char)*text, length, character);
    return length ? length : 1;
}

void printable_write(FILE *out, const char *text, size_t size)
{
    char character[PRINTABLE_MOST];
    for (size_t length; size > 0; size -= length, text += length) {
        length = printable_character(character, text, size);
        fputs(character, out);
    }
}

/* ---- columns -------------------------------------------------------------------------------- */

/* Of characters that are written as they are; the large blocks of Unicode, not every exception. */
static size_t columns_of(uint32_t character)
{
    static const struct range none[] = {
        {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},     {0x64B, 0x65F},
        {0x93A, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},   {0xE31, 0xE31},     {0xE34, 0xE3A},
        {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},   {0x20D0, 0x20FF},
        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE01EF},
    };
    static const struct range two[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
        {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
        {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
    };
    if (character < none[0].first)
        return 1;
    return is_in(character, none, LENGTH(none)) ? 0 : is_in(character, two, LENGTH(two)) ? 2 : 1;
}

/* Of the first character of a text, and how many bytes it has. */
static size_t first_columns(const char *text, size_t size, size_t *length)
{
    char shown[PRINTABLE_MOST];
    uint32_t character = 0;
    *length = printable_character(shown, text, size);
    if (utf8_read(text, size, &character) && printable_is(character))
        return columns_of(character);
    return strlen(shown);
}

size_t printable_width(const char *text, size_t size)
{
    size_t width = 0;
    for (size_t length; size > 0; size -= length, text += length)
        width += first_columns(text, size, &length);
    return width;
}

size_t printable_fit(const char *text, size_t columns)
{
    size_t size = strlen(text), at = 0;
    for (size_t length; at < size; at += length) {
        size_t width = first_columns(text + at, size - at, &length);
        if (width > columns)
            break;
        columns -= width;
    }
    return at;
}

/* ---- formats -------------------------------------------------------------------------------- */

static void put_fixed(void *context, const char *text, size_t size)
{
    fwrite(text, 1, size, context);
}

static void put_spaces(FILE *out, size_t columns, size_t width)
{
    if (columns > width)
        fprintf(out, "%*s", (int)(columns - width), "");
}

static void put_text(void *context, const char *text, size_t size, int columns)
{
    size_t width = columns ? printable_width(text, size) : 0;
    if (columns > 0)
        put_spaces(context, (size_t)columns, width);
    printable_write(context, text, size);
    if (columns < 0)
        put_spaces(context, (size_t)-columns, width);
}

void printable_print(FILE *out, const char *format, va_list values)
{
    const struct format_sink sink = {out, put_fixed, put_text};
    format_each(&sink, format, values);
}
