/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/setting.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

#define JOINED "off:until=startup_done + freeze" /* in messages */

static size_t count_params(const struct component *component)
{
    size_t n = 0;
    while (component_param(component, n))
        n++;
    return n;
}

static void *field_state(const struct setting *setting, const struct param *param)
{
    return component_has_in_common(setting->component, param) ? setting->common : setting->state;
}

const void *setting_state(const struct setting *part, const struct param *param)
{
    return field_state(part, param);
}

/* ---- one part ------------------------------------------------------------------------------- */

static int set_defaults(struct setting *setting, const bool *given, struct error *error)
{
    const struct component *component = setting->component;
    const struct param *param;
    for (size_t i = 0; (param = component_param(component, i)); i++) {
        if (given[i])
            continue;
        if (!param->initial)
            return error_set(error, "%s needs %s=… (%s), as in %s:%s=…", component->name,
                             param->name, param->meaning, component->name, param->name);
        if (param_set(component, param, field_state(setting, param), param->initial, error) != 0)
            return -1;
    }
    return 0;
}

/* Appends "key=value" of the parameters given, those that are paths or those that are not. */
static char *append_pairs(const struct setting *setting, const bool *given, bool paths, char *text)
{
    const struct param *param;
    for (size_t i = 0; (param = component_param(setting->component, i)); i++) {
        if (!given[i] || (param->type == PARAM_PATH) != paths)
            continue;
        char buffer[UNITS_TEXT], *longer;
        char separator = strchr(text, ':') ? ',' : ':';
        if (asprintf(&longer, "%s%c%s=%s", text, separator, param->name,
                     param_text(param, field_state(setting, param), buffer)) < 0)
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

static void note_common(struct setting *setting, const bool *given)
{
    const struct component *component = setting->component;
    const struct param *param;
    uint64_t bit = 1;
    for (size_t i = 0; (param = component_param(component, i)); i++) {
        if (!component_has_in_common(component, param))
            continue;
        setting->common_given |= given[i] ? bit : 0;
        bit <<= 1;
    }
}

/* Of names that stand side by side, as in "freeze, off": what joins them. Returns -1. */
static int suggest_joint(const char *name, const struct component *const *registry,
                         const char *what, struct error *error)
{
    if (setting_joins(registry) && strpbrk(name, ", &;|"))
        return error_set(error, "there is no %s '%.60s'; a + joins several, as in %s", what, name,
                         JOINED);
    return -1;
}

/* A text without joints: of `length` bytes. What is made stays in *setting if it fails. */
static int parse_part(struct setting *setting, const char *text, size_t length,
                      const struct component *const *registry, const char *what,
                      struct error *error)
{
    setting->given = memcpy(allocate_zeroed(length + 1, 1), text, length);
    char *rest = strchr(setting->given, ':');
    if (rest)
        *rest++ = '\0';
    const struct component *component = component_find(setting->given, registry, what, error);
    if (!component)
        return suggest_joint(setting->given, registry, what, error);
    setting->component = component;
    setting->state = allocate_zeroed(1, component->state_size);
    if (component->common)
        setting->common = allocate_zeroed(1, component->common->state_size);
    bool given[PARAMS_MOST] = {false};
    assert(count_params(component) <= PARAMS_MOST);
    if (component_read_pairs(component, setting->state, setting->common, rest, given, error) != 0 ||
        set_defaults(setting, given, error) != 0)
        return -1;
    note_common(setting, given);
    setting->text = canonical_text(setting, given);
    return 0;
}

/* ---- several -------------------------------------------------------------------------------- */

bool setting_joins(const struct component *const *registry)
{
    return registry[0] && registry[0]->common;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t spaces(const char *text)
{
    return strspn(text, " \t");
}

/* Is that + where a name follows, or where one is missing? */
static bool is_joint(const char *plus)
{
    const char *behind = plus + 1 + spaces(plus + 1);
    return is_letter(*behind) || *behind == '\0' || *behind == '+';
}

size_t setting_part(const char *text, const char **next)
{
    const char *plus = strchr(text, '+');
    while (plus && !is_joint(plus))
        plus = strchr(plus + 1, '+');
    *next = NULL;
    if (!plus)
        return strlen(text);
    size_t length = (size_t)(plus - text);
    while (length > 0 && spaces(&text[length - 1]))
        length--;
    *next = plus + 1 + spaces(plus + 1);
    return length;
}

/* How long names can be: a + may have no spaces. */
static size_t names_most(const char *text)
{
    size_t length = strlen(text);
    for (const char *c = text; *c; c++)
        length += *c == '+' ? strlen(SETTING_JOINT) - 1 : 0;
    return length;
}

char *setting_names(const char *text)
{
    char *names = allocate_zeroed(names_most(text) + 1, 1), *end = names;
    for (const char *next; text; text = next) {
        size_t length = setting_part(text, &next);
        const char *colon = memchr(text, ':', length);
        end = mempcpy(end, text, colon ? (size_t)(colon - text) : length);
        if (next)
            end = stpcpy(end, SETTING_JOINT);
    }
    return names;
}

/* The text of the whole becomes that of the first part. */
static void join_texts(struct setting *first)
{
    size_t length = 1;
    for (const struct setting *part = first; part; part = part->next)
        length += strlen(part->text) + strlen(SETTING_JOINT);
    char *whole = allocate_zeroed(length, 1), *end = whole;
    for (const struct setting *part = first; part; part = part->next) {
        end = stpcpy(end, part->text);
        if (part->next)
            end = stpcpy(end, SETTING_JOINT);
    }
    free(first->text);
    first->text = whole;
}

static int refuse_empty(const char *text, const char *what, struct error *error)
{
    return error_set(error, "'%.200s': a %s is missing beside a +, as in %s", text, what, JOINED);
}

static int parse_joined(struct setting *setting, const char *text,
                        const struct component *const *registry, const char *what,
                        struct error *error)
{
    const char *rest = text;
    size_t count = 0;
    for (struct setting *part = setting; rest; part = part->next) {
        const char *begun = rest;
        size_t length = setting_part(begun, &rest);
        if (length == 0 && (rest || count > 0))
            return refuse_empty(text, what, error);
        if (++count > SETTING_PARTS_MOST)
            return error_set(error, "a + joins at most %d of these: '%.60s…' has more",
                             SETTING_PARTS_MOST, text);
        if (parse_part(part, begun, length, registry, what, error) != 0)
            return -1;
        if (rest)
            part->next = allocate_zeroed(1, sizeof *part->next);
    }
    join_texts(setting);
    return 0;
}

int setting_parse(struct setting *setting, const char *text,
                  const struct component *const *registry, const char *what, struct error *error)
{
    *setting = (struct setting){0};
    int status = setting_joins(registry)
                     ? parse_joined(setting, text, registry, what, error)
                     : parse_part(setting, text, strlen(text), registry, what, error);
    if (status != 0)
        setting_fini(setting);
    return status;
}

void setting_fini(struct setting *setting)
{
    struct setting *next = setting->next;
    if (next)
        setting_fini(next);
    free(next);
    if (setting->state && setting->component->release)
        setting->component->release(setting->state);
    free(setting->given);
    free(setting->state);
    free(setting->common);
    free(setting->text);
    *setting = (struct setting){0};
}

/* ---- its parameters ------------------------------------------------------------------------- */

int setting_number(const struct setting *setting, const struct setting *part)
{
    int number = 1;
    for (; setting != part; setting = setting->next)
        number += setting->component == part->component;
    return number;
}

const char *setting_name(const struct setting *setting, const struct setting *part,
                         const struct param *param, char buffer[SETTING_NAME_TEXT])
{
    int number = setting_number(setting, part);
    if (!setting_is_joined(setting))
        return param->name;
    if (number == 1)
        snprintf(buffer, SETTING_NAME_TEXT, "%s.%s", part->component->name, param->name);
    else
        snprintf(buffer, SETTING_NAME_TEXT, "%s%d.%s", part->component->name, number, param->name);
    return buffer;
}

const struct param *setting_param(const struct setting *part, size_t i)
{
    const struct param *param;
    uint64_t bit = 1;
    for (size_t row = 0; (param = component_param(part->component, row)); row++) {
        bool given = true;
        if (component_has_in_common(part->component, param)) {
            given = part->common_given & bit;
            bit <<= 1;
        }
        if (given && i-- == 0)
            return param;
    }
    return NULL;
}

void *setting_fresh_state(const struct setting *setting)
{
    size_t size = setting->component->state_size;
    return memcpy(allocate_zeroed(1, size), setting->state, size);
}
