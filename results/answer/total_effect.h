/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much of a metric's variance a factor has a part in, alone or together with others: its
 * total-effect index (Homma & Saltelli, Reliability Engineering and System Safety 52, 1996, eq. 7)
 *     1 - Var(E[Y | all other factors]) / Var(Y) = E[Var(Y | all other factors)] / Var(Y),
 * over the settings that there are, each as likely as another. It is exact where the factor's cells
 * (results/answer/factor.h) are whole: in each all other factors stand still while it takes each of
 * its values once. Elsewhere, as in a sample, it cannot be said; nor where there is one cell: then
 * there is no other factor.
 *
 * Y are the means of settings. What chance does to them inside a cell is taken off, as far as runs
 * with the same seeds tell: the mean square of what seed and setting leave over, by the number of
 * seeds (Law, Simulation Modeling and Analysis, 2015, section 12.2, for two ways without
 * repetition); it is at least 0 then. */
#ifndef PYGCSIM_RESULTS_ANSWER_TOTAL_EFFECT_H
#define PYGCSIM_RESULTS_ANSWER_TOTAL_EFFECT_H

#include <stddef.h>

#include "results/answer/factor.h"
#include "results/answer/outcome.h"

/* NaN: it cannot be said. */
double total_effect(const struct factor *factor, const struct outcomes *outcomes, size_t metric);

#endif
