/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/ending.h"

#include <assert.h>
#include <string.h>

#include "sim/model/engine.h"

void policy_plans_add(struct policy_plans *plans, struct policy_plan plan)
{
    assert(plans->count < POLICY_PLANS_MOST);
    plans->plans[plans->count++] = plan;
}

void policy_plans_add_change(struct policy_plans *plans, enum program_event on, uint64_t after)
{
    policy_plans_add(plans,
                     (struct policy_plan){.generation = PLAN_CHANGE, .on = on, .after = after});
}

static struct would_find what_was_found(const struct found *found, const struct costs *costs)
{
    const struct found garbage = {.examined = found->unreachable,
                                  .unreachable = found->unreachable};
    return (struct would_find){
        .examined = tally_objects(&found->examined),
        .unreachable = tally_objects(&found->unreachable),
        .load = costs_load(costs, found),
        .garbage = costs_load(costs, &garbage),
    };
}

/* A younger generation first: what its collection finds, one of an older would have found too. */
static void find_what_collections_would(struct ending *ending, const struct engine *engine,
                                        void *engine_state, const struct costs *costs)
{
    struct found gone = {0}, found;
    for (int g = 0; g < GENERATIONS; g++) {
        engine->collect(engine_state, g, &found);
        tally_combine(&found.examined, &gone.unreachable, 1);
        tally_combine(&found.unreachable, &gone.unreachable, 1);
        gone = found;
        ending->would_find[g] = what_was_found(&found, costs);
    }
}

void ending_find(struct ending *ending, const struct engine *engine, void *engine_state,
                 const struct collector *collector, const struct costs *costs)
{
    struct engine_totals totals;
    engine->totals(engine_state, &totals);
    *ending = (struct ending){
        .long_lived_total = collector->long_lived_total,
        .long_lived_pending = collector->long_lived_pending,
        .automatic = collector->enabled && collector->threshold[0] != 0,
        .heap_bytes = totals.heap_bytes,
        .live_bytes = engine->live_bytes(engine_state),
    };
    for (int g = 0; g < GENERATIONS; g++) {
        ending->count[g] = collector->count[g];
        ending->threshold[g] = collector->threshold[g];
    }
    memcpy(ending->tracked, totals.tracked, sizeof ending->tracked);
    find_what_collections_would(ending, engine, engine_state, costs);
}
