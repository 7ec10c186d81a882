/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/heap_script.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/input_file.h"
#include "sim/base/suggest.h"
#include "sim/base/units.h"
#include "sim/model/collector.h"

/* What the operands of an operation are, in order. */
enum operand { END, REGISTER, FIELD, FIELDS, PAYLOAD, GENERATION, THRESHOLD };

static const struct form {
    const char *word;
    enum op_code code;
    enum operand operands[4];
    int required;
    const char *usage;
} forms[] = {
    {"new", OP_NEW, {REGISTER, FIELDS, PAYLOAD}, 2, "new R N [bytes=SIZE]"},
    {"store", OP_STORE, {REGISTER, FIELD, REGISTER}, 3, "store R K S"},
    {"clear", OP_CLEAR, {REGISTER, FIELD}, 2, "clear R K"},
    {"load", OP_LOAD, {REGISTER, REGISTER, FIELD}, 3, "load R S K"},
    {"copy", OP_COPY, {REGISTER, REGISTER}, 2, "copy R S"},
    {"drop", OP_DROP, {REGISTER}, 1, "drop R"},
    {"collect", OP_COLLECT, {GENERATION}, 0, "collect [G]"},
    {"freeze", OP_FREEZE, {END}, 0, "freeze"},
    {"unfreeze", OP_UNFREEZE, {END}, 0, "unfreeze"},
    {"enable", OP_ENABLE, {END}, 0, "enable"},
    {"disable", OP_DISABLE, {END}, 0, "disable"},
    {"threshold", OP_THRESHOLD, {THRESHOLD, THRESHOLD, THRESHOLD}, 1, "threshold T0 [T1 [T2]]"},
};
#define FORMS (sizeof forms / sizeof *forms)

static const struct {
    const char *name;
    uint32_t most;
} limits[] = {
    [REGISTER] = {"register", HEAP_SCRIPT_REGISTERS - 1},
    [FIELD] = {"field", HEAP_SCRIPT_FIELDS - 1},
    [FIELDS] = {"number of fields", HEAP_SCRIPT_FIELDS},
    [PAYLOAD] = {"size", HEAP_SCRIPT_PAYLOAD},
    [GENERATION] = {"generation", GENERATIONS - 1},
    [THRESHOLD] = {"threshold", HEAP_SCRIPT_THRESHOLD},
};

#define WORD_MOST 23 /* what is longer is no operation, number or size */

