/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/combination.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

static const struct param phase_params[] = {
    {"from", PARAM_FIELD(phase, from), PARAM_EVENT_N, .initial = "start", .absent = "start",
     .meaning = "the event whose report it begins with"},
    {"until", PARAM_FIELD(phase, until), PARAM_EVENT_N, .initial = "end", .absent = "end",
     .meaning = "the event whose report it ends with; what it set is restored"},
    {NULL},
};

const struct component policy_phase = {
    .name = "every policy",
    .summary = "besides its own parameters: when it is in force; several are joined with +",
    .params = phase_params,
    .state_size = sizeof(struct phase),
};

/* ---- made, and gone ------------------------------------------------------------------------- */

static int64_t in_force(const struct combination *combination, int wish)
{
    const struct collector *collector = combination->collector;
    return wish == WISH_ENABLED ? collector->enabled : collector->threshold[wish - WISH_THRESHOLD];
}

static void part_init(struct part *part, const struct setting *setting)
{
    static const struct phase whole = {{PARAM_ABSENT, 0}, {PARAM_ABSENT, 0}};
    *part = (struct part){
        .policy = policy_of(setting->component),
        .state = setting_fresh_state(setting),
        .phase = setting->common ? *(const struct phase *)setting->common : whole,
    };
    for (int wish = 0; wish < WISH_COUNT; wish++)
        part->wishes[wish] = -1;
}

void combination_init(struct combination *combination, const struct setting *setting,
                      struct collector *collector, const uint64_t events[PROGRAM_EVENT_COUNT])
{
    size_t count = 0;
    for (const struct setting *part = setting; part; part = part->next)
        count++;
    *combination = (struct combination){.collector = collector, .events = events};
    combination->parts = allocate_zeroed(count, sizeof *combination->parts);
    for (; setting; setting = setting->next) {
        struct part *part = &combination->parts[combination->count++];
        part_init(part, setting);
        combination->phases |= part->phase.from.event >= 0 || part->phase.until.event >= 0;
    }
    for (int wish = 0; wish < WISH_COUNT; wish++)
        combination->beneath[wish] = combination->set[wish] = in_force(combination, wish);
}

void combination_fini(struct combination *combination)
{
    for (size_t i = 0; i < combination->count; i++)
        free(combination->parts[i].state);
    free(combination->parts);
    *combination = (struct combination){0};
}

/* ---- what is in force ----------------------------------------------------------------------- */

static void put_in_force(struct combination *combination, int wish, int64_t value)
{
    struct collector *collector = combination->collector;
    uint32_t threshold[GENERATIONS];
    combination->set[wish] = value;
    if (wish == WISH_ENABLED) {
        collector_enable(collector, value);
        return;
    }
    for (int g = 0; g < GENERATIONS; g++)
        threshold[g] = collector->threshold[g];
    threshold[wish - WISH_THRESHOLD] = (uint32_t)value;
    collector_set_threshold(collector, threshold);
}

static void work_out(struct combination *combination, int wish)
{
    if (in_force(combination, wish) != combination->set[wish]) /* by the program */
        combination->beneath[wish] = in_force(combination, wish);
    int64_t value = combination->beneath[wish];
    for (size_t i = 0; i < combination->count; i++) {
        const struct part *part = &combination->parts[i];
        if (part->is == PART_IN_FORCE && part->wishes[wish] >= 0)
            value = part->wishes[wish];
    }
    put_in_force(combination, wish, value);
}

static void set(struct combination *combination, int wish, int64_t value)
{
    assert(combination->running);
    combination->running->wishes[wish] = value;
    work_out(combination, wish);
}

void combination_enable(struct combination *combination, bool enabled)
{
    set(combination, WISH_ENABLED, enabled);
}

void combination_set_threshold(struct combination *combination, int64_t t0, int64_t t1, int64_t t2)
{
    const int64_t given[GENERATIONS] = {t0, t1, t2};
    for (int g = 0; g < GENERATIONS; g++)
        if (given[g] >= 0)
            set(combination, WISH_THRESHOLD + g, given[g]);
}

void combination_frozen(struct combination *combination)
{
    combination->running->frozen = true;
}

void combination_unfrozen(struct combination *combination)
{
    for (size_t i = 0; i < combination->count; i++)
        combination->parts[i].frozen = false;
}

size_t combination_running(const struct combination *combination)
{
    return (size_t)(combination->running - combination->parts);
}

