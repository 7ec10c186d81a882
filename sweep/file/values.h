/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment says that a parameter is: a value, a list of values, a range (which a grid
 * cuts into values, and other designs sample), or a distribution to sample. */
#ifndef PYGCSIM_SWEEP_FILE_VALUES_H
#define PYGCSIM_SWEEP_FILE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/param.h"
#include "sweep/file/design.h"
#include "sweep/file/distribution.h"
#include "sweep/file/document.h"

struct values {
    char **texts; /* one of these, each of which the parameter may have */
    size_t count;
    struct distribution distribution; /* to be sampled, if count is 0 */
};

/* Returns 0, or -1 with a line in *error that names the node's line. */
int values_read(struct values *values, const struct document *document, const yaml_node_t *node,
                const struct component *component, const struct param *param,
                const struct design *design, struct error *error);
void values_fini(struct values *values);

static inline bool values_vary(const struct values *values)
{
    return values->count != 1;
}

/* The text of the value at coordinate u in (0, 1); in `buffer` or the values' own. */
const char *values_at(const struct values *values, double u, char buffer[UNITS_TEXT]);

#endif
