/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A compiled program in a file (docs/program-files.md): made once, replayed as often as one likes.
 * It is read once, into memory, or into temporary files if it is larger than it may be there; so
 * nothing that becomes of the file later matters. What is read has been checked: a checksum for
 * each part, and every number that leads to another. */
#ifndef PYGCSIM_SIM_INTERVAL_PROGRAM_FILE_H
#define PYGCSIM_SIM_INTERVAL_PROGRAM_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/interval/compiled.h"
#include "sim/model/collector.h"

struct program_origin {
    char *workload; /* setting; to be freed */
    uint64_t seed;
    char collector[32]; /* the mutator's costs are this version's */
};

/* Whether a file of that name could be written as things are: to be known before it is made.
 * Returns 0, or -1 with a line in *error. */
int program_file_can_be_written(const char *path, struct error *error);

/* Writes a new file in place of whatever is there; nothing is left of one that could not be
 * written. Returns 0, or -1 with a line in *error that names the file. */
int program_file_write(const char *path, const struct compiled *compiled,
                       const struct program_origin *origin, bool compress, struct error *error);

/* What takes more than keep->memory_bytes is kept in temporary files in keep->folder. Returns 0, or
 * -1 with a line in *error that names the file; compiled_fini is due either way, and
 * so is freeing origin->workload. */
int program_file_read(const char *path, const struct compile_options *keep,
                      struct compiled *compiled, struct program_origin *origin,
                      struct error *error);

#endif
