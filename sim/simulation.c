/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/simulation.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sim/base/event_queue.h"
#include "sim/inspect/snapshot.h"
#include "sim/model/combination.h"

const char *const run_status_names[] = {
#define X(name, meaning) #name,
    RUN_STATUSES(X)
#undef X
        NULL};

/* Of wall time: far from where clocks overflow. */
#define LONGEST_NS (100 * 365 * (uint64_t)NS_PER_D)

/* What the event queue holds, first things first within one instant. Behind these are the timers'
 * tags: of each policy its own. */
enum due { DUE_SAMPLE, DUE_TIMER, DUE_STEADY, DUE_TIMERS };

struct gc {
    struct mutator mutator; /* first: the engine's callback finds the rest from it */
    const struct simulation_setup *setup;
    const struct observer *observer;
    const struct engine *engine;
    void *engine_state;
    const struct costs *costs;
    struct prices prices, prices_at[PRICE_ENDS];
    uint64_t gone_through[GENERATIONS]; /* mutator time when a collection last went through all of a
                                           generation; 0: none has */
    struct combination policies;
    const struct program *program; /* the engine's */
    struct event_queue due;
    struct slot {
        uint64_t arrival_ns, ready_ns; /* wall instants: of the request; of its next burst */
        uint64_t nominal_ns;           /* the request's, as the program gives it */
        uint64_t early_ns;             /* by which the burst under way began before it was ready */
        uint64_t slack_ns;             /* as of struct request */
    } * slots;
    uint64_t sequence;                       /* of the next collection */
    uint64_t sample_ns, sampled_ns, samples; /* the interval; when the last was taken; how many */
    uint64_t pause_ns, idle_ns, requests;
    /* By how much the program is later than it would be if collections took no time; and the part
     * of that by which all its instants are moved: what it was late by as its service began. */
    uint64_t late_ns, moved_ns;
    uint64_t service_ns, steady_ns, steady_mutator_ns, steady_born;
    bool warming_up; /* the steady state is to come */
    uint64_t first_arrival_ns, last_answer_ns;
    uint64_t events[PROGRAM_EVENT_COUNT];       /* reported so far */
    uint64_t early_events[PROGRAM_EVENT_COUNT]; /* before the steady state */
    uint64_t fired;                             /* of what was due */
    uint64_t reported; /* the operation at which progress was reported last */
    bool native;       /* in a native section */
    bool abandoned;    /* the observer gave up */
    bool begun, ended;
};

struct simulation {
    struct gc gc;
    struct simulation_setup setup;
    struct costs costs; /* the setup's, if it has none but its collector's */
    struct simulation_result result;
    int status;         /* how it has ended: 0 or -1, */
    struct error error; /* and why */
};

/* Tells every observer, by the function `what`, of `fact`. */
#define OBSERVE(gc, what, fact)                                                                    \
    do {                                                                                           \
        for (const struct observer *o = (gc)->observer; o; o = o->next)                            \
            if (o->what && o->what(o->context, fact) != 0)                                         \
                (gc)->abandoned = true;                                                            \
    } while (0)

/* ---- collections ---------------------------------------------------------------------- */

static uint64_t pause_with(const struct prices *prices, int generation, const struct load *load,
                           uint64_t worked_ns)
{
    double ns = prices_pause_ns(prices, generation, load, (double)worked_ns);
    return (uint64_t)llround(fmin(ns, (double)LONGEST_NS));
}

/* Of a collection that has just been. */
static void set_pause(struct gc *gc, struct collection *collection, const struct found *found)
{
    const struct load load = costs_load(gc->costs, found);
    int generation = collection->generation;
    uint64_t now = gc->mutator.mutator_ns, worked_ns = now - gc->gone_through[generation];
    for (int g = 0; g <= generation; g++)
        gc->gone_through[g] = now;
    collection->pause_ns = pause_with(&gc->prices, generation, &load, worked_ns);
    for (int end = 0; end < PRICE_ENDS; end++)
        collection->pause_at_ns[end] =
            pause_with(&gc->prices_at[end], generation, &load, worked_ns);
}

/* Survivors of an oldest generation stay where they are. */
static uint64_t promoted_by(const struct collection *collection, const struct found *found)
{
    uint64_t promoted = 0;
    for (int g = 0; g <= collection->generation && g < GENERATIONS - 1; g++)
        promoted += collection->before[g] - found->unreachable_by_generation[g];
    return promoted;
}

