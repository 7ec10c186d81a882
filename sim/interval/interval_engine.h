/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The interval engine replays a compiled program (sim/interval/compiled.h) under a policy.
 *
 * Survivors of a collection of generation g all move to g + 1. So the generations are intervals of
 * the order of birth: generation 0 is what was born since its last collection, and so on back to
 * the permanent generation, the oldest objects. Promotion moves a bound. How much there is in a
 * generation follows from the bounds and from what has been born and has died: nothing is kept of
 * an object that is not isolated, and nothing is done for one.
 *
 * A collection of generation g finds the isolated objects in it that no older isolated object
 * reaches (everything else is reachable): CPython's algorithm, on the isolated objects alone. When
 * it reclaims them, their references go, and with the last one to an isolated object goes that
 * object. An object that becomes isolated and to which no isolated object is left that refers dies
 * at once: reference counting would have freed it. */
#ifndef PYGCSIM_SIM_INTERVAL_INTERVAL_ENGINE_H
#define PYGCSIM_SIM_INTERVAL_INTERVAL_ENGINE_H

#include "sim/model/engine.h"

extern const struct engine interval_engine;

#endif