struct reader {
    const char *name, *at, *end;
    uint32_t line;
    struct error *error;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line, cut to what fits; its true length, 0 at the end of the line. */
static size_t next_word(struct reader *reader, char word[WORD_MOST + 1])
{
    while (reader->at < reader->end && is_space(*reader->at))
        reader->at++;
    const char *start = reader->at;
    while (reader->at < reader->end && !is_space(*reader->at) && *reader->at != '#')
        reader->at++;
    size_t length = (size_t)(reader->at - start);
    size_t kept = length < WORD_MOST ? length : WORD_MOST;
    for (size_t i = 0; i < kept; i++)
        word[i] = start[i] >= ' ' && start[i] <= '~' ? start[i] : '?';
    word[kept] = '\0';
    return length;
}

static int refuse_extra(struct reader *reader, const struct form *form, const char *word)
{
    return error_set(reader->error, "%s:%u: '%s' is too much; the form is: %s", reader->name,
                     reader->line, word, form->usage);
}

#define PAYLOAD_KEY "bytes="

static int read_payload(struct reader *reader, const struct form *form, const char *word,
                        size_t length, uint32_t *value)
{
    static const char key[] = PAYLOAD_KEY;
    char most[UNITS_TEXT];
    int64_t bytes;
    if (strncmp(word, key, sizeof key - 1) != 0)
        return refuse_extra(reader, form, word);
    if (length > WORD_MOST || !units_parse_bytes(word + sizeof key - 1, &bytes) || bytes < 0 ||
        bytes > limits[PAYLOAD].most)
        return error_set(reader->error,
                         "%s:%u: '%s' is no %s; %s takes one such as " PAYLOAD_KEY
                         "64KiB, from 0B to %s",
                         reader->name, reader->line, word, limits[PAYLOAD].name, form->usage,
                         units_write_bytes(most, limits[PAYLOAD].most));
    *value = (uint32_t)bytes;
    return 0;
}

static int read_operand(struct reader *reader, const struct form *form, enum operand operand,
                        const char *word, size_t length, uint32_t *value)
{
    if (operand == PAYLOAD)
        return read_payload(reader, form, word, length, value);
    uint64_t number = 0;
    bool digits = length > 0 && length < 20;
    for (const char *c = word; digits && *c; c++) {
        digits = *c >= '0' && *c <= '9';
        number = number * 10 + (uint64_t)(*c - '0');
    }
    if (!digits || number > limits[operand].most)
        return error_set(reader->error, "%s:%u: '%s' is no %s; %s takes one from 0 to %u",
                         reader->name, reader->line, word, limits[operand].name, form->usage,
                         limits[operand].most);
    *value = (uint32_t)number;
    return 0;
}

const char *heap_script_word(enum op_code code)
{
    for (size_t i = 0; i < FORMS; i++)
        if (forms[i].code == code)
            return forms[i].word;
    return NULL;
}

static const struct form *find_form(struct reader *reader, const char *word)
{
    const char *words[FORMS + 1] = {NULL};
    for (size_t i = 0; i < FORMS; i++) {
        if (strcmp(forms[i].word, word) == 0)
            return &forms[i];
        words[i] = forms[i].word;
    }
    struct error why;
    suggest_error(&why, "operation", word, words);
    error_set(reader->error, "%.400s:%u: %.500s", reader->name, reader->line, why.text);
    return NULL;
}

/* The operation of a form with so many operands given. */
static struct op make_op(const struct form *form, const uint32_t v[3], int given)
{
    struct op op = {.code = (uint8_t)form->code, .a = v[0], .b = v[1], .c = v[2]};
    if (form->code == OP_NEW) {
        op.kind = KIND_SLOTS;
        op.c = object_bytes(KIND_SLOTS, op.b) + v[2];
    }
    if (form->code == OP_COLLECT && given == 0)
        op.a = GENERATIONS - 1;
    if (form->code == OP_THRESHOLD) {
        op.b = given > 1 ? v[1] : THRESHOLD_KEEP;
        op.c = given > 2 ? v[2] : THRESHOLD_KEEP;
    }
    return op;
}

static void append(struct heap_script *script, struct op op, uint32_t line)
{
    size_t count = script->count + 1;
    script->ops = allocate_grow(script->ops, &script->ops_capacity, count, sizeof *script->ops);
    script->lines =
        allocate_grow(script->lines, &script->lines_capacity, count, sizeof *script->lines);
    script->ops[script->count] = op;
    script->lines[script->count++] = line;
}

/* One line, without its end. Returns 0 or -1. */
static int read_line(struct heap_script *script, struct reader *reader)
{
    char word[WORD_MOST + 1];
    uint32_t v[3] = {0};
    int given = 0;
    if (next_word(reader, word) == 0)
        return 0;
    const struct form *form = find_form(reader, word);
    if (!form)
        return -1;
    for (size_t length; (length = next_word(reader, word)) > 0; given++) {
        if (form->operands[given] == END)
            return refuse_extra(reader, form, word);
        if (read_operand(reader, form, form->operands[given], word, length, &v[given]) != 0)
            return -1;
        if (form->operands[given] == REGISTER && v[given] >= script->registers)
            script->registers = v[given] + 1;
    }
    if (given < form->required)
        return error_set(reader->error, "%s:%u: something is missing; the form is: %s",
                         reader->name, reader->line, form->usage);
    append(script, make_op(form, v, given), reader->line);
    return 0;
}

int heap_script_parse(struct heap_script *script, const char *name, const char *text, size_t length,
                      struct error *error)
{
    struct reader reader = {.name = name, .at = text, .end = text + length, .error = error};
    static const char program[] = "pygcsim program\n";
    *script = (struct heap_script){0};
    if (length >= sizeof program - 1 && memcmp(text, program, sizeof program - 1) == 0)
        return error_set(error,
                         "%s is a compiled program, and no heap script: `pygcsim run "
                         "--program` takes it",
                         name);
    while (reader.at < text + length) {
        const char *newline = memchr(reader.at, '\n', (size_t)(text + length - reader.at));
        reader.end = newline ? newline : text + length;
        reader.line++;
        if (read_line(script, &reader) != 0)
            return -1;
        reader.at = newline ? newline + 1 : reader.end; /* past a comment, too */
    }
    return 0;
}

int heap_script_read(struct heap_script *script, const char *path, struct error *error)
{
    size_t length;
    struct error why;
    *script = (struct heap_script){0};
    char *text = input_file_read(path, "a heap script", HEAP_SCRIPT_BYTES, &length, &why);
    if (!text)
        return error_set(error, "%.400s: %.500s", path, why.text);
    int status = heap_script_parse(script, path, text, length, error);
    free(text);
    return status;
}

void heap_script_fini(struct heap_script *script)
{
    free(script->ops);
    free(script->lines);
    *script = (struct heap_script){0};
}
