/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A progress bar on standard error, if that is a terminal; otherwise nothing. */
#ifndef PYGCSIM_CLI_PROGRESS_H
#define PYGCSIM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/observer.h"

struct progress {
    char label[200];            /* of what is under way */
    double before, part, whole; /* shares of the job: done, under way, all */
    bool terminal;
    int64_t drawn_ms; /* when last */
};

void progress_init(struct progress *progress, double whole);

/* The next part of the job begins. */
void progress_next(struct progress *progress, double part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the bar off the screen. */
void progress_clear(struct progress *progress);

struct observer progress_observer(struct progress *progress);

#endif
