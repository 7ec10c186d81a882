/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/script.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/base/utf8.h"

FILE *script_file(struct error *error)
{
    int number = memfd_create("gnuplot", MFD_CLOEXEC);
    FILE *file = number < 0 ? NULL : fdopen(number, "w+");
    if (file)
        return file;
    error_set(error, "no file in memory for gnuplot: %s", strerror(errno));
    if (number >= 0)
        close(number);
    return NULL;
}

int script_init(struct script *script, struct error *error)
{
    *script = (struct script){.commands = script_file(error)};
    return script->commands ? 0 : -1;
}

static void close_file(FILE *file)
{
    if (file)
        fclose(file);
}

void script_fini(struct script *script)
{
    close_file(script->commands);
    close_file(script->template);
    for (size_t i = 0; i < script->block_count; i++)
        close_file(script->blocks[i]);
    *script = (struct script){0};
}

/* ---- numbers and texts ---------------------------------------------------------------- */

static void write_number(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, "%.15g", value);
    else
        fputs("NaN", out);
}

/* Does it control anything but what is seen? Terminals, the direction of what follows; and what
 * no XML may have. */
static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0) ||
           (character >= 0x200B && character <= 0x200F) ||
           (character >= 0x2028 && character <= 0x202E) ||
           (character >= 0x2060 && character <= 0x206F) || character == 0xFEFF ||
           (character & 0xFFFE) == 0xFFFE;
}

/* With four digits the number ends where it does, whatever follows. */
static void write_byte(FILE *out, unsigned char byte)
{
    static const char harmless[] = " .,:;=()/+-_<>|";
    bool alphanumeric = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                        (byte >= '0' && byte <= '9');
    if (alphanumeric || (byte && strchr(harmless, byte)))
        fputc(byte, out);
    else
        fprintf(out, "\\0%03o", byte);
}

static void write_character(FILE *out, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        write_byte(out, (unsigned char)bytes[i]);
}

/* "]]>", which XML does not have in a text, and gnuplot does not escape. */
static bool ends_cdata(const char *text, size_t at)
{
    return at >= 2 && strncmp(text + at - 2, "]]>", 3) == 0;
}

static void write_quoted(FILE *out, const char *text)
{
    size_t characters = 0, size = strlen(text);
    fputc('"', out);
    for (size_t at = 0; at < size; characters++) {
        uint32_t character;
        size_t length = utf8_read(text + at, size - at, &character);
        if (characters == SCRIPT_TEXT_MOST) {
            write_character(out, "…", strlen("…"));
            break;
        }
        if (length == 0 || is_control(character) || ends_cdata(text, at))
            write_character(out, "\uFFFD", strlen("\uFFFD"));
        else
            write_character(out, text + at, length);
        at += length ? length : 1;
    }
    fputc('"', out);
}

/* ---- variables ------------------------------------------------------------------------ */

static void check_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    assert(*name && name[length] == '\0');
    (void)length;
}

void script_number(struct script *script, const char *name, double value)
{
    check_name(name);
    fprintf(script->commands, "%s = ", name);
    write_number(script->commands, value);
    fputc('\n', script->commands);
}

void script_text(struct script *script, const char *name, const char *text)
{
    check_name(name);
    fprintf(script->commands, "%s = ", name);
    write_quoted(script->commands, text);
    fputc('\n', script->commands);
}

void script_array(struct script *script, const char *name, char *const *texts, size_t count)
{
    check_name(name);
    fprintf(script->commands, "array %s[%zu]\n", name, count > 0 ? count : 1);
    for (size_t i = 0; i < count; i++) {
        fprintf(script->commands, "%s[%zu] = ", name, i + 1);
        write_quoted(script->commands, texts[i]);
        fputc('\n', script->commands);
    }
}

/* ---- blocks of numbers ---------------------------------------------------------------- */

int script_begin(struct script *script, struct error *error)
{
    assert(script->block_count < SCRIPT_BLOCKS_MOST);
    FILE *block = script_file(error);
    if (!block)
        return -1;
    script->blocks[script->block_count++] = block;
    return 0;
}

void script_value(struct script *script, double value)
{
    FILE *block = script->blocks[script->block_count - 1];
    if (script->values++ > 0)
        fputc('\t', block);
    write_number(block, value);
}

void script_end_row(struct script *script)
{
    fputc('\n', script->blocks[script->block_count - 1]);
    script->values = 0;
}

/* Whole lines become the lines of the block. (gnuplot warns of a file without any: it is not read.)
 */
void script_end(struct script *script, const char *name)
{
    FILE *block = script->blocks[script->block_count - 1];
    check_name(name);
    if (ftell(block) > 0)
        fprintf(script->commands,
                "set datafile separator \"\\001\"\nset table $%s\n"
                "plot '/dev/fd/%d' using (strcol(1)) with table\nunset table\n",
                name, fileno(block));
    else
        fprintf(script->commands, "set print $%s\nunset print\n", name);
}

/* ---- gnuplot's language --------------------------------------------------------------- */

void script_lines(struct script *script, const char *lines)
{
    fputs(lines, script->commands);
}

int script_template(struct script *script, const char *lines, const char *name, struct error *error)
{
    script->template = script_file(error);
    script->template_name = name;
    if (!script->template)
        return -1;
    fputs(lines, script->template);
    return 0;
}

static int finish_file(FILE *file, struct error *error)
{
    if (fflush(file) != 0 || ferror(file))
        return error_set(error, "file in memory for gnuplot: %s", strerror(errno));
    rewind(file);
    return 0;
}

int script_finish(struct script *script, struct error *error)
{
    if (finish_file(script->commands, error) != 0 || finish_file(script->template, error) != 0)
        return -1;
    for (size_t i = 0; i < script->block_count; i++)
        if (finish_file(script->blocks[i], error) != 0)
            return -1;
    return 0;
}
