/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * off: no automatic collection at all, as Instagram ran in 2017. Reference counting still frees
 * what has no cycles; cycles stay for ever. */
#include "sim/model/policy.h"
#include "sim/model/python.h"

static void start(void *state, struct gc *gc)
{
    (void)state;
    gc_disable(gc);
}

static bool once(const void *state, struct python_once *once)
{
    (void)state;
    once->begin[WISH_ENABLED] = false;
    return true;
}

const struct policy policy_off = {
    .about =
        {
            POLICY_COMMON,
            .name = "off",
            .summary = "gc.disable(): automatic collection off from the start",
        },
    .start = start,
    .once = once,
};
