/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Joins the parts of a sweep, a file for each share (`pygcsim sweep --shard`), into the file that
 * one machine would have made: row for row the same in every table. Runs have the same numbers in
 * both because those of a part are their places in the whole plan.
 *
 * Parts are only read; what a killed process has left in their logs (-wal) counts. */
#ifndef PYGCSIM_RESULTS_STORE_MERGE_H
#define PYGCSIM_RESULTS_STORE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"

struct merged {
    char *name;           /* of the experiment; to be freed */
    int64_t runs, failed; /* in the new file */
};

/* Every share once, in any order, all ended. The file `into` is there when it is whole, and not
 * before; one that is there already is an error, or with `replace` is replaced, if it is a results
 * file. Returns 0, or -1 with a line in *error that names the part which is missing, doubled,
 * damaged, unfinished, or of another sweep. */
int merge_parts(const char *const *paths, size_t count, const char *into, bool replace,
                struct merged *merged, struct error *error);

#endif
