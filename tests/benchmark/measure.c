/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/benchmark/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/allocate.h"

double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double values[REPETITIONS])
{
    qsort(values, REPETITIONS, sizeof *values, by_size);
    return values[REPETITIONS / 2];
}

_Noreturn void stop(const struct error *error)
{
    fprintf(stderr, "benchmark: %s\n", error->text);
    exit(EXIT_FAILURE);
}

struct setting setting_of(const char *spec, const struct component *const *registry)
{
    struct setting setting;
    struct error error;
    if (setting_parse(&setting, spec, registry, "setting", &error) != 0)
        stop(&error);
    return setting;
}

void storing_init(struct storing *storing)
{
    struct error error;
    *storing = (struct storing){.folder = "/tmp/pygcsim-benchmark-XXXXXX"};
    if (!mkdtemp(storing->folder)) {
        perror("benchmark: /tmp");
        exit(EXIT_FAILURE);
    }
    snprintf(storing->path, sizeof storing->path, "%s/results.db", storing->folder);
    storing->store = store_open(storing->path, &error);
    if (!storing->store)
        stop(&error);
    storing->record = record_new();
    storing->meter = meter_new();
    storing->values = allocate_zeroed(metric_count(), sizeof *storing->values);
}

void storing_fini(struct storing *storing)
{
    store_close(storing->store);
    meter_free(storing->meter);
    record_free(storing->record);
    free(storing->values);
    unlink(storing->path);
    rmdir(storing->folder);
}

void simulate_and_store(struct storing *storing, const struct simulation_setup *setup,
                        struct simulation_result *result)
{
    static const struct experiment_facts facts = {
        .last_seed = INT64_MAX, .command = "benchmark", .name = "benchmark"};
    const struct run_plan plan = {.setup = *setup, .log = LOG_collections};
    struct error error;
    int64_t experiment = 0, run;
    bool ended;
    if (store_begin_plan(storing->store, &facts, &experiment, &error) != 0 ||
        store_plan_run(storing->store, experiment, &plan, 0, false, &run, &ended, &error) != 0 ||
        store_end_plan(storing->store, experiment, &error) != 0)
        stop(&error);
    record_begin(storing->record);
    const struct observer observer = record_observer(storing->record, NULL);
    if (simulate(setup, &observer, result, &error) != 0)
        stop(&error);
    record_end(storing->record, result, plan.warmup, HORIZON_NS);
    if (meter_read(storing->meter, storing->record, storing->values, &error) != 0 ||
        store_run(storing->store, run, plan.log, storing->record, storing->values, &error) != 0)
        stop(&error);
}
