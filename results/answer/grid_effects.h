/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much of a metric's variance a factor makes in a grid: where its cells
 * (results/answer/factor.h) are whole, and in each all other factors stand still while it takes
 * each of its values once. Then other factors are no chance, as they are to groups of a sample, and
 * two shares of the variance between the settings that there are, each as likely as another, are
 * known but for what chance does to the settings' means Y: first   Var(E[Y | the factor]) / Var(Y):
 * what it does by itself, its first-order index (Sobol', Mathematical Modelling and Computational
 * Experiments 1, 1993) total   1 - Var(E[Y | all other factors]) / Var(Y): what it has a part in,
 * alone or together with others, its total-effect index (Homma & Saltelli, Reliability Engineering
 * and System Safety 52, 1996, eq. 7)
 *
 * What chance does inside cells is taken off, as far as runs with the same seeds tell: the mean
 * square of what seed and setting leave over, by the number of seeds (Law, Simulation Modeling and
 * Analysis, 2015, section 12.2, for two ways without repetition); shares are at least 0 then, and
 * the first at most the total.
 *
 * The interval of the first is the jackknife's over seeds (results/statistics/jackknife.h), what
 * chance does taken off each time; NaN with fewer than three seeds that all settings have. Of 2,000
 * experiments with grids of 3 × 3 and 5 × 5, 3 to 20 seeds, first shares of 0, 20, 80 and 100%, and
 * chance with a standard deviation up to that of the settings, 93.1 to 100% have the truth in it
 * (tests/unit/test_grid_effects.c). */
#ifndef PYGCSIM_RESULTS_ANSWER_GRID_EFFECTS_H
#define PYGCSIM_RESULTS_ANSWER_GRID_EFFECTS_H

#include <stddef.h>

#include "results/answer/factor.h"
#include "results/answer/outcome.h"

/* NaN: it cannot be said. */
struct grid_effects {
    double first, total;
    struct interval interval; /* of the first */
};

/* Nothing can be said of a sample, nor where there is one cell: then there is no other factor. */
struct grid_effects grid_effects_of(const struct factor *factor, const struct outcomes *outcomes,
                                    size_t metric);

#endif
