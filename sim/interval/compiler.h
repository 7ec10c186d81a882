/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of the compiler: what its three parts share. For others there is
 * sim/interval/compiled.h.
 *
 * The compiler runs a program once, with reference counting and without a collector, a round of
 * operations at a time. Operations, births and deaths are written down as they happen
 * (sim/interval/compiler.c). At the end of the round it is found out what has become isolated in
 * it, and when (sim/interval/isolation.c). Then it is known where its segments end, and they are
 * written (sim/interval/segments.c). So many rounds are a window of the program
 * (sim/interval/windows.c), or all of them the whole. */
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
    uint32_t stamp; /* of the round, from 1: when it last lost a reference; links work lists */
    uint32_t count; /* references to it; 0: the block is free */
    uint32_t birth; /* its low half */
    uint32_t fields;
    uint32_t shape;  /* and a mark, MARKED */
    uint32_t number; /* the second number; 0: none */
    ref field[];
};
static_assert(sizeof(struct node) <= ARENA_NOTHING, "nothing has a header");

#define MARKED (UINT32_C(1) << 31)

/* And behind its fields in a program with kinds. */
struct node_kind {
    uint32_t born;     /* how many objects were born before it: the low half, */
    uint8_t born_high; /* and the next 8 bits */
    uint8_t kind;      /* enum object_kind */
    uint8_t tracking;  /* that of its shape */
    bool owns;         /* its fields are in a dict of its own, which is its only field: */
    uint32_t count;    /* how many there are; or of a dict: its values that may be tracked */
};

#define NODE_UNITS_LEAST 3 /* of the arena's 8 bytes */
static_assert(sizeof(struct node) == 8 * NODE_UNITS_LEAST, "two objects are that far apart");

/* What has happened in the round, each with its operation, from 1. */
struct becoming {   /* isolated */
    uint32_t stamp; /* the operation */
    uint32_t order; /* of one operation: as they were found */
    uint64_t birth, born;
    struct isolated record;
};

struct death {
    uint32_t stamp; /* the operation */
    uint32_t shape;
};

struct round {
    uint64_t first; /* operation of the program, */
    uint64_t death; /* and death of the window */
    struct death *deaths;
    size_t death_count, death_capacity;
    struct becoming *becoming;
    size_t becoming_count, becoming_capacity;
    ref *unreachable;
    size_t unreachable_count, unreachable_capacity;
};

struct compiler {
    struct compile_options options;
    bool is_whole;                   /* one window is to have all of the program */
    const struct observer *observer; /* that is to hear of it; NULL: none */
    struct stream stream;
    size_t next; /* operation of its stretch */
    bool ended;  /* after the last window */
    const struct collector_version *version;
    struct error needs_graph; /* why it has given up, if the graph engine would not; else empty */
    uint32_t round_least;     /* operations of a round */

    /* The heap. */
    struct arena arena;
    uint8_t *birth_high; /* bits 32 to 39 of objects' births, by block / NODE_UNITS_LEAST */
    size_t birth_high_capacity;
    ref *registers;
    struct fault fault;
    uint32_t hidden;          /* words of a node behind its fields */
    uint64_t births, numbers; /* so far */
    uint64_t trackings;       /* of these births: TRACKED_LATE */
    ref *items;               /* of the tuple that is made next */
    size_t item_count, item_capacity;
    struct column shapes;  /* so far: struct shape */
    uint32_t *shape_table; /* open addressing: shape + 1 */
    size_t shape_slots;

    /* The window that is being written. */
    struct compiled *compiled;
    uint64_t deaths, references; /* how many it has by now */
    bool is_long;           /* it has an origin: births beyond those of before may be ancient */
    bool is_unusual;        /* it is long, or has kinds */
    struct age_counts ages; /* of these deaths */
    uint32_t now;           /* the operation in the round, from 1 */
    struct round round;
    struct cut {
        struct tally alive;
        uint64_t mutator_ns, isolated_bytes;
        uint32_t birth, death, work, control, isolated; /* in the window */
        uint32_t trackings;                             /* of these births */
        struct alive_kinds alive_kinds;
    } cut; /* how far segments have been made */
    /* With kinds, of the segment that is being made: the counter's plain sum if as much goes
     * through free lists as can, for it and against it; and the lists that are used, as bits. */
    struct cutting_kinds {
        int64_t rising, falling;
        uint32_t used;
        struct list_use uses[FREE_LISTS];
    } cutting_kinds;
    struct before before;          /* the window */
    uint64_t counts[COLUMN_COUNT]; /* elements of columns of the window before */
};

