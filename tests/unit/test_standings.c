/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/standings.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"
#include "tests/unit/small_experiment.h"

/* Values of two metrics of a run of a point. */
struct note {
    size_t point;
    double latency_p99, gc_share;
};

static void note(struct standings *standings, const struct note *note)
{
    const struct planned_run run = {.point = note->point};
    double *values = allocate_zeroed(metric_count(), sizeof *values);
    for (size_t m = 0; m < metric_count(); m++)
        values[m] = NAN;
    values[metric_named("latency_p99") - metrics] = note->latency_p99;
    values[metric_named("gc_share") - metrics] = note->gc_share;
    standings_note(standings, &run, values);
    free(values);
}

TEST(the_best_so_far)
{
    static const struct {
        const char *what, *minimise;
        struct note notes[4];
        size_t count;
        const char *objective; /* NULL: none known yet */
        int best;              /* −1: none */
        double mean;
    } rows[] = {
        {"nothing has ended", NULL, {{0}}, 0, NULL, -1, 0},
        {"one", NULL, {{2, 3, 1}}, 1, "latency_p99", 2, 3},
        {"the least", NULL, {{0, 3, 1}, {1, 2, 2}, {2, 4, 0}}, 3, "latency_p99", 1, 2},
        {"the least mean", NULL, {{0, 3, 1}, {1, 2, 1}, {1, 6, 1}}, 3, "latency_p99", 0, 3},
        {"the first of two", NULL, {{2, 3, 1}, {1, 3, 1}}, 2, "latency_p99", 1, 3},
        {"what is to be small", "gc_share", {{0, 3, 1}, {1, 2, 2}}, 2, "gc_share", 0, 1},
        {"the usual one that has a value", NULL, {{1, NAN, 5}}, 1, "gc_share", 1, 5},
        {"one without a value", NULL, {{0, 3, 1}, {1, NAN, 0}}, 2, "latency_p99", 0, 3},
        {"none has a value", NULL, {{0, NAN, NAN}}, 1, NULL, -1, 0},
        {"none of what is to be small", "gc_share", {{0, 1, NAN}}, 1, "gc_share", -1, 0},
    };
    static const struct small_experiment three = {.workloads = {"device"},
                                                  .policies = {"default", "off", "freeze"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct experiment experiment;
        struct standings standings;
        size_t best = SIZE_MAX;
        double mean;
        small_experiment_make(&three, &experiment);
        experiment.minimise = rows[i].minimise;
        standings_init(&standings, &experiment);
        for (size_t n = 0; n < rows[i].count; n++)
            note(&standings, &rows[i].notes[n]);
        check_text(rows[i].what, standings.objective ? standings.objective->name : NULL,
                   rows[i].objective);
        check_that(rows[i].what, standings_best(&standings, &best, &mean) == (rows[i].best >= 0));
        if (rows[i].best >= 0) {
            check_count(rows[i].what, best, rows[i].best);
            check_real(rows[i].what, mean, rows[i].mean);
        }
        standings_fini(&standings);
        experiment_fini(&experiment);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_so_far),
    };
    return cmocka_run_group_tests_name("standings", tests, NULL, NULL);
}
