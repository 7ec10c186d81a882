/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One stream of random numbers for each purpose (arrivals, sizes, …), so that drawing more for one
 * does not shift the others. Variates come from GSL. */
#ifndef PYGCSIM_SIM_RANDOM_H
#define PYGCSIM_SIM_RANDOM_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/* A new stream (MT19937) that depends on the run's seed and the purpose's name and nothing else.
 * Free it with gsl_rng_free. */
gsl_rng *random_stream(uint64_t seed, const char *purpose);

#endif
