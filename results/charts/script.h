/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What gnuplot is given: everything goes through here. gnuplot's language runs commands of the
 * shell
 * (`...`, system(), !, "<" before a file's name), and names of policies and programs come from
 * results files, which may be a stranger's. So among commands there are only
 *
 *     lines of gnuplot's language that are part of pygcsim, or the user's own template;
 *     numbers: finite, or NaN;
 *     texts: between double quotes, in which all but letters, digits and a few harmless characters
 * is written as octal numbers. What is no UTF-8, and what controls terminals, is U+FFFD instead; a
 *     long text is cut.
 *
 * Numbers of a chart are in files of their own, one a block, which gnuplot reads as data. All files
 * are without a name, in memory: gnuplot inherits them, and nothing is left of them. */
#ifndef PYGCSIM_RESULTS_CHARTS_SCRIPT_H
#define PYGCSIM_RESULTS_CHARTS_SCRIPT_H

#include <stddef.h>
#include <stdio.h>

#include "sim/base/error.h"

#define SCRIPT_BLOCKS_MOST 5
#define SCRIPT_TEXT_MOST   400 /* characters */

struct script {
    FILE *commands, *template, *blocks[SCRIPT_BLOCKS_MOST]; /* template: NULL before it is there */
    const char *template_name;                              /* for messages; the caller's */
    size_t block_count, values;                             /* in the row */
};

/* An empty file without a name, in memory, which is not inherited. NULL, with a line in *error, if
 * there can be none. */
FILE *script_file(struct error *error);

/* script_fini is due if it returns 0. On failure -1 and a line in *error. */
int script_init(struct script *script, struct error *error);
void script_fini(struct script *script);

/* The name of a variable is always the program's own. An array begins with element 1. */
void script_number(struct script *script, const char *name, double value);
void script_text(struct script *script, const char *name, const char *text);
void script_array(struct script *script, const char *name, char *const *texts, size_t count);

/* Begins a block of rows of numbers, $name, which is there for the commands that follow script_end.
 */
int script_begin(struct script *script, struct error *error);
void script_value(struct script *script, double value);
void script_end_row(struct script *script);
void script_end(struct script *script, const char *name);

/* Lines of gnuplot's language: the program's own. */
void script_lines(struct script *script, const char *lines);

/* The template, which comes last: the program's own or the user's. */
int script_template(struct script *script, const char *lines, const char *name,
                    struct error *error);

/* Everything is in it: the files can be read from their beginning. */
int script_finish(struct script *script, struct error *error);

#endif
