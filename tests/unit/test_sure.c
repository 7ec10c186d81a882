/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `best` promises, against the truth: many small experiments whose settings have known means,
 * and how often the chosen one truly breaks its bound, or a true member of the front is left out.
 * In docs/answers.md as measured with
 *     build/tests/unit/unit_sure 2000 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "results/answer/best.h"
#include "results/answer/limit_words.h"
#include "results/statistics/jackknife.h"
#include "sim/base/random.h"
#include "tests/unit/check.h"

/* ---- pseudo-values ---- */

static double difference(void *context, const double *means, size_t n __attribute__((unused)))
{
    (void)context;
    return means[0] - 2 * means[1];
}

static double ratio(void *context, const double *means, size_t n __attribute__((unused)))
{
    (void)context;
    return means[0] / means[1];
}

TEST(pseudo_values)
{
    static const struct {
        const char *what;
        jackknife_function *function;
        double x[2][3], pseudo[3];
    } rows[] = {
        {"linear: seed by seed", difference, {{2, 4, 6}, {0.5, 1, 1}}, {1, 2, 4}},
        {"no spread", ratio, {{7, 7, 7}, {3, 3, 3}}, {7.0 / 3, 7.0 / 3, 7.0 / 3}},
        /* 3 · 3/2 − 2 θ(i), with θ(i) = 9/5, 4/2 and 1/3 */
        {"a ratio", ratio, {{0, 1, 8}, {1, 2, 3}}, {0.9, 0.5, 4.5 - 2.0 / 3}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double pseudo[3];
        jackknife_pseudo_values(&rows[i].x[0][0], 2, 3, rows[i].function, NULL, pseudo);
        for (size_t k = 0; k < 3; k++)
            check_real(rows[i].what, pseudo[k], rows[i].pseudo[k]);
    }
}

/* ---- experiments ---- */

enum { SETTINGS_MOST = 201, SEEDS = 10, METRICS = 2, OBJECTIVE = 0, BOUND = 1 };

struct experiment {
    struct outcomes outcomes;
    struct outcome settings[SETTINGS_MOST];
    struct outcome_group group;
    const struct metric *metrics[METRICS];
    uint32_t seeds[SETTINGS_MOST * SEEDS];
    double values[SETTINGS_MOST][METRICS][SEEDS];
};

static char names[2][10] = {"default", "other"}; /* the first setting is the default */

static void experiment_init(struct experiment *experiment, size_t settings, const char *objective,
                            const char *bound)
{
    *experiment = (struct experiment){.group = {.count = settings, .baseline = 0}};
    experiment->metrics[OBJECTIVE] = metric_named(objective);
    experiment->metrics[BOUND] = metric_named(bound);
    for (size_t s = 0; s < settings; s++) {
        experiment->settings[s] = (struct outcome){
            .policy = names[s > 0], .first_value = s * SEEDS, .value_count = SEEDS};
        experiment->settings[s].runs[RUN_finished] = SEEDS;
        for (uint32_t i = 0; i < SEEDS; i++)
            experiment->seeds[s * SEEDS + i] = i;
    }
    experiment->outcomes = (struct outcomes){.groups = &experiment->group,
                                             .settings = experiment->settings,
                                             .metrics = experiment->metrics,
                                             .group_count = 1,
                                             .setting_count = settings,
                                             .metric_count = METRICS,
                                             .seed_count = SEEDS,
                                             .value_seeds = experiment->seeds,
                                             .values = &experiment->values[0][0][0]};
}

static size_t experiments_of(void **cmocka_state, size_t usual)
{
    const size_t *given = *cmocka_state;
    return *given ? *given : usual;
}

/* What is counted is not less and not more, give or take. */
static void check_share(const char *what, size_t counted, size_t of, double least, double most)
{
    double share = (double)counted / (double)of, chance = 4 * sqrt(0.05 * 0.95 / (double)of);
    print_message("# %s: %.1f%% of %zu\n", what, 100 * share, of);
    check_that(what, share >= least - chance && share <= most + chance);
}

/* ---- a bound ---- */

/* Relative to the true mean, which is 1: of all with a seed, and of the setting's own. */
struct noise {
    double shared, own;
    bool skewed;
};

static double draw(gsl_rng *stream, const struct noise *noise)
{
    if (noise->skewed)
        return gsl_ran_lognormal(stream, -noise->own * noise->own / 2, noise->own);
    return 1 + gsl_ran_gaussian(stream, noise->own);
}

/* Every setting's true value is `truth`; the default's is 1. */
static void run_bound(struct experiment *experiment, gsl_rng *stream, double truth,
                      const struct noise *noise)
{
    for (size_t i = 0; i < SEEDS; i++) {
        double shared = 1 + gsl_ran_gaussian(stream, noise->shared);
        for (size_t s = 0; s < experiment->group.count; s++) {
            experiment->values[s][BOUND][i] = (s ? truth : 1) * shared * draw(stream, noise);
            experiment->values[s][OBJECTIVE][i] = gsl_rng_uniform(stream);
        }
    }
}

/* Where all settings just break a bound whoever is chosen does. */
static void a_bound(void **cmocka_state)
{
    static const struct {
        const char *what, *condition;
        size_t settings;
        double truth;
        struct noise noise;
        bool by_means;
        double least, most; /* experiments in which one is chosen */
    } rows[] = {
        {"20 that break it", "gc_share < 100%", 20, 1, {0, 0.1}, false, 0.02, 0.05},
        {"200 that do", "gc_share < 100%", 200, 1, {0, 0.1}, false, 0.02, 0.05},
        {"200, by means", "gc_share < 100%", 200, 1, {0, 0.1}, true, 1, 1},
        {"20, beside default", "gc_share < default", 20, 1, {0.3, 0.1}, false, 0, 0.05},
        {"20, skewed", "latency_p99 < 1s", 20, 1, {0, 0.1, true}, false, 0, 0.07},
        {"20, very skewed", "latency_p99 < 1s", 20, 1, {0, 0.5, true}, false, 0, 0.2},
        {"20 that meet it by 20%", "gc_share < 125%", 20, 1, {0, 0.1}, false, 1, 1},
        {"beside default", "gc_share < default", 20, 0.8, {0.3, 0.05}, false, 1, 1},
        {"20, a ratio", "gc_share / default < 1", 20, 1, {0.1, 0.1}, false, 0, 0.05},
    };
    static struct experiment experiment;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error;
        struct condition *condition = condition_parse(rows[i].condition, &error);
        gsl_rng *stream = random_stream(i, "bound");
        size_t chosen = 0, count = experiments_of(cmocka_state, 200);
        experiment_init(&experiment, rows[i].settings + 1, "throughput",
                        (*condition_metrics(condition))->name);
        experiment.outcomes.by_means = rows[i].by_means;
        for (size_t e = 0; e < count; e++) {
            run_bound(&experiment, stream, rows[i].truth, &rows[i].noise);
            chosen += best_setting(&experiment.outcomes, 0, (struct goal){OBJECTIVE, true},
                                   &condition, 1) != NO_SETTING;
        }
        check_share(rows[i].what, chosen, count, rows[i].least, rows[i].most);
        gsl_rng_free(stream);
        condition_free(condition);
    }
}

