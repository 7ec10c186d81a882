/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PYGCSIM_RESULTS_ANSWER_PYTHON_LINES_H
#define PYGCSIM_RESULTS_ANSWER_PYTHON_LINES_H

#include "sim/base/param.h"

/* The Python lines that do in an application what that policy does; a comment if the registry
 * `policies` does not know it, for results of another version. To be freed. */
char *python_lines(const char *policy, const struct component *const *policies);

#endif
