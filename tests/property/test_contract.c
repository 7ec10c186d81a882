/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What holds for every policy on every workload, whatever their parameters. Every pair is run once;
 * the tests look at these runs, or run them again and compare. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/interval/compiled.h"
#include "tests/property/random_program.h"
#include "tests/property/specs.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"
#include "workloads/registry.h"

#define SEED 7

/* ---- the program as it runs without pauses ------------------------------------------------------
 */

/* A policy that only switches automatic collection off. */
static void switch_off(void *state, struct gc *gc)
{
    (void)state;
    gc_disable(gc);
}

static const struct policy policy_none = {.about = {.name = "none"}, .start = switch_off};

/* A workload as it is, but its nominal clock is read at the end. */
struct spy {
    const struct setting *spied;
    uint64_t *nominal_ns;
    void *state;
};

static int spy_start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct spy *spy = state;
    size_t size = spy->spied->component->state_size;
    spy->state = allocate_zeroed(1, size);
    memcpy(spy->state, spy->spied->state, size);
    return workload_of(spy->spied->component)->start(spy->state, program, seed, error);
}

static bool spy_produce(void *state, struct program *program)
{
    struct spy *spy = state;
    bool more = workload_of(spy->spied->component)->produce(spy->state, program);
    *spy->nominal_ns = program->nominal_ns;
    return more;
}

static void spy_stop(void *state)
{
    struct spy *spy = state;
    if (workload_of(spy->spied->component)->stop)
        workload_of(spy->spied->component)->stop(spy->state);
    free(spy->state);
}

static const struct workload workload_spy = {
    .about = {.name = "spy", .state_size = sizeof(struct spy)},
    .start = spy_start,
    .produce = spy_produce,
    .stop = spy_stop,
};

/* ---- the runs -----------------------------------------------------------------------------------
 */

/* A workload on a version, without a policy: what every policy's run is compared with. */
struct reference {
    const struct spec *workload;
    const struct collector_version *collector;
    struct compiled compiled; /* for all of them */
    uint64_t nominal_ns;
    struct run run;
};

struct pair {
    const struct spec *policy;
    const struct reference *reference;
    char what[1200];
    uint64_t hash;
    struct run run;
};

static struct all {
    char script_path[TEST_PATH];
    struct specs policies, workloads;
    struct reference *references;
    struct pair *pairs;
    size_t reference_count, pair_count, pair_capacity;
} all;

static struct simulation_setup setup_of(const struct reference *reference,
                                        const struct spec *policy)
{
    return (struct simulation_setup){
        .collector = reference->collector,
        .workload = &reference->workload->setting,
        .policy = &policy->setting,
        .compiled = &reference->compiled,
        .seed = SEED,
        .sample_ns = 20 * NS_PER_MS,
        .permanent = 100,
    };
}

static void compile_reference(struct reference *reference)
{
    static const struct compile_options in_memory = {0};
    struct error error;
    compile(&reference->compiled, &reference->workload->setting, SEED, reference->collector,
            &in_memory, NULL, &error);
    check_text(reference->workload->text, error.text, "");
}

static void run_reference(struct reference *reference)
{
    struct spy spy = {&reference->workload->setting, &reference->nominal_ns, NULL};
    const struct setting workload = {.component = &workload_spy.about, .state = &spy};
    const struct spec none = {.setting = {.component = &policy_none.about, .state = &spy}};
    struct simulation_setup setup = setup_of(reference, &none);
    setup.workload = &workload;
    setup.engine = &graph_engine;
    run_with_engine(&reference->run, &setup);
    check_text(reference->workload->text, reference->run.error.text, "");
    check_signed(reference->workload->text, reference->run.status, 0);
}