static void tell(struct mutator *mutator, struct gc_event *event)
{
    struct gc *gc = (struct gc *)mutator;
    event->operation = mutator->operation;
    OBSERVE(gc, gc_event, event);
}

static bool somebody_listens(const struct observer *observer)
{
    while (observer && !observer->gc_event)
        observer = observer->next;
    return observer != NULL;
}

/* What module gc does and the run loop decides; the rest of it is the engine's to tell. */
static void tell_if_heard(struct gc *gc, struct gc_event event)
{
    if (gc->mutator.tell)
        gc->mutator.tell(&gc->mutator, &event);
}

static void tell_beginning(struct gc *gc, const struct collection *collection)
{
    struct gc_event event = {.kind = GC_EVENT_COLLECTION,
                             .generation = collection->generation,
                             .permanent = collection->permanent};
    memcpy(event.before, collection->before, sizeof event.before);
    tell_if_heard(gc, event);
}

static void tell_end(struct gc *gc)
{
    const struct collector *collector = &gc->mutator.collector;
    struct gc_event event = {.kind = GC_EVENT_END};
    memcpy(event.count, collector->count, sizeof event.count);
    memcpy(event.stats, collector->stats, sizeof event.stats);
    tell_if_heard(gc, event);
    gc->mutator.tell = NULL; /* what is done to the heap after that is only to see what there is */
}

/* Returns what it found, as gc.collect() does; 0 while another runs. */
static uint64_t run_collection(struct gc *gc, int generation, enum collection_cause cause)
{
    struct mutator *mutator = &gc->mutator;
    struct collector *collector = &mutator->collector;
    if (collector->collecting)
        return 0;
    struct engine_totals totals;
    gc->engine->totals(gc->engine_state, &totals);
    struct collection collection = {
        .sequence = gc->sequence++,
        .operation = mutator->operation,
        .wall_ns = mutator->wall_ns,
        .mutator_ns = mutator->mutator_ns,
        .generation = generation,
        .cause = cause,
        .before = {totals.tracked[0], totals.tracked[1], totals.tracked[2]},
        .permanent = totals.tracked[PERMANENT],
        .heap_bytes_before = totals.heap_bytes,
    };
    struct found found;
    tell_beginning(gc, &collection);
    collector_begin(collector, generation);
    gc->engine->collect(gc->engine_state, generation, &found);
    gc->engine->totals(gc->engine_state, &totals);

    collection.heap_bytes_after = totals.heap_bytes;
    collection.examined = tally_objects(&found.examined);
    collection.refs = tally_fields(&found.examined);
    collection.unreachable = found.collected + found.uncollectable;
    collection.promoted = promoted_by(&collection, &found);
    set_pause(gc, &collection, &found);
    mutator->wall_ns += collection.pause_ns;
    gc->pause_ns += collection.pause_ns;
    gc->late_ns += collection.pause_ns;
    collector_end(collector, generation, found.survivors, found.collected, found.uncollectable);
    tell_if_heard(gc, (struct gc_event){.kind = GC_EVENT_DONE,
                                        .generation = generation,
                                        .unreachable = collection.unreachable,
                                        .uncollectable = found.uncollectable,
                                        .pause_ns = collection.pause_ns});
    combination_collected(&gc->policies, gc, &collection);
    collector->collecting = false;
    OBSERVE(gc, collection, &collection);
    return collection.unreachable;
}

/* gc.collect(), called by the program itself. */
static void collect_for_program(struct gc *gc, int generation)
{
    uint64_t found = run_collection(gc, generation, CAUSE_program);
    tell_if_heard(gc, (struct gc_event){.kind = GC_EVENT_COLLECT, .answer = (int64_t)found});
}

static void collect_automatically(struct mutator *mutator)
{
    struct gc *gc = (struct gc *)mutator;
    if (gc->native && mutator->collector.version->kind == COLLECTS_AT_CHECK) {
        mutator->requested = true;
        return;
    }
    int generation = collector_choose(&mutator->collector);
    if (generation >= 0)
        run_collection(gc, generation, CAUSE_threshold);
}

static void freeze(struct gc *gc)
{
    gc->engine->freeze(gc->engine_state);
    collector_freeze(&gc->mutator.collector);
}

/* ---- the gc interface (sim/model/gc.h) ------------------------------------------------------ */