/* One value beside ten of another has no confidence limit; nor has what rare events decide. */
TEST(no_limit_to_go_by)
{
    static struct experiment experiment;
    struct error error;
    struct condition *condition = condition_parse("gc_share < 90%", &error);
    experiment_init(&experiment, 2, "throughput", "gc_share");
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < SEEDS; i++) {
            experiment.values[s][OBJECTIVE][i] = 1;
            experiment.values[s][BOUND][i] = s == 0 || i == 0 ? 0.5 : NAN;
        }
    char *doubts = limits_doubts(&experiment.outcomes, 1, &condition, 1);
    check_text("doubts", doubts,
               "By means other would be the best, but nothing says surely that it meets "
               "gc_share < 90% (with 2 settings to choose from). More replications would say; "
               "--by-means goes by means.");
    free(doubts);
    condition_free(condition);
}

/* ---- a front ---- */

enum { MEMBERS = 10, BEATEN = 10 };

/* Members lie on a curve, so far apart; the others are so much worse in both. */
struct curve {
    double apart, worse, noise;
};

static void run_front(struct experiment *experiment, gsl_rng *stream, const struct curve *curve)
{
    for (size_t s = 0; s < MEMBERS + BEATEN; s++) {
        double step = curve->apart * (double)(s % MEMBERS);
        double worse = s < MEMBERS ? 1 : 1 + curve->worse;
        for (size_t i = 0; i < SEEDS; i++) {
            experiment->values[s][0][i] =
                worse * (1 + step) + gsl_ran_gaussian(stream, curve->noise);
            experiment->values[s][1][i] =
                worse * (2 - step) + gsl_ran_gaussian(stream, curve->noise);
        }
    }
}

static void a_front(void **cmocka_state)
{
    static const struct {
        const char *what;
        struct curve curve;
        size_t goals;
        bool by_means;
        double least, most; /* true members, as a share */
        double beaten;      /* others, at most */
    } rows[] = {
        {"members", {0.04, 0.06, 0.1}, 2, false, 0.95, 1, 1},
        {"members, by means", {0.04, 0.06, 0.1}, 2, true, 0.2, 0.8, 0.1},
        {"little noise", {0.04, 0.06, 0.002}, 2, false, 0.95, 1, 0},
        {"all equal, in one metric", {0, 0, 0.1}, 1, false, 0.95, 1, 1},
    };
    static const struct goal goals[] = {{0, false}, {1, false}};
    static struct experiment experiment;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        gsl_rng *stream = random_stream(i, "front");
        size_t kept = 0, others = 0, count = experiments_of(cmocka_state, 50);
        experiment_init(&experiment, MEMBERS + BEATEN, "gc_share", "gc_time");
        experiment.outcomes.by_means = rows[i].by_means;
        for (size_t e = 0; e < count; e++) {
            size_t front[MEMBERS + BEATEN];
            run_front(&experiment, stream, &rows[i].curve);
            for (size_t k = best_front(&experiment.outcomes, 0, goals, rows[i].goals, front);
                 k-- > 0;)
                *(front[k] < MEMBERS ? &kept : &others) += 1;
        }
        check_share(rows[i].what, kept, count * MEMBERS, rows[i].least, rows[i].most);
        check_share("others", others, count * BEATEN, 0, rows[i].beaten);
        gsl_rng_free(stream);
    }
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 0; /* 0: as many as is quick */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pseudo_values),
        cmocka_unit_test(no_limit_to_go_by),
        cmocka_unit_test_prestate(a_bound, &experiments),
        cmocka_unit_test_prestate(a_front, &experiments),
    };
    return cmocka_run_group_tests_name("sure", tests, NULL, NULL);
}
