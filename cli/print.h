/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that the command says, on standard output and on standard error, goes through here: as
 * printf, but texts that are put in by %s are made printable (sim/base/printable.h). Whatever a
 * name has in it, a terminal obeys nothing of it. */
#ifndef PYGCSIM_CLI_PRINT_H
#define PYGCSIM_CLI_PRINT_H

#include <stdio.h>

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_to(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lines of another program: printable, but for where they end. */
void print_foreign(FILE *out, const char *lines);

/* One line, broken between words. */
void print_paragraph(const char *line);

/* Lines that the program has made itself. */
void print_as_it_is(const char *lines);

#endif
