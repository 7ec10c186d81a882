/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shares of the variance in grids whose truth is known, and how often their intervals have it in
 * them. Measured for the header with
 *     build/tests/unit/unit_grid_effects 2000 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "results/answer/grid_effects.h"
#include "sim/base/random.h"
#include "tests/unit/check.h"

enum { LEVELS_MOST = 5, SEEDS_MOST = 20, SETTINGS_MOST = LEVELS_MOST * LEVELS_MOST };

/* Settings of two factors, cell by cell: the factor asked about varies inside cells. */
struct made_up {
    struct outcomes outcomes;
    struct outcome settings[SETTINGS_MOST];
    uint32_t seeds[SETTINGS_MOST * SEEDS_MOST];
    double values[SETTINGS_MOST * SEEDS_MOST];
    size_t cells[SETTINGS_MOST];
    const struct metric *metric;
    struct factor factor;
    size_t levels, n;
};

static void make(struct made_up *made_up, size_t levels, size_t n)
{
    size_t count = levels * levels;
    *made_up = (struct made_up){.levels = levels, .n = n, .metric = metric_named("gc_share")};
    made_up->outcomes = (struct outcomes){.settings = made_up->settings,
                                          .setting_count = count,
                                          .metrics = &made_up->metric,
                                          .metric_count = 1,
                                          .seed_count = n,
                                          .value_seeds = made_up->seeds,
                                          .values = made_up->values};
    made_up->factor =
        (struct factor){.cells = made_up->cells, .count = count, .level_count = levels};
    for (size_t s = 0; s < count; s++) {
        made_up->settings[s] = (struct outcome){.first_value = s * n, .value_count = n};
        made_up->cells[s] = s;
        for (size_t i = 0; i < n; i++)
            made_up->seeds[s * n + i] = (uint32_t)i;
    }
}

/* What the factor and the other do: a share `first` of the variance, and what is left. */
static double truly(const struct made_up *made_up, size_t setting, double first)
{
    double middle = (double)(made_up->levels - 1) / 2;
    double own = (double)(setting % made_up->levels) - middle;
    double other = (double)(setting / made_up->levels) - middle;
    return sqrt(first) * own + sqrt(1 - first) * other;
}

/* Chance of that deviation, as a share of that between settings, and as much that all settings with
 * a seed have in common. */
static void draw(struct made_up *made_up, gsl_rng *stream, double first, double chance)
{
    double levels = (double)made_up->levels;
    double deviation = chance * sqrt((levels * levels - 1) / 12);
    for (size_t i = 0; i < made_up->n; i++) {
        double common = gsl_ran_gaussian(stream, 1);
        for (size_t s = 0; s < made_up->factor.count; s++)
            made_up->values[s * made_up->n + i] =
                truly(made_up, s, first) + common + gsl_ran_gaussian(stream, deviation);
    }
}

/* Without chance both are the truth: nothing is done together. */
TEST(without_chance)
{
    static const double firsts[] = {0, 0.2, 0.8, 1};
    for (size_t i = 0; i < LENGTH(firsts); i++) {
        struct made_up made_up;
        gsl_rng *stream = random_stream(1, "without chance");
        make(&made_up, 4, 3);
        draw(&made_up, stream, firsts[i], 0);
        gsl_rng_free(stream);
        struct grid_effects effects = grid_effects_of(&made_up.factor, &made_up.outcomes, 0);
        check_that("first", fabs(effects.first - firsts[i]) < 1e-9);
        check_that("total", fabs(effects.total - firsts[i]) < 1e-9);
        check_that("interval", effects.interval.low <= effects.first &&
                                   effects.interval.high < firsts[i] + 1e-9);
    }
}

TEST(what_cannot_be_said)
{
    struct made_up made_up;
    gsl_rng *stream = random_stream(2, "cannot be said");
    make(&made_up, 3, 2);
    draw(&made_up, stream, 0.5, 0.5);
    check_that("two seeds have no interval",
               isnan(grid_effects_of(&made_up.factor, &made_up.outcomes, 0).interval.low));
    made_up.values[0] = NAN;
    check_that("a seed without a value",
               grid_effects_of(&made_up.factor, &made_up.outcomes, 0).first >= 0);
    made_up.values[1] = NAN;
    check_that("a setting without one",
               isnan(grid_effects_of(&made_up.factor, &made_up.outcomes, 0).first));
    made_up.factor.count = made_up.levels;
    check_that("no other factor",
               isnan(grid_effects_of(&made_up.factor, &made_up.outcomes, 0).total));
    made_up.factor.cells = NULL;
    check_that("no grid", isnan(grid_effects_of(&made_up.factor, &made_up.outcomes, 0).total));
    gsl_rng_free(stream);
}

#define HELD_LEAST 0.925

static void coverage(void **cmocka_state)
{
    static const size_t levels[] = {3, 5}, seeds[] = {3, 5, 10, 20};
    static const double firsts[] = {0, 0.2, 0.8, 1}, chances[] = {0.1, 0.5, 1};
    size_t experiments = *(const size_t *)*cmocka_state;
    double least = 1, most = 0;
    for (size_t row = 0; row < 96; row++) {
        double first = firsts[row / 8 % 4], chance = chances[row / 32];
        struct made_up made_up;
        size_t held = 0;
        make(&made_up, levels[row % 2], seeds[row / 2 % 4]);
        gsl_rng *stream = random_stream(row, "coverage of grid effects");
        for (size_t e = 0; e < experiments; e++) {
            draw(&made_up, stream, first, chance);
            struct grid_effects effects = grid_effects_of(&made_up.factor, &made_up.outcomes, 0);
            held += effects.interval.low <= first + 1e-9 && first - 1e-9 <= effects.interval.high;
        }
        gsl_rng_free(stream);
        double share = (double)held / (double)experiments;
        struct text what = {"", 0};
        text_add(&what, "%zu x %zu, n = %zu, share %g, chance %g", made_up.levels, made_up.levels,
                 made_up.n, first, chance);
        print_message("# %s: %.1f%%\n", what.text, 100 * share);
        check_that(what.text, share >= HELD_LEAST - 4 * sqrt(0.09 / (double)experiments));
        least = fmin(least, share);
        most = fmax(most, share);
    }
    print_message("# in all: %.1f to %.1f%%\n", 100 * least, 100 * most);
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_chance),
        cmocka_unit_test(what_cannot_be_said),
        cmocka_unit_test_prestate(coverage, &experiments),
    };
    return cmocka_run_group_tests_name("grid_effects", tests, NULL, NULL);
}
