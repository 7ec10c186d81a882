/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text that is written as a file is, but into memory:
 *
 *     FILE *out = memory_text_begin(&text, &size);
 *     fprintf(out, …);
 *     memory_text_end(out);
 *
 * Then *text is whole, with a 0 behind its *size bytes, and is to be freed. */
#ifndef PYGCSIM_SIM_BASE_MEMORY_TEXT_H
#define PYGCSIM_SIM_BASE_MEMORY_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Both pointers are to live until it is ended. */
FILE *memory_text_begin(char **text, size_t *size);
void memory_text_end(FILE *out);

#endif
