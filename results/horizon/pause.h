/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the collections behind a run's end take, by what they will find: what one would find
 * now, and what comes to that until then. */
#ifndef PYGCSIM_RESULTS_HORIZON_PAUSE_H
#define PYGCSIM_RESULTS_HORIZON_PAUSE_H

#include "results/horizon/calendar.h"
#include "results/horizon/steady.h"

/* What a collection finds, in objects; and the seconds of the program's own work since one last
 * went through the oldest generation of it. */
struct content {
    double survivors, garbage, worked;
};

/* The next of generation g; reachable objects do not grow. One that comes behind an older
 * generation's finds what is usual. */
struct content content_of_next(const struct past *past, const struct steady *steady,
                               const struct calendar *calendar, int g);
struct content content_usual(const struct past *past, const struct steady *steady,
                             const struct calendar *calendar, int g);

/* Seconds. */
double pause_of(const struct past *past, int g, struct content content);

/* Bytes of the heap before it. */
double heap_with(const struct past *past, double garbage);

#endif
