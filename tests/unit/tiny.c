/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tiny.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "tests/unit/check.h"

#define REGISTERS 48
#define SLOTS     4

/* ---- the program --------------------------------------------------------------------------------
 */

/* Operands: a, b, c, n (ns) by the fields of struct op; e: an event's name. */
static const struct form {
    const char *word;
    enum op_code code;
    const char *operands;
} forms[] = {
    {"new", OP_NEW, "ab"},
    {"store", OP_STORE, "abc"},
    {"clear", OP_CLEAR, "ab"},
    {"load", OP_LOAD, "abc"},
    {"copy", OP_COPY, "ab"},
    {"drop", OP_DROP, "a"},
    {"collect", OP_COLLECT, "a"},
    {"freeze", OP_FREEZE, ""},
    {"unfreeze", OP_UNFREEZE, ""},
    {"enable", OP_ENABLE, ""},
    {"disable", OP_DISABLE, ""},
    {"threshold", OP_THRESHOLD, "a"},
    {"work", OP_WORK, "n"},
    {"begin", OP_BEGIN, "an"},
    {"wait", OP_WAIT, "an"},
    {"resume", OP_RESUME, "an"},
    {"end", OP_END, "a"},
    {"sleep", OP_SLEEP, "n"},
    {"native", OP_NATIVE_BEGIN, ""},
    {"return", OP_NATIVE_END, ""},
    {"event", OP_EVENT, "e"},
    {"fill", OP_COUNT, "a"},
};

static uint32_t event_named(const char *name)
{
    for (uint32_t event = 0; event < PROGRAM_EVENT_COUNT; event++)
        if (strcmp(program_event_names[event], name) == 0)
            return event;
    check_text("an event", name, NULL);
    return 0;
}

static void set_operand(struct op *op, char operand, const char *text)
{
    uint64_t number = strtoull(text, NULL, 10);
    switch (operand) {
    case 'a':
        op->a = (uint32_t)number;
        break;
    case 'b':
        op->b = (uint32_t)number;
        break;
    case 'c':
        op->c = (uint32_t)number;
        break;
    case 'n':
        op->ns = number;
        break;
    default:
        op->a = event_named(text);
    }
}

static void append(struct tiny *tiny, struct op op)
{
    if (op.code == OP_COUNT) {
        for (uint32_t reg = 0; reg < op.a; reg++)
            append(tiny, (struct op){.code = OP_NEW, .a = reg});
        return;
    }
    if (op.code == OP_NEW)
        op.c = object_bytes(KIND_SLOTS, op.b);
    if (op.code == OP_THRESHOLD)
        op.b = op.c = THRESHOLD_KEEP;
    tiny->ops = allocate_grow(tiny->ops, &tiny->capacity, tiny->count + 1, sizeof op);
    tiny->ops[tiny->count++] = op;
}

static void compile_one(struct tiny *tiny, char *text)
{
    char *rest, *word = strtok_r(text, " ", &rest);
    for (size_t i = 0; word && i < LENGTH(forms); i++) {
        if (strcmp(forms[i].word, word) != 0)
            continue;
        struct op op = {.code = (uint8_t)forms[i].code};
        for (const char *operand = forms[i].operands; *operand; operand++) {
            word = strtok_r(NULL, " ", &rest);
            check_that(forms[i].word, word != NULL);
            set_operand(&op, *operand, word);
        }
        append(tiny, op);
        return;
    }
    check_text("an operation", word, NULL);
}

static void compile(struct tiny *tiny)
{
    char *copy = allocate_text(tiny->program), *rest, *start = copy;
    for (char *text; (text = strtok_r(start, ";", &rest)); start = NULL)
        compile_one(tiny, text);
    free(copy);
}

/* ---- the workload -------------------------------------------------------------------------------
 */

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct tiny *tiny = state;
    (void)seed;
    if (tiny->failure)
        return error_set(error, "%s", tiny->failure);
    compile(tiny);
    program->registers = REGISTERS;
    program->slots = SLOTS;
    program->planned_ns = tiny->planned_ns;
    program->memory_limit_bytes = tiny->memory_limit_bytes;
    if (tiny->slowdown > 0)
        program->slowdown = tiny->slowdown;
    return 0;
}

static bool produce(void *state, struct program *program)
{
    struct tiny *tiny = state;
    size_t end = tiny->stretch ? tiny->next + tiny->stretch : tiny->count;
    for (; tiny->next < tiny->count && tiny->next < end; tiny->next++)
        program_emit(program, tiny->ops[tiny->next]);
    return tiny->next < tiny->count;
}

static void stop(void *state)
{
    struct tiny *tiny = state;
    free(tiny->ops);
    if (tiny->stopped)
        ++*tiny->stopped;
}

static const struct workload workload = {
    .about = {.name = "tiny", .summary = "as given", .state_size = sizeof(struct tiny)},
    .start = start,
    .produce = produce,
    .stop = stop,
};

struct setting tiny_workload(struct tiny *tiny)
{
    static char text[] = "tiny";
    return (struct setting){.component = &workload.about, .state = tiny, .text = text};
}

