/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/specs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
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
    {"live", PARAM_COUNT, "1500"},       {"every", PARAM_DURATION, "50ms"},
    {"t0", PARAM_COUNT, "300"},          {"documents", PARAM_COUNT, "4"},
    {"rows", PARAM_COUNT, "1000"},
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

static void add_text(struct specs *specs, const char *text, const struct component *const *registry,
                     const char *what, bool basic)
{
    struct error error = {""};
    struct spec spec = {.text = allocate_text(text), .basic = basic};
    setting_parse(&spec.setting, text, registry, what, &error);
    check_text(text, error.text, "");
    specs->specs =
        allocate_grow(specs->specs, &specs->capacity, specs->count + 1, sizeof *specs->specs);
    specs->specs[specs->count++] = spec;
}

/* The component with its short values, but `varied` (which may be NULL) with another. */
static void add(struct specs *specs, const struct component *component,
                const struct component *const *registry, const char *what, const char *path,
                const struct param *varied, const char *value)
{
    char text[2000];
    const struct param *file = NULL;
    snprintf(text, sizeof text, "%s", component->name);
    const struct param *param;
    for (size_t i = 0; (param = component_param(component, i)); i++) {
        const char *chosen = param == varied ? value : short_value(param);
        if (param->type == PARAM_PATH)
            file = param;
        else if (chosen)
            append(text, sizeof text, param, chosen);
    }
    if (file) /* last, since it takes all that follows */
        append(text, sizeof text, file, path);
    add_text(specs, text, registry, what, !varied);
}

