/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/entry.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* ---- reading -------------------------------------------------------------------------------- */

/* Returns 0, or -1 with a line in *error. */
static int add_component(struct entry *entry, const struct component *component,
                         struct error *error)
{
    if (entry->component_count == SETTING_PARTS_MOST)
        return error_set(error, "at most %d are joined", SETTING_PARTS_MOST);
    entry->components[entry->component_count++] = component;
    return 0;
}

static int add_spec(struct entry *entry, const struct kin *kin, const char *spec,
                    struct error *error)
{
    struct setting setting;
    if (setting_parse(&setting, spec, kin->registry, kin->what, error) != 0)
        return -1;
    int status = 0;
    for (const struct setting *part = &setting; part && status == 0; part = part->next)
        status = add_component(entry, part->component, error);
    if (status == 0)
        entry->parts[entry->part_count++] = allocate_text(setting.text);
    setting_fini(&setting);
    return status;
}

int entry_from_spec(struct entry *entry, const struct kin *kin, const char *spec,
                    struct error *error)
{
    *entry = (struct entry){0};
    return add_spec(entry, kin, spec, error);
}

/* Under another spelling: the same name twice is refused before. */
static bool is_given(const struct entry *entry, const struct param *param)
{
    for (size_t i = 0; i < entry->variation_count; i++)
        if (entry->variations[i].param == param && entry->variations[i].part == entry->part_count)
            return true;
    return false;
}

/* The parameters of the next part, in the order of the file. */
static int read_factors(struct entry *entry, const struct component *component,
                        const struct document *document, const yaml_node_t *map,
                        const struct design *design, struct error *error)
{
    const yaml_node_pair_t *pairs = map->data.mapping.pairs.start;
    size_t count = (size_t)(map->data.mapping.pairs.top - pairs);
    if (entry->variation_count + count > PAIRS_MOST)
        return document_error(document, map, error, "more than %d parameters are given here",
                              PAIRS_MOST);
    entry->variations = allocate_grow(entry->variations, &entry->capacity,
                                      entry->variation_count + count, sizeof *entry->variations);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key = document->yaml.nodes.start + (pairs[i].key - 1),
                          *value = document->yaml.nodes.start + (pairs[i].value - 1);
        const char *name = (const char *)key->data.scalar.value;
        if (strcmp(name, "name") == 0)
            continue;
        struct variation *variation = &entry->variations[entry->variation_count];
        *variation = (struct variation){.component = component,
                                        .param = param_find(component, name, error),
                                        .part = entry->part_count};
        assert(variation->param);
        if (is_given(entry, variation->param))
            return document_error(document, key, error, "%s is there twice, also as %s",
                                  variation->param->name, variation->param->also);
        if (values_read(&variation->values, document, value, component, variation->param, design,
                        error) != 0)
            return -1;
        entry->variation_count++;
        entry->varied += values_vary(&variation->values);
    }
    return 0;
}

/* Are its keys "name" and parameters, each once? */
static int check_keys(const struct component *component, const struct document *document,
                      const yaml_node_t *map, struct error *error)
{
    const char *names[PAIRS_MOST + 1] = {NULL};
    char what[96];
    struct pairs pairs;
    size_t count = 0;
    const struct param *param;
    for (size_t i = 0; (param = component_param(component, i)); i++) {
        names[count++] = param->name;
        if (param->also)
            names[count++] = param->also;
    }
    names[count] = "name";
    assert(count < PAIRS_MOST);
    snprintf(what, sizeof what, "parameter of %.60s called", component->name);
    return document_pairs(document, map, names, what, &pairs, error);
}

static bool is_all(const struct kin *kin, const struct document *document, const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE && setting_joins(kin->registry) &&
           document_get(document, node, "all");
}

