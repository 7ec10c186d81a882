/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether workloads do what their parameters say: how many requests arrive and when, how much
 * memory there is, how long the worker is busy. Seeds are fixed; what is random lies within four
 * standard deviations. */
#include <math.h>
#include <string.h>

#include "policies/registry.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"
#include "workloads/registry.h"

static void run_workload(struct run *run, const char *spec, const char *policy_spec)
{
    struct setting workload, policy;
    struct error error = {""};
    setting_parse(&workload, spec, workloads, "workload", &error);
    setting_parse(&policy, policy_spec, policies, "policy", &error);
    check_text(spec, error.text, "");
    run_simulation(run, &(struct simulation_setup){
                            .collector = collector_version("cpython-3.13"),
                            .workload = &workload,
                            .policy = &policy,
                            .seed = 3,
                            .sample_ns = 100 * NS_PER_MS,
                        });
    check_text(spec, run->error.text, "");
    check_signed(spec, run->status, 0);
    setting_fini(&workload);
    setting_fini(&policy);
}

#define SMALL "modules=500,startup=0s,settle=0s,objects=50,sessions=10,cache=10,"

/* A Poisson process, whatever the worker is doing. */
TEST(requests)
{
    static const struct {
        const char *spec;
        double expected;
    } rows[] = {
        {"web:" SMALL "rate=100,duration=30s,cpu=1ms", 3000},
        {"web:" SMALL "rate=100,duration=30s,cpu=7ms", 3000},
        {"web:" SMALL "rate=100,duration=30s,cpu=20ms", 3000}, /* more than it can do */
        {"web:" SMALL "rate=100,duration=30s,cpu=7ms,concurrency=1,io_share=1", 3000},
        {"web:" SMALL "rate=50,duration=40s,cpu=0s,burst_factor=5,burst_every=4s,burst_length=1s",
         4000},
        {"web:" SMALL "rate=100,duration=30s,cpu=0s,burst_factor=0,burst_every=3s,burst_length=1s",
         2000},
        {"web:" SMALL "rate=100,duration=0s", 0},
        {"queue:rate=100,duration=30s", 3000},
        {"queue:rate=100,duration=30s,service=20ms", 3000}, /* more than it can do */
        {"queue:rate=100,duration=0s", 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_workload(&run, rows[i].spec, "default");
        double requests = (double)run.result.requests;
        check_that(rows[i].spec, fabs(requests - rows[i].expected) <= 4 * sqrt(rows[i].expected));
        run_fini(&run);
    }
}

/* Which part of the requests arrives while rate × factor holds: the first second of four. */
TEST(web_bursts)
{
    struct run run;
    uint64_t inside = 0;
    run_workload(&run,
                 "web:" SMALL "rate=50,duration=40s,cpu=0s,burst_factor=5,burst_every=4s,"
                 "burst_length=1s",
                 "default");
    for (size_t i = 0; i < run.record.request_count; i++)
        inside += (run.record.requests[i].arrival_ns - run.result.service_ns) % (4 * NS_PER_S) <
                  (uint64_t)NS_PER_S;
    double expected = 2500; /* of 4000: 250 a second for 10 of 40 seconds */
    check_that("in bursts", fabs((double)inside - expected) <= 4 * sqrt(expected));
    run_fini(&run);
}

/* Start-up makes as many objects as it is told; an entry more or less for its tables. */
TEST(live_memory)
{
    static const struct {
        const char *spec, *policy;
        uint64_t least_bytes, most_bytes;
    } rows[] = {
        {"web:modules=100000,duration=0s,module_payload=0", "default", 8000000, 10000000},
        {"web:modules=100000,duration=0s,module_payload=100", "default", 18000000, 20000000},
        {"web:modules=100000,duration=0s,module_payload=0,payload=1MiB,session_payload=1MiB",
         "default", 8000000, 10000000},
        {"device:duration=1s,boot_steps=4,step_objects=1000,slowdown=1", "default", 500000, 700000},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_workload(&run, rows[i].spec, rows[i].policy);
        const struct sample *last = &run.record.samples[run.record.sample_count - 1];
        check_that(rows[i].spec, last->live_bytes >= rows[i].least_bytes);
        check_that(rows[i].spec, last->live_bytes <= rows[i].most_bytes);
        run_fini(&run);
    }
}

/* Objects at the end of a web service without traffic, of which so many are frozen. */
static uint64_t objects_of(const char *warm, const char *policy, uint64_t *frozen)
{
    struct run run;
    struct text spec = {.text = ""};
    uint64_t objects = 0;
    text_add(&spec, "web:modules=1000,import_cycles=0,duration=0s,%s", warm);
    run_workload(&run, spec.text, policy);
    for (int g = 0; g <= PERMANENT; g++)
        objects += run.result.totals.tracked[g];
    *frozen = run.result.totals.tracked[PERMANENT];
    run_fini(&run);
    return objects;
}

/* Entries of the session table have 5 objects, those of the cache 3. */
TEST(web_warm_start)
{
    static const struct {
        const char *warm;
        uint64_t more;
    } rows[] = {
        {"sessions=100,cache=50,warm=0", 0},
        {"sessions=100,cache=50,warm=1", 650},
        {"sessions=100,cache=50,warm=50%", 325},
        {"sessions=1,cache=1,warm=0.9", 0},
        {"sessions=30000,cache=20000,warm=100%", 210000}, /* more than is made at once */
    };
    uint64_t frozen, frozen_cold, cold = objects_of("warm=0", "freeze", &frozen_cold);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        check_count(rows[i].warm, objects_of(rows[i].warm, "freeze", &frozen) - cold, rows[i].more);
        check_count("what service fills is not frozen", frozen, frozen_cold);
    }
}

