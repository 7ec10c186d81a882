/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/base/printable.h"
#include "sim/base/units.h"
#include "sim/base/utf8.h"

void json_init(struct json *json, FILE *out)
{
    *json = (struct json){.out = out, .first = true};
}

/* The first character of `text`; returns how many bytes it has. */
static size_t write_character(FILE *out, const char *text, size_t size)
{
    uint32_t character = 0;
    size_t length = utf8_read(text, size, &character);
    if (length == 0 || (printable_is(character) && character != '"' && character != '\\'))
        return utf8_write(out, text, size);
    assert(printable_is(character) || character <= UINT16_MAX); /* beyond it would be a pair */
    fprintf(out, printable_is(character) ? "\\%c" : "\\u%04x", character);
    return length;
}

static void write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (size_t left = strlen(text), length; left > 0; left -= length, text += length)
        length = write_character(out, text, left);
    fputc('"', out);
}

/* What comes before a value. */
static void begin(struct json *json, const char *name)
{
    bool in_object = json->depth && json->ends[json->depth - 1] == '}';
    assert(in_object == (name != NULL));
    if (!json->first)
        fputs(", ", json->out);
    json->first = false;
    if (in_object) {
        write_string(json->out, name);
        fputs(": ", json->out);
    }
}

/* What comes after one. */
static void end(struct json *json)
{
    if (json->depth)
        return;
    fputc('\n', json->out);
    json->first = true;
}

static void descend(struct json *json, const char *name, char opening, char closing)
{
    begin(json, name);
    assert(json->depth < JSON_DEPTH);
    json->ends[json->depth++] = closing;
    json->first = true;
    fputc(opening, json->out);
}

void json_object(struct json *json, const char *name)
{
    descend(json, name, '{', '}');
}

void json_array(struct json *json, const char *name)
{
    descend(json, name, '[', ']');
}

void json_end(struct json *json)
{
    assert(json->depth);
    fputc(json->ends[--json->depth], json->out);
    json->first = false;
    end(json);
}

static void write_word(struct json *json, const char *name, const char *word)
{
    begin(json, name);
    fputs(word, json->out);
    end(json);
}

void json_text(struct json *json, const char *name, const char *text)
{
    if (!text) {
        write_word(json, name, "null");
        return;
    }
    begin(json, name);
    write_string(json->out, text);
    end(json);
}

void json_real(struct json *json, const char *name, double value)
{
    char text[UNITS_TEXT];
    if (isfinite(value))
        write_word(json, name, units_write_real(text, value));
    else if (!name)
        write_word(json, name, "null");
}

void json_integer(struct json *json, const char *name, int64_t value)
{
    char text[UNITS_TEXT];
    snprintf(text, sizeof text, "%" PRId64, value);
    write_word(json, name, text);
}

void json_count(struct json *json, const char *name, uint64_t value)
{
    char text[UNITS_TEXT];
    snprintf(text, sizeof text, "%" PRIu64, value);
    write_word(json, name, text);
}

void json_boolean(struct json *json, const char *name, bool value)
{
    write_word(json, name, value ? "true" : "false");
}
