/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pauses that are too rare for a run to say how often they come: collections of a generation that
 * the steady state has fewer than three of in each of twenty parts, and *one-off* ones. One-off is
 * the first collection of generation 0 or 1 behind start-up if it takes far longer than others of
 * its generation do: it has start-up's heap to examine, which it moves on into the next. */
#ifndef PYGCSIM_RESULTS_HORIZON_RARE_H
#define PYGCSIM_RESULTS_HORIZON_RARE_H

#include <stdbool.h>

#include "results/horizon/prediction.h"

#define RARE_SEEN 60                /* as many in the steady state are not rare */
#define RARE_MOST (2 * GENERATIONS) /* kinds of pauses: usual and one-off */

/* When such a pause may begin. */
enum rare_place { RARE_WHILE_BUSY, RARE_BY_THE_CLOCK, RARE_AT_A_REQUEST, RARE_AS_IDLE_BEGINS };

struct rare {
    enum rare_place place;
    double times;               /* in the steady state up to the horizon, those seen included */
    size_t seen;                /* in the run's steady state */
    double pause_ns[RARE_SEEN]; /* each as likely */
    size_t pause_count;
};

struct rare_pauses {
    struct rare kinds[RARE_MOST];
    size_t count;
    bool rare[GENERATIONS];      /* all collections of this generation are */
    size_t one_off[GENERATIONS]; /* this one is; SIZE_MAX: none */
};

/* `span_ns`: how long the steady state is up to the horizon. */
void rare_find(struct rare_pauses *pauses, const struct past *past,
               const struct prediction *prediction, double span_ns);

/* Is the i-th collection of the run one of them? */
bool rare_includes(const struct rare_pauses *pauses, const struct past *past, size_t i);

#endif
