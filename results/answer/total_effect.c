/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/total_effect.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

static double average(const size_t *settings, size_t count, const struct outcomes *outcomes,
                      size_t metric)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += outcomes_average(outcomes, settings[i], metric);
    return sum / (double)count;
}

/* The mean over the settings with one seed; NaN unless all have a value. */
static double average_with(const size_t *settings, size_t count, const struct outcomes *outcomes,
                           size_t metric, size_t seed)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += outcomes_value(outcomes, settings[i], metric, seed);
    return sum / (double)count;
}

/* The part of the squares between a cell's settings that is chance; 0 where nothing tells. */
static double chance_inside(const size_t *settings, size_t count, const struct outcomes *outcomes,
                            size_t metric)
{
    struct outcome_values first = outcomes_values(outcomes, settings[0], metric);
    double *sums = allocate_zeroed(count, sizeof *sums); /* from the means of each seed */
    double squares = 0, seeds = 0;
    for (size_t j = 0; j < first.count; j++) {
        double mean = average_with(settings, count, outcomes, metric, first.seeds[j]);
        if (isnan(mean))
            continue;
        seeds++;
        for (size_t i = 0; i < count; i++) {
            double y = outcomes_value(outcomes, settings[i], metric, first.seeds[j]) - mean;
            sums[i] += y;
            squares += y * y;
        }
    }
    for (size_t i = 0; i < count && seeds > 0; i++)
        squares -= gsl_pow_2(sums[i]) / seeds;
    free(sums);
    return seeds > 1 ? fmax(squares, 0) / (seeds - 1) / seeds : 0;
}

double total_effect(const struct factor *factor, const struct outcomes *outcomes, size_t metric)
{
    size_t levels = factor->level_count;
    double inside = 0, between = 0;
    if (!factor->cells || factor->count == levels)
        return NAN;
    double all = average(factor->cells, factor->count, outcomes, metric);
    for (const size_t *cell = factor->cells; cell < factor->cells + factor->count; cell += levels) {
        double mean = average(cell, levels, outcomes, metric);
        between += (double)levels * gsl_pow_2(mean - all);
        for (size_t i = 0; i < levels; i++)
            inside += gsl_pow_2(outcomes_average(outcomes, cell[i], metric) - mean);
        inside -= chance_inside(cell, levels, outcomes, metric);
    }
    inside = fmax(inside, 0);
    return inside + between > 0 ? inside / (inside + between) : NAN;
}
