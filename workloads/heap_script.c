/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/heap_script.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/input_file.h"
#include "sim/base/suggest.h"
#include "sim/base/units.h"
#include "sim/model/collector.h"
#include "sim/model/gc_event.h"

/* What the operands of an operation are, in order. */
enum operand { END, REGISTER, FIELD, FIELDS, GENERATION, THRESHOLD };

struct reader;
struct line;

/* The beginning of a line, or of the rest of one, and what may follow it. */
struct form {
    const char *word;
    uint32_t value; /* enum op_code; of a finalizer: enum finalizer_mode */
    enum operand operands[4];
    int required;
    const char *usage;
    int (*read_rest)(struct reader *reader, const struct form *form, struct line *line);
};

/* An operation as far as it has been read. */
struct line {
    struct op op;
    uint32_t v[3]; /* its operands, */
    int given;     /* how many */
};

static int read_kind(struct reader *reader, const struct form *form, struct line *line);
static int read_callback(struct reader *reader, const struct form *form, struct line *line);
static int read_finalizer(struct reader *reader, const struct form *form, struct line *line);
static int read_flags(struct reader *reader, const struct form *form, struct line *line);

static const struct form forms[] = {
    {"new", OP_NEW, {REGISTER, FIELDS}, 2, "new R N [KIND] [bytes=SIZE]", read_kind},
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
    {"attrs", OP_ATTRS, {REGISTER, REGISTER}, 2, "attrs R S"},
    {"weakref", OP_WEAKREF, {REGISTER, REGISTER}, 2, "weakref R S [note|drop]", read_callback},
    {"deref", OP_DEREF, {REGISTER, REGISTER}, 2, "deref R S"},
    {"finalizer", OP_FINALIZER, {REGISTER}, 1, "finalizer R MODE ...", read_finalizer},
    {"debug", OP_DEBUG, {END}, 0, "debug FLAG...", read_flags},
    {"count", OP_ASK_COUNT, {END}, 0, "count"},
    {"tracked", OP_ASK_TRACKED, {REGISTER}, 1, "tracked R"},
    {"finalized", OP_ASK_FINALIZED, {REGISTER}, 1, "finalized R"},
    {"objects", OP_ASK_OBJECTS, {GENERATION}, 0, "objects [G]"},
    {"garbage", OP_ASK_GARBAGE, {END}, 0, "garbage"},
    {"ungarbage", OP_EMPTY_GARBAGE, {END}, 0, "ungarbage"},
};
#define FORMS (sizeof forms / sizeof *forms)

static const struct form finalizer_forms[] = {
    {"noop", FINALIZER_NOOP, {END}, 0, "finalizer R noop"},
    {"self", FINALIZER_SELF, {REGISTER}, 1, "finalizer R self T"},
    {"field", FINALIZER_FIELD, {REGISTER, FIELD}, 2, "finalizer R field T K"},
    {"weak", FINALIZER_WEAK, {REGISTER, REGISTER}, 2, "finalizer R weak T W"},
};
#define FINALIZER_FORMS (sizeof finalizer_forms / sizeof *finalizer_forms)

static const char *const callbacks[] = {
    [CALLBACK_NONE] = "", [CALLBACK_NOTE] = "note", [CALLBACK_DROP] = "drop", NULL};

static const struct {
    const char *word;
    uint32_t flags;
} debug_flags[] = {
    {"none", 0},
    {"collectable", GC_DEBUG_COLLECTABLE},
    {"uncollectable", GC_DEBUG_UNCOLLECTABLE},
    {"saveall", GC_DEBUG_SAVEALL},
    {"leak", GC_DEBUG_LEAK},
};
#define DEBUG_FLAGS (sizeof debug_flags / sizeof *debug_flags)

static const struct {
    const char *name;
    uint32_t most;
} limits[] = {
    [REGISTER] = {"register", HEAP_SCRIPT_REGISTERS - 1},
    [FIELD] = {"field", HEAP_SCRIPT_FIELDS - 1},
    [FIELDS] = {"number of fields", HEAP_SCRIPT_FIELDS},
    [GENERATION] = {"generation", GENERATIONS - 1},
    [THRESHOLD] = {"threshold", HEAP_SCRIPT_THRESHOLD},
};

