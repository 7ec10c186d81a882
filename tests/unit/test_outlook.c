/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/outlook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "tests/unit/check.h"

#define MIN     60.0
#define H       3600.0
#define DAY     (24 * H)
#define FOREVER (100 * 365 * DAY)
#define NEXT_GEN                                                                                   \
    {                                                                                              \
        NAN, NAN, NAN, NAN                                                                         \
    }

/* A run of 30 s, of which this is predicted. */
struct case_of {
    const char *what;
    double covered, flagged, dispersion, seen;
    double next[3][4]; /* of each generation: low, high, pause, pause_high; s */
    const char *shown;
    const char *sentence;
    double pause_max;             /* up to the horizon; 0: it is the longest of next */
    double full_ones, full_pause; /* expected to the horizon; how long later ones take, s */
    double changes;               /* of the policy, before the horizon */
};

static void set(double *values, const char *metric, double value)
{
    if (metric_named(metric))
        values[metric_named(metric) - metrics] = value;
}

static struct outlook outlook_of(const struct case_of *row)
{
    static const char *const fields[] = {"low", "high", "pause", "pause_high"};
    double *values = allocate_zeroed(metric_count(), sizeof *values);
    char name[64];
    for (size_t i = 0; i < metric_count(); i++)
        values[i] = NAN;
    set(values, "covered", row->covered);
    set(values, "flagged", row->flagged);
    set(values, "changes", row->changes);
    set(values, "arrival_dispersion", row->dispersion);
    set(values, "service_pause_max", row->seen);
    set(values, "wall_time", 30);
    set(values, "horizon_pause_max", row->pause_max > 0 ? row->pause_max : NAN);
    set(values, "expected_gen2", row->full_ones);
    set(values, "usual_gen2_pause", row->full_pause);
    set(values, "horizon", isnan(row->covered) ? NAN : DAY);
    for (int g = 0; g < 3; g++)
        for (int i = 0; i < 4; i++) {
            snprintf(name, sizeof name, "next_gen%d_%s", g, fields[i]);
            set(values, name, row->next[g][i]);
        }
    struct outlook outlook = outlook_of_run(values);
    free(values);
    return outlook;
}

#define YOUNG                                                                                      \
    {                                                                                              \
        30, 31, 0.001, 0.001                                                                       \
    }

