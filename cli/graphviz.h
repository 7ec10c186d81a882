/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Graphviz, which lays graphs out: its program `dot`, in a process of its own. */
#ifndef PYGCSIM_CLI_GRAPHVIZ_H
#define PYGCSIM_CLI_GRAPHVIZ_H

#include <stdio.h>

#include "sim/base/error.h"

/* Draws a graph in the language DOT, from the beginning of `graph`, as SVG into `out`. Returns 0,
 * or -1 with a line in *error. */
int graphviz_draw(FILE *graph, FILE *out, struct error *error);

#endif
