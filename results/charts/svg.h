/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture that gnuplot has drawn as an SVG file, as a part of an HTML page: without what belongs
 * to a file of its own (declaration, background, comments for gnuplot's users), with identifiers
 * that are the page's only ones, and with a title for those who do not see it. A colour such as
 * #003c78 is var(--003c78,#003c78): what it is unless a style sheet of the page says otherwise. */
#ifndef PYGCSIM_RESULTS_CHARTS_SVG_H
#define PYGCSIM_RESULTS_CHARTS_SVG_H

#include <stddef.h>
#include <stdio.h>

/* `id` is what identifiers in it begin with, `title` what the picture is. */
void svg_write(FILE *out, const char *svg, size_t size, const char *id, const char *title);

#endif
