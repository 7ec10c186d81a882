/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/printable.h"
#include "sim/base/units.h"

void writer_init(struct writer *writer, FILE *out, enum writer_form form)
{
    *writer = (struct writer){.out = out, .form = form};
    json_init(&writer->json, out);
}

void writer_column(struct writer *writer, const char *name, const char *unit)
{
    char *heading;
    if (asprintf(&heading, "%s%s%s%s", name, unit ? " (" : "", unit ? unit : "", unit ? ")" : "") <
        0)
        out_of_memory();
    writer->columns = allocate_grow(writer->columns, &writer->capacity, writer->column_count + 1,
                                    sizeof *writer->columns);
    writer->columns[writer->column_count++] = (struct writer_column){allocate_text(name), heading};
}

/* A tab and the end of a line as they are, which harm no terminal and are text to a spreadsheet;
 * the first character of others so that it can be seen. Returns how many bytes it has. */
static size_t csv_character(FILE *out, const char *text, size_t size)
{
    char character[PRINTABLE_MOST] = {*text};
    bool stays = strchr("\t\n", *text);
    size_t length = stays ? 1 : printable_character(character, text, size);
    if (*text == '"')
        fputc('"', out);
    fputs(character, out);
    return length;
}

/* Most texts: names of parameters and policies. */
static bool is_plain(const char *text)
{
    while (*text >= ' ' && *text <= '~' && *text != ',' && *text != '"')
        text++;
    return *text == '\0';
}

static void csv_text(FILE *out, const char *text)
{
    if (is_plain(text)) {
        fputs(text, out);
        return;
    }
    bool quoted = text[strcspn(text, ",\"\r\n")];
    if (quoted)
        fputc('"', out);
    for (size_t left = strlen(text), length; left > 0; left -= length, text += length)
        length = csv_character(out, text, left);
    if (quoted)
        fputc('"', out);
}

static void write_header(const struct writer *writer)
{
    for (size_t i = 0; i < writer->column_count; i++) {
        if (i)
            fputc(',', writer->out);
        csv_text(writer->out, writer->columns[i].heading);
    }
    fputc('\n', writer->out);
}

/* What comes before the next value, which may be none. Returns its name. */
static const char *begin_value(struct writer *writer)
{
    if (writer->form == WRITER_JSON && writer->at == 0)
        json_object(&writer->json, NULL);
    if (writer->form == WRITER_CSV && writer->at == 0 && writer->rows == 0)
        write_header(writer);
    if (writer->form == WRITER_CSV && writer->at)
        fputc(',', writer->out);
    return writer->columns[writer->at].name;
}

static void end_value(struct writer *writer)
{
    if (++writer->at < writer->column_count)
        return;
    if (writer->form == WRITER_JSON)
        json_end(&writer->json);
    else
        fputc('\n', writer->out);
    writer->rows++;
    writer->at = 0;
}

void writer_text(struct writer *writer, const char *text)
{
    const char *name = begin_value(writer);
    if (text && writer->form == WRITER_JSON)
        json_text(&writer->json, name, text);
    else if (text)
        csv_text(writer->out, text);
    end_value(writer);
}

void writer_real(struct writer *writer, double value)
{
    char text[UNITS_TEXT];
    const char *name = begin_value(writer);
    if (writer->form == WRITER_JSON)
        json_real(&writer->json, name, value);
    else if (isfinite(value))
        fputs(units_write_real(text, value), writer->out);
    end_value(writer);
}

void writer_integer(struct writer *writer, int64_t value)
{
    const char *name = begin_value(writer);
    if (writer->form == WRITER_JSON)
        json_integer(&writer->json, name, value);
    else
        fprintf(writer->out, "%" PRId64, value);
    end_value(writer);
}

void writer_fini(struct writer *writer)
{
    if (writer->form == WRITER_CSV && writer->rows == 0)
        write_header(writer);
    for (size_t i = 0; i < writer->column_count; i++) {
        free(writer->columns[i].name);
        free(writer->columns[i].heading);
    }
    free(writer->columns);
    *writer = (struct writer){0};
}
