/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values of metrics as people read them. */
#ifndef PYGCSIM_CLI_SHOW_VALUE_H
#define PYGCSIM_CLI_SHOW_VALUE_H

#include "results/metrics.h"
#include "sim/units.h"

/* Three significant digits and a unit; returns `text`. */
char *show_value(char text[UNITS_TEXT], const struct metric *metric, double value);

#endif