void gc_collect(struct gc *gc, int generation)
{
    assert(generation >= 0 && generation < GENERATIONS);
    run_collection(gc, generation, CAUSE_policy);
}

void gc_freeze(struct gc *gc)
{
    combination_frozen(&gc->policies);
    freeze(gc);
}

void gc_unfreeze(struct gc *gc)
{
    combination_unfrozen(&gc->policies);
    gc->engine->unfreeze(gc->engine_state);
}

void gc_enable(struct gc *gc)
{
    combination_enable(&gc->policies, true);
}

void gc_disable(struct gc *gc)
{
    combination_enable(&gc->policies, false);
}

void gc_set_threshold(struct gc *gc, int64_t t0, int64_t t1, int64_t t2)
{
    combination_set_threshold(&gc->policies, t0, t1, t2);
}

const struct collector *gc_state(const struct gc *gc)
{
    return &gc->mutator.collector;
}

uint64_t gc_now_ns(const struct gc *gc)
{
    return gc->mutator.wall_ns;
}

uint64_t gc_heap_bytes(const struct gc *gc)
{
    struct engine_totals totals;
    gc->engine->totals(gc->engine_state, &totals);
    return totals.heap_bytes;
}

/* Native code is not interrupted: what becomes due in it fires at its end. */
static void update_due(struct gc *gc)
{
    uint64_t due_ns = gc->native ? UINT64_MAX : event_queue_due(&gc->due);
    gc->mutator.due_ns = due_ns <= LONGEST_NS ? due_ns : LONGEST_NS + 1;
}

static void schedule_due(struct gc *gc, uint64_t wall_ns, uint32_t tag)
{
    event_queue_push(&gc->due, wall_ns, tag < DUE_TIMERS ? tag : DUE_TIMER, tag);
    update_due(gc);
}

void gc_set_timer(struct gc *gc, uint64_t wall_ns)
{
    uint64_t due_ns = wall_ns > gc->mutator.wall_ns ? wall_ns : gc->mutator.wall_ns + 1;
    schedule_due(gc, due_ns, DUE_TIMERS + (uint32_t)combination_running(&gc->policies));
}

/* ---- what becomes due ----------------------------------------------------------------- */

/* A program may take far longer than planned, if it is overloaded. */
#define SAMPLES_PLANNED 250
#define SAMPLES_MANY    (2 * SAMPLES_PLANNED)

static void take_sample(struct gc *gc)
{
    struct engine_totals totals;
    gc->engine->totals(gc->engine_state, &totals);
    struct sample sample = {
        .wall_ns = gc->mutator.wall_ns,
        .live_bytes = gc->engine->live_bytes(gc->engine_state),
        .tracked = {totals.tracked[0], totals.tracked[1], totals.tracked[2]},
    };
    sample.garbage_bytes = totals.heap_bytes - sample.live_bytes;
    sample.net = totals.untracked;
    for (int g = 0; g <= PERMANENT; g++)
        sample.net += totals.tracked[g] + totals.freed_by_collector[g];
    gc->sampled_ns = sample.wall_ns;
    if (++gc->samples % SAMPLES_MANY == 0 && gc->setup->sample_ns == SAMPLE_AUTO)
        gc->sample_ns *= 2;
    OBSERVE(gc, sample, &sample);
}

static uint64_t born(const struct gc *gc)
{
    return gc->engine->births(gc->engine_state);
}

/* From here on, unless start-up has ended again since this was due. */
static void begin_steady_state(struct gc *gc)
{
    if (gc->mutator.wall_ns < gc->service_ns + gc->setup->warmup_ns)
        return;
    gc->warming_up = false;
    gc->steady_ns = gc->mutator.wall_ns;
    gc->steady_mutator_ns = gc->mutator.mutator_ns;
    gc->steady_born = born(gc);
    memcpy(gc->early_events, gc->events, sizeof gc->early_events);
}

static void begin_warmup(struct gc *gc)
{
    gc->warming_up = true;
    if (gc->setup->warmup_ns == 0)
        begin_steady_state(gc);
    else
        schedule_due(gc, gc->mutator.wall_ns + gc->setup->warmup_ns, DUE_STEADY);
}

#define PROGRESS_STEPS 4096 /* operations, or things due, at least, between two reports */

static void report_progress(struct gc *gc)
{
    OBSERVE(gc, progress, fmin(gc->engine->progress(gc->engine_state), 1));
}

