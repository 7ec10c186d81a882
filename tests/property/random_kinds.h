/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random programs whose objects are what their kinds say, and that need no graph: nothing in them
 * depends on when collections run (sim/model/graph_need.h). */
#ifndef PYGCSIM_TESTS_PROPERTY_RANDOM_KINDS_H
#define PYGCSIM_TESTS_PROPERTY_RANDOM_KINDS_H

#include "tests/property/random_program.h"

/* About `count` operations on so many registers; collections, freezing, switches as `program` says,
 * whose patterns are not for these. *ops is empty. */
void random_kinds(struct random_ops *ops, struct random_program *program, uint32_t registers,
                  size_t count);

#endif
