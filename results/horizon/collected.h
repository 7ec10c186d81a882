/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the collections of a steady state tell of those to come: how far apart triggers are, what
 * survives, what gathers. */
#ifndef PYGCSIM_RESULTS_HORIZON_COLLECTED_H
#define PYGCSIM_RESULTS_HORIZON_COLLECTED_H

#include "results/horizon/steady.h"

/* Fills in floats, interval, middle_survivors and all that stands behind these; the limits and
 * rates are there. */
void collected_find(struct steady *steady, const struct past *past);

#endif
