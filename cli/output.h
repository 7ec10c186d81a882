/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file that a command writes its answer into. It appears when it is whole; a device or a pipe
 * is written to as it is. Each function exits with one line if it cannot do what it says. */
#ifndef PYGCSIM_CLI_OUTPUT_H
#define PYGCSIM_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/base/new_file.h"

struct output {
    FILE *out;
    const char *path; /* NULL: standard output */
    struct new_file file;
    bool is_new;
    int why; /* it could not be written to; 0: it could */
};

/* `db`: the results file, which it must not be; "": there is none. */
void output_open(struct output *output, const char *path, const char *db);

/* It cannot be finished. */
_Noreturn void output_fail(struct output *output, const char *what, const char *why);

/* Has something been lost? Then there is no point in going on. */
bool output_is_lost(struct output *output);

void output_close(struct output *output);

#endif