static void run_pair(const struct reference *reference, const struct spec *policy)
{
    all.pairs = allocate_grow(all.pairs, &all.pair_capacity, all.pair_count + 1, sizeof *all.pairs);
    struct pair *pair = &all.pairs[all.pair_count++];
    const struct simulation_setup setup = setup_of(reference, policy);
    *pair = (struct pair){.policy = policy, .reference = reference};
    snprintf(pair->what, sizeof pair->what, "%s, %s, %s", policy->text, reference->workload->text,
             reference->collector->name);
    run_simulation(&pair->run, &setup);
    pair->hash = run_hash(&pair->run);
}

/* Variants of a policy on each workload, variants of a workload under each policy, and every
 * version for the rest. */
static bool is_tried(const struct spec *policy, const struct reference *reference)
{
    bool newest = !(reference->collector + 1)->name;
    if (policy->basic && reference->workload->basic)
        return true;
    return newest && (policy->basic || reference->workload->basic);
}

static int set_up(void **state)
{
    (void)state;
    struct random_program program = {.seed = 5, .freezes = true, .switches = true};
    char *script = random_script(&program, 40, 20000);
    test_file(all.script_path, script, strlen(script));
    free(script);
    specs_make(&all.policies, policies, "policy", all.script_path);
    specs_make(&all.workloads, workloads, "workload", all.script_path);
    size_t versions = 0;
    while (collector_versions[versions].name)
        versions++;
    all.references = allocate_zeroed(all.workloads.count * versions, sizeof *all.references);
    for (size_t w = 0; w < all.workloads.count; w++) {
        for (size_t v = all.workloads.specs[w].basic ? 0 : versions - 1; v < versions; v++) {
            struct reference *reference = &all.references[all.reference_count++];
            reference->workload = &all.workloads.specs[w];
            reference->collector = &collector_versions[v];
            compile_reference(reference);
            run_reference(reference);
            for (size_t p = 0; p < all.policies.count; p++)
                if (is_tried(&all.policies.specs[p], reference))
                    run_pair(reference, &all.policies.specs[p]);
        }
    }
    print_message("# %zu runs\n", all.pair_count);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < all.pair_count; i++)
        run_fini(&all.pairs[i].run);
    for (size_t i = 0; i < all.reference_count; i++) {
        compiled_fini(&all.references[i].compiled);
        run_fini(&all.references[i].run);
    }
    free(all.pairs);
    free(all.references);
    specs_fini(&all.policies);
    specs_fini(&all.workloads);
    unlink(all.script_path);
    return 0;
}

/* Did both programs run to their end? */
static bool both_finished(const struct pair *pair)
{
    return pair->run.result.status == RUN_finished &&
           pair->reference->run.result.status == RUN_finished;
}

/* ---- what holds ---------------------------------------------------------------------------------
 */

TEST(every_component_is_tried)
{
    for (size_t p = 0; policies[p]; p++) {
        for (size_t w = 0; workloads[w]; w++) {
            size_t tried = 0, operations = 0;
            for (size_t i = 0; i < all.pair_count; i++) {
                const struct pair *pair = &all.pairs[i];
                if (pair->policy->setting.component != policies[p] ||
                    pair->reference->workload->setting.component != workloads[w])
                    continue;
                tried++;
                operations += pair->run.result.operations;
            }
            check_that(policies[p]->name, tried >= 7);
            check_that(workloads[w]->name, operations > 10000 * tried / 2);
        }
    }
}

TEST(they_end_well)
{
    for (size_t i = 0; i < all.pair_count; i++) {
        const struct pair *pair = &all.pairs[i];
        check_text(pair->what, pair->run.error.text, "");
        check_signed(pair->what, pair->run.status, 0);
        if (pair->run.result.status != RUN_out_of_memory)
            check_count(pair->what, pair->run.result.status, RUN_finished);
    }
}

TEST(clocks_never_go_back)
{
    for (size_t i = 0; i < all.pair_count; i++)
        check_that(all.pairs[i].what, !all.pairs[i].run.record.backwards);
}

