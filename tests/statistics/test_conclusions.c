/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is concluded from many settings, against the truth: experiments made up so that it is known
 * which settings differ, put to the functions that `show` and `best` ask. Settings share seeds, and
 * a part of the noise with them. The figures are those of docs/answers.md, made there with
 *     build/tests/statistics/statistics_conclusions 2000
 * A row fails if what is counted is beyond what is promised by more than chance (four standard
 * errors), or, where it says how often a rule went wrong that is not the rule any more, below it.
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/answer/best.h"
#include "sim/base/allocate.h"
#include "sim/base/random.h"
#include "tests/unit/check.h"

/* ---- made-up experiments ---------------------------------------------------------------- */

enum { LATENCY, HEAP, METRICS };

/* One group of settings with their seeds. Freed with study_fini. */
struct study {
    struct outcomes outcomes;
    const struct metric *metrics[METRICS];
    struct past_experiment experiment;
    gsl_rng *stream;
    size_t settings, seeds;
};

static void study_init(struct study *study, size_t settings, size_t seeds, const char *purpose)
{
    *study = (struct study){.settings = settings, .seeds = seeds};
    struct outcomes *outcomes = &study->outcomes;
    study->stream = random_stream(settings * 1000 + seeds, purpose);
    study->metrics[LATENCY] = metric_named("latency_p99");
    study->metrics[HEAP] = metric_named("heap_peak");
    *outcomes = (struct outcomes){
        .experiment = &study->experiment,
        .metrics = study->metrics,
        .metric_count = METRICS,
        .group_count = 1,
        .setting_count = settings,
        .seed_count = seeds,
        .groups = allocate_zeroed(1, sizeof *outcomes->groups),
        .settings = allocate_zeroed(settings, sizeof *outcomes->settings),
        .seeds = allocate_zeroed(seeds, sizeof *outcomes->seeds),
        .value_seeds = allocate_zeroed(settings * seeds, sizeof *outcomes->value_seeds),
        .values = allocate_zeroed(settings * seeds * METRICS, sizeof *outcomes->values),
    };
    outcomes->groups[0] = (struct outcome_group){.count = settings};
    for (size_t s = 0; s < settings; s++) {
        outcomes->settings[s] = (struct outcome){.policy = s == 0 ? "default" : "another",
                                                 .first_value = s * seeds,
                                                 .value_count = seeds};
        outcomes->settings[s].runs[RUN_finished] = seeds;
        for (size_t i = 0; i < seeds; i++)
            outcomes->value_seeds[s * seeds + i] = (uint32_t)i;
    }
}

static void study_fini(struct study *study)
{
    free(study->outcomes.groups);
    free(study->outcomes.settings);
    free(study->outcomes.seeds);
    free(study->outcomes.value_seeds);
    free(study->outcomes.values);
    gsl_rng_free(study->stream);
}

static double *values_of(struct study *study, size_t setting, size_t metric)
{
    return study->outcomes.values + (setting * METRICS + metric) * study->seeds;
}

/* Skewed, as latencies are, of mean 1 and so many for a standard deviation. */
static double noise(gsl_rng *stream, double deviation)
{
    double sigma = sqrt(log(1 + deviation * deviation));
    return gsl_ran_lognormal(stream, -sigma * sigma / 2, sigma);
}

/* Gives a setting new values around its true mean. Half of the variance is what runs with one seed
 * have in common. */
#define DEVIATION 0.2 /* of a value, as a share of the mean */
static void draw(struct study *study, const double *common, size_t setting, size_t metric,
                 double mean)
{
    double *values = values_of(study, setting, metric);
    for (size_t i = 0; i < study->seeds; i++)
        values[i] = mean * common[i] * noise(study->stream, DEVIATION / M_SQRT2);
}

static void draw_common(struct study *study, double *common)
{
    for (size_t i = 0; i < study->seeds; i++)
        common[i] = noise(study->stream, DEVIATION / M_SQRT2);
}

/* Every setting anew; the true mean of setting s is 1 + apart[s] (NULL: 1), in both metrics. */
#define SEEDS_MOST 100
static void draw_all(struct study *study, size_t metric, const double *apart)
{
    double common[SEEDS_MOST];
    draw_common(study, common);
    for (size_t s = 0; s < study->settings; s++)
        draw(study, common, s, metric, 1 + (apart ? apart[s] : 0));
}

/* ---- what is counted --------------------------------------------------------------------- */

static size_t experiments_of(void **cmocka_state)
{
    return *(const size_t *)*cmocka_state;
}

/* Large tables take longer. */
static size_t fewer(size_t experiments, size_t settings)
{
    size_t count = experiments * 20 / settings;
    return count > experiments ? experiments : count < 20 ? 20 : count;
}

