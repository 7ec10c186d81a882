/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers made whole, of small results whose numbers can be worked out by hand. */
#include <math.h>
#include <string.h>

#include "policies/registry.h"
#include "results/answer/best_answer.h"
#include "results/answer/headline.h"
#include "results/answer/ranking.h"
#include "results/answer/sensitivity.h"
#include "results/answer/single_runs.h"
#include "tests/unit/small_results.h"

/* Values that go up with each seed; others are compared with them pair by pair. */
#define STEPS(first, last)                                                                         \
    {                                                                                              \
        first, first + 10, first + 20, first + 30, first + 40, last                                \
    }
#define ALL(x)                                                                                     \
    {                                                                                              \
        x, x, x, x, x, x                                                                           \
    }

static const struct small_setting settings[] = {
    {"default", NULL, "ffffff", STEPS(10, 60), ALL(100)},
    {"off", NULL, "ffffff", STEPS(10, 60), ALL(300)},
    {"freeze", NULL, "ffffff", STEPS(6, 56), ALL(120)},
    {"threshold:t0=700", NULL, "ffffff", {6, 17, 25, 37, 45, 57}, ALL(110)},
    {"threshold:t0=800", NULL, "ffffxx", STEPS(30, 70), ALL(90)},
    {"timed", NULL, "ffmmmm", {1, 2}, {1, 1}},
    {"event", NULL, "uuuuuu", ALL(NAN), ALL(105)},
    {"adaptive", NULL, "xxxxxx", ALL(1), ALL(1)},
};

static void check_names(const char *what, const struct outcomes *outcomes, const size_t *found,
                        size_t count, const char *expected)
{
    struct text names = {.text = ""};
    for (size_t i = 0; i < count; i++)
        text_add(&names, "%s%s", i ? " " : "", outcomes->settings[found[i]].policy);
    check_text(what, names.text, expected);
}

/* ---- show ----------------------------------------------------------------------------- */

static void check_ranking(const char *what, const struct ranking *ranking, size_t group,
                          const char *expected)
{
    size_t found[16];
    const struct ranking_group *of = &ranking->groups[group];
    for (size_t i = 0; i < of->count; i++)
        found[i] = of->settings[i].setting;
    check_names(what, &ranking->outcomes, found, of->count, expected);
}

TEST(which_settings_in_which_order)
{
    static const struct {
        const char *what, *sort, *expected;
        size_t top, left_out;
    } rows[] = {
        {"the best first, those without a value last", NULL,
         "timed freeze threshold:t0=700 default off threshold:t0=800 event adaptive", 0, 0},
        {"the top, and the baseline wherever it is", NULL, "timed freeze default", 2, 5},
        {"by another metric", "heap_peak", "timed threshold:t0=800 default", 3, 5},
        {"by one to be large, that nobody has", "throughput", "default", 1, 7},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_results results;
        struct ranking ranking;
        struct error error = {""};
        small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
        const struct ranking_question question = {.subject = results.subject,
                                                  .sort = rows[i].sort ? metric_named(rows[i].sort)
                                                                       : NULL,
                                                  .top = rows[i].top,
                                                  .groups_most = 9,
                                                  .lost_most = 9};
        ranking_make(&ranking, &question, &error);
        check_text(rows[i].what, error.text, "");
        check_count(rows[i].what, ranking.group_count, 1);
        check_count(rows[i].what, ranking.groups[0].left_out, rows[i].left_out);
        check_ranking(rows[i].what, &ranking, 0, rows[i].expected);
        check_text(rows[i].what,
                   ranking.outcomes.metrics[ranking.columns.metrics[ranking.order_column]]->name,
                   rows[i].sort ? rows[i].sort : "latency_p99");
        ranking_fini(&ranking);
        small_results_fini(&results);
    }
}

