/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests against queueing theory: a single worker without a collector (workloads/queue.c), whose
 * times are known. Each estimate is the mean over independent replications, so their spread says
 * how far it may be from the truth: four standard errors. And these are small enough that an
 * error of 2% would be found. */
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "policies/registry.h"
#include "sim/engines.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

#define REPLICATIONS 200
#define ARRIVING     "rate=100,duration=310s,"
#define WARM_UP      1000 /* requests; the queue is empty at first, and forgets that in some 20 */
#define COUNTED      29000 /* requests after these: 1000, six standard deviations, less than arrive */

#define RATE_PER_NS (100 / 1e9)
#define SERVICE_NS  5e6

/* ---- replications -------------------------------------------------------------------------------
 */

/* Of the requests that count. */
struct latencies {
    size_t seen;
    double sum_ns;
    double median_ns, p99_ns; /* of the theory, if it has one */
    size_t above_median, above_p99;
};

static int on_request(void *context, const struct request *request)
{
    struct latencies *latencies = context;
    double ns = (double)request->latency_ns;
    size_t number = latencies->seen++;
    if (number < WARM_UP || number >= WARM_UP + COUNTED)
        return 0;
    latencies->sum_ns += ns;
    latencies->above_median += ns > latencies->median_ns;
    latencies->above_p99 += ns > latencies->p99_ns;
    return 0;
}

static void replicate(const char *spec, uint64_t seed, struct latencies *latencies)
{
    struct setting workload, policy;
    struct error error = {""};
    struct simulation_result result;
    setting_parse(&workload, spec, workloads, "workload", &error);
    check_text(spec, error.text, "");
    setting_parse(&policy, "off", policies, "policy", &error);
    const struct simulation_setup setup = {
        .engine = &graph_engine,
        .collector = collector_version("cpython-3.13"),
        .workload = &workload,
        .policy = &policy,
        .seed = seed,
        .sample_ns = SAMPLE_NEVER,
    };
    const struct observer observer = {.context = latencies, .request = on_request};
    check_signed(spec, simulate(&setup, &observer, &result, &error), 0);
    check_that(spec, latencies->seen >= WARM_UP + COUNTED);
    setting_fini(&workload);
    setting_fini(&policy);
}

/* ---- estimates ----------------------------------------------------------------------------------
 */

static void check_estimate(const char *what, const char *of, const double *values, double theory)
{
    double mean = gsl_stats_mean(values, 1, REPLICATIONS);
    double error = gsl_stats_sd(values, 1, REPLICATIONS) / sqrt(REPLICATIONS);
    print_message("# %s, %s: %.4f ms, theory %.4f; %.1f standard errors, each %.2f%%\n", what, of,
                  mean / 1e6, theory / 1e6, (mean - theory) / error, 100 * error / theory);
    check_that(what, fabs(mean - theory) < 4 * error);
    check_that(what, 6 * error < 0.02 * theory); /* 2% off, it is found but for one in 40 */
}

/* Where the latency is exponential with that mean, so many above its quantile for `share` mean that
 * the real quantile lies so far from it, by the density there. */
static double quantile(double mean_ns, double share, size_t above)
{
    double theory_ns = -mean_ns * log(share), density = share / mean_ns;
    return theory_ns + ((double)above / COUNTED - share) / density;
}

static const struct {
    const char *what, *spec;
    double cv_squared;
    bool exponential; /* the latency, too */
} rows[] = {
    {"M/M/1", "queue:" ARRIVING "service=5ms", 1, true},
    {"M/D/1", "queue:" ARRIVING "service=5ms,distribution=constant", 0, false},
    {"M/U/1", "queue:" ARRIVING "service=5ms,distribution=uniform", 1.0 / 3, false},
    {"M/E4/1", "queue:" ARRIVING "service=5ms,distribution=gamma,cv=0.5", 0.25, false},
    {"M/G/1, log-normal", "queue:" ARRIVING "service=5ms,distribution=lognormal,cv=1.2", 1.44,
     false},
};

TEST(latencies_are_those_of_theory)
{
    static double means[REPLICATIONS], medians[REPLICATIONS], p99s[REPLICATIONS];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        /* Pollaczek and Khinchine: service, and the wait for those before. */
        double load = RATE_PER_NS * SERVICE_NS;
        double mean_ns = SERVICE_NS * (1 + load / (1 - load) * (1 + rows[i].cv_squared) / 2);
        for (size_t r = 0; r < REPLICATIONS; r++) {
            struct latencies latencies = {.median_ns = mean_ns * log(2),
                                          .p99_ns = mean_ns * log(100)};
            replicate(rows[i].spec, 1 + r, &latencies);
            means[r] = latencies.sum_ns / COUNTED;
            medians[r] = quantile(mean_ns, 0.5, latencies.above_median);
            p99s[r] = quantile(mean_ns, 0.01, latencies.above_p99);
        }
        check_estimate(rows[i].what, "mean", means, mean_ns);
        if (rows[i].exponential) {
            check_estimate(rows[i].what, "median", medians, mean_ns * log(2));
            check_estimate(rows[i].what, "p99", p99s, mean_ns * log(100));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latencies_are_those_of_theory),
    };
    return cmocka_run_group_tests_name("queueing", tests, NULL, NULL);
}
