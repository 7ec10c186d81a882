/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * script: a heap script as a workload. */
#include <stdio.h>

#include "sim/model/graph_need.h"
#include "sim/model/workload.h"
#include "workloads/heap_script.h"

struct script {
    const char *file;
    int64_t scatter;
    struct heap_script script;
    size_t next;
};

static const struct param params[] = {
    {"file", PARAM_FIELD(script, file), .type = PARAM_PATH,
     .meaning = "the heap script; last, since its name may have commas"},
    {"scatter", PARAM_FIELD(script, scatter), PARAM_SCATTER, .initial = "sequential"},
    {NULL},
};

/* Why it takes the engine that has the graph, and the line. */
static void declare_need(const struct script *script, struct program *program)
{
    struct graph_need need;
    const struct heap_script *read = &script->script;
    if (program_needs_graph(read->ops, read->count, &need))
        error_set(&program->needs_graph, "%s:%u: %s", script->file, read->lines[need.operation],
                  need.what);
}

static int start(void *state, struct program *program, uint64_t seed, struct error *error)
{
    struct script *script = state;
    (void)seed;
    if (heap_script_read(&script->script, script->file, error) != 0)
        return -1;
    program->registers = script->script.registers;
    program->scatter = script->scatter;
    program->has_kinds = script->script.has_kinds;
    declare_need(script, program);
    for (size_t i = 0; i < script->script.count; i++) {
        const struct op *op = &script->script.ops[i];
        program->planned_ns += program->costs.ns[op->code][op->kind];
    }
    return 0;
}

#define STRETCH                                                                                    \
    4096 /* operations at a time, but for a tuple and its items, which stay together               \
          */

static bool produce(void *state, struct program *program)
{
    struct script *script = state;
    const struct heap_script *read = &script->script;
    bool in_operation = false;
    for (int n = 0; script->next < read->count && (n < STRETCH || in_operation); n++) {
        in_operation = read->ops[script->next].code == OP_ITEM;
        program_emit(program, read->ops[script->next++]);
    }
    return script->next < read->count;
}

static void locate(void *state, uint64_t number, char *place, size_t size)
{
    const struct script *script = state;
    snprintf(place, size, "%s:%u", script->file, script->script.lines[number]);
}

static void stop(void *state)
{
    heap_script_fini(&((struct script *)state)->script);
}

const struct workload workload_script = {
    .about =
        {
            .name = "script",
            .summary = "a heap script from a file: any program, reduced to what the collector sees",
            .params = params,
            .state_size = sizeof(struct script),
        },
    .start = start,
    .produce = produce,
    .stop = stop,
    .locate = locate,
};
