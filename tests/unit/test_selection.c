/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The race of systems, by values whose end can be worked out by hand. How often it selects the best
 * is counted in tests/statistics/test_stopping.c. */
#include "results/statistics/selection.h"

#include <math.h>

#include "tests/unit/check.h"

/* η of Kim and Nelson (2001) is 0.334 for two systems and 0.824 for nine, with n0 = 10. */
TEST(factors)
{
    static const struct {
        size_t systems, first;
        double expected; /* 2 η (n0 - 1), η = ((0.1 / (k - 1))^(-2 / (n0 - 1)) - 1) / 2 */
    } rows[] = {
        {2, 10, 6.0129048},
        {9, 10, 14.8315009},
        {9, 20, 11.1355320},
        {1, 10, 6.0129048}, /* nobody to lose to */
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct selection_rule rule = {0.02, 0.95, rows[i].first};
        check_that("factor",
                   fabs(selection_factor(rows[i].systems, &rule) - rows[i].expected) < 1e-6);
    }
}

#define SYSTEMS      3
#define REPLICATIONS 12

/* Rules with n0 = 2 and three systems have η = (0.05^-2 - 1) / 2, h² = 399. */
TEST(races)
{
    static const struct {
        const char *what;
        double values[SYSTEMS][REPLICATIONS];
        size_t replications;
        double share;
        double zone;
        size_t lost_after[SYSTEMS], left, without, best;
    } rows[] = {
        {"equal: the first", {{2, 4}, {2, 4}, {2, 4}}, 2, 0.1, 0.3, {0, 2, 2}, 1, 0, 0},
        {"always as far apart", {{3, 5}, {2, 4}, {2.5, 4.5}}, 2, 0.1, 0.3, {2, 0, 2}, 1, 0, 1},
        {"what is 0 has no part in the zone",
         {{0, 0}, {30, 30}, {3.5, 3.5}},
         2,
         0.1,
         0.35,
         {0, 2, 2},
         1,
         0,
         0},
        {"without a zone", {{-1, 1}, {1, -1}, {-2, 2}}, 2, 0.1, 0, {0}, 3, 0, 0},
        {"without a zone, but equal", {{-1, 1}, {-1, 1}, {-1, 1}}, 2, 0.1, 0, {0, 2, 2}, 1, 0, 0},
        {"negative means", {{-3, -5}, {-2, -4}, {-2, -4}}, 2, 0.1, 0.4, {0, 2, 2}, 1, 0, 0},
        {"no value of one", {{NAN, 1}, {4, 6}, {5, 7}}, 2, 0.2, 1, {2, 0, 2}, 1, 1, 1},
        {"no value of any", {{NAN, 1}, {4, NAN}, {NAN, NAN}}, 2, 0.2, 0, {2, 2, 2}, 0, 3, 0},
        {"no value of the leader later",
         {{1, 3, NAN}, {4, 7, 8}, {5, 9, 8}},
         3,
         0.1,
         0.2,
         {3, 0, 0},
         2,
         1,
         1},
        /* The variance of both differences is 1/2, so W(r) = (399/2 - r) / 2r: 49 at r = 2, 8.6 at
         * 11 and 7.8 at 12. */
        {"far behind", {{1000, 1001}, {1, 1}, {1, 2}}, 2, 1, 1, {2, 0, 0}, 2, 0, 1},
        {"by and by",
         {{1000, 1001},
          {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
          {1, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 29}},
         12,
         1,
         1,
         {2, 0, 12},
         1,
         0,
         1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const double *values[SYSTEMS];
        const struct selection_rule rule = {rows[i].share, 0.95, 2};
        struct selection selection;
        for (size_t s = 0; s < SYSTEMS; s++)
            values[s] = rows[i].values[s];
        selection_make(&selection, values, SYSTEMS, rows[i].replications, &rule);
        check_real(rows[i].what, selection.zone, rows[i].zone);
        for (size_t s = 0; s < SYSTEMS; s++)
            check_count(rows[i].what, selection.lost_after[s], rows[i].lost_after[s]);
        check_count(rows[i].what, selection.left, rows[i].left);
        check_count(rows[i].what, selection.without, rows[i].without);
        check_count(rows[i].what, selection.best, rows[i].best);
        selection_fini(&selection);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors),
        cmocka_unit_test(races),
    };
    return cmocka_run_group_tests_name("selection", tests, NULL, NULL);
}