struct counted {
    double count, of;
};

static double percent(struct counted counted)
{
    return 100 * counted.count / counted.of;
}

static double chance(struct counted counted, double expected)
{
    return 4 * sqrt(expected * (100 - expected) / counted.of);
}

static void report(const char *what, struct counted counted)
{
    print_message("# %s: %.1f%%\n", what, percent(counted));
}

static void check_at_most(const char *what, struct counted counted, double promised)
{
    report(what, counted);
    check_that(what, percent(counted) <= promised + chance(counted, promised));
}

static void check_at_least(const char *what, struct counted counted, double promised)
{
    report(what, counted);
    check_that(what, percent(counted) >= promised - chance(counted, promised));
}

/* ---- settings that are all the same ------------------------------------------------------- */

static const struct {
    size_t settings, seeds;
} sizes[] = {{5, 10}, {20, 10}, {20, 20}, {200, 5}, {200, 10}, {200, 20}};

static bool finds_a_difference(const struct study *study, size_t comparisons)
{
    for (size_t s = 1; s < study->settings; s++)
        if (verdict_is_told_apart(
                verdict_of_two(&study->outcomes, s, 0, LATENCY, comparisons).value))
            return true;
    return false;
}

/* Whether `show` tells any of them from the baseline: as it does, and pair by pair. */
static void false_differences(void **cmocka_state)
{
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct study study;
        size_t experiments = fewer(experiments_of(cmocka_state), sizes[i].settings);
        struct counted together = {.of = (double)experiments}, alone = together;
        struct text what = {"", 0};
        study_init(&study, sizes[i].settings, sizes[i].seeds, "false differences");
        for (size_t e = 0; e < experiments; e++) {
            draw_all(&study, LATENCY, NULL);
            together.count += finds_a_difference(&study, study.settings - 1);
            alone.count += finds_a_difference(&study, 1);
        }
        study_fini(&study);
        text_add(&what, "%zu equal settings, n = %zu: tables with a difference", sizes[i].settings,
                 sizes[i].seeds);
        check_at_most(what.text, together, 5);
        text_add(&what, ", pair by pair");
        check_at_least(what.text, alone, sizes[i].settings > 5 ? 20 : 5);
    }
}

/* ---- the best ------------------------------------------------------------------------------ */

static const struct goal fast = {LATENCY, false};

/* The true best, the last of them, is better than all others by so much; it has to be named. */
static void kept(void **cmocka_state)
{
    static const double advantages[] = {0, 0.05, 0.3};
    for (size_t i = 0; i < LENGTH(sizes); i++)
        for (size_t a = 0; a < LENGTH(advantages); a++) {
            struct study study;
            size_t experiments = fewer(experiments_of(cmocka_state), sizes[i].settings);
            struct counted named = {.of = (double)experiments}, left = named, worse = named;
            struct text what = {"", 0};
            double apart[200] = {0};
            apart[sizes[i].settings - 1] = -advantages[a];
            study_init(&study, sizes[i].settings, sizes[i].seeds, "kept");
            for (size_t e = 0; e < experiments; e++) {
                struct best best;
                draw_all(&study, LATENCY, apart);
                best_find(&best, &study.outcomes, 0, fast, NULL, 0);
                named.count += best_keeps(&best, study.settings - 1);
                left.count += (double)(1 + best.tied_count) / (double)study.settings;
                worse.count += verdict_is_told_apart(
                    verdict_of_two(&study.outcomes, 1, best.best, LATENCY, 1).value);
                best_fini(&best);
            }
            study_fini(&study);
            text_add(&what, "%zu settings, n = %zu, the best by %g%%: named", sizes[i].settings,
                     sizes[i].seeds, 100 * advantages[a]);
            check_at_least(what.text, named, 95);
            report("  settings that are named with it", left);
            report("  another told from the winner, pair by pair", worse);
        }
}

/* How much too good the winner's mean is, in standard deviations of a value. */
static void optimism(void **cmocka_state)
{
    struct study study;
    size_t experiments = fewer(experiments_of(cmocka_state), 200);
    double too_good = 0;
    study_init(&study, 200, 10, "optimism");
    for (size_t e = 0; e < experiments; e++) {
        draw_all(&study, LATENCY, NULL);
        size_t best = best_setting(&study.outcomes, 0, fast, NULL, 0);
        too_good += (1 - outcomes_average(&study.outcomes, best, LATENCY)) / DEVIATION;
    }
    study_fini(&study);
    too_good /= (double)experiments;
    print_message("# the best of 200 equal settings, n = 10: %.2f standard deviations too good\n",
                  too_good);
    check_that("optimism", too_good > 0.4 && too_good < 0.9);
}

