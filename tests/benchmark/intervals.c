/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * benchmark-intervals: what the interval engine costs. Each figure is the median of several
 * repetitions; where two things are compared they alternate, and the figure is their ratio.
 *
 * usage: benchmark-intervals                           everything, as a table
 *        benchmark-intervals compile WORKLOAD          compile once; for valgrind and perf
 *        benchmark-intervals replay WORKLOAD POLICY N  compile once, replay N times
 *        benchmark-intervals stream WORKLOAD POLICY... window by window, all policies side by side
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/interval/compiled.h"
#include "sim/simulation.h"
#include "tests/benchmark/measure.h"
#include "workloads/registry.h"

#define COLLECTOR "cpython-3.11" /* thresholds 700, 10, 10 */

/* ---- programs of the benchmark's own -------------------------------------------------------- */

/* `objects` objects with two references each, to neighbours, all kept alive by one list; then so
 * many full collections. */
struct graph {
    int64_t objects, collections;
    uint32_t made;
};

static const struct param graph_params[] = {
    {"objects", PARAM_FIELD(graph, objects), .type = PARAM_COUNT, .initial = "1000000", .least = 1,
     .most = 1e8, .meaning = "live objects"},
    {"collections", PARAM_FIELD(graph, collections), .type = PARAM_COUNT, .initial = "0",
     .least = 0, .most = 1e9, .meaning = "full collections at the end"},
    {NULL},
};

enum { ALL, FIRST, SECOND, THIRD, GRAPH_REGISTERS };

static int graph_start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    (void)state, (void)seed, (void)error;
    program->registers = GRAPH_REGISTERS;
    return 0;
}

static bool graph_produce(void *state, struct program *program)
{
    struct graph *graph = state;
    if (graph->made == 0) {
        program_emit(program, (struct op){.code = OP_DISABLE});
        program_new(program, ALL, KIND_LIST, (uint32_t)graph->objects, 0);
        program_new(program, FIRST, KIND_SLOTS, 2, 0);
        program_new(program, SECOND, KIND_SLOTS, 2, 0);
    }
    for (int i = 0; i < 1000 && graph->made < graph->objects; i++) {
        program_new(program, THIRD, KIND_SLOTS, 2, 0);
        program_store(program, ALL, graph->made++, THIRD);
        program_store(program, THIRD, 0, SECOND);
        program_store(program, THIRD, 1, FIRST);
        program_copy(program, FIRST, SECOND);
        program_copy(program, SECOND, THIRD);
    }
    if (graph->made < graph->objects)
        return true;
    for (int64_t i = 0; i < graph->collections; i++)
        program_emit(program, (struct op){.code = OP_COLLECT, .a = 2});
    return false;
}

static const struct workload workload_graph = {
    .about = {.name = "graph",
              .summary = "live objects",
              .params = graph_params,
              .state_size = sizeof(struct graph)},
    .start = graph_start,
    .produce = graph_produce,
};

static const struct component *const own_workloads[] = {&workload_graph.about, NULL};

static struct setting workload_setting(const char *spec)
{
    return setting_of(spec, strncmp(spec, "graph", 5) == 0 ? own_workloads : workloads);
}

/* ---- measuring --------------------------------------------------------------------------------
 */

static double compile_s(struct compiled *compiled, const struct setting *workload)
{
    static const struct compile_options in_memory = {0};
    struct error error;
    double begin = now_s();
    if (compile(compiled, workload, 1, collector_version(COLLECTOR), &in_memory, NULL, &error) != 0)
        stop(&error);
    return now_s() - begin;
}

static struct simulation_setup setup_of(const struct compiled *compiled,
                                        const struct setting *workload,
                                        const struct setting *policy)
{
    return (struct simulation_setup){.engine = &interval_engine,
                                     .collector = collector_version(COLLECTOR),
                                     .workload = workload,
                                     .policy = policy,
                                     .compiled = compiled,
                                     .seed = 1,
                                     .sample_ns = SAMPLE_AUTO};
}

static double replay_s(const struct compiled *compiled, const struct setting *workload,
                       const struct setting *policy, struct simulation_result *result)
{
    const struct simulation_setup setup = setup_of(compiled, workload, policy);
    struct error error;
    double begin = now_s();
    if (simulate(&setup, NULL, result, &error) != 0)
        stop(&error);
    return now_s() - begin;
}

static double replay_and_store_s(const struct compiled *compiled, const struct setting *workload,
                                 const struct setting *policy, struct storing *storing)
{
    const struct simulation_setup setup = setup_of(compiled, workload, policy);
    struct simulation_result result;
    double begin = now_s();
    simulate_and_store(storing, &setup, &result);
    return now_s() - begin;
}