static int read_map(struct entry *entry, const struct kin *kin, const struct document *document,
                    const yaml_node_t *map, const struct design *design, struct error *error)
{
    const yaml_node_t *node = document_get(document, map, "name");
    char allowed[64];
    snprintf(allowed, sizeof allowed, "the name of a %s", kin->what);
    if (is_all(kin, document, map))
        return document_error(document, map, error, "all within all: one list is enough");
    if (!node)
        return document_error(document, map, error, "this %s has no name, as in {name: %s}",
                              kin->what, kin->registry[0]->name);
    const char *name = document_value(document, node, "name", allowed, error);
    if (!name)
        return -1;
    const struct component *component = component_find(name, kin->registry, kin->what, error);
    if (!component || add_component(entry, component, error) != 0)
        return document_locate(document, node, error);
    if (check_keys(component, document, map, error) != 0 ||
        read_factors(entry, component, document, map, design, error) != 0)
        return -1;
    entry->parts[entry->part_count++] = allocate_text(name);
    return 0;
}

/* In a list in brackets, YAML takes `freeze:t0=5,collect=no` for two. */
static bool cut_at_comma(const char *spec)
{
    return strchr(spec, '=') && !strpbrk(spec, ":,");
}

static int read_spec(struct entry *entry, const struct kin *kin, const struct document *document,
                     const yaml_node_t *node, struct error *error)
{
    const char *spec = document_value(document, node, kin->what, "a spec or a map", error);
    if (!spec)
        return -1;
    if (cut_at_comma(spec))
        return document_error(document, node, error,
                              "there is no %s '%.60s': in brackets a specification with a comma "
                              "needs quotes, as in ['freeze:t0=5,collect=no']",
                              kin->what, spec);
    if (add_spec(entry, kin, spec, error) != 0)
        return document_locate(document, node, error);
    return 0;
}

static int read_part(struct entry *entry, const struct kin *kin, const struct document *document,
                     const yaml_node_t *node, const struct design *design, struct error *error)
{
    return node->type == YAML_MAPPING_NODE ? read_map(entry, kin, document, node, design, error)
                                           : read_spec(entry, kin, document, node, error);
}

/* {all: [off, {name: freeze, t0: [500, 5000]}]}: what stands in the list is joined. */
static int read_all(struct entry *entry, const struct kin *kin, const struct document *document,
                    const yaml_node_t *map, const struct design *design, struct error *error)
{
    const char *const names[] = {"all", NULL};
    struct pairs pairs;
    if (document_pairs(document, map, names, "key beside all: called", &pairs, error) != 0)
        return -1;
    const yaml_node_t *list = pairs.values[0];
    size_t length = document_length(list);
    if (length == 0)
        return document_error(document, list, error, "there is no %s in this list", kin->what);
    for (size_t i = 0; i < length; i++)
        if (read_part(entry, kin, document, document_member(document, list, i), design, error) != 0)
            return -1;
    return 0;
}

int entry_from_node(struct entry *entry, const struct kin *kin, const struct document *document,
                    const yaml_node_t *node, const struct design *design, struct error *error)
{
    *entry = (struct entry){0};
    int status = is_all(kin, document, node) ? read_all(entry, kin, document, node, design, error)
                                             : read_part(entry, kin, document, node, design, error);
    entry->node = node;
    if (status != 0)
        entry_fini(entry);
    return status;
}

void entry_fini(struct entry *entry)
{
    for (size_t i = 0; i < entry->variation_count; i++)
        values_fini(&entry->variations[i].values);
    for (size_t i = 0; i < entry->part_count; i++)
        free(entry->parts[i]);
    free(entry->variations);
    *entry = (struct entry){0};
}

/* ---- settings ------------------------------------------------------------------------------- */

double entry_count(const struct entry *entry, const struct design *design)
{
    double count = 1;
    if (design->kind != DESIGN_grid)
        return entry->varied > 0 ? (double)design->points : 1;
    for (size_t i = 0; i < entry->variation_count; i++)
        count *= (double)entry->variations[i].values.count;
    return count;
}

/* Appends the parameters of a part, those that are paths or those that are not, with a text for
 * each variation. Returns the new end of what begins at `begun`. */
