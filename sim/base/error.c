/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/error.h"

#include <string.h>

#include "sim/base/format.h"
#include "sim/base/printable.h"
#include "sim/base/utf8.h"

#define ELLIPSIS   "…"
#define TEXT_LEAST 16 /* bytes: texts are not cut further, then the line is */

struct line {
    struct error *error;
    size_t size;      /* of all of it, also of what does not fit */
    size_t text_most; /* of a text that is put in */
};

static void add(void *context, const char *text, size_t size)
{
    struct line *line = context;
    size_t room = sizeof line->error->text - 1;
    if (line->size < room)
        memcpy(line->error->text + line->size, text,
               size < room - line->size ? size : room - line->size);
    line->size += size;
}

static void add_spaces(struct line *line, size_t count)
{
    while (count-- > 0)
        add(line, " ", 1);
}

/* Bytes of a text made printable. */
static size_t printable_size(const char *text, size_t size)
{
    char character[PRINTABLE_MOST];
    size_t total = 0;
    for (size_t length; size > 0; size -= length, text += length) {
        length = printable_character(character, text, size);
        total += strlen(character);
    }
    return total;
}

/* Characters of it, as long as they fill no more than that. */
static void add_printable(struct line *line, const char *text, size_t size, size_t most)
{
    char character[PRINTABLE_MOST];
    for (size_t length, end = line->size + most; size > 0; size -= length, text += length) {
        length = printable_character(character, text, size);
        if (line->size + strlen(character) > end)
            return;
        add(line, character, strlen(character));
    }
}

static void add_text(void *context, const char *text, size_t size, int columns)
{
    struct line *line = context;
    size_t all = printable_size(text, size);
    if (columns > 0 && (size_t)columns > all)
        add_spaces(line, (size_t)columns - all);
    if (all <= line->text_most) {
        add_printable(line, text, size, all);
    } else {
        add_printable(line, text, size, line->text_most - strlen(ELLIPSIS));
        add(line, ELLIPSIS, strlen(ELLIPSIS));
    }
    if (columns < 0 && (size_t)-columns > all)
        add_spaces(line, (size_t)-columns - all);
}

int error_vset(struct error *error, const char *format, va_list values)
{
    struct error made; /* a text that is put in may be the error's own */
    struct line line;
    size_t room = sizeof made.text - 1, most = room;
    do {
        line = (struct line){.error = &made, .text_most = most};
        const struct format_sink sink = {&line, add, add_text};
        format_each(&sink, format, values);
        most -= most / 8;
    } while (line.size > room && most > TEXT_LEAST);
    made.text[line.size < room ? line.size : utf8_whole(made.text, room)] = '\0';
    *error = made;
    return -1;
}

int error_set(struct error *error, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    error_vset(error, format, values);
    va_end(values);
    return -1;
}