/* ---- the policy ---------------------------------------------------------------------------------
 */

static void note(const struct tiny *tiny, const char *what, const struct gc *gc)
{
    if (tiny->log)
        text_add(tiny->log, "%s%s@%" PRIu64, tiny->log->length ? " " : "", what, gc_now_ns(gc));
}

static void policy_start(void *state, struct gc *gc)
{
    const struct tiny *tiny = state;
    for (size_t i = 0; i < LENGTH(tiny->timers); i++)
        if (tiny->timers[i])
            gc_set_timer(gc, tiny->timers[i]);
}

static void policy_event(void *state, struct gc *gc, enum program_event event)
{
    const struct tiny *tiny = state;
    const char *name = program_event_names[event];
    note(tiny, name, gc);
    if (tiny->collects_on && strcmp(tiny->collects_on, name) == 0)
        gc_collect(gc, 2);
    if (tiny->passes_on && strcmp(tiny->passes_on, name) == 0)
        gc_set_timer(gc, 5);
}

static void policy_timer(void *state, struct gc *gc)
{
    const struct tiny *tiny = state;
    note(tiny, "timer", gc);
    if (tiny->collects_in_timer)
        gc_collect(gc, 2);
    if (tiny->period_ns)
        gc_set_timer(gc, gc_now_ns(gc) + tiny->period_ns);
}

static void policy_collected(void *state, struct gc *gc, const struct collection *collection)
{
    static const char *const names[GENERATIONS] = {"gc0", "gc1", "gc2"};
    const struct tiny *tiny = state;
    note(tiny, names[collection->generation], gc);
    if (tiny->collects_when_told)
        gc_collect(gc, 2);
}

static const struct policy policy = {
    .about = {.name = "notes", .summary = "as told", .state_size = sizeof(struct tiny)},
    .start = policy_start,
    .event = policy_event,
    .timer = policy_timer,
    .collected = policy_collected,
};

/* ---- the run ------------------------------------------------------------------------------------
 */

const struct costs tiny_costs = {
    .name = "tiny",
    .interpreter = "none",
    .start = 200,
    .kinds = {[KIND_SLOTS] = {20.1, 4.0, 46.9, 46},
              [KIND_LIST] = {13.2, 3.9, 32.2, 13},
              [KIND_DICT] = {17.2, 3.9, 33.6, 14},
              [KIND_INSTANCE] = {38.0, 2.4, 41.4, 55},
              [KIND_TUPLE] = {10.4, 3.8, 31.7, 19}},
    .operations = {9, 9, 18, 1, 1},
};

int tiny_simulate(const struct tiny *tiny, struct text *log, const struct observer *observer,
                  struct simulation_result *result, struct error *error)
{
    struct tiny own = *tiny;
    own.log = log;
    const struct setting workload_setting = tiny_workload(&own);
    const struct setting policy_setting = {.component = &policy.about, .state = &own};
    const struct simulation_setup setup = {
        .engine = tiny->engine ? tiny->engine : &graph_engine,
        .collector = collector_version(tiny->collector ? tiny->collector : "cpython-3.11"),
        .costs = &tiny_costs,
        .workload = &workload_setting,
        .policy = &policy_setting,
        .sample_ns = tiny->sample_ns,
        .warmup_ns = tiny->warmup_ns,
        .permanent = tiny->permanent,
    };
    return simulate(&setup, observer, result, error);
}

static void run_with(const struct engine *engine, struct run *run, const struct tiny *tiny,
                     struct text *log, int *stopped)
{
    struct tiny own = *tiny;
    own.engine = engine;
    own.stopped = stopped;
    *stopped = 0;
    *run = (struct run){0};
    const struct observer observer = run_record_observer(&run->record, NULL);
    run->status = tiny_simulate(&own, log, &observer, &run->result, &run->error);
    run_check_ages(run);
    run_check_births(run, tiny->permanent, true);
}

void tiny_run(struct run *run, const struct tiny *tiny, struct text *log)
{
    int stopped, other_stopped;
    run_with(&graph_engine, run, tiny, log, &stopped);
    for (size_t i = 0; engines[i]; i++) {
        struct run other;
        struct error how;
        struct text other_log = {.text = ""};
        if (engines[i] == &graph_engine)
            continue;
        run_with(engines[i], &other, tiny, log ? &other_log : NULL, &other_stopped);
        check_text(tiny->program, run_differs(run, &other, &how) ? how.text : "", "");
        check_text(tiny->program, other_log.text, log ? log->text : "");
        check_signed(tiny->program, other_stopped, stopped);
        run_fini(&other);
    }
    if (tiny->stopped)
        *tiny->stopped += stopped;
}

void tiny_check_finished(const char *what, const struct run *run)
{
    const struct simulation_result *result = &run->result;
    check_text(what, run->error.text, "");
    check_signed(what, run->status, 0);
    check_count(what, result->status, RUN_finished);
    check_count(what, result->wall_ns, result->mutator_ns + result->pause_ns + result->idle_ns);
    check_that(what, !run->record.backwards);
    check_count(what, result->requests, run->record.request_count);
}
