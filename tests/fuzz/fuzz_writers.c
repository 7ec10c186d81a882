/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as JSON and as HTML: valid UTF-8 without control characters, in which nothing stands
 * that could end the text; and JSON reads back as what went in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/html.h"
#include "sim/base/json.h"
#include "sim/base/utf8.h"
#include "tests/fuzz/fuzz.h"

void fuzz_begin(void) {}

struct output {
    FILE *file;
    char *text;
    size_t size;
};

static void output_begin(struct output *output)
{
    output->file = open_memstream(&output->text, &output->size);
    check_that("memory", output->file != NULL);
}

/* A whole text of characters, control characters but newline and tab not among them. */
static void check_utf8(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t character;
        size_t bytes = utf8_read(text + at, size - at, &character);
        check_that(text, bytes > 0);
        check_that(text, character >= ' ' || character == '\n' || character == '\t');
        at += bytes;
    }
}

/* What should read back: the same, with U+FFFD for each byte that is part of no character. */
static void replace_bad(const char *text, FILE *out)
{
    for (size_t left = strlen(text); left;) {
        size_t bytes = utf8_write(out, text, left);
        text += bytes;
        left -= bytes;
    }
}

/* The XXXX of an escape \uXXXX; *at is put from its u behind it. */
static unsigned read_unit(const char **at)
{
    unsigned unit = 0;
    check_that("\\uXXXX", sscanf(*at, "u%4x", &unit) == 1);
    *at += 5;
    return unit;
}

static void put_character(unsigned code, FILE *out)
{
    static const unsigned char lead[] = {0, 0xc0, 0xe0};
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : 2;
    fputc((int)(lead[more] | code >> (6 * more)), out);
    while (more-- > 0)
        fputc((int)(0x80 | ((code >> (6 * more)) & 0x3f)), out);
}

/* The character of an escape behind its backslash; *at is put behind it. */
static void write_escaped(const char **at, FILE *out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter = **at ? strchr(letters, *(*at)) : NULL;
    if (letter) {
        fputc(meant[letter - letters], out);
        ++*at;
        return;
    }
    put_character(read_unit(at), out);
}

static void try_json(const char *text)
{
    struct output written, read, expected;
    struct json json;
    output_begin(&written);
    output_begin(&read);
    output_begin(&expected);
    json_init(&json, written.file);
    json_text(&json, NULL, text);
    fclose(written.file);
    check_utf8(written.text, written.size);
    check_that("quoted", written.size >= 3 && written.text[0] == '"' &&
                             strcmp(written.text + written.size - 2, "\"\n") == 0);
    const char *at = written.text + 1, *end = written.text + written.size - 2;
    while (at < end) {
        check_that(written.text, *at != '"');
        if (*at != '\\')
            fputc(*at++, read.file);
        else
            write_escaped((at++, &at), read.file);
    }
    replace_bad(text, expected.file);
    fclose(read.file);
    fclose(expected.file);
    check_text(written.text, read.text, expected.text);
    free(written.text);
    free(read.text);
    free(expected.text);
}

/* Behind the tags that begin here, which html_spec writes; all else is text. */
static const char *skip_tags(const char *text)
{
    static const char *const tags[] = {"<code>", "</code>", "<wbr>"};
    for (size_t i = 0; i < LENGTH(tags); i++)
        if (strncmp(text, tags[i], strlen(tags[i])) == 0)
            return skip_tags(text + strlen(tags[i]));
    return text;
}

static void check_html(const char *text, bool tags)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    for (const char *c = text; *(c = tags ? skip_tags(c) : c); c++) {
        bool is_entity = false;
        for (size_t i = 0; i < LENGTH(entities); i++)
            is_entity |= strncmp(c, entities[i], strlen(entities[i])) == 0;
        check_that(text, !strchr("<>\"", *c) && (*c != '&' || is_entity));
    }
}

static void try_html(const char *text, void (*write)(FILE *out, const char *text), bool tags)
{
    struct output written;
    output_begin(&written);
    write(written.file, text);
    fclose(written.file);
    check_utf8(written.text, written.size);
    check_html(written.text, tags);
    free(written.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    try_json(text);
    try_html(text, html_text, false);
    try_html(text, html_spec, true);
    free(text);
    return 0;
}
