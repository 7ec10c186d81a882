/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * default: leave the collector as the interpreter starts it. */
#include "sim/model/policy.h"

static bool python(const void *state, FILE *out)
{
    (void)state;
    fputs("# Nothing to set: the interpreter does it by itself.\n", out);
    return true;
}

const struct policy policy_default = {
    .about =
        {
            POLICY_COMMON,
            .name = "default",
            .summary = "the interpreter's own thresholds, nothing changed",
        },
    .python = python,
};
