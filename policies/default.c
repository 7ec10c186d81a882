/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * default: leave the collector as the interpreter starts it. */
#include "sim/model/policy.h"
#include "sim/model/python.h"

static bool once(const void *state, struct python_once *once)
{
    (void)state, (void)once;
    return true;
}

const struct policy policy_default = {
    .about =
        {
            POLICY_COMMON,
            .name = "default",
            .summary = "the interpreter's own thresholds, nothing changed",
        },
    .once = once,
};
