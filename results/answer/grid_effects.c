/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/grid_effects.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "results/statistics/jackknife.h"
#include "sim/base/allocate.h"

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

/* The squares of a grid's means, cell by cell in the factor's order of values. */
struct squares {
    double first;          /* between values */
    double inside, others; /* inside cells, and between them */
};

/* Of one mean a setting. */
struct grid {
    size_t cells, levels;
    double chance; /* squares inside cells, of one replication a setting; of n it is an nth */
};

static struct squares squares_of(const struct grid *grid, const double *means)
{
    size_t levels = grid->levels, count = grid->cells * levels;
    double all = interval_mean(means, count);
    struct squares squares = {0};
    for (const double *cell = means; cell < means + count; cell += levels) {
        double mean = interval_mean(cell, levels);
        squares.others += (double)levels * gsl_pow_2(mean - all);
        for (size_t i = 0; i < levels; i++)
            squares.inside += gsl_pow_2(cell[i] - mean);
    }
    for (size_t i = 0; i < levels; i++)
        squares.first +=
            (double)grid->cells * gsl_pow_2(gsl_stats_mean(means + i, levels, grid->cells) - all);
    return squares;
}

/* Chance makes the squares inside a cell larger alike in all cells, and those between values, whose
 * means are over all cells, by as much as those inside one. */
static double first_share(void *context, const double *means, size_t replications)
{
    const struct grid *grid = context;
    struct squares squares = squares_of(grid, means);
    double chance = grid->chance / (double)replications;
    double all = squares.inside - chance + squares.others;
    return all > 0 ? (squares.first - chance / (double)grid->cells) / all : 0;
}

/* ---- over seeds ----------------------------------------------------------------------- */

/* The values with the seeds that all settings of the grid have, setting by setting; to be freed. */
static double *common_values(const struct factor *factor, const struct outcomes *outcomes,
                             size_t metric, size_t *n)
{
    struct outcome_values first = outcomes_values(outcomes, factor->cells[0], metric);
    size_t *seeds = allocate_zeroed(first.count + 1, sizeof *seeds);
    *n = 0;
    for (size_t j = 0; j < first.count; j++)
        if (!isnan(average_with(factor->cells, factor->count, outcomes, metric, first.seeds[j])))
            seeds[(*n)++] = first.seeds[j];
    double *values = allocate_zeroed(*n * factor->count + 1, sizeof *values);
    for (size_t i = 0; i < factor->count; i++)
        for (size_t j = 0; j < *n; j++)
            values[i * *n + j] = outcomes_value(outcomes, factor->cells[i], metric, seeds[j]);
    free(seeds);
    return values;
}

static double within_0_and_1(double share)
{
    return fmin(fmax(share, 0), 1);
}

/* With the share in it. */
static struct interval interval_of(const double *values, struct grid *grid, size_t n, double share)
{
    double *pseudo = allocate_zeroed(n, sizeof *pseudo);
    jackknife_pseudo_values(values, grid->cells * grid->levels, n, first_share, grid, pseudo);
    struct interval interval = interval_of_mean(pseudo, n, INTERVAL_t, INTERVAL_CONFIDENCE);
    free(pseudo);
    return interval_wider(
        (struct interval){share, share},
        (struct interval){within_0_and_1(interval.low), within_0_and_1(interval.high)});
}

/* ---- both ----------------------------------------------------------------------------- */

static double chance_of(const struct factor *factor, const struct outcomes *outcomes, size_t metric)
{
    double chance = 0;
    for (size_t first = 0; first < factor->count; first += factor->level_count)
        chance += chance_inside(factor->cells + first, factor->level_count, outcomes, metric);
    return chance;
}

struct grid_effects grid_effects_of(const struct factor *factor, const struct outcomes *outcomes,
                                    size_t metric)
{
    struct grid_effects effects = {NAN, NAN, {NAN, NAN}};
    if (!factor->cells || factor->count == factor->level_count)
        return effects;
    struct grid grid = {factor->count / factor->level_count, factor->level_count, 0};
    double *means = allocate_zeroed(factor->count, sizeof *means);
    for (size_t i = 0; i < factor->count; i++)
        means[i] = outcomes_average(outcomes, factor->cells[i], metric);
    double chance = chance_of(factor, outcomes, metric);
    struct squares squares = squares_of(&grid, means);
    double inside = fmax(squares.inside - chance, 0), all = inside + squares.others;
    free(means);
    if (!(all > 0))
        return effects;
    size_t n;
    double *values = common_values(factor, outcomes, metric, &n);
    effects.total = inside / all;
    effects.first = fmax(squares.first - chance / (double)grid.cells, 0) / all;
    effects.first = fmin(effects.first, effects.total);
    grid.chance = chance * (double)n;
    if (n >= 3)
        effects.interval = interval_of(values, &grid, n, effects.first);
    free(values);
    return effects;
}
