/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workload emits a program (sim/model/program.h), a stretch at a time. To add one: a new file in
 * workloads/ and one line in workloads/registry.c (docs/extending.md).
 *
 * What a workload emits may depend on its parameters, the seed and the nominal clock, and on
 * nothing else: never on the policy. */
#ifndef PYGCSIM_SIM_MODEL_WORKLOAD_H
#define PYGCSIM_SIM_MODEL_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/param.h"
#include "sim/model/program.h"

struct workload {
    struct component about;

    /* Reads ahead, into the state of a setting itself, what every start of it would read: runs
     * begin with a copy of that state, and share what it leads to (about.release frees it). What
     * goes wrong is for `start` to say. NULL: there is nothing to read. */
    void (*prepare)(void *state);

    /* Declares what it uses in *program (registers, slots, …) and prepares its state. Returns 0, or
     * -1 with a line in *error; `stop` is called either way. */
    int (*start)(void *state, struct program *program, uint64_t seed, struct error *error);

    /* Emits the next stretch, some thousands of operations at most where it can; false: it was the
     * last. */
    bool (*produce)(void *state, struct program *program);

    /* Frees what `start` allocated. May be NULL. */
    void (*stop)(void *state);

    /* Where operation `number` (from 0) comes from, for messages: "file.heap:12". May be NULL. */
    void (*locate)(void *state, uint64_t number, char *place, size_t size);
};

static inline const struct workload *workload_of(const struct component *about)
{
    return (const struct workload *)about;
}

#define PARAM_SETTLE                                                                               \
    .type = PARAM_DURATION, .initial = "0s", .least = 0, .most = NS_PER_H,                         \
    .meaning = "how long the service is up before requests may arrive"

#define PARAM_SCATTER                                                                              \
    .type = PARAM_DURATION, .least = 0, .most = SCATTER_MOST_NS, .choices = scatter_names,         \
    .also = "layout",                                                                              \
    .meaning = "how objects lie in memory: what each may cost a collection in waiting for it; "    \
               "words: as measured on such heaps"

/* For program->memory_limit_bytes, unless it is PARAM_ABSENT. */
#define PARAM_MEMORY_LIMIT                                                                         \
    .type = PARAM_BYTES, .initial = "none", .least = 4096, .most = 1024 * GIB, .absent = "none",   \
    .meaning = "the run ends when an allocation would exceed it"

#endif
