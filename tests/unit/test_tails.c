/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latencies up to the horizon, of runs that can be worked out by hand: a request every 20 ms takes
 * 10 ms of a single worker. A pause of 25 ms while one is served delays it and the next two, by 25,
 * 15 and 5 ms: each gap makes up for 10. */
#include "results/horizon/tails.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>

#include "results/statistics/extreme.h"
#include "sim/base/allocate.h"
#include "tests/unit/check.h"

#define MS       UINT64_C(1000000)
#define REQUESTS 100
#define SECONDS  2.0 /* of the run */

/* A run, and what is predicted to come. */
struct made_up {
    struct request requests[REQUESTS];
    struct collection collections[REQUESTS];
    struct simulation_result result;
    struct past past;
    struct prediction prediction;
};

static void begin(struct made_up *run, double horizon)
{
    *run = (struct made_up){
        .result = {.status = RUN_finished, .wall_ns = 2000 * MS, .idle_ns = 1000 * MS},
        .prediction = {.horizon = horizon,
                       .expected = {NAN, NAN, NAN},
                       .usual_pause = {NAN, NAN, NAN}},
    };
    for (int g = 0; g < GENERATIONS; g++)
        run->prediction.next[g].pause = NAN;
    for (uint64_t i = 0; i < REQUESTS; i++)
        run->requests[i] = (struct request){.arrival_ns = 20 * MS * i,
                                            .latency_ns = 10 * MS,
                                            .mutator_ns = 10 * MS * (i + 1),
                                            .idle_ns = 10 * MS * i,
                                            .slack_ns = 10 * MS * i};
    run->past = (struct past){.result = &run->result,
                              .requests = run->requests,
                              .request_count = REQUESTS,
                              .collections = run->collections};
}

/* A pause of 25 ms in the middle of request i, a generation's next. */
static void pause_in(struct made_up *run, int generation, uint64_t i)
{
    run->collections[run->past.collection_count++] =
        (struct collection){.wall_ns = (20 * i + 5) * MS,
                            .mutator_ns = (10 * i + 5) * MS,
                            .generation = generation,
                            .pause_ns = 25 * MS};
    run->requests[i].latency_ns += 25 * MS;
    run->requests[i + 1].latency_ns += 15 * MS;
    run->requests[i + 2].latency_ns += 5 * MS;
    for (uint64_t later = i + 1; later < REQUESTS; later++) {
        uint64_t made_up_ns = later == i + 1 ? 10 * MS : later == i + 2 ? 20 * MS : 25 * MS;
        run->requests[later].idle_ns -= made_up_ns;
        run->requests[later].slack_ns -= made_up_ns;
    }
}

static void to_come(struct made_up *run, int generation, double times, double pause)
{
    run->prediction.expected[generation] = times;
    run->prediction.next[generation].pause = pause;
}

static void check_tails(const char *what, const struct made_up *run, double p99, double p999,
                        double max)
{
    struct tails tails = tails_find(&run->past, &run->prediction);
    check_real(what, tails.p99, p99);
    check_real(what, tails.p999, p999);
    check_real(what, tails.max, max);
}

static void check_p95(const char *what, const struct made_up *run, double p95)
{
    struct tails tails = tails_find(&run->past, &run->prediction);
    check_real(what, tails.p95, p95);
}

static int find_tails(void *context, struct error *error)
{
    const struct made_up *run = context;
    (void)error;
    tails_find(&run->past, &run->prediction);
    return 0;
}

static void check_no_tails(const char *what, const struct made_up *run)
{
    struct tails tails = tails_find(&run->past, &run->prediction);
    check_that(what, isnan(tails.p95) && isnan(tails.p99) && isnan(tails.p999) && isnan(tails.max));
}

/* A thousand requests up to the horizon. */
TEST(full_collections_to_come)
{
    static const struct {
        const char *what;
        double times, p95, p99, p999, max;
    } rows[] = {
        {"none", 0, 0.010, 0.010, 0.010, 0.010},
        {"one: a request in a thousand is no longer than", 1, 0.010, 0.010, 0.025, 0.035},
        {"three delay nine", 3, 0.010, 0.010, 0.035, 0.035},
        {"five delay fifteen, ten by more than 15 ms", 5, 0.010, 0.015, 0.035, 0.035},
        {"eight", 8, 0.010, 0.025, 0.035, 0.035},
        {"eleven", 11, 0.010, 0.035, 0.035, 0.035},
        {"twenty delay sixty, forty by more than 5 ms", 20, 0.015, 0.035, 0.035, 0.035},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct made_up run;
        begin(&run, 10 * SECONDS);
        to_come(&run, 2, rows[i].times, 0.025);
        check_p95(rows[i].what, &run, rows[i].p95);
        check_tails(rows[i].what, &run, rows[i].p99, rows[i].p999, rows[i].max);
    }
}

