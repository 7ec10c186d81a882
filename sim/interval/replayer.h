/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of the interval engine: what its parts share. For others there is
 * sim/interval/interval_engine.h, which says how it works.
 *
 * A replayer stands somewhere in a window of a compiled program. It passes segments in one step
 * where nothing has to be looked at, and walks through the others (sim/interval/passing.c). The
 * heap is never there; what collections ask of it is counted by generation
 * (sim/interval/generations.h), and what they can find is a small graph
 * (sim/interval/isolated_graph.h); what they do to both is in sim/interval/collecting.c.
 *
 * The invariant, besides those of the two: the bytes that the generations count are those that are
 * reachable, which the program's column `alive` knows, and those that float.
 * sim/interval/replayer_check.h looks at them all. */
#ifndef PYGCSIM_SIM_INTERVAL_REPLAYER_H
#define PYGCSIM_SIM_INTERVAL_REPLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/interval/compiled.h"
#include "sim/interval/generations.h"
#include "sim/interval/isolated_graph.h"
#include "sim/model/engine.h"

struct replayer {
    const struct simulation_setup *setup;

    /* The program. */
    const struct compiled *compiled; /* the window */
    struct program program;          /* what is declared */
    struct compiler *compiler;       /* its own, if nobody else compiles; */
    struct compiled own;             /* then this is the window */
    const char *workload;            /* its name */
    const struct segment *segments;
    const uint8_t *classes, *death_operations;
    const struct segment_kinds *kinds; /* NULL: the program has none; */
    const struct list_use *uses;       /* else of free lists, */
    struct free_lists free_lists;      /* which are as full */
    struct deaths deaths;
    uint32_t ns[CLASS_COUNT];

    struct mutator *mutator;
    uint64_t memory_limit_bytes; /* UINT64_MAX: none */
    bool collects_in_allocation;

    /* Where it is: so many operations into `segment`, and so far in each column of the window. */
    const struct segment *segment;
    uint32_t offset; /* of its operations, executed */
    uint32_t birth, death, work, control;
    uint32_t trackings; /* of these births: TRACKED_LATE */

    struct generations generations;
    struct isolated_graph isolated;
    uint64_t permanent;        /* the interpreter's own objects */
    uint64_t first_birth;      /* births count from there (struct compile_options) */
    uint64_t live_bytes;       /* of reachable objects; kept while walking through a segment */
    uint64_t peak_bytes;       /* of the heap */
    struct ages isolated_ages; /* of isolated objects that have been freed */
    uint64_t checked;          /* the operation at which its invariants were looked at last */
};

/* Objects born, and freed by reference count, since the program began. */
static inline uint64_t replayer_births(const struct replayer *replayer)
{
    return replayer->compiled->before.births + replayer->birth;
}

static inline uint64_t replayer_deaths(const struct replayer *replayer)
{
    return replayer->compiled->before.deaths + replayer->death;
}

/* Objects born since then: TRACKED_LATE is no birth. */
static inline uint64_t replayer_born(const struct replayer *replayer)
{
    return replayer_births(replayer) - replayer->compiled->before.trackings - replayer->trackings;
}

/* ---- passing.c ---- */

void replayer_enter(struct replayer *replayer, const struct segment *segment);

/* As the engine's `run`, up to the end of the window. */
enum engine_stop replayer_run(void *engine, struct op *control);

/* ---- collecting.c ---- */

/* What reference counting has not freed by now; and of a program with kinds, what of it is in no
 * generation, or may be. */
struct tally replayer_alive(const struct replayer *replayer);
struct alive_kinds replayer_alive_kinds(const struct replayer *replayer);

/* Brings the generations up to date. */
void replayer_settle(struct replayer *replayer);

/* What becomes isolated with the last operation of the segment, which has been executed. */
void replayer_isolate(struct replayer *replayer);

/* As the engine's functions of these names. */
void replayer_collect(void *engine, int generation, struct found *found);
void replayer_freeze(void *engine);
void replayer_unfreeze(void *engine);

#endif
