/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a plan would take, from doing a little of it: a few points of the experiment, spread over
 * all of them, with one seed, by one worker, in a results file in memory. That is done with
 * programs of a small part of their length, then with longer ones, as long as there is time (or
 * with still shorter ones, if there is time for no longer ones): what
 * is there at any length (start-up) is told apart from what grows with it, and from what grows
 * faster. */
#ifndef PYGCSIM_SWEEP_PILOT_H
#define PYGCSIM_SWEEP_PILOT_H

#include "sim/interval/compiled.h"
#include "sweep/plan.h"

#define PILOT_SECONDS                                                                              \
    4 /* then nothing longer is begun; twice that, and what is under way is ended */
#define PILOT_POINTS 8
#define PILOT_LONGER 4 /* times as long as the one before */
#define PILOT_STEPS  3 /* that are kept: the longest */

struct pilot {
    const struct plan *plan; /* not stored, so all of it is to do */
    unsigned workers;        /* that would do it */
    double most_seconds;     /* for the pilot; 0: PILOT_SECONDS */
    double short_seconds;    /* it ends as soon as the plan is sure to take less; 0: it does not */
    struct compile_options compile;
    double (*seconds)(void *clock); /* of work, since some instant; or a test's */
    void *clock;
};

/* What was done at one length. */
struct pilot_step {
    double part;                         /* of the whole length */
    double compile_seconds, run_seconds; /* of a program, 0 if none is compiled; of a run */
    double bytes;                        /* stored, of a run */
    double memory;                       /* of what a run tells, until it is stored */
    double objects;                      /* at the end of a run */
    size_t runs;
};

struct pilot_work {
    struct pilot_step steps[PILOT_STEPS]; /* the longest last */
    size_t count;
    /* Without a step: what was done of execution_parts in what time, at what part of the length. */
    double parts, seconds, part;
    struct error why; /* the first run that failed; the text is empty if none has */
};

struct range {
    double low, likely, high; /* NaN: nothing to go by */
};

struct forecast {
    struct range seconds;                /* for the whole plan */
    double bytes;                        /* on disk; NaN: nothing to go by */
    double memory;                       /* bytes; NaN: nothing to go by */
    double told;                         /* the same of what all runs tell, which grows with them */
    double compile_seconds, run_seconds; /* of a program, 0 if none is compiled; of a run */
};

/* Bytes of what a run has told, until it is stored. */
double pilot_memory_of_run(const struct simulation_result *result);

/* Returns 0, or -1 with a line in *error. */
int pilot_execute(const struct pilot *pilot, struct pilot_work *work, struct error *error);

/* The arithmetic alone. */
struct forecast pilot_forecast(const struct pilot *pilot, const struct pilot_work *work);

#endif
