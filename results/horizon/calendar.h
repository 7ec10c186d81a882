/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When the collections behind a run's end come, if its rates go on as they are: those that counters
 * ask for, by the rules of the collector, and those that policies ask for themselves. Seconds from
 * the run's end. */
#ifndef PYGCSIM_RESULTS_HORIZON_CALENDAR_H
#define PYGCSIM_RESULTS_HORIZON_CALENDAR_H

#include "results/horizon/steady.h"

struct calendar {
    struct first {
        double in;              /* INFINITY: none ever comes */
        double since;           /* the collection before it, of any generation; INFINITY: none */
        double after;           /* as many triggers, or reports of an event, come first */
        double reports;         /* of the event that the policy waits for, a second; or 0 */
        bool planned;           /* a policy asks for it, not a counter */
        bool waits_for_pending; /* the 25% rule decides when, not the counters */
    } first[GENERATIONS];
    double left;                  /* until the horizon */
    double full_period;           /* in the long run; INFINITY: it does not come again */
    double full_since;            /* since the collection before a full one, on average */
    double expected[GENERATIONS]; /* by the horizon, on average */
    double planned[GENERATIONS];  /* between two that policies plan of it or an older one; or 0 */
    double change;                /* when policies change what nobody predicts; INFINITY: never */
};

void calendar_find(struct calendar *calendar, const struct past *past, const struct steady *steady,
                   double horizon);

#endif