struct reader {
    struct heap_script *script;
    const char *name, *at, *end;
    uint32_t line;
    struct error *error;
};

/* Of a line, as it stands there. */
struct word {
    const char *at;
    size_t length; /* 0: the line has no more */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct word next_word(struct reader *reader)
{
    const char *at = reader->at, *end = reader->end;
    while (at < end && is_space(*at))
        at++;
    const char *start = at;
    while (at < end && ((unsigned char)*at > ' ' ? *at != '#' : !is_space(*at)))
        at++;
    reader->at = at;
    return (struct word){start, (size_t)(at - start)};
}

static bool is_word(struct word word, const char *text)
{
    for (size_t i = 0; i < word.length; i++)
        if (!text[i] || text[i] != word.at[i])
            return false;
    return text[word.length] == '\0';
}

#define WORD_MOST 23 /* what is longer is no operation, number or size */

/* For a message: cut to what fits, and printable. */
static const char *shown(struct word word, char text[WORD_MOST + 1])
{
    size_t kept = word.length < WORD_MOST ? word.length : WORD_MOST;
    for (size_t i = 0; i < kept; i++)
        text[i] = word.at[i] >= ' ' && word.at[i] <= '~' ? word.at[i] : '?';
    text[kept] = '\0';
    return text;
}

static int refuse_extra(struct reader *reader, const struct form *form, struct word word)
{
    char text[WORD_MOST + 1];
    return error_set(reader->error, "%s:%u: '%s' is too much; the form is: %s", reader->name,
                     reader->line, shown(word, text), form->usage);
}

static int refuse_missing(struct reader *reader, const struct form *form)
{
    return error_set(reader->error, "%s:%u: something is missing; the form is: %s", reader->name,
                     reader->line, form->usage);
}

/* A word that is none of `words`, which end with NULL. */
static int refuse_word(struct reader *reader, const char *what, struct word word,
                       const char *const *words)
{
    struct error why;
    char text[WORD_MOST + 1];
    suggest_error(&why, what, shown(word, text), words);
    return error_set(reader->error, "%.400s:%u: %.500s", reader->name, reader->line, why.text);
}

static void append(struct heap_script *script, struct op op)
{
    script->ops =
        allocate_grow(script->ops, &script->ops_capacity, script->count + 1, sizeof *script->ops);
    script->ops[script->count++] = op;
    script->has_kinds |= op.code >= OP_ITEM || (op.code == OP_NEW && op.kind != KIND_SLOTS);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* `also` is what may stand there instead, for the message. */
static int read_number(struct reader *reader, const struct form *form, enum operand operand,
                       struct word word, const char *also, uint32_t *value)
{
    char text[WORD_MOST + 1];
    uint64_t number = 0;
    bool digits = word.length < 20;
    for (size_t i = 0; i < word.length && digits; i++) {
        digits = word.at[i] >= '0' && word.at[i] <= '9';
        number = number * 10 + (uint64_t)(word.at[i] - '0');
    }
    if (!digits || number > limits[operand].most)
        return error_set(reader->error, "%s:%u: '%s' is no %s; %s takes one from 0 to %u%s",
                         reader->name, reader->line, shown(word, text), limits[operand].name,
                         form->usage, limits[operand].most, also);
    *value = (uint32_t)number;
    if (operand == REGISTER && *value >= reader->script->registers)
        reader->script->registers = *value + 1;
    return 0;
}

/* Those of the form, as far as they are given. */
static int read_operands(struct reader *reader, const struct form *form, struct line *line)
{
    struct word word;
    line->given = 0;
    while (form->operands[line->given] != END && (word = next_word(reader)).length > 0) {
        if (read_number(reader, form, form->operands[line->given], word, "",
                        &line->v[line->given]) != 0)
            return -1;
        line->given++;
    }
    return line->given < form->required ? refuse_missing(reader, form) : 0;
}

static int refuse_rest(struct reader *reader, const struct form *form)
{
    struct word word = next_word(reader);
    return word.length ? refuse_extra(reader, form, word) : 0;
}

/* ---- new ------------------------------------------------------------------------------------ */

#define PAYLOAD_KEY "bytes="

static bool is_payload(struct word word)
{
    size_t length = strlen(PAYLOAD_KEY);
    return word.length >= length && memcmp(word.at, PAYLOAD_KEY, length) == 0;
}

static int read_payload(struct reader *reader, const struct form *form, struct word word,
                        struct line *line)
{
    char most[UNITS_TEXT], text[WORD_MOST + 1];
    int64_t bytes;
    shown(word, text);
    if (word.length > WORD_MOST || !units_parse_bytes(text + strlen(PAYLOAD_KEY), &bytes) ||
        bytes < 0 || bytes > HEAP_SCRIPT_PAYLOAD)
        return error_set(reader->error,
                         "%s:%u: '%s' is no size; %s takes one such as " PAYLOAD_KEY
                         "64KiB, from 0B to %s",
                         reader->name, reader->line, text, form->usage,
                         units_write_bytes(most, HEAP_SCRIPT_PAYLOAD));
    line->op.c += (uint32_t)bytes;
    return refuse_rest(reader, form);
}

/* Of those that are none: something else too many, or a name misspelt. */
static bool is_name(struct word word)
{
    for (size_t i = 0; i < word.length; i++)
        if (!isalpha((unsigned char)word.at[i]) && word.at[i] != '-' && word.at[i] != '_')
            return false;
    return true;
}

static int find_kind(struct reader *reader, struct word word, struct line *line)
{
    const char *words[OBJECT_KINDS + 1] = {NULL};
    size_t count = 0;
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        if (!object_kinds[kind].word)
            continue;
        if (is_word(word, object_kinds[kind].word)) {
            line->op.kind = (uint8_t)kind;
            return 0;
        }
        words[count++] = object_kinds[kind].word;
    }
    return refuse_word(reader, "kind", word, words);
}

/* What has a shape of its own has a field at least; and the empty tuple is one object, which is
 * there before any program. */
static int check_fields(struct reader *reader, const struct op *op)
{
    const struct object_kind_facts *kind = &object_kinds[op->kind];
    bool any = kind->fields_most == FIELDS_ANY;
    uint32_t least = !any || kind_has(op->kind, TRAIT_IMMUTABLE);
    uint32_t most = any ? HEAP_SCRIPT_FIELDS : kind->fields_most;
    if (op->b >= least && op->b <= most)
        return 0;
    if (least == most)
        return error_set(reader->error, "%s:%u: a %s has %u field, not %u", reader->name,
                         reader->line, kind->word, most, op->b);
    return error_set(reader->error, "%s:%u: a %s has from %u to %u fields, not %u", reader->name,
                     reader->line, kind->word, least, most, op->b);
}

static const struct form tuple_form = {.usage = "new R N tuple S1 ... SN [bytes=SIZE]"};

/* The contents of so many registers, each an operation before the `new` that takes them. */
static int read_items(struct reader *reader, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct op item = {.code = OP_ITEM, .a = NO_REGISTER};
        struct word word = next_word(reader);
        if (word.length == 0 || is_payload(word))
            return error_set(reader->error,
                             "%s:%u: a tuple of %u takes %u items, not %u; the form is: %s",
                             reader->name, reader->line, count, count, i, tuple_form.usage);
        if (!is_word(word, "-") &&
            read_number(reader, &tuple_form, REGISTER, word, ", or - for None", &item.a) != 0)
            return -1;
        append(reader->script, item);
    }
    return 0;
}