static void check_sums(const char *what, const struct run *run)
{
    const struct simulation_result *result = &run->result;
    const struct run_record *record = &run->record;
    uint64_t pause_ns = 0, collections[GENERATIONS] = {0}, unreachable[GENERATIONS] = {0};
    for (size_t i = 0; i < record->collection_count; i++) {
        const struct collection *c = &record->collections[i];
        uint64_t examined = 0;
        for (int g = 0; g <= c->generation; g++)
            examined += c->before[g];
        check_count(what, c->sequence, i);
        check_count(what, c->examined, examined);
        check_that(what, c->unreachable <= c->examined);
        check_that(what, c->heap_bytes_after <= c->heap_bytes_before);
        check_that(what, c->pause_ns > 0);
        check_that(what, c->mutator_ns <= c->wall_ns);
        pause_ns += c->pause_ns;
        collections[c->generation]++;
        unreachable[c->generation] += c->unreachable;
    }
    check_count(what, result->wall_ns, result->mutator_ns + result->pause_ns + result->idle_ns);
    check_count(what, result->pause_ns, pause_ns);
    check_count(what, result->requests, record->request_count);
    check_that(what, record->now_ns <= result->wall_ns && record->mutator_ns <= result->mutator_ns);
    for (int g = 0; g < GENERATIONS; g++) {
        check_count(what, result->stats[g].collections, collections[g]);
        check_count(what, result->stats[g].collected, unreachable[g]);
    }
}

TEST(wall_time_is_mutator_time_pauses_and_idle_time)
{
    uint64_t collections = 0;
    for (size_t i = 0; i < all.pair_count; i++) {
        check_sums(all.pairs[i].what, &all.pairs[i].run);
        collections += all.pairs[i].run.record.collection_count;
    }
    for (size_t i = 0; i < all.reference_count; i++)
        check_sums(all.references[i].workload->text, &all.references[i].run);
    check_that("there are collections", collections > all.pair_count);
}

static uint64_t allocated(const struct run *run)
{
    const struct engine_totals *totals = &run->result.totals;
    uint64_t objects = totals->untracked;
    for (int g = 0; g <= GENERATIONS; g++)
        objects += totals->tracked[g] + totals->freed_by_count[g] + totals->freed_by_collector[g];
    return objects;
}

/* The program is the same to the last operation, and what it leaves reachable, too. */
TEST(the_program_is_the_same_under_every_policy)
{
    for (size_t i = 0; i < all.pair_count; i++) {
        const struct pair *pair = &all.pairs[i];
        const struct run *run = &pair->run, *reference = &pair->reference->run;
        if (!both_finished(pair))
            continue;
        check_count(pair->what, run->result.mutator_ns, reference->result.mutator_ns);
        check_count(pair->what, run->result.operations, reference->result.operations);
        check_count(pair->what, run->result.requests, reference->result.requests);
        check_count(pair->what, allocated(run), allocated(reference));
        check_real(pair->what, run->result.prices.scatter_ns, reference->result.prices.scatter_ns);
        const struct sample *last = &run->record.samples[run->record.sample_count - 1];
        const struct sample *same = &reference->record.samples[reference->record.sample_count - 1];
        check_count(pair->what, last->wall_ns, run->result.wall_ns);
        check_count(pair->what, last->live_bytes, same->live_bytes);
        check_count(pair->what, last->live_bytes + last->garbage_bytes,
                    run->result.totals.heap_bytes);
    }
}

/* Requests are the same, arrive as long after the service is up and end in the same order, none of
 * them earlier than without pauses. */
