/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs small enough to work out by hand. On cpython-3.11, a `new` takes 46 ns of mutator time and a
 * `drop` 1 ns, and a collection that finds nothing to examine 200 ns (sim/costs.c). */
#include "sim/simulation.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policies/registry.h"
#include "tests/unit/check.h"
#include "tests/unit/record.h"
#include "tests/unit/tiny.h"
#include "workloads/registry.h"

#define OPS 48 /* at most, in a row of a table */

/* A policy that notes what it is told, and when, and does what its table says. */
struct probe {
    struct log {
        char text[600];
        size_t length;
    } * log;
    uint64_t timers[4];      /* set at start; 0: none */
    uint64_t period_ns;      /* a timer sets the next; 0: none */
    int collects_on;         /* the event at which it collects generation 2, plus 1 */
    int sets_timer_on;       /* the event at which it sets a timer for 5 ns, plus 1 */
    bool collects_in_timer;  /* generation 2 */
    bool collects_when_told; /* in `collected`, where it is ignored */
    int64_t threshold;       /* set at start; 0: left alone */
};

__attribute__((format(printf, 2, 3))) static void note(struct log *log, const char *format, ...)
{
    va_list arguments;
    if (!log)
        return;
    va_start(arguments, format);
    if (log->length)
        log->text[log->length++] = ' ';
    log->length += (size_t)vsnprintf(log->text + log->length, sizeof log->text - log->length, format, arguments);
    va_end(arguments);
    assert(log->length + 1 < sizeof log->text);
}

static void probe_start(void *state, struct gc *gc)
{
    const struct probe *probe = state;
    for (size_t i = 0; i < LENGTH(probe->timers); i++)
        if (probe->timers[i])
            gc_set_timer(gc, probe->timers[i]);
    if (probe->threshold)
        gc_set_threshold(gc, probe->threshold, -1, -1);
}

static void probe_event(void *state, struct gc *gc, enum program_event event)
{
    const struct probe *probe = state;
    note(probe->log, "%s@%" PRIu64, program_event_names[event], gc_now_ns(gc));
    if (probe->collects_on == (int)event + 1)
        gc_collect(gc, 2);
    if (probe->sets_timer_on == (int)event + 1)
        gc_set_timer(gc, 5);
}

static void probe_timer(void *state, struct gc *gc)
{
    const struct probe *probe = state;
    note(probe->log, "timer@%" PRIu64, gc_now_ns(gc));
    if (probe->collects_in_timer)
        gc_collect(gc, 2);
    if (probe->period_ns)
        gc_set_timer(gc, gc_now_ns(gc) + probe->period_ns);
}

static void probe_collected(void *state, struct gc *gc, const struct collection *collection)
{
    const struct probe *probe = state;
    note(probe->log, "gc%d@%" PRIu64, collection->generation, gc_now_ns(gc));
    if (probe->collects_when_told)
        gc_collect(gc, 2);
}

static const struct policy policy_probe = {
    .about = {.name = "probe", .summary = "notes", .state_size = sizeof(struct probe)},
    .start = probe_start,
    .event = probe_event,
    .timer = probe_timer,
    .collected = probe_collected,
};

/* What most rows leave as it is. */
struct circumstances {
    const char *collector; /* NULL: cpython-3.11 */
    uint64_t sample_ns, permanent;
    struct tiny tiny; /* of which: planned_ns, memory_limit_bytes, slowdown, stretch */
};

/* Operations up to the first that is all zero: `new 0 0` with no bytes, which nothing here means. */
static size_t count_ops(const struct op *ops)
{
    size_t n = 0;
    while (n < OPS && (ops[n].code || ops[n].c))
        n++;
    return n;
}

static void run_tiny(struct run *run, const struct op *ops, const struct probe *given,
                     const struct circumstances *circumstances)
{
    const struct circumstances usual = {0};
    if (!circumstances)
        circumstances = &usual;
    struct tiny tiny = circumstances->tiny;
    tiny.ops = ops;
    tiny.count = tiny.count ? tiny.count : count_ops(ops);
    tiny.registers = OPS;
    tiny.slots = 4;
    struct probe probe = given ? *given : (struct probe){0};
    const struct setting workload = tiny_setting(&tiny);
    const struct setting policy = {.component = &policy_probe.about, .state = &probe};
    const struct simulation_setup setup = {
        .engine = &graph_engine,
        .collector =
            collector_version(circumstances->collector ? circumstances->collector : "cpython-3.11"),
        .workload = &workload,
        .policy = &policy,
        .sample_ns = circumstances->sample_ns,
        .permanent = circumstances->permanent,
    };
    run_simulation(run, &setup);
}

/* It ran to its end, and its clocks add up. */
static void check_finished(const char *what, const struct run *run)
{
    const struct simulation_result *result = &run->result;
    check_text(what, run->error.text, "");
    check_signed(what, run->status, 0);
    check_count(what, result->status, RUN_finished);
    check_count(what, result->wall_ns, result->mutator_ns + result->pause_ns + result->idle_ns);
    check_that(what, !run->record.backwards);
    check_count(what, result->requests, run->record.request_count);
}

