/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latencies that still move with the length of the run. A value of a run is of its duration: a
 * queue begins empty, and the longest waits of a busy one are rarer than a short run is long, so
 * the mean over replications has a bias that more of them do not take away.
 *
 * Halves tell (metrics latency_mean_half, latency_p99_half). A bias in proportion to 1 / length,
 *     E[X(T)] = X + c / T,  E[X(T / 2)] = X + 2 c / T,
 * leaves X = 2 X(T) - X(T / 2): Quenouille's jackknife (Miller, The jackknife: a review, Biometrika
 * 61, 1974, section 2; of simulations Law, Simulation Modeling and Analysis, 5th edition, 2015,
 * section 9.4). What is a run of half the length is the first half for a mean, which is biased only
 * by how the run begins; for a percentile both halves are, and the mean of the two has the same
 * chance in it as the whole. It is an estimate, and no bound: where the bias falls more slowly, as
 * of waits that depend on each other for long, X is farther than that, and that something is said
 * at all is chance, too, which makes it farther than X. Of a queue at 0.95 (p99 460 ms; 14 groups
 * of 20 runs each) the mean of what is said is 392 ms by runs of 60 s (said of 13 groups, of one
 * more than 460), 481 ms by those of 300 s (of 11, of seven more), nothing by those of 3000 s.
 *
 * A setting's value moves if the interval of X(T) - X(T / 2) over its replications is without 0, at
 * the level of all settings and metrics looked at together (interval_confidence_of), and X differs
 * by more than MOVING_LEAST. The interval of X(T) itself does not count: it is of what more
 * replications would change.
 *
 * Of few full collections halves have more or fewer, which is no such bias. A p99 does not move
 * where what is predicted up to the horizon, with all collections counted, comes to the other side
 * of X(T); a mean, of which nothing is predicted, where runs have one to MOVING_FULL of them. */
#ifndef PYGCSIM_RESULTS_ANSWER_MOVING_H
#define PYGCSIM_RESULTS_ANSWER_MOVING_H

#include "results/answer/outcome.h"
#include "results/store/metric_list.h"

#define MOVING_LEAST     0.05 /* of the value */
#define MOVING_OTHERWISE 0.01 /* of the value: so far what is predicted goes the other way */
#define MOVING_FULL      10   /* full collections in a run, of which halves have as many each */

/* Means over replications. */
struct moving_setting {
    size_t setting; /* of the outcomes */
    double here, half, longer;
};

struct moving {
    const struct metric *metric; /* the first of latency_p99, latency_mean that does; NULL: none */
    struct moving_setting *settings;
    size_t count;
};

/* Adds what the outcomes have to have read. */
void moving_add_read(struct metric_list *list);

/* Looks at those settings. To be freed with moving_fini. */
void moving_find(struct moving *moving, const struct outcomes *outcomes, const size_t *settings,
                 size_t count);
void moving_fini(struct moving *moving);

/* Sentences, each with a full stop; NULL: nothing moves. To be freed. */
char *moving_text(const struct moving *moving, const struct outcomes *outcomes);

#endif
