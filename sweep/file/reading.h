/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment file while it is read: what its keys say, before workloads, policies and
 * constraints become points. */
#ifndef PYGCSIM_SWEEP_FILE_READING_H
#define PYGCSIM_SWEEP_FILE_READING_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sweep/file/design.h"
#include "sweep/file/document.h"
#include "sweep/file/experiment.h"

/* Which points of a sample are to be so many. */
enum design_count {
    COUNT_drawn,
    COUNT_left /* those that meet the constraints: more are drawn until there are so many */
};

/* What a file says, as far as a key by itself tells; nodes are of keys given, or NULL. */
struct reading {
    const struct document *document;
    struct experiment *experiment;
    const char *name; /* of the document; NULL: not said */
    const yaml_node_t *workloads, *policies, *baseline, *constraints;
    const struct collector_version *collector;   /* the one read last */
    const struct collector_version **collectors; /* each once */
    size_t collector_count;
    int64_t design_kind, points; /* 0: not said */
    int64_t design_count;        /* enum design_count: which of them count */
    struct design design;        /* what they come to */
    const yaml_node_t *design_node, *points_node, *count_node;
    uint64_t seed, replications, one_seed; /* the one read last */
    const yaml_node_t *seed_node, *replications_node, *seeds, *until_node;
    struct until until;
    struct warmup warmup;
    uint64_t horizon_ns;
    int64_t log;
    uint64_t sample_ns;
    const struct engine *engine;
    struct cost_choice cost;
    const char *minimise;
    struct limits limits; /* the experiment's, when all is read */
};

/* Reads the keys of the file, and checks what they say together. Returns 0, or -1 with a line in
 * *error; reading_fini either way. */
int reading_start(struct reading *reading, const struct document *document,
                  struct experiment *experiment, struct error *error);
void reading_fini(struct reading *reading);

#endif