static void fire(struct gc *gc, uint32_t tag)
{
    if (tag >= DUE_TIMERS) {
        combination_timer(&gc->policies, gc, tag - DUE_TIMERS);
    } else if (tag == DUE_STEADY) {
        begin_steady_state(gc);
    } else {
        take_sample(gc);
        schedule_due(gc, (gc->mutator.wall_ns / gc->sample_ns + 1) * gc->sample_ns, DUE_SAMPLE);
    }
}

/* Fires everything due by now. A sample's instant is when it is taken: those that a pause or a long
 * operation has overtaken become one. */
static void fire_due(struct gc *gc)
{
    while (gc->mutator.due_ns <= gc->mutator.wall_ns && gc->mutator.wall_ns <= LONGEST_NS &&
           !gc->abandoned) {
        uint32_t tag = event_queue_pop(&gc->due).tag;
        update_due(gc);
        fire(gc, tag);
        if (++gc->fired % PROGRESS_STEPS == 0) /* a wait may be long, and much become due in it */
            report_progress(gc);
    }
}

/* Traffic comes to a service that is ready: everything that is to happen at an instant happens as
 * long after that as it would if nothing had delayed start-up. */
static void begin_service(struct gc *gc)
{
    gc->moved_ns += gc->late_ns;
    gc->late_ns = 0;
    gc->service_ns = gc->mutator.wall_ns;
    begin_warmup(gc);
}

/* What policies do at the end of start-up is part of it. */
static void report_event(struct gc *gc, enum program_event event)
{
    gc->events[event]++;
    combination_event(&gc->policies, gc, event);
    if (event == EVENT_startup_done)
        begin_service(gc);
}

/* The wall instant of one that the program gives. */
static uint64_t moved(const struct gc *gc, uint64_t instant_ns)
{
    return instant_ns < UINT64_MAX - gc->moved_ns ? instant_ns + gc->moved_ns : UINT64_MAX;
}

static void wait_idly(struct gc *gc, uint64_t instant_ns)
{
    struct mutator *mutator = &gc->mutator;
    report_event(gc, EVENT_idle);
    while (mutator->wall_ns < instant_ns && mutator->wall_ns <= LONGEST_NS && !gc->abandoned) {
        uint64_t next_ns = instant_ns < mutator->due_ns ? instant_ns : mutator->due_ns;
        if (next_ns > mutator->wall_ns) {
            gc->idle_ns += next_ns - mutator->wall_ns;
            mutator->wall_ns = next_ns;
        }
        fire_due(gc);
    }
}

/* Waits until a wall instant, which may have passed already. There is nothing to do before it, so
 * that much of being late is made up for. */
static void wait_until(struct gc *gc, uint64_t instant_ns)
{
    const struct mutator *mutator = &gc->mutator;
    if (mutator->wall_ns < instant_ns)
        wait_idly(gc, instant_ns);
    if (mutator->wall_ns >= instant_ns && gc->late_ns > mutator->wall_ns - instant_ns)
        gc->late_ns = mutator->wall_ns - instant_ns;
}

/* ---- the run loop --------------------------------------------------------------------- */

static void enter_native(struct gc *gc, bool inside)
{
    gc->native = inside;
    update_due(gc);
    if (inside || !gc->mutator.requested)
        return;
    gc->mutator.requested = false;
    if (gc->mutator.collector.enabled)
        collect_automatically(&gc->mutator);
}

/* A request's next burst. The order of bursts is fixed, on the clock without pauses; so a pause
 * that made this request late to wait must not make those behind it, which are ready, wait for its
 * wait. The worker goes on at the instant at which it would have without pauses, or when it is
 * free; what the burst is too early by is added where the request ends, or waits again. */
static void resume_request(struct gc *gc, struct slot *slot, uint64_t nominal_ready_ns)
{
    wait_until(gc, nominal_ready_ns);
    uint64_t now_ns = gc->mutator.wall_ns;
    slot->early_ns = slot->ready_ns > now_ns ? slot->ready_ns - now_ns : 0;
    slot->slack_ns += now_ns > slot->ready_ns ? now_ns - slot->ready_ns : 0;
    if (slot->slack_ns > gc->idle_ns)
        slot->slack_ns = gc->idle_ns;
}