static double births(const struct compiled *compiled)
{
    return (double)compiled_count(compiled, COLUMN_births);
}

/* One pass over so many bytes: what memory gives at best. */
static double read_s(size_t bytes)
{
    uint64_t *words = allocate_zeroed(bytes / 8, 8), sum = 0;
    double seconds[REPETITIONS];
    memset(words, 1, bytes);
    for (int i = 0; i < REPETITIONS; i++) {
        double begin = now_s();
        for (size_t w = 0; w < bytes / 8; w++)
            sum += words[w];
        seconds[i] = now_s() - begin;
        __asm__ volatile("" : : "r"(sum));
    }
    free(words);
    return median(seconds);
}

/* ---- the table --------------------------------------------------------------------------------
 */

static void row(const char *what, const char *with, double figure, const char *unit)
{
    printf("%-34s %-24s %9.4g %s\n", what, with, figure, unit);
    fflush(stdout);
}

static void benchmark_compile(const char *spec)
{
    struct setting workload = workload_setting(spec);
    double rate[REPETITIONS], bytes = 0;
    for (int i = 0; i < REPETITIONS; i++) {
        struct compiled compiled;
        double seconds = compile_s(&compiled, &workload);
        rate[i] = (double)compiled.operations / seconds / 1e6;
        bytes = 0;
        for (enum compiled_column c = 0; c < COLUMN_COUNT; c++)
            bytes += (double)compiled_count(&compiled, c) * compiled.columns[c].size;
        bytes /= (double)compiled.operations;
        compiled_fini(&compiled);
    }
    row(spec, "compile", median(rate), "million operations/s");
    row("", "compiled program", bytes, "bytes an operation");
    setting_fini(&workload);
}

static void benchmark_compile_memory(const char *spec)
{
    struct setting workload = workload_setting(spec);
    struct compiled compiled;
    double seconds = compile_s(&compiled, &workload);
    const struct tally *alive =
        &compiled_alive(&compiled)[compiled_count(&compiled, COLUMN_alive) - 1];
    uint64_t objects = tally_objects(alive) - compiled_count(&compiled, COLUMN_isolated);
    row(spec, "compile", (double)compiled.operations / seconds / 1e6, "million operations/s");
    row("", "compiler's heap", (double)compiled.heap_bytes / (double)objects,
        "bytes an object alive at the end");
    compiled_fini(&compiled);
    setting_fini(&workload);
}

static void benchmark_replay(const char *spec)
{
    static const char *const specs[] = {"off", "threshold:t0=50000", "threshold:t0=2000",
                                        "threshold:t0=700", "threshold:t0=100"};
    struct setting workload = workload_setting(spec);
    struct compiled compiled;
    struct simulation_result result;
    compile_s(&compiled, &workload);
    for (size_t p = 0; p < sizeof specs / sizeof *specs; p++) {
        struct setting policy = setting_of(specs[p], policies);
        double rate[REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++)
            rate[i] = births(&compiled) / replay_s(&compiled, &workload, &policy, &result) / 1e6;
        row(p == 0 ? spec : "", specs[p], median(rate), "million births/s replayed");
        setting_fini(&policy);
    }
    compiled_fini(&compiled);
    setting_fini(&workload);
}

/* One policy more in a comparison, results stored, against compiling the program: in one run. */
static void benchmark_adding_a_policy(const char *spec, const char *policy_spec)
{
    struct setting workload = workload_setting(spec), policy = setting_of(policy_spec, policies);
    struct storing storing;
    double share[REPETITIONS];
    storing_init(&storing);
    for (int i = 0; i < REPETITIONS; i++) {
        struct compiled compiled;
        double compiling = compile_s(&compiled, &workload);
        replay_and_store_s(&compiled, &workload, &policy, &storing);
        share[i] = replay_and_store_s(&compiled, &workload, &policy, &storing) / compiling;
        compiled_fini(&compiled);
    }
    row(spec, policy_spec, 100 * median(share), "% of the compile: one policy more, stored");
    storing_fini(&storing);
    setting_fini(&policy);
    setting_fini(&workload);
}