TEST(means_verdicts_and_remarks)
{
    struct small_results results;
    struct ranking ranking;
    struct error error = {""};
    small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
    const struct ranking_question question = {
        .subject = results.subject, .groups_most = 9, .lost_most = 3};
    ranking_make(&ranking, &question, &error);
    check_text("made", error.text, "");
    check_count("columns that have values", ranking.columns.count, 2);
    const struct ranking_group *group = &ranking.groups[0];
    const struct ranked_setting *freeze = &group->settings[1], *open = &group->settings[2];
    check_real("mean", freeze->means[0].mean, 31);
    check_count("told apart", freeze->verdicts[0].value, VERDICT_BETTER);
    check_real("by 4", freeze->verdicts[0].difference.mean, -4);
    check_count("in memory", freeze->verdicts[1].value, VERDICT_WORSE);
    check_count("threshold", open->verdicts[0].value, VERDICT_BETTER);
    check_that("the baseline is beside nothing", group->settings[3].verdicts == NULL);
    check_count("off", group->settings[4].verdicts[0].value, VERDICT_SAME);
    check_count("event", group->settings[6].verdicts[0].value, VERDICT_NO_PAIR);
    check_count("replications", group->replications.least, 0);
    check_count("replications", group->replications.most, 6);
    check_signed("out of memory", ranking.out_of_memory.count, 4);
    check_count("listed", ranking.out_of_memory.listed, 3);
    check_text("which", ranking.out_of_memory.runs[0].policy, "timed");
    check_signed("when", ranking.out_of_memory.runs[0].wall_ns, 12000000000);
    check_text("why not", ranking.out_of_memory.runs[0].why, NULL);
    check_signed("failed", ranking.failed.count, 8);
    check_text("why", ranking.failed.runs[0].why, "no luck");
    check_signed("unsteady", ranking.unsteady, 6);
    check_signed("to do", ranking.to_do, 0);
    check_count("one group: nothing over all", ranking.overall.count, 0);
    ranking_fini(&ranking);
    small_results_fini(&results);
}

TEST(for_programs_nothing_but_what_was_chosen)
{
    struct small_results results;
    struct ranking ranking;
    struct error error = {""};
    small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
    struct ranking_question question = {
        .subject = results.subject, .groups_most = 9, .for_programs = true};
    ranking_make(&ranking, &question, &error);
    check_count("every metric", ranking.columns.count, metric_count());
    ranking_fini(&ranking);
    metric_list_add(&question.metrics, metric_named("heap_peak"));
    ranking_make(&ranking, &question, &error);
    check_text("made", error.text, "");
    check_count("one column", ranking.columns.count, 1);
    check_real("a difference", ranking.groups[0].settings[1].verdicts[0].difference.mean, 20);
    check_count("no remarks", (uint64_t)(ranking.unsteady + ranking.failed.count), 0);
    metric_list_fini(&question.metrics);
    ranking_fini(&ranking);
    small_results_fini(&results);
}

