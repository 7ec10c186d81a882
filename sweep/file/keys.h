/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys of an experiment file, each defined once: what it may be, and how it is read.
 * docs/experiments.md has this table. */
#ifndef PYGCSIM_SWEEP_FILE_KEYS_H
#define PYGCSIM_SWEEP_FILE_KEYS_H

#include "sim/base/error.h"
#include "sweep/file/document.h"

struct reading;

struct experiment_key {
    const char *within; /* the map that it stands in; "": the file itself */
    const char *name;
    const char *also; /* the same key, spelled differently; or NULL */
    const char *initial, *allowed, *meaning;
    /* NULL: read where the map is (sweep/file/values.c). Returns 0, or -1 with a line in *error. */
    int (*read)(struct reading *reading, const struct experiment_key *key, const yaml_node_t *node,
                struct error *error);
};

/* Ends with a NULL name. */
extern const struct experiment_key experiment_keys[];

/* Reads a map's keys, in the order of the table. `what` is as in document_pairs. Returns 0, or -1
 * with a line in *error. */
int keys_read(struct reading *reading, const char *within, const char *what, const yaml_node_t *map,
              struct error *error);

/* The names of a map's keys, other spellings too, ending with NULL. */
void keys_names(const char *within, const char *names[PAIRS_MOST + 1]);

#endif
