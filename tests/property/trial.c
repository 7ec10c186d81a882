/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/property/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "tests/property/random_kinds.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

static uint64_t below(struct trial *trial, uint64_t n)
{
    return test_random_below(&trial->seed, n);
}

static bool one_in(struct trial *trial, uint64_t n)
{
    return below(trial, n) == 0;
}

/* Of any order of magnitude. */
static uint64_t up_to(struct trial *trial, uint64_t most)
{
    uint64_t bits = 64 - (uint64_t)__builtin_clzll(most | 1);
    return below(trial, UINT64_C(2) << below(trial, bits)) % (most + 1);
}

/* ---- a program of operations --------------------------------------------------------------------
 */

struct given {
    const struct trial *trial;
    size_t next;
};

static int given_start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    const struct program *declared = &((const struct given *)state)->trial->declared;
    (void)seed;
    (void)error;
    program->registers = declared->registers;
    program->slots = declared->slots;
    program->planned_ns = declared->planned_ns;
    program->memory_limit_bytes = declared->memory_limit_bytes;
    program->slowdown = declared->slowdown;
    program->scatter = declared->scatter;
    program->has_kinds = declared->has_kinds;
    return 0;
}

static bool given_produce(void *state, struct program *program)
{
    struct given *given = state;
    const struct random_ops *ops = &given->trial->ops;
    for (size_t i = 0; i < given->trial->stretch && given->next < ops->count; i++)
        program_emit(program, ops->ops[given->next++]);
    return given->next < ops->count;
}

static const struct workload workload_given = {
    .about = {.name = "operations", .state_size = sizeof(struct given)},
    .start = given_start,
    .produce = given_produce,
};

static void draw_patterns(struct trial *trial, struct random_program *program)
{
    switch (below(trial, 3)) {
    case 0:
        break;
    case 1:
        program->patterns[below(trial, PATTERN_COUNT)] = 20 + (uint32_t)below(trial, 400);
        break;
    default:
        for (int i = 0; i < PATTERN_COUNT; i++)
            program->patterns[i] = (uint32_t)below(trial, 100);
    }
}

/* What is added to operations of the heap: time, requests, native sections, events. */
struct dressing {
    struct trial *trial;
    struct random_ops ops;
    uint64_t now_ns; /* about */
    enum { SLOT_FREE, SLOT_BUSY, SLOT_WAITING } slots[4];
    bool native;
    uint64_t step_ns, payload;
    bool kinds;    /* objects of every kind, and not only those of heap scripts */
    uint32_t wild; /* of 1000 operations */
};

static void put(struct dressing *dressing, struct op op)
{
    struct random_ops *ops = &dressing->ops;
    ops->ops = allocate_grow(ops->ops, &ops->capacity, ops->count + 1, sizeof op);
    ops->ops[ops->count++] = op;
    dressing->now_ns += op.code == OP_WORK ? op.ns : 20;
}

static uint64_t soon(struct dressing *dressing)
{
    return dressing->now_ns + up_to(dressing->trial, dressing->step_ns);
}

static void put_request(struct dressing *dressing)
{
    struct trial *trial = dressing->trial;
    uint32_t slot = (uint32_t)below(trial, LENGTH(dressing->slots));
    struct op op = {.a = slot};
    switch (dressing->slots[slot]) {
    case SLOT_FREE:
        op = (struct op){.code = OP_BEGIN, .a = slot, .ns = soon(dressing)};
        dressing->slots[slot] = SLOT_BUSY;
        break;
    case SLOT_BUSY:
        if (one_in(trial, 2)) {
            op.code = OP_END;
            dressing->slots[slot] = SLOT_FREE;
        } else {
            op = (struct op){.code = OP_WAIT, .a = slot, .ns = up_to(trial, dressing->step_ns)};
            dressing->slots[slot] = SLOT_WAITING;
        }
        break;
    case SLOT_WAITING:
        op = (struct op){.code = OP_RESUME, .a = slot, .ns = soon(dressing)};
        dressing->slots[slot] = SLOT_BUSY;
    }
    put(dressing, op);
}

static void put_extra(struct dressing *dressing)
{
    struct trial *trial = dressing->trial;
    switch (below(trial, 6)) {
    case 0:
    case 1:
        put(dressing, (struct op){.code = OP_WORK, .ns = up_to(trial, dressing->step_ns)});
        break;
    case 2:
        put(dressing,
            (struct op){.code = OP_EVENT, .a = (uint32_t)below(trial, PROGRAM_EVENT_COUNT)});
        break;
    case 3:
        put(dressing, (struct op){.code = OP_SLEEP, .ns = soon(dressing)});
        break;
    case 4:
        dressing->native = !dressing->native;
        put(dressing, (struct op){.code = dressing->native ? OP_NATIVE_BEGIN : OP_NATIVE_END});
        break;
    default:
        put_request(dressing);
    }
}

