/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/file/side.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"

/* ---- entries -------------------------------------------------------------------------------- */

int side_read(struct side *side, const struct document *document, const yaml_node_t *node,
              const char *fallback, const struct design *design, struct error *error)
{
    size_t length = node ? document_length(node) : 1;
    if (length == 0)
        return document_error(document, node, error, "there is no %s in this list", side->kin.what);
    side->entries = allocate_zeroed(length, sizeof *side->entries);
    for (size_t i = 0; i < length; i++) {
        struct entry *entry = &side->entries[i];
        int status = node ? entry_from_node(entry, &side->kin, document,
                                            document_member(document, node, i), design, error)
                          : entry_from_spec(entry, &side->kin, fallback, error);
        if (status != 0)
            return -1;
        side->entry_count++;
    }
    return 0;
}

static void forget_settings(struct side *side)
{
    for (size_t i = 0; i < side->setting_count; i++)
        setting_fini(&side->settings[i]);
    side->setting_count = 0;
    free(side->settings);
    free(side->first);
    free(side->same);
    side->settings = NULL;
    side->first = side->same = NULL;
}

void side_fini(struct side *side)
{
    forget_settings(side);
    for (size_t i = 0; i < side->entry_count; i++)
        entry_fini(&side->entries[i]);
    free(side->entries);
}

size_t side_varied(const struct side *side)
{
    size_t most = 0;
    for (size_t i = 0; i < side->entry_count; i++)
        if (side->entries[i].varied > most)
            most = side->entries[i].varied;
    return most;
}

const struct component **side_components(const struct side *side)
{
    size_t most = 1, count = 0;
    for (size_t i = 0; i < side->entry_count; i++)
        most += side->entries[i].component_count;
    const struct component **components = allocate_zeroed(most, sizeof *components);
    for (size_t i = 0; i < side->entry_count; i++) {
        for (size_t k = 0; k < side->entries[i].component_count; k++) {
            size_t j = 0;
            while (j < count && components[j] != side->entries[i].components[k])
                j++;
            components[j] = side->entries[i].components[k];
            count += j == count;
        }
    }
    return components;
}

/* ---- settings ------------------------------------------------------------------------------- */

struct named {
    const char *text;
    size_t index;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void find_same(struct side *side)
{
    struct named *named = allocate_zeroed(side->setting_count, sizeof *named);
    side->same = allocate_zeroed(side->setting_count, sizeof *side->same);
    for (size_t i = 0; i < side->setting_count; i++)
        named[i] = (struct named){side->settings[i].text, i};
    qsort(named, side->setting_count, sizeof *named, compare_named);
    for (size_t i = 0; i < side->setting_count; i++) {
        bool again = i > 0 && strcmp(named[i].text, named[i - 1].text) == 0;
        side->same[named[i].index] = again ? side->same[named[i - 1].index] : named[i].index;
    }
    free(named);
}

int side_expand(struct side *side, const struct document *document, const struct design *design,
                size_t first, struct error *error)
{
    double total = 0;
    forget_settings(side);
    for (size_t i = 0; i < side->entry_count; i++)
        total += entry_count(&side->entries[i], design);
    side->settings = allocate_zeroed((size_t)total, sizeof *side->settings);
    side->first = allocate_zeroed(side->entry_count, sizeof *side->first);
    for (size_t i = 0; i < side->entry_count; i++) {
        side->first[i] = side->setting_count;
        if (entry_settings(&side->entries[i], &side->kin, document, design, first,
                           &side->settings[side->setting_count], error) != 0)
            return -1;
        side->setting_count += (size_t)entry_count(&side->entries[i], design);
    }
    find_same(side);
    return 0;
}

struct setting *side_take(struct side *side, const bool *used, size_t *place, size_t *count)
{
    struct setting *settings = allocate_zeroed(side->setting_count, sizeof *settings);
    *count = 0;
    for (size_t i = 0; i < side->setting_count; i++) {
        if (!used[i])
            continue;
        place[i] = *count;
        settings[(*count)++] = side->settings[i];
        side->settings[i] = (struct setting){0};
    }
    return settings;
}
