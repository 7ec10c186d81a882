/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/param.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

#define NAMES_MOST 128 /* of a registry */

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

int param_refuse(const struct param *param, const char *label, const char *text,
                 struct error *error)
{
    char takes[600], nearest[UNITS_HINT] = "";
    const char *const *words = param->type == PARAM_FLAG ? flag_words : param->choices;
    const char *near = words ? suggest(text, words) : NULL;
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

READER(read_word)
{
    int64_t *value = field;
    const char *const *words = words_of(param);
    for (int64_t i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *value = i;
            return 0;
        }
    }
    return param_refuse(param, label, text, error);
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

READER(read_item)
{
    const char *names[NAMES_MOST + 1] = {NULL};
    for (size_t i = 0; (names[i] = registry_name(param->registry, i)); i++) {
        assert(i < NAMES_MOST);
        if (strcmp(names[i], text) != 0)
            continue;
        const void *value = param->type == PARAM_NAME ? names[i] : param->registry->item(i);
        memcpy(field, &value, sizeof value);
        return 0;
    }
    suggest_error(error, param->registry->what, text, names);
    if (param->registry->list && names[SUGGEST_ALL])
        error_set(error, "%s; `pygcsim list %s` has all", error->text, param->registry->list);
    return put_label(label, error);
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

char *param_allowed(const struct param *param, char *buffer, size_t size)
{
    char range[2 * UNITS_TEXT + 16], besides[320];
    if (words_of(param))
        return suggest_words(words_of(param), buffer, size);
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
        return suggest_words(words_of(param), buffer, size);
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

const char *param_text(const struct param *param, const void *state, char buffer[UNITS_TEXT])
{
    const void *field = (const char *)state + param->offset;
    const char *const *words = words_of(param);
    if (param->type == PARAM_REAL)
        return units_write_real(buffer, *(const double *)field);
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

/* ---- "key=value,…" -------------------------------------------------------------------------- */

bool param_is_called(const struct param *param, const char *name)
{
    return strcmp(param->name, name) == 0 || (param->also && strcmp(param->also, name) == 0);
}

static const struct param *find_row(const struct param *params, const char *what, const char *name,
                                    struct error *error)
{
    const char *names[PARAMS_MOST + 1] = {NULL};
    const struct param *param = params;
    for (size_t n = 0; param && param->name; param++) {
        if (param_is_called(param, name))
            return param;
        assert(n < PARAMS_MOST);
        names[n++] = param->name;
    }
    char called[96];
    snprintf(called, sizeof called, "parameter of %.60s called", what);
    suggest_error(error, called, name, names);
    return NULL;
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
static int read_pair(const struct param *params, const char *what, void *state, char **text,
                     bool *given, struct error *error)
{
    char *pair = *text, *comma = strchr(pair, ','), *equals = strchr(pair, '=');
    if (!equals || (comma && comma < equals)) {
        if (comma)
            *comma = '\0';
        return error_set(error, "%s: '%.60s' is not of the form key=value", what, pair);
    }
    *equals = '\0';
    const struct param *param = find_row(params, what, pair, error);
    if (!param)
        return -1;
    if (param->type == PARAM_PATH)
        comma = NULL;
    if (comma)
        *comma = '\0';
    *text = comma ? comma + 1 : NULL;
    if (given[param - params])
        return error_set(error, "%s: %s is given twice", what, param->name);
    given[param - params] = true;
    return read_row(param, what, state, equals + 1, error);
}

int param_read_pairs(const struct param *params, const char *what, void *state, char *text,
                     bool *given, struct error *error)
{
    while (text)
        if (read_pair(params, what, state, &text, given, error) != 0)
            return -1;
    return 0;
}

/* ---- components ----------------------------------------------------------------------------- */

int param_set(const struct component *component, const struct param *param, void *state,
              const char *text, struct error *error)
{
    return read_row(param, component->name, state, text, error);
}

const struct param *param_find(const struct component *component, const char *name,
                               struct error *error)
{
    return find_row(component->params, component->name, name, error);
}

static size_t count_params(const struct component *component)
{
    size_t n = 0;
    while (component->params && component->params[n].name)
        n++;
    return n;
}

static int set_defaults(struct setting *setting, const bool *given, struct error *error)
{
    const struct component *component = setting->component;
    for (size_t i = 0; i < count_params(component); i++) {
        const struct param *param = &component->params[i];
        if (given[i])
            continue;
        if (!param->initial)
            return error_set(error, "%s needs %s=… (%s), as in %s:%s=…", component->name,
                             param->name, param->meaning, component->name, param->name);
        if (param_set(component, param, setting->state, param->initial, error) != 0)
            return -1;
    }
    return 0;
}

/* Appends "key=value" of the parameters given, those that are paths or those that are not. */
static char *append_pairs(const struct setting *setting, const bool *given, bool paths, char *text)
{
    const struct component *component = setting->component;
    for (size_t i = 0; i < count_params(component); i++) {
        const struct param *param = &component->params[i];
        if (!given[i] || (param->type == PARAM_PATH) != paths)
            continue;
        char buffer[UNITS_TEXT], *longer;
        char separator = strchr(text, ':') ? ',' : ':';
        if (asprintf(&longer, "%s%c%s=%s", text, separator, param->name,
                     param_text(param, setting->state, buffer)) < 0)
            out_of_memory();
        free(text);
        text = longer;
    }
    return text;
}

/* "name:key=value,…" with the given parameters in the table's order, but paths last: a path is the
 * rest of the text. */
static char *canonical_text(const struct setting *setting, const bool *given)
{
    char *text = append_pairs(setting, given, false, allocate_text(setting->component->name));
    return append_pairs(setting, given, true, text);
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

int setting_parse(struct setting *setting, const char *text,
                  const struct component *const *registry, const char *what, struct error *error)
{
    *setting = (struct setting){0};
    setting->given = allocate_text(text);
    char *rest = strchr(setting->given, ':');
    if (rest)
        *rest++ = '\0';
    setting->component = component_find(setting->given, registry, what, error);
    if (!setting->component)
        goto failed;
    setting->state = allocate_zeroed(1, setting->component->state_size);
    bool given[PARAMS_MOST] = {false};
    assert(count_params(setting->component) <= PARAMS_MOST);
    if (param_read_pairs(setting->component->params, setting->component->name, setting->state, rest,
                         given, error) != 0)
        goto failed;
    if (set_defaults(setting, given, error) != 0)
        goto failed;
    setting->text = canonical_text(setting, given);
    return 0;
failed:
    setting_fini(setting);
    return -1;
}

void setting_fini(struct setting *setting)
{
    free(setting->given);
    free(setting->state);
    free(setting->text);
    *setting = (struct setting){0};
}

void *setting_fresh_state(const struct setting *setting)
{
    size_t size = setting->component->state_size;
    return memcpy(allocate_zeroed(1, size), setting->state, size);
}