static char *append_pairs(const struct entry *entry, size_t part, const char *const *texts,
                          bool paths, const char *begun, char *end)
{
    for (size_t i = 0; i < entry->variation_count; i++) {
        const struct variation *variation = &entry->variations[i];
        if (variation->part != part || (variation->param->type == PARAM_PATH) != paths)
            continue;
        *end = strchr(begun, ':') ? ',' : ':';
        end = stpcpy(end + 1, variation->param->name);
        *end = '=';
        end = stpcpy(end + 1, texts[i]);
    }
    return end;
}

/* The text form of a setting, of a text for each variation. A path comes last: it is the rest of
 * the text. */
static char *join(const struct entry *entry, const char *const *texts)
{
    size_t length = 1;
    for (size_t p = 0; p < entry->part_count; p++)
        length += strlen(entry->parts[p]) + strlen(SETTING_JOINT);
    for (size_t i = 0; i < entry->variation_count; i++)
        length += strlen(entry->variations[i].param->name) + strlen(texts[i]) + 2;
    char *joined = allocate_zeroed(length, 1), *end = joined;
    for (size_t p = 0; p < entry->part_count; p++) {
        if (p > 0)
            end = stpcpy(end, SETTING_JOINT);
        const char *begun = end;
        end = stpcpy(end, entry->parts[p]);
        end = append_pairs(entry, p, texts, false, begun, end);
        end = append_pairs(entry, p, texts, true, begun, end);
    }
    return joined;
}

/* The texts of setting number `index` of a grid. */
static void grid_texts(const struct entry *entry, size_t index, const char **texts)
{
    for (size_t i = entry->variation_count; i-- > 0;) {
        const struct values *values = &entry->variations[i].values;
        texts[i] = values->texts[index % values->count];
        index /= values->count;
    }
}

/* The texts of a sampled point. `u` has a coordinate for each variation that varies. */
static void sampled_texts(const struct entry *entry, const double *u, const char **texts,
                          char (*buffers)[UNITS_TEXT])
{
    for (size_t i = 0, varied = 0; i < entry->variation_count; i++) {
        const struct values *values = &entry->variations[i].values;
        texts[i] = values_at(values, values_vary(values) ? u[varied++] : 0, buffers[i]);
    }
}

static double *coordinates(const struct entry *entry, const struct kin *kin,
                           const struct design *design, size_t first)
{
    char texts[PAIRS_MOST][128];
    const char *names[PAIRS_MOST];
    size_t dimensions = 0;
    if (design->kind == DESIGN_grid || entry->varied == 0)
        return NULL;
    for (size_t i = 0; i < entry->variation_count; i++) {
        if (!values_vary(&entry->variations[i].values))
            continue;
        const struct variation *variation = &entry->variations[i];
        char part[24] = "";
        if (variation->part > 0) /* the same component twice has streams of its own */
            snprintf(part, sizeof part, " %zu", variation->part + 1);
        snprintf(texts[dimensions], sizeof texts[dimensions], "design %s %.40s %.40s%s", kin->what,
                 variation->component->name, variation->param->name, part);
        names[dimensions] = texts[dimensions];
        dimensions++;
    }
    return design_coordinates(design, names, first, dimensions);
}

int entry_settings(const struct entry *entry, const struct kin *kin,
                   const struct document *document, const struct design *design, size_t first,
                   struct setting *settings, struct error *error)
{
    const char *texts[PAIRS_MOST];
    char buffers[PAIRS_MOST][UNITS_TEXT];
    size_t count = (size_t)entry_count(entry, design), made = 0;
    double *u = coordinates(entry, kin, design, first);
    int status = 0;
    while (made < count && status == 0) {
        if (design->kind == DESIGN_grid)
            grid_texts(entry, made, texts);
        else
            sampled_texts(entry, u ? u + made * entry->varied : NULL, texts, buffers);
        char *text = join(entry, texts);
        status = setting_parse(&settings[made], text, kin->registry, kin->what, error);
        made += status == 0;
        free(text);
    }
    free(u);
    if (status == 0)
        return 0;
    while (made > 0)
        setting_fini(&settings[--made]);
    return document_locate(document, entry->node, error); /* a parameter that must be given */
}
