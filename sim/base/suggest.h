/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists of names in words; and "did you mean": the nearest of them. */
#ifndef PYGCSIM_SIM_BASE_SUGGEST_H
#define PYGCSIM_SIM_BASE_SUGGEST_H

#include <stddef.h>

#include "sim/base/error.h"

/* "a, b or c", cut to fit. `words` ends with NULL. Returns `buffer`. */
char *suggest_words(const char *const *words, char *buffer, size_t size);

/* The name nearest to `text` (Damerau-Levenshtein distance), or NULL if none is near. `names` ends
 * with NULL. */
const char *suggest(const char *text, const char *const *names);

#define SUGGEST_ALL  30 /* names that a message lists; */
#define SUGGEST_SOME 5  /* of more so many, the nearest */

/* "there is no WHAT 'TEXT'; did you mean 'X'? (allowed: a, b, c)"; "(of 48 the nearest: a, b, c)".
 * Returns -1. */
int suggest_error(struct error *error, const char *what, const char *text,
                  const char *const *names);

#endif