static inline struct node *node_at(const struct compiler *compiler, ref o)
{
    return arena_at(&compiler->arena, o);
}

static inline uint64_t compiler_birth_of(const struct compiler *compiler, ref o)
{
    uint64_t birth = node_at(compiler, o)->birth;
    if (compiler->birth_high && o / NODE_UNITS_LEAST < compiler->birth_high_capacity)
        birth |= (uint64_t)compiler->birth_high[o / NODE_UNITS_LEAST] << 32;
    return birth;
}

static inline size_t node_bytes(const struct compiler *compiler, uint32_t fields)
{
    return sizeof(struct node) + ((size_t)fields + compiler->hidden) * sizeof(ref);
}

static inline struct node_kind *node_kind_at(const struct compiler *compiler, ref o)
{
    struct node *node = node_at(compiler, o);
    return (struct node_kind *)&node->field[node->fields];
}
static_assert(sizeof(struct node_kind) % sizeof(ref) == 0, "hidden words");

/* Objects born so far. */
static inline uint64_t compiler_born(const struct compiler *compiler)
{
    return compiler->births - compiler->trackings;
}

/* How many of these were born before an object. */
static inline uint64_t compiler_born_before(const struct compiler *compiler, ref o)
{
    if (!compiler->hidden)
        return compiler_birth_of(compiler, o);
    const struct node_kind *kind = node_kind_at(compiler, o);
    return (uint64_t)kind->born_high << 32 | kind->born;
}

#define PUSH(compiler, type, name)                                                                 \
    ((type *)column_push(&(compiler)->compiled->columns[COLUMN_##name], sizeof(type)))

/* The element of a column at a place in the window, which is in memory: of this round. NULL: the
 * column has none. */
#define AT(compiler, name, place)                                                                  \
    (compiled_##name((compiler)->compiled)                                                         \
         ? &compiled_##name(                                                                       \
               (compiler)->compiled)[(place) - (compiler)->compiled->columns[COLUMN_##name].base]  \
         : NULL)

static inline const struct shape *shape_at(const struct compiler *compiler, uint32_t shape)
{
    return &((const struct shape *)compiler->shapes.data)[shape];
}

/* ---- compiler.c ---- */

/* Before the first operation. */
void compiler_begin(struct compiler *compiler);

/* Operations of a round, at most: so many fit easily into the columns of a window. */
#define ROUND_MOST (1u << 28)

/* Why it executes no more operations. */
enum run_end {
    RUN_STRETCH, /* those of the stretch have been */
    RUN_ROUND,   /* the round is over */
    RUN_FAULT    /* the last one could not be */
};

/* Executes operations of the stretch. */
enum run_end compiler_run(struct compiler *compiler);

/* The number of a shape; it is new, perhaps. */
uint32_t compiler_shape(struct compiler *compiler, const struct shape *shape);

/* A new object with empty fields, to which nothing refers. */
ref compiler_new_node(struct compiler *compiler, uint32_t shape, uint32_t fields);

/* The next place in the order of birth is an object's. */
void compiler_number(struct compiler *compiler, ref o, uint32_t shape);

/* *slot, a register or a field, refers to `o` (0: to nothing) from now on; then what it referred to
 * is released. `compiler` is the heap of a struct machine. */
void compiler_assign(void *compiler, ref *slot, ref o);

/* ---- kinds.c ---- */

/* The program takes the graph engine, from the operation under way on. Does not return. */
void compiler_give_up(struct compiler *compiler, const char *what) __attribute__((noreturn));

void compiler_begin_kinds(struct compiler *compiler);

/* Executes an operation of a program with kinds; false, and a fault, if it cannot be. */
bool compiler_execute_kind(struct compiler *compiler, const struct op *op);

/* ---- isolation.c ---- */

/* Writes down that an object has become isolated with an operation, and what it refers to. */
void compiler_record_isolated(struct compiler *compiler, ref o, uint32_t stamp);

/* The end of a round: finds what has become isolated in it, by tracing, and takes it out of the
 * heap; round.becoming has all that did, in order. */
void compiler_find_isolated(struct compiler *compiler);

/* ---- segments.c ---- */

/* The end of a round: writes its segments, and what goes by segments. */
void compiler_cut_round(struct compiler *compiler);

/* After the last round of a window: the segment that marks the end. */
void compiler_end_segments(struct compiler *compiler);

#endif
