/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/specs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "tests/unit/check.h"

/* Parameters that would make a run long, or leave a policy without anything to do in a short one.
 * They go by name and type: any component's. */
static const struct shorter {
    const char *name;
    enum param_type type;
    const char *value;
} shorter[] = {
    {"duration", PARAM_DURATION, "1s"},  {"settle", PARAM_DURATION, "100ms"},
    {"modules", PARAM_COUNT, "1500"},    {"startup", PARAM_DURATION, "100ms"},
    {"rate", PARAM_REAL, "60"},          {"objects", PARAM_COUNT, "600"},
    {"sessions", PARAM_COUNT, "20"},     {"cache", PARAM_COUNT, "10"},
    {"boot_steps", PARAM_COUNT, "3"},    {"step_objects", PARAM_COUNT, "300"},
    {"step_cpu", PARAM_DURATION, "1ms"}, {"config", PARAM_BYTES, "100KiB"},
    {"poll", PARAM_DURATION, "100ms"},   {"report", PARAM_DURATION, "1s"},
    {"client", PARAM_DURATION, "50ms"},  {"report_size", PARAM_BYTES, "50KiB"},
    {"every", PARAM_DURATION, "50ms"},   {"t0", PARAM_COUNT, "300"},
};

static const char *short_value(const struct param *param)
{
    for (size_t i = 0; i < LENGTH(shorter); i++)
        if (strcmp(shorter[i].name, param->name) == 0 && shorter[i].type == param->type)
            return shorter[i].value;
    return NULL;
}

static void append(char *text, size_t size, const struct param *param, const char *value)
{
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%c%s=%s", strchr(text, ':') ? ',' : ':', param->name,
             value);
}

/* The component with its short values, but `varied` (which may be NULL) with another. */
static void add(struct specs *specs, const struct component *component,
                const struct component *const *registry, const char *what, const char *path,
                const struct param *varied, const char *value)
{
    char text[2000];
    const struct param *file = NULL;
    snprintf(text, sizeof text, "%s", component->name);
    for (const struct param *param = component->params; param && param->name; param++) {
        const char *chosen = param == varied ? value : short_value(param);
        if (param->type == PARAM_PATH)
            file = param;
        else if (chosen)
            append(text, sizeof text, param, chosen);
    }
    if (file) /* last, since it takes all that follows */
        append(text, sizeof text, file, path);
    struct error error = {""};
    struct spec spec = {.text = memory_text(text), .basic = !varied};
    setting_parse(&spec.setting, text, registry, what, &error);
    check_text(text, error.text, "");
    specs->specs =
        memory_grow(specs->specs, &specs->capacity, specs->count + 1, sizeof *specs->specs);
    specs->specs[specs->count++] = spec;
}

/* Reads back to the same bound; 1 too, for shares. */
static const char *bound_text(const struct param *param, double bound, char buffer[UNITS_TEXT])
{
    switch (param->type) {
    case PARAM_REAL:
        return units_write_real(buffer, bound);
    case PARAM_DURATION:
        return units_write_duration(buffer, (int64_t)bound);
    case PARAM_BYTES:
        return units_write_bytes(buffer, (int64_t)bound);
    default:
        return units_write_count(buffer, (int64_t)bound);
    }
}

static void add_variants(struct specs *specs, const struct component *component,
                         const struct component *const *registry, const char *what,
                         const char *path, const struct param *param)
{
    static const char *const flag[] = {"no", "yes", NULL};
    const char *const *words = param->type == PARAM_FLAG ? flag : param->choices;
    char buffer[UNITS_TEXT];
    if (param->type == PARAM_PATH)
        return;
    for (; words && *words; words++)
        add(specs, component, registry, what, path, param, *words);
    if (param->absent)
        add(specs, component, registry, what, path, param, param->absent);
    if (param->type == PARAM_FLAG || param->type == PARAM_CHOICE)
        return;
    add(specs, component, registry, what, path, param, bound_text(param, param->least, buffer));
    if (param->most > param->least && param->most <= 2)
        add(specs, component, registry, what, path, param, bound_text(param, param->most, buffer));
}

void specs_make(struct specs *specs, const struct component *const *registry, const char *what,
                const char *path)
{
    *specs = (struct specs){0};
    for (size_t i = 0; registry[i]; i++) {
        add(specs, registry[i], registry, what, path, NULL, NULL);
        for (const struct param *p = registry[i]->params; p && p->name; p++)
            add_variants(specs, registry[i], registry, what, path, p);
    }
    check_that("there are some", specs->count > 0);
}

void specs_fini(struct specs *specs)
{
    for (size_t i = 0; i < specs->count; i++) {
        free(specs->specs[i].text);
        setting_fini(&specs->specs[i].setting);
    }
    free(specs->specs);
    *specs = (struct specs){0};
}
