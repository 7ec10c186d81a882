/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lock on a file, by which processes keep out of each other's way for longer than a transaction.
 * It is on a byte beyond any file's end, so it gets along with the locks that SQLite has on the
 * same file. But closing it takes SQLite's away (POSIX): close it after the connection. */
#ifndef PYGCSIM_SIM_BASE_LOCK_H
#define PYGCSIM_SIM_BASE_LOCK_H

#include <stdbool.h>

#include "sim/base/error.h"

/* Opens the file, an empty one if there is none, and locks it. Returns 1, and *file is to be
 * closed, which ends the lock, as the end of the process does; 0 if another process has locked it
 * (unless told to wait); -1 with a line in *error that names the file. */
int lock_file(const char *path, bool wait, int *file, struct error *error);

/* Is what has been locked still the file of that name, not one that was renamed or removed? */
bool lock_is_of(const char *path, int file);

#endif