/* An operation that hardly any heap allows. */
static void put_invalid(struct dressing *dressing)
{
    static const uint8_t codes[] = {OP_STORE, OP_CLEAR, OP_LOAD};
    struct trial *trial = dressing->trial;
    uint32_t registers = trial->declared.registers, far = 1000 + (uint32_t)below(trial, 100);
    struct op op = {.code = codes[below(trial, LENGTH(codes))],
                    .a = (uint32_t)below(trial, registers)};
    op.b = op.code == OP_LOAD ? (uint32_t)below(trial, registers) : far;
    op.c = op.code == OP_LOAD ? far : (uint32_t)below(trial, registers);
    put(dressing, op);
}

/* One that is no part of a program that needs no graph: it may be valid, or not, or need the graph.
 */
static void put_wild(struct dressing *dressing)
{
    static const uint8_t codes[] = {OP_STORE, OP_STORE, OP_CLEAR, OP_FINALIZER, OP_DEREF};
    struct trial *trial = dressing->trial;
    uint32_t registers = trial->declared.registers;
    struct op op = {.code = codes[below(trial, LENGTH(codes))],
                    .a = (uint32_t)below(trial, registers),
                    .b = (uint32_t)below(trial, 3),
                    .c = (uint32_t)below(trial, registers)};
    if (op.code == OP_DEREF)
        op.b %= registers;
    put(dressing, op);
}

/* Takes the operations of the heap as they are, some of them with other kinds of objects. */
static void dress(struct dressing *dressing, const struct random_ops *plain, uint32_t extras)
{
    struct trial *trial = dressing->trial;
    size_t invalid = one_in(trial, 10) ? (size_t)below(trial, plain->count + 1) : SIZE_MAX;
    for (size_t i = 0; i < plain->count; i++) {
        struct op op = plain->ops[i];
        bool in_operation = i > 0 && plain->ops[i - 1].code == OP_ITEM;
        while (below(trial, 1000) < extras && !in_operation)
            put_extra(dressing);
        if (below(trial, 1000) < dressing->wild && !in_operation)
            put_wild(dressing);
        if (i == invalid && !in_operation)
            put_invalid(dressing);
        if (op.code == OP_NEW && dressing->kinds) {
            op.kind = (uint8_t)below(trial, OBJECT_KINDS);
            op.c = object_bytes(op.kind, op.b) + (uint32_t)up_to(trial, dressing->payload);
        }
        put(dressing, op);
    }
}

static uint64_t draw_limit(struct trial *trial)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < trial->ops.count; i++)
        if (trial->ops.ops[i].code == OP_NEW)
            bytes += trial->ops.ops[i].c;
    return one_in(trial, 6) ? 1 + bytes / (1 + below(trial, 20)) : 0;
}

static void draw_operations(struct trial *trial, uint32_t most, bool has_kinds)
{
    struct random_program program = {
        .seed = trial->seed, .freezes = one_in(trial, 2), .switches = one_in(trial, 2)};
    struct dressing dressing = {.trial = trial,
                                .step_ns = up_to(trial, 1000000),
                                .payload = up_to(trial, 100000),
                                .kinds = one_in(trial, 2) && !has_kinds,
                                .wild = has_kinds && one_in(trial, 2) ? 20 : 0};
    struct random_ops plain = {0};
    draw_patterns(trial, &program);
    trial->declared = (struct program){
        .registers = 1 + (uint32_t)up_to(trial, 40),
        .slots = LENGTH(dressing.slots),
        .planned_ns = up_to(trial, 10000000),
        .slowdown = one_in(trial, 2) ? 1 : (double)(1 + up_to(trial, 1000)) / 8,
        .scatter = (int64_t)below(trial, 2000) - SCATTER_COUNT,
        .has_kinds = has_kinds,
    };
    (has_kinds ? random_kinds : random_ops)(&plain, &program, trial->declared.registers,
                                            1 + up_to(trial, most - 1));
    dress(&dressing, &plain, (uint32_t)up_to(trial, 400));
    free(plain.ops);
    trial->ops = dressing.ops;
    trial->declared.memory_limit_bytes = draw_limit(trial);
    trial->stretch = 1 + (size_t)up_to(trial, 10000);
}

/* ---- the rest -----------------------------------------------------------------------------------
 */

static void draw_meddler(struct trial *trial)
{
    trial->meddler = (struct meddler){
        .seed = test_random(&trial->seed),
        .share = (uint32_t)below(trial, 90),
        .timers = (uint32_t)up_to(trial, 200),
        .delay_ns = up_to(trial, 1000000),
        .seen = &trial->seen,
    };
    trial->policy = (struct setting){
        .component = &policy_meddler.about, .state = &trial->meddler, .text = trial->policy_text};
    snprintf(trial->policy_text, SPEC_TEXT, "%s", policy_meddler.about.name);
}

static void draw_component(struct trial *trial, struct setting *setting, char text[SPEC_TEXT],
                           const struct component *const *registry, const char *what)
{
    struct error error = {""};
    size_t count = 0;
    while (registry[count])
        count++;
    const struct component *component;
    do
        component = registry[below(trial, count)];
    while (strcmp(component->name, "script") == 0); /* operations come as they are */
    specs_draw(text, component, &trial->seed);
    setting_parse(setting, text, registry, what, &error);
    check_text(text, error.text, "");
}

