/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry of an experiment's workloads or policies: a component, or several that are joined, and
 * what each of their parameters may be. It stands for one setting or many. */
#ifndef PYGCSIM_SWEEP_FILE_ENTRY_H
#define PYGCSIM_SWEEP_FILE_ENTRY_H

#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/setting.h"
#include "sweep/file/design.h"
#include "sweep/file/document.h"
#include "sweep/file/values.h"

/* What an entry is one of. */
struct kin {
    const char *what; /* "workload" or "policy" */
    const struct component *const *registry;
};

struct variation {
    const struct component *component;
    const struct param *param;
    struct values values;
    size_t part;
};

struct entry {
    const yaml_node_t *node; /* NULL: not from a file */
    /* What are joined, each as far as it is not of variations. */
    char *parts[SETTING_PARTS_MOST];
    size_t part_count;
    const struct component *components[SETTING_PARTS_MOST]; /* of the parts, or more */
    size_t component_count;
    struct variation *variations; /* in the order of the file */
    size_t variation_count, varied, capacity;
};

/* Either is 0, or -1 with a line in *error. A spec is "name:key=value,…". */
int entry_from_node(struct entry *entry, const struct kin *kin, const struct document *document,
                    const yaml_node_t *node, const struct design *design, struct error *error);
int entry_from_spec(struct entry *entry, const struct kin *kin, const char *spec,
                    struct error *error);
void entry_fini(struct entry *entry);

/* How many settings it stands for: exact below 2^53. */
double entry_count(const struct entry *entry, const struct design *design);

/* Makes them all, the last variation changing fastest; samples in the order of the design's points,
 * from its dimensions `first` and after. Returns 0; or -1 with a line in *error, and none made. */
int entry_settings(const struct entry *entry, const struct kin *kin,
                   const struct document *document, const struct design *design, size_t first,
                   struct setting *settings, struct error *error);

#endif
