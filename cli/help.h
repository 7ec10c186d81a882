/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help on standard output, as wide as the terminal: from the table of subcommands. */
#ifndef PYGCSIM_CLI_HELP_H
#define PYGCSIM_CLI_HELP_H

#include <stdio.h>

struct subcommand;

/* Of all subcommands, one line each. */
void help_print_all(FILE *out);

/* Of one: what it does, its options, examples. */
void help_print(const struct subcommand *subcommand);

#define HELP_PROGRAM                                                                               \
    "Simulates policies for CPython's cycle collector: what they cost in pauses, and in memory."
#define HELP_TRY "pygcsim compare --workload web:duration=20s -p default -p freeze"

#endif
