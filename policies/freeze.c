/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * freeze: when an event is reported for the first time (start-up is over, say), or at every n-th
 * report, move everything there is to the permanent generation, which no collection examines.
 * Close.com, vLLM and SGLang do this after warm-up, ROMP again and again, Airflow unfreezes around
 * forks. Freezing without collecting first keeps the garbage of start-up for ever. */
#include "sim/model/policy.h"
#include "sim/model/python.h"

struct freeze {
    int64_t on, every, collect, t0, t1, t2;
    struct moment unfreeze;
    int64_t seen, unfreezing; /* reports of either event */
    bool holds;               /* it has frozen, and not unfrozen since */
};

static const struct param params[] = {
    {"on", PARAM_FIELD(freeze, on), PARAM_EVENT, .initial = "startup_done",
     .meaning = "the event that triggers it"},
    {"every", PARAM_FIELD(freeze, every), .type = PARAM_COUNT, .initial = "once", .least = 1,
     .most = 1e12, .absent = "once",
     .meaning = "freeze at every n-th report of it; once: at the first one only"},
    {"collect", PARAM_FIELD(freeze, collect), .type = PARAM_FLAG, .initial = "yes",
     .meaning = "whether to collect everything first"},
    {"t0", PARAM_FIELD(freeze, t0), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "threshold 0 from then on"},
    {"t1", PARAM_FIELD(freeze, t1), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "threshold 1 from then on"},
    {"t2", PARAM_FIELD(freeze, t2), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "threshold 2 from then on"},
    {"unfreeze", PARAM_FIELD(freeze, unfreeze), PARAM_EVENT_N, .initial = "never",
     .absent = "never",
     .meaning = "the event that unfreezes: from its n-th report on, whenever it has frozen; before "
                "it freezes, if it is the same event"},
    {NULL},
};

static void see_unfreeze(struct freeze *freeze, struct gc *gc)
{
    if (++freeze->unfreezing < freeze->unfreeze.count || !freeze->holds)
        return;
    freeze->holds = false;
    gc_unfreeze(gc);
}

static void see_on(struct freeze *freeze, struct gc *gc)
{
    freeze->seen++;
    if (freeze->every > 0 ? freeze->seen % freeze->every != 0 : freeze->seen > 1)
        return;
    if (freeze->collect)
        gc_collect(gc, GENERATIONS - 1);
    gc_freeze(gc);
    freeze->holds = true;
    gc_set_threshold(gc, freeze->t0, freeze->t1, freeze->t2);
}

static void event(void *state, struct gc *gc, enum program_event event)
{
    struct freeze *freeze = state;
    if (freeze->unfreeze.event == (int64_t)event)
        see_unfreeze(freeze, gc);
    if (freeze->on == (int64_t)event)
        see_on(freeze, gc);
}

/* Reports of `on` until it freezes next; 0: it will not any more. */
static uint64_t until_next(const struct freeze *freeze)
{
    if (freeze->every > 0)
        return (uint64_t)(freeze->every - freeze->seen % freeze->every);
    return freeze->seen == 0;
}

static void plan(const void *state, const struct gc *gc, struct policy_plans *plans)
{
    const struct freeze *freeze = state;
    const struct moment *unfreeze = &freeze->unfreeze;
    uint64_t next = until_next(freeze);
    (void)gc;
    if (next && freeze->collect)
        policy_plans_add(
            plans, (struct policy_plan){.generation = GENERATIONS - 1,
                                        .on = (enum program_event)freeze->on,
                                        .after = next,
                                        .every = freeze->every > 0 ? (uint64_t)freeze->every : 0});
    if (next)
        policy_plans_add_change(plans, (enum program_event)freeze->on, next);
    if (unfreeze->event >= 0 && (next || freeze->holds))
        policy_plans_add_change(plans, (enum program_event)unfreeze->event,
                                freeze->unfreezing + 1 < unfreeze->count
                                    ? (uint64_t)(unfreeze->count - freeze->unfreezing)
                                    : 1);
}

static bool once(const void *state, struct python_once *once)
{
    const struct freeze *freeze = state;
    once->on = freeze->on;
    once->collect = freeze->collect;
    once->freeze = true;
    python_wish_thresholds(once->then, freeze->t0, freeze->t1, freeze->t2);
    return freeze->every <= 0 && freeze->unfreeze.event < 0;
}

static void write_unfreezing(const struct freeze *freeze, FILE *out)
{
    fprintf(out,
            "        if event == \"%s\":\n"
            "            self.unfreezing += 1\n"
            "            if self.holds and self.unfreezing >= ",
            program_event_names[freeze->unfreeze.event]);
    python_number(out, freeze->unfreeze.count);
    fputs(":\n"
          "                self.holds = False\n"
          "                self.unfreeze()\n",
          out);
}

static void python_part(const void *state, FILE *out)
{
    const struct freeze *freeze = state;
    int64_t wishes[WISH_COUNT] = PYTHON_NO_WISHES;
    fputs("    def start(self):\n"
          "        self.seen = self.unfreezing = 0\n"
          "        self.holds = False\n\n"
          "    def event(self, event):\n",
          out);
    if (freeze->unfreeze.event >= 0)
        write_unfreezing(freeze, out);
    fprintf(out,
            "        if event == \"%s\":\n"
            "            self.seen += 1\n"
            "            if self.seen ",
            program_event_names[freeze->on]);
    if (freeze->every > 0) {
        fputs("% ", out);
        python_number(out, freeze->every);
        fputs(" == 0:\n", out);
    } else {
        fputs("== 1:\n", out);
    }
    fprintf(out, "%s                self.freeze()\n                self.holds = True\n",
            freeze->collect ? "                gc.collect()\n" : "");
    python_wish_thresholds(wishes, freeze->t0, freeze->t1, freeze->t2);
    python_wishes(out, 16, wishes);
}

const struct policy policy_freeze = {
    .about =
        {
            POLICY_COMMON,
            .name = "freeze",
            .summary = "gc.collect(), gc.freeze() and other thresholds, once or again, on an event",
            .params = params,
            .state_size = sizeof(struct freeze),
        },
    .event = event,
    .plan = plan,
    .once = once,
    .python_part = python_part,
};
