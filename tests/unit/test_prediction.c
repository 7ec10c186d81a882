/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes behind runs that can be worked out by hand: 100 s, in each of which 1000 objects are
 * born that stay, with thresholds of 999, 10 and 10: a trigger every second. */
#include "results/horizon/prediction.h"

#include <math.h>

#include "sim/base/units.h"
#include "tests/unit/check.h"

#define S        ((uint64_t)NS_PER_S)
#define SAMPLES  100
#define REQUESTS 2000

struct made_up {
    struct sample samples[SAMPLES];
    struct request requests[REQUESTS];
    struct collection collections[SAMPLES];
    struct simulation_result result;
    struct past past;
};

/* `now` objects would be examined, of which so many are garbage. */
static void would_find(struct made_up *run, int g, uint64_t now, uint64_t garbage)
{
    run->result.ending.would_find[g] = (struct would_find){
        .examined = now,
        .unreachable = garbage,
        .worked_ns = 4 * S,
        .load = {1e6 * (double)(now + garbage), (double)now, (double)now},
        .garbage = {2e6 * (double)garbage, (double)garbage, (double)garbage},
    };
}

/* Seconds of a collection of so many objects, worked out by hand: 1 ms for one that survives, 2 for
 * garbage, a byte each, and 100 us for one that a cache of 1000 bytes does not hold. */
static double pause_s(double survivors, double garbage, double worked_s)
{
    double objects = survivors + garbage;
    double held = fmin(1, 1000 / objects) * (1 - 0.5 * (1 - exp(-worked_s / 10)));
    return 1e-3 * survivors + 2e-3 * garbage + 1e-4 * objects * (1 - held);
}

static void begin(struct made_up *run)
{
    *run = (struct made_up){
        .result = {
            .status = RUN_finished,
            .wall_ns = 100 * S,
            .mutator_ns = 50 * S,
            .prices = {.caches = {{.bytes = 1000, .share = 1, .forgets = 10 * S, .most = 0.5}},
                       .cache_count = 1,
                       .scatter_ns = 1e5,
                       .young_ns = 1e5,
                       .scale = 1}}};
    struct ending *ending = &run->result.ending;
    *ending = (struct ending){.automatic = 1,
                              .count = {500, 3, 2},
                              .threshold = {999, 10, 10},
                              .heap_bytes = 3000,
                              .live_bytes = 2000};
    for (uint64_t i = 0; i < SAMPLES; i++)
        run->samples[i] = (struct sample){
            .wall_ns = (i + 1) * S, .live_bytes = 2000 + i % 2, .net = 1000 * (i + 1)};
    run->result.totals.tracked[0] = 100000;
    for (int g = 0; g < GENERATIONS; g++)
        would_find(run, g, 1000, 1000);
    run->past = (struct past){.result = &run->result,
                              .samples = run->samples,
                              .sample_count = SAMPLES,
                              .collections = run->collections,
                              .requests = run->requests};
}

static void check_instants(const char *what, const struct prediction *prediction, double young,
                           double middle, double full)
{
    const double expected[GENERATIONS] = {young, middle, full};
    for (int g = 0; g < GENERATIONS; g++) {
        const struct prediction_of *next = &prediction->next[g];
        if (isnan(expected[g])) {
            check_that(what, isnan(next->at) && isnan(next->low) && isnan(next->pause));
            check_real(what, prediction->expected[g], 0);
            continue;
        }
        check_real(what, next->at, expected[g]);
        check_that(what, 100 <= next->low && next->low <= next->at && next->at <= next->high);
        check_that(what, 0 < next->pause && next->pause <= next->pause_high);
    }
}

/* The first trigger is half an interval away, generation 1 behind 8 young ones, the full one behind
 * 9 of generation 1, 12 s apart; from one full one to the next there are 11. */
