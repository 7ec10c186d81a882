/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * timed: collect from a timer, as pyqtgraph, Anki and the firmware of gateways do. Due at whole
 * multiples of `every`; an instant that a pause has overtaken is left out. */
#include "sim/model/policy.h"

struct timed {
    int64_t every_ns, generation, automatic;
};

static const struct param params[] = {
    {"every", PARAM_FIELD(timed, every_ns), .type = PARAM_DURATION, .initial = "10s",
     .least = NS_PER_MS, .most = 365 * NS_PER_D, .meaning = "wall time between two collections"},
    {"generation", PARAM_FIELD(timed, generation), PARAM_GENERATION, .initial = "2",
     .meaning = "the generation collected"},
    {"automatic", PARAM_FIELD(timed, automatic), .type = PARAM_FLAG, .initial = "no",
     .meaning = "whether collection by thresholds stays on besides"},
    {NULL},
};

static uint64_t next_ns(const struct timed *timed, const struct gc *gc)
{
    uint64_t every_ns = (uint64_t)timed->every_ns;
    return (gc_now_ns(gc) / every_ns + 1) * every_ns;
}

static void set_timer(const struct timed *timed, struct gc *gc)
{
    gc_set_timer(gc, next_ns(timed, gc));
}

static void start(void *state, struct gc *gc)
{
    const struct timed *timed = state;
    if (!timed->automatic)
        gc_disable(gc);
    set_timer(timed, gc);
}

static void timer(void *state, struct gc *gc)
{
    const struct timed *timed = state;
    gc_collect(gc, (int)timed->generation);
    set_timer(timed, gc);
}

static void plan(const void *state, const struct gc *gc, struct policy_plans *plans)
{
    const struct timed *timed = state;
    policy_plans_add(plans, (struct policy_plan){.generation = (int)timed->generation,
                                                 .at_ns = next_ns(timed, gc),
                                                 .every_ns = (uint64_t)timed->every_ns});
}

static void python(const void *state, FILE *out)
{
    const struct timed *timed = state;
    char seconds[UNITS_TEXT];
    fprintf(out,
            "import gc\nimport threading\nimport time\n\n\n"
            "def collect_on_a_timer(every=%s, generation=%d):\n"
            "    \"\"\"Times are in seconds, and count from the start.\"\"\"\n"
            "    begun = time.monotonic()\n"
            "    while True:\n"
            "        time.sleep(every - (time.monotonic() - begun) %% every)\n"
            "        gc.collect(generation)\n\n\n"
            "# At the start of the program:\n"
            "%s"
            "threading.Thread(target=collect_on_a_timer, daemon=True).start()\n",
            units_write_real(seconds, (double)timed->every_ns / NS_PER_S), (int)timed->generation,
            timed->automatic ? "" : "gc.disable()\n");
}

static void python_part(const void *state, FILE *out)
{
    const struct timed *timed = state;
    char seconds[UNITS_TEXT];
    units_write_real(seconds, (double)timed->every_ns / NS_PER_S);
    fprintf(out,
            "    def start(self):\n"
            "%s"
            "        self.wait()\n\n"
            "    def wait(self):\n"
            "        self.set_timer(%s - (time.monotonic() - BEGUN) %% %s)\n\n"
            "    def timer(self):\n"
            "        gc.collect(%d)\n"
            "        self.wait()\n",
            timed->automatic ? "" : "        self.wish(\"enabled\", False)\n", seconds, seconds,
            (int)timed->generation);
}

const struct policy policy_timed = {
    .about =
        {
            POLICY_COMMON,
            .name = "timed",
            .summary = "gc.collect(generation) from a timer",
            .params = params,
            .state_size = sizeof(struct timed),
        },
    .start = start,
    .timer = timer,
    .plan = plan,
    .python = python,
    .python_part = python_part,
};
