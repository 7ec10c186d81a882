/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A progress bar on standard error, if that is a terminal; otherwise nothing. */
#ifndef PYGCSIM_CLI_PROGRESS_H
#define PYGCSIM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/observer.h"

struct progress {
    const char *label;    /* of what is under way */
    unsigned done, total; /* parts of the whole job */
    bool terminal;
    int64_t drawn_ms; /* when last */
};

void progress_init(struct progress *progress, unsigned total);

/* The next part begins. */
void progress_next(struct progress *progress, const char *label);

/* Takes the bar off the screen. */
void progress_clear(struct progress *progress);

struct observer progress_observer(struct progress *progress);

#endif
