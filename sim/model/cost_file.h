/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cost files: the numbers of sim/model/costs.h as text, measured with one interpreter on one
 * machine (docs/cost-files.md). The program carries some, sim/model/costs/NAME.cost; others are
 * given by their file. */
#ifndef PYGCSIM_SIM_MODEL_COST_FILE_H
#define PYGCSIM_SIM_MODEL_COST_FILE_H

#include "sim/base/error.h"
#include "sim/base/param.h"
#include "sim/model/costs.h"

#define COST_FILE_MOST 65536 /* bytes */

/* Reads a file's text, which is cut up. Returns 0, or -1 with a line in *error: "PLACE:LINE: what,
 * and what is allowed". */
int cost_text_read(struct costs *costs, const char *place, char *text, struct error *error);

/* The same of a file. */
int cost_file_read(struct costs *costs, const char *path, struct error *error);

/* What the program carries. */
struct cost_set {
    const char *name, *text;
};
extern const struct registry cost_registry;

/* NULL if there is none of that name. */
const struct cost_set *cost_set(const char *name);
struct costs cost_set_read(const struct cost_set *set);

/* Was it measured with another interpreter than this? */
bool costs_are_borrowed(const struct costs *costs, const struct collector_version *version);

#endif
