/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/collector.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "sim/model/release.h"

/* Default thresholds: Modules/gcmodule.c (_PyGC_InitState) up to 3.12, pycore_runtime_init.h after.
 */
const struct collector_version collector_versions[] = {
    {"cpython-3.8",
     "collects inside the allocation",
     COLLECTS_IN_ALLOCATION,
     {700, 10, 10},
     "cpython-3.11-xeon"},
    {"cpython-3.9",
     "collects inside the allocation",
     COLLECTS_IN_ALLOCATION,
     {700, 10, 10},
     "cpython-3.11-xeon"},
    {"cpython-3.10",
     "collects inside the allocation",
     COLLECTS_IN_ALLOCATION,
     {700, 10, 10},
     "cpython-3.11-xeon"},
    {"cpython-3.11",
     "collects inside the allocation",
     COLLECTS_IN_ALLOCATION,
     {700, 10, 10},
     "cpython-3.11-xeon"},
    {"cpython-3.12",
     "collects at the interpreter's next check",
     COLLECTS_AT_CHECK,
     {700, 10, 10},
     "cpython-3.12-xeon"},
    {"cpython-3.13",
     "collects at the interpreter's next check",
     COLLECTS_AT_CHECK,
     {2000, 10, 10},
     "cpython-3.13-xeon"},
    /* 3.14.5 and later, which have 3.13's generations again; before: sim/model/release.c. */
    {"cpython-3.14",
     "collects at the interpreter's next check (3.14.5 and later)",
     COLLECTS_AT_CHECK,
     {2000, 10, 10},
     "cpython-3.13-xeon"},
    {"cpython-3.15",
     "collects at the interpreter's next check",
     COLLECTS_AT_CHECK,
     {2000, 10, 10},
     "cpython-3.13-xeon"},
    {NULL, NULL, COLLECTS_AT_CHECK, {0}, NULL},
};

static const void *collector_at(size_t i)
{
    return collector_versions[i].name ? &collector_versions[i] : NULL;
}

static const void *known_as(const char *text, struct error *error)
{
    return release_collector(text, error);
}

const struct registry collector_registry = {
    .what = "collector", .list = "collectors", .item = collector_at, .known_as = known_as};

const struct collector_version *collector_version(const char *name)
{
    for (const struct collector_version *version = collector_versions; version->name; version++)
        if (strcmp(version->name, name) == 0)
            return version;
    return NULL;
}

static void set_limit(struct collector *collector)
{
    bool automatic = collector->enabled && collector->threshold[0] != 0;
    collector->limit = automatic ? collector->threshold[0] : UINT32_MAX;
}

void collector_init(struct collector *collector, const struct collector_version *version)
{
    *collector = (struct collector){.version = version, .enabled = true};
    collector_set_threshold(collector, version->thresholds);
}

void collector_enable(struct collector *collector, bool enabled)
{
    collector->enabled = enabled;
    set_limit(collector);
}

void collector_set_threshold(struct collector *collector, const uint32_t threshold[GENERATIONS])
{
    memmove(collector->threshold, threshold, sizeof collector->threshold);
    set_limit(collector);
}

void collector_freeze(struct collector *collector)
{
    memset(collector->count, 0, sizeof collector->count);
}

int collector_choose(const struct collector *collector)
{
    for (int g = GENERATIONS - 1; g >= 0; g--) {
        if (collector->count[g] <= collector->threshold[g])
            continue;
        if (g == GENERATIONS - 1 && collector->long_lived_pending < collector->long_lived_total / 4)
            continue;
        return g;
    }
    return -1;
}

void collector_begin(struct collector *collector, int generation)
{
    assert(!collector->collecting);
    collector->collecting = true;
    if (generation + 1 < GENERATIONS)
        collector->count[generation + 1]++;
    for (int g = 0; g <= generation; g++)
        collector->count[g] = 0;
}

void collector_end(struct collector *collector, int generation, uint64_t survivors,
                   uint64_t collected, uint64_t uncollectable)
{
    if (generation == 1)
        collector->long_lived_pending += survivors;
    if (generation == 2) {
        collector->long_lived_pending = 0;
        collector->long_lived_total = survivors;
    }
    collector->stats[generation].collections++;
    collector->stats[generation].collected += collected;
    collector->stats[generation].uncollectable += uncollectable;
}
