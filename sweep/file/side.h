/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One side of an experiment's points: the entries of its workloads, or of its policies, and the
 * settings that they stand for. */
#ifndef PYGCSIM_SWEEP_FILE_SIDE_H
#define PYGCSIM_SWEEP_FILE_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/setting.h"
#include "sweep/file/design.h"
#include "sweep/file/document.h"
#include "sweep/file/entry.h"

struct side {
    struct kin kin;
    struct entry *entries;
    size_t entry_count;
    struct setting *settings; /* those of an entry after those of the one before */
    size_t setting_count;
    size_t *first; /* of each entry: the index of its first setting */
    size_t *same;  /* of each setting: the first one that is the same */
};

/* Reads the entries of a node, one or a list of them; NULL: one, which is `fallback`. Returns 0, or
 * -1 with a line in *error; side_fini either way. */
int side_read(struct side *side, const struct document *document, const yaml_node_t *node,
              const char *fallback, const struct design *design, struct error *error);
void side_fini(struct side *side);

/* The most parameters that vary in an entry. */
size_t side_varied(const struct side *side);

/* Makes all settings, in place of those there were; samples take the design's dimensions `first`
 * and after. Returns 0, or -1 with a line in *error. */
int side_expand(struct side *side, const struct document *document, const struct design *design,
                size_t first, struct error *error);

/* The components of the entries, each once, ending with NULL; to be freed. */
const struct component **side_components(const struct side *side);

/* Moves the settings that are used out of the side, keeping their order; place[i] gets the new
 * index of setting i. Returns them, to be freed, and how many they are. */
struct setting *side_take(struct side *side, const bool *used, size_t *place, size_t *count);

#endif
