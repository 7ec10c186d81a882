/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latencies that move with the length of the run, of outcomes made by hand. */
#include "results/answer/moving.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"

#define SEEDS    5
#define SETTINGS 5
#define METRICS  6

static char *const policies[SETTINGS] = {"off", "default", "freeze", "timed", "event"};

/* Of each setting the same, in ms. */
struct values {
    double whole[SEEDS], half[SEEDS];
};

/* The p99 at the horizon in ms, and full collections in a run. */
struct collections {
    double predicted, full;
};
static const struct collections none = {NAN, 0};

static void fill(double *values, const struct values *p99, const struct values *mean,
                 struct collections of)
{
    const double *const rows[] = {p99->whole, p99->half, mean->whole, mean->half};
    for (size_t i = 0; i < SEEDS; i++) {
        for (size_t m = 0; m < LENGTH(rows); m++)
            values[m * SEEDS + i] = rows[m][i] / 1000;
        values[LENGTH(rows) * SEEDS + i] = of.predicted / 1000;
        values[(LENGTH(rows) + 1) * SEEDS + i] = of.full;
    }
}

/* Looks at `count` settings, the first last. */
static char *look(const struct values *p99, const struct values *mean, struct collections of,
                  size_t count)
{
    const struct metric *metrics_read[METRICS] = {
        metric_named("latency_p99"),         metric_named("latency_p99_half"),
        metric_named("latency_mean"),        metric_named("latency_mean_half"),
        metric_named("horizon_latency_p99"), metric_named("service_collections_gen2")};
    struct outcome settings[SETTINGS] = {{0}};
    uint32_t seeds[SETTINGS * SEEDS];
    double values[SETTINGS * METRICS * SEEDS];
    size_t places[SETTINGS];
    struct moving moving;
    for (size_t s = 0; s < SETTINGS; s++) {
        settings[s] =
            (struct outcome){.policy = policies[s], .first_value = s * SEEDS, .value_count = SEEDS};
        fill(values + s * METRICS * SEEDS, p99, mean, of);
        places[s] = (count + s - 1) % count;
        for (uint32_t i = 0; i < SEEDS; i++)
            seeds[s * SEEDS + i] = i;
    }
    const struct outcomes outcomes = {
        .settings = settings,
        .metrics = metrics_read,
        .setting_count = SETTINGS,
        .metric_count = METRICS,
        .value_seeds = seeds,
        .values = values,
    };
    moving_find(&moving, &outcomes, places, count);
    char *text = moving_text(&moving, &outcomes);
    moving_fini(&moving);
    return text;
}

#define NONE                                                                                       \
    {                                                                                              \
        {NAN, NAN, NAN, NAN, NAN},                                                                 \
        {                                                                                          \
            NAN, NAN, NAN, NAN, NAN                                                                \
        }                                                                                          \
    }
#define STILL                                                                                      \
    {                                                                                              \
        {50, 51, 52, 53, 54},                                                                      \
        {                                                                                          \
            50, 51, 52, 53, 54                                                                     \
        }                                                                                          \
    }
#define UP                                                                                         \
    {                                                                                              \
        {100, 110, 90, 80, 120},                                                                   \
        {                                                                                          \
            80, 91, 69, 60, 100                                                                    \
        }                                                                                          \
    }
#define DURATION " More replications do not change that, a longer duration does."

TEST(what_moves)
{
    static const struct {
        const char *what;
        struct values p99, mean;
        size_t settings;
        const char *text; /* NULL: nothing does */
    } rows[] = {
        {"nothing is known", NONE, NONE, 2, NULL},
        {"the same in half the time", STILL, STILL, 2, NULL},
        {"up, surely: by 20 ms", UP, STILL, 1,
         "latency_p99 still moves with the length of the run: off comes to 100 ms here, to 80.0 ms "
         "in half the time, and by an estimate to about 120 ms in runs that are much "
         "longer." DURATION},
        {"two", UP, STILL, 2,
         "latency_p99 still moves with the length of the run: default comes to 100 ms here, to "
         "80.0 ms in half the time, and by an estimate to about 120 ms in runs that are much "
         "longer. So "
         "does off." DURATION},
        {"three", UP, STILL, 3,
         "latency_p99 still moves with the length of the run: freeze comes to 100 ms here, to "
         "80.0 ms in half the time, and by an estimate to about 120 ms in runs that are much "
         "longer. So "
         "do off and default." DURATION},
        {"many", UP, STILL, 5,
         "latency_p99 still moves with the length of the run: event comes to 100 ms here, to "
         "80.0 ms in half the time, and by an estimate to about 120 ms in runs that are much "
         "longer. So "
         "do off and default, and 2 more." DURATION},
        {"down",
         {{80, 91, 69, 60, 100}, {100, 110, 90, 80, 120}},
         STILL,
         1,
         "latency_p99 still moves with the length of the run: off comes to 80.0 ms here, to 100 ms "
         "in half the time, and by an estimate to about 60.0 ms in runs that are much "
         "longer." DURATION},
        {"the mean alone", STILL, UP, 1,
         "latency_mean still moves with the length of the run: off comes to 100 ms here, to "
         "80.0 ms in half the time, and by an estimate to about 120 ms in runs that are much "
         "longer." DURATION},
        {"by as much, and perhaps by chance",
         {{100, 110, 90, 80, 120}, {20, 150, 30, 150, 50}},
         STILL,
         1,
         NULL},
        {"surely, and by little: 4%",
         {{100, 110, 90, 80, 120}, {96, 106, 86, 76, 116}},
         STILL,
         1,
         NULL},
        {"one replication", {{100, NAN, NAN, NAN, NAN}, {50, NAN, NAN, NAN, NAN}}, NONE, 1, NULL},
        {"one of which both are known",
         {{100, 99, 98, NAN, NAN}, {50, NAN, NAN, 50, 51}},
         NONE,
         1,
         NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *text = look(&rows[i].p99, &rows[i].mean, none, rows[i].settings);
        check_text(rows[i].what, text, rows[i].text);
        free(text);
    }
}

/* One that is found alone, at 95%, is not among many. */
TEST(chance_of_many_together)
{
    static const struct values p99 = {{100, 110, 90, 80, 120}, {80, 102, 65, 68, 85}};
    static const struct values mean = STILL;
    char *alone = look(&p99, &mean, none, 1), *among = look(&p99, &mean, none, 5);
    check_that("alone", alone != NULL);
    check_that("among five", among == NULL);
    free(alone);
    free(among);
}

/* From 80 ms in half the time to 100 ms: that may be by chance which half has collections. */
TEST(few_collections)
{
    static const struct {
        const char *what;
        struct values p99, mean;
        struct collections of;
        bool moves;
    } rows[] = {
        {"p99, nothing is predicted", UP, STILL, {NAN, 0}, true},
        {"more is", UP, STILL, {110, 1}, true},
        {"the same", UP, STILL, {100, 1}, true},
        {"a trace less", UP, STILL, {99.5, 1}, true},
        {"less", UP, STILL, {95, 1}, false},
        {"mean, no collection", STILL, UP, {NAN, 0}, true},
        {"a few", STILL, UP, {NAN, 1}, false},
        {"as many in both halves", STILL, UP, {NAN, 10}, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *text = look(&rows[i].p99, &rows[i].mean, rows[i].of, 1);
        check_count(rows[i].what, text != NULL, rows[i].moves);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_moves),
        cmocka_unit_test(chance_of_many_together),
        cmocka_unit_test(few_collections),
    };
    return cmocka_run_group_tests_name("moving", tests, NULL, NULL);
}
