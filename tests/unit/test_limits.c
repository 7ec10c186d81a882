/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "results/answer/best_answer.h"
#include "results/answer/limit_words.h"
#include "results/answer/reach.h"
#include "results/charts/limit_lines.h"
#include "tests/unit/check.h"
#include "tests/unit/small_results.h"

static struct limits read_limits(const char *const *texts)
{
    struct limits limits = {0};
    struct error error = {""};
    for (size_t i = 0; texts[i]; i++) {
        limits_add(&limits, texts[i], &error);
        check_text(texts[i], error.text, "");
    }
    return limits;
}

/* ---- as text ---- */

TEST(one_a_line)
{
    static const struct {
        const char *texts[4], *stored;
    } rows[] = {
        {{NULL}, NULL},
        {{"latency_p99 <= 50ms", NULL}, "latency_p99 <= 50ms"},
        {{"latency_p99 <= 50ms", "heap_peak <= 1.2*default", NULL},
         "latency_p99 <= 50ms\nheap_peak <= 1.2*default"},
        {{" heap_peak\n <=\t4GiB \n", "gc_share   < 5%", NULL}, "heap_peak <= 4GiB\ngc_share < 5%"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct limits limits = read_limits(rows[i].texts), again = {0};
        char *text = limits_text(&limits);
        const struct past_experiment experiment = {.limits = text};
        struct error error = {""};
        check_text("stored", text, rows[i].stored);
        check_signed("read", limits_read_stored(&again, NULL, &experiment, &error), 0);
        check_count("so many", again.count, limits.count);
        char *same = limits_text(&again);
        check_text("read again", same, text);
        free(same);
        free(text);
        limits_fini(&again);
        limits_fini(&limits);
    }
}

TEST(an_option)
{
    static const struct param param = {.name = "limit"};
    static const struct {
        const char *texts[3], *error;
        bool none;
    } rows[] = {
        {{"gc_share < 5%"}, "", false},
        {{"none"}, "", true},
        {{"none", "gc_share < 5%"}, "--limit: none goes with no other limit", true},
        {{"gc_share < 5%", "none"}, "--limit: none goes with no other limit", false},
        {{"latency_p99 <= 50"},
         "--limit: 'latency_p99 <= 50': latency_p99 is a time: write 50ms or 50s",
         false},
        {{"50ms"}, "--limit: '50ms' names no metric, as in 'heap_peak <= 1.2 * default'", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct limits limits = {0};
        struct error error = {""};
        int status = 0;
        for (size_t t = 0; rows[i].texts[t] && status == 0; t++)
            status = limits_read_option(&param, "--limit", &limits, rows[i].texts[t], &error);
        check_text(rows[i].texts[0], error.text, rows[i].error);
        check_signed(rows[i].texts[0], status, *rows[i].error ? -1 : 0);
        check_signed("none", limits.none, rows[i].none);
        check_signed("given", limits_are_given(&limits), limits.none || limits.count);
        limits_fini(&limits);
    }
}

TEST(not_without_end)
{
    struct limits limits = {0};
    struct error error = {""};
    for (int i = 0; i < LIMITS_MOST; i++) {
        struct text text = {.text = ""};
        text_add(&text, "gc_share < %d%%", 5 + i);
        check_signed("one more", limits_add(&limits, text.text, &error), 0);
        check_signed("the same again", limits_add(&limits, text.text, &error),
                     i < LIMITS_MOST - 1 ? 0 : -1);
        check_count("one a limit", limits.count, (uint64_t)i + 1);
    }
    check_signed("too many", limits_add(&limits, "gc_share < 50%", &error), -1);
    check_text("too many", error.text, "there are more than 32 limits");
    limits_fini(&limits);
}

/* It heads columns. Spaces do not count. */
TEST(not_too_long)
{
    struct limits limits = {0};
    struct error error = {""};
    char signs[400] = "gc_share < ", spaces[400] = "gc_share";
    memset(signs + strlen(signs), '-', 388);
    memset(spaces + strlen(spaces), ' ', 380);
    signs[398] = '5';
    memcpy(spaces + 388, "< 5%", strlen("< 5%"));
    check_signed("signs", limits_add(&limits, signs, &error), -1);
    check_mentions("signs", error.text, "too long: a limit has up to 300 letters");
    check_signed("spaces", limits_add(&limits, spaces, &error), 0);
    char *text = limits_text(&limits);
    check_text("spaces", text, "gc_share < 5%");
    free(text);
    limits_fini(&limits);
}

/* A file may be anybody's. */
TEST(damaged)
{
    static const struct small_setting one = {"default", NULL, "f", {1}, {1}, 0};
    static const struct {
        char *stored;
        const char *error;
    } rows[] = {
        {"", "the limits of experiment 1: ''"},
        {"latency_p9 <= 1s", "there is no metric 'latency_p9'; did you mean 'latency_p90'?"},
        {"gc_share < 5%\n", "the limits of experiment 1: ''"},
        {"gc_share < 5%\nheap_peak <= 1s", "heap_peak is a size and 1s is a time"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct small_results results;
        struct limits limits = {0};
        struct error error = {""};
        small_results_init(&results, &one, 1, NULL, NULL);
        const struct past_experiment experiment = {.number = 1, .limits = rows[i].stored};
        check_signed(rows[i].stored,
                     limits_read_stored(&limits, results.store, &experiment, &error), -1);
        check_that(error.text, strstr(error.text, ": damaged: the limits of experiment 1: ") &&
                                   strstr(error.text, rows[i].error));
        limits_fini(&limits);
        small_results_fini(&results);
    }
}

/* ---- how settings stand to them ---- */

/* latency_p99 in ms, heap_peak in bytes. */
static const struct small_setting settings[] = {
    {"default", NULL, "ff", {0.100, 0.200}, {1000, 1000}, 0},
    {"off", NULL, "ff", {0.060, 0.062}, {9000, 9000}, 0},
    {"freeze", NULL, "ff", {0.070, 0.072}, {1100, 1100}, 0},
    {"timed", NULL, "fm", {0.020, 0}, {1000, 0}, 0},
    {"event", NULL, "ff", {NAN, NAN}, {1000, 1000}, 0},
};
enum { DEFAULT, OFF, FREEZE, TIMED, EVENT };

static void read_outcomes(const struct small_results *results, const struct limits *limits,
                          struct outcomes *outcomes)
{
    struct error error = {""};
    const struct metric_list none = {0};
    struct subject subject = results->subject;
    subject.limits = limits;
    subject_read(&subject, &none, outcomes, &error);
    check_text("read", error.text, "");
}

TEST(in_words)
{
    static const struct {
        const char *limit;
        size_t setting;
        const char *words;
        double value, allowed;
        bool by_means;
    } rows[] = {
        {"latency_p99 <= 200ms", DEFAULT, "within", 0.15, 0.2, true},
        {"latency_p99 <= 200ms", DEFAULT, "unsure: up to 8.71x", 0.15, 0.2, false},
        {"10ms < latency_p99 <= 200ms", DEFAULT, "unsure: up to 8.71x", 0.15, 0.2, false},
        {"200ms >= latency_p99", DEFAULT, "unsure: up to 8.71x", 0.15, 0.2, false},
        {"latency_p99 >= 50ms", OFF, "unsure: down to 0.584x", 0.061, 0.05, false},
        {"50ms <= latency_p99", OFF, "unsure: down to 0.584x", 0.061, 0.05, false},
        {"latency_p99 <= 92.8ms", OFF, "unsure", 0.061, 0.0928, false},
        {"latency_p99 <= 93ms", OFF, "within", 0.061, 0.093, false},
        {"latency_p99 > 0", DEFAULT, "unsure", 0.15, 0, false},
        {"heap_peak <= 1.1 * default", FREEZE, "within", 1100, 1100, false},
        {"latency_p99 <= 0.8 * default", FREEZE, "unsure: up to 10.9x", 0.071, 0.12, false},
        {"latency_p99 <= 50ms", DEFAULT, "over 3x", 0.15, 0.05},
        {"50ms >= latency_p99", DEFAULT, "over 3x", 0.15, 0.05},
        {"latency_p99 <= 149.9ms", DEFAULT, "just over", 0.15, 0.1499},
        {"latency_p99 <= 10us", DEFAULT, "over 15000x", 0.15, 1e-5},
        {"latency_p99 <= 10ns", DEFAULT, "over 1.5e+07x", 0.15, 1e-8},
        {"latency_p99 >= 300ms", DEFAULT, "under 0.5x", 0.15, 0.3},
        {"300ms < latency_p99", DEFAULT, "under 0.5x", 0.15, 0.3},
        {"latency_p99 == 300ms", DEFAULT, "missed", 0.15, 0.3},
        {"latency_p99 <= 0", DEFAULT, "missed", 0.15, 0},
        {"10ms < latency_p99 <= 50ms", DEFAULT, "over 3x", 0.15, 0.05},
        {"heap_peak <= 2 * default", OFF, "over 4.5x", 9000, 2000},
        {"default * 2 >= heap_peak", OFF, "over 4.5x", 9000, 2000},
        {"latency_p99 <= 50ms", TIMED, "out of memory", 0.02, 0.05},
        {"latency_p99 <= 50ms", EVENT, "-", NAN, 0.05},
    };
    struct small_results results;
    small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const texts[] = {rows[i].limit, NULL};
        struct limits limits = read_limits(texts);
        struct outcomes outcomes;
        char text[LIMIT_TEXT];
        read_outcomes(&results, &limits, &outcomes);
        outcomes.by_means = rows[i].by_means;
        struct limit_verdict *verdict = verdicts_of_limits(&outcomes, rows[i].setting);
        check_text(rows[i].limit, limit_show(text, verdict, "24h"), rows[i].words);
        if (!isnan(rows[i].value))
            check_real(rows[i].limit, verdict->margin.value, rows[i].value);
        check_real(rows[i].limit, verdict->margin.allowed, rows[i].allowed);
        free(verdict);
        outcomes_fini(&outcomes);
        limits_fini(&limits);
    }
    small_results_fini(&results);
}

TEST(all_together)
{
    static const struct {
        enum limit_value values[3], all;
    } rows[] = {
        {{LIMIT_WITHIN, LIMIT_WITHIN, LIMIT_WITHIN}, LIMIT_WITHIN},
        {{LIMIT_WITHIN, LIMIT_UNKNOWN, LIMIT_WITHIN}, LIMIT_UNKNOWN},
        {{LIMIT_UNKNOWN, LIMIT_WITHIN, LIMIT_MISSED}, LIMIT_MISSED},
        {{LIMIT_WITHIN, LIMIT_UNSURE, LIMIT_WITHIN}, LIMIT_UNSURE},
        {{LIMIT_UNKNOWN, LIMIT_UNSURE, LIMIT_WITHIN}, LIMIT_UNKNOWN},
        {{LIMIT_UNSURE, LIMIT_WITHIN, LIMIT_MISSED}, LIMIT_MISSED},
        {{LIMIT_LOST, LIMIT_LOST, LIMIT_LOST}, LIMIT_LOST},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct limit_verdict verdicts[3] = {{0}};
        for (size_t k = 0; k < 3; k++)
            verdicts[k].value = rows[i].values[k];
        check_count("all", verdict_of_limits(verdicts, 3), rows[i].all);
    }
    check_count("none", verdict_of_limits(NULL, 0), LIMIT_WITHIN);
}

static void add_value(struct store *store, const char *policy, const char *metric, double value)
{
    char *sql = sqlite3_mprintf("INSERT OR REPLACE INTO summary SELECT id, %Q, %g FROM run"
                                " WHERE policy = %Q AND status = 'finished'",
                                metric, value, policy);
    check_signed(sql, sqlite3_exec(store_database(store), sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(sql);
}

/* What is predicted decides, also of heaps; without collections there are no pauses. */
TEST(up_to_the_horizon)
{
    static const struct {
        const char *limit;
        size_t setting;
        const char *words;
    } rows[] = {
        {"heap_peak <= 2kB", DEFAULT, "within"},
        {"heap_peak <= 10kB", OFF, "over 50x by 24h"},
        {"heap_peak <= 8kB", OFF, "over 62.5x"},
        {"latency_p99 <= 80ms", FREEZE, "over 1.25x by 24h"},
        {"latency_p99 <= 65ms", FREEZE, "over 1.54x"},
        {"service_pause_max <= 5ms", DEFAULT, "over 4x by 24h"},
        {"service_pause_max <= 5ms", OFF, "within"},
        {"pause_max <= 5ms", OFF, "within"},
        {"pause_gen2_max <= 5ms", OFF, "within"},
        {"service_pause_max <= 5ms", FREEZE, "-"}, /* nothing says that there are none */
    };
    struct small_results results;
    small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
    add_value(results.store, "default", "horizon_heap_peak", 1500);
    add_value(results.store, "off", "horizon_heap_peak", 500000);
    add_value(results.store, "freeze", "horizon_latency_p99", 0.1);
    add_value(results.store, "default", "service_pause_max", 0.004);
    add_value(results.store, "default", "horizon_pause_max", 0.02);
    add_value(results.store, "off", "horizon", 86400);
    add_value(results.store, "off", "collections", 0);
    add_value(results.store, "off", "service_collections", 0);
    add_value(results.store, "off", "collections_gen2", 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const texts[] = {rows[i].limit, NULL};
        struct limits limits = read_limits(texts);
        struct outcomes outcomes;
        char text[LIMIT_TEXT];
        read_outcomes(&results, &limits, &outcomes);
        struct limit_verdict *verdict = verdicts_of_limits(&outcomes, rows[i].setting);
        check_text(rows[i].limit, limit_show(text, verdict, "24h"), rows[i].words);
        free(verdict);
        outcomes_fini(&outcomes);
        limits_fini(&limits);
    }
    small_results_fini(&results);
}

#define NOT_SURE                                                                                   \
    "Unsure: the mean is within, but may be so by chance; up to 2x: it may be twice what is "      \
    "allowed."

TEST(below_a_table)
{
    static const struct {
        const char *what, *limit;
        size_t first, count; /* settings of the table */
        const char *legend;
    } rows[] = {
        {"some are within", "heap_peak <= 2kB", DEFAULT, 5, "Over 2x: twice what is allowed."},
        {"one is", "heap_peak <= 2kB", FREEZE, 1, ""},
        {"none is", "heap_peak <= 10B", DEFAULT, 5,
         "No policy is within the limit. Over 2x: twice what is allowed."},
        {"there are others", "heap_peak <= 10B", DEFAULT, 2, "Over 2x: twice what is allowed."},
        {"of one it is not known", "latency_p99 <= 1ms", DEFAULT, 5,
         "Over 2x: twice what is allowed."},
        {"no ratio", "heap_peak != 1000B", DEFAULT, 2, ""},
        {"one is not sure", "latency_p99 <= 200ms", DEFAULT, 2, NOT_SURE},
        {"none is sure", "latency_p99 <= 85ms", FREEZE, 1, NOT_SURE},
    };
    struct small_results results;
    small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const texts[] = {rows[i].limit, NULL};
        struct limits limits = read_limits(texts);
        struct outcomes outcomes;
        struct limit_verdict *verdicts[LENGTH(settings)];
        read_outcomes(&results, &limits, &outcomes);
        for (size_t s = 0; s < rows[i].count; s++)
            verdicts[s] = verdicts_of_limits(&outcomes, rows[i].first + s);
        char *legend = limits_legend(&outcomes, 0, (const struct limit_verdict *const *)verdicts,
                                     rows[i].count);
        check_text(rows[i].what, legend, rows[i].legend);
        free(legend);
        for (size_t s = 0; s < rows[i].count; s++)
            free(verdicts[s]);
        outcomes_fini(&outcomes);
        limits_fini(&limits);
    }
    small_results_fini(&results);
}

/* ---- what no policy can reach ---- */

TEST(no_policy_can)
{
    static const char not_known[] = "is not known: no run here is without collections";
    static const struct {
        const char *what, *limit;
        bool off;
        double collections; /* of off; NaN: nobody knows */
        const char *sentence;
    } rows[] = {
        {"off misses it", "latency_p99 <= 50ms", true, 0,
         "No policy can reach latency_p99 <= 50ms: latency_p99 is 61.0 ms without any collection."},
        {"the other way round", "50ms > latency_p99", true, 0,
         "No policy can reach 50ms > latency_p99: latency_p99 is 61.0 ms without any collection."},
        {"off keeps it", "latency_p99 <= 65ms", true, 0, NULL},
        {"off misses it by 1.7%: by chance another may not", "latency_p99 <= 60ms", true, 0, NULL},
        {"off misses it by 3.4%", "latency_p99 <= 59ms", true, 0,
         "No policy can reach latency_p99 <= 59ms: latency_p99 is 61.0 ms without any collection."},
        {"another keeps it", "latency_p99 <= 0.8 * default", false, 0, NULL},
        {"no off", "latency_p99 <= 50ms", false, 0, not_known},
        {"the program collects by itself", "latency_p99 <= 50ms", true, 3, NULL},
        {"nobody knows whether it does", "latency_p99 <= 50ms", true, NAN, NULL},
        {"memory", "heap_peak <= 10B", true, 0, NULL},
        {"a least latency", "latency_p99 >= 50s", true, 0, NULL},
        {"a sum", "latency_p99 + 1ms <= 50ms", true, 0, NULL},
        {"no default", "latency_p99 <= 0.1 * default", true, 0,
         "No policy can reach latency_p99 <= 0.1 * default: latency_p99 is 61.0 ms without any "
         "collection."},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct small_setting two[] = {settings[DEFAULT],
                                            settings[rows[i].off ? OFF : FREEZE]};
        const char *const texts[] = {rows[i].limit, NULL};
        struct limits limits = read_limits(texts);
        struct small_results results;
        struct outcomes outcomes;
        struct reach *reaches;
        small_results_init(&results, two, 2, "latency_p99", "default");
        if (!isnan(rows[i].collections))
            add_value(results.store, "off", "collections", rows[i].collections);
        read_outcomes(&results, &limits, &outcomes);
        size_t count = reach_find(&outcomes, 0, limits.items, limits.count, &reaches);
        char *sentence = count ? reach_sentence(reaches) : NULL;
        check_count(rows[i].what, count, rows[i].sentence != NULL);
        if (rows[i].sentence == not_known)
            check_that(rows[i].what, strstr(sentence, not_known));
        else
            check_text(rows[i].what, sentence, rows[i].sentence);
        free(sentence);
        free(reaches);
        outcomes_fini(&outcomes);
        limits_fini(&limits);
        small_results_fini(&results);
    }
}

/* Limits are conditions of best, before those of the question. */
TEST(of_best)
{
    static const struct {
        const char *limit, *best, *of_means, *nearest, *doubts;
        size_t missing, reaches;
    } rows[] = {
        {"latency_p99 <= 100ms", "off", NULL, NULL, NULL, 0, 0},
        {"latency_p99 <= 80ms", NULL, "off", "off",
         "By means off would be the best, but its latency_p99, 61.0 ms on average, may be 92.8 "
         "ms (with 5 settings to choose from). More replications would say; --by-means goes by "
         "means.",
         3, 0},
        {"latency_p99 * 1 <= 80ms", NULL, "off", "off",
         "By means off would be the best, but it may miss latency_p99 * 1 <= 80ms (with 5 settings "
         "to choose from). More "
         "replications would say; --by-means goes by means.",
         3, 0},
        {"heap_peak <= 2kB", "freeze", NULL, NULL, NULL, 0, 0},
        {"latency_p99 <= 50ms", NULL, NULL, "off", NULL, 3, 1},
        {"heap_peak <= 999B", NULL, NULL, "default", NULL, 3, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const texts[] = {rows[i].limit, NULL};
        struct limits limits = read_limits(texts);
        struct small_results results;
        struct best_answer answer;
        struct metric_list front = {0};
        struct error error = {""};
        small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
        add_value(results.store, "off", "collections", 0);
        results.subject.limits = &limits;
        const struct best_question question = {.subject = results.subject,
                                               .front = &front,
                                               .policies = policies,
                                               .groups_most = 9,
                                               .tied_most = 9,
                                               .front_most = 9};
        best_answer_make(&answer, &question, &error);
        check_text(rows[i].limit, error.text, "");
        const struct best_group *group = &answer.groups[0];
        check_count(rows[i].limit, group->best.count, rows[i].best != NULL);
        if (rows[i].best)
            check_text(rows[i].limit,
                       answer.outcomes.settings[group->best.settings->setting].policy,
                       rows[i].best);
        check_count(rows[i].limit, group->missing.listed, rows[i].missing);
        if (rows[i].nearest)
            check_text(rows[i].limit,
                       answer.outcomes.settings[group->missing.settings[0].setting].policy,
                       rows[i].nearest);
        check_count(rows[i].limit, group->reach_count, rows[i].reaches);
        check_count(rows[i].limit, group->by_means.count, rows[i].of_means != NULL);
        if (rows[i].of_means) {
            size_t setting = group->by_means.settings->setting;
            char *doubts = limits_doubts(&answer.outcomes, setting, limits.items, limits.count);
            check_text(rows[i].limit, answer.outcomes.settings[setting].policy, rows[i].of_means);
            check_text(rows[i].limit, doubts, rows[i].doubts);
            free(doubts);
        }
        best_answer_fini(&answer);
        limits_fini(&limits);
        small_results_fini(&results);
    }
}

/* ---- as lines of charts ---- */

TEST(lines)
{
    static const struct {
        const char *limit;
        struct condition_line lines[2];
        size_t count;
    } rows[] = {
        {"latency_p99 <= 50ms", {{NULL, 0.05, BOUND_ABOVE}}, 1},
        {"50ms < latency_p99", {{NULL, 0.05, BOUND_BELOW}}, 1},
        {" ( 2*25ms ) >= latency_p99 ", {{NULL, 0.05, BOUND_ABOVE}}, 1},
        {"10ms < latency_p99 <= 50ms", {{NULL, 0.01, BOUND_BELOW}, {NULL, 0.05, BOUND_ABOVE}}, 2},
        {"latency_p99 <= 0.5 * default", {{NULL, 0.075, BOUND_ABOVE}}, 1},
        {"latency_p99 <= baseline / 3", {{NULL, 0.05, BOUND_ABOVE}}, 1},
        {"latency_p99 == 50ms", {{NULL}}, 0},
        {"2 * latency_p99 <= 50ms", {{NULL}}, 0},
        {"latency_p99 <= latency_max", {{NULL}}, 0},
        {"latency_p99 <= default.latency_max", {{NULL}}, 0}, /* no run has that */
    };
    struct small_results results;
    struct error error = {""};
    small_results_init(&results, settings, LENGTH(settings), "latency_p99", "default");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const texts[] = {rows[i].limit, NULL};
        struct limits limits = read_limits(texts);
        struct limit_lines lines;
        const struct limited limited = {results.store, 1, "web", "cpython-3.13", &limits, false};
        check_signed(rows[i].limit, limit_lines_read(&lines, &limited, &error), 0);
        check_count(rows[i].limit, lines.count, rows[i].count);
        for (size_t k = 0; k < lines.count; k++) {
            check_text(rows[i].limit, lines.items[k].line.metric->name, "latency_p99");
            check_real(rows[i].limit, lines.items[k].line.value, rows[i].lines[k].value);
            check_count(rows[i].limit, lines.items[k].line.side, rows[i].lines[k].side);
        }
        limit_lines_fini(&lines);
        limits_fini(&limits);
    }
    small_results_fini(&results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_a_line),        cmocka_unit_test(an_option),
        cmocka_unit_test(not_without_end),   cmocka_unit_test(not_too_long),
        cmocka_unit_test(damaged),           cmocka_unit_test(in_words),
        cmocka_unit_test(all_together),      cmocka_unit_test(below_a_table),
        cmocka_unit_test(up_to_the_horizon), cmocka_unit_test(no_policy_can),
        cmocka_unit_test(of_best),           cmocka_unit_test(lines),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
