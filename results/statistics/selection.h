/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which of several systems has the least mean, by a procedure that takes one replication after the
 * other of those that are still in the race, and leaves out who has surely lost: the fully
 * sequential procedure KN of Kim and Nelson (A fully sequential procedure for indifference-zone
 * selection in simulation, ACM TOMACS 11(3), 2001, section 3), with c = 1.
 *
 * Of k systems and n0 first replications, with a zone δ that makes no difference:
 *     η = ((2α / (k - 1))^(-2 / (n0 - 1)) - 1) / 2,   h² = 2 η (n0 - 1)
 *     S²il: the variance of the differences of i and l in the first n0 replications
 *     Wil(r) = max(0, δ / 2r · (h² S²il / δ² - r))
 * After r = n0, n0 + 1, … replications i stays if its mean of r is at most that of l + Wil(r), for
 * each l that was in before. Where Wil is 0 and the means are equal, the first of the two stays, so
 * that systems which are the same come to an end. With probability 1 - α the last one is the best
 * if that is better than each other by δ or more (for independent normal replications; pairs may
 * depend on each other, as those with common random numbers do).
 *
 * How often that holds: tests/statistics/test_stopping.c. */
#ifndef PYGCSIM_RESULTS_STATISTICS_SELECTION_H
#define PYGCSIM_RESULTS_STATISTICS_SELECTION_H

#include <stddef.h>

struct selection_rule {
    double share;      /* the zone, over |the least mean of the first that is not 0| */
    double confidence; /* 1 - α */
    size_t first;      /* replications: n0, two or more */
};

struct selection {
    double zone;        /* δ */
    size_t *lost_after; /* by system: so many replications; 0: it is still in */
    size_t left;        /* in the race */
    size_t without;     /* that had no value with some seed, and so are out of it */
    size_t best;        /* of those left the one with the least mean, the first of them */
};

/* h² of the formula. */
double selection_factor(size_t systems, const struct selection_rule *rule);

/* Of values[i][r], system i's with seed r, `replications` of those that are still in then, at least
 * rule->first. A NaN is no value: whoever has one is out. To be freed with selection_fini. */
void selection_make(struct selection *selection, const double *const *values, size_t systems,
                    size_t replications, const struct selection_rule *rule);
void selection_fini(struct selection *selection);

#endif