TEST(by_counters)
{
    static struct made_up run;
    begin(&run);
    struct prediction prediction = predict(&run.past, 1105 * S);
    check_instants("all", &prediction, 100.5, 108.5, 205.5);
    check_real("rate", prediction.net_rate, 1000);
    check_real("period", prediction.full_period, 133);
    check_real("full", prediction.expected[2], 1 + (1105 - 205.5) / 133);
    check_that("narrow", prediction.next[2].high - prediction.next[2].low < 2.1);
    check_real("covered", prediction.covered, 0);
    check_real("flagged", prediction.flagged, 0);
    run.result.ending.long_lived_total = 8; /* and nothing survives generation 1 */
    prediction = predict(&run.past, 1105 * S);
    check_instants("25%", &prediction, 100.5, 108.5, NAN);
}

/* The same rate from collections, which reclaim half. */
TEST(without_samples)
{
    static struct made_up run;
    begin(&run);
    run.past.sample_count = 0;
    run.past.collection_count = SAMPLES;
    for (uint64_t i = 0; i < SAMPLES; i++)
        run.collections[i] = (struct collection){.wall_ns = i * S + S / 2,
                                                 .before = {1000, 500 * i},
                                                 .examined = 1000,
                                                 .unreachable = 500,
                                                 .pause_ns = 7000000};
    run.result.totals.tracked[0] = 50000;
    run.result.totals.freed_by_collector[0] = 50000;
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_that("rate", fabs(prediction.net_rate - 1000) < 10);
    check_instants("all", &prediction, 100.5, 108.5, 205.5);
    check_that("and no noise", prediction.next[2].high - prediction.next[2].low < 8);
    check_that("growth is not known", isnan(prediction.live_growth));
    check_real("so nothing is covered", prediction.covered, 0);
    check_real("seen", prediction.next[0].pause, 0.007);
}

TEST(nothing_to_go_by)
{
    static struct made_up run;
    begin(&run);
    run.result.status = RUN_out_of_memory;
    check_that("no end", isnan(predict(&run.past, S).horizon));
    begin(&run);
    run.result.steady_ns = run.result.wall_ns;
    check_that("no steady state", isnan(predict(&run.past, S).horizon));
    begin(&run);
    run.past.sample_count = 0;
    check_that("no numbers", isnan(predict(&run.past, S).horizon));
}

/* A timer, alone: an hour's garbage of 1000 objects a second, at 2 ms each. */
TEST(by_the_clock)
{
    static struct made_up run;
    begin(&run);
    run.result.ending.automatic = 0;
    policy_plans_add(
        &run.result.ending.plans,
        (struct policy_plan){.generation = 2, .at_ns = 3700 * S, .every_ns = 3600 * S});
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_instants("timed", &prediction, NAN, NAN, 3700);
    check_real("period", prediction.full_period, 3600);
    check_real("23", prediction.expected[2], 23);
    double bytes = 1000 + 3600 * 1000; /* of garbage, one an object */
    check_real("pause", prediction.next[2].pause, pause_s(0, bytes, 4 + 1800));
    check_real("as usual", prediction.usual_pause[2], pause_s(0, bytes, 1800));
    check_real("heap", prediction.horizon_heap_peak, 2000 + bytes);
    run.result.ending.automatic = 1; /* younger ones reclaim it */
    prediction = predict(&run.past, 86400 * S);
    check_instants("besides", &prediction, 100.5, 108.5, 205.5);
}

/* Reports as often as in the steady state, which begins after 50 s. */
TEST(by_events)
{
    static struct made_up run;
    begin(&run);
    run.result.ending.automatic = 0;
    run.result.steady_ns = 50 * S;
    run.result.events[EVENT_idle] = 130;
    run.result.early_events[EVENT_idle] = 30;
    run.result.events[EVENT_step_done] = run.result.early_events[EVENT_step_done] = 12;
    policy_plans_add(
        &run.result.ending.plans,
        (struct policy_plan){.generation = 1, .on = EVENT_idle, .after = 40, .every = 200});
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_instants("2 a second", &prediction, NAN, 120, NAN);
    check_real("every 100 s", prediction.expected[1], 863);
    check_that("by chance", prediction.next[1].high > 125 && prediction.next[1].low < 115);
    run.result.ending.plans.plans[0].on = EVENT_step_done;
    prediction = predict(&run.past, 86400 * S);
    check_instants("of start-up", &prediction, NAN, NAN, NAN);
}

