/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/collector.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "sim/model/release.h"

/* Default thresholds: Modules/gcmodule.c (_PyGC_InitState) up to 3.12, pycore_runtime_init.h after.
 * What is said of objects was measured in 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.13.2
 * and 3.15.0rc1 (tests/conformance/); 3.14.5 is taken to be as 3.15. */
const struct collector_version collector_versions[] = {
    {.name = "cpython-3.8",
     .summary = "collects inside the allocation",
     .kind = COLLECTS_IN_ALLOCATION,
     .thresholds = {700, 10, 10},
     .costs = "cpython-3.11-xeon",
     .objects = {.attributes = ATTRIBUTES_IN_DICT,
                 .tuple_sizes = 19,
                 .keeps_largest_tuples = false,
                 .untracks_dicts = true,
                 .makes_untracked_tuples = false,
                 .resurrects_all = true,
                 .knows_finalized = false,
                 .clears_weakrefs_late = false,
                 .callbacks_in_tuple = 2,
                 .trashcan_depth = 50,
                 .exceptions_in_trashcan = false,
                 .weakref_type = "weakref"}},
    {.name = "cpython-3.9",
     .summary = "collects inside the allocation",
     .kind = COLLECTS_IN_ALLOCATION,
     .thresholds = {700, 10, 10},
     .costs = "cpython-3.11-xeon",
     .objects = {.attributes = ATTRIBUTES_IN_DICT,
                 .tuple_sizes = 19,
                 .keeps_largest_tuples = false,
                 .untracks_dicts = true,
                 .makes_untracked_tuples = false,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = false,
                 .callbacks_in_tuple = 2,
                 .trashcan_depth = 50,
                 .exceptions_in_trashcan = false,
                 .weakref_type = "weakref"}},
    {.name = "cpython-3.10",
     .summary = "collects inside the allocation",
     .kind = COLLECTS_IN_ALLOCATION,
     .thresholds = {700, 10, 10},
     .costs = "cpython-3.11-xeon",
     .objects = {.attributes = ATTRIBUTES_IN_DICT,
                 .tuple_sizes = 19,
                 .keeps_largest_tuples = false,
                 .untracks_dicts = true,
                 .makes_untracked_tuples = false,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = false,
                 .callbacks_in_tuple = 2,
                 .trashcan_depth = 50,
                 .exceptions_in_trashcan = false,
                 .weakref_type = "weakref.ReferenceType"}},
    {.name = "cpython-3.11",
     .summary = "collects inside the allocation",
     .kind = COLLECTS_IN_ALLOCATION,
     .thresholds = {700, 10, 10},
     .costs = "cpython-3.11-xeon",
     .objects = {.attributes = ATTRIBUTES_MOVE,
                 .tuple_sizes = 20,
                 .keeps_largest_tuples = true,
                 .untracks_dicts = true,
                 .makes_untracked_tuples = false,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = false,
                 .callbacks_in_tuple = 2,
                 .trashcan_depth = 50,
                 .exceptions_in_trashcan = true,
                 .weakref_type = "weakref.ReferenceType"}},
    {.name = "cpython-3.12",
     .summary = "collects at the interpreter's next check",
     .kind = COLLECTS_AT_CHECK,
     .thresholds = {700, 10, 10},
     .costs = "cpython-3.12-xeon",
     .objects = {.attributes = ATTRIBUTES_MOVE,
                 .tuple_sizes = 20,
                 .keeps_largest_tuples = true,
                 .untracks_dicts = true,
                 .makes_untracked_tuples = false,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = false,
                 .callbacks_in_tuple = 2,
                 .trashcan_depth = 50,
                 .exceptions_in_trashcan = true,
                 .weakref_type = "weakref.ReferenceType"}},
    {.name = "cpython-3.13",
     .summary = "collects at the interpreter's next check",
     .kind = COLLECTS_AT_CHECK,
     .thresholds = {2000, 10, 10},
     .costs = "cpython-3.13-xeon",
     .objects = {.attributes = ATTRIBUTES_HIDE_DICT,
                 .tuple_sizes = 20,
                 .keeps_largest_tuples = false,
                 .untracks_dicts = true,
                 .makes_untracked_tuples = false,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = false,
                 .callbacks_in_tuple = 1,
                 .trashcan_depth = 0,
                 .exceptions_in_trashcan = true,
                 .weakref_type = "weakref.ReferenceType"}},
    /* 3.14.5 and later, which have 3.13's generations again; before: sim/model/release.c. */
    {.name = "cpython-3.14",
     .summary = "collects at the interpreter's next check (3.14.5 and later)",
     .kind = COLLECTS_AT_CHECK,
     .thresholds = {2000, 10, 10},
     .costs = "cpython-3.13-xeon",
     .objects = {.attributes = ATTRIBUTES_SHARE_DICT,
                 .tuple_sizes = 20,
                 .keeps_largest_tuples = false,
                 .untracks_dicts = false,
                 .makes_untracked_tuples = true,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = true,
                 .callbacks_in_tuple = 1,
                 .trashcan_depth = 0,
                 .exceptions_in_trashcan = true,
                 .weakref_type = "weakref.ReferenceType"}},
    {.name = "cpython-3.15",
     .summary = "collects at the interpreter's next check",
     .kind = COLLECTS_AT_CHECK,
     .thresholds = {2000, 10, 10},
     .costs = "cpython-3.13-xeon",
     .objects = {.attributes = ATTRIBUTES_SHARE_DICT,
                 .tuple_sizes = 20,
                 .keeps_largest_tuples = false,
                 .untracks_dicts = false,
                 .makes_untracked_tuples = true,
                 .resurrects_all = false,
                 .knows_finalized = true,
                 .clears_weakrefs_late = true,
                 .callbacks_in_tuple = 1,
                 .trashcan_depth = 0,
                 .exceptions_in_trashcan = true,
                 .weakref_type = "weakref.ReferenceType"}},
    {.name = NULL},
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
