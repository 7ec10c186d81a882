/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scripts that make a shell complete pygcsim's command lines, from the tables of subcommands,
 * policies and workloads. */
#ifndef PYGCSIM_CLI_COMPLETION_H
#define PYGCSIM_CLI_COMPLETION_H

enum completion_shell { COMPLETION_BASH, COMPLETION_ZSH };
extern const char *const completion_shells[]; /* their names, ending with NULL */

/* On standard output. */
void completion_print(enum completion_shell shell);

#endif
