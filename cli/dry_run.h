/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a plan would take, from doing a little of it. */
#ifndef PYGCSIM_CLI_ESTIMATE_H
#define PYGCSIM_CLI_ESTIMATE_H

#include "sweep/plan.h"

/* Runs some of the plan's runs, for a few seconds at most, and prints an estimate of time and disk
 * for all that are still to do. */
void estimate_print(const struct plan *plan, unsigned jobs, uint64_t memory_bytes);

#endif
