/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run's requests one after the other, without those that a rare pause has delayed, and which of
 * them one pause more would delay. */
#ifndef PYGCSIM_RESULTS_HORIZON_LINE_H
#define PYGCSIM_RESULTS_HORIZON_LINE_H

#include "results/horizon/rare.h"

/* Those that end in the steady state, in that order. */
struct line {
    const struct request *request;
    size_t count, steady; /* how many; of the steady state */
    size_t left;          /* of these, that no rare pause has delayed */
    bool *left_out;       /* all others */
    double *least_slack;  /* of this request and all behind it, ns */
    double idle_ns;       /* from the one before it to the run's end */
    double longest_ns;    /* of the steady state */
    size_t left_out_room, least_slack_room;
};

/* All of them are left in; to be freed with line_free. */
void line_up(struct line *line, const struct past *past);
void line_free(struct line *line);
void line_leave_out(struct line *line, const struct past *past, const struct rare_pauses *rare);

/* Where a pause begins: the first request that ends behind it, and how long the worker had been
 * idle by then. Of the time between the ends of two requests the idle part comes first: that is
 * exact if one is served after the other. */
struct instant {
    size_t next;
    double idle_ns;
};

/* `part`, between 0 and 1, of all the instants at which there may be one. Of two requests or more.
 */
struct instant line_instant(const struct line *line, enum rare_place place, double part);

/* Each request that such a pause would delay, and by how much. What is behind the last request is
 * as it was behind the first. */
void line_delay(const struct line *line, struct instant instant, double pause_ns,
                void (*delayed)(void *context, const struct request *request, double by_ns),
                void *context);

#endif