static const struct case_of cases[] = {
    {"no steady state",
     NAN,
     NAN,
     NAN,
     NAN,
     {NEXT_GEN, NEXT_GEN, NEXT_GEN},
     "-",
     "Nothing is known of what comes after these runs."},
    {"off", 1, 0, 1, NAN, {NEXT_GEN, NEXT_GEN, NEXT_GEN}, "nothing", "No collection comes."},
    {"off, and bursts",
     0,
     1,
     9,
     NAN,
     {NEXT_GEN, NEXT_GEN, NEXT_GEN},
     "nothing",
     "No collection comes."},
    {"all seen",
     1,
     0,
     1,
     0.1,
     {YOUNG, YOUNG, {33, 40, 0.11, 0.12}},
     "nothing new",
     "What comes up to 24h has been seen."},
    {"two full ones seen, of three",
     0,
     0,
     1,
     0.1,
     {YOUNG, YOUNG, {33, 40, 0.105, 0.12}},
     "none longer",
     "30.0 s were too short to see all that comes up to 24h, though no pause longer than the "
     "100 ms seen is predicted."},
    {"a full one",
     0,
     0,
     1,
     0.0023,
     {YOUNG, YOUNG, {4.1 * MIN, 6.23 * MIN, 1.394, 1.4}},
     "1.4 s after 4.1 to 6.2 min (full)",
     "30.0 s were too short to see what comes: predicted is a pause of 1.4 s (a full collection), "
     "after 4.1 to 6.2 min; the longest seen was 2.3 ms."},
    {"the longest of two",
     0,
     0,
     1,
     0.0023,
     {YOUNG, {2 * H, 4 * H, 1.68, 2.4}, {8 * H, 9 * H, 1, 1}},
     "1.7 s after 2 to 4 h (gen 1)",
     "30.0 s were too short to see what comes: predicted is a pause of 1.7 s, or 2.4 s if the heap "
     "goes on growing (a collection of generation 1), after 2 to 4 h; the longest seen was "
     "2.3 ms."},
    {"beyond the horizon",
     0,
     0,
     1,
     NAN,
     {{31, 90, 0.2, 0.2}, {2 * DAY, 4 * DAY, 1.68, 2.4}, NEXT_GEN},
     "200 ms after 31 to 90 s (gen 0)",
     "30.0 s were too short to see what comes: predicted is a pause of 200 ms (a collection of "
     "generation 0), after 31 to 90 s; none was seen."},
    {"perhaps never",
     0,
     0,
     1,
     0.1,
     {YOUNG, YOUNG, {20 * H, FOREVER, 1, 1}},
     "1 s after 20 h or more (full)",
     "30.0 s were too short to see what comes: predicted is a pause of 1 s (a full collection), "
     "after 20 h or more; the longest seen was 100 ms."},
    {"soon",
     0,
     0,
     1,
     0.1,
     {YOUNG, YOUNG, {30, 300, 1, 1}},
     "1 s within 5 min (full)",
     "30.0 s were too short to see what comes: predicted is a pause of 1 s (a full collection), "
     "within 5 min; the longest seen was 100 ms."},
    {"known well",
     0,
     0,
     1,
     0.1,
     {YOUNG, YOUNG, {7201, 7202, 1, 1}},
     "1 s after 2 h (full)",
     "30.0 s were too short to see what comes: predicted is a pause of 1 s (a full collection), "
     "after 2 h; the longest seen was 100 ms."},
    {"a later full one is the longest",
     0,
     0,
     1,
     0.00058,
     {YOUNG, YOUNG, {32, 36, 0.00045, 0.0005}},
     "1.1 ms after 32 s or more (full)",
     "30.0 s were too short to see what comes: predicted is a pause of 1.1 ms (a full collection), "
     "after 32 s or more; the longest seen was 580 us.",
     .full_ones = 26000,
     .full_pause = 0.00111},
    {"there is only one full one",
     0,
     0,
     1,
     0.1,
     {YOUNG, YOUNG, {33, 40, 0.105, 0.12}},
     "none longer",
     "30.0 s were too short to see all that comes up to 24h, though no pause longer than the "
     "100 ms seen is predicted.",
     .full_ones = 1,
     .full_pause = 0.2},
    {"it grows, and no pause is longer",
     0,
     1,
     1,
     0.1,
     {YOUNG, YOUNG, {33, 40, 0.105, 0.12}},
     "unclear: heap grows",
     "What comes cannot be relied on: the heap grows, and 30.0 s do not say how far. Predicted is "
     "no pause longer than the 100 ms seen."},
    {"it grows",
     0,
     1,
     1,
     0.1,
     {YOUNG, YOUNG, {1 * H, 5 * H, 1, 8}},
     "unclear: heap grows",
     "What comes cannot be relied on: the heap grows, and 30.0 s do not say how far. Predicted is "
     "a pause of 1 s, or 8 s if the heap goes on growing (a full collection), after 1 to 5 h."},
    {"bursts",
     0,
     1,
     147,
     0.1,
     {NEXT_GEN, NEXT_GEN, {2 * DAY, 3 * DAY, 1, 8}},
     "unclear: bursts",
     "What comes cannot be relied on: requests come in bursts, of which 30.0 s see too few."},
    {"behind the horizon, and nothing before",
     1,
     0,
     1,
     NAN,
     {NEXT_GEN, NEXT_GEN, {300 * DAY, 400 * DAY, 1e6, 1e7}},
     "nothing",
     "No collection comes."},
    {"behind the horizon, if not earlier: it would find less",
     0,
     0,
     1,
     NAN,
     {{30, 10 * DAY, 1000, 3000}, NEXT_GEN, NEXT_GEN},
     "12 s after 30 s or more (gen 0)",
     "30.0 s were too short to see what comes: predicted is a pause of 12 s (a collection of "
     "generation 0), after 30 s or more; none was seen.",
     .pause_max = 12},
    {"the policy changes, in bursts",
     0,
     1,
     147,
     0.1,
     {YOUNG, YOUNG, {1 * H, 5 * H, 1, 1}},
     "unclear: policy changes",
     "What comes cannot be relied on: the policy changes, or has changed meanwhile: a part "
     "of it begins, ends, freezes or unfreezes. Predicted is a pause of 1 s (a full collection), "
     "after 1 to 5 h.",
     .changes = 1},
    {"off, but not for long",
     0,
     1,
     1,
     NAN,
     {NEXT_GEN, NEXT_GEN, NEXT_GEN},
     "unclear: policy changes",
     "What comes cannot be relied on: the policy changes, or has changed meanwhile: a part "
     "of it begins, ends, freezes or unfreezes.",
     .changes = 1},
};

