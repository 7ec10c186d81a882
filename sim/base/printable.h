/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts for terminals. Names come from results files, experiment files, heap scripts and command
 * lines, so they may be any bytes, and a terminal obeys some: they move the cursor, wipe the
 * screen, begin a line of their own or turn letters around. Here such characters are written so
 * that they can be seen, and everything else in UTF-8 as it is:
 *
 *     \n \t \r \x1b   controls (C0, DEL), and bytes that are part of no character
 *     \u0085 \u202e   controls beyond ASCII (C1), ends of lines and paragraphs, and what changes
 *                     the direction of writing */
#ifndef PYGCSIM_SIM_BASE_PRINTABLE_H
#define PYGCSIM_SIM_BASE_PRINTABLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Is it one that is written as it is? */
bool printable_is(uint32_t character);

#define PRINTABLE_MOST 8 /* bytes of a character so written, with the 0 that ends it */

/* The first character of `text`, of at most `size` bytes, so written; returns how many bytes of
 * `text` that was. What is printable stays as it is when it is made printable again. */
size_t printable_character(char out[PRINTABLE_MOST], const char *text, size_t size);

void printable_write(FILE *out, const char *text, size_t size);

/* How many columns of a terminal that takes: characters of East Asia two, combining ones none. */
size_t printable_width(const char *text, size_t size);

/* How many bytes of a text fit into so many columns. */
size_t printable_fit(const char *text, size_t columns);

/* As vfprintf, but what is put in by %s is made printable; the format itself is written as it is.
 * Widths are columns. */
void printable_print(FILE *out, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

#endif
