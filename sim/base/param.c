/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/param.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/setting.h"
#include "sim/base/suggest.h"

#define NAMES_MOST 256 /* of a registry */

/* How a type is read, written and named. */
struct type {
    int (*read)(const struct param *param, const char *label, void *field, const char *text,
                struct error *error);
    bool (*parse)(const char *, int64_t *);
    char *(*write)(char *, int64_t);
    const char *form, *noun, *unit; /* what it takes, with all there is to say; in a word or two */
    enum units_kind kind;           /* of a quantity */
};
static const struct type *type_of(const struct param *param);

static const char *const flag_words[] = {"no", "yes", NULL};

/* ---- what a row is read as ------------------------------------------------------------------ */

static const char *const *words_of(const struct param *param)
{
    if (param_is_quantity(param))
        return NULL;
    return param->type == PARAM_FLAG ? flag_words : param->choices;
}

const char *param_word(const struct param *param, size_t i)
{
    if (!param_is_quantity(param))
        return NULL;
    if (param->absent)
        return i == 0 ? param->absent : NULL;
    return param->choices ? param->choices[i] : NULL;
}

/* The words besides a quantity's range, as they stand behind it: ", or none"; ", or a, b or c". */
static char *words_besides(const struct param *param, char *buffer, size_t size)
{
    char words[300];
    buffer[0] = '\0';
    if (param->absent && param_is_quantity(param))
        snprintf(buffer, size, ", or %s", param->absent);
    else if (param->choices && param_is_quantity(param))
        snprintf(buffer, size, ", or %s", suggest_words(param->choices, words, sizeof words));
    return buffer;
}

#define WORD_TEXT 64

/* What of a text is to be one of the words: of a moment, what stands before the @. */
static const char *word_of(const struct param *param, const char *text, char word[WORD_TEXT])
{
    if (param->type != PARAM_MOMENT)
        return text;
    snprintf(word, WORD_TEXT, "%.*s", (int)strcspn(text, "@"), text);
    return word;
}

int param_refuse(const struct param *param, const char *label, const char *text,
                 struct error *error)
{
    char takes[600], nearest[UNITS_HINT] = "", word[WORD_TEXT];
    const char *const *words = param->type == PARAM_FLAG ? flag_words : param->choices;
    const char *near = words ? suggest(word_of(param, text, word), words) : NULL;
    if (near)
        snprintf(nearest, sizeof nearest, "; did you mean '%s'?", near);
    else if (param_is_quantity(param))
        units_hint(type_of(param)->kind, text, nearest);
    return error_set(error, "%s=%.60s is not allowed; it takes %s%s", label, text,
                     param_takes(param, takes, sizeof takes), nearest);
}

#define READER(name)                                                                               \
    static int name(const struct param *param, const char *label, void *field, const char *text,   \
                    struct error *error)

READER(read_whole)
{
    int64_t *value = field, whole;
    for (size_t i = 0; param_word(param, i); i++) {
        if (strcmp(param_word(param, i), text) == 0) {
            *value = param_word_value(i);
            return 0;
        }
    }
    if (!type_of(param)->parse(text, &whole) || (double)whole < param->least ||
        (double)whole > param->most)
        return param_refuse(param, label, text, error);
    *value = whole;
    return 0;
}

READER(read_real)
{
    double *value = field, number;
    if (!units_parse_share(text, &number) || number < param->least || number > param->most)
        return param_refuse(param, label, text, error);
    *value = number + 0.0; /* -0 is 0 */
    return 0;
}

