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
    struct graph_need need;
    bool needs_graph;
    enum { UNREAD, READ, MALFORMED } outcome; /* UNREAD: memory has run out meanwhile */
    struct error why;
};

struct script {
    const char *file;
    int64_t scatter;
    struct reading *shared; /* of the setting: what `prepare` has read; or NULL */
    struct reading *own;    /* of a run, if there is none */
    const struct heap_script *script;
    size_t next;
};

static const struct param params[] = {
    {"file", PARAM_FIELD(script, file), .type = PARAM_PATH,
     .meaning = "the heap script; last, since its name may have commas"},
    {"scatter", PARAM_FIELD(script, scatter), PARAM_SCATTER, .initial = "sequential"},
    {NULL},
};

/* Into *place, where it is to be freed, even if memory runs out on the way. */
static void read_script(const char *file, struct reading **place)
{
    struct reading *reading = *place = allocate_zeroed(1, sizeof *reading);
    const struct heap_script *script = &reading->script;
    if (heap_script_read(&reading->script, file, &reading->why) != 0) {
        reading->outcome = MALFORMED;
        return;
    }
    reading->needs_graph =
        script->has_kinds && program_needs_graph(script->ops, script->count, &reading->need);
    reading->outcome = READ;
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

static void declare(const struct script *script, const struct reading *reading,
                    struct program *program)
{
    program->registers = script->script->registers;
    program->scatter = script->scatter;
    program->has_kinds = script->script->has_kinds;
    if (reading->needs_graph)
        error_set(&program->needs_graph, "%s:%u: %s", script->file,
                  script->script->lines[reading->need.operation], reading->need.what);
    for (size_t i = 0; i < script->script->count; i++) {
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
    declare(script, reading, program);
    return 0;
}

#define STRETCH                                                                                    \
    4096 /* operations at a time, but for a tuple and its items, which stay together               \
          */

static bool produce(void *state, struct program *program)
{
    struct script *script = state;
    const struct heap_script *read = script->script;
    size_t end = read->count - script->next < STRETCH ? read->count : script->next + STRETCH;
    while (end < read->count && read->ops[end - 1].code == OP_ITEM)
        end++;
    while (script->next < end)
        program_emit(program, read->ops[script->next++]);
    return script->next < read->count;
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
