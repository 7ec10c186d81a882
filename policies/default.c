/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * default: leave the collector as the interpreter starts it. */
#include "sim/model/policy.h"

static void python(const void *state, FILE *out)
{
    (void)state;
    fputs("# Nothing to set: the interpreter does it by itself.\n", out);
}

const struct policy policy_default = {
    .about =
        {
            .name = "default",
            .summary = "the interpreter's own thresholds, nothing changed",
        },
    .python = python,
};
