/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Did you mean": the nearest of a list of names. */
#ifndef PYGCSIM_SIM_BASE_SUGGEST_H
#define PYGCSIM_SIM_BASE_SUGGEST_H

#include "sim/base/error.h"

/* The name nearest to `text` (Damerau-Levenshtein distance), or NULL if none is near. `names` ends
 * with NULL. */
const char *suggest(const char *text, const char *const *names);

/* "there is no WHAT 'TEXT'; did you mean 'X'? (allowed: a, b, c)" Returns -1. */
int suggest_error(struct error *error, const char *what, const char *text,
                  const char *const *names);

#endif