TEST(no_answer)
{
    static const struct small_setting nothing[] = {{"off", NULL, "px"}};
    static const struct {
        const char *what;
        const struct small_setting *settings;
        size_t count;
        const char *baseline, *message;
    } rows[] = {
        {"nothing has finished", nothing, 1, NULL,
         "no run of experiment 1 (small) has finished (planned 1, unfinished 0, out of memory 0, "
         "failed 1)"},
        {"a baseline that is not in it", settings, LENGTH(settings), "threshold:t0=70",
         "experiment 'small' is without it: there is no policy 'threshold:t0=70'"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_results results;
        struct ranking ranking;
        struct sensitivity sensitivity;
        struct error error = {""};
        small_results_init(&results, rows[i].settings, rows[i].count, NULL, NULL);
        results.subject.baseline = rows[i].baseline;
        const struct ranking_question question = {.subject = results.subject};
        const struct sensitivity_question other = {.subject = results.subject};
        check_signed(rows[i].what, ranking_make(&ranking, &question, &error), -1);
        check_mentions(rows[i].what, error.text, rows[i].message);
        check_signed(rows[i].what, sensitivity_make(&sensitivity, &other, &error), -1);
        check_mentions(rows[i].what, error.text, rows[i].message);
        small_results_fini(&results);
    }
}

/* ---- over all workloads --------------------------------------------------------------- */

static const struct small_setting workloads[] = {
    {"default", "web", "ffffff", STEPS(10, 60), ALL(100)},
    {"default", "queue", "ffffff", STEPS(20, 70), ALL(100)},
    {"off", "web", "ffffff", STEPS(10, 60), ALL(100)},
    {"off", "queue", "ffffff", STEPS(20, 70), ALL(100)},
    {"freeze", "web", "ffffff", STEPS(4, 54), ALL(90)},
    {"freeze", "queue", "ffffff", STEPS(20, 70), ALL(100)},
    {"timed", "web", "ffffff", STEPS(11, 61), ALL(90)},
    {"timed", "queue", "ffffff", STEPS(25, 75), ALL(70)},
    {"event", "web", "ffffff", STEPS(1, 51), ALL(90)},
};

TEST(over_all_workloads)
{
    static const struct {
        const char *policy;
        double mean;
        enum verdict_value of_mean, of_worst;
        const char *worst;
    } rows[] = {
        {"freeze", -3, VERDICT_BETTER, VERDICT_SAME, "queue on cpython-3.13"},
        {"off", 0, VERDICT_SAME, VERDICT_SAME, "web on cpython-3.13"},
        {"timed", 3, VERDICT_WORSE, VERDICT_WORSE, "queue on cpython-3.13"},
    };
    struct small_results results;
    struct ranking ranking;
    struct error error = {""};
    small_results_init(&results, workloads, LENGTH(workloads), "latency_p99", "default");
    struct ranking_question question = {.subject = results.subject, .groups_most = 1};
    ranking_make(&ranking, &question, &error);
    check_text("made", error.text, "");
    check_count("one of two groups", ranking.group_count, 1);
    check_count("that every group has", ranking.overall.count, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct overall_line *line = &ranking.overall.lines[i];
        check_text(rows[i].policy, line->policy, rows[i].policy);
        check_real(rows[i].policy, line->mean.difference.mean, rows[i].mean);
        check_count(rows[i].policy, line->mean.value, rows[i].of_mean);
        check_count(rows[i].policy, line->worst.value, rows[i].of_worst);
        check_text(rows[i].policy, line->worst_title, rows[i].worst);
    }
    struct overall overall;
    overall_make(&overall, &ranking.outcomes, (struct goal){ranking.order.metric, true}, 1);
    check_count("the top", overall.count, 1);
    check_text("the largest first", overall.lines[0].policy, "timed");
    check_text("worst where it is the least", overall.lines[0].worst_title, "web on cpython-3.13");
    overall_fini(&overall);
    ranking_fini(&ranking);
    small_results_fini(&results);
}

/* ---- best ----------------------------------------------------------------------------- */

static void check_settings(const char *what, const struct best_answer *answer,
                           const struct best_settings *settings_found, const char *expected)
{
    size_t found[16];
    for (size_t i = 0; i < settings_found->listed; i++)
        found[i] = settings_found->settings[i].setting;
    check_names(what, &answer->outcomes, found, settings_found->listed, expected);
}

TEST(which_to_take)
{
    static const struct {
        const char *what, *objective;
        bool high;
        const char *condition, *best, *tied, *nearest, *front, *columns;
        size_t breaking;
    } rows[] = {
        {"the objective", NULL, false, NULL, "freeze", "threshold:t0=700", "", "", "latency_p99",
         0},
        {"the largest", "latency_p99", true, NULL, "threshold:t0=800", "", "", "", "latency_p99",
         0},
        {"memory", "heap_peak", false, NULL, "threshold:t0=800", "", "", "", "heap_peak", 0},
        {"a condition", NULL, false, "heap_peak <= default", "default", "", "",
         "freeze threshold:t0=700 default threshold:t0=800", "latency_p99 heap_peak", 3},
        {"nobody", NULL, false, "heap_peak < 0.8 * default", "", "", "threshold:t0=800",
         "freeze threshold:t0=700 default threshold:t0=800", "latency_p99 heap_peak", 5},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_results results;
        struct best_answer answer;
        struct metric_list front = {0};
        struct error error = {""};
        struct condition *condition =
            rows[i].condition ? condition_parse(rows[i].condition, &error) : NULL;
        small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
        const struct best_question question = {
            .subject = results.subject,
            .objective = rows[i].objective ? metric_named(rows[i].objective) : NULL,
            .high = rows[i].high,
            .conditions = &condition,
            .condition_count = condition != NULL,
            .front = &front,
            .policies = policies,
            .groups_most = 9,
            .tied_most = 9,
            .front_most = 9};
        best_answer_make(&answer, &question, &error);
        check_text(rows[i].what, error.text, "");
        const struct best_group *group = &answer.groups[0];
        struct text columns = {.text = ""};
        for (size_t c = 0; c < answer.columns.count; c++)
            text_add(&columns, "%s%s", c ? " " : "",
                     answer.outcomes.metrics[answer.columns.metrics[c]]->name);
        check_text(rows[i].what, columns.text, rows[i].columns);
        check_settings(rows[i].what, &answer, &group->best, rows[i].best);
        check_settings(rows[i].what, &answer, &group->tied, rows[i].tied);
        check_settings(rows[i].what, &answer, &group->nearest, rows[i].nearest);
        check_settings(rows[i].what, &answer, &group->front, rows[i].front);
        check_count(rows[i].what, group->left_out[VERDICT_BREAKS], rows[i].breaking);
        check_count(rows[i].what, group->left_out[VERDICT_OUT_OF_MEMORY], 1);
        check_count(rows[i].what, group->left_out[VERDICT_FAILED], 1);
        check_count(rows[i].what, group->miss_count, *rows[i].nearest != '\0');
        check_that(rows[i].what, (group->python != NULL) == (*rows[i].best != '\0'));
        best_answer_fini(&answer);
        condition_free(condition);
        small_results_fini(&results);
    }
}

/* Those that no two seeds of the best have a value of are not told apart from it, nor tied. */
TEST(too_few_seeds_in_common)
{
    static const struct small_setting apart[] = {
        {"default", NULL, "fff---", {10, 20, 30}, {1, 1, 1}},
        {"off", NULL, "--ffff", {0, 0, 80, 90, 100, 110}, {0, 0, 1, 1, 1, 1}},
        {"freeze", NULL, "---fff", {0, 0, 0, 90, 100, 110}, {0, 0, 0, 1, 1, 1}},
        {"timed", NULL, "ff----", {15, 25}, {1, 1}},
    };
    struct small_results results;
    struct best_answer answer;
    struct metric_list front = {0};
    struct error error = {""};
    small_results_init(&results, apart, LENGTH(apart), "latency_p99", "default");
    const struct best_question question = {.subject = results.subject,
                                           .front = &front,
                                           .policies = policies,
                                           .groups_most = 1,
                                           .tied_most = 1};
    best_answer_make(&answer, &question, &error);
    check_text("made", error.text, "");
    check_settings("the best", &answer, &answer.groups[0].best, "default");
    check_count("timed is told apart", answer.groups[0].tied.count, 0);
    check_count("of two nothing can be said", answer.groups[0].choice.unclear, 2);
    best_answer_fini(&answer);
    small_results_fini(&results);
}

TEST(no_best)
{
    static const struct small_setting without[] = {{"off", NULL, "f", {NAN}, {1}}};
    static const struct {
        const char *what, *objective, *message;
    } rows[] = {
        {"nothing to go by", NULL,
         "no run of experiment 1 (small) has a value of latency_p99, service_pause_p99 or "
         "gc_share; name another with --minimise"},
        {"no value of what is asked", "throughput", "has a value of throughput"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_results results;
        struct best_answer answer;
        struct metric_list front = {0};
        struct error error = {""};
        small_results_init(&results, without, 1, NULL, NULL);
        const struct best_question question = {
            .subject = results.subject,
            .front = &front,
            .objective = rows[i].objective ? metric_named(rows[i].objective) : NULL};
        check_signed(rows[i].what, best_answer_make(&answer, &question, &error), -1);
        check_mentions(rows[i].what, error.text, rows[i].message);
        small_results_fini(&results);
    }
}

/* ---- in a few sentences --------------------------------------------------------------- */

/* As of runs with another engine: they are one replication, not two. */
TEST(of_two_runs_with_one_seed_the_later_counts)
{
    static const struct small_setting stored[] = {
        {"default", NULL, "ff", {10, 20}, {5, 6}},
        {"freeze", NULL, "ff", {30, 40}, {7, 8}},
        {"freeze", NULL, "f", {50}, {9}},
    };
    struct small_results results;
    struct outcomes outcomes;
    struct error error = {""};
    struct metric_list list = {0};
    small_results_init(&results, stored, LENGTH(stored), NULL, NULL);
    metric_list_add(&list, metric_named("latency_p99"));
    subject_read(&results.subject, &list, &outcomes, &error);
    check_text("error", error.text, "");
    check_count("values", outcomes_values(&outcomes, 1, 0).count, 2);
    check_real("the later", outcomes_value(&outcomes, 1, 0, 0), 50);
    check_real("the other seed", outcomes_value(&outcomes, 1, 0, 1), 40);
    check_count("pairs", outcomes_difference(&outcomes, 1, 0, 0, INTERVAL_CONFIDENCE).n, 2);
    outcomes_fini(&outcomes);
    metric_list_fini(&list);
    small_results_fini(&results);
}

/* Settings with seeds of their own: of each there are the values of its runs, and no others. */
TEST(only_the_values_that_there_are)
{
    static const struct small_setting stored[] = {
        {"default", NULL, "ff--", {10, 20}, {5, 6}},
        {"freeze", NULL, "--ff", {0, 0, 30, NAN}, {0, 0, 7, 8}},
        {"off", NULL, "-ffm", {0, 50, 60, 70}, {0, 9, 9, 9}},
        {"timed", NULL, "xppm", {NAN}, {NAN}},
    };
    static const size_t counts[] = {2, 2, 2, 0};
    struct small_results results;
    struct outcomes outcomes;
    struct error error = {""};
    struct metric_list list = {0};
    small_results_init(&results, stored, LENGTH(stored), NULL, NULL);
    metric_list_add(&list, metric_named("latency_p99"));
    metric_list_add(&list, metric_named("heap_peak"));
    subject_read(&results.subject, &list, &outcomes, &error);
    check_text("error", error.text, "");
    for (size_t s = 0; s < LENGTH(stored); s++) {
        const struct outcome_values latency = outcomes_values(&outcomes, s, 0);
        check_count(stored[s].policy, latency.count, counts[s]);
        for (size_t seed = 0, i = 0; seed < 4; seed++) {
            bool is_there = stored[s].runs[seed] == 'f';
            double value = outcomes_value(&outcomes, s, 0, seed);
            check_that(stored[s].policy, is_there || isnan(value));
            if (!is_there)
                continue;
            check_count(stored[s].policy, outcomes.seeds[latency.seeds[i]], seed + 1);
            check_that(stored[s].policy, isnan(stored[s].latency_p99[seed])
                                             ? isnan(value)
                                             : value == stored[s].latency_p99[seed]);
            check_real(stored[s].policy, outcomes_value(&outcomes, s, 1, seed),
                       stored[s].heap_peak[seed]);
            i++;
        }
    }
    check_count("pairs", outcomes_difference(&outcomes, 0, 1, 1, INTERVAL_CONFIDENCE).n, 0);
    check_count("one pair", outcomes_difference(&outcomes, 2, 1, 0, INTERVAL_CONFIDENCE).n, 1);
    check_real("of the same seed",
               outcomes_difference(&outcomes, 2, 1, 0, INTERVAL_CONFIDENCE).mean, 30);
    check_real("the other way", outcomes_difference(&outcomes, 0, 2, 1, INTERVAL_CONFIDENCE).mean,
               -3);
    outcomes_fini(&outcomes);
    metric_list_fini(&list);
    small_results_fini(&results);
}

TEST(headlines)
{
    static const struct {
        const char *what, *policy, *baseline, *best, *same, *open;
        enum verdict_value verdict;
    } rows[] = {
        {"better than the baseline", "latency_p99", "default", "freeze", "", "threshold:t0=700",
         VERDICT_BETTER},
        {"the baseline is the best", "latency_p99", "freeze", "freeze", "", "threshold:t0=700",
         VERDICT_SAME},
        {"not told apart from the baseline, which is named once", "latency_p99", "threshold:t0=700",
         "freeze", "", "", VERDICT_NOT_TOLD_APART},
        {"no baseline", "latency_p99", "threshold", "freeze", "", "threshold:t0=700",
         VERDICT_NO_PAIR},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_results results;
        struct outcomes outcomes;
        struct headline headline;
        struct metric_list list = {0};
        struct error error = {""};
        small_results_init(&results, settings, LENGTH(settings), rows[i].policy, rows[i].baseline);
        metric_list_add_usual(&list, results.subject.experiment);
        subject_read(&results.subject, &list, &outcomes, &error);
        check_text(rows[i].what, error.text, "");
        struct columns columns = columns_chosen(&outcomes, &(struct metric_list){0});
        headline_make(&headline, &outcomes, 0, outcomes_objective(&outcomes), &columns, policies);
        check_names(rows[i].what, &outcomes, &headline.best, 1, rows[i].best);
        check_names(rows[i].what, &outcomes, headline.same, headline.same_count, rows[i].same);
        check_names(rows[i].what, &outcomes, headline.open, headline.open_count, rows[i].open);
        check_count(rows[i].what, headline.verdict.value, rows[i].verdict);
        check_names(rows[i].what, &outcomes, &headline.rows[1].champion, 1, "threshold:t0=800");
        check_that(rows[i].what, (headline.python != NULL) == (headline.best != headline.baseline));
        headline_fini(&headline);
        columns_fini(&columns);
        metric_list_fini(&list);
        outcomes_fini(&outcomes);
        small_results_fini(&results);
    }
}

/* ---- sensitivity ---------------------------------------------------------------------- */

TEST(what_matters)
{
    static const struct small_setting thresholds[] = {
        {"threshold:t0=1", NULL, "ff", {1, 1.1}, {5, 5}, 1},
        {"threshold:t0=2", NULL, "ff", {2, 2.1}, {5, 5}, 2},
        {"threshold:t0=3", NULL, "ff", {3, 3.1}, {5, 5}, 3},
    };
    static const struct {
        const char *metric;
        int is;
    } rows[] = {
        {"latency_p99", SENSITIVITY_VARIES},
        {"heap_peak", SENSITIVITY_CONSTANT},
        {"throughput", SENSITIVITY_NO_VALUES},
    };
    struct small_results results;
    struct sensitivity sensitivity;
    struct error error = {""};
    small_results_init(&results, thresholds, LENGTH(thresholds), NULL, NULL);
    struct sensitivity_question question = {.subject = results.subject};
    for (size_t i = 0; i < LENGTH(rows); i++)
        metric_list_add(&question.metrics, metric_named(rows[i].metric));
    sensitivity_make(&sensitivity, &question, &error);
    check_text("made", error.text, "");
    check_count("one parameter", sensitivity.factors.count, 1);
    check_count("metrics", sensitivity.count, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        check_text("metric", sensitivity.metrics[i].metric->name, rows[i].metric);
        check_count(rows[i].metric, sensitivity.metrics[i].is, rows[i].is);
        check_that(rows[i].metric,
                   (sensitivity.metrics[i].lines != NULL) == (rows[i].is == SENSITIVITY_VARIES));
    }
    const struct sensitivity_line *line = &sensitivity.metrics[0].lines[0];
    check_text("parameter", line->factor->name, "threshold.t0");
    check_real("it grows with it", line->influence.rank, 1);
    metric_list_fini(&question.metrics);
    sensitivity_fini(&sensitivity);
    small_results_fini(&results);
}

/* ---- runs ----------------------------------------------------------------------------- */

TEST(runs_beside_each_other)
{
    static const struct {
        const char *policy, *missed;
        enum run_status status, result;
        uint64_t steady_ns;
        bool unsteady;
        double latency;
    } rows[] = {
        {"default", NULL, RUN_finished, RUN_finished, 1, false, 10},
        {"freeze:on=startup_done", "startup_done", RUN_finished, RUN_finished, 9, true, 20},
        {"off", NULL, RUN_out_of_memory, RUN_out_of_memory, 9, false, NAN},
        {"timed", NULL, RUN_finished, RUN_planned, 0, false, 30},
    };
    const struct small_setting stored[] = {
        {"default", NULL, "f", {10}, {5}},
        {"freeze", NULL, "u", {20}, {5}},
        {"off", NULL, "m", {1}, {5}},
        {"timed", NULL, "f", {30}, {5}},
    };
    struct small_results results;
    struct single_runs answer;
    struct error error = {""};
    struct simulation_result outcomes[LENGTH(rows)];
    struct setting parsed[LENGTH(rows)];
    struct single_run runs[LENGTH(rows)];
    small_results_init(&results, stored, LENGTH(stored), NULL, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        setting_parse(&parsed[i], rows[i].policy, policies, "policy", &error);
        check_text(rows[i].policy, error.text, "");
        outcomes[i] = (struct simulation_result){
            .status = rows[i].result, .steady_ns = rows[i].steady_ns, .wall_ns = 9};
        runs[i] =
            (struct single_run){.id = (int64_t)i + 1, .policy = &parsed[i], .result = &outcomes[i]};
    }
    single_runs_read(&answer, runs, LENGTH(rows), results.store, &error);
    check_text("made", error.text, "");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct single_run *run = &answer.runs[i];
        double latency = single_run_value(run, metric_named("latency_p99"));
        check_count(rows[i].policy, run->status, rows[i].status);
        check_text(rows[i].policy, run->missed_event, rows[i].missed);
        check_count(rows[i].policy, run->unsteady, rows[i].unsteady);
        check_that(rows[i].policy, isnan(latency) == isnan(rows[i].latency) &&
                                       !(latency < rows[i].latency || latency > rows[i].latency));
        setting_fini(&parsed[i]);
    }
    check_that("some have it", single_runs_have(&answer, metric_named("latency_p99")));
    check_that("none has", !single_runs_have(&answer, metric_named("throughput")));
    single_runs_fini(&answer);
    small_results_fini(&results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_settings_in_which_order),
        cmocka_unit_test(means_verdicts_and_remarks),
        cmocka_unit_test(for_programs_nothing_but_what_was_chosen),
        cmocka_unit_test(no_answer),
        cmocka_unit_test(over_all_workloads),
        cmocka_unit_test(which_to_take),
        cmocka_unit_test(too_few_seeds_in_common),
        cmocka_unit_test(no_best),
        cmocka_unit_test(of_two_runs_with_one_seed_the_later_counts),
        cmocka_unit_test(only_the_values_that_there_are),
        cmocka_unit_test(headlines),
        cmocka_unit_test(what_matters),
        cmocka_unit_test(runs_beside_each_other),
    };
    return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
