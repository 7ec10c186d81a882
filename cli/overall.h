/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PYGCSIM_CLI_OVERALL_H
#define PYGCSIM_CLI_OVERALL_H

#include "results/answer/overall.h"

/* What policies do over all workloads, as a table on standard output; nothing if there is no line.
 */
void overall_print(const struct overall *overall, const struct outcomes *outcomes, size_t metric);

#endif
