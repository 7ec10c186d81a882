/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One stream of random numbers for each purpose (arrivals, sizes, …), so that drawing more for one
 * does not shift the others. The generator is xoshiro256** (Blackman & Vigna, ACM TOMS 47:4, 2021),
 * with 64 bits of seed; the variates are GSL's, whose own generators take 32, which would make some
 * of 100,000 streams the same. */
#ifndef PYGCSIM_SIM_BASE_RANDOM_H
#define PYGCSIM_SIM_BASE_RANDOM_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/* A new stream that depends on the run's seed and the purpose's name and nothing else. With one
 * purpose no two seeds give the same; with two, one pair of streams in 2^64 is. Free it with
 * gsl_rng_free. */
gsl_rng *random_stream(uint64_t seed, const char *purpose);

#endif