TEST(pauses_move_no_arrival_and_only_delay)
{
    uint64_t requests = 0, delayed = 0;
    for (size_t i = 0; i < all.pair_count; i++) {
        const struct pair *pair = &all.pairs[i];
        const struct run_record *record = &pair->run.record,
                                *reference = &pair->reference->run.record;
        if (!both_finished(pair) || pair->reference->run.result.pause_ns > 0)
            continue;
        check_that(pair->what, pair->run.result.wall_ns >= pair->reference->run.result.wall_ns);
        check_that(pair->what, pair->run.result.idle_ns <= pair->reference->run.result.idle_ns);
        check_count(pair->what, record->request_count, reference->request_count);
        for (size_t r = 0; r < record->request_count; r++) {
            check_count(pair->what, record->requests[r].arrival_ns - pair->run.result.service_ns,
                        reference->requests[r].arrival_ns - pair->reference->run.result.service_ns);
            check_that(pair->what,
                       record->requests[r].latency_ns >= reference->requests[r].latency_ns);
            delayed += record->requests[r].latency_ns > reference->requests[r].latency_ns;
        }
        requests += record->request_count;
    }
    check_that("there are requests", requests > all.pair_count);
    check_that("some delayed", delayed > 0 && delayed < requests);
}

/* The clock by which a workload decides is the wall clock of a run without pauses. */
TEST(the_nominal_clock_is_wall_time_without_pauses)
{
    size_t compared = 0;
    for (size_t i = 0; i < all.reference_count; i++) {
        const struct reference *reference = &all.references[i];
        if (reference->run.result.pause_ns > 0 || reference->run.result.status != RUN_finished)
            continue;
        check_count(reference->workload->text, reference->run.result.wall_ns,
                    reference->nominal_ns);
        compared++;
    }
    check_that("some are compared", compared > all.reference_count / 2);
}

/* ---- again --------------------------------------------------------------------------------------
 */

/* How many of the pairs do not give the same run again. In the order given, by step: 1 or -1. */
static size_t count_differences(const struct engine *engine, int step)
{
    size_t different = 0;
    for (size_t i = 0; i < all.pair_count; i++) {
        const struct pair *pair = &all.pairs[step > 0 ? i : all.pair_count - 1 - i];
        struct simulation_setup setup = setup_of(pair->reference, pair->policy);
        struct run again;
        setup.engine = engine;
        run_with_engine(&again, &setup);
        if (run_hash(&again) != pair->hash) {
            print_error("# different with the %s engine: %s\n", engine->name, pair->what);
            different++;
        }
        run_fini(&again);
    }
    return different;
}

TEST(again_in_another_order)
{
    for (size_t i = 0; engines[i]; i++)
        check_count(engines[i]->name, count_differences(engines[i], -1), 0);
}

struct worker {
    pthread_t thread;
    const struct engine *engine;
    int step;
    size_t different;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    worker->different = count_differences(worker->engine, worker->step);
    return NULL;
}

/* Side by side, some from the first to the last and some the other way; they share the compiled
 * programs. */
TEST(again_in_threads)
{
    struct worker workers[] = {{.engine = &graph_engine, .step = 1},
                               {.engine = &interval_engine, .step = 1},
                               {.engine = &interval_engine, .step = -1}};
    for (size_t t = 0; t < LENGTH(workers); t++)
        check_signed("thread", pthread_create(&workers[t].thread, NULL, work, &workers[t]), 0);
    for (size_t t = 0; t < LENGTH(workers); t++)
        pthread_join(workers[t].thread, NULL);
    for (size_t t = 0; t < LENGTH(workers); t++)
        check_count(workers[t].engine->name, workers[t].different, 0);
}

/* That equal hashes mean something: another seed is another program. */
TEST(another_seed_is_another_run)
{
    size_t compared = 0, different = 0;
    for (size_t i = 0; i < all.pair_count; i++) {
        const struct pair *pair = &all.pairs[i];
        struct simulation_setup setup = setup_of(pair->reference, pair->policy);
        if (!pair->policy->basic || !pair->reference->workload->basic)
            continue;
        struct run other;
        setup.seed = SEED + 1;
        setup.compiled = NULL;
        run_simulation(&other, &setup);
        compared++;
        different += run_hash(&other) != pair->hash;
        run_fini(&other);
    }
    check_that("of two workloads in three, at least",
               3 * different >= 2 * compared && compared > 0);
}

