/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latencies up to a horizon, worked out from windows that saw no full collection, against runs as
 * long as the horizon: a queue with a full collection each minute, of 170 ms. */
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "policies/registry.h"
#include "results/store/record.h"
#include "sim/engines.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

#define HORIZON_H 2
#define WINDOWS   5
#define TRUTHS    2

/* A latency up to the horizon: as the run says, and as it was in it. */
struct latencies {
    double p99, p999, max, observed_p99, observed_p999, observed_max;
};

static double observed(const struct record *record, double part)
{
    const struct rows *latencies = &record->tables[TABLE_latency];
    const struct latency_row *row = latencies->row;
    size_t left = (size_t)(part * (double)record->tables[TABLE_request].count);
    for (size_t i = latencies->count; i-- > 0; left -= row[i].requests)
        if (row[i].requests > left)
            return (double)row[i].longest_ns / NS_PER_S;
    return NAN;
}

static struct latencies latencies_of(const struct record *record)
{
    const struct tails *tails = &record->prediction.latency;
    return (struct latencies){
        .p99 = tails->p99,
        .p999 = tails->p999,
        .max = tails->max,
        .observed_p99 = observed(record, 0.01),
        .observed_p999 = observed(record, 0.001),
        .observed_max = observed(record, 0),
    };
}

static struct latencies run_queue(const char *load, const char *duration, uint64_t seed)
{
    struct setting workload, policy;
    struct error error = {""};
    struct text spec = {.text = ""};
    struct record *record = record_new();
    struct simulation_result result;
    const struct observer observer = record_observer(record, NULL);
    text_add(&spec, "queue:%s,live=300000,duration=%s", load, duration);
    setting_parse(&workload, spec.text, workloads, "workload", &error);
    setting_parse(&policy, "timed:every=1m", policies, "policy", &error);
    check_text(spec.text, error.text, "");
    const struct simulation_setup setup = {
        .engine = &interval_engine,
        .collector = collector_version("cpython-3.13"),
        .workload = &workload,
        .policy = &policy,
        .seed = seed,
        .sample_ns = SAMPLE_AUTO,
    };
    check_signed(spec.text, simulate(&setup, &observer, &result, &error), 0);
    record_end(record, &result, (struct warmup){0}, HORIZON_H * NS_PER_H);
    struct latencies latencies = latencies_of(record);
    record_free(record);
    setting_fini(&workload);
    setting_fini(&policy);
    return latencies;
}

static void check_near(const char *load, const char *what, const double *estimates,
                       const double *truths, double within)
{
    double estimate = gsl_stats_mean(estimates, 1, WINDOWS);
    double truth = gsl_stats_mean(truths, 1, TRUTHS);
    print_message("# %s, %s: %.0f to %.0f ms in windows, truth %.0f\n", load, what,
                  1e3 * gsl_stats_min(estimates, 1, WINDOWS),
                  1e3 * gsl_stats_max(estimates, 1, WINDOWS), 1e3 * truth);
    check_that(what, fabs(estimate / truth - 1) < within);
}

/* `p99_within`: of means, that windows of 50 s allow for. */
static void check_load(const char *load, double p99_within)
{
    struct latencies windows[WINDOWS], truths[TRUTHS];
    double estimate[3][WINDOWS], truth[3][TRUTHS];
    for (uint64_t i = 0; i < WINDOWS; i++) {
        windows[i] = run_queue(load, "50s", 1 + i);
        estimate[0][i] = windows[i].p99;
        estimate[1][i] = windows[i].p999;
        estimate[2][i] = windows[i].max;
    }
    for (uint64_t i = 0; i < TRUTHS; i++) {
        truths[i] = run_queue(load, "2h", 100 + i);
        truth[0][i] = truths[i].observed_p99;
        truth[1][i] = truths[i].observed_p999;
        truth[2][i] = truths[i].observed_max;
    }
    check_near(load, "99%", estimate[0], truth[0], p99_within);
    check_near(load, "99.9%", estimate[1], truth[1], 0.15);
    check_near(load, "longest", estimate[2], truth[2], 0.15);
}

TEST(half_loaded)
{
    check_load("rate=100,service=5ms", 0.1);
}

TEST(heavily_loaded)
{
    check_load("rate=160,service=5ms", 0.15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_loaded),
        cmocka_unit_test(heavily_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
