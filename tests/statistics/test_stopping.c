/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules that stop by what they have seen (`until`): how often the interval that a sweep stops at
 * has the true mean in it, how often a tail is said to be heavy, and how often the race selects the
 * best. The expected figures are those of docs/experiments.md and of the headers; a row fails if
 * what is counted is further from its figure than chance (four standard errors, and half a digit
 * for rounding). Measured for them with
 *     build/tests/statistics/statistics_stopping 20000 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "results/statistics/selection.h"
#include "sim/base/random.h"
#include "sweep/until.h"
#include "tests/unit/check.h"

enum distribution { normal, exponential, lognormal_half, lognormal_1, pareto };

static const struct {
    const char *name;
    double mean;
} distributions[] = {
    [normal] = {"normal", 5},
    [exponential] = {"exponential", 1},
    [lognormal_half] = {"lognormal 0.5", 1.1331484530668263},
    [lognormal_1] = {"lognormal 1", 1.6487212707001282},
    [pareto] = {"Pareto 2.1", 2.1 / 1.1},
};

static double draw(gsl_rng *stream, enum distribution distribution)
{
    switch (distribution) {
    case normal:
        return distributions[normal].mean + gsl_ran_gaussian(stream, 1);
    case exponential:
        return gsl_ran_exponential(stream, 1);
    case lognormal_half:
        return gsl_ran_lognormal(stream, 0, 0.5);
    case lognormal_1:
        return gsl_ran_lognormal(stream, 0, 1);
    case pareto:
        return gsl_ran_pareto(stream, 2.1, 1);
    }
    return NAN;
}

static size_t experiments_of(void **cmocka_state)
{
    return *(const size_t *)*cmocka_state;
}

/* ---- the interval of a mean ----------------------------------------------------------- */

#define MOST 100

/* What a sweep of one setting ends with. */
static struct estimate stop(gsl_rng *stream, enum distribution distribution,
                            const struct until *until, double x[MOST])
{
    struct estimate estimate = {.n = 0};
    for (size_t needed = until->first; needed > estimate.n;) {
        for (size_t i = estimate.n; i < needed; i++)
            x[i] = draw(stream, distribution);
        estimate = estimate_mean(x, needed, INTERVAL_bootstrap, INTERVAL_CONFIDENCE);
        needed = until_needed(&estimate, until);
        needed = needed < until->most ? needed : until->most;
    }
    return estimate;
}

static void intervals_stopped_at(void **cmocka_state)
{
    static const struct {
        enum distribution distribution;
        double share;
        size_t first;
        double holds, heavy; /* percent */
    } rows[] = {
        {normal, 0.07, 3, 93.0, 2.6},        {normal, 0.07, 20, 95.0, 0.0},
        {exponential, 0.4, 3, 92.8, 3.3},    {exponential, 0.4, 20, 94.8, 0.5},
        {lognormal_half, 0.2, 3, 91.2, 3.8}, {lognormal_half, 0.2, 20, 94.2, 0.4},
        {lognormal_1, 0.5, 3, 85.3, 14.9},   {lognormal_1, 0.5, 20, 91.2, 9.9},
        {pareto, 0.4, 3, 66.5, 51.2},        {pareto, 0.4, 20, 87.9, 31.7},
    };
    size_t experiments = experiments_of(cmocka_state);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct until until = {.share = rows[i].share, .first = rows[i].first, .most = MOST};
        const char *name = distributions[rows[i].distribution].name;
        size_t holds = 0, heavy = 0, replications = 0;
        gsl_rng *stream = random_stream(rows[i].first, name);
        for (size_t e = 0; e < experiments; e++) {
            double x[MOST];
            const struct estimate estimate = stop(stream, rows[i].distribution, &until, x);
            holds +=
                !interval_excludes(estimate.interval, distributions[rows[i].distribution].mean);
            heavy += interval_largest_share(x, estimate.n) > INTERVAL_HEAVY;
            replications += estimate.n;
        }
        gsl_rng_free(stream);
        struct text what = {"", 0};
        text_add(&what, "%s to %.0f%%, first look at %zu", name, 100 * rows[i].share,
                 rows[i].first);
        print_message("# %s: %.1f replications\n", what.text,
                      (double)replications / (double)experiments);
        check_percent(what.text, holds, experiments, rows[i].holds);
        check_percent("heavy", heavy, experiments, rows[i].heavy);
    }
}