/* ---- settings -----------------------------------------------------------------------------------
 */

/* The text by which results name a setting gives the same setting again. */
static void check_canonical(const struct specs *specs, const struct component *const *registry)
{
    for (size_t i = 0; i < specs->count; i++) {
        const struct setting *setting = &specs->specs[i].setting;
        struct setting again;
        struct error error = {""};
        setting_parse(&again, setting->text, registry, "component", &error);
        check_text(specs->specs[i].text, error.text, "");
        check_text(specs->specs[i].text, again.text, setting->text);
        const struct setting *part_again = &again;
        for (const struct setting *part = setting; part; part = part->next) {
            const struct param *p;
            for (size_t row = 0; (p = component_param(part->component, row)); row++) {
                char a[UNITS_TEXT], b[UNITS_TEXT];
                check_text(specs->specs[i].text, param_text(p, setting_state(part_again, p), b),
                           param_text(p, setting_state(part, p), a));
            }
            part_again = part_again->next;
        }
        check_that(specs->specs[i].text, part_again == NULL);
        setting_fini(&again);
    }
}

TEST(canonical_texts_read_back)
{
    check_canonical(&all.policies, policies);
    check_canonical(&all.workloads, workloads);
}

/* What help prints of a parameter is there, and its default is one of the values allowed. */
static void check_tables(const struct component *const *registry)
{
    const struct component *common = registry[0]->common;
    if (common)
        check_tables((const struct component *const[]){common, NULL});
    for (; *registry; registry++) {
        const struct component *component = *registry;
        check_that("what one has in common all have", component->common == common);
        check_that(component->name, component->summary && component->summary[0]);
        check_that(component->name, !component->params || component->state_size > 0);
        for (const struct param *p = component->params; p && p->name; p++) {
            size_t size = p->type == PARAM_REAL     ? sizeof(double)
                          : p->type == PARAM_PATH   ? sizeof(char *)
                          : p->type == PARAM_MOMENT ? sizeof(struct moment)
                                                    : sizeof(int64_t);
            check_that(p->name, p->meaning && p->meaning[0]);
            check_that(p->name, p->offset + size <= component->state_size);
            bool one_of = p->type == PARAM_CHOICE || p->type == PARAM_MOMENT;
            check_that(p->name, one_of <= (p->choices != NULL));
            check_that(p->name, one_of || p->type == PARAM_FLAG || p->type == PARAM_PATH ||
                                    p->least <= p->most);
            check_that("other words besides are stored as whole numbers",
                       !p->choices || one_of ||
                           (!p->absent && param_is_quantity(p) && p->type != PARAM_REAL));
            check_that("what is absent is stored as a whole number",
                       !p->absent || (p->type != PARAM_REAL && p->type != PARAM_PATH));
            for (const struct param *q = component->params; q < p; q++)
                check_that(p->name, strcmp(p->name, q->name) != 0 && p->offset != q->offset);
        }
    }
}

TEST(parameter_tables)
{
    check_tables(policies);
    check_tables(workloads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_component_is_tried),
        cmocka_unit_test(they_end_well),
        cmocka_unit_test(clocks_never_go_back),
        cmocka_unit_test(wall_time_is_mutator_time_pauses_and_idle_time),
        cmocka_unit_test(the_program_is_the_same_under_every_policy),
        cmocka_unit_test(pauses_move_no_arrival_and_only_delay),
        cmocka_unit_test(the_nominal_clock_is_wall_time_without_pauses),
        cmocka_unit_test(again_in_another_order),
        cmocka_unit_test(again_in_threads),
        cmocka_unit_test(another_seed_is_another_run),
        cmocka_unit_test(canonical_texts_read_back),
        cmocka_unit_test(parameter_tables),
    };
    return cmocka_run_group_tests_name("contract", tests, set_up, tear_down);
}
