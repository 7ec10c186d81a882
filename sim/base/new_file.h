/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that appears whole or not at all: it gets its name when everything is in it. Whatever had
 * that name before stays until then; a link is followed. Where the system can do it, the new file
 * has no name at all until then, so nothing is left of it however the process ends. Its permissions
 * are those of the file that it replaces, or of any new one. Functions return 0, or -1 with a line
 * in *error that names the path. */
#ifndef PYGCSIM_SIM_BASE_NEW_FILE_H
#define PYGCSIM_SIM_BASE_NEW_FILE_H

#include <stddef.h>

#include "sim/base/error.h"

struct new_file {
    int file;              /* to write to */
    const char *path;      /* belongs to the caller */
    char *target, *folder; /* the rest is private */
    char *temporary;
};

int new_file_open(struct new_file *new_file, const char *path, struct error *error);

/* Everything is in it: gives it its name, and closes it. If that fails it is abandoned. */
int new_file_keep(struct new_file *new_file, struct error *error);

/* Closes it, and nothing of it is left. Of one that is closed already, does nothing. */
void new_file_abandon(struct new_file *new_file);

/* Files that appear together: they get their names when every one of them is whole. */
struct whole_file {
    const char *path, *bytes;
    size_t count;
};
int new_files_write(const struct whole_file *files, size_t count, struct error *error);

#endif
