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

#endif
