/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What runs were too short to see, and the words for it: everything that tells of it, on terminals
 * or as a page, takes them from here. A run is a window on a program that goes on; what comes after
 * it is predicted with each run (results/horizon/prediction.h). Of all that could come up to the
 * horizon a reader is told the longest pause. */
#ifndef PYGCSIM_RESULTS_ANSWER_OUTLOOK_H
#define PYGCSIM_RESULTS_ANSWER_OUTLOOK_H

#include <stdbool.h>

#include "results/answer/outcome.h"
#include "sim/base/json.h"
#include "sim/base/units.h"

struct outlook {
    enum outlook_is {
        OUTLOOK_UNKNOWN,    /* nothing is predicted: no run has finished, or had a steady state */
        OUTLOOK_NOTHING,    /* no collection comes */
        OUTLOOK_SEEN,       /* what comes has been seen */
        OUTLOOK_NO_LONGER,  /* not all has been, but no pause longer than those seen is predicted */
        OUTLOOK_COMES,      /* a longer one is */
        OUTLOOK_UNRELIABLE, /* whatever is predicted, it cannot be relied on */
        OUTLOOK_COUNT
    } is;
    bool grows, bursts, changes; /* why it cannot */
    double horizon;              /* s; from here on NaN: there is none */
    double ran;                  /* how long the runs were, the shortest, s */
    double seen;                 /* the longest pause of the steady state, s */
    int generation;              /* of the longest pause that is predicted; -1: there is none */
    double low, high;            /* when that comes, after the program began, s */
    double pause;                /* how long it is, s */
    double pause_high;           /* the same if the heap goes on growing */
    double pause_max;            /* horizon_pause_max, which has what was seen in it */
    double heap, heap_seen;      /* horizon_heap_peak, heap_peak: bytes */
};

/* Of one run: `values` by `metrics`, NaN: none. */
struct outlook outlook_of_run(const double *values);

/* Of all finished runs of a setting: covered if each is; means, and the widest range of instants.
 * Returns 0, or -1 with a line in *error. */
int outlook_read(struct outlook *outlook, const struct outcomes *outcomes, size_t setting,
                 struct store *store, struct error *error);

/* Have the runs seen what comes? If not, nothing should be done by them without a word of it. */
bool outlook_is_covered(const struct outlook *outlook);

/* Up to when it is said what comes: "24h". Returns `text`. */
char *outlook_horizon(char text[UNITS_TEXT], const struct outlook *outlook);

/* For a column "still to come": "1.4 s after 4 to 6 min (gen 1)". Returns `text`. */
#define OUTLOOK_TEXT 96
char *outlook_show(char text[OUTLOOK_TEXT], const struct outlook *outlook);

/* The whole sentence: "30 s were too short to see a pause of 1.4 s (a collection of generation 1),
 * predicted after 4 to 6 min."; to be freed. */
char *outlook_sentence(const struct outlook *outlook);

/* The same as a warning, for whoever is about to do what these runs advise; NULL: they have seen
 * what comes, and it is no heap without end. To be freed. */
char *outlook_caution(const struct outlook *outlook);

/* What is to be said below such a column: sentences, each with a full stop; to be freed. */
char *outlook_legend(const struct outlook *outlooks, size_t count);

/* As an object's keys: horizon, covered, flagged, predicted. */
void outlook_json(struct json *json, const struct outlook *outlook);

#endif