static void begin_request(struct gc *gc, struct slot *slot, uint64_t nominal_ns)
{
    uint64_t arrival_ns = moved(gc, nominal_ns);
    *slot = (struct slot){.arrival_ns = arrival_ns, .nominal_ns = nominal_ns};
    if (gc->first_arrival_ns == 0)
        gc->first_arrival_ns = arrival_ns;
    wait_until(gc, arrival_ns);
    slot->slack_ns = gc->idle_ns;
}

static void end_request(struct gc *gc, const struct slot *slot)
{
    uint64_t answer_ns = gc->mutator.wall_ns + slot->early_ns;
    uint64_t undelayed_answer_ns = gc->mutator.wall_ns - gc->late_ns - gc->moved_ns;
    const struct request request = {
        .arrival_ns = slot->arrival_ns,
        .latency_ns = answer_ns - slot->arrival_ns,
        .undelayed_ns = undelayed_answer_ns - slot->nominal_ns,
        .mutator_ns = gc->mutator.mutator_ns,
        .idle_ns = gc->idle_ns,
        .slack_ns = slot->slack_ns,
        .born = born(gc),
    };
    gc->requests++;
    if (answer_ns > gc->last_answer_ns)
        gc->last_answer_ns = answer_ns;
    OBSERVE(gc, request, &request);
}

static void set_thresholds(struct collector *collector, const struct op *op)
{
    uint32_t set[GENERATIONS] = {op->a, op->b, op->c};
    for (int g = 0; g < GENERATIONS; g++)
        set[g] = set[g] == THRESHOLD_KEEP ? collector->threshold[g] : set[g];
    collector_set_threshold(collector, set);
}

/* An operation that is not the engine's. */
static void control(struct gc *gc, const struct op *op)
{
    struct mutator *mutator = &gc->mutator;
    switch ((enum op_code)op->code) {
    case OP_COLLECT:
        collect_for_program(gc, (int)op->a);
        break;
    case OP_FREEZE:
        freeze(gc);
        break;
    case OP_UNFREEZE:
        gc->engine->unfreeze(gc->engine_state);
        break;
    case OP_ENABLE:
    case OP_DISABLE:
        collector_enable(&mutator->collector, op->code == OP_ENABLE);
        break;
    case OP_THRESHOLD:
        set_thresholds(&mutator->collector, op);
        break;
    case OP_BEGIN:
        begin_request(gc, &gc->slots[op->a], op->ns);
        break;
    case OP_WAIT:
        gc->slots[op->a].ready_ns = mutator->wall_ns + gc->slots[op->a].early_ns + op->ns;
        break;
    case OP_RESUME:
        resume_request(gc, &gc->slots[op->a], moved(gc, op->ns));
        break;
    case OP_END:
        end_request(gc, &gc->slots[op->a]);
        break;
    case OP_SLEEP:
        wait_until(gc, moved(gc, op->ns));
        break;
    case OP_NATIVE_BEGIN:
    case OP_NATIVE_END:
        enter_native(gc, op->code == OP_NATIVE_BEGIN);
        break;
    case OP_EVENT:
        report_event(gc, (enum program_event)op->a);
        break;
    default:
        assert(false && "an operation of the engine");
    }
}

static void report_now_and_then(struct gc *gc, bool at_end)
{
    if (!at_end && gc->mutator.operation - gc->reported < PROGRESS_STEPS)
        return;
    gc->reported = gc->mutator.operation;
    report_progress(gc);
}

/* Whatever took the program past the longest time: the operation before this one. */
static bool takes_too_long(struct gc *gc)
{
    if (gc->mutator.wall_ns <= LONGEST_NS)
        return false;
    gc->mutator.fault.kind = FAULT_TOO_LONG;
    gc->mutator.operation--;
    return true;
}

/* Up to the program's end, or to where the engine needs the next window. */
static enum engine_stop run_program(struct gc *gc)
{
    struct op op;
    enum engine_stop stop = STOP_AGAIN;
    while (!gc->abandoned && (stop == STOP_AGAIN || stop == STOP_CONTROL)) {
        fire_due(gc);
        stop = gc->engine->run(gc->engine_state, &op);
        if (stop == STOP_CONTROL) {
            control(gc, &op);
            gc->mutator.operation++;
        }
        if (stop != STOP_FAULT && takes_too_long(gc))
            return STOP_FAULT;
        if (stop == STOP_END)
            fire_due(gc);
        report_now_and_then(gc, stop == STOP_END);
    }
    return stop;
}

