/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/verdict.h"

#include <math.h>

#include "tests/unit/small_results.h"

static struct estimate estimate(size_t n, double mean, double low, double high)
{
    return (struct estimate){
        .n = n, .mean = mean, .interval = {low, high}, .confidence = INTERVAL_CONFIDENCE};
}

TEST(of_a_difference)
{
    const struct {
        const char *what;
        struct estimate difference;
        bool same;
        enum better better;
        enum verdict_value value;
    } rows[] = {
        {"no pair", estimate(0, NAN, NAN, NAN), false, BETTER_LOW, VERDICT_NO_PAIR},
        {"one", estimate(1, -3, NAN, NAN), false, BETTER_LOW, VERDICT_ONE_PAIR},
        {"one, the same", estimate(1, 0, NAN, NAN), true, BETTER_LOW, VERDICT_SAME},
        {"the same", estimate(5, 0, 0, 0), true, BETTER_HIGH, VERDICT_SAME},
        {"less, of what is to be small", estimate(5, -3, -4, -2), false, BETTER_LOW,
         VERDICT_BETTER},
        {"more of it", estimate(5, 3, 2, 4), false, BETTER_LOW, VERDICT_WORSE},
        {"less, of what is to be large", estimate(5, -3, -4, -2), false, BETTER_HIGH,
         VERDICT_WORSE},
        {"more of it", estimate(5, 3, 2, 4), false, BETTER_HIGH, VERDICT_BETTER},
        {"less, of what is neither", estimate(5, -3, -4, -2), false, BETTER_NEITHER,
         VERDICT_DIFFERENT},
        {"more of it", estimate(5, 3, 2, 4), false, BETTER_NEITHER, VERDICT_DIFFERENT},
        {"by the same each time", estimate(5, 3, 3, 3), false, BETTER_LOW, VERDICT_WORSE},
        {"0 at the end", estimate(5, 3, 0, 6), false, BETTER_LOW, VERDICT_NOT_TOLD_APART},
        {"0 well inside", estimate(5, 1, -1, 3), false, BETTER_LOW, VERDICT_NOT_TOLD_APART},
        {"no trace", estimate(5, 0, -1, 1), false, BETTER_LOW, VERDICT_NOT_TOLD_APART},
        {"rare events decide", estimate_without_interval(estimate(5, 3, 2, 4), 2), false,
         BETTER_LOW, VERDICT_RARE},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct verdict verdict =
            verdict_of_difference(rows[i].difference, rows[i].same, rows[i].better);
        bool apart = rows[i].value == VERDICT_BETTER || rows[i].value == VERDICT_WORSE ||
                     rows[i].value == VERDICT_DIFFERENT;
        bool open = rows[i].value == VERDICT_RARE || rows[i].value == VERDICT_NOT_TOLD_APART;
        check_count(rows[i].what, verdict.value, rows[i].value);
        check_count(rows[i].what, verdict.difference.n, rows[i].difference.n);
        check_count(rows[i].what, verdict_is_told_apart(verdict.value), apart);
        check_count(rows[i].what, verdict_is_not_told_apart(verdict.value), open);
        check_count(rows[i].what, isnan(verdict.would_show), rows[i].difference.n < 2);
    }
}

