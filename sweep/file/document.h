/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A YAML file in memory, and errors that name its lines. libyaml reads it into nodes (scalars,
 * sequences, mappings: here values, lists and maps), which live as long as the document. An alias
 * is the node that it stands for, so a node may have several parents and even itself among them:
 * whoever walks down the nodes has to know how deep. */
#ifndef PYGCSIM_SWEEP_FILE_DOCUMENT_H
#define PYGCSIM_SWEEP_FILE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "sim/base/error.h"

struct document {
    const char *path; /* borrowed */
    char *text;       /* the whole file */
    yaml_document_t yaml;
    const yaml_node_t *root;
};

/* Reads a file that holds one document. Returns 0, or -1 with a line in *error. */
int document_read(struct document *document, const char *path, struct error *error);
void document_fini(struct document *document);

/* Fills in "FILE:LINE: …", the line being the node's; returns -1. What would not print is replaced.
 */
int document_error(const struct document *document, const yaml_node_t *node, struct error *error,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts the place before the line that is in *error; returns -1. */
int document_locate(const struct document *document, const yaml_node_t *node, struct error *error);

/* A value's text; NULL, with a line in *error, if the node is something else or empty. `what` is
 * its name for that line, and `allowed` what it may be. */
const char *document_value(const struct document *document, const yaml_node_t *node,
                           const char *what, const char *allowed, struct error *error);

/* A list's length, and its members; what is no list counts as a list of itself. */
size_t document_length(const yaml_node_t *node);
const yaml_node_t *document_member(const struct document *document, const yaml_node_t *node,
                                   size_t index);

/* The value of a key of a map; NULL if the node is no map or the map has no such key. */
const yaml_node_t *document_get(const struct document *document, const yaml_node_t *map,
                                const char *key);

/* A map's content by its keys: keys[i] and values[i] are for names[i], NULL where it is not given.
 */
#define PAIRS_MOST 80
struct pairs {
    const yaml_node_t *keys[PAIRS_MOST], *values[PAIRS_MOST];
};

/* Returns 0; or -1 with a line in *error if a key is none of `names` (which end with NULL) or there
 * twice. `what` is as in suggest_error: "there is no WHAT 'KEY'". */
int document_pairs(const struct document *document, const yaml_node_t *map,
                   const char *const *names, const char *what, struct pairs *pairs,
                   struct error *error);

#endif