/* Policies that are in force together: the first of each generation, and all that come. */
TEST(by_several)
{
    static struct made_up run;
    begin(&run);
    run.result.ending.automatic = 0;
    run.result.steady_ns = 50 * S;
    run.result.events[EVENT_idle] = 100;
    struct policy_plans *plans = &run.result.ending.plans;
    policy_plans_add(plans, (struct policy_plan){2, .at_ns = 90000 * S, .every_ns = 90000 * S});
    policy_plans_add(plans, (struct policy_plan){1, EVENT_idle, .after = 40, .every = 200});
    policy_plans_add(plans, (struct policy_plan){1, .at_ns = 105 * S, .every_ns = 1000 * S});
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_instants("the first of each", &prediction, NAN, 105, 90000);
    check_real("every 100 s, and every 1000 s", prediction.expected[1], 863 + 87);
    policy_plans_add(plans, (struct policy_plan){2, .at_ns = 1000 * S, .every_ns = 86400 * S});
    prediction = predict(&run.past, 86400 * S);
    check_instants("of two, the sooner", &prediction, NAN, 105, 1000);
    check_real("one of them within a day", prediction.expected[2], 1);
}

/* What a younger planned collection has reclaimed, a full one does not find. */
TEST(younger_ones_between)
{
    static struct made_up run;
    begin(&run);
    run.result.ending.automatic = 0;
    struct policy_plans *plans = &run.result.ending.plans;
    policy_plans_add(plans, (struct policy_plan){2, .at_ns = 3700 * S, .every_ns = 3600 * S});
    double alone = 1000 + 3600 * 1000; /* of garbage: what there is, and an hour's */
    check_real("alone", predict(&run.past, 86400 * S).next[2].pause, pause_s(0, alone, 4 + 1800));
    policy_plans_add(plans, (struct policy_plan){1, .at_ns = 150 * S, .every_ns = 100 * S});
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_instants("both", &prediction, NAN, 150, 3700);
    check_real("of 50 s", prediction.next[2].pause, pause_s(0, 50 * 1000, 4 + 1800));
    check_real("as usual", prediction.usual_pause[2], pause_s(0, 50 * 1000, 1800));
}

