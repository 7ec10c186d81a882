/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latencies of all requests up to the horizon, from those of a run.
 *
 * The run's own requests are the sample, without those that a rare pause (results/horizon/rare.h)
 * has delayed. Such a pause is put into the run at up to 400 instants, as far apart as they can be:
 * with D more at an instant, each request behind it ends later by D less the idle time that makes
 * up for it (struct request). So with N requests up to the horizon, of which a kind of pause comes
 * n times, at K instants each, the number of those that take longer than x is
 *
 *     N/N₀ · (number of base + seen · mean number replaced) + Σ n · mean number (delayed −
 * replaced)
 *
 * where N₀ requests are the run's, `seen` pauses of the kind have been left out of it, and numbers
 * are of requests that take longer than x. The longest is the longer of what is to be expected of
 * the base and of the n pauses (results/statistics/extreme.h), and of what there was. */
#ifndef PYGCSIM_RESULTS_HORIZON_TAILS_H
#define PYGCSIM_RESULTS_HORIZON_TAILS_H

#include "results/horizon/prediction.h"

/* NaN without requests in a steady state. */
struct tails tails_find(const struct past *past, const struct prediction *prediction);

#endif