static int read_kind(struct reader *reader, const struct form *form, struct line *line)
{
    struct op *op = &line->op;
    struct word word = next_word(reader);
    op->kind = KIND_SLOTS;
    if (word.length && is_name(word)) {
        if (find_kind(reader, word, line) != 0 || check_fields(reader, op) != 0 ||
            (op->kind == KIND_TUPLE && read_items(reader, op->b) != 0))
            return -1;
        form = op->kind == KIND_TUPLE ? &tuple_form : form;
        word = next_word(reader);
    }
    op->c = object_bytes(op->kind, op->b);
    if (word.length && !is_payload(word))
        return refuse_extra(reader, form, word);
    return word.length ? read_payload(reader, form, word, line) : 0;
}

/* ---- weak references, finalizers, debugging ------------------------------------------------- */

static int read_callback(struct reader *reader, const struct form *form, struct line *line)
{
    struct word word = next_word(reader);
    if (word.length == 0)
        return 0;
    for (uint16_t mode = CALLBACK_NOTE; callbacks[mode]; mode++)
        if (is_word(word, callbacks[mode])) {
            line->op.mode = mode;
            return refuse_rest(reader, form);
        }
    return refuse_word(reader, "callback", word, &callbacks[CALLBACK_NOTE]);
}

static int read_finalizer(struct reader *reader, const struct form *form, struct line *line)
{
    const char *words[FINALIZER_FORMS + 1] = {NULL};
    struct word word = next_word(reader);
    if (word.length == 0)
        return refuse_missing(reader, form);
    for (size_t i = 0; i < FINALIZER_FORMS; i++) {
        const struct form *mode = &finalizer_forms[i];
        words[i] = mode->word;
        if (!is_word(word, mode->word))
            continue;
        struct line does = {.v = {0}};
        if (read_operands(reader, mode, &does) != 0)
            return -1;
        line->op.mode = (uint16_t)mode->value;
        line->op.b = does.v[0];
        line->op.c = does.v[1];
        return refuse_rest(reader, mode);
    }
    return refuse_word(reader, "finalizer", word, words);
}