/* Full collections of a heap without garbage, against one pass over 4 bytes an object. */
static void benchmark_full_collections(uint32_t objects)
{
    enum { COLLECTIONS = 1000000 };
    char with[96], without[96], what[64];
    struct simulation_result result;
    struct setting policy = setting_of("off", policies);
    double ns[REPETITIONS];
    snprintf(with, sizeof with, "graph:objects=%u,collections=%d", objects, COLLECTIONS);
    snprintf(without, sizeof without, "graph:objects=%u", objects);
    struct setting collecting = workload_setting(with), not_collecting = workload_setting(without);
    struct compiled a, b;
    compile_s(&a, &collecting);
    compile_s(&b, &not_collecting);
    for (int i = 0; i < REPETITIONS; i++) {
        double base = replay_s(&b, &not_collecting, &policy, &result);
        ns[i] = (replay_s(&a, &collecting, &policy, &result) - base) / COLLECTIONS * 1e9;
    }
    snprintf(what, sizeof what, "%u live objects, no garbage", objects);
    row(what, "full collection", median(ns), "ns each, of a million");
    row("", "to compare: a read", read_s((size_t)objects * 4) * 1e9, "ns, of 4 bytes an object");
    compiled_fini(&a);
    compiled_fini(&b);
    setting_fini(&collecting);
    setting_fini(&not_collecting);
    setting_fini(&policy);
}

static void benchmark_all(void)
{
    static const size_t read = (size_t)400 << 20;
    printf("The interval engine: compiling a program, and replaying policies over it; one core. "
           "Medians of 7.\n%-34s\n",
           "program, on " COLLECTOR);
    benchmark_compile("web:duration=60s");
    benchmark_compile_memory("graph:objects=10000000");
    benchmark_replay("web:duration=60s");
    benchmark_adding_a_policy("web:duration=60s", "default");
    benchmark_adding_a_policy("web:duration=60s", "threshold:t0=2000");
    benchmark_adding_a_policy("web:duration=60s", "threshold:t0=50000");
    benchmark_full_collections(10000000);
    row("memory", "a read of 400 MiB", (double)read / read_s(read) / 1e9, "GB/s");
}

/* ---- for valgrind and perf --------------------------------------------------------------------
 */

static void compile_once(const char *spec)
{
    struct setting workload = workload_setting(spec);
    struct compiled compiled;
    compile_s(&compiled, &workload);
    printf("%llu operations\n", (unsigned long long)compiled.operations);
    compiled_fini(&compiled);
    setting_fini(&workload);
}

static void replay_often(const char *spec, const char *policy_spec, int times)
{
    struct setting workload = workload_setting(spec), policy = setting_of(policy_spec, policies);
    struct compiled compiled;
    struct simulation_result result;
    compile_s(&compiled, &workload);
    for (int i = 0; i < times; i++)
        replay_s(&compiled, &workload, &policy, &result);
    printf("%.0f births\n", births(&compiled) * times);
    compiled_fini(&compiled);
    setting_fini(&workload);
    setting_fini(&policy);
}

#define STREAMED_MOST 16

static bool advance_all(struct simulation **runs, int count, const struct compiled *window)
{
    struct error error;
    bool all_ended = true;
    for (int i = 0; i < count; i++) {
        int status = simulation_advance(runs[i], window, &error);
        if (status < 0)
            stop(&error);
        all_ended &= status == 1;
    }
    return all_ended;
}

/* No more than a window of the program is there at a time. */
static void stream(const char *spec, char **policy_specs, int count)
{
    static const struct compile_options in_memory = {0};
    struct setting workload = workload_setting(spec), settings[STREAMED_MOST];
    struct simulation *runs[STREAMED_MOST];
    struct simulation_result result;
    struct compiled window;
    struct error error;
    struct compiler *compiler =
        compiler_open(&workload, 1, collector_version(COLLECTOR), &in_memory, &error);
    if (!compiler || compiler_next(compiler, &window, &error) != 1)
        stop(&error);
    for (int i = 0; i < count; i++) {
        settings[i] = setting_of(policy_specs[i], policies);
        const struct simulation_setup setup = setup_of(&window, &workload, &settings[i]);
        if (!(runs[i] = simulation_new(&setup, NULL, &error)))
            stop(&error);
    }
    while (!advance_all(runs, count, &window)) {
        compiled_fini(&window);
        if (compiler_next(compiler, &window, &error) != 1)
            stop(&error);
    }
    compiled_fini(&window);
    compiler_close(compiler);
    for (int i = 0; i < count; i++) {
        simulation_finish(runs[i], &result, &error);
        printf("%s: %llu operations, %llu ns paused\n", policy_specs[i],
               (unsigned long long)result.operations, (unsigned long long)result.pause_ns);
        simulation_free(runs[i]);
        setting_fini(&settings[i]);
    }
    setting_fini(&workload);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "compile") == 0)
        compile_once(argv[2]);
    else if (argc == 5 && strcmp(argv[1], "replay") == 0)
        replay_often(argv[2], argv[3], atoi(argv[4]));
    else if (argc > 3 && argc - 3 <= STREAMED_MOST && strcmp(argv[1], "stream") == 0)
        stream(argv[2], argv + 3, argc - 3);
    else
        benchmark_all();
    return EXIT_SUCCESS;
}
