/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * benchmark: what the simulator itself costs. Each figure is the median of several repetitions;
 * where two things are compared they alternate within this one process, and the figure is their
 * ratio.
 *
 * usage: benchmark-run                               everything, as a table
 *        benchmark-run full N sequential|random      full collections of a graph of N objects
 *        benchmark-run script FILE                   runs of a heap script
 *
 * The last two measure once for each line on standard input, so that another program can alternate
 * with its own measuring, and print one line each time: what was done, and the seconds it took.
 *
 * It measures and prints; nothing here passes or fails by time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/graph/heap.h"
#include "tests/benchmark/measure.h"
#include "workloads/heap_script.h"
#include "workloads/registry.h"

/* ---- a run, with and without a results file --------------------------------------- */

struct timing {
    double seconds;
    struct simulation_result result;
};

static struct timing time_run(const char *workload_spec, const char *policy_spec,
                              const char *collector, bool stores)
{
    struct error error;
    struct storing storing;
    struct setting workload = setting_of(workload_spec, workloads);
    struct setting policy = setting_of(policy_spec, policies);
    struct timing timing;
    const struct simulation_setup setup = {.engine = &graph_engine,
                                           .collector = collector_version(collector),
                                           .workload = &workload,
                                           .policy = &policy,
                                           .seed = 1,
                                           .sample_ns = SAMPLE_AUTO};
    double begin = now_s();
    if (stores) {
        storing_init(&storing);
        simulate_and_store(&storing, &setup, &timing.result);
        storing_fini(&storing);
    } else if (simulate(&setup, NULL, &timing.result, &error) != 0) {
        stop(&error);
    }
    timing.seconds = now_s() - begin;
    setting_fini(&workload);
    setting_fini(&policy);
    return timing;
}

/* collectors that log much: small thresholds, every collection a row. */
static void benchmark_logging(const char *workload, const char *policy, const char *collector)
{
    double ratio[REPETITIONS], rate[REPETITIONS];
    uint64_t collections = 0;
    for (int i = 0; i < REPETITIONS; i++) {
        struct timing without = time_run(workload, policy, collector, false);
        struct timing with = time_run(workload, policy, collector, true);
        ratio[i] = with.seconds / without.seconds;
        rate[i] = (double)without.result.operations / without.seconds;
        collections = with.result.stats[0].collections + with.result.stats[1].collections +
                      with.result.stats[2].collections;
    }
    printf("%-34s %-24s %9.1f million operations/s\n", workload, policy, median(rate) / 1e6);
    printf("%-34s %-24s %9.3f times a run without a results file (%llu collections logged)\n", "",
           "", median(ratio), (unsigned long long)collections);
}

/* ---- a full collection ------------------------------------------------------------ */

/* A heap of n live objects with two references each, all kept alive by one list: to neighbours, or
 * to objects anywhere. */
