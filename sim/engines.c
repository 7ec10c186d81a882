/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/engines.h"

const struct engine *const engines[] = {&interval_engine, &graph_engine, NULL};

static const void *engine_at(size_t i)
{
    return engines[i];
}

const struct registry engine_registry = {"engine", "engines", engine_at};