/* ---- conditions ---------------------------------------------------------------------------- */

/* The more memory, up to a fifth above and below what is allowed, the shorter the latencies. */
static void draw_conflict(struct study *study)
{
    double common[2][SEEDS_MOST];
    draw_common(study, common[LATENCY]);
    draw_common(study, common[HEAP]);
    for (size_t s = 0; s < study->settings; s++) {
        double more = 0.4 * (double)s / (double)(study->settings - 1) - 0.2;
        draw(study, common[LATENCY], s, LATENCY, 1 - more);
        draw(study, common[HEAP], s, HEAP, 1 + more);
    }
}

static bool is_allowed(const struct study *study, size_t setting)
{
    return 2 * setting <= study->settings - 1;
}

static void conditions(void **cmocka_state)
{
    struct error error;
    struct condition *condition = condition_parse("heap_peak <= 1B", &error);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct study study;
        size_t experiments = fewer(experiments_of(cmocka_state), sizes[i].settings);
        struct counted broken = {.of = (double)experiments}, by_means = broken, none = broken;
        struct text what = {"", 0};
        study_init(&study, sizes[i].settings, sizes[i].seeds, "conditions");
        for (size_t e = 0; e < experiments; e++) {
            draw_conflict(&study);
            size_t sure = best_setting(&study.outcomes, 0, fast, &condition, 1);
            study.outcomes.by_means = true;
            size_t mean = best_setting(&study.outcomes, 0, fast, &condition, 1);
            study.outcomes.by_means = false;
            broken.count += sure != NO_SETTING && !is_allowed(&study, sure);
            none.count += sure == NO_SETTING;
            by_means.count += mean != NO_SETTING && !is_allowed(&study, mean);
        }
        study_fini(&study);
        text_add(&what, "%zu settings, n = %zu: the chosen one breaks its bound", sizes[i].settings,
                 sizes[i].seeds);
        check_at_most(what.text, broken, 5);
        report("  no setting is surely within it", none);
        text_add(&what, ", by means");
        check_at_least(what.text, by_means, sizes[i].settings > 5 ? 30 : 5);
    }
    condition_free(condition);
}

/* ---- the front ------------------------------------------------------------------------------ */

/* The even settings are the true front, from fast to small; each odd one is a tenth worse than the
 * one before it in both. */
static void draw_front(struct study *study)
{
    double common[2][SEEDS_MOST];
    draw_common(study, common[LATENCY]);
    draw_common(study, common[HEAP]);
    for (size_t s = 0; s < study->settings; s++) {
        double along = (double)(s / 2) / (double)(study->settings / 2 - 1);
        double worse = s % 2 ? 1.1 : 1;
        draw(study, common[LATENCY], s, LATENCY, worse * (0.8 + 0.4 * along));
        draw(study, common[HEAP], s, HEAP, worse * (1.2 - 0.4 * along));
    }
}

static void count_front(const struct study *study, struct counted *members, struct counted *others)
{
    static const struct goal goals[] = {{LATENCY, false}, {HEAP, false}};
    size_t front[200];
    size_t count = best_front(&study->outcomes, 0, goals, 2, front);
    for (size_t i = 0; i < count; i++)
        (front[i] % 2 ? others : members)->count++;
    members->of += (double)study->settings / 2;
    others->of += (double)study->settings / 2;
}

static void fronts(void **cmocka_state)
{
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct study study;
        size_t experiments = fewer(experiments_of(cmocka_state), sizes[i].settings * 4);
        struct counted members[2] = {{0}}, others[2] = {{0}};
        struct text what = {"", 0};
        study_init(&study, sizes[i].settings / 2 * 2, sizes[i].seeds, "front");
        for (size_t e = 0; e < experiments; e++) {
            draw_front(&study);
            for (int by_means = 0; by_means < 2; by_means++) {
                study.outcomes.by_means = by_means;
                count_front(&study, &members[by_means], &others[by_means]);
            }
        }
        study_fini(&study);
        text_add(&what, "%zu settings, n = %zu: members of the front that are on it",
                 sizes[i].settings, sizes[i].seeds);
        check_at_least(what.text, members[0], 95);
        report("  others on it", others[0]);
        report("  members, by means", members[1]);
        report("  others, by means", others[1]);
    }
}

int main(int argc, char **argv)
{
    size_t experiments = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(false_differences, &experiments),
        cmocka_unit_test_prestate(kept, &experiments),
        cmocka_unit_test_prestate(optimism, &experiments),
        cmocka_unit_test_prestate(conditions, &experiments),
        cmocka_unit_test_prestate(fronts, &experiments),
    };
    return cmocka_run_group_tests_name("conclusions", tests, NULL, NULL);
}