static int read_flags(struct reader *reader, const struct form *form, struct line *line)
{
    const char *words[DEBUG_FLAGS + 1] = {NULL};
    struct word word = next_word(reader);
    if (word.length == 0)
        return refuse_missing(reader, form);
    for (; word.length; word = next_word(reader)) {
        size_t i = 0;
        for (; i < DEBUG_FLAGS && !is_word(word, debug_flags[i].word); i++)
            words[i] = debug_flags[i].word;
        if (i == DEBUG_FLAGS)
            return refuse_word(reader, "flag", word, words);
        line->op.a |= debug_flags[i].flags;
    }
    return 0;
}

/* ---- lines ---------------------------------------------------------------------------------- */

const char *heap_script_word(enum op_code code)
{
    for (size_t i = 0; i < FORMS; i++)
        if (forms[i].value == code)
            return forms[i].word;
    return NULL;
}

static int refuse_operation(struct reader *reader, struct word word)
{
    const char *words[FORMS + 1] = {NULL};
    for (size_t i = 0; i < FORMS; i++)
        words[i] = forms[i].word;
    return refuse_word(reader, "operation", word, words);
}

static const struct form *find_form(struct word word)
{
    for (size_t i = 0; i < FORMS; i++)
        if (is_word(word, forms[i].word))
            return &forms[i];
    return NULL;
}

/* The operation of the numbers read; what is left out has a meaning, too. */
static struct op make_op(const struct form *form, const struct line *line)
{
    const uint32_t *v = line->v;
    struct op op = {.code = (uint8_t)form->value, .a = v[0], .b = v[1], .c = v[2]};
    if (op.code == OP_COLLECT && line->given == 0)
        op.a = GENERATIONS - 1;
    if (op.code == OP_ASK_OBJECTS && line->given == 0)
        op.a = ALL_GENERATIONS;
    for (int i = line->given; op.code == OP_THRESHOLD && i < GENERATIONS; i++)
        *(i == 1 ? &op.b : &op.c) = THRESHOLD_KEEP;
    return op;
}

/* One line, without its end. Returns 0 or -1. */
static int read_line(struct reader *reader)
{
    struct heap_script *script = reader->script;
    struct line line = {.v = {0}};
    struct word word = next_word(reader);
    if (word.length == 0)
        return 0;
    const struct form *form = find_form(word);
    if (!form)
        return refuse_operation(reader, word);
    if (read_operands(reader, form, &line) != 0)
        return -1;
    line.op = make_op(form, &line);
    if (form->read_rest ? form->read_rest(reader, form, &line) : refuse_rest(reader, form))
        return -1;
    append(script, line.op);
    script->lines = allocate_grow(script->lines, &script->lines_capacity, script->operations + 1,
                                  sizeof *script->lines);
    script->lines[script->operations++] = reader->line;
    return 0;
}

int heap_script_parse(struct heap_script *script, const char *name, const char *text, size_t length,
                      struct error *error)
{
    struct reader reader = {
        .script = script, .name = name, .at = text, .end = text + length, .error = error};
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
        if (read_line(&reader) != 0)
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
