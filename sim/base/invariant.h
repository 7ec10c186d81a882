/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invariants that take too long to be looked at in every build, as assert does. Of a build with the
 * option -Dcheck=true, as CI has it, they are part. */
#ifndef PYGCSIM_SIM_BASE_INVARIANT_H
#define PYGCSIM_SIM_BASE_INVARIANT_H

#include "sim/base/error.h"

#ifdef PYGCSIM_CHECK
#define CHECKS_INVARIANTS 1
#else
#define CHECKS_INVARIANTS 0
#endif

/* Ends the process with a line on standard error that names the invariant. */
_Noreturn void invariant_broken(const char *where, const struct error *invariant);

#endif