/* What a policy will do besides collecting is said, if it comes within the horizon. */
TEST(changes)
{
    static const struct {
        const char *what;
        enum program_event on;
        uint64_t after;
        double changes;
    } rows[] = {
        {"soon", EVENT_idle, 40, 1},
        {"within the horizon", EVENT_idle, 172000, 1},
        {"behind it", EVENT_idle, 173000, 0},
        {"never, at these rates", EVENT_step_done, 1, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        static struct made_up run;
        begin(&run);
        run.result.steady_ns = 50 * S;
        run.result.events[EVENT_idle] = 100;
        double covered = predict(&run.past, 86400 * S).covered;
        policy_plans_add_change(&run.result.ending.plans, rows[i].on, rows[i].after);
        struct prediction prediction = predict(&run.past, 86400 * S);
        check_real(rows[i].what, prediction.changes, rows[i].changes);
        check_real(rows[i].what, prediction.flagged, rows[i].changes);
        check_real(rows[i].what, prediction.covered, rows[i].changes > 0 ? 0 : covered);
    }
}

/* No pause ever comes; all that is born stays. */
TEST(never)
{
    static struct made_up run;
    begin(&run);
    run.result.ending.automatic = 0;
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_instants("off", &prediction, NAN, NAN, NAN);
    check_real("covered", prediction.covered, 1);
    check_real("pause", prediction.horizon_pause_max, 0);
    check_real("heap", prediction.horizon_heap_peak, 2000 + 1000 + 86300 * 1000.0);
    check_that("no period", isnan(prediction.full_period));
}

/* A trigger 100,000 s away, or a little earlier: by the horizon no more can have gathered than if
 * collection were off. */
TEST(not_before_the_horizon)
{
    static struct made_up run;
    begin(&run);
    run.result.ending.threshold[0] = 99999999;
    run.result.ending.count[0] = 0;
    struct prediction prediction = predict(&run.past, 86400 * S);
    double bytes = 1000 + 86300 * 1000.0;
    check_real("young", prediction.next[0].at, 100100);
    check_that("may come earlier", prediction.next[0].low < 86400);
    check_real("pause", prediction.horizon_pause_max, pause_s(0, bytes, 4 + 43150));
    check_real("heap", prediction.horizon_heap_peak, 2000 + bytes);
    run.result.ending.threshold[0] = INT32_MAX;
    run.result.ending.threshold[1] = run.result.ending.threshold[2] = INT32_MAX;
    prediction = predict(&run.past, 86400 * S);
    check_that("a century", prediction.next[2].at < 3.2e9 && prediction.full_period < 3.2e9);
    check_that("of garbage", prediction.next[2].pause_high < 1e12);
    check_real("no more in the heap", prediction.horizon_heap_peak, 2000 + bytes);
}

/* Requests: one every 50 ms for 100 s, or 20 times as many in a tenth of the time. */
static void arrive(struct made_up *run, bool in_a_burst)
{
    for (uint64_t i = 0; i < REQUESTS; i++)
        run->requests[i].arrival_ns = in_a_burst ? 60 * S + i * S / 1000 : i * S / 20;
    run->requests[0].arrival_ns = 0;
    run->past.request_count = REQUESTS;
    run->result.last_answer_ns = 100 * S;
}

TEST(flags)
{
    static struct made_up run;
    begin(&run);
    arrive(&run, false);
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_that("even", prediction.arrival_dispersion < 0.1);
    check_real("even", prediction.flagged, 0);
    arrive(&run, true);
    prediction = predict(&run.past, 86400 * S);
    check_that("a burst", prediction.arrival_dispersion > 4 && prediction.flagged == 1);
    begin(&run);
    would_find(&run, 2, 3000, 1000); /* an object a byte */
    for (uint64_t i = 0; i < SAMPLES; i++)
        run.samples[i].live_bytes = 2000 + 50 * i;
    check_real("slow growth", predict(&run.past, 86400 * S).flagged, 0);
    for (uint64_t i = 0; i < SAMPLES; i++)
        run.samples[i].live_bytes = 2000 + 200 * i;
    prediction = predict(&run.past, 86400 * S);
    check_real("objects a second", prediction.live_growth, 200);
    check_real("growth", prediction.flagged, 1);
    check_that("longer", prediction.next[2].pause_high > prediction.next[2].pause ||
                             prediction.next[2].at < 200);
    for (uint64_t i = 0; i < SAMPLES; i++)
        run.samples[i].live_bytes = 2000 + 50000 * (i / 10 % 2);
    check_real("to and fro", predict(&run.past, 86400 * S).flagged, 0);
}

/* All that can come has been seen: full ones three times. */
TEST(covered)
{
    static struct made_up run;
    begin(&run);
    for (int i = 0; i < 5; i++) {
        run.past.collection_count = (size_t)i;
        run.collections[i] = (struct collection){.wall_ns = (uint64_t)(20 * i + 1) * S,
                                                 .generation = i < 2 ? i : 2,
                                                 .before = {0, 0, (uint64_t)(20 * i + 1) * 1000},
                                                 .examined = 1,
                                                 .pause_ns = S};
        check_real("not yet", predict(&run.past, 86400 * S).covered, 0);
    }
    run.past.collection_count = 5;
    struct prediction prediction = predict(&run.past, 86400 * S);
    check_real("all", prediction.covered, 1);
    check_that("longest", prediction.horizon_pause_max >= 1);
    run.past.collection_count = 2;
    check_real("the run is longer", predict(&run.past, 99 * S).covered, 1);
    check_real("no full one so soon", predict(&run.past, 190 * S).covered, 1);
    check_real("but then", predict(&run.past, 210 * S).covered, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_counters),
        cmocka_unit_test(without_samples),
        cmocka_unit_test(nothing_to_go_by),
        cmocka_unit_test(by_the_clock),
        cmocka_unit_test(by_events),
        cmocka_unit_test(by_several),
        cmocka_unit_test(younger_ones_between),
        cmocka_unit_test(changes),
        cmocka_unit_test(never),
        cmocka_unit_test(not_before_the_horizon),
        cmocka_unit_test(flags),
        cmocka_unit_test(covered),
    };
    return cmocka_run_group_tests_name("prediction", tests, NULL, NULL);
}
