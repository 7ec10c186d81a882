/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An engine executes a program's computing and its heap operations, and does what a collection does
 * to its objects. The run loop (sim/simulation.c) owns waiting, the policy, and everything else
 * that is the same for every engine; the two share a struct mutator. */
#ifndef PYGCSIM_SIM_MODEL_ENGINE_H
#define PYGCSIM_SIM_MODEL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/model/age.h"
#include "sim/model/collector.h"
#include "sim/model/gc_event.h"
#include "sim/model/program.h"
#include "sim/model/setup.h"
#include "sim/model/tally.h"

/* Why a program could not go on: X(identifier, text). */
#define FAULTS(X)                                                                                  \
    X(FAULT_NONE, "")                                                                              \
    X(FAULT_EMPTY_REGISTER, "the register is empty")                                               \
    X(FAULT_FIELD_RANGE, "the object has no such field")                                           \
    X(FAULT_MEMORY_LIMIT, "the allocation does not fit into the memory limit")                     \
    X(FAULT_TOO_LONG, "the program takes more than a hundred years")                               \
    X(FAULT_NOT_HASHABLE, "the object is not hashable, so it is no member of a set")               \
    X(FAULT_NO_WEAK_REFERENCES, "there are no weak references to objects of this kind")            \
    X(FAULT_IMMUTABLE, "the object takes its fields at birth and keeps them")                      \
    X(FAULT_NO_ATTRIBUTES, "the object has no __dict__")                                           \
    X(FAULT_NOT_WEAK_REFERENCE, "the object is no weak reference")                                 \
    X(FAULT_NO_FINALIZER, "the object has no finalizer")

enum fault_kind {
#define X(kind, text) kind,
    FAULTS(X)
#undef X
};

struct fault {
    enum fault_kind kind;
    uint32_t which, allowed; /* the register; or the field, and how many there are */
    uint32_t object;         /* FAULT_NOT_HASHABLE and after: enum object_kind of what the register
                                holds, which is the wrong one */
};

/* A line that says where and why. Returns -1. */
int fault_describe(const struct fault *fault, const char *place, struct error *error);

struct mutator {
    uint64_t wall_ns, mutator_ns;
    uint64_t due_ns;    /* the engine returns to the run loop once wall_ns has reached this */
    uint64_t operation; /* the number of the current operation, from 0 */
    struct collector collector;
    bool requested; /* a collection has been asked for that has to wait: no need to ask again */
    struct fault fault;

    /* Calls back into the run loop: an allocation asks for an automatic collection. */
    void (*collect_automatically)(struct mutator *mutator);

    /* And that is for observers to hear of; NULL if none listens. The operation is filled in. */
    void (*tell)(struct mutator *mutator, struct gc_event *event);
};

struct engine_totals {
    uint64_t heap_bytes, heap_peak_bytes;
    uint64_t tracked[GENERATIONS + 1]; /* the last: permanent */
    uint64_t untracked; /* in no generation; when freed, counted as of generation 0 */
    uint64_t freed_by_count[GENERATIONS + 1], freed_by_collector[GENERATIONS + 1];
};

/* Why an engine has returned to the run loop. */
enum engine_stop {
    STOP_AGAIN,   /* the clock has reached due_ns; or just for a sign of life */
    STOP_CONTROL, /* the next operation is the run loop's */
    STOP_WINDOW,  /* the window of the compiled program is over, and is not the last */
    STOP_END,     /* the program is over */
    STOP_FAULT    /* mutator->fault says why */
};

struct engine {
    const char *name, *summary;
    bool compiles; /* works on a compiled program (setup->compiled), which many runs can share */

    /* Prepares the setup's program; if it is a compiled one, `enter` is due before all else.
     * Returns NULL, with a line in *error, if it cannot be. */
    void *(*new)(const struct simulation_setup *setup, struct mutator *mutator,
                 struct error *error);
    void (*free)(void *engine);

    /* Goes on with the next window of the compiled program, or begins with the first. The engine
     * reads it until it is given another. NULL if the engine does not compile. */
    void (*enter)(void *engine, const struct compiled *window);

    /* What the workload has declared, and the costs of its operations; not the operations. */
    const struct program *(*program)(const void *engine);

    /* Executes operations in order; mutator->operation and the clocks move along. With STOP_CONTROL
     * *control is the run loop's operation, and the engine goes on behind it when called again. */
    enum engine_stop (*run)(void *engine, struct op *control);

    void (*collect)(void *engine, int generation, struct found *found);
    void (*freeze)(void *engine);
    void (*unfreeze)(void *engine);

    void (*totals)(void *engine, struct engine_totals *totals);

    /* Objects born so far, but for the interpreter's own. Takes no time, unlike the totals. */
    uint64_t (*births)(const void *engine);

    /* How old the objects were that have been freed so far: every object that the totals count.
     * Takes longer than these; asked for once, when the run is over. */
    void (*ages)(void *engine, struct ages *ages);
    uint64_t (*live_bytes)(void *engine);

    /* A picture of all objects as they are (sim/inspect/snapshot.h), into one that is zeros. NULL
     * if the engine has no graph. */
    void (*snapshot)(const void *engine, struct snapshot *snapshot);

    /* How far the program is, from 0 to 1; 0 if it does not say. */
    double (*progress)(const void *engine);

    /* Where an operation comes from, for messages. */
    void (*locate)(const void *engine, uint64_t operation, char *place, size_t size);
};

#endif
