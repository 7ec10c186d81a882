/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What policies do to a metric over all workloads and collectors of an experiment, on standard
 * output: the mean difference to the baseline, and the worst of the workloads. */
#ifndef PYGCSIM_CLI_OVERALL_H
#define PYGCSIM_CLI_OVERALL_H

#include "results/answer/outcome.h"

/* At most `top` policies (0: all), the best first: of those that every group has. Prints nothing if
 * there is one group, or no such policy besides the baseline. high: the larger the better. */
void overall_print(const struct outcomes *outcomes, size_t metric, bool high, size_t top);

#endif
