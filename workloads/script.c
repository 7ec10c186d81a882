/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * script: a heap script as a workload. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/model/graph_need.h"
#include "sim/model/workload.h"
#include "workloads/heap_script.h"

/* A script that has been read, or why it could not be. */
struct reading {
    struct heap_script script;
    enum { UNREAD, READ, MALFORMED } outcome; /* UNREAD: memory has run out meanwhile */
    struct error why;
};

struct script {
    const char *file;
    int64_t operations;
    int64_t scatter;
    struct reading *shared; /* of the setting: what `prepare` has read; or NULL */
    struct reading *own;    /* of a run, if there is none */
    const struct heap_script *script;
    size_t count, next; /* operations and what is part of them: those wanted; the next */
};

static const struct param params[] = {
    {"file", PARAM_FIELD(script, file), .type = PARAM_PATH,
     .meaning = "the heap script; last, since its name may have commas"},
    {"operations", PARAM_FIELD(script, operations), .type = PARAM_COUNT, .least = 0,
     .most = HEAP_SCRIPT_BYTES, .absent = "all", .initial = "all",
     .meaning = "how many of its operations; the others are left out"},
    {"scatter", PARAM_FIELD(script, scatter), PARAM_SCATTER, .initial = "sequential"},
    {NULL},
};

/* Into *place, where it is to be freed, even if memory runs out on the way. */
static void read_script(const char *file, struct reading **place)
{
    struct reading *reading = *place = allocate_zeroed(1, sizeof *reading);
    bool is_sound = heap_script_read(&reading->script, file, &reading->why) == 0;
    reading->outcome = is_sound ? READ : MALFORMED;
}

static void free_reading(struct reading *reading)
{
    if (reading)
        heap_script_fini(&reading->script);
    free(reading);
}

static void prepare(void *state)
{
    struct script *script = state;
    if (!script->shared)
        read_script(script->file, &script->shared);
}

static void release(void *state)
{
    free_reading(((struct script *)state)->shared);
}

/* What is part of an operation stands before it, and is not counted. */
static size_t count_wanted(const struct script *script)
{
    size_t count = 0;
    if (script->operations == PARAM_ABSENT)
        return script->script->count;
    for (int64_t left = script->operations; count < script->script->count && left != 0; count++)
        left -= script->script->ops[count].code != OP_ITEM;
    return count;
}

/* Why it takes the engine that has the graph, and the line. */
static void declare_need(const struct script *script, struct program *program)
{
    struct graph_need need;
    const struct heap_script *read = script->script;
    program->may_need_graph = read->has_kinds;
    if (read->has_kinds && program_needs_graph(read->ops, script->count, &need))
        error_set(&program->needs_graph, "%s:%u: %s", script->file, read->lines[need.operation],
                  need.what);
}

static void declare(const struct script *script, struct program *program)
{
    program->registers = script->script->registers;
    program->scatter = script->scatter;
    program->has_kinds = script->script->has_kinds;
    declare_need(script, program);
    for (size_t i = 0; i < script->count; i++) {
        const struct op *op = &script->script->ops[i];
        program->planned_ns += program->costs.ns[op->code][op->kind];
    }
}

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct script *script = state;
    (void)seed;
    bool is_shared = script->shared && script->shared->outcome != UNREAD;
    if (!is_shared)
        read_script(script->file, &script->own);
    const struct reading *reading = is_shared ? script->shared : script->own;
    if (reading->outcome == MALFORMED)
        return error_set(error, "%s", reading->why.text);
    script->script = &reading->script;
    script->count = count_wanted(script);
    declare(script, program);
    return 0;
}

#define STRETCH                                                                                    \
    4096 /* operations at a time, but for a tuple and its items, which stay together               \
          */

static bool produce(void *state, struct program *program)
{
    struct script *script = state;
    const struct heap_script *read = script->script;
    size_t end = script->count - script->next < STRETCH ? script->count : script->next + STRETCH;
    while (end < script->count && read->ops[end - 1].code == OP_ITEM)
        end++;
    while (script->next < end)
        program_emit(program, read->ops[script->next++]);
    return script->next < script->count;
}

static void locate(void *state, uint64_t number, char *place, size_t size)
{
    const struct script *script = state;
    snprintf(place, size, "%s:%u", script->file, script->script->lines[number]);
}

static void stop(void *state)
{
    free_reading(((struct script *)state)->own);
}

const struct workload workload_script = {
    .about =
        {
            .name = "script",
            .summary = "a heap script from a file: any program, reduced to what the collector sees",
            .params = params,
            .state_size = sizeof(struct script),
            .release = release,
        },
    .prepare = prepare,
    .start = start,
    .produce = produce,
    .stop = stop,
    .locate = locate,
};