/* ---- the race ------------------------------------------------------------------------- */

#define SYSTEMS   9
#define RACE_MOST 2000

struct field {
    const char *what;
    double apart; /* of the best to the others, or from one to the next, in zones */
    bool graded;
    double common; /* the share of the variance that all have of the seed */
    bool skewed;   /* the rest is exponential, not normal */
};

static double chance_of(const struct field *field, gsl_rng *stream)
{
    double scale = sqrt(1 - field->common);
    return field->skewed ? scale * (gsl_ran_exponential(stream, 1) - 1)
                         : gsl_ran_gaussian(stream, scale);
}

/* With a mean of 1, a zone of 2% and a deviation of 5%; the best is the last, so that order is no
 * help. */
static void fill(double values[SYSTEMS][RACE_MOST], size_t replications, const struct field *field,
                 gsl_rng *stream)
{
    const double zone = 0.02, deviation = 0.05;
    for (size_t r = 0; r < replications; r++) {
        double shared = gsl_ran_gaussian(stream, sqrt(field->common));
        for (size_t i = 0; i < SYSTEMS; i++) {
            size_t behind = SYSTEMS - 1 - i;
            double apart = field->graded ? (double)behind : behind > 0;
            values[i][r] =
                1 + zone * field->apart * apart + deviation * (shared + chance_of(field, stream));
        }
    }
}

static size_t runs_of(const struct selection *selection, size_t replications)
{
    size_t runs = 0, last = 0;
    for (size_t i = 0; i < SYSTEMS; i++) {
        runs += selection->lost_after[i];
        if (selection->lost_after[i] > last)
            last = selection->lost_after[i];
    }
    return runs + selection->left * (selection->left > 1 ? replications : last);
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Into *right how many select the last; returns the median of the runs. */
static size_t race(const struct field *field, size_t experiments, size_t *right)
{
    static double values[SYSTEMS][RACE_MOST];
    const struct selection_rule rule = {.share = 0.02, .confidence = 0.95, .first = 10};
    const double *of_system[SYSTEMS];
    size_t *runs = calloc(experiments, sizeof *runs);
    gsl_rng *stream = random_stream(1, field->what);
    for (size_t i = 0; i < SYSTEMS; i++)
        of_system[i] = values[i];
    *right = 0;
    for (size_t e = 0; e < experiments; e++) {
        struct selection selection;
        fill(values, RACE_MOST, field, stream);
        selection_make(&selection, of_system, SYSTEMS, RACE_MOST, &rule);
        *right += selection.left == 1 && selection.best == SYSTEMS - 1;
        runs[e] = runs_of(&selection, RACE_MOST);
        selection_fini(&selection);
    }
    qsort(runs, experiments, sizeof *runs, compare_sizes);
    size_t median = runs[experiments / 2];
    gsl_rng_free(stream);
    free(runs);
    return median;
}

/* The procedure promises 95% in the worst case, which is the first of these. */
static void races(void **cmocka_state)
{
    static const struct field fields[] = {
        {"all a zone behind", 1, false, 0, false},
        {"all a zone behind, with common random numbers", 1, false, 0.8, false},
        {"all a zone behind, skewed", 1, false, 0, true},
        {"a zone from one to the next, with common random numbers", 1, true, 0.8, false},
    };
    size_t experiments = experiments_of(cmocka_state) / 5; /* each takes longer */
    for (size_t i = 0; i < LENGTH(fields); i++) {
        size_t right;
        size_t median = race(&fields[i], experiments, &right);
        print_message("# %s: %.1f%% right, median of %zu runs\n", fields[i].what,
                      100.0 * (double)right / (double)experiments, median);
        double chance = sqrt(95.0 * 5 / (double)experiments);
        check_that(fields[i].what, 100.0 * (double)right / (double)experiments >= 95 - 2 * chance);
    }
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 500;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(intervals_stopped_at, &experiments),
        cmocka_unit_test_prestate(races, &experiments),
    };
    return cmocka_run_group_tests_name("stopping", tests, NULL, NULL);
}