/* ---- what happens --------------------------------------------------------------------------- */

/* A collection that a part asks for is told to others meanwhile. */
static struct part *run(struct combination *combination, struct part *part)
{
    struct part *before = combination->running;
    combination->running = part;
    return before;
}

static void begin(struct combination *combination, struct gc *gc, struct part *part)
{
    struct part *before = run(combination, part);
    part->is = PART_IN_FORCE;
    if (part->policy->start)
        part->policy->start(part->state, gc);
    combination->running = before;
}

static void end(struct combination *combination, struct gc *gc, struct part *part)
{
    part->is = PART_OVER;
    combination->changed_ns = gc_now_ns(gc);
    for (int wish = 0; wish < WISH_COUNT; wish++)
        if (part->wishes[wish] >= 0)
            work_out(combination, wish);
    if (part->frozen)
        gc_unfreeze(gc);
}

static bool is_now(const struct combination *combination, const struct moment *moment,
                   enum program_event event)
{
    return moment->event == (int64_t)event && (uint64_t)moment->count == combination->events[event];
}

static void begin_and_end(struct combination *combination, struct gc *gc, enum program_event event)
{
    struct part *behind = combination->parts + combination->count;
    for (struct part *part = combination->parts; part < behind; part++) {
        bool ends = is_now(combination, &part->phase.until, event);
        if (ends && part->is == PART_IN_FORCE)
            end(combination, gc, part);
        else if (ends && part->is == PART_TO_COME)
            part->is = PART_LEFT_OUT;
    }
    for (struct part *part = combination->parts; part < behind; part++)
        if (part->is == PART_TO_COME && is_now(combination, &part->phase.from, event)) {
            combination->changed_ns = gc_now_ns(gc);
            begin(combination, gc, part);
        }
}

void combination_start(struct combination *combination, struct gc *gc)
{
    for (size_t i = 0; i < combination->count; i++)
        if (combination->parts[i].phase.from.event < 0)
            begin(combination, gc, &combination->parts[i]);
}

void combination_event(struct combination *combination, struct gc *gc, enum program_event event)
{
    if (combination->phases)
        begin_and_end(combination, gc, event);
    for (size_t i = 0; i < combination->count; i++) {
        struct part *part = &combination->parts[i];
        if (part->is != PART_IN_FORCE || !part->policy->event)
            continue;
        struct part *before = run(combination, part);
        part->policy->event(part->state, gc, event);
        combination->running = before;
    }
}

void combination_timer(struct combination *combination, struct gc *gc, size_t number)
{
    struct part *part = &combination->parts[number];
    if (part->is != PART_IN_FORCE || !part->policy->timer)
        return;
    struct part *before = run(combination, part);
    part->policy->timer(part->state, gc);
    combination->running = before;
}

void combination_collected(struct combination *combination, struct gc *gc,
                           const struct collection *collection)
{
    for (size_t i = 0; i < combination->count; i++) {
        struct part *part = &combination->parts[i];
        if (part->is != PART_IN_FORCE || !part->policy->collected)
            continue;
        struct part *before = run(combination, part);
        part->policy->collected(part->state, gc, collection);
        combination->running = before;
    }
}

/* ---- what is to come ------------------------------------------------------------------------ */

static bool is_to_come(const struct combination *combination, const struct moment *moment)
{
    return moment->event >= 0 && (uint64_t)moment->count > combination->events[moment->event];
}

static void plan_change(const struct combination *combination, const struct moment *moment,
                        struct policy_plans *plans)
{
    if (is_to_come(combination, moment))
        policy_plans_add_change(plans, (enum program_event)moment->event,
                                (uint64_t)moment->count - combination->events[moment->event]);
}

void combination_plan(const struct combination *combination, const struct gc *gc,
                      struct policy_plans *plans)
{
    *plans = (struct policy_plans){.changed_ns = combination->changed_ns};
    for (size_t i = 0; i < combination->count; i++) {
        const struct part *part = &combination->parts[i];
        plans->left_out |= (uint64_t)(part->is == PART_LEFT_OUT) << i;
        if (part->is == PART_TO_COME)
            plan_change(combination, &part->phase.from, plans);
        if (part->is != PART_IN_FORCE)
            continue;
        plan_change(combination, &part->phase.until, plans);
        if (part->policy->plan)
            part->policy->plan(part->state, gc, plans);
    }
}