static int64_t place_of_word(const char *const *words, const char *word)
{
    for (int64_t i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return PARAM_ABSENT;
}

READER(read_word)
{
    int64_t *value = field, place = place_of_word(words_of(param), text);
    if (place < 0)
        return param_refuse(param, label, text, error);
    *value = place;
    return 0;
}

READER(read_moment)
{
    struct moment *moment = field;
    char word[WORD_TEXT];
    const char *at = strchr(text, '@');
    *moment = (struct moment){.event = PARAM_ABSENT};
    if (param->absent && strcmp(text, param->absent) == 0)
        return 0;
    *moment = (struct moment){place_of_word(param->choices, word_of(param, text, word)), 1};
    if (moment->event < 0)
        return param_refuse(param, label, text, error);
    if (at && (!units_parse_count(at + 1, &moment->count) || moment->count < 1 ||
               (double)moment->count > MOMENT_MOST))
        return error_set(error, "%s: '%s': behind the @ is a number from 1 to %.0f", label, text,
                         MOMENT_MOST);
    return 0;
}

READER(read_text)
{
    const char **value = field;
    *value = text;
    if (*text)
        return 0;
    if (param->type == PARAM_TEXT)
        return param_refuse(param, label, text, error);
    return error_set(error, "%s needs the name of a %s", label,
                     param->type == PARAM_FOLDER ? "folder" : "file");
}

/* Puts what a line is about in front of it; returns -1. */
static int put_label(const char *label, struct error *error)
{
    struct error said = *error;
    return error_set(error, "%s: %s", label, said.text);
}

READER(read_spec)
{
    const char **value = field;
    struct setting setting;
    if (setting_parse(&setting, text, param->registry->components, param->registry->what, error) !=
        0)
        return put_label(label, error);
    setting_fini(&setting);
    *value = text;
    return 0;
}

const char *registry_name(const struct registry *registry, size_t i)
{
    const void *item = registry->item(i);
    return item ? *(const char *const *)item : NULL;
}

/* There is no item of that name; `names` are the registry's. Returns -1. */
static int refuse_item(const struct registry *registry, const char *label, const char *text,
                       const char *const *names, struct error *error)
{
    suggest_error(error, registry->what, text, names);
    if (registry->list && names[SUGGEST_ALL])
        error_set(error, "%s; `pygcsim list %s` has all", error->text, registry->list);
    return put_label(label, error);
}

/* The item that a text names or stands for; NULL, with a line in *error. */
static const void *find_item(const struct registry *registry, const char *label, const char *text,
                             struct error *error)
{
    const char *names[NAMES_MOST + 1] = {NULL};
    const void *known = NULL;
    for (size_t i = 0; (names[i] = registry_name(registry, i)); i++) {
        assert(i < NAMES_MOST);
        if (strcmp(names[i], text) == 0)
            return registry->item(i);
    }
    error->text[0] = '\0';
    if (registry->known_as)
        known = registry->known_as(text, error);
    if (!known && error->text[0])
        put_label(label, error);
    else if (!known)
        refuse_item(registry, label, text, names, error);
    return known;
}

READER(read_item)
{
    const void *item = find_item(param->registry, label, text, error);
    if (!item)
        return -1;
    const void *value = param->type == PARAM_NAME ? *(const char *const *)item : item;
    memcpy(field, &value, sizeof value);
    return 0;
}

READER(read_switch)
{
    bool *value = field;
    (void)param, (void)label, (void)text, (void)error;
    *value = true;
    return 0;
}

int param_read(const struct param *param, const char *label, void *state, const char *text,
               struct error *error)
{
    void *field = (char *)state + param->offset;
    return (param->read ? param->read : type_of(param)->read)(param, label, field, text, error);
}

/* ---- the types ------------------------------------------------------------------------------ */

/* How each type is read, written and named; the order is that of enum param_type. */
static const struct type types[] = {
    [PARAM_COUNT] = {read_whole, units_parse_count, units_write_count, UNITS_COUNT_FORM,
                     "a whole number", "", UNITS_COUNT},
    [PARAM_REAL] = {read_real, NULL, NULL, UNITS_REAL_FORM, "a number", "", UNITS_REAL},
    [PARAM_DURATION] = {read_whole, units_parse_duration, units_write_duration, UNITS_DURATION_FORM,
                        "a duration", "ns", UNITS_DURATION},
    [PARAM_BYTES] = {read_whole, units_parse_bytes, units_write_bytes, UNITS_BYTES_FORM, "a size",
                     "bytes", UNITS_BYTES},
    [PARAM_FLAG] = {read_word, .unit = ""},
    [PARAM_CHOICE] = {read_word, .unit = ""},
    [PARAM_MOMENT] = {read_moment, .unit = ""},
    [PARAM_PATH] = {read_text, .form = "a file name", .noun = "a file name", .unit = ""},
    [PARAM_FOLDER] = {read_text, .form = "a folder name", .noun = "a folder name", .unit = ""},
    [PARAM_TEXT] = {read_text, .form = "a text", .noun = "a text", .unit = ""},
    [PARAM_SPEC] = {read_spec, .unit = ""},
    [PARAM_NAME] = {read_item, .unit = ""},
    [PARAM_ITEM] = {read_item, .unit = ""},
    [PARAM_SWITCH] = {read_switch, .form = "nothing", .noun = "nothing", .unit = ""},
    [PARAM_RULE] = {NULL, .form = "", .noun = "", .unit = ""},
};

static const struct type *type_of(const struct param *param)
{
    return &types[param->type];
}

/* ---- in words ------------------------------------------------------------------------------- */

const char *param_unit(const struct param *param)
{
    return type_of(param)->unit;
}

char *param_write(const struct param *param, double value, char buffer[UNITS_TEXT])
{
    if (param->type == PARAM_REAL)
        return units_write_real(buffer, value);
    return type_of(param)->write(buffer, (int64_t)value);
}

/* "0 to 100", "at least 1us" */
static char *write_range(const struct param *param, char *buffer, size_t size)
{
    char least[UNITS_TEXT], most[UNITS_TEXT];
    param_write(param, param->least, least);
    if (param->most < PARAM_UNLIMITED)
        snprintf(buffer, size, "%s to %s", least, param_write(param, param->most, most));
    else if (param->type == PARAM_COUNT)
        snprintf(buffer, size, "%s to %" PRId64, least, INT64_MAX);
    else
        snprintf(buffer, size, "at least %s", least);
    return buffer;
}

/* One of some words: "a, b or c"; of moments "a, b or c, with @n for the n-th time, or never". */
static char *write_words(const struct param *param, char *buffer, size_t size)
{
    suggest_words(words_of(param), buffer, size);
    size_t length = strlen(buffer);
    if (param->type == PARAM_MOMENT)
        snprintf(buffer + length, size - length, ", with @n for the n-th time%s%s",
                 param->absent ? ", or " : "", param->absent ? param->absent : "");
    return buffer;
}

char *param_allowed(const struct param *param, char *buffer, size_t size)
{
    char range[2 * UNITS_TEXT + 16], besides[320];
    if (words_of(param))
        return write_words(param, buffer, size);
    if (!param_is_quantity(param))
        return param_takes(param, buffer, size);
    snprintf(buffer, size, "%s%s", write_range(param, range, sizeof range),
             words_besides(param, besides, sizeof besides));
    return buffer;
}

#define NAMES_FEW 4 /* that are listed rather than referred to */

/* Of a registry: its names, if they are few or nobody else lists them; or where they are. */
static char *take_names(const struct param *param, char *buffer, size_t size)
{
    const char *names[NAMES_MOST + 1] = {NULL};
    const struct registry *registry = param->registry;
    size_t count = 0;
    while (count < NAMES_MOST && (names[count] = registry_name(registry, count)))
        count++;
    if (param->type != PARAM_SPEC && (count <= NAMES_FEW || !registry->list))
        return suggest_words(names, buffer, size);
    snprintf(buffer, size, "%s `pygcsim list %s`",
             param->type == PARAM_SPEC ? "a specification, see" : "one of", registry->list);
    return buffer;
}

/* A quantity, which is called `noun`. */
static char *take_quantity(const struct param *param, const char *noun, char *buffer, size_t size)
{
    char range[2 * UNITS_TEXT + 16], besides[320];
    write_range(param, range, sizeof range);
    bool between = strstr(range, " to ");
    snprintf(buffer, size, "%s%s%s%s%s", noun, between && !strstr(noun, "such as") ? "" : ",",
             between ? " from " : " ", range, words_besides(param, besides, sizeof besides));
    return buffer;
}

static char *take(const struct param *param, const char *noun, char *buffer, size_t size)
{
    if (!param->form && words_of(param))
        return write_words(param, buffer, size);
    if (!param->form && param->registry)
        return take_names(param, buffer, size);
    if (!param->form && param_is_quantity(param))
        return take_quantity(param, noun, buffer, size);
    snprintf(buffer, size, "%s", param->form ? param->form : noun);
    return buffer;
}

char *param_takes(const struct param *param, char *buffer, size_t size)
{
    return take(param, type_of(param)->form, buffer, size);
}

char *param_takes_briefly(const struct param *param, char *buffer, size_t size)
{
    return take(param, type_of(param)->noun, buffer, size);
}

/* Of a quantity that is a whole number: the word that it is, or NULL. */
static const char *word_in(const struct param *param, const void *field)
{
    int64_t value = *(const int64_t *)field;
    bool has_words = param->absent || param->choices;
    return has_words && value < 0 ? param_word(param, (size_t)(-1 - value)) : NULL;
}

static const char *moment_text(const struct param *param, const struct moment *moment,
                               char buffer[UNITS_TEXT])
{
    if (moment->event < 0)
        return param->absent;
    if (moment->count == 1)
        return param->choices[moment->event];
    size_t length = (size_t)snprintf(buffer, UNITS_TEXT, "%s@", param->choices[moment->event]);
    char count[UNITS_TEXT];
    snprintf(buffer + length, UNITS_TEXT - length, "%s", units_write_count(count, moment->count));
    return buffer;
}

const char *param_text(const struct param *param, const void *state, char buffer[UNITS_TEXT])
{
    const void *field = (const char *)state + param->offset;
    const char *const *words = words_of(param);
    if (param->type == PARAM_REAL)
        return units_write_real(buffer, *(const double *)field);
    if (param->type == PARAM_MOMENT)
        return moment_text(param, field, buffer);
    if (words)
        return words[*(const int64_t *)field];
    if (param_is_text(param))
        return *(const char *const *)field ? *(const char *const *)field : "";
    if (!param_is_quantity(param))
        return "";
    if (word_in(param, field))
        return word_in(param, field);
    return type_of(param)->write(buffer, *(const int64_t *)field);
}

double param_number(const struct param *param, const void *state)
{
    const void *field = (const char *)state + param->offset;
    if (param->type == PARAM_REAL)
        return *(const double *)field;
    if (param->type >= PARAM_CHOICE || word_in(param, field))
        return NAN;
    return (double)*(const int64_t *)field;
}

struct moment param_moment(const struct param *param, const void *state)
{
    const void *field = (const char *)state + param->offset;
    if (param->type == PARAM_MOMENT)
        return *(const struct moment *)field;
    return (struct moment){*(const int64_t *)field, 1};
}

/* ---- "key=value,…" -------------------------------------------------------------------------- */

bool param_is_called(const struct param *param, const char *name)
{
    return strcmp(param->name, name) == 0 || (param->also && strcmp(param->also, name) == 0);
}

/* Rows among which a name is looked up: a table, and what is in common. */
struct rows {
    const struct param *params;
    const struct component *common;
    const char *what; /* whose they are */
};

static size_t count_rows(const struct param *params)
{
    size_t n = 0;
    while (params && params[n].name)
        n++;
    return n;
}

static const struct param *row_at(const struct rows *rows, size_t i)
{
    size_t own = count_rows(rows->params);
    if (i < own)
        return &rows->params[i];
    i -= own;
    return rows->common && i < count_rows(rows->common->params) ? &rows->common->params[i] : NULL;
}

/* Its place among them; SIZE_MAX, with a line in *error, if there is none. */
static size_t find_row(const struct rows *rows, const char *name, struct error *error)
{
    const char *names[PARAMS_MOST + 1] = {NULL};
    const struct param *param;
    for (size_t i = 0; (param = row_at(rows, i)); i++) {
        if (param_is_called(param, name))
            return i;
        assert(i < PARAMS_MOST);
        names[i] = param->name;
    }
    char called[96];
    snprintf(called, sizeof called, "parameter of %.60s called", rows->what);
    suggest_error(error, called, name, names);
    return SIZE_MAX;
}

/* As a message names it: "freeze: t0". */
static int read_row(const struct param *param, const char *what, void *state, const char *text,
                    struct error *error)
{
    char label[128];
    snprintf(label, sizeof label, "%.60s: %.60s", what, param->name);
    return param_read(param, label, state, text, error);
}

/* One "key=value"; *text moves past it and the comma, or becomes NULL. */
static int read_pair(const struct rows *rows, void *own, void *common, char **text, bool *given,
                     struct error *error)
{
    char *pair = *text, *comma = strchr(pair, ','), *equals = strchr(pair, '=');
    if (!equals || (comma && comma < equals)) {
        if (comma)
            *comma = '\0';
        return error_set(error, "%s: '%.60s' is not of the form key=value", rows->what, pair);
    }
    *equals = '\0';
    size_t place = find_row(rows, pair, error);
    if (place == SIZE_MAX)
        return -1;
    const struct param *param = row_at(rows, place);
    if (param->type == PARAM_PATH)
        comma = NULL;
    if (comma)
        *comma = '\0';
    *text = comma ? comma + 1 : NULL;
    if (given[place])
        return error_set(error, "%s: %s is given twice", rows->what, param->name);
    given[place] = true;
    void *state = place < count_rows(rows->params) ? own : common;
    return read_row(param, rows->what, state, equals + 1, error);
}

static int read_pairs(const struct rows *rows, void *own, void *common, char *text, bool *given,
                      struct error *error)
{
    while (text)
        if (read_pair(rows, own, common, &text, given, error) != 0)
            return -1;
    return 0;
}

int param_read_pairs(const struct param *params, const char *what, void *state, char *text,
                     bool *given, struct error *error)
{
    const struct rows rows = {params, NULL, what};
    return read_pairs(&rows, state, NULL, text, given, error);
}

/* ---- components ----------------------------------------------------------------------------- */

int param_set(const struct component *component, const struct param *param, void *state,
              const char *text, struct error *error)
{
    return read_row(param, component->name, state, text, error);
}

static struct rows rows_of(const struct component *component)
{
    return (struct rows){component->params, component->common, component->name};
}

const struct param *component_param(const struct component *component, size_t i)
{
    const struct rows rows = rows_of(component);
    return row_at(&rows, i);
}

bool component_has_in_common(const struct component *component, const struct param *param)
{
    const struct param *rows = component->common ? component->common->params : NULL;
    return rows && param >= rows && param < rows + count_rows(rows);
}

int component_read_pairs(const struct component *component, void *own, void *common, char *text,
                         bool *given, struct error *error)
{
    const struct rows rows = rows_of(component);
    return read_pairs(&rows, own, common, text, given, error);
}

const struct param *param_find(const struct component *component, const char *name,
                               struct error *error)
{
    const struct rows rows = rows_of(component);
    size_t place = find_row(&rows, name, error);
    return place == SIZE_MAX ? NULL : row_at(&rows, place);
}

const struct component *component_find(const char *name, const struct component *const *registry,
                                       const char *what, struct error *error)
{
    const char *names[64] = {NULL};
    for (size_t i = 0; registry[i]; i++) {
        if (strcmp(registry[i]->name, name) == 0)
            return registry[i];
        if (i + 1 < sizeof names / sizeof *names)
            names[i] = registry[i]->name;
    }
    suggest_error(error, what, name, names);
    return NULL;
}