/* Each with the one after it, which begins and ends later, and with one before it of its kind. */
static void add_joined(struct specs *specs, const struct component *const *registry,
                       const char *what)
{
    size_t count = specs->count;
    for (size_t i = 0; i < count; i++) {
        char text[4000];
        const struct spec *spec = &specs->specs[i], *next = &specs->specs[(i + 1) % count];
        if (!spec->basic)
            continue;
        while (!next->basic)
            next = next + 1 < specs->specs + count ? next + 1 : specs->specs;
        snprintf(text, sizeof text, "%s:until=startup_done + %s + %s%cfrom=%s,until=request_end@30",
                 spec->setting.component->name, spec->text, next->text,
                 strchr(next->text, ':') ? ',' : ':', i % 2 ? "startup_done" : "idle@2");
        add_text(specs, text, registry, what, true);
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
    if (param->type == PARAM_FLAG || param->type == PARAM_CHOICE || param->type == PARAM_MOMENT)
        return;
    add(specs, component, registry, what, path, param, param_write(param, param->least, buffer));
    if (param->most > param->least && param->most <= 2)
        add(specs, component, registry, what, path, param, param_write(param, param->most, buffer));
}

/* ---- drawn --------------------------------------------------------------------------------------
 */

/* From what is drawn of parameters whose range goes far beyond a short run. They go by name and
 * type, and no lower than their least value allows. */
static const struct range {
    const char *name;
    enum param_type type;
    double least, most;
} ranges[] = {
    {"duration", PARAM_DURATION, 0, 6e8},
    {"settle", PARAM_DURATION, 0, 1e8},
    {"rate", PARAM_REAL, 1, 300},
    {"burst_factor", PARAM_REAL, 0, 5},
    {"burst_every", PARAM_DURATION, 1e6, 5e8},
    {"burst_length", PARAM_DURATION, 0, 2e8},
    {"modules", PARAM_COUNT, 0, 1500},
    {"startup", PARAM_DURATION, 0, 1e8},
    {"cpu", PARAM_DURATION, 0, 5e6},
    {"cpu_sigma", PARAM_REAL, 0, 1},
    {"objects", PARAM_COUNT, 1, 300},
    {"objects_sigma", PARAM_REAL, 0, 1},
    {"payload", PARAM_BYTES, 0, 1000},
    {"service", PARAM_DURATION, 0, 2e7},
    {"cv", PARAM_REAL, 0.01, 3},
    {"live", PARAM_COUNT, 0, 1500},
    {"cycle_size", PARAM_COUNT, 1, 60},
    {"sessions", PARAM_COUNT, 1, 50},
    {"cache", PARAM_COUNT, 1, 30},
    {"io", PARAM_DURATION, 0, 3e7},
    {"concurrency", PARAM_COUNT, 1, 8},
    {"boot_steps", PARAM_COUNT, 1, 5},
    {"step_objects", PARAM_COUNT, 1, 400},
    {"step_cpu", PARAM_DURATION, 0, 2e6},
    {"config", PARAM_BYTES, 0, 1e5},
    {"field_devices", PARAM_COUNT, 1, 40},
    {"poll", PARAM_DURATION, 2e7, 1e9},
    {"reading_cpu", PARAM_DURATION, 0, 5e5},
    {"report", PARAM_DURATION, 1e9, 3e9},
    {"report_size", PARAM_BYTES, 0, 5e4},
    {"client", PARAM_DURATION, 1e7, 5e8},
    {"client_objects", PARAM_COUNT, 1, 60},
    {"client_buffer", PARAM_BYTES, 0, 2e4},
    {"memory_limit", PARAM_BYTES, 5e4, 1e6},
    {"slowdown", PARAM_REAL, 0.5, 20},
    {"scatter", PARAM_DURATION, 0, 2000},
    {"every", PARAM_DURATION, 1e6, 2e8},
    {"every", PARAM_COUNT, 1, 50},
    {"t0", PARAM_COUNT, 0, 1500},
    {"t1", PARAM_COUNT, 0, 12},
    {"t2", PARAM_COUNT, 0, 12},
};

static struct range range_of(const struct param *param)
{
    for (size_t i = 0; i < LENGTH(ranges); i++) {
        struct range range = ranges[i];
        if (strcmp(range.name, param->name) != 0 || range.type != param->type)
            continue;
        range.least = range.least > param->least ? range.least : param->least;
        range.most = range.most > range.least ? range.most : 3 * range.least;
        return range;
    }
    return (struct range){param->name, param->type, param->least,
                          param->most < 1e6 ? param->most : param->least};
}

/* Small numbers rather than large ones, and either end now and then. */
static double draw_number(const struct range *range, uint64_t *seed)
{
    double share = (double)test_random_below(seed, 1001) / 1000;
    double value = range->least + share * share * share * (range->most - range->least);
    return range->type == PARAM_REAL ? value : round(value);
}

static const char *draw_value(const struct param *param, uint64_t *seed, char buffer[UNITS_TEXT])
{
    size_t words = 0;
    while (param->choices && param->choices[words])
        words++;
    if (param->type == PARAM_FLAG)
        return test_random_below(seed, 2) ? "yes" : "no";
    if (param->type == PARAM_MOMENT && test_random_below(seed, 2))
        return param->absent;
    if (param->type == PARAM_MOMENT && test_random_below(seed, 2)) {
        snprintf(buffer, UNITS_TEXT, "%s@%d", param->choices[test_random_below(seed, words)],
                 (int)test_random_below(seed, 20) + 1);
        return buffer;
    }
    if (words && (!param_is_quantity(param) || test_random_below(seed, 2)))
        return param->choices[test_random_below(seed, words)];
    if (param->absent && test_random_below(seed, 3) == 0)
        return param->absent;
    const struct range range = range_of(param);
    return param_write(param, draw_number(&range, seed), buffer);
}

void specs_draw(char text[SPEC_TEXT], const struct component *component, uint64_t *seed)
{
    char buffer[UNITS_TEXT];
    snprintf(text, SPEC_TEXT, "%s", component->name);
    const struct param *param;
    for (size_t i = 0; (param = component_param(component, i)); i++)
        if (param->type != PARAM_PATH)
            append(text, SPEC_TEXT, param, draw_value(param, seed, buffer));
    check_that(text, strlen(text) + 1 < SPEC_TEXT);
}

/* ---- all of them --------------------------------------------------------------------------------
 */

void specs_make(struct specs *specs, const struct component *const *registry, const char *what,
                const char *path)
{
    *specs = (struct specs){0};
    for (size_t i = 0; registry[i]; i++) {
        add(specs, registry[i], registry, what, path, NULL, NULL);
        for (const struct param *p = registry[i]->params; p && p->name; p++)
            add_variants(specs, registry[i], registry, what, path, p);
    }
    if (setting_joins(registry))
        add_joined(specs, registry, what);
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
