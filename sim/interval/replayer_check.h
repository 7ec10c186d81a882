/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The invariants of the interval engine looked at. Built with -Dcheck=true, it does that after
 * collections (with many isolated objects not after all), and in between.
 *
 *   1. No bound of a generation is smaller than the next, and none is beyond what has been born;
 *      edges are the bounds as births are in the window's columns.
 *   2. Once settled, the generations together count what is alive: as many objects as reference
 *      counting has left by now, less the isolated ones that are freed, with the interpreter's own;
 *      and the bytes that are reachable and those that float.
 *   3. Every isolated object that is not freed is in one list, that of the generation of its birth.
 *   4. `references` of such an object, and of what it refers to, is the number of references that
 *      isolated objects hold which are not freed; its own is not 0.
 *   5. floating_bytes is the sum over them.
 *   6. None is a candidate. */
#ifndef PYGCSIM_SIM_INTERVAL_REPLAYER_CHECK_H
#define PYGCSIM_SIM_INTERVAL_REPLAYER_CHECK_H

#include "sim/base/error.h"
#include "sim/interval/replayer.h"

/* Returns 0, or -1 with a line in *error that says what does not hold, and of what. */
int replayer_check(const struct replayer *replayer, struct error *error);

#endif
