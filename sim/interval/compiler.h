/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of the compiler: what its three parts share. For others there is
 * sim/interval/compiled.h.
 *
 * The compiler runs a program once, with reference counting and without a collector, a window of
 * operations at a time. Operations, births and deaths are written down as they happen
 * (sim/interval/compiler.c). At the end of the window it is found out what has become isolated in
 * it, and when (sim/interval/isolation.c). Then it is known where its segments end, and they are
 * written (sim/interval/segments.c). */
#ifndef PYGCSIM_SIM_INTERVAL_COMPILER_H
#define PYGCSIM_SIM_INTERVAL_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/interval/compiled.h"
#include "sim/model/stream.h"

/* An object of the compiler's heap. */
struct node {
    uint32_t stamp; /* of the window, from 1: when it last lost a reference; links work lists */
    uint32_t count; /* references to it; 0: the block is free */
    uint32_t birth;
    uint32_t fields;
    uint32_t shape;  /* and a mark, MARKED */
    uint32_t number; /* the second number; 0: none */
    ref field[];
};
static_assert(sizeof(struct node) <= ARENA_NOTHING, "nothing has a header");

#define MARKED (UINT32_C(1) << 31)

/* What has happened in the window, each with its operation, from 1. */
struct becoming {   /* isolated */
    uint32_t stamp; /* the operation */
    uint32_t order; /* of one operation: as they were found */
    struct isolated record;
};

struct death {
    uint32_t stamp; /* the operation */
    uint32_t shape;
};

struct window {
    uint64_t first; /* operation */
    uint64_t death, reference;
    struct death *deaths;
    size_t death_count, death_capacity;
    struct becoming *becoming;
    size_t becoming_count, becoming_capacity;
    ref *unreachable;
    size_t unreachable_count, unreachable_capacity;
};

struct compiler {
    struct compile_options options;
    struct compiled *compiled; /* what is being written */
    bool ended;
    struct stream stream;
    struct arena arena;
    ref *registers;
    struct fault fault;
    uint32_t now; /* the operation in the window, from 1 */
    uint32_t births;
    struct age_counts ages; /* of all deaths */
    struct window window;
    struct cut {
        struct tally alive;
        uint64_t mutator_ns, isolated_bytes;
        uint32_t birth, death, work, control, isolated;
    } cut;                 /* how far segments have been made */
    uint32_t *shape_table; /* open addressing: shape + 1 */
    size_t shape_slots;
};

static inline struct node *node_at(const struct compiler *compiler, ref o)
{
    return arena_at(&compiler->arena, o);
}

static inline size_t node_bytes(uint32_t fields)
{
    return sizeof(struct node) + (size_t)fields * sizeof(ref);
}

#define PUSH(compiler, type, name)                                                                 \
    ((type *)column_push(&(compiler)->compiled->columns[COLUMN_##name], sizeof(type)))

/* An element of a column, by its number in the whole column. */
#define AT(compiler, name, number)                                                                 \
    (compiled_##name(                                                                              \
        (compiler)->compiled)[(number) - (compiler)->compiled->columns[COLUMN_##name].base])

static inline const struct shape *shape_at(const struct compiler *compiler, uint32_t shape)
{
    return &compiled_shapes(compiler->compiled)[shape];
}

/* Writes down that an object has become isolated with an operation, and what it refers to. */
void compiler_record_isolated(struct compiler *compiler, struct node *node, uint32_t stamp);

/* The end of a window: finds what has become isolated in it, by tracing, and takes it out of the
 * heap; window.becoming has all that did, in order. */
void compiler_find_isolated(struct compiler *compiler);

/* The end of a window: writes its segments, and what goes by segments. */
void compiler_cut_window(struct compiler *compiler);

/* After the last window: the segment that marks the end. */
void compiler_end_segments(struct compiler *compiler);

#endif
