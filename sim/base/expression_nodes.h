/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an expression is inside: for expression.c, which reads and evaluates it, and
 * expression_units.c, which checks its units. */
#ifndef PYGCSIM_SIM_BASE_EXPRESSION_NODES_H
#define PYGCSIM_SIM_BASE_EXPRESSION_NODES_H

#include <stddef.h>

#include "sim/base/expression.h"

#define TERMS_MOST 200 /* nodes of an expression, and so its names */
#define WORD_MOST  60  /* letters of a name or a number */

enum code { NUMBER, NAME, NEGATE, ADD, SUBTRACT, MULTIPLY, DIVIDE, BOTH, COMPARES };

/* A node's operands come before it, so that values follow from one pass over the nodes. */
struct node {
    enum code code;
    size_t a, b;             /* operands; a: the name's index */
    size_t comparison;       /* COMPARES */
    double number;           /* NUMBER */
    enum quantity number_is; /* NUMBER */
    size_t begin, end;       /* where it stands in the text */
};

struct expression {
    char *text;
    struct node nodes[TERMS_MOST]; /* the last is the value */
    size_t node_count;
    char *names[TERMS_MOST + 1];
    size_t name_count;
};

/* The text that a node was read from; cut, if it is long. Returns `part`. */
const char *expression_part(const struct expression *expression, size_t i,
                            char part[WORD_MOST + 1]);

#endif
