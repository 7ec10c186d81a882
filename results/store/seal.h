/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A share that has ended carries a checksum (XXH3) of every row in its file: SQLite itself does not
 * notice when a disk or a copy changes a digit. */
#ifndef PYGCSIM_RESULTS_STORE_SEAL_H
#define PYGCSIM_RESULTS_STORE_SEAL_H

#include "results/store/store.h"

/* Nothing will be added to the file, unless its sweep is run again. Returns 0, or -1 with a line in
 * *error. */
int seal_put(struct store *store, struct error *error);

/* Returns 0 if the rows are those that were sealed; 1 if there is no seal; -1 with a line in *error
 * if they are not, or cannot be read. */
int seal_check(struct store *store, struct error *error);

#endif
