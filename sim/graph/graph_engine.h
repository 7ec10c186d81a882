/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reference: every operation changes the object graph itself (sim/graph/heap.h), and every
 * collection walks it. */
#ifndef PYGCSIM_SIM_GRAPH_GRAPH_ENGINE_H
#define PYGCSIM_SIM_GRAPH_GRAPH_ENGINE_H

#include "sim/model/engine.h"

extern const struct engine graph_engine;

#endif
