/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/entry.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* ---- reading -------------------------------------------------------------------------------- */

int entry_from_spec(struct entry *entry, const struct kin *kin, const char *spec,
                    struct error *error)
{
    struct setting setting;
    *entry = (struct entry){0};
    if (setting_parse(&setting, spec, kin->registry, kin->what, error) != 0)
        return -1;
    entry->component = setting.component;
    entry->text = allocate_text(setting.text);
    setting_fini(&setting);
    return 0;
}

/* Under another spelling: the same name twice is refused before. */
static bool is_given(const struct entry *entry, const struct param *param)
{
    for (size_t i = 0; i < entry->variation_count; i++)
        if (entry->variations[i].param == param)
            return true;
    return false;
}

/* The parameters, in the order of the file. */
static int read_factors(struct entry *entry, const struct document *document,
                        const yaml_node_t *map, const struct design *design, struct error *error)
{
    const yaml_node_pair_t *pairs = map->data.mapping.pairs.start;
    size_t count = (size_t)(map->data.mapping.pairs.top - pairs);
    entry->variations = allocate_zeroed(count, sizeof *entry->variations);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key = document->yaml.nodes.start + (pairs[i].key - 1),
                          *value = document->yaml.nodes.start + (pairs[i].value - 1);
        const char *name = (const char *)key->data.scalar.value;
        if (strcmp(name, "name") == 0)
            continue;
        struct variation *variation = &entry->variations[entry->variation_count];
        variation->param = param_find(entry->component, name, error);
        assert(variation->param);
        if (is_given(entry, variation->param))
            return document_error(document, key, error, "%s is there twice, also as %s",
                                  variation->param->name, variation->param->also);
        if (values_read(&variation->values, document, value, entry->component, variation->param,
                        design, error) != 0)
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
    for (const struct param *param = component->params; param && param->name; param++) {
        names[count++] = param->name;
        if (param->also)
            names[count++] = param->also;
    }
    names[count] = "name";
    assert(count < PAIRS_MOST);
    snprintf(what, sizeof what, "parameter of %.60s called", component->name);
    return document_pairs(document, map, names, what, &pairs, error);
}

static int read_map(struct entry *entry, const struct kin *kin, const struct document *document,
                    const yaml_node_t *map, const struct design *design, struct error *error)
{
    const yaml_node_t *node = document_get(document, map, "name");
    char allowed[64];
    snprintf(allowed, sizeof allowed, "the name of a %s", kin->what);
    if (!node)
        return document_error(document, map, error, "this %s has no name, as in {name: %s}",
                              kin->what, kin->registry[0]->name);
    const char *name = document_value(document, node, "name", allowed, error);
    if (!name)
        return -1;
    entry->component = component_find(name, kin->registry, kin->what, error);
    if (!entry->component)
        return document_locate(document, node, error);
    entry->text = allocate_text(name);
    if (check_keys(entry->component, document, map, error) != 0)
        return -1;
    return read_factors(entry, document, map, design, error);
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
    if (entry_from_spec(entry, kin, spec, error) != 0)
        return document_locate(document, node, error);
    return 0;
}

int entry_from_node(struct entry *entry, const struct kin *kin, const struct document *document,
                    const yaml_node_t *node, const struct design *design, struct error *error)
{
    *entry = (struct entry){0};
    int status = node->type == YAML_MAPPING_NODE
                     ? read_map(entry, kin, document, node, design, error)
                     : read_spec(entry, kin, document, node, error);
    entry->node = node;
    if (status != 0)
        entry_fini(entry);
    return status;
}

void entry_fini(struct entry *entry)
{
    for (size_t i = 0; i < entry->variation_count; i++)
        values_fini(&entry->variations[i].values);
    free(entry->variations);
    free(entry->text);
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

/* The text form of a setting, of a text for each variation. A path comes last: it is the rest of
 * the text. */
static char *join(const struct entry *entry, const char *const *texts)
{
    size_t length = strlen(entry->text) + 1;
    for (size_t i = 0; i < entry->variation_count; i++)
        length += strlen(entry->variations[i].param->name) + strlen(texts[i]) + 2;
    char *joined = allocate_zeroed(length, 1), *end = stpcpy(joined, entry->text);
    for (int paths = 0; paths <= 1; paths++) {
        for (size_t i = 0; i < entry->variation_count; i++) {
            const struct param *param = entry->variations[i].param;
            if ((param->type == PARAM_PATH) != paths)
                continue;
            *end = strchr(joined, ':') ? ',' : ':';
            end = stpcpy(end + 1, param->name);
            *end = '=';
            end = stpcpy(end + 1, texts[i]);
        }
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
        snprintf(texts[dimensions], sizeof texts[dimensions], "design %s %.50s %.50s", kin->what,
                 entry->component->name, entry->variations[i].param->name);
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