/* By the samples of the first and of the last quarter. */
TEST(a_warm_service_does_not_grow)
{
    static const char *const specs[] = {
        "web:modules=500,startup=0s,objects=50,rate=100,duration=20s,cpu=1ms,sessions=1000,"
        "cache=1000,warm=0",
        "web:modules=500,startup=0s,objects=50,rate=100,duration=20s,cpu=1ms,sessions=1000,"
        "cache=1000,warm=1",
    };
    double growth[LENGTH(specs)];
    for (size_t i = 0; i < LENGTH(specs); i++) {
        struct run run;
        double early = 0, late = 0;
        run_workload(&run, specs[i], "default");
        size_t quarter = run.record.sample_count / 4;
        for (size_t k = 0; k < quarter; k++) {
            early += (double)run.record.samples[k].live_bytes;
            late += (double)run.record.samples[run.record.sample_count - 1 - k].live_bytes;
        }
        growth[i] = late / early;
        run_fini(&run);
    }
    check_that("cold: it more than doubles", growth[0] > 2);
    check_that("warm: 2% or less", fabs(growth[1] - 1) < 0.02);
}

/* A device that leaves a cycle at each disconnect and is never collected runs out of its memory;
 * one that is collected then does not. */
TEST(a_device_with_little_memory)
{
    static const char device[] = "device:duration=2h,boot_steps=2,step_objects=100,config=0,"
                                 "report_size=0,poll_cycles=0,client=10s,client_buffer=16KiB,"
                                 "memory_limit=1MiB";
    static const struct {
        const char *policy;
        enum run_status status;
    } rows[] = {
        {"off", RUN_out_of_memory},
        {"event:on=disconnect", RUN_finished},
        {"timed:every=60s", RUN_finished},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_workload(&run, device, rows[i].policy);
        check_count(rows[i].policy, run.result.status, rows[i].status);
        check_that(rows[i].policy, run.result.totals.heap_bytes <= (uint64_t)MIB);
        run_fini(&run);
    }
}

/* Each payload is of its own objects: so many MiB more in all, at least and at most, of what the
 * program keeps and what nobody frees; and nothing else of the program changes. */
TEST(payloads)
{
    static const char web[] = "web:modules=1000,import_cycles=0,duration=2s,settle=0s,rate=100,"
                              "sessions=1000000,cache=1000000,session_share=1,cache_share=1,"
                              "cycles=0,exceptions=1,io_share=0";
    static const struct {
        const char *payload;
        uint64_t objects; /* that keep it at the end, for each request, and once */
        uint64_t once;
    } rows[] = {
        {"payload=64B", 0, 0},
        {"module_payload=1000256", 0, 1000},
        {"session_payload=1000064", 5 + 3, 0},
        {"exception_payload=1000064", 3, 0},
    };
    uint64_t usual_bytes = 0, usual_births = 0;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        char spec[512];
        snprintf(spec, sizeof spec, "%s,%s", web, rows[i].payload);
        run_workload(&run, spec, "off");
        const struct sample *last = &run.record.samples[run.record.sample_count - 1];
        uint64_t bytes = last->live_bytes + last->garbage_bytes, births = 0;
        for (int g = 0; g <= PERMANENT; g++)
            births += run.result.totals.tracked[g] + run.result.totals.freed_by_count[g];
        if (i == 0) {
            usual_bytes = bytes;
            usual_births = births;
        }
        check_count(rows[i].payload, births, usual_births);
        check_count(rows[i].payload, bytes - usual_bytes,
                    (rows[i].once + rows[i].objects * run.record.request_count) * 1000000);
        run_fini(&run);
    }
}