TEST(where_they_come)
{
    static const struct {
        const char *what;
        struct policy_plan plan;
        double p999;
    } rows[] = {
        {"by thresholds, while one is served", {.generation = -1}, 0.035},
        {"of another generation, by a plan", {.generation = 1, .after = 3}, 0.035},
        {"at the end of a request, before the gap", {2, EVENT_request_end, 3, 3, 0, 0}, 0.025},
        {"as the gap begins", {2, EVENT_idle, 3, 3, 0, 0}, 0.025},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct made_up run;
        begin(&run, 10 * SECONDS);
        run.result.ending.plans = (struct policy_plans){{rows[i].plan}, 1};
        to_come(&run, 2, 11, 0.025);
        check_tails(rows[i].what, &run, rows[i].p999, rows[i].p999, rows[i].p999);
    }
}

/* Two requests one behind the other, then a gap of 20 ms. */
TEST(only_where_there_is_a_gap)
{
    static const struct {
        const char *what;
        enum program_event on;
        double p99;
    } rows[] = {
        {"at the end of a request, be there a gap or not", EVENT_request_end, 0.035},
        {"as a gap begins", EVENT_idle, 0.015},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct made_up run;
        begin(&run, 10 * SECONDS);
        for (uint64_t r = 1; r < REQUESTS; r += 2) {
            run.requests[r].arrival_ns -= 10 * MS;
            run.requests[r].idle_ns -= 10 * MS;
            run.requests[r].slack_ns -= 10 * MS;
        }
        run.result.ending.plans = (struct policy_plans){{{2, rows[i].on, 1, 1, 0, 0}}, 1};
        to_come(&run, 2, 100, 0.025);
        check_tails(rows[i].what, &run, rows[i].p99, rows[i].p99, rows[i].p99);
    }
}

/* At any instant, half of them gaps: the longest latency is 35 ms at half the instants, and between
 * 25 and 35 at others. */
TEST(by_the_clock)
{
    struct made_up run;
    begin(&run, 10 * SECONDS);
    run.result.ending.plans =
        (struct policy_plans){{{.generation = 2, .at_ns = 1, .every_ns = 1}}, 1};
    to_come(&run, 2, 11, 0.025);
    struct tails tails = tails_find(&run.past, &run.prediction);
    check_that("p99", tails.p99 > 0.0245 && tails.p99 < 0.027);
    check_real("max", tails.max, 0.035);
}

/* One was seen: it is one in the base's tenfold, too, unless it is left out. */
TEST(those_seen_count_as_often_as_they_come)
{
    struct made_up run;
    begin(&run, 10 * SECONDS);
    pause_in(&run, 2, 40);
    to_come(&run, 2, 2, 0.025);
    check_tails("two more", &run, 0.010, 0.035, 0.035);
    to_come(&run, 2, 10, 0.025);
    check_tails("ten more", &run, 0.035, 0.035, 0.035);
    run.prediction.horizon = 2 * SECONDS;
    to_come(&run, 2, 0.97, 0.025);
    check_tails("one more, nearly; two hundred requests", &run, 0.025, 0.035, 0.035);
    run.prediction.horizon = SECONDS;
    to_come(&run, 2, 0, 0.025);
    check_tails("no more", &run, 0.035, 0.035, 0.035);
}

/* The first collection of a young generation has start-up's heap in it; those behind it do not. */
TEST(one_off_collections_count_once)
{
    struct made_up run;
    begin(&run, 12 * SECONDS);
    pause_in(&run, 1, 40);
    to_come(&run, 1, 8, 0.001);
    check_tails("one that was seen", &run, 0.010, 0.025, 0.035);
    begin(&run, 12 * SECONDS);
    to_come(&run, 1, 9, 0.025);
    run.prediction.usual_pause[1] = 0.001;
    check_tails("one that is to come", &run, 0.010, 0.025, 0.035);
}

/* The one request that is left has nothing before it in which a pause could be. */
TEST(no_room_for_a_pause)
{
    struct made_up run;
    begin(&run, 10 * SECONDS);
    run.past.request_count = 4;
    pause_in(&run, 2, 1);
    to_come(&run, 2, 10, 0.025);
    check_tails("as observed", &run, 0.035, 0.035, 0.035);
}

/* With three or more seen it is the run that says how often they come, and how long they take. */
TEST(three_seen_say_how_often)
{
    struct made_up run;
    begin(&run, 10 * SECONDS);
    for (uint64_t i = 0; i < 4; i++)
        pause_in(&run, 2, 10 + 20 * i);
    to_come(&run, 2, 1, 0.9);
    check_tails("four, 400 ms apart", &run, 0.035, 0.035, 0.035);
}

