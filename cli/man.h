/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Man pages on standard output, from the table of subcommands. */
#ifndef PYGCSIM_CLI_MAN_H
#define PYGCSIM_CLI_MAN_H

struct subcommand;

/* pygcsim-NAME.1; NULL: pygcsim.1. */
void man_print(const struct subcommand *subcommand);

#endif
