/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/embedded_costs.h"
#include "sim/model/cost_file.h"

static const struct cost_set cost_sets[] = {
    {"cpython-3.11-xeon", embedded_cpython_3_11_xeon_cost},
    {"cpython-3.12-xeon", embedded_cpython_3_12_xeon_cost},
    {"cpython-3.13-xeon", embedded_cpython_3_13_xeon_cost},
};

#define SETS (sizeof cost_sets / sizeof *cost_sets)

static const void *set_at(size_t i)
{
    return i < SETS ? &cost_sets[i] : NULL;
}

const struct registry cost_registry = {"cost set", "costs", set_at, NULL};

const struct cost_set *cost_set(const char *name)
{
    for (size_t i = 0; i < SETS; i++)
        if (strcmp(cost_sets[i].name, name) == 0)
            return &cost_sets[i];
    return NULL;
}

struct costs cost_set_read(const struct cost_set *set)
{
    struct costs costs;
    struct error error;
    char *text = allocate_text(set->text);
    int status = cost_text_read(&costs, set->name, text, &error);
    free(text);
    assert(status == 0); /* a test reads them all */
    (void)status;
    return costs;
}

const struct costs *costs_of_setup(const struct simulation_setup *setup, struct costs *own)
{
    if (setup->costs)
        return setup->costs;
    *own = cost_set_read(cost_set(setup->collector->costs));
    return own;
}

bool costs_are_borrowed(const struct costs *costs, const struct collector_version *version)
{
    return strcmp(costs->interpreter, version->name) != 0;
}