/* latency_p99 in milliseconds and heap_peak in bytes. */
enum { BASE, LESS, MORE, EQUAL, NOISY, ONE, APART, LOST, FAILED, PARTLY, EMPTY, SETTINGS };
static const struct small_setting settings[SETTINGS] = {
    [BASE] = {"default", NULL, "ffffff", {10, 20, 30, 40, 50, 60}, {9, 9, 9, 9, 9, 9}},
    [LESS] = {"threshold:t0=1", NULL, "ffffff", {8, 18, 28, 38, 48, 57}, {9, 9, 9, 9, 9, 9}},
    [MORE] = {"threshold:t0=2", NULL, "ffffff", {12, 22, 32, 42, 52, 63}, {8, 8, 8, 8, 8, 8}},
    [EQUAL] = {"threshold:t0=3", NULL, "ffffff", {10, 20, 30, 40, 50, 60}, {9, 9, 9, 9, 9, 9}},
    [NOISY] = {"threshold:t0=4", NULL, "ffffff", {9, 22, 28, 42, 48, 61}, {9, 9, 9, 9, 9, 8}},
    [ONE] = {"threshold:t0=5", NULL, "f", {5}, {9}},
    [APART] = {"threshold:t0=6", NULL, "ff", {NAN, NAN}, {9, 9}},
    [LOST] = {"threshold:t0=7", NULL, "ffm", {1, 11}, {2, 2}},
    [FAILED] = {"threshold:t0=8", NULL, "xx"},
    [PARTLY] = {"threshold:t0=9", NULL, "fx", {70}, {70}},
    [EMPTY] = {"threshold:t0=10", NULL, "pp"},
};

struct read {
    struct small_results results;
    struct outcomes outcomes;
    size_t latency, heap;
};

static void read_init(struct read *read)
{
    struct metric_list list = {0};
    struct error error = {""};
    small_results_init(&read->results, settings, SETTINGS, NULL, "default");
    metric_list_add(&list, metric_named("latency_p99"));
    metric_list_add(&list, metric_named("heap_peak"));
    subject_read(&read->results.subject, &list, &read->outcomes, &error);
    check_text("read", error.text, "");
    metric_list_fini(&list);
    read->latency = 0;
    read->heap = 1;
}

static void read_fini(struct read *read)
{
    outcomes_fini(&read->outcomes);
    small_results_fini(&read->results);
}

TEST(of_two)
{
    static const struct {
        const char *what;
        size_t setting, other;
        enum verdict_value latency, heap;
    } rows[] = {
        {"less", LESS, BASE, VERDICT_BETTER, VERDICT_SAME},
        {"more", MORE, BASE, VERDICT_WORSE, VERDICT_BETTER},
        {"the other way round", BASE, MORE, VERDICT_BETTER, VERDICT_WORSE},
        {"equal", EQUAL, BASE, VERDICT_SAME, VERDICT_SAME},
        {"chance", NOISY, BASE, VERDICT_NOT_TOLD_APART, VERDICT_NOT_TOLD_APART},
        {"one seed", ONE, BASE, VERDICT_ONE_PAIR, VERDICT_SAME},
        {"no value", APART, BASE, VERDICT_NO_PAIR, VERDICT_SAME},
        {"out of memory with a seed, by the others", LOST, BASE, VERDICT_BETTER, VERDICT_BETTER},
        {"no run", FAILED, BASE, VERDICT_NO_PAIR, VERDICT_NO_PAIR},
        {"itself", BASE, BASE, VERDICT_SAME, VERDICT_SAME},
    };
    struct read read;
    read_init(&read);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct outcomes *outcomes = &read.outcomes;
        struct verdict latency =
            verdict_of_two(outcomes, rows[i].setting, rows[i].other, read.latency, 1);
        struct verdict heap =
            verdict_of_two(outcomes, rows[i].setting, rows[i].other, read.heap, 1);
        check_count(rows[i].what, latency.value, rows[i].latency);
        check_count(rows[i].what, heap.value, rows[i].heap);
    }
    read_fini(&read);
}

/* Six differences of latency, of 2 and once 3 ms: s = 0.408, t(5) = 2.571 for one comparison, 4.219
 * at 1 − 0.05 / 6: an interval that has 0 in it only among very many. */
