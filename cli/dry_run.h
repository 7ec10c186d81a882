/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `pygcsim sweep` says of an experiment before it is run, and what --dry-run prints. */
#ifndef PYGCSIM_CLI_DRY_RUN_H
#define PYGCSIM_CLI_DRY_RUN_H

#include "sweep/plan.h"

/* How many points constraints have left out, if any. */
void print_left_out(const struct experiment *experiment);

/* What would be run; then, with a little of it done (sweep/pilot.h), how long it would take and how
 * much it would store. Exits with a line if it cannot be tried. */
void print_dry_run(const struct plan *plan, struct share share, unsigned jobs,
                   uint64_t memory_bytes);

#endif
