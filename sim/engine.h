/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An engine executes the heap operations of a program and does what a collection does to its
 * objects. The run loop (sim/simulation.c) owns the clocks, the collector's counters, the policy
 * and everything else that is the same for every engine; the two share a struct mutator. */
#ifndef PYGCSIM_SIM_ENGINE_H
#define PYGCSIM_SIM_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/collector.h"
#include "sim/program.h"
#include "sim/tally.h"

/* Why a program could not go on: X(identifier, text). */
#define FAULTS(X)                                                                                  \
    X(FAULT_NONE, "")                                                                              \
    X(FAULT_EMPTY_REGISTER, "the register is empty")                                               \
    X(FAULT_FIELD_RANGE, "the object has no such field")                                           \
    X(FAULT_MEMORY_LIMIT, "the allocation does not fit into the memory limit")                     \
    X(FAULT_TOO_LONG, "the program takes more than a hundred years")

enum fault_kind {
#define X(kind, text) kind,
    FAULTS(X)
#undef X
};

struct fault {
    enum fault_kind kind;
    uint32_t which, allowed; /* the register; or the field, and how many there are */
};

struct mutator {
    uint64_t wall_ns, mutator_ns;
    uint64_t due_ns;    /* the engine returns to the run loop once wall_ns has reached this */
    uint64_t operation; /* the number of the current operation, from 0 */
    struct op_costs costs;
    uint64_t memory_limit_bytes; /* UINT64_MAX: none */
    struct collector collector;
    struct fault fault;

    /* Calls back into the run loop: an allocation asks for an automatic collection. */
    void (*collect_automatically)(struct mutator *mutator);
};

struct engine_totals {
    uint64_t heap_bytes, heap_peak_bytes;
    uint64_t tracked[GENERATIONS + 1]; /* the last: permanent */
    uint64_t freed_by_count[GENERATIONS + 1], freed_by_collector[GENERATIONS + 1];
};

struct engine {
    const char *name;
    void *(*new)(struct mutator *mutator, const struct program *program, uint64_t permanent);
    void (*free)(void *engine);

    /* Executes operations from the first on, in order. Stops before one that is the run loop's
     * (op_is_of_heap), when the clock reaches due_ns, or at a fault.
     * Returns how many were executed; mutator->operation has moved by as many. */
    size_t (*execute)(void *engine, const struct op *ops, size_t count);

    void (*collect)(void *engine, int generation, struct found *found);
    void (*freeze)(void *engine);
    void (*unfreeze)(void *engine);

    void (*totals)(const void *engine, struct engine_totals *totals);
    uint64_t (*live_bytes)(void *engine);
};

/* The reference: the object graph itself. */
extern const struct engine graph_engine;

#endif