TEST(among_many)
{
    static const struct {
        size_t comparisons;
        enum verdict_value value;
        double confidence;
    } rows[] = {
        {0, VERDICT_WORSE, 0.95},
        {1, VERDICT_WORSE, 0.95},
        {6, VERDICT_WORSE, 1 - 0.05 / 6},
        {1000000, VERDICT_NOT_TOLD_APART, 1 - 0.05 / 1000000},
    };
    struct read read;
    double last = 0;
    read_init(&read);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct verdict verdict =
            verdict_of_two(&read.outcomes, MORE, BASE, read.latency, rows[i].comparisons);
        double width = verdict.difference.interval.high - verdict.difference.interval.low;
        check_count("told apart", verdict.value, rows[i].value);
        check_real("confidence", verdict.difference.confidence, rows[i].confidence);
        check_that("wider", width >= last);
        last = width;
    }
    /* Besides the baseline seven have a value of latency, eight of memory. */
    check_count("of latency", verdict_comparisons(&read.outcomes, 0, read.latency), 7);
    check_count("of memory", verdict_comparisons(&read.outcomes, 0, read.heap), 8);
    struct verdict beside = verdict_beside_baseline(&read.outcomes, MORE, read.latency);
    check_real("one of seven", beside.difference.confidence, 1 - 0.05 / 7);
    /* Latencies go up by 10 with each seed, those of both: variances 350 and 360.17; of the
     * difference 1/6. */
    check_that("what pairs are worth", fabs(beside.pairing - 4261) < 1e-6);
    check_that("of the same",
               isnan(verdict_beside_baseline(&read.outcomes, EQUAL, read.latency).pairing));
    read_fini(&read);
}

TEST(screened)
{
    static const size_t compared[] = {LESS, BASE, MORE, EQUAL, NOISY, ONE};
    static const struct {
        const char *what;
        bool high, kept[LENGTH(compared)];
    } rows[] = {
        {"small", false, {true, false, false, false, true, true}},
        {"large", true, {false, false, true, false, true, true}},
    };
    struct read read;
    read_init(&read);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        bool kept[LENGTH(compared)];
        verdict_screen(&read.outcomes, compared, LENGTH(compared), read.latency, rows[i].high,
                       kept);
        for (size_t s = 0; s < LENGTH(compared); s++)
            check_count(rows[i].what, kept[s], rows[i].kept[s]);
    }
    read_fini(&read);
}

TEST(of_one)
{
    static const struct {
        const char *what, *condition; /* NULL: none */
        size_t setting;
        enum verdict_value value;
        double excess;
    } rows[] = {
        {"all runs", NULL, BASE, VERDICT_CANDIDATE, 0},
        {"one run", NULL, ONE, VERDICT_CANDIDATE, 0},
        {"one of two failed", NULL, PARTLY, VERDICT_CANDIDATE, 0},
        {"out of memory with a seed", NULL, LOST, VERDICT_OUT_OF_MEMORY, 0},
        {"out of memory, and over the limit", "heap_peak < 1B", LOST, VERDICT_OUT_OF_MEMORY, 1},
        {"all failed", NULL, FAILED, VERDICT_FAILED, 0},
        {"no value", NULL, APART, VERDICT_NO_VALUE, 0},
        {"not run yet", NULL, EMPTY, VERDICT_NO_VALUE, 0},
        {"meets", "heap_peak <= 9B", BASE, VERDICT_CANDIDATE, 0},
        {"breaks", "heap_peak <= 6B", BASE, VERDICT_BREAKS, 0.5},
        {"breaks what others are", "heap_peak < default", MORE, VERDICT_CANDIDATE, 0},
        {"no value for the condition", "latency_p99 < 1s", APART, VERDICT_NO_VALUE, NAN},
    };
    struct read read;
    read_init(&read);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct error error = {""};
        struct condition *condition =
            rows[i].condition ? condition_parse(rows[i].condition, &error) : NULL;
        size_t count = condition != NULL;
        check_text(rows[i].what, error.text, "");
        double excess = verdict_excess(&read.outcomes, rows[i].setting, &condition, count);
        check_count(
            rows[i].what,
            verdict_of_one(&read.outcomes, rows[i].setting, read.latency, &condition, count),
            rows[i].value);
        if (isnan(rows[i].excess))
            check_that(rows[i].what, isnan(excess));
        else
            check_real(rows[i].what, excess, rows[i].excess);
        condition_free(condition);
    }
    read_fini(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_difference), cmocka_unit_test(among_many), cmocka_unit_test(screened),
        cmocka_unit_test(of_two),          cmocka_unit_test(of_one),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
