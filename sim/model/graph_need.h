/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which programs take the engine that has the graph (sim/graph/). This is the one place where it is
 * decided; who runs a program asks (struct program, needs_graph). */
#ifndef PYGCSIM_SIM_MODEL_GRAPH_NEED_H
#define PYGCSIM_SIM_MODEL_GRAPH_NEED_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/model/program.h"

/* What is said of a program's needs_graph. */
#define GRAPH_NEED_LINE "%s takes the graph engine"

/* The first operation of the program for which it takes the graph. */
struct graph_need {
    size_t operation; /* its number, from 0 */
    const char *what; /* "a weak reference" */
};

/* Of a program whose objects are what their kinds say (program->has_kinds): all its operations. */
bool program_needs_graph(const struct op *ops, size_t count, struct graph_need *need);

#endif
