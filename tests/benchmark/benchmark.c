/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * benchmark: what the simulator itself costs. Each figure is the median of several repetitions;
 * where two things are compared they alternate within this one process, and the figure is their
 * ratio.
 *
 * It measures and prints; nothing here passes or fails by time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "policies/registry.h"
#include "results/store.h"
#include "sim/heap.h"
#include "sim/memory.h"
#include "workloads/registry.h"

#define REPETITIONS 7

static double now_s(void)
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

static double median(double *values)
{
    qsort(values, REPETITIONS, sizeof *values, by_size);
    return values[REPETITIONS / 2];
}

static _Noreturn void stop(const struct error *error)
{
    fprintf(stderr, "benchmark: %s\n", error->text);
    exit(EXIT_FAILURE);
}

/* ---- a run, with and without a results file
 * ---------------------------------------- */

struct timing {
    double seconds;
    struct simulation_result result;
};

static struct timing time_run(const char *workload_spec, const char *policy_spec,
                              const char *collector, const char *results_path)
{
    struct error error;
    struct setting workload, policy;
    struct timing timing;
    struct store *store = NULL;
    struct observer observer = {0};
    int64_t experiment, run;
    if (setting_parse(&workload, workload_spec, workloads, "workload", &error) != 0 ||
        setting_parse(&policy, policy_spec, policies, "policy", &error) != 0)
        stop(&error);
    const struct simulation_setup setup = {.engine = &graph_engine,
                                           .collector = collector_version(collector),
                                           .workload = &workload,
                                           .policy = &policy,
                                           .seed = 1,
                                           .sample_ns = SAMPLE_AUTO};
    double begin = now_s();
    if (results_path) {
        store = store_open(results_path, &error);
        if (!store || store_begin_experiment(store, "benchmark", &experiment, &error) != 0 ||
            store_begin_run(store, experiment, &setup, &run, &error) != 0)
            stop(&error);
        observer = store_observer(store, NULL);
    }
    if (simulate(&setup, &observer, &timing.result, &error) != 0 ||
        (store && store_end_run(store, &timing.result, NULL, &error) != 0))
        stop(&error);
    store_close(store);
    timing.seconds = now_s() - begin;
    setting_fini(&workload);
    setting_fini(&policy);
    return timing;
}

/* collectors that log much: small thresholds, every collection a row. */
static void benchmark_logging(const char *workload, const char *policy, const char *collector)
{
    char folder[] = "/tmp/pygcsim-benchmark-XXXXXX", path[64];
    double ratio[REPETITIONS], rate[REPETITIONS];
    uint64_t collections = 0;
    if (!mkdtemp(folder)) {
        perror("benchmark: /tmp");
        exit(EXIT_FAILURE);
    }
    snprintf(path, sizeof path, "%s/results.db", folder);
    for (int i = 0; i < REPETITIONS; i++) {
        struct timing without = time_run(workload, policy, collector, NULL);
        struct timing with = time_run(workload, policy, collector, path);
        unlink(path);
        ratio[i] = with.seconds / without.seconds;
        rate[i] = (double)without.result.operations / without.seconds;
        collections = with.result.stats[0].collections + with.result.stats[1].collections +
                      with.result.stats[2].collections;
    }
    rmdir(folder);
    printf("%-34s %-24s %9.1f million operations/s\n", workload, policy, median(rate) / 1e6);
    printf("%-34s %-24s %9.3f times a run without a results file (%llu collections logged)\n", "",
           "", median(ratio), (unsigned long long)collections);
}

/* ---- a full collection
 * ------------------------------------------------------------- */

/* A heap of n live objects with two references each, all kept alive by one list: to neighbours, or
 * to objects anywhere. */
static struct heap *make_graph(uint32_t n, bool anywhere)
{
    struct heap *heap = heap_new(1);
    uint64_t state = 1;
    heap_assign(heap, &heap->registers[0], heap_allocate(heap, KIND_LIST, n, 0));
    ref *all = memory_zeroed(n, sizeof *all);
    for (uint32_t i = 0; i < n; i++) {
        all[i] = heap_allocate(heap, KIND_LIST_SUBCLASS, 2, 72);
        heap_assign(heap, &heap_object(heap, heap->registers[0])->field[i], all[i]);
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t f = 0; f < 2; f++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uint32_t to = anywhere ? (uint32_t)((state >> 33) % n) : (i + f + 1) % n;
            heap_assign(heap, &heap_object(heap, all[i])->field[f], all[to]);
        }
    }
    free(all);
    return heap;
}

static void benchmark_full_collection(uint32_t n, bool anywhere)
{
    double ns[REPETITIONS];
    struct found found;
    struct heap *heap = make_graph(n, anywhere);
    heap_find_unreachable(heap, 2, &found);
    for (int i = 0; i < REPETITIONS; i++) {
        double begin = now_s();
        heap_find_unreachable(heap, 2, &found);
        heap_reclaim(heap);
        ns[i] = (now_s() - begin) * 1e9 / n;
    }
    heap_free(heap);
    printf("full collection, %u objects, %-10s %37.1f ns an object\n", n,
           anywhere ? "random" : "sequential", median(ns));
}

int main(void)
{
    printf("%-34s %-24s %s\n", "program", "policy", "median of 7");
    benchmark_logging("web:duration=30s", "default", "cpython-3.13");
    benchmark_logging("web:duration=30s", "threshold:t0=100", "cpython-3.11");
    benchmark_logging("device", "timed:every=10s", "cpython-3.13");
    for (int anywhere = 0; anywhere < 2; anywhere++) {
        benchmark_full_collection(1000000, anywhere);
        benchmark_full_collection(5000000, anywhere);
    }
    return EXIT_SUCCESS;
}
