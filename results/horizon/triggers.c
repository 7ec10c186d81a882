/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/horizon/triggers.h"

#include <math.h>

/* Collections of generation 0 until count[1] exceeds its threshold, from so many. */
static double young_ones(const struct trigger_state *state, uint64_t count)
{
    return count > state->threshold[1] ? 0 : (double)(state->threshold[1] + 1 - count);
}

/* Collections of generation 1 until count[2] exceeds its threshold. */
static double needed_by_count(const struct trigger_state *state)
{
    return state->count[2] > state->threshold[2]
               ? 0
               : (double)(state->threshold[2] + 1 - state->count[2]);
}

/* And until what they have left is a quarter of what survived the last full collection. */
static double needed_by_pending(const struct trigger_state *state)
{
    double missing = (double)(state->long_lived_total / 4) - (double)state->long_lived_pending;
    if (missing <= 0)
        return 0;
    if (missing <= state->first_survivors)
        return 1;
    missing -= state->first_survivors;
    return state->survivors > 0 ? 1 + ceil(missing / state->survivors) : INFINITY;
}

/* The full collection's turn is at the trigger behind the last generation 1 it waits for. */
struct triggers triggers_of(const struct trigger_state *state)
{
    double by_count = needed_by_count(state), by_pending = needed_by_pending(state);
    double needed = fmax(by_count, by_pending);
    double middle = young_ones(state, state->count[1]) + 1;
    double apart = young_ones(state, 0) + 1;
    struct triggers triggers = {.waits_for_pending = by_pending > by_count};
    triggers.first[2] = needed > 0 ? middle + (needed - 1) * apart + 1 : 1;
    triggers.first[1] = needed > 0 ? middle : 1 + apart;
    triggers.first[0] = 1;
    while (triggers.first[0] == triggers.first[1] || triggers.first[0] == triggers.first[2])
        triggers.first[0]++;
    return triggers;
}