static void take_last_sample(struct gc *gc)
{
    if (gc->sample_ns != SAMPLE_NEVER && !gc->abandoned && gc->sampled_ns != gc->mutator.wall_ns)
        take_sample(gc);
}

static int describe_fault(struct gc *gc, struct error *error)
{
    char place[512];
    gc->engine->locate(gc->engine_state, gc->mutator.operation, place, sizeof place);
    return fault_describe(&gc->mutator.fault, place, error);
}

static void fill_result(struct gc *gc, struct simulation_result *result)
{
    *result = (struct simulation_result){
        .status = RUN_finished,
        .operations = gc->mutator.operation,
        .requests = gc->requests,
        .born = born(gc),
        .wall_ns = gc->mutator.wall_ns,
        .mutator_ns = gc->mutator.mutator_ns,
        .pause_ns = gc->pause_ns,
        .idle_ns = gc->idle_ns,
        .service_ns = gc->service_ns,
        .steady_ns = gc->warming_up ? gc->mutator.wall_ns : gc->steady_ns,
        .steady_mutator_ns = gc->warming_up ? gc->mutator.mutator_ns : gc->steady_mutator_ns,
        .steady_born = gc->warming_up ? born(gc) : gc->steady_born,
        .first_arrival_ns = gc->first_arrival_ns,
        .last_answer_ns = gc->last_answer_ns,
        .sample_ns = gc->sample_ns,
        .prices = gc->prices,
        .prices_at = {gc->prices_at[PRICES_LOW], gc->prices_at[PRICES_HIGH]},
    };
    gc->engine->totals(gc->engine_state, &result->totals);
    gc->engine->ages(gc->engine_state, &result->ages);
    memcpy(result->events, gc->events, sizeof result->events);
    memcpy(result->early_events, gc->warming_up ? gc->events : gc->early_events,
           sizeof result->early_events);
    memcpy(result->stats, gc->mutator.collector.stats, sizeof result->stats);
}

/* The last that is done to the heap. */
static void fill_ending(struct gc *gc, struct ending *ending)
{
    struct policy_plans plans; /* by what there is before that */
    combination_plan(&gc->policies, gc, &plans);
    ending_find(ending, gc->engine, gc->engine_state, &gc->mutator.collector, gc->costs);
    for (int g = 0; g < GENERATIONS; g++)
        ending->would_find[g].worked_ns = gc->mutator.mutator_ns - gc->gone_through[g];
    ending->plans = plans;
}

/* A 250th of the program; where it does not say how long it is, 10 ms. */
static uint64_t automatic_sample_ns(const struct program *program)
{
    uint64_t part = program->planned_ns / SAMPLES_PLANNED;
    if (program->planned_ns == 0)
        return 10 * NS_PER_MS;
    return part > NS_PER_US ? part : NS_PER_US;
}

/* Everything a run needs before its first operation. Returns 0 or -1. */
static int prepare(struct gc *gc, struct error *error)
{
    const struct simulation_setup *setup = gc->setup;
    if (setup->snapshot && !gc->engine->snapshot)
        return error_set(error,
                         "the engine %s has no graph to take a picture of; one that has is "
                         "graph",
                         gc->engine->name);
    gc->mutator = (struct mutator){
        .due_ns = LONGEST_NS + 1,
        .collect_automatically = collect_automatically,
        .tell = somebody_listens(gc->observer) ? tell : NULL,
    };
    collector_init(&gc->mutator.collector, setup->collector);
    combination_init(&gc->policies, setup->policy, &gc->mutator.collector, gc->events);
    gc->engine_state = gc->engine->new (setup, &gc->mutator, error);
    if (!gc->engine_state)
        return -1;
    gc->program = gc->engine->program(gc->engine_state);
    gc->prices = prices_of(gc->costs, gc->program);
    for (int end = 0; end < PRICE_ENDS; end++)
        gc->prices_at[end] = prices_at(gc->costs, gc->program, (enum price_end)end);
    gc->slots = allocate_zeroed(gc->program->slots, sizeof *gc->slots);
    gc->sample_ns = setup->sample_ns;
    gc->sampled_ns = UINT64_MAX;
    if (setup->sample_ns == SAMPLE_AUTO)
        gc->sample_ns = automatic_sample_ns(gc->program);
    if (gc->sample_ns != SAMPLE_NEVER)
        schedule_due(gc, gc->sample_ns, DUE_SAMPLE);
    if (setup->warmup_ns)
        begin_warmup(gc);
    return 0;
}