/* One or several. */
static void draw_policies(struct trial *trial, struct setting *setting, char text[SPEC_TEXT])
{
    struct error error = {""};
    char whole[SPEC_TEXT] = "";
    size_t length = 0, parts = one_in(trial, 2) ? 1 : 2 + below(trial, 2);
    for (size_t i = 0; i < parts; i++) {
        struct setting part;
        char spec[SPEC_TEXT];
        draw_component(trial, &part, spec, policies, "policy");
        length += (size_t)snprintf(whole + length, SPEC_TEXT - length, "%s%s",
                                   i > 0 ? SETTING_JOINT : "", spec);
        setting_fini(&part);
    }
    check_that(whole, length < SPEC_TEXT);
    snprintf(text, SPEC_TEXT, "%s", whole);
    setting_parse(setting, text, policies, "policy", &error);
    check_text(text, error.text, "");
}

/* The meddler alone, or first before others. */
static void draw_policy(struct trial *trial)
{
    if (below(trial, 10) >= 6) {
        draw_policies(trial, &trial->policy, trial->policy_text);
        return;
    }
    draw_meddler(trial);
    if (one_in(trial, 2))
        return;
    char others[SPEC_TEXT];
    draw_policies(trial, &trial->others, others);
    trial->policy.next = &trial->others;
    snprintf(trial->policy_text, SPEC_TEXT, "%s%s%.900s", policy_meddler.about.name, SETTING_JOINT,
             others);
}

static void draw_setup(struct trial *trial, uint64_t span_ns)
{
    static const uint64_t rare[] = {SAMPLE_NEVER, SAMPLE_AUTO};
    size_t versions = 0;
    while (collector_versions[versions].name)
        versions++;
    trial->setup = (struct simulation_setup){
        .collector = &collector_versions[below(trial, versions)],
        .workload = &trial->workload,
        .policy = &trial->policy,
        .seed = test_random(&trial->seed) >> 1, /* as a results file has them */
        .sample_ns =
            one_in(trial, 2) ? rare[below(trial, 2)] : 1 + span_ns / (1 + below(trial, 60)),
        .permanent = one_in(trial, 2) ? below(trial, 1000) : 0,
    };
    trial->setup.warmup_ns = one_in(trial, 2) ? 0 : up_to(trial, span_ns);
}

static void draw_options(struct trial *trial, const uint32_t *windows, size_t count)
{
    trial->options = (struct compile_options){
        .window = windows[below(trial, count)],
        .memory_bytes = one_in(trial, 8),
        .folder = "/tmp",
    };
}

static void draw_trial(struct trial *trial, uint64_t seed, uint32_t most, bool has_kinds)
{
    static const uint32_t windows[] = {0, 1, 2, 3, 7, 50, 1000};
    static const struct given given = {0};
    *trial = (struct trial){.seed = seed};
    draw_operations(trial, most, has_kinds);
    struct given *state = allocate_zeroed(1, sizeof given);
    state->trial = trial;
    trial->workload = (struct setting){
        .component = &workload_given.about, .state = state, .text = trial->workload_text};
    snprintf(trial->workload_text, SPEC_TEXT, "%zu operations%s", trial->ops.count,
             has_kinds ? " of kinds" : "");
    draw_policy(trial);
    uint64_t span_ns = 30 * trial->ops.count * (uint64_t)(1 + trial->declared.slowdown);
    draw_setup(trial, span_ns);
    draw_options(trial, windows, LENGTH(windows));
}

void trial_of_operations(struct trial *trial, uint64_t seed, uint32_t most)
{
    draw_trial(trial, seed, most, false);
}

void trial_of_kinds(struct trial *trial, uint64_t seed, uint32_t most)
{
    draw_trial(trial, seed, most, true);
}

void trial_of_workload(struct trial *trial, uint64_t seed)
{
    static const uint32_t windows[] = {0, 50, 1000, 20000};
    *trial = (struct trial){.seed = seed};
    draw_component(trial, &trial->workload, trial->workload_text, workloads, "workload");
    draw_policy(trial);
    draw_setup(trial, 500 * NS_PER_MS);
    draw_options(trial, windows, LENGTH(windows));
}

void trial_fini(struct trial *trial)
{
    if (trial->ops.ops)
        free(trial->workload.state);
    else
        setting_fini(&trial->workload);
    if (trial->policy.component != &policy_meddler.about)
        setting_fini(&trial->policy);
    setting_fini(&trial->others);
    free(trial->ops.ops);
}

void trial_text(char text[TRIAL_TEXT], const struct trial *trial)
{
    snprintf(text, TRIAL_TEXT,
             "%s, %s, %s, sampled every %" PRIu64 " ns, warm-up %" PRIu64 " ns, %" PRIu64
             " permanent, window %u%s",
             trial->workload_text, trial->policy_text, trial->setup.collector->name,
             trial->setup.sample_ns, trial->setup.warmup_ns, trial->setup.permanent,
             trial->options.window, trial->options.memory_bytes ? ", in files" : "");
}
