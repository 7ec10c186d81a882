/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When each generation's turn comes, against the collector's own functions, trigger by trigger. */
#include "results/horizon/triggers.h"

#include <math.h>

#include "tests/unit/check.h"

#define SETTINGS      30000
#define TRIGGERS_MOST 20000

static uint64_t below(uint64_t *random, uint64_t limit)
{
    return test_random_below(random, limit);
}

/* Small and large ones, and counters beyond their thresholds, as after set_threshold. */
static struct trigger_state any_state(uint64_t *random)
{
    static const uint64_t limits[] = {1, 3, 12, 60};
    struct trigger_state state = {.count[0] = below(random, 1000), .threshold[0] = 700};
    uint64_t limit = limits[below(random, LENGTH(limits))];
    for (int g = 1; g < GENERATIONS; g++) {
        state.threshold[g] = below(random, limit);
        state.count[g] = below(random, 2 * limit);
    }
    state.long_lived_total = below(random, below(random, 2) ? 100000 : 20);
    state.long_lived_pending = below(random, below(random, 2) ? 40000 : 10);
    state.first_survivors = (double)below(random, below(random, 2) ? 30000 : 10);
    state.survivors = (double)below(random, below(random, 2) ? 3000 : 3);
    return state;
}

static struct collector collector_in(const struct trigger_state *state)
{
    struct collector collector;
    uint32_t thresholds[GENERATIONS];
    for (int g = 0; g < GENERATIONS; g++)
        thresholds[g] = (uint32_t)state->threshold[g];
    collector_init(&collector, collector_version("cpython-3.12"));
    collector_set_threshold(&collector, thresholds);
    for (int g = 0; g < GENERATIONS; g++)
        collector.count[g] = (uint32_t)state->count[g];
    collector.long_lived_total = state->long_lived_total;
    collector.long_lived_pending = state->long_lived_pending;
    return collector;
}

/* One trigger; the generation collected. */
static int pull(struct collector *collector, const struct trigger_state *state, bool first)
{
    collector->count[0] = collector->threshold[0] + 1;
    int g = collector_choose(collector);
    check_that("something is collected", g >= 0);
    double survivors = first ? state->first_survivors : state->survivors;
    collector_begin(collector, g);
    collector_end(collector, g, (uint64_t)survivors, 0, 0);
    collector->collecting = false;
    return g;
}

static void check_state(const struct trigger_state *state)
{
    struct triggers triggers = triggers_of(state);
    struct collector collector = collector_in(state);
    double first[GENERATIONS] = {0};
    bool middle = false;
    for (int trigger = 1; trigger <= TRIGGERS_MOST; trigger++) {
        int g = pull(&collector, state, !middle);
        middle |= g == 1;
        if (first[g] == 0)
            first[g] = trigger;
        if (g == 2) /* from there on generation 1 leaves what it usually does */
            break;
    }
    if (first[2] == 0)
        check_that("later, or never", triggers.first[2] > TRIGGERS_MOST);
    else
        check_real("full", triggers.first[2], first[2]);
    for (int g = 0; g < 2; g++)
        if (first[g] != 0)
            check_real(g ? "middle" : "young", triggers.first[g], first[g]);
        else if (first[2] != 0)
            check_that("behind the full one", triggers.first[g] > first[2]);
}

TEST(against_the_collector)
{
    uint64_t random = 11;
    for (int i = 0; i < SETTINGS; i++) {
        struct trigger_state state = any_state(&random);
        check_state(&state);
    }
}

/* A full one whose turn is never: nothing survives generation 1. */
TEST(never)
{
    const struct trigger_state state = {
        .threshold = {700, 10, 10}, .long_lived_total = 1000, .first_survivors = 249};
    struct triggers triggers = triggers_of(&state);
    check_that("never", isinf(triggers.first[2]) && triggers.waits_for_pending);
    check_real("generation 1", triggers.first[1], 12);
    check_real("generation 0", triggers.first[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_the_collector),
        cmocka_unit_test(never),
    };
    return cmocka_run_group_tests_name("triggers", tests, NULL, NULL);
}
