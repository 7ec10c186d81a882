/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/param.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

#define PARAMS_MOST 64 /* of a component */

static const char *const flag_words[] = {"no", "yes", NULL};

/* How each type is read, written and named; the order is that of enum param_type. */
static const struct type {
    bool (*parse)(const char *, int64_t *);
    char *(*write)(char *, int64_t);
    const char *form, *unit;
    enum units_kind kind; /* of a quantity */
} types[] = {
    [PARAM_COUNT] = {units_parse_count, units_write_count, UNITS_COUNT_FORM, "", UNITS_COUNT},
    [PARAM_REAL] = {NULL, NULL, UNITS_REAL_FORM, "", UNITS_REAL},
    [PARAM_DURATION] = {units_parse_duration, units_write_duration, UNITS_DURATION_FORM, "ns",
                        UNITS_DURATION},
    [PARAM_BYTES] = {units_parse_bytes, units_write_bytes, UNITS_BYTES_FORM, "bytes", UNITS_BYTES},
    [PARAM_FLAG] = {NULL, NULL, "yes or no", ""},
    [PARAM_CHOICE] = {NULL, NULL, "", ""},
    [PARAM_PATH] = {NULL, NULL, "a file name", ""},
};

static int64_t *integer_of(const struct param *param, const void *state)
{
    return (int64_t *)((char *)(uintptr_t)state + param->offset);
}

static double *real_of(const struct param *param, const void *state)
{
    return (double *)((char *)(uintptr_t)state + param->offset);
}

static const char **path_of(const struct param *param, const void *state)
{
    return (const char **)((char *)(uintptr_t)state + param->offset);
}

static const char *const *words_of(const struct param *param)
{
    return param->type == PARAM_FLAG ? flag_words : param->choices;
}

const char *param_unit(const struct param *param)
{
    return types[param->type].unit;
}

char *param_write(const struct param *param, double value, char buffer[UNITS_TEXT])
{
    if (param->type == PARAM_REAL)
        return units_write_real(buffer, value);
    return types[param->type].write(buffer, (int64_t)value);
}

char *param_allowed(const struct param *param, char *buffer, size_t size)
{
    const char *const *words = words_of(param);
    char least[UNITS_TEXT], most[UNITS_TEXT];
    size_t length = 0;
    if (words) {
        for (size_t i = 0; words[i] && length < size; i++)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s",
                                       i == 0         ? ""
                                       : words[i + 1] ? ", "
                                                      : " or ",
                                       words[i]);
    } else if (param->type == PARAM_PATH) {
        snprintf(buffer, size, "a file name");
    } else {
        snprintf(buffer, size, "%s to %s%s%s", param_write(param, param->least, least),
                 param_write(param, param->most, most), param->absent ? ", or " : "",
                 param->absent ? param->absent : "");
    }
    return buffer;
}

const char *param_text(const struct param *param, const void *state, char buffer[UNITS_TEXT])
{
    const char *const *words = words_of(param);
    if (param->type == PARAM_PATH)
        return *path_of(param, state) ? *path_of(param, state) : "";
    if (words)
        return words[*integer_of(param, state)];
    if (param->type == PARAM_REAL)
        return units_write_real(buffer, *real_of(param, state));
    if (param->absent && *integer_of(param, state) == PARAM_ABSENT)
        return param->absent;
    return types[param->type].write(buffer, *integer_of(param, state));
}

double param_number(const struct param *param, const void *state)
{
    if (param->type == PARAM_PATH || param->type == PARAM_CHOICE)
        return NAN;
    return param->type == PARAM_REAL ? *real_of(param, state) : (double)*integer_of(param, state);
}

static int bad_value(const struct component *component, const struct param *param, const char *text,
                     struct error *error)
{
    char allowed[512], nearest[UNITS_HINT] = "";
    const char *const *words = words_of(param);
    const char *near = words ? suggest(text, words) : NULL;
    bool has_form = !words && param->type != PARAM_PATH;
    if (near)
        snprintf(nearest, sizeof nearest, "; did you mean '%s'?", near);
    if (param_is_quantity(param))
        units_hint(types[param->type].kind, text, nearest);
    return error_set(error, "%s: %s=%.60s is not allowed; %s takes %s%s%s%s", component->name,
                     param->name, text, param->name, has_form ? types[param->type].form : "",
                     has_form ? ", from " : "", param_allowed(param, allowed, sizeof allowed),
                     nearest);
}

int param_set(const struct component *component, const struct param *param, void *state,
              const char *text, struct error *error)
{
    const char *const *words = words_of(param);
    if (param->type == PARAM_PATH) {
        *path_of(param, state) = text;
        return *text ? 0 : bad_value(component, param, text, error);
    }
    if (words) {
        for (int64_t i = 0; words[i]; i++) {
            if (strcmp(words[i], text) == 0) {
                *integer_of(param, state) = i;
                return 0;
            }
        }
        return bad_value(component, param, text, error);
    }
    if (param->absent && strcmp(param->absent, text) == 0) {
        *integer_of(param, state) = PARAM_ABSENT;
        return 0;
    }
    double number;
    if (param->type == PARAM_REAL) {
        if (!units_parse_share(text, &number) || number < param->least || number > param->most)
            return bad_value(component, param, text, error);
        *real_of(param, state) = number + 0.0; /* -0 is 0 */
        return 0;
    }
    int64_t whole;
    if (!types[param->type].parse(text, &whole) || (double)whole < param->least ||
        (double)whole > param->most)
        return bad_value(component, param, text, error);
    *integer_of(param, state) = whole;
    return 0;
}

const struct param *param_find(const struct component *component, const char *name,
                               struct error *error)
{
    const char *names[PARAMS_MOST + 1] = {NULL};
    const struct param *param = component->params;
    for (size_t n = 0; param && param->name; param++) {
        if (strcmp(param->name, name) == 0)
            return param;
        names[n++] = param->name;
    }
    char what[96];
    snprintf(what, sizeof what, "parameter of %.60s called", component->name);
    suggest_error(error, what, name, names);
    return NULL;
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

/* One "key=value"; *text moves past it and the comma. A path is the rest of the text: file names
 * may have commas. */
static int parse_pair(struct setting *setting, char **text, bool *given, struct error *error)
{
    const struct component *component = setting->component;
    char *pair = *text, *comma = strchr(pair, ','), *equals = strchr(pair, '=');
    if (!equals || (comma && comma < equals)) {
        if (comma)
            *comma = '\0';
        return error_set(error, "%s: '%.60s' is not of the form key=value", component->name, pair);
    }
    *equals = '\0';
    const struct param *param = param_find(component, pair, error);
    if (!param)
        return -1;
    if (param->type == PARAM_PATH)
        comma = NULL;
    if (comma)
        *comma = '\0';
    *text = comma ? comma + 1 : NULL;
    size_t index = (size_t)(param - component->params);
    if (given[index])
        return error_set(error, "%s: %s is given twice", component->name, param->name);
    given[index] = true;
    return param_set(component, param, setting->state, equals + 1, error);
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
    while (rest)
        if (parse_pair(setting, &rest, given, error) != 0)
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
