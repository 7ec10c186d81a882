/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/suggest.h"
#include "sweep/file/keys.h"

/* What the functions here need to know about the parameter. */
struct about {
    const struct document *document;
    const struct component *component;
    const struct param *param;
    const struct design *design;
    struct error *error;
};

#define VALUE_FORM "a value, a list, a range or a distribution"

static void add_text(struct values *values, size_t *capacity, const char *text)
{
    values->texts =
        allocate_grow(values->texts, capacity, values->count + 1, sizeof *values->texts);
    values->texts[values->count++] = allocate_text(text);
}

/* Is this a value that the parameter may have? Returns 0, and its number (NaN if it has none); or
 * -1. */
static int check_value(const struct about *about, const yaml_node_t *node, const char *text,
                       double *number)
{
    const struct component *owner = component_has_in_common(about->component, about->param)
                                        ? about->component->common
                                        : about->component;
    void *state = allocate_zeroed(1, owner->state_size);
    int status = param_set(about->component, about->param, state, text, about->error);
    *number = status != 0 ? NAN : param_number(about->param, state);
    free(state);
    return status == 0 ? 0 : document_locate(about->document, node, about->error);
}

static int read_list(struct values *values, const struct about *about, const yaml_node_t *node)
{
    size_t capacity = 0, length = document_length(node);
    if (length == 0)
        return document_error(about->document, node, about->error, "%s is an empty list",
                              about->param->name);
    for (size_t i = 0; i < length; i++) {
        const yaml_node_t *member = document_member(about->document, node, i);
        const char *form = node == member ? VALUE_FORM : "in a list values only";
        const char *text =
            document_value(about->document, member, about->param->name, form, about->error);
        double number;
        if (!text || check_value(about, member, text, &number) != 0)
            return -1;
        add_text(values, &capacity, text);
    }
    return 0;
}

/* ---- ranges --------------------------------------------------------------------------------- */

/* An end of a range or a distribution: a quantity that the parameter may be. */
static int read_end(const struct about *about, const yaml_node_t *node, const char *text,
                    double *end)
{
    if (check_value(about, node, text, end) != 0)
        return -1;
    if (isnan(*end))
        return document_error(about->document, node, about->error,
                              "%s: '%.60s' is a word, not an end of a range", about->param->name,
                              text);
    return 0;
}

static int read_ends(const struct about *about, const yaml_node_t *node, double ends[2])
{
    static const char form[] = "two values with two dots in between, as in 2000..100000";
    const char *text = document_value(about->document, node, "range", form, about->error);
    if (!text)
        return -1;
    const char *dots = strstr(text, "..");
    if (!dots)
        return document_error(about->document, node, about->error,
                              "range: '%.60s' is not allowed; range takes %s", text, form);
    char *first = allocate_text(text);
    first[dots - text] = '\0';
    int status = read_end(about, node, first, &ends[0]);
    free(first);
    return status == 0 ? read_end(about, node, dots + 2, &ends[1]) : -1;
}

static double range_value(const struct range *range, size_t i)
{
    double share = (double)i / (double)(range->points - 1);
    double a = range->ends[0], b = range->ends[1];
    if (i == 0 || i + 1 == (size_t)range->points)
        return i == 0 ? a : b; /* exactly */
    return range->scale ? a * pow(b / a, share) : a + (b - a) * share;
}

/* As many values as it has points; fewer if some become the same when they are made whole. */
static void cut_range(struct values *values, const struct about *about, const struct range *range)
{
    char text[UNITS_TEXT];
    size_t capacity = 0, points = (size_t)range->points;
    double before = range->ends[0];
    for (size_t i = 0; i < points; i++) {
        double value = range_value(range, i), step = value - before;
        before = value;
        if (i > 0 && i + 1 < points)
            value = quantity_round(about->param, value, step, range->ends[0], range->ends[1]);
        param_write(about->param, value, text);
        if (values->count == 0 || strcmp(values->texts[values->count - 1], text) != 0)
            add_text(values, &capacity, text);
    }
}

static int read_range(struct values *values, const struct about *about, const yaml_node_t *map)
{
    struct range range = {0};
    const struct document *document = about->document;
    if (keys_read(&range, "range", "key of a range called", document, map, about->error) != 0 ||
        read_ends(about, range.node, range.ends) != 0)
        return -1;
    const struct distribution_kind *kind =
        range.scale ? DISTRIBUTION_LOGUNIFORM : DISTRIBUTION_UNIFORM;
    bool grid = about->design->kind == DESIGN_grid;
    size_t count = grid ? (size_t)range.points : about->design->points;
    if (count == 0)
        return document_error(document, map, about->error,
                              "%s: in a grid a range needs points, as in {range: 1..10, points: 4}",
                              about->param->name);
    if (distribution_init(&values->distribution, kind, about->param, range.ends, count,
                          about->error) != 0)
        return document_locate(document, map, about->error);
    if (grid)
        cut_range(values, about, &range);
    return 0;
}

/* ---- distributions -------------------------------------------------------------------------- */

static const char *argument_form(const struct about *about, enum argument_form form)
{
    if (form == ARGUMENT_NUMBER)
        return "a number above 0";
    if (about->param->type == PARAM_DURATION)
        return "a duration such as 250ms";
    if (about->param->type == PARAM_BYTES)
        return "a size such as 16MiB";
    return form == ARGUMENT_POSITIVE ? "a number above 0" : "a number";
}