/* A service whose exceptions nobody collects runs out of its memory. */
TEST(a_service_with_little_memory)
{
    static const char web[] = "web:modules=1000,duration=20s,settle=0s,exceptions=1,rate=50,"
                              "exception_payload=10kB,memory_limit=24MiB";
    static const struct {
        const char *policy;
        enum run_status status;
    } rows[] = {{"off", RUN_out_of_memory}, {"event:on=request_end,every=10", RUN_finished}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_workload(&run, web, rows[i].policy);
        check_count(rows[i].policy, run.result.status, rows[i].status);
        check_that(rows[i].policy, run.result.totals.heap_bytes <= 24 * (uint64_t)MIB);
        run_fini(&run);
    }
}

/* What request i kept the worker busy for: from when it could begin to its answer. */
static uint64_t busy_ns(const struct run_record *record, size_t i)
{
    const struct request *request = &record->requests[i], *before = request - 1;
    uint64_t begin_ns = request->arrival_ns, free_ns = 0;
    if (i > 0)
        free_ns = before->arrival_ns + before->latency_ns;
    if (begin_ns < free_ns)
        begin_ns = free_ns;
    check_that("first come, first served", i == 0 || request->arrival_ns >= before->arrival_ns);
    return request->arrival_ns + request->latency_ns - begin_ns;
}

/* A request keeps the worker for the time drawn, to the nanosecond, and for the pauses in it. */
TEST(queue_service)
{
    static const struct {
        const char *spec, *policy;
        bool pauses;
    } rows[] = {
        {"queue:distribution=constant,duration=100s", "default", false},
        {"queue:distribution=constant,duration=100s,rate=199", "off", false},
        {"queue:distribution=constant,duration=10s,rate=300", "off", false}, /* never keeps up */
        {"queue:distribution=constant,duration=100s,live=20000", "timed:every=1s", true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        uint64_t longer_ns = 0;
        run_workload(&run, rows[i].spec, rows[i].policy);
        for (size_t r = 0; r < run.record.request_count; r++) {
            uint64_t ns = busy_ns(&run.record, r);
            check_that(rows[i].spec, ns >= 5000000);
            longer_ns += ns - 5000000;
        }
        uint64_t work_ns = run.result.requests * 5000000;
        check_count(rows[i].spec, run.result.mutator_ns - run.result.steady_mutator_ns, work_ns);
        check_that(rows[i].spec, (longer_ns > 0) == rows[i].pauses);
        check_that(rows[i].spec, longer_ns <= run.result.pause_ns);
        check_that(rows[i].spec, run.result.requests > 900);
        run_fini(&run);
    }
}

/* What requests allocate, without a collector. */
TEST(queue_objects)
{
    static const struct {
        const char *spec;
        uint64_t dying, left, live; /* of a request, of a request, of start-up */
    } rows[] = {
        {"queue:duration=5s", 0, 0, 0},
        {"queue:duration=5s,live=1", 0, 0, 1},
        {"queue:duration=5s,live=2500", 0, 0, 2500},
        {"queue:duration=5s,objects=1", 1, 0, 0},
        {"queue:duration=5s,objects=30,live=7", 30, 0, 7},
        {"queue:duration=5s,cycles=1", 0, 20, 0},
        {"queue:duration=5s,objects=2,cycles=1,cycle_size=1", 2, 1, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_workload(&run, rows[i].spec, "off");
        const struct engine_totals *totals = &run.result.totals;
        uint64_t requests = run.result.requests;
        check_that(rows[i].spec, requests > 400);
        check_count(rows[i].spec, totals->freed_by_count[0], requests * rows[i].dying);
        check_count(rows[i].spec, totals->tracked[0], requests * rows[i].left + rows[i].live);
        run_fini(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(web_bursts),
        cmocka_unit_test(live_memory),
        cmocka_unit_test(web_warm_start),
        cmocka_unit_test(a_warm_service_does_not_grow),
        cmocka_unit_test(a_device_with_little_memory),
        cmocka_unit_test(payloads),
        cmocka_unit_test(a_service_with_little_memory),
        cmocka_unit_test(queue_service),
        cmocka_unit_test(queue_objects),
    };
    return cmocka_run_group_tests_name("workloads", tests, NULL, NULL);
}
