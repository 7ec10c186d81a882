/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * freeze: when an event is reported for the first time (start-up is over, say), move everything
 * there is to the permanent generation, which no collection examines. Close.com, vLLM and SGLang do
 * this after warm-up. Freezing without collecting first keeps the garbage of start-up for ever. */
#include "sim/model/policy.h"
#include "sim/model/python.h"

struct freeze {
    int64_t on, collect, t0, t1, t2;
    bool done;
};

static const struct param params[] = {
    {"on", PARAM_FIELD(freeze, on), PARAM_EVENT, .initial = "startup_done",
     .meaning = "the event that triggers it, the first time it is reported"},
    {"collect", PARAM_FIELD(freeze, collect), .type = PARAM_FLAG, .initial = "yes",
     .meaning = "whether to collect everything first"},
    {"t0", PARAM_FIELD(freeze, t0), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "threshold 0 from then on"},
    {"t1", PARAM_FIELD(freeze, t1), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "threshold 1 from then on"},
    {"t2", PARAM_FIELD(freeze, t2), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "threshold 2 from then on"},
    {NULL},
};

static void event(void *state, struct gc *gc, enum program_event event)
{
    struct freeze *freeze = state;
    if (freeze->done || (int64_t)event != freeze->on)
        return;
    freeze->done = true;
    if (freeze->collect)
        gc_collect(gc, GENERATIONS - 1);
    gc_freeze(gc);
    gc_set_threshold(gc, freeze->t0, freeze->t1, freeze->t2);
}

/* Where what it waits for has not come yet; after that nothing more comes of it. */
static bool plan(const void *state, const struct gc *gc, struct policy_plan *plan)
{
    const struct freeze *freeze = state;
    (void)gc;
    *plan = (struct policy_plan){.generation = GENERATIONS - 1,
                                 .on = (enum program_event)freeze->on,
                                 .after = 1,
                                 .every = UINT64_MAX};
    return !freeze->done && freeze->collect;
}

static void python(const void *state, FILE *out)
{
    const struct freeze *freeze = state;
    fputs("import gc\n\n"
          "# Once, the first time that this happens: ",
          out);
    python_event(out, (enum program_event)freeze->on);
    fprintf(out, "\n%sgc.freeze()\n", freeze->collect ? "gc.collect()\n" : "");
    python_thresholds(out, freeze->t0, freeze->t1, freeze->t2);
}

const struct policy policy_freeze = {
    .about =
        {
            .name = "freeze",
            .summary = "gc.collect(), gc.freeze() and other thresholds, once, on an event",
            .params = params,
            .state_size = sizeof(struct freeze),
        },
    .event = event,
    .plan = plan,
    .python = python,
};