/* ---- a run under way -------------------------------------------------------------------- */

/* What follows, and freeing, is done step by step; what may run out of memory is an attempt, with
 * this as its context. */
struct step {
    struct simulation *simulation;
    const struct simulation_setup *setup;
    const struct observer *observer;
    const struct compiled *window;
};

static int begin(void *context, struct error *error)
{
    struct step *step = context;
    struct simulation *simulation = step->simulation = allocate_zeroed(1, sizeof *simulation);
    simulation->setup = *step->setup;
    simulation->gc = (struct gc){
        .setup = &simulation->setup,
        .observer = step->observer,
        .engine = step->setup->engine,
        .costs = costs_of_setup(step->setup, &simulation->costs),
    };
    return prepare(&simulation->gc, error);
}

struct simulation *simulation_new(const struct simulation_setup *setup,
                                  const struct observer *observer, struct error *error)
{
    struct step step = {.setup = setup, .observer = observer};
    error->text[0] = '\0';
    if (attempt(begin, &step, error) == 0)
        return step.simulation;
    simulation_free(step.simulation);
    return NULL;
}

void simulation_free(struct simulation *simulation)
{
    if (!simulation)
        return;
    struct gc *gc = &simulation->gc;
    if (gc->engine_state)
        gc->engine->free(gc->engine_state);
    event_queue_fini(&gc->due);
    free(gc->slots);
    combination_fini(&gc->policies);
    free(simulation);
}

static void take_picture(struct gc *gc, struct snapshot *snapshot)
{
    gc->engine->snapshot(gc->engine_state, snapshot);
    snapshot->collector = gc->setup->collector;
}

/* Returns 0 or -1, as simulate. */
static int end(struct simulation *simulation, struct error *error)
{
    struct gc *gc = &simulation->gc;
    gc->ended = true;
    take_last_sample(gc);
    if (gc->mutator.fault.kind == FAULT_NONE && !gc->abandoned)
        tell_end(gc);
    fill_result(gc, &simulation->result);
    if (gc->mutator.fault.kind == FAULT_MEMORY_LIMIT)
        simulation->result.status = RUN_out_of_memory;
    else if (gc->mutator.fault.kind != FAULT_NONE)
        return describe_fault(gc, error);
    else if (!gc->abandoned) {
        if (gc->setup->snapshot)
            take_picture(gc, gc->setup->snapshot);
        fill_ending(gc, &simulation->result.ending);
    }
    return gc->abandoned ? -1 : 0;
}

static int advance(void *context, struct error *error)
{
    struct step *step = context;
    struct gc *gc = &step->simulation->gc;
    if (step->window && gc->engine->enter)
        gc->engine->enter(gc->engine_state, step->window);
    if (!gc->begun)
        combination_start(&gc->policies, gc);
    gc->begun = true;
    if (run_program(gc) == STOP_WINDOW && !gc->abandoned)
        return 0;
    return end(step->simulation, error);
}

int simulation_advance(struct simulation *simulation, const struct compiled *window,
                       struct error *error)
{
    struct step step = {.simulation = simulation, .window = window};
    struct error *line = &simulation->error;
    if (!simulation->gc.ended)
        simulation->status = attempt(advance, &step, line);
    if (simulation->status != 0) {
        simulation->result.status = RUN_failed;
        simulation->gc.ended = true;
    }
    *error = *line;
    if (simulation->status != 0 && !simulation->gc.abandoned)
        return -1;
    return simulation->gc.ended;
}

int simulation_finish(struct simulation *simulation, struct simulation_result *result,
                      struct error *error)
{
    assert(simulation->gc.ended);
    *result = simulation->result;
    *error = simulation->error;
    return simulation->status;
}

/* ---- all of it at once ------------------------------------------------------------------ */

int simulate(const struct simulation_setup *setup, const struct observer *observer,
             struct simulation_result *result, struct error *error)
{
    struct simulation *simulation = simulation_new(setup, observer, error);
    *result = (struct simulation_result){.status = RUN_failed};
    if (!simulation)
        return -1;
    simulation_advance(simulation, setup->compiled, error);
    int status = simulation_finish(simulation, result, error);
    simulation_free(simulation);
    return status;
}
