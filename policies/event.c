/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * event: collect whenever the program reports an event for the n-th time: after every hundredth
 * request (Superset), on a disconnect, when idle, every N training steps (torchtitan). */
#include "sim/model/policy.h"
#include "sim/model/python.h"

struct on_event {
    int64_t on, every, generation, automatic;
    int64_t seen;
};

static const struct param params[] = {
    {"on", PARAM_FIELD(on_event, on), PARAM_EVENT, .initial = "request_end",
     .meaning = "the event that triggers it"},
    {"every", PARAM_FIELD(on_event, every), .type = PARAM_COUNT, .initial = "1", .least = 1,
     .most = 1e12, .meaning = "collect at every n-th one"},
    {"generation", PARAM_FIELD(on_event, generation), PARAM_GENERATION, .initial = "2",
     .meaning = "the generation collected"},
    {"automatic", PARAM_FIELD(on_event, automatic), .type = PARAM_FLAG, .initial = "no",
     .meaning = "whether collection by thresholds stays on besides"},
    {NULL},
};

static void start(void *state, struct gc *gc)
{
    const struct on_event *on_event = state;
    if (!on_event->automatic)
        gc_disable(gc);
}

static void event(void *state, struct gc *gc, enum program_event event)
{
    struct on_event *on_event = state;
    if ((int64_t)event != on_event->on || ++on_event->seen % on_event->every != 0)
        return;
    gc_collect(gc, (int)on_event->generation);
}

static void plan(const void *state, const struct gc *gc, struct policy_plans *plans)
{
    const struct on_event *on_event = state;
    (void)gc;
    policy_plans_add(plans,
                     (struct policy_plan){
                         .generation = (int)on_event->generation,
                         .on = (enum program_event)on_event->on,
                         .after = (uint64_t)(on_event->every - on_event->seen % on_event->every),
                         .every = (uint64_t)on_event->every,
                     });
}

static void python(const void *state, FILE *out)
{
    const struct on_event *on_event = state;
    fprintf(out,
            "import gc\nimport itertools\n\n"
            "reports = itertools.count(1)\n\n\n"
            "def %s():\n"
            "    \"\"\"To be called whenever this happens: %s.\"\"\"\n"
            "    if next(reports) %% ",
            program_event_names[on_event->on], program_event_meanings[on_event->on]);
    python_number(out, on_event->every);
    fprintf(out, " == 0:\n        gc.collect(%d)\n", (int)on_event->generation);
    if (!on_event->automatic)
        fputs("\n\n# At the start of the program:\ngc.disable()\n", out);
}

static void python_part(const void *state, FILE *out)
{
    const struct on_event *on_event = state;
    fprintf(out,
            "    def start(self):\n"
            "        self.seen = 0\n"
            "%s\n"
            "    def event(self, event):\n"
            "        if event == \"%s\":\n"
            "            self.seen += 1\n"
            "            if self.seen %% ",
            on_event->automatic ? "" : "        self.wish(\"enabled\", False)\n",
            program_event_names[on_event->on]);
    python_number(out, on_event->every);
    fprintf(out, " == 0:\n                gc.collect(%d)\n", (int)on_event->generation);
}

const struct policy policy_event = {
    .about =
        {
            POLICY_COMMON,
            .name = "event",
            .summary = "gc.collect(generation) at every n-th report of an event",
            .params = params,
            .state_size = sizeof(struct on_event),
        },
    .start = start,
    .event = event,
    .plan = plan,
    .python = python,
    .python_part = python_part,
};
