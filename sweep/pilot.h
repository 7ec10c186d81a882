/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a plan would take, from doing a little of it: a few points of the experiment, spread over
 * all of them, with a few seeds each, by one worker, in a results file in memory. That is given up
 * after PILOT_SECONDS. Programs are all taken to be like those compiled, runs like those done. */
#ifndef PYGCSIM_SWEEP_PILOT_H
#define PYGCSIM_SWEEP_PILOT_H

#include "sim/interval/compiled.h"
#include "sweep/plan.h"

#define PILOT_SECONDS 10
#define PILOT_POINTS  8
#define PILOT_SEEDS   5

struct pilot {
    const struct plan *plan; /* not stored, so all of it is to do */
    unsigned workers;        /* that would do it */
    struct compile_options compile;
    double (*seconds)(void *clock); /* since some instant; real time, or a test's */
    void *clock;
};

/* What was done, and how long it took. */
struct pilot_work {
    size_t compiled, ran; /* programs; runs */
    double compile_seconds, run_seconds;
    double parts;     /* of execution_parts, with what is unfinished */
    uint64_t bytes;   /* stored */
    struct error why; /* the first run that failed; the text is empty if none has */
};

struct forecast {
    double seconds;                      /* for the whole plan */
    double bytes;                        /* on disk; NaN if not one run was done */
    double compile_seconds, run_seconds; /* of a program, 0 if none was compiled; of a run */
};

/* Returns 0, or -1 with a line in *error. */
int pilot_execute(const struct pilot *pilot, struct pilot_work *work, struct error *error);

/* The arithmetic alone. */
struct forecast pilot_forecast(const struct pilot *pilot, const struct pilot_work *work);

#endif
