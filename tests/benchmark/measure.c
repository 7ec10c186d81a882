/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/benchmark/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double values[REPETITIONS])
{
    qsort(values, REPETITIONS, sizeof *values, by_size);
    return values[REPETITIONS / 2];
}

_Noreturn void stop(const struct error *error)
{
    fprintf(stderr, "benchmark: %s\n", error->text);
    exit(EXIT_FAILURE);
}

struct setting setting_of(const char *spec, const struct component *const *registry)
{
    struct setting setting;
    struct error error;
    if (setting_parse(&setting, spec, registry, "setting", &error) != 0)
        stop(&error);
    return setting;
}
