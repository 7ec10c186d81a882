/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random programs that are valid: each operation is drawn to suit the heap on which the ones before
 * were played. */
#ifndef PYGCSIM_TESTS_PROPERTY_RANDOM_PROGRAM_H
#define PYGCSIM_TESTS_PROPERTY_RANDOM_PROGRAM_H

#include "sim/graph/heap.h"
#include "sim/model/program.h"

/* Several operations that make something of a shape that single ones hardly ever make: X(name, what
 * they make). */
#define PATTERNS(X)                                                                                \
    X(ring, "a cycle, which may refer to something that lives on, and may be let go")              \
    X(chain, "a long list, whose end may be a cycle or live on, and whose middle may be held")     \
    X(fan_in, "an object to which many refer, some of them garbage; let go last")                  \
    X(pair, "two cycles, one referring to the other, with a collection of the older in between")

enum pattern {
#define X(name, meaning) PATTERN_##name,
    PATTERNS(X)
#undef X
        PATTERN_COUNT
};

struct random_program {
    uint64_t seed;
    bool freezes;                     /* freeze and unfreeze are among the operations */
    bool switches;                    /* enable, disable and threshold are */
    uint32_t patterns[PATTERN_COUNT]; /* of 1000 steps; the others are single operations */
};

struct random_ops {
    struct op *ops; /* to be freed */
    size_t count, capacity;
};

/* An operation that is valid on that heap. */
struct op random_op(struct random_program *program, const struct heap *heap);

/* `count` operations, and some more if the last step is a pattern. *ops is empty or has some
 * already. */
void random_ops(struct random_ops *ops, struct random_program *program, uint32_t registers,
                size_t count);

/* A heap script of `count` operations; to be freed. */
char *random_script(struct random_program *program, uint32_t registers, size_t count);

/* The line of one operation, as heap scripts have it. */
#define OP_TEXT 64
void op_text(char text[OP_TEXT], const struct op *op);

#endif
