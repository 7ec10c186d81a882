/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the files are that help names: docs/, experiments/ and workloads/ are in one folder. */
#ifndef PYGCSIM_CLI_DOCUMENTATION_H
#define PYGCSIM_CLI_DOCUMENTATION_H

#include <limits.h>

/* The folder in which they are installed, PYGCSIM_DOCUMENTATION; or that of the source, for a
 * program that runs in its build folder. Returns `buffer` or that constant. */
const char *documentation_folder(char buffer[PATH_MAX]);

/* What help says of it. */
#define HELP_DOCUMENTATION "The folders docs, experiments and workloads are in %s."

#endif