TEST(what_it_says)
{
    char shown[OUTLOOK_TEXT];
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct outlook outlook = outlook_of(&cases[i]);
        char *sentence = outlook_sentence(&outlook), *caution = outlook_caution(&outlook);
        check_text(cases[i].what, outlook_show(shown, &outlook), cases[i].shown);
        check_text(cases[i].what, sentence, cases[i].sentence);
        check_count(cases[i].what, caution == NULL, outlook_is_covered(&outlook));
        if (caution)
            check_mentions(cases[i].what, caution, cases[i].sentence);
        free(sentence);
        free(caution);
    }
}

/* A heap that grows without end is warned of, though no pause comes. */
TEST(heap_without_end)
{
    struct outlook outlook = outlook_of(&cases[1]);
    char shown[OUTLOOK_TEXT];
    outlook.heap_seen = 75 << 20;
    outlook.heap = 1.4 * outlook.heap_seen;
    check_that("as it was", !outlook_caution(&outlook));
    outlook.heap = 44.6 * (1 << 30);
    check_text("column", outlook_show(shown, &outlook), "no pause; heap 44.6 GiB");
    char *caution = outlook_caution(&outlook);
    check_text("caution", caution,
               "No collection comes. Garbage stays, and makes a heap of 44.6 GiB up to 24h.");
    check_that("nothing to be seen", outlook_is_covered(&outlook));
    free(caution);
}

/* Below a table stands what its words mean, and nothing of words that are not in it. */
TEST(legend)
{
    struct outlook unknown = outlook_of(&cases[0]), seen = outlook_of(&cases[3]);
    struct outlook both[] = {unknown, seen};
    char *nothing = outlook_legend(&unknown, 1), *some = outlook_legend(both, 2);
    check_text("nothing is known", nothing, "");
    check_mentions("seen", some, "Nothing new: ");
    check_that("not there", !strstr(some, "Unclear"));
    check_that("nothing to be run for", !strstr(some, "--until"));
    free(nothing);
    free(some);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct outlook outlook = outlook_of(&cases[i]);
        char *text = outlook_legend(&outlook, 1);
        bool open = outlook.is == OUTLOOK_COMES || outlook.is == OUTLOOK_UNRELIABLE;
        check_that(cases[i].what, (strstr(text, "--until covered") != NULL) == open);
        check_that(cases[i].what,
                   (strstr(text, "too short to see") != NULL) == (outlook.is > OUTLOOK_SEEN));
        check_that(cases[i].what, (strstr(text, "no collection comes") != NULL) ==
                                      (outlook.is == OUTLOOK_NOTHING));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says),
        cmocka_unit_test(heap_without_end),
        cmocka_unit_test(legend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