static enum units_kind argument_kind(const struct about *about, enum argument_form form)
{
    enum param_type type = form == ARGUMENT_NUMBER ? PARAM_REAL : about->param->type;
    return type == PARAM_DURATION ? UNITS_DURATION
           : type == PARAM_BYTES  ? UNITS_BYTES
           : type == PARAM_COUNT  ? UNITS_COUNT
                                  : UNITS_REAL;
}

/* What is about a count need not be whole itself: a mean of 2.5. */
static bool parse_argument(enum units_kind kind, enum argument_form form, const char *text,
                           double *number)
{
    return (units_parse(kind, text, number) ||
            (kind == UNITS_COUNT && units_parse_real(text, number))) &&
           (form == ARGUMENT_QUANTITY || *number > 0);
}

static int read_argument(const struct about *about, const struct distribution_kind *kind, size_t i,
                         const yaml_node_t *node, double *number)
{
    enum argument_form form = kind->arguments[i].form;
    enum units_kind units = argument_kind(about, form);
    char hint[UNITS_HINT];
    const char *name = kind->arguments[i].name, *allowed = argument_form(about, form);
    const char *text = document_value(about->document, node, name, allowed, about->error);
    if (!text)
        return -1;
    if (form == ARGUMENT_END)
        return read_end(about, node, text, number);
    if (!parse_argument(units, form, text, number))
        return document_error(about->document, node, about->error,
                              "%s: '%.60s' is not allowed; %s of %s takes %s%s", kind->name, text,
                              name, kind->name, allowed, units_hint(units, text, hint));
    return 0;
}

static const struct distribution_kind *find_kind(const struct about *about, const yaml_node_t *node)
{
    const char *names[PAIRS_MOST + 1] = {NULL};
    const char *text =
        document_value(about->document, node, "distribution", "the name of one", about->error);
    if (!text)
        return NULL;
    for (size_t i = 0; distributions[i].name; i++) {
        if (strcmp(distributions[i].name, text) == 0)
            return &distributions[i];
        names[i] = distributions[i].name;
    }
    suggest_error(about->error, "distribution", text, names);
    document_locate(about->document, node, about->error);
    return NULL;
}

static int read_distribution(struct values *values, const struct about *about,
                             const yaml_node_t *map)
{
    const char *names[ARGUMENTS_MOST + 2] = {"distribution"};
    char what[64];
    struct pairs pairs;
    double arguments[ARGUMENTS_MOST] = {0};
    const struct distribution_kind *kind =
        find_kind(about, document_get(about->document, map, "distribution"));
    if (!kind)
        return -1;
    for (size_t i = 0; i < ARGUMENTS_MOST; i++)
        names[i + 1] = kind->arguments[i].name;
    snprintf(what, sizeof what, "key of a %s distribution called", kind->name);
    if (document_pairs(about->document, map, names, what, &pairs, about->error) != 0)
        return -1;
    for (size_t i = 0; i < ARGUMENTS_MOST && kind->arguments[i].name; i++) {
        if (!pairs.values[i + 1])
            return document_error(about->document, map, about->error,
                                  "a %s distribution needs %s: %s", kind->name, names[i + 1],
                                  argument_form(about, kind->arguments[i].form));
        if (read_argument(about, kind, i, pairs.values[i + 1], &arguments[i]) != 0)
            return -1;
    }
    if (about->design->kind == DESIGN_grid)
        return document_error(about->document, map, about->error,
                              "%s: a distribution needs a design that samples, as in "
                              "design: {name: lhs, points: 100}",
                              about->param->name);
    if (distribution_init(&values->distribution, kind, about->param, arguments,
                          about->design->points, about->error) != 0)
        return document_locate(about->document, map, about->error);
    return 0;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static int read_map(struct values *values, const struct about *about, const yaml_node_t *map)
{
    bool ranges = document_get(about->document, map, "range");
    if (!ranges && !document_get(about->document, map, "distribution"))
        return document_error(about->document, map, about->error,
                              "%s is a map without range or distribution; %s takes " VALUE_FORM,
                              about->param->name, about->param->name);
    if (!param_is_quantity(about->param))
        return document_error(about->document, map, about->error,
                              "%s is not a quantity: it takes a value or a list of values",
                              about->param->name);
    return ranges ? read_range(values, about, map) : read_distribution(values, about, map);
}

int values_read(struct values *values, const struct document *document, const yaml_node_t *node,
                const struct component *component, const struct param *param,
                const struct design *design, struct error *error)
{
    const struct about about = {document, component, param, design, error};
    *values = (struct values){0};
    int status = (node->type == YAML_MAPPING_NODE ? read_map : read_list)(values, &about, node);
    if (status != 0)
        values_fini(values);
    return status;
}

void values_fini(struct values *values)
{
    for (size_t i = 0; i < values->count; i++)
        free(values->texts[i]);
    free(values->texts);
    *values = (struct values){0};
}

const char *values_at(const struct values *values, double u, char buffer[UNITS_TEXT])
{
    if (values->count > 0) {
        size_t i = (size_t)(u * (double)values->count);
        return values->texts[i < values->count ? i : values->count - 1];
    }
    return param_write(values->distribution.param, distribution_value(&values->distribution, u),
                       buffer);
}
