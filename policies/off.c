/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * off: no automatic collection at all, as Instagram ran in 2017. Reference counting still frees
 * what has no cycles; cycles stay for ever. */
#include "sim/model/policy.h"

static void start(void *state, struct gc *gc)
{
    (void)state;
    gc_disable(gc);
}

static bool python(const void *state, FILE *out)
{
    (void)state;
    fputs("import gc\n\n"
          "# At the start of the program:\n"
          "gc.disable()\n",
          out);
    return true;
}

static void python_part(const void *state, FILE *out)
{
    (void)state;
    fputs("    def start(self):\n"
          "        self.wish(\"enabled\", False)\n",
          out);
}

const struct policy policy_off = {
    .about =
        {
            POLICY_COMMON,
            .name = "off",
            .summary = "gc.disable(): automatic collection off from the start",
        },
    .start = start,
    .python = python,
    .python_part = python_part,
};
