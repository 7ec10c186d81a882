/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/engines.h"

#include "sim/interval/compiled.h"
#include "sim/model/costs.h"
#include "sim/model/stream.h"

const struct engine *const engines[] = {&interval_engine, &graph_engine, NULL};

static const void *engine_at(size_t i)
{
    return engines[i];
}

const struct registry engine_registry = {"engine", "engines", engine_at};

/* Compiles the program, to see. */
static void try_to_compile(const struct simulation_setup *setup, struct error *why)
{
    const struct compile_options options = {.costs = setup->costs};
    struct error error;
    struct compiled window;
    struct compiler *compiler =
        compiler_open(setup->workload, setup->seed, setup->collector, &options, &error);
    if (!compiler)
        return;
    while (compiler_next(compiler, &window, &error) == 1)
        compiled_fini(&window);
    compiled_fini(&window);
    *why = *compiler_needs_graph(compiler);
    compiler_close(compiler);
}

/* The setup's program as it begins: what it declares. */
static struct program begin_program(const struct simulation_setup *setup)
{
    struct stream stream;
    struct costs own;
    struct error cannot_start;
    struct program program = {0};
    if (stream_open(&stream, setup->workload, setup->seed, costs_of_setup(setup, &own),
                    &cannot_start) == 0)
        program = stream.program;
    stream_close(&stream);
    program.ops = NULL;
    return program;
}

const struct engine *engine_choose_for_version(const struct simulation_setup *setup,
                                               struct error *why, bool *depends_on_version)
{
    const struct program program = begin_program(setup);
    *depends_on_version = program.has_kinds;
    why->text[0] = '\0';
    if (setup->engine)
        return setup->engine;
    *why = program.needs_graph;
    if (!why->text[0] && program.has_kinds && setup->listens)
        error_set(why, "%s: to hear what becomes of its objects", setup->workload->text);
    if (!why->text[0] && program.may_need_graph)
        try_to_compile(setup, why);
    return why->text[0] ? &graph_engine : &interval_engine;
}

const struct engine *engine_choose(const struct simulation_setup *setup, struct error *why)
{
    bool depends_on_version;
    return engine_choose_for_version(setup, why, &depends_on_version);
}
