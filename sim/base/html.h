/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text as a part of an HTML page, of its content or of an attribute in double quotes. Whatever the
 * text is, the page stays well-formed: what HTML has a meaning for is escaped, and bytes that are
 * no text (bad UTF-8, control characters other than tab and newline) become U+FFFD. */
#ifndef PYGCSIM_SIM_BASE_HTML_H
#define PYGCSIM_SIM_BASE_HTML_H

#include <stddef.h>
#include <stdio.h>

void html_text(FILE *out, const char *text);

/* The first character of `text`, of at most `size` bytes, escaped; returns how many bytes it has.
 */
size_t html_character(FILE *out, const char *text, size_t size);

/* A policy or a workload, in <code>; a line may end after each part of it. */
void html_spec(FILE *out, const char *spec);

/* A number with its unit, as printed on terminals, for a typographer: "-46 us" has a minus sign, a
 * space where no line ends, and "µs". */
void html_quantity(FILE *out, const char *quantity);

/* "1 policy", "10 policies". */
void html_count(FILE *out, size_t count, const char *one, const char *many);

#endif
