/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the benchmark programs share. */
#ifndef PYGCSIM_TESTS_BENCHMARK_MEASURE_H
#define PYGCSIM_TESTS_BENCHMARK_MEASURE_H

#include "results/store/metrics.h"
#include "results/store/store.h"
#include "sim/base/error.h"
#include "sim/base/param.h"

#define REPETITIONS 7

double now_s(void);

/* Sorts the values. */
double median(double values[REPETITIONS]);

/* A setting of a registry, or the end. */
struct setting setting_of(const char *spec, const struct component *const *registry);

_Noreturn void stop(const struct error *error);

/* A new results file in a folder of its own, and what runs need to be stored in it. */
struct storing {
    char folder[40], path[64];
    struct store *store;
    struct record *record;
    struct meter *meter;
    double *values;
};
void storing_init(struct storing *storing);

/* Removes the file too. */
void storing_fini(struct storing *storing);

/* Simulates a run and stores everything about it, as `pygcsim compare` does. */
void simulate_and_store(struct storing *storing, const struct simulation_setup *setup,
                        struct simulation_result *result);

#endif
