/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random programs that are valid: each operation is drawn to suit the heap on which the ones before
 * were played. */
#ifndef PYGCSIM_TESTS_PROPERTY_RANDOM_PROGRAM_H
#define PYGCSIM_TESTS_PROPERTY_RANDOM_PROGRAM_H

#include "sim/heap.h"
#include "sim/program.h"

struct random_program {
    uint64_t seed;
    bool freezes;  /* freeze and unfreeze are among the operations */
    bool switches; /* enable, disable and threshold are */
};

/* An operation that is valid on that heap. */
struct op random_op(struct random_program *program, const struct heap *heap);

/* A heap script of `count` operations; to be freed. */
char *random_script(struct random_program *program, uint32_t registers, size_t count);

/* The line of one operation, as heap scripts have it. */
#define OP_TEXT 64
void op_text(char text[OP_TEXT], const struct op *op);

#endif
