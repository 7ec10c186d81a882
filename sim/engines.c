/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/engines.h"

#include "sim/model/costs.h"
#include "sim/model/stream.h"

const struct engine *const engines[] = {&interval_engine, &graph_engine, NULL};

static const void *engine_at(size_t i)
{
    return engines[i];
}

const struct registry engine_registry = {"engine", "engines", engine_at};

const struct engine *engine_choose(const struct simulation_setup *setup, struct error *why)
{
    struct stream stream;
    struct costs own;
    struct error cannot_start;
    why->text[0] = '\0';
    if (setup->engine)
        return setup->engine;
    if (stream_open(&stream, setup->workload, setup->seed, costs_of_setup(setup, &own),
                    &cannot_start) == 0)
        *why = stream.program.needs_graph;
    stream_close(&stream);
    return why->text[0] ? &graph_engine : &interval_engine;
}
