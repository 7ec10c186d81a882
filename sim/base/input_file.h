/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text that somebody else has put there: a script, an experiment, a template. It may be anything,
 * so opening it waits for nobody, and reading it ends. A regular file is read, and so is what the
 * process was given to read (standard input, as /dev/stdin; the shell's <(…)), for which it is
 * waited; a device is read as far as it gives something at once, a MiB at most; a named pipe is
 * refused. */
#ifndef PYGCSIM_SIM_BASE_INPUT_FILE_H
#define PYGCSIM_SIM_BASE_INPUT_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "sim/base/error.h"

/* All of it, with a zero byte behind, to be freed; its length without that. NULL, with a line in
 * *error that says why but does not name the file, if it cannot be read or is longer than `most`,
 * which is too large for `what` ("an experiment file"). */
char *input_file_read(const char *path, const char *what, size_t most, size_t *length,
                      struct error *error);

/* What that is if it is neither a regular file nor a device: "a directory"; else NULL. */
const char *input_file_is_odd(mode_t mode);

#endif