static struct heap *make_graph(uint32_t n, bool anywhere)
{
    struct heap *heap = heap_new(1);
    uint64_t state = 1;
    heap_assign(heap, &heap->registers[0], heap_allocate(heap, KIND_LIST, n, 0));
    ref *all = allocate_zeroed(n, sizeof *all);
    for (uint32_t i = 0; i < n; i++) {
        all[i] = heap_allocate(heap, KIND_SLOTS, 2, 72);
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

/* Seconds of one full collection. */
static double time_full_collection(struct heap *heap)
{
    struct found found;
    double begin = now_s();
    heap_find_unreachable(heap, 2, &found);
    heap_reclaim(heap);
    return now_s() - begin;
}

static void benchmark_full_collection(uint32_t n, bool anywhere)
{
    double ns[REPETITIONS];
    struct heap *heap = make_graph(n, anywhere);
    time_full_collection(heap); /* all in generation 2 from here on */
    for (int i = 0; i < REPETITIONS; i++)
        ns[i] = time_full_collection(heap) * 1e9 / n;
    heap_free(heap);
    printf("full collection, %u objects, %-10s %37.1f ns an object\n", n,
           anywhere ? "random" : "sequential", median(ns));
}

/* ---- a heap script ---------------------------------------------------------------- */

/* The workload `script`, but with a clock that starts once the script has been read, so that what
 * is timed is the run alone: the run loop, the engine and its collections. */
struct timed_script {
    const char *file;
    struct heap_script script;
    size_t next;
    double begin;
};

static const struct param timed_script_params[] = {
    {"file", PARAM_FIELD(timed_script, file), .type = PARAM_PATH, .meaning = "the heap script"},
    {NULL},
};

static int timed_script_start(void *state, struct program *program, uint64_t seed,
                              struct error *error)
{
    struct timed_script *timed = state;
    (void)seed;
    if (heap_script_read(&timed->script, timed->file, error) != 0)
        return -1;
    program->registers = timed->script.registers;
    timed->begin = now_s();
    return 0;
}

static bool timed_script_produce(void *state, struct program *program)
{
    struct timed_script *timed = state;
    for (int n = 0; n < 4096 && timed->next < timed->script.count; n++)
        program_emit(program, timed->script.ops[timed->next++]);
    return timed->next < timed->script.count;
}

static void timed_script_stop(void *state)
{
    struct timed_script *timed = state;
    printf("operations %zu seconds %.9f", timed->next, now_s() - timed->begin);
    heap_script_fini(&timed->script);
}

static const struct workload timed_script = {
    .about = {.name = "timed_script",
              .summary = "a heap script, timed",
              .params = timed_script_params,
              .state_size = sizeof(struct timed_script)},
    .start = timed_script_start,
    .produce = timed_script_produce,
    .stop = timed_script_stop,
};

static void time_script(const char *file)
{
    static const struct component *const registry[] = {&timed_script.about, NULL};
    char spec[4096];
    struct error error;
    struct setting workload, policy;
    struct simulation_result result;
    const struct observer observer = {0};
    snprintf(spec, sizeof spec, "timed_script:file=%s", file);
    if (setting_parse(&workload, spec, registry, "workload", &error) != 0 ||
        setting_parse(&policy, "default", policies, "policy", &error) != 0)
        stop(&error);
    const struct simulation_setup setup = {.engine = &graph_engine,
                                           .collector = collector_version("cpython-3.11"),
                                           .workload = &workload,
                                           .policy = &policy,
                                           .sample_ns = SAMPLE_NEVER};
    if (simulate(&setup, &observer, &result, &error) != 0)
        stop(&error);
    printf(" collections %llu %llu %llu\n", (unsigned long long)result.stats[0].collections,
           (unsigned long long)result.stats[1].collections,
           (unsigned long long)result.stats[2].collections);
    setting_fini(&workload);
    setting_fini(&policy);
}

/* ---- the command line ------------------------------------------------------------- */

/* Waits for the next line on standard input; false: there is none. */
static bool asked(void)
{
    int c;
    fflush(stdout);
    while ((c = getchar()) != EOF && c != '\n')
        ;
    return c != EOF;
}

static void serve_full_collections(uint32_t n, bool anywhere)
{
    struct heap *heap = make_graph(n, anywhere);
    time_full_collection(heap);
    while (asked())
        printf("objects %u seconds %.9f\n", n, time_full_collection(heap));
    heap_free(heap);
}

static void serve_script(const char *file)
{
    while (asked())
        time_script(file);
}

static void benchmark_all(void)
{
    printf("The graph engine. Medians of 7.\n%-34s %s\n", "program", "policy");
    benchmark_logging("web:duration=30s", "default", "cpython-3.13");
    benchmark_logging("web:duration=30s", "threshold:t0=100", "cpython-3.11");
    benchmark_logging("device", "timed:every=10s", "cpython-3.13");
    for (int anywhere = 0; anywhere < 2; anywhere++) {
        benchmark_full_collection(1000000, anywhere);
        benchmark_full_collection(5000000, anywhere);
    }
}

int main(int argc, char **argv)
{
    uint32_t n = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    if (argc == 1)
        benchmark_all();
    else if (argc == 4 && n && strcmp(argv[1], "full") == 0)
        serve_full_collections(n, strcmp(argv[3], "random") == 0);
    else if (argc == 3 && strcmp(argv[1], "script") == 0)
        serve_script(argv[2]);
    else {
        fputs("usage: benchmark-run [full N sequential|random | script FILE]\n", stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
