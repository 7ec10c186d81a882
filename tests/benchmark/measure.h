/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the benchmark programs share. */
#ifndef PYGCSIM_TESTS_BENCHMARK_MEASURE_H
#define PYGCSIM_TESTS_BENCHMARK_MEASURE_H

#include "sim/error.h"
#include "sim/param.h"

#define REPETITIONS 7

double now_s(void);

/* Sorts the values. */
double median(double values[REPETITIONS]);

/* A setting of a registry, or the end. */
struct setting setting_of(const char *spec, const struct component *const *registry);

_Noreturn void stop(const struct error *error);

#endif