TEST(without_anything_rare_they_are_those_of_the_run)
{
    struct made_up run;
    begin(&run, SECONDS);
    for (uint64_t i = 0; i < REQUESTS; i++)
        run.requests[i].latency_ns = (i * 37 % REQUESTS + 1) * MS;
    check_p95("of a run as long as the horizon", &run, 0.095);
    check_tails("of a run as long as the horizon", &run, 0.099, 0.1, 0.1);
    run.result.steady_ns = 20 * MS * 49;
    for (uint64_t i = 0; i < REQUESTS; i++)
        run.requests[i].latency_ns = i < 50 ? 200 * MS : (i - 49) * MS;
    check_tails("the second half alone", &run, 0.050, 0.050, 0.050);
}

TEST(nothing_to_go_by)
{
    struct made_up run;
    begin(&run, 10 * SECONDS);
    run.past.request_count = 0;
    check_no_tails("no requests", &run);
    begin(&run, 10 * SECONDS);
    run.result.steady_ns = run.result.wall_ns;
    check_no_tails("no steady state", &run);
    begin(&run, 10 * SECONDS);
    run.result.status = RUN_out_of_memory;
    check_no_tails("no end", &run);
    begin(&run, NAN);
    check_no_tails("nothing predicted", &run);
}

/* A pause so long, or so frequent, that no request is left, or that outlasts the run. */
TEST(whatever_comes)
{
    struct made_up run;
    begin(&run, 10 * SECONDS);
    to_come(&run, 2, 1, 5);
    struct tails tails = tails_find(&run.past, &run.prediction);
    check_real("5 s, in a run of two", tails.max, 5.01);
    begin(&run, 10 * SECONDS);
    for (uint64_t i = 0; i + 3 < REQUESTS; i += 3)
        pause_in(&run, 2, i);
    pause_in(&run, 2, REQUESTS - 3);
    tails = tails_find(&run.past, &run.prediction);
    check_real("all the time", tails.p99, 0.035);
}

/* Of a run with many requests; whatever was taken is given back, whenever it runs out. */
TEST(memory_runs_out)
{
    enum { MANY = 300000, STEPS = 32 };
    struct made_up run;
    struct request *requests = allocate_zeroed(MANY, sizeof *requests);
    uint64_t failures = 0;
    begin(&run, 10 * SECONDS);
    to_come(&run, 2, 3, 0.025);
    for (size_t i = 0; i < MANY; i++)
        requests[i] = run.requests[i % REQUESTS];
    run.past.requests = requests;
    run.past.request_count = MANY;
    for (uint64_t mib = 1; mib <= STEPS; mib++) {
        struct memory_account account = {.limit_bytes = mib << 20};
        struct error error;
        failures += attempt_within(&account, find_tails, &run, &error) != 0;
        check_signed("given back", account.taken_bytes, 0);
    }
    check_that("at first, not always", failures > 2 && failures < STEPS);
    free(requests);
}

TEST(the_largest_of_many)
{
    double x[1000];
    for (int i = 0; i < 1000; i++) /* exponential, in an order that is none */
        x[i] = -log((i * 619 % 1000 + 0.5) / 1000);
    check_that("none", isnan(extreme_largest(x, 0, 10)));
    check_real("few are no blocks", extreme_largest(x + 1, 19, 1e6), -log(0.0475));
    check_real("one is the median", extreme_largest(x, 1000, 1), -log(0.5005));
    check_real("all", extreme_largest(x, 1000, 1000), -log(0.0005));
    /* Blocks whose largest are 1 … 20: mean 10.5, deviation √35. */
    for (int i = 0; i < 40; i++)
        x[i] = i % 2 ? 0 : i / 2 + 1;
    double scale = sqrt(35 * 6) / M_PI;
    check_real("a hundred times as many", extreme_largest(x, 40, 4000),
               10.5 - scale * M_EULER + scale * (log(2000) - log(log(2))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_collections_to_come),
        cmocka_unit_test(where_they_come),
        cmocka_unit_test(only_where_there_is_a_gap),
        cmocka_unit_test(by_the_clock),
        cmocka_unit_test(those_seen_count_as_often_as_they_come),
        cmocka_unit_test(one_off_collections_count_once),
        cmocka_unit_test(no_room_for_a_pause),
        cmocka_unit_test(three_seen_say_how_often),
        cmocka_unit_test(without_anything_rare_they_are_those_of_the_run),
        cmocka_unit_test(nothing_to_go_by),
        cmocka_unit_test(whatever_comes),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(the_largest_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
