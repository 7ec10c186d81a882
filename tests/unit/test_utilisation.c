/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/statistics/utilisation.h"

#include <math.h>

#include "tests/unit/check.h"

struct span {
    uint64_t begin, length;
};

#define MOST_PAUSES 100

static double minimum(const struct span *pauses, size_t count, uint64_t window, uint64_t from,
                      uint64_t to)
{
    struct utilisation utilisation;
    utilisation_init(&utilisation, window, from, to);
    for (size_t i = 0; i < count; i++)
        check_that("in order", utilisation_pause(&utilisation, pauses[i].begin, pauses[i].length));
    double least = utilisation_minimum(&utilisation);
    utilisation_fini(&utilisation);
    return least;
}

TEST(by_hand)
{
    static const struct {
        const char *what;
        struct span pauses[4]; /* up to the first of no length */
        uint64_t window, from, to;
        double least;
    } rows[] = {
        {"no pause", {{0, 0}}, 10, 0, 100, 1},
        {"one pause", {{40, 5}}, 10, 0, 100, 0.5},
        {"longer than the window", {{40, 11}}, 10, 0, 100, 0},
        {"two in one window", {{40, 2}, {46, 3}}, 10, 0, 100, 0.5},
        {"two just in one window", {{40, 2}, {47, 3}}, 10, 0, 100, 0.5},
        {"two just not", {{40, 2}, {48, 3}}, 10, 0, 100, 0.6},
        {"the second best end of the first", {{40, 4}, {47, 5}}, 10, 0, 100, 0.3},
        {"one after the other", {{40, 4}, {44, 4}}, 10, 0, 100, 0.2},
        {"at the beginning", {{0, 5}}, 10, 0, 100, 0.5},
        {"at the end", {{95, 5}}, 10, 0, 100, 0.5},
        {"over the beginning", {{0, 25}}, 10, 20, 100, 0.5},
        {"over the end", {{95, 50}}, 10, 0, 100, 0.5},
        {"before and after", {{0, 20}, {100, 20}}, 10, 20, 100, 1},
        {"the whole run", {{0, 200}}, 10, 20, 100, 0},
        {"the window is the run", {{10, 20}, {50, 10}}, 100, 0, 100, 0.7},
        {"the run is too short", {{10, 20}, {50, 10}}, 101, 0, 100, NAN},
        {"the run is turned round", {{10, 20}}, 10, 100, 0, NAN},
        {"in the first window only", {{2, 1}, {4, 1}, {6, 1}}, 10, 0, 11, 0.7},
        {"two that the first window cuts", {{2, 4}, {8, 4}}, 10, 0, 100, 0.2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        size_t count = 0;
        while (count < LENGTH(rows[i].pauses) && rows[i].pauses[count].length > 0)
            count++;
        double least = minimum(rows[i].pauses, count, rows[i].window, rows[i].from, rows[i].to);
        check_that(rows[i].what,
                   isnan(rows[i].least) ? isnan(least) : fabs(least - rows[i].least) < 1e-15);
    }
}

TEST(order)
{
    static const struct {
        const char *what;
        struct span pauses[2];
        bool allowed;
    } rows[] = {
        {"later", {{10, 5}, {16, 1}}, true},
        {"at the end", {{10, 5}, {15, 1}}, true},
        {"inside", {{10, 5}, {14, 1}}, false},
        {"before", {{10, 5}, {5, 1}}, false},
        {"twice", {{10, 5}, {10, 5}}, false},
        {"nothing twice", {{10, 0}, {10, 0}}, true},
        {"outside the run", {{200, 5}, {100, 5}}, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct span *pauses = rows[i].pauses;
        struct utilisation utilisation;
        utilisation_init(&utilisation, 10, 0, 100);
        check_that(rows[i].what,
                   utilisation_pause(&utilisation, pauses[0].begin, pauses[0].length));
        check_count(rows[i].what,
                    utilisation_pause(&utilisation, pauses[1].begin, pauses[1].length),
                    rows[i].allowed);
        utilisation_fini(&utilisation);
    }
}

/* Every window there is, counting the nanoseconds in it one by one. */
static double by_force(const struct span *pauses, size_t count, uint64_t window, uint64_t from,
                       uint64_t to)
{
    bool paused[400] = {false};
    uint64_t most = 0;
    if (to - from < window)
        return NAN;
    for (size_t i = 0; i < count; i++)
        for (uint64_t ns = 0; ns < pauses[i].length; ns++)
            paused[pauses[i].begin + ns] = true;
    for (uint64_t begin = from; begin + window <= to; begin++) {
        uint64_t inside = 0;
        for (uint64_t ns = begin; ns < begin + window; ns++)
            inside += paused[ns];
        if (inside > most)
            most = inside;
    }
    return (double)(window - most) / (double)window;
}

TEST(every_window)
{
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        struct span pauses[MOST_PAUSES];
        size_t count = 0;
        uint64_t at = 0, length = 1 + test_random_below(&seed, 200);
        uint64_t gap = 1 + test_random_below(&seed, 20), pause = 1 + test_random_below(&seed, 10);
        while (count < MOST_PAUSES) {
            at += test_random_below(&seed, gap);
            struct span next = {at, test_random_below(&seed, pause)};
            at += next.length;
            if (at > length)
                break;
            pauses[count++] = next;
        }
        uint64_t from = test_random_below(&seed, 1 + length / 4);
        uint64_t to = length - test_random_below(&seed, 1 + length / 4);
        uint64_t window = 1 + test_random_below(&seed, to - from + 2);
        double least = minimum(pauses, count, window, from, to);
        double expected = by_force(pauses, count, window, from, to);
        check_that("the same", isnan(expected) ? isnan(least) : least == expected);
    }
}

/* Long after what it has room for at first, and with numbers that doubles do not hold. */
TEST(many_pauses)
{
    static const uint64_t windows[] = {1, 100, 1000, 12345, 100000};
    const uint64_t from = UINT64_C(1) << 60;
    for (size_t i = 0; i < LENGTH(windows); i++) {
        uint64_t window = windows[i];
        struct utilisation utilisation;
        utilisation_init(&utilisation, window, from, from + 1000000);
        for (uint64_t k = 0; k < 10000; k++)
            check_that("in order", utilisation_pause(&utilisation, from + 100 * k + 7, 25));
        uint64_t rest = window % 100, paused = window / 100 * 25 + (rest < 25 ? rest : 25);
        check_that("every hundred",
                   utilisation_minimum(&utilisation) == (double)(window - paused) / (double)window);
        utilisation_fini(&utilisation);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(order),
        cmocka_unit_test(every_window),
        cmocka_unit_test(many_pauses),
    };
    return cmocka_run_group_tests_name("utilisation", tests, NULL, NULL);
}
