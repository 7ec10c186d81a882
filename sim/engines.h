/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engines there are. What an engine is: sim/model/engine.h. */
#ifndef PYGCSIM_SIM_ENGINES_H
#define PYGCSIM_SIM_ENGINES_H

#include "sim/base/param.h"
#include "sim/graph/graph_engine.h"
#include "sim/interval/interval_engine.h"

/* Ends with NULL. */
extern const struct engine *const engines[];
extern const struct registry engine_registry;

/* The engine that a setup names; if it names none, the fastest that can run its program: *why then
 * says why that is not the interval engine ("x.heap:12: a weak reference"), and is empty if it is.
 * A workload that cannot be started is for whoever runs it to refuse. */
const struct engine *engine_choose(const struct simulation_setup *setup, struct error *why);

#endif
