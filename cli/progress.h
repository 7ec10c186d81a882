/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far a long job is, on standard error. On a terminal a bar, the rate, and the time left;
 * elsewhere nothing, or a line after ten seconds, and then more and more rarely. */
#ifndef PYGCSIM_CLI_PROGRESS_H
#define PYGCSIM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "sim/model/observer.h"

struct progress {
    char label[200];            /* of what is under way */
    double before, part, whole; /* shares of the job: done, under way, all */
    bool terminal;
    bool lines; /* where there is no terminal: a line now and then */
    bool timed; /* show the time left */
    struct timespec began;
    int64_t drawn_ms;     /* when last; 0: not yet */
    int64_t next_line_ms; /* since it began */
};

void progress_init(struct progress *progress, double whole);

/* What is under way. */
void progress_label(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Jobs of parts one after the other: the next part begins; the observer draws how far it is. */
void progress_next(struct progress *progress, double part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct observer progress_observer(struct progress *progress);

/* Jobs that count for themselves: so much of the whole is done. */
void progress_at(struct progress *progress, double done);

/* Would that be drawn now? */
bool progress_is_due(const struct progress *progress);

/* Seconds that the rest takes if it goes on as it has gone so far; NaN: there is nothing to go by.
 */
double progress_left(const struct progress *progress, double done);

/* A line of its own, once. */
void progress_say(struct progress *progress, double done, const char *text);

/* Seconds since progress_init. */
double progress_seconds(const struct progress *progress);

/* Takes the bar off the screen. */
void progress_clear(struct progress *progress);

#endif
