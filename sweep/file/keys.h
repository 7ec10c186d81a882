/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys of an experiment file, each defined once: a row (sim/base/param.h; those that the
 * command line has too: sweep/file/terms.h), the map that it stands in, and how it is read where it
 * is more than a value. `pygcsim list keys` and docs/experiments.md have this table. */
#ifndef PYGCSIM_SWEEP_FILE_KEYS_H
#define PYGCSIM_SWEEP_FILE_KEYS_H

#include "sim/base/error.h"
#include "sim/base/param.h"
#include "sweep/file/document.h"

/* The state that a map's rows fill: the file and `design`, struct reading (sweep/file/reading.h);
 * `until`, struct until; `range`, struct range. */
struct experiment_key {
    const char *within; /* the map that it stands in; "": the file itself */
    struct param param;
    size_t node; /* offset in the state of a const yaml_node_t *, which gets the node; 0: none */
    /* In place of reading a value. Returns 0, or -1 with a line in *error. */
    int (*read)(void *state, const struct experiment_key *key, const struct document *document,
                const yaml_node_t *node, struct error *error);
};

/* Ends with a NULL name. */
extern const struct experiment_key experiment_keys[];

/* The maps there are, the file itself first, ending with NULL. */
extern const char *const key_maps[];

/* A range, as its keys say it. */
struct range {
    double ends[2];
    const yaml_node_t *node; /* of both ends, A..B */
    int64_t points;          /* 0: not said */
    int64_t scale;           /* 0: linear; 1: logarithmic */
};

/* Reads a map's keys, in the order of the table, into its state. `what` is as in document_pairs.
 * Returns 0, or -1 with a line in *error. */
int keys_read(void *state, const char *within, const char *what, const struct document *document,
              const yaml_node_t *map, struct error *error);

#endif