/* ---- clocks ------------------------------------------------------------------------------------- */

TEST(clocks)
{
    static const struct {
        const char *what;
        struct op ops[OPS];
        uint64_t wall_ns, mutator_ns, pause_ns, idle_ns;
        uint64_t latency_ns[2]; /* in the order in which requests end */
    } rows[] = {
        {"nothing", {{0}}, 0, 0, 0, 0, {0}},
        {"work", {TINY_WORK(900)}, 900, 900, 0, 0, {0}},
        {"operations of the heap", {TINY_NEW(0, 0), TINY_DROP(0)}, 47, 47, 0, 0, {0}},
        {"a pause", {TINY_WORK(900), TINY_COLLECT(2)}, 1100, 900, 200, 0, {0}},
        {"sleep", {TINY_SLEEP(1000)}, 1000, 0, 0, 1000, {0}},
        {"sleep until an instant that has passed", {TINY_WORK(900), TINY_SLEEP(800)}, 900, 900, 0,
         0, {0}},
        {"a request",
         {TINY_WORK(900), TINY_BEGIN(0, 1000), TINY_WORK(500), TINY_END(0)},
         1500, 1400, 0, 100, {500}},
        {"a pause fills part of the gap before it",
         {TINY_WORK(700), TINY_COLLECT(2), TINY_BEGIN(0, 1000), TINY_WORK(500), TINY_END(0)},
         1500, 1200, 200, 100, {500}},
        {"a pause outlasts the gap and delays it",
         {TINY_WORK(900), TINY_COLLECT(2), TINY_BEGIN(0, 1000), TINY_WORK(500), TINY_END(0)},
         1600, 1400, 200, 0, {600}},
        {"a pause inside it",
         {TINY_BEGIN(0, 1000), TINY_WORK(500), TINY_COLLECT(2), TINY_END(0)},
         1700, 500, 200, 1000, {700}},
        {"two, one while the other waits",
         {TINY_BEGIN(0, 0), TINY_WORK(100), TINY_WAIT(0, 300), TINY_BEGIN(1, 50), TINY_WORK(200),
          TINY_END(1), TINY_RESUME(0), TINY_WORK(50), TINY_END(0)},
         450, 350, 0, 100, {250, 450}},
        {"a pause after the end of one delays the other",
         {TINY_BEGIN(0, 0), TINY_WORK(100), TINY_WAIT(0, 300), TINY_BEGIN(1, 50), TINY_WORK(200),
          TINY_END(1), TINY_COLLECT(2), TINY_RESUME(0), TINY_WORK(50), TINY_END(0)},
         550, 350, 200, 0, {250, 550}},
        {"a pause in the first burst delays everyone behind it",
         {TINY_BEGIN(0, 0), TINY_WORK(100), TINY_COLLECT(2), TINY_WAIT(0, 300), TINY_BEGIN(1, 50),
          TINY_WORK(200), TINY_END(1), TINY_RESUME(0), TINY_WORK(50), TINY_END(0)},
         650, 350, 200, 100, {450, 650}},
        {"a wait that has ended by then",
         {TINY_BEGIN(0, 0), TINY_WORK(100), TINY_WAIT(0, 50), TINY_BEGIN(1, 50), TINY_WORK(200),
          TINY_END(1), TINY_RESUME(0), TINY_WORK(50), TINY_END(0)},
         350, 350, 0, 0, {250, 350}},
        {"slots are used again",
         {TINY_BEGIN(0, 100), TINY_WORK(10), TINY_END(0), TINY_BEGIN(0, 105), TINY_WORK(10),
          TINY_END(0)},
         120, 20, 0, 100, {10, 15}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_tiny(&run, rows[i].ops, NULL, NULL);
        check_finished(rows[i].what, &run);
        check_count(rows[i].what, run.result.wall_ns, rows[i].wall_ns);
        check_count(rows[i].what, run.result.mutator_ns, rows[i].mutator_ns);
        check_count(rows[i].what, run.result.pause_ns, rows[i].pause_ns);
        check_count(rows[i].what, run.result.idle_ns, rows[i].idle_ns);
        check_count(rows[i].what, run.result.operations, count_ops(rows[i].ops));
        for (size_t r = 0; r < run.record.request_count; r++)
            check_count(rows[i].what, run.record.requests[r].latency_ns, rows[i].latency_ns[r]);
        run_fini(&run);
    }
}

TEST(a_slower_machine)
{
    static const struct op ops[OPS] = {TINY_NEW(0, 0), TINY_DROP(0), TINY_COLLECT(2), TINY_WORK(100)};
    static const struct circumstances slow = {.tiny.slowdown = 20};
    struct run run;
    run_tiny(&run, ops, NULL, &slow);
    check_finished("slowdown 20", &run);
    check_count("new, drop; work is scaled when it is emitted", run.result.mutator_ns, 20 * 47 + 100);
    check_count("collect", run.result.pause_ns, 20 * 200);
    run_fini(&run);
}

/* ---- what a policy is told, and when ------------------------------------------------------------ */

TEST(timers_and_events)
{
    static const struct {
        const char *what;
        struct op ops[OPS];
        struct probe probe;
        const char *log;
        uint64_t wall_ns, idle_ns, pause_ns;
    } rows[] = {
        {"a timer fires while idle, at its instant", {TINY_SLEEP(10000)}, {.timers = {4000}},
         "idle@0 timer@4000", 10000, 10000, 0},
        {"two, set in the wrong order", {TINY_SLEEP(10000)}, {.timers = {7000, 3000}},
         "idle@0 timer@3000 timer@7000", 10000, 10000, 0},
        {"two at one instant", {TINY_SLEEP(10000)}, {.timers = {3000, 3000}},
         "idle@0 timer@3000 timer@3000", 10000, 10000, 0},
        {"at the end of the gap", {TINY_SLEEP(10000), TINY_WORK(1)}, {.timers = {10000}},
         "idle@0 timer@10000", 10001, 10000, 0},
        {"a timer sets the next", {TINY_SLEEP(10000)}, {.timers = {1000}, .period_ns = 4000},
         "idle@0 timer@1000 timer@5000 timer@9000", 10000, 10000, 0},
        {"a collection uses the gap", {TINY_SLEEP(10000)},
         {.timers = {4000}, .collects_in_timer = true},
         "idle@0 timer@4000 gc2@4200", 10000, 9800, 200},
        {"and delays what comes next if it outlasts it", {TINY_SLEEP(10000), TINY_WORK(1)},
         {.timers = {9900}, .collects_in_timer = true},
         "idle@0 timer@9900 gc2@10100", 10101, 9900, 200},
        {"the next timer may be overtaken by it", {TINY_SLEEP(10000)},
         {.timers = {4000, 4100}, .collects_in_timer = true},
         "idle@0 timer@4000 gc2@4200 timer@4200 gc2@4400", 10000, 9600, 400},
        {"while it works, after the operation", {TINY_WORK(1000), TINY_WORK(1)}, {.timers = {500}},
         "timer@1000", 1001, 0, 0},
        {"after the last one, too", {TINY_WORK(1000)}, {.timers = {500}}, "timer@1000", 1000, 0, 0},
        {"between two operations of the heap", {TINY_NEW(0, 0), TINY_NEW(1, 0), TINY_NEW(2, 0)},
         {.timers = {50}}, "timer@92", 138, 0, 0},
        {"never, if the program ends before", {TINY_WORK(1000)}, {.timers = {5000}}, "", 1000, 0, 0},
        {"not in native code, but at its end",
         {TINY_OP(OP_NATIVE_BEGIN), TINY_WORK(1000), TINY_NEW(0, 0), TINY_WORK(1000),
          TINY_OP(OP_NATIVE_END), TINY_WORK(1)},
         {.timers = {500}}, "timer@2046", 2047, 0, 0},
        {"an instant that has passed is the next one",
         {TINY_WORK(1000), TINY_EVENT(EVENT_step_done), TINY_SLEEP(2000)},
         {.sets_timer_on = EVENT_step_done + 1}, "step_done@1000 idle@1000 timer@1001", 2000, 1000,
         0},
        {"idle is reported for each wait, and only if it waits",
         {TINY_SLEEP(100), TINY_SLEEP(100), TINY_SLEEP(50), TINY_BEGIN(0, 200), TINY_WAIT(0, 10),
          TINY_RESUME(0), TINY_END(0), TINY_BEGIN(0, 30), TINY_END(0)},
         {.log = NULL}, "idle@0 idle@100 idle@200", 210, 210, 0},
        {"a collection when idle", {TINY_SLEEP(150), TINY_SLEEP(1000)},
         {.collects_on = EVENT_idle + 1}, "idle@0 gc2@200 idle@200 gc2@400", 1000, 600, 400},
        {"the program's events",
         {TINY_EVENT(EVENT_startup_done), TINY_WORK(1), TINY_EVENT(EVENT_request_end), TINY_WORK(1),
          TINY_EVENT(EVENT_disconnect), TINY_EVENT(EVENT_report_done),
          TINY_EVENT(EVENT_critical_begin), TINY_WORK(1), TINY_EVENT(EVENT_critical_end),
          TINY_EVENT(EVENT_step_done)},
         {.log = NULL},
         "startup_done@0 request_end@1 disconnect@2 report_done@2 critical_begin@2 critical_end@3 "
         "step_done@3", 3, 0, 0},
        {"a collection in the middle of one instant",
         {TINY_EVENT(EVENT_disconnect), TINY_EVENT(EVENT_step_done)},
         {.collects_on = EVENT_disconnect + 1}, "disconnect@0 gc2@200 step_done@200", 200, 0, 200},
        {"the program's own collections are told of, too", {TINY_COLLECT(0), TINY_COLLECT(1)},
         {.log = NULL}, "gc0@200 gc1@400", 400, 0, 400},
        {"a collection called for in `collected` is ignored",
         {TINY_COLLECT(1), TINY_WORK(10), TINY_COLLECT(2)}, {.collects_when_told = true},
         "gc1@200 gc2@410", 410, 0, 400},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct log log = {.text = ""};
        struct probe probe = rows[i].probe;
        probe.log = &log;
        run_tiny(&run, rows[i].ops, &probe, NULL);
        check_text(rows[i].what, log.text, rows[i].log);
        check_finished(rows[i].what, &run);
        check_count(rows[i].what, run.result.wall_ns, rows[i].wall_ns);
        check_count(rows[i].what, run.result.idle_ns, rows[i].idle_ns);
        check_count(rows[i].what, run.result.pause_ns, rows[i].pause_ns);
        run_fini(&run);
    }
}

/* What the interface shows, seen from inside an event. */
static void look(void *state, struct gc *gc, enum program_event event)
{
    (void)state;
    if (event != EVENT_step_done)
        return;
    const struct collector *collector = gc_state(gc);
    check_count("now", gc_now_ns(gc), 2 * 46 + 200 + 20 + 500);
    check_count("heap", gc_heap_bytes(gc), 56 + 64);
    check_count("count", collector->count[0], 1);
    check_count("count", collector->count[1], 1);
    check_count("collections", collector->stats[0].collections, 1);
    check_count("threshold", collector->threshold[0], 700);
    check_that("enabled", collector->enabled);
    gc_set_threshold(gc, 7, -1, 0);
    check_count("set", collector->threshold[0], 7);
    check_count("kept", collector->threshold[1], 10);
    check_count("set to 0", collector->threshold[2], 0);
    gc_disable(gc);
    check_that("disabled", !collector->enabled);
    gc_enable(gc);
    gc_freeze(gc);
    check_count("freeze", collector->count[0], 0);
    gc_unfreeze(gc);
    gc_collect(gc, 2);
    check_count("collected", collector->stats[2].collections, 1);
}

TEST(the_gc_interface)
{
    static const struct policy policy = {.about = {.name = "look"}, .event = look};
    static const struct op ops[] = {TINY_NEW(0, 0), TINY_COLLECT(0), TINY_NEW(1, 1), TINY_WORK(500),
                                    TINY_EVENT(EVENT_step_done)};
    struct tiny tiny = {.ops = ops, .count = LENGTH(ops), .registers = 2};
    const struct setting workload = tiny_setting(&tiny), setting = {.component = &policy.about, .state = &tiny};
    const struct simulation_setup setup = {.engine = &graph_engine, .collector = collector_version("cpython-3.11"), .workload = &workload, .policy = &setting};
    struct run run;
    run_simulation(&run, &setup);
    check_finished("the program", &run);
    check_count("collections", run.record.collection_count, 2);
    check_count("cause", run.record.collections[0].cause, CAUSE_program);
    check_count("cause", run.record.collections[1].cause, CAUSE_policy);
    check_count("frozen and unfrozen", run.record.collections[1].before[2], 2);
    run_fini(&run);
}

/* ---- automatic collections ---------------------------------------------------------------------- */

#define NEW_5(r)  TINY_NEW(r, 0), TINY_NEW(r + 1, 0), TINY_NEW(r + 2, 0), TINY_NEW(r + 3, 0), TINY_NEW(r + 4, 0)
#define NEW_35    NEW_5(0), NEW_5(5), NEW_5(10), NEW_5(15), NEW_5(20), NEW_5(25), NEW_5(30)

TEST(when_automatic_collections_run)
{
    static const struct {
        const char *what, *collector;
        struct op ops[OPS];
        const char *collections; /* operation:objects in generation 0 */
    } rows[] = {
        {"3.11: the new object is not examined", "cpython-3.11", {TINY_THRESHOLD(10), NEW_35},
         "11:10 22:11 33:11"},
        {"3.12: it is", "cpython-3.12", {TINY_THRESHOLD(10), NEW_35}, "11:11 22:11 33:11"},
        {"3.11: inside a native section", "cpython-3.11",
         {TINY_THRESHOLD(10), TINY_OP(OP_NATIVE_BEGIN), NEW_35, TINY_OP(OP_NATIVE_END)},
         "12:10 23:11 34:11"},
        {"3.12: once, after it", "cpython-3.12",
         {TINY_THRESHOLD(10), TINY_OP(OP_NATIVE_BEGIN), NEW_35, TINY_OP(OP_NATIVE_END)}, "37:35"},
        {"3.13: the same", "cpython-3.13",
         {TINY_THRESHOLD(10), TINY_OP(OP_NATIVE_BEGIN), NEW_35, TINY_OP(OP_NATIVE_END)}, "37:35"},
        {"nothing asked for it", "cpython-3.12",
         {TINY_THRESHOLD(10), TINY_OP(OP_NATIVE_BEGIN), NEW_5(0), NEW_5(5), TINY_OP(OP_NATIVE_END)},
         ""},
        {"once after each of two", "cpython-3.12",
         {TINY_THRESHOLD(4), TINY_OP(OP_NATIVE_BEGIN), NEW_5(0), TINY_OP(OP_NATIVE_END),
          TINY_OP(OP_NATIVE_BEGIN), NEW_5(5), TINY_OP(OP_NATIVE_END)},
         "7:5 14:5"},
        {"not if it is disabled by then", "cpython-3.12",
         {TINY_THRESHOLD(4), TINY_OP(OP_NATIVE_BEGIN), NEW_5(0), TINY_OP(OP_DISABLE),
          TINY_OP(OP_NATIVE_END)},
         ""},
        {"not if everything is frozen by then", "cpython-3.12",
         {TINY_THRESHOLD(4), TINY_OP(OP_NATIVE_BEGIN), NEW_5(0), TINY_OP(OP_FREEZE),
          TINY_OP(OP_NATIVE_END)},
         ""},
        {"not if the threshold is higher by then", "cpython-3.12",
         {TINY_THRESHOLD(4), TINY_OP(OP_NATIVE_BEGIN), NEW_5(0), TINY_THRESHOLD(5),
          TINY_OP(OP_NATIVE_END)},
         ""},
        {"the program's own runs inside, and answers it", "cpython-3.12",
         {TINY_THRESHOLD(4), TINY_OP(OP_NATIVE_BEGIN), NEW_5(0), TINY_COLLECT(0),
          TINY_OP(OP_NATIVE_END)},
         "7:5"},
        {"disabled", "cpython-3.11", {TINY_THRESHOLD(10), TINY_OP(OP_DISABLE), NEW_35}, ""},
        {"enabled again: at the next allocation", "cpython-3.11",
         {TINY_THRESHOLD(3), TINY_OP(OP_DISABLE), NEW_5(0), TINY_OP(OP_ENABLE), TINY_WORK(1),
          TINY_NEW(5, 0)},
         "9:5"},
        {"threshold 0", "cpython-3.11", {TINY_THRESHOLD(0), NEW_35}, ""},
        {"a drop counts down", "cpython-3.11",
         {TINY_THRESHOLD(4), TINY_NEW(0, 0), TINY_NEW(1, 0), TINY_DROP(0), TINY_DROP(1), NEW_5(0)},
         "9:4"},
        {"freeze sets the counter to 0", "cpython-3.11",
         {TINY_THRESHOLD(4), TINY_NEW(0, 0), TINY_NEW(1, 0), TINY_OP(OP_FREEZE), NEW_5(2)}, "8:4"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct log log = {.text = ""};
        run_tiny(&run, rows[i].ops, NULL, &(struct circumstances){.collector = rows[i].collector});
        check_finished(rows[i].what, &run);
        for (size_t c = 0; c < run.record.collection_count; c++) {
            const struct collection *collection = &run.record.collections[c];
            note(&log, "%" PRIu64 ":%" PRIu64, collection->operation, collection->before[0]);
            check_count(rows[i].what, collection->sequence, c);
        }
        check_text(rows[i].what, log.text, rows[i].collections);
        run_fini(&run);
    }
}

/* `new` into a register that holds something, when it sets off a collection: the old object is still
 * there while it runs, and is freed from where it was promoted to. */
TEST(the_old_object_goes_after_the_allocation)
{
    static const struct op ops[OPS] = {TINY_THRESHOLD(1), TINY_NEW(0, 0), TINY_NEW(0, 0)};
    static const struct {
        const char *collector;
        uint64_t before, young, middle;
    } rows[] = {{"cpython-3.11", 1, 1, 0}, {"cpython-3.12", 2, 0, 1}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_tiny(&run, ops, NULL, &(struct circumstances){.collector = rows[i].collector});
        check_finished(rows[i].collector, &run);
        check_count(rows[i].collector, run.record.collection_count, 1);
        check_count(rows[i].collector, run.record.collections[0].before[0], rows[i].before);
        check_count(rows[i].collector, run.result.totals.tracked[0], rows[i].young);
        check_count(rows[i].collector, run.result.totals.tracked[1], rows[i].middle);
        check_count(rows[i].collector, run.result.totals.freed_by_count[1], 1);
        run_fini(&run);
    }
}

/* Two cycles of one object, of which one is dropped; pause by the formula: 200 + 20.1 × 2 + 4.0 × 2 +
 * 46.9 × 1. */
TEST(what_is_told_of_a_collection)
{
    static const struct op ops[OPS] = {TINY_NEW(0, 1), TINY_STORE(0, 0, 0), TINY_NEW(1, 1), TINY_STORE(1, 0, 1), TINY_DROP(1), TINY_COLLECT(1)};
    struct run run;
    run_tiny(&run, ops, NULL, &(struct circumstances){.permanent = 3});
    check_finished("the program", &run);
    check_count("collections", run.record.collection_count, 1);
    const struct collection *c = run.record.collections;
    const uint64_t mutator_ns = 2 * 46 + 2 * 9 + 1;
    check_count("sequence", c->sequence, 0);
    check_count("operation", c->operation, 5);
    check_count("wall", c->wall_ns, mutator_ns);
    check_count("mutator", c->mutator_ns, mutator_ns);
    check_signed("generation", c->generation, 1);
    check_count("cause", c->cause, CAUSE_program);
    check_count("before 0", c->before[0], 2);
    check_count("before 1", c->before[1], 0);
    check_count("before 2", c->before[2], 0);
    check_count("permanent", c->permanent, 3);
    check_count("examined", c->examined, 2);
    check_count("references", c->refs, 2);
    check_count("unreachable", c->unreachable, 1);
    check_count("pause", c->pause_ns, 295);
    check_count("bytes before", c->heap_bytes_before, 128);
    check_count("bytes after", c->heap_bytes_after, 64);
    check_count("all pauses", run.result.pause_ns, 295);
    check_count("statistics", run.result.stats[1].collections, 1);
    check_count("statistics", run.result.stats[1].collected, 1);
    check_count("left, promoted", run.result.totals.tracked[2], 1);
    check_count("left, permanent", run.result.totals.tracked[3], 3);
    check_count("freed", run.result.totals.freed_by_collector[0], 1);
    run_fini(&run);
}

TEST(startup_done_is_when_service_begins)
{
    static const struct op ops[OPS] = {TINY_WORK(700), TINY_COLLECT(2), TINY_EVENT(EVENT_startup_done), TINY_WORK(50)};
    struct run run;
    run_tiny(&run, ops, NULL, NULL);
    check_count("service", run.result.service_ns, 900);
    run_fini(&run);
    run_tiny(&run, ops + 3, NULL, NULL);
    check_count("never said", run.result.service_ns, 0);
    run_fini(&run);
}

/* ---- samples ------------------------------------------------------------------------------------ */

TEST(when_samples_are_taken)
{
    static const struct {
        const char *what;
        struct op ops[OPS];
        uint64_t sample_ns, planned_ns;
        const char *instants;
    } rows[] = {
        {"while idle at their instants, and at the end", {TINY_SLEEP(1000)}, 300, 0,
         "300 600 900 1000"},
        {"the end may be one of them", {TINY_SLEEP(900)}, 300, 0, "300 600 900"},
        {"a long operation makes several one", {TINY_WORK(1000), TINY_WORK(300)}, 300, 0,
         "1000 1300"},
        {"a pause too", {TINY_WORK(850), TINY_COLLECT(2), TINY_SLEEP(1600)}, 300, 0,
         "850 1050 1200 1500 1600"},
        {"not in native code",
         {TINY_OP(OP_NATIVE_BEGIN), TINY_WORK(300), TINY_WORK(300), TINY_OP(OP_NATIVE_END),
          TINY_SLEEP(1000)}, 300, 0, "600 900 1000"},
        {"never", {TINY_SLEEP(1000)}, SAMPLE_NEVER, 250000, ""},
        {"a 250th of what is planned", {TINY_SLEEP(3500)}, SAMPLE_AUTO, 250000,
         "1000 2000 3000 3500"},
        {"none, if no plan is known", {TINY_SLEEP(3500)}, SAMPLE_AUTO, 0, ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct log log = {.text = ""};
        run_tiny(&run, rows[i].ops, NULL, &(struct circumstances){.sample_ns = rows[i].sample_ns, .tiny.planned_ns = rows[i].planned_ns});
        check_finished(rows[i].what, &run);
        for (size_t s = 0; s < run.record.sample_count; s++)
            note(&log, "%" PRIu64, run.record.samples[s].wall_ns);
        check_text(rows[i].what, log.text, rows[i].instants);
        run_fini(&run);
    }
}

/* A cycle of 64 bytes that nothing reaches, one of 56 that a register holds, and one freed. */
TEST(what_a_sample_says)
{
    static const struct op ops[OPS] = {TINY_NEW(0, 1), TINY_STORE(0, 0, 0), TINY_DROP(0), TINY_COPY(1, 1), TINY_NEW(2, 9), TINY_DROP(2)};
    struct op own[OPS];
    memcpy(own, ops, sizeof own);
    own[3] = (struct op)TINY_NEW(1, 0);
    struct run run;
    run_tiny(&run, own, NULL, &(struct circumstances){.sample_ns = 1000000});
    check_finished("the program", &run);
    check_count("samples", run.record.sample_count, 1);
    check_count("live", run.record.samples[0].live_bytes, 56);
    check_count("garbage", run.record.samples[0].garbage_bytes, 64);
    check_count("generation 0", run.record.samples[0].tracked[0], 2);
    check_count("generation 1", run.record.samples[0].tracked[1], 0);
    check_count("interval", run.result.sample_ns, 1000000);
    run_fini(&run);
}

/* ---- how a run ends ----------------------------------------------------------------------------- */

TEST(memory_limit)
{
    static const struct {
        const char *what;
        struct op ops[OPS];
        uint64_t limit_bytes;
        enum run_status status;
        uint64_t operations, heap_bytes;
    } rows[] = {
        {"it fits", {TINY_NEW(0, 0), TINY_NEW(1, 0), TINY_WORK(1)}, 112, RUN_finished, 3, 112},
        {"a byte too much", {TINY_NEW(0, 0), TINY_NEW(1, 0), TINY_WORK(1)}, 111, RUN_out_of_memory, 1, 56},
        {"the very first", {TINY_NEW(0, 0), TINY_WORK(1)}, 55, RUN_out_of_memory, 0, 0},
        {"none", {TINY_NEW(0, 0), TINY_NEW(1, 0)}, 0, RUN_finished, 2, 112},
        {"what was freed is free", {TINY_NEW(0, 0), TINY_DROP(0), TINY_NEW(0, 0)}, 56, RUN_finished, 3, 56},
        {"what a register holds goes only after the allocation", {TINY_NEW(0, 0), TINY_NEW(0, 0)}, 56, RUN_out_of_memory, 1, 56},
        {"garbage counts", {TINY_NEW(0, 1), TINY_STORE(0, 0, 0), TINY_DROP(0), TINY_NEW(0, 0)}, 64, RUN_out_of_memory, 3, 64},
        {"until it is collected",
         {TINY_NEW(0, 1), TINY_STORE(0, 0, 0), TINY_DROP(0), TINY_COLLECT(0), TINY_NEW(0, 0)}, 64, RUN_finished, 5, 56},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_tiny(&run, rows[i].ops, NULL, &(struct circumstances){.sample_ns = 1000000, .tiny.memory_limit_bytes = rows[i].limit_bytes});
        check_text(rows[i].what, run.error.text, "");
        check_signed(rows[i].what, run.status, 0);
        check_count(rows[i].what, run.result.status, rows[i].status);
        check_count(rows[i].what, run.result.operations, rows[i].operations);
        check_count(rows[i].what, run.result.totals.heap_bytes, rows[i].heap_bytes);
        check_count(rows[i].what, run.result.wall_ns, run.result.mutator_ns + run.result.pause_ns);
        check_count("a last sample", run.record.sample_count, 1);
        check_count("a last sample", run.record.samples[0].live_bytes + run.record.samples[0].garbage_bytes, rows[i].heap_bytes);
        run_fini(&run);
    }
}

TEST(faults)
{
    static const struct {
        struct op ops[OPS];
        const char *message;
    } rows[] = {
        {{TINY_WORK(1), TINY_DROP(3)}, "tiny: operation 1: register 3: the register is empty"},
        {{TINY_STORE(7, 0, 0)}, "tiny: operation 0: register 7: the register is empty"},
        {{TINY_NEW(0, 1), TINY_STORE(0, 0, 1)}, "tiny: operation 1: register 1: the register is empty"},
        {{TINY_NEW(0, 1), TINY_CLEAR(1, 0)}, "tiny: operation 1: register 1: the register is empty"},
        {{TINY_NEW(0, 1), TINY_LOAD(0, 1, 0)}, "tiny: operation 1: register 1: the register is empty"},
        {{TINY_NEW(0, 1), TINY_COPY(0, 1)}, "tiny: operation 1: register 1: the register is empty"},
        {{TINY_NEW(0, 1), TINY_DROP(0), TINY_DROP(0)}, "tiny: operation 2: register 0: the register is empty"},
        {{TINY_NEW(0, 3), TINY_STORE(0, 3, 0)}, "tiny: operation 1: field 3: the object has no such field (it has 0 to 2)"},
        {{TINY_NEW(0, 1), TINY_CLEAR(0, 9)}, "tiny: operation 1: field 9: the object has no such field (it has 0 to 0)"},
        {{TINY_NEW(0, 1), TINY_LOAD(1, 0, 1)}, "tiny: operation 1: field 1: the object has no such field (it has 0 to 0)"},
        {{TINY_NEW(0, 0), TINY_STORE(0, 0, 0)}, "tiny: operation 1: field 0: the object has no fields"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        run_tiny(&run, rows[i].ops, NULL, NULL);
        check_signed(rows[i].message, run.status, -1);
        check_text(rows[i].message, run.error.text, rows[i].message);
        check_count(rows[i].message, run.result.status, RUN_failed);
        run_fini(&run);
    }
}

/* The place, in a file. */
TEST(faults_of_a_heap_script)
{
    static const struct {
        const char *script, *message; /* after the file's name */
    } rows[] = {
        {"new 0 1\n\n# comment\ndrop 1\n", ":4: register 1: the register is empty"},
        {"new 0 1\r\nstore 0 1 0\r\n", ":2: field 1: the object has no such field (it has 0 to 0)"},
        {"new 0 0\nload 1 0 0", ":2: field 0: the object has no fields"},
        {"new 0 0\n\nnwe 0 0", ":3: there is no operation 'nwe'; did you mean 'new'?"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[TEST_PATH], spec[TEST_PATH + 16], message[TEST_PATH + 100];
        struct setting workload, policy;
        struct error error;
        struct run run;
        test_file(path, rows[i].script, strlen(rows[i].script));
        snprintf(spec, sizeof spec, "script:file=%s", path);
        snprintf(message, sizeof message, "%s%s", path, rows[i].message);
        check_signed(spec, setting_parse(&workload, spec, workloads, "workload", &error), 0);
        check_signed(spec, setting_parse(&policy, "default", policies, "policy", &error), 0);
        run_simulation(&run, &(struct simulation_setup){.engine = &graph_engine, .collector = collector_version("cpython-3.13"), .workload = &workload, .policy = &policy});
        unlink(path);
        check_signed(spec, run.status, -1);
        check_mentions(spec, run.error.text, message);
        run_fini(&run);
        setting_fini(&workload);
        setting_fini(&policy);
    }
}

/* In programs longer than the stretches in which they are emitted and executed. */
TEST(operations_are_numbered_across_stretches)
{
    enum { LONG = 30000 };
    static struct op ops[LONG];
    static const size_t stretches[] = {1, 7, 4095, 4096, 4097, 100000};
    for (size_t n = 0; n < LONG; n++)
        ops[n] = n % 2 ? (struct op)TINY_DROP(0) : (struct op)TINY_NEW(0, 0);
    ops[LONG - 2] = (struct op)TINY_DROP(40);
    for (size_t i = 0; i < LENGTH(stretches); i++) {
        struct circumstances circumstances = {.tiny = {.stretch = stretches[i], .count = LONG}};
        struct run run;
        run_tiny(&run, ops, NULL, &circumstances);
        check_text("fault", run.error.text, "tiny: operation 29998: register 40: the register is empty");
        run_fini(&run);
        circumstances.tiny.count = LONG - 2;
        run_tiny(&run, ops, NULL, &circumstances);
        check_finished("without the fault", &run);
        check_count("operations", run.result.operations, LONG - 2);
        run_fini(&run);
    }
}

TEST(a_workload_that_cannot_start)
{
    int stopped = 0;
    static const struct op ops[OPS] = {TINY_WORK(1)};
    struct run run;
    run_tiny(&run, ops, NULL, &(struct circumstances){.tiny = {.failure = "no such luck", .stopped = &stopped}});
    check_signed("status", run.status, -1);
    check_text("error", run.error.text, "no such luck");
    check_count("status", run.result.status, RUN_failed);
    check_signed("it is stopped all the same", stopped, 1);
    run_fini(&run);
}

/* An observer may end a run at anything it is told. */
TEST(an_observer_gives_up)
{
    static const struct op ops[] = {
        TINY_COLLECT(0), TINY_BEGIN(0, 5000), TINY_END(0), TINY_COLLECT(0), TINY_WORK(1), TINY_WORK(1),
    };
    enum { TOLD = 7 }; /* collection, sample, request, collection, sample; progress; sample */
    for (size_t at = 1; at <= TOLD + 1; at++) {
        int stopped = 0;
        struct tiny tiny = {.ops = ops, .count = LENGTH(ops), .slots = 1, .stopped = &stopped};
        struct probe probe = {0};
        const struct setting workload = tiny_setting(&tiny);
        const struct setting policy = {.component = &policy_probe.about, .state = &probe};
        const struct simulation_setup setup = {
            .engine = &graph_engine,
            .collector = collector_version("cpython-3.11"),
            .workload = &workload,
            .policy = &policy,
            .sample_ns = 5001,
        };
        struct record record = {.refuses_at = at}, other = {0};
        struct simulation_result result;
        struct error error;
        const struct observer last = record_observer(&other, NULL);
        const struct observer first = record_observer(&record, &last);
        int status = simulate(&setup, &first, &result, &error);
        bool gave_up = record.told >= at;
        check_signed("status", status, gave_up ? -1 : 0);
        check_count("status", result.status, gave_up ? RUN_failed : RUN_finished);
        check_text("the observer's owner knows why", error.text, "");
        check_count("the next observer is told all the same", other.told, record.told);
        check_that("little more is told", record.told <= at + 1);
        check_signed("stopped", stopped, 1);
        if (at == TOLD + 1)
            check_that("there is no more to be told", !gave_up);
        record_fini(&record);
        record_fini(&other);
    }
}

TEST(a_run_leaves_its_setting_alone)
{
    static const struct op ops[] = {TINY_NEW(0, 0), TINY_WORK(10), TINY_COLLECT(2)};
    struct tiny tiny = {.ops = ops, .count = LENGTH(ops), .registers = 1, .stretch = 1};
    const struct setting workload = tiny_setting(&tiny);
    struct error error;
    struct setting policy;
    check_signed("policy", setting_parse(&policy, "default", policies, "policy", &error), 0);
    const struct simulation_setup setup = {.engine = &graph_engine, .collector = collector_version("cpython-3.11"), .workload = &workload, .policy = &policy};
    struct run once, twice;
    run_simulation(&once, &setup);
    check_count("the state", tiny.next, 0);
    run_simulation(&twice, &setup);
    check_finished("once", &once);
    check_count("the same again", run_hash(&twice), run_hash(&once));
    run_fini(&once);
    run_fini(&twice);
    setting_fini(&policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks),
        cmocka_unit_test(a_slower_machine),
        cmocka_unit_test(timers_and_events),
        cmocka_unit_test(the_gc_interface),
        cmocka_unit_test(when_automatic_collections_run),
        cmocka_unit_test(the_old_object_goes_after_the_allocation),
        cmocka_unit_test(what_is_told_of_a_collection),
        cmocka_unit_test(startup_done_is_when_service_begins),
        cmocka_unit_test(when_samples_are_taken),
        cmocka_unit_test(what_a_sample_says),
        cmocka_unit_test(memory_limit),
        cmocka_unit_test(faults),
        cmocka_unit_test(faults_of_a_heap_script),
        cmocka_unit_test(operations_are_numbered_across_stretches),
        cmocka_unit_test(a_workload_that_cannot_start),
        cmocka_unit_test(an_observer_gives_up),
        cmocka_unit_test(a_run_leaves_its_setting_alone),
    };
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
