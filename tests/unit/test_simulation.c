/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clocks, timers, events and collections of programs small enough to work out by hand. On
 * cpython-3.11 a `new` takes 46 ns of mutator time, a `store` 9 and a `drop` 1, and a collection
 * that finds nothing to examine pauses for 200 ns (sim/model/costs.c). */
#include "sim/simulation.h"

#include <inttypes.h>
#include <string.h>

#include "tests/unit/check.h"
#include "tests/unit/tiny.h"

/* "wall = mutator + pause + idle", and the latencies of requests in the order in which they end. */
static const char *times(struct text *text, const struct run *run)
{
    const struct simulation_result *result = &run->result;
    text_add(text, "%" PRIu64 " = %" PRIu64 " + %" PRIu64 " + %" PRIu64, result->wall_ns,
             result->mutator_ns, result->pause_ns, result->idle_ns);
    for (size_t i = 0; i < run->record.request_count; i++)
        text_add(text, "%s%" PRIu64, i == 0 ? ": " : ", ", run->record.requests[i].latency_ns);
    return text->text;
}

TEST(clocks)
{
    static const struct {
        const char *what, *program, *times;
    } rows[] = {
        {"nothing", "", "0 = 0 + 0 + 0"},
        {"work", "work 900", "900 = 900 + 0 + 0"},
        {"operations of the heap", "new 0 1;store 0 0 0;drop 0", "56 = 56 + 0 + 0"},
        {"a pause", "work 900;collect 2", "1100 = 900 + 200 + 0"},
        {"sleep", "sleep 1000", "1000 = 0 + 0 + 1000"},
        {"until an instant that has passed", "work 900;sleep 800", "900 = 900 + 0 + 0"},
        {"a request", "work 900;begin 0 1000;work 500;end 0", "1500 = 1400 + 0 + 100: 500"},
        {"a pause fills part of the gap before it",
         "work 700;collect 2;begin 0 1000;work 500;end 0", "1500 = 1200 + 200 + 100: 500"},
        {"a pause outlasts the gap and delays it", "work 900;collect 2;begin 0 1000;work 500;end 0",
         "1600 = 1400 + 200 + 0: 600"},
        {"a pause inside it", "begin 0 1000;work 500;collect 2;end 0",
         "1700 = 500 + 200 + 1000: 700"},
        {"two, one while the other waits",
         "begin 0 0;work 100;wait 0 300;begin 1 50;work 200;end 1;resume 0 400;work 50;end 0",
         "450 = 350 + 0 + 100: 250, 450"},
        {"a pause after the end of one delays the other",
         "begin 0 0;work 100;wait 0 300;begin 1 50;work 200;end 1;collect 2;resume 0 400;work "
         "50;end 0",
         "550 = 350 + 200 + 0: 250, 550"},
        {"a pause in the first burst delays everyone behind it, but nobody waits for its wait",
         "begin 0 0;work 100;collect 2;wait 0 300;begin 1 50;work 200;end 1;resume 0 400;work "
         "50;end 0",
         "550 = 350 + 200 + 0: 450, 650"},
        {"what a burst was too early by goes on into the next wait",
         "begin 0 0;work 100;collect 2;wait 0 300;resume 0 400;work 50;wait 0 100;resume 0 550;end "
         "0",
         "550 = 150 + 200 + 200: 750"},
        {"a wait that has ended by then",
         "begin 0 0;work 100;wait 0 50;begin 1 50;work 200;end 1;resume 0 150;work 50;end 0",
         "350 = 350 + 0 + 0: 250, 350"},
        {"slots are used again", "begin 0 100;work 10;end 0;begin 0 105;work 10;end 0",
         "120 = 20 + 0 + 100: 10, 15"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &(struct tiny){.program = rows[i].program}, NULL);
        tiny_check_finished(rows[i].what, &run);
        check_text(rows[i].what, times(&text, &run), rows[i].times);
        run_fini(&run);
    }
}

/* A timer that collects is due at 300. */
TEST(a_timer_and_requests)
{
    static const struct {
        const char *what, *program, *times;
    } rows[] = {
        {"in a burst: the request under way has it, and who is behind",
         "begin 0 0;work 500;work 500;end 0;begin 0 600;work 100;end 0",
         "1300 = 1100 + 200 + 0: 1200, 700"},
        {"in native code: at its end, of the same request",
         "begin 0 0;native;work 500;work 500;return;work 1;end 0;begin 0 9000;work 100;end 0",
         "9100 = 1101 + 200 + 7799: 1201, 100"},
        {"in the last operation of a burst", "begin 0 0;work 500;end 0;begin 0 800;work 100;end 0",
         "900 = 600 + 200 + 100: 700, 100"},
        {"while the program waits: nobody, if it is over by then",
         "begin 0 0;work 100;end 0;begin 0 900;work 100;end 0", "1000 = 200 + 200 + 600: 100, 100"},
        {"while the program waits: who comes before it is over",
         "begin 0 0;work 100;end 0;begin 0 400;work 100;end 0", "600 = 200 + 200 + 200: 100, 200"},
        {"while it waits for I/O: who is resumed before it is over",
         "begin 0 0;work 100;wait 0 300;resume 0 400;work 100;end 0", "600 = 200 + 200 + 200: 600"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(
            &run,
            &(struct tiny){.program = rows[i].program, .timers = {300}, .collects_in_timer = true},
            NULL);
        tiny_check_finished(rows[i].what, &run);
        check_text(rows[i].what, times(&text, &run), rows[i].times);
        run_fini(&run);
    }
}

/* "slack of idle" of each request, in the order in which they end. */
static const char *slacks(struct text *text, const struct run *run)
{
    for (size_t i = 0; i < run->record.request_count; i++)
        text_add(text, "%s%" PRIu64 " of %" PRIu64, i == 0 ? "" : ", ",
                 run->record.requests[i].slack_ns, run->record.requests[i].idle_ns);
    return text->text;
}

TEST(slack)
{
    static const struct {
        const char *what, *program, *slacks;
    } rows[] = {
        {"before it began", "work 900;begin 0 1000;work 500;end 0;begin 1 1600;work 1;end 1",
         "100 of 100, 200 of 200"},
        {"not what passes while it waits for itself alone",
         "begin 0 100;work 10;wait 0 50;resume 0 160;work 10;end 0", "100 of 150"},
        {"but what it could have been resumed later by",
         "begin 0 100;work 10;wait 0 50;sleep 130;work 40;resume 0 160;work 10;end 0",
         "110 of 120"},
        {"no more than there was idle time",
         "begin 0 100;work 10;wait 0 50;work 90;resume 0 160;work 10;end 0", "100 of 100"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &(struct tiny){.program = rows[i].program}, NULL);
        tiny_check_finished(rows[i].what, &run);
        check_text(rows[i].what, slacks(&text, &run), rows[i].slacks);
        run_fini(&run);
    }
}

/* "latency, without pauses" of each request, in the order in which they end. */
static const char *with_and_without(struct text *text, const struct run *run)
{
    for (size_t i = 0; i < run->record.request_count; i++)
        text_add(text, "%s%" PRIu64 ", %" PRIu64, i == 0 ? "" : "; ",
                 run->record.requests[i].latency_ns, run->record.requests[i].undelayed_ns);
    return text->text;
}

TEST(latencies_without_pauses)
{
    static const struct {
        const char *what, *program, *latencies;
    } rows[] = {
        {"no pause", "begin 0 1000;work 500;end 0", "500, 500"},
        {"a pause in it", "begin 0 1000;work 500;collect 2;end 0", "700, 500"},
        {"behind another", "begin 0 0;work 50;collect 2;end 0;begin 0 40;work 20;end 0",
         "250, 50; 230, 30"},
        {"made up for in between", "begin 0 0;work 50;collect 2;end 0;begin 0 900;work 20;end 0",
         "250, 50; 20, 20"},
        {"before traffic comes", "work 50;collect 2;event startup_done;begin 0 100;work 30;end 0",
         "30, 30"},
        {"from before start-up has ended to behind it",
         "begin 0 10;work 50;collect 2;event startup_done;work 30;end 0", "280, 80"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &(struct tiny){.program = rows[i].program}, NULL);
        tiny_check_finished(rows[i].what, &run);
        check_text(rows[i].what, with_and_without(&text, &run), rows[i].latencies);
        run_fini(&run);
    }
}

/* Runs the first `length` characters of a program, then so many collections, then the rest. */
static void run_with_pauses(struct run *run, const char *program, size_t length, int pauses,
                            bool whole)
{
    struct text text = {.text = ""};
    text_add(&text, "%.*s", (int)length, program);
    for (int i = 0; i < pauses; i++)
        text_add(&text, "%scollect 2", text.length ? ";" : "");
    if (whole)
        text_add(&text, "%s", length ? program + length : ";");
    if (whole && length == 0)
        text_add(&text, "%s", program);
    tiny_run(run, &(struct tiny){.program = text.text}, NULL);
    tiny_check_finished(text.text, run);
}

static size_t occurrences(const char *text, size_t length, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at && at < text + length; at = strstr(at + 1, part))
        count++;
    return count;
}

/* Slots end in the order in which they begin. */
static void check_pauses_at(const char *program, size_t place, int pauses)
{
    struct run without, before, with;
    uint64_t pause_ns = 200 * (uint64_t)pauses;
    run_with_pauses(&without, program, strlen(program), 0, false);
    run_with_pauses(&before, program, place, 0, false);
    run_with_pauses(&with, program, place, pauses, true);
    size_t begun = occurrences(program, place, "begin");
    for (size_t i = 0; i < without.record.request_count; i++) {
        const struct request *request = &without.record.requests[i];
        uint64_t undelayed_ns = request->undelayed_ns;
        check_count(program, with.record.requests[i].undelayed_ns, undelayed_ns);
        if (without.result.pause_ns == 0)
            check_count(program, undelayed_ns, request->latency_ns);
    }
    for (size_t i = begun; i < without.record.request_count; i++) {
        const struct request *request = &without.record.requests[i];
        uint64_t made_up_ns = request->slack_ns - before.result.idle_ns;
        check_that(program, request->slack_ns >= before.result.idle_ns);
        check_count(program, with.record.requests[i].latency_ns,
                    request->latency_ns + (pause_ns > made_up_ns ? pause_ns - made_up_ns : 0));
    }
    run_fini(&without);
    run_fini(&before);
    run_fini(&with);
}

/* A pause anywhere delays every request that begins after it by what its slack says. */
TEST(a_pause_more)
{
    static const char *const programs[] = {
        "work 50;begin 0 100;work 30;end 0;begin 0 200;work 90;end 0;begin 0 210;work 40;end 0;"
        "begin 0 500;work 10;end 0;begin 0 900;work 10;end 0",
        "work 50;begin 0 100;work 30;wait 0 40;begin 1 110;work 50;wait 1 80;resume 0 170;work 30;"
        "wait 0 100;resume 1 260;work 20;wait 1 60;resume 0 310;work 20;end 0;resume 1 340;"
        "work 10;end 1;begin 0 600;work 10;wait 0 300;begin 1 700;work 40;wait 1 200;"
        "resume 0 910;work 10;end 0;resume 1 940;work 15;end 1",
        "begin 0 10;work 20;collect 2;wait 0 100;begin 1 60;work 150;wait 1 30;resume 0 130;"
        "work 50;wait 0 300;resume 1 240;work 70;end 1;resume 0 600;end 0;begin 0 800;work 9;end 0",
    };
    for (size_t i = 0; i < LENGTH(programs); i++)
        for (const char *place = programs[i]; place; place = strchr(place + 1, ';'))
            for (int pauses = 1; pauses <= 3; pauses++)
                check_pauses_at(programs[i], (size_t)(place - programs[i]), pauses);
}

TEST(a_slower_machine)
{
    struct run run;
    struct text text = {.text = ""};
    tiny_run(
        &run,
        &(struct tiny){.program = "new 0 0;drop 0;collect 2;work 100;sleep 5980", .slowdown = 20},
        NULL);
    tiny_check_finished("slowdown", &run);
    /* 20 × 47, and work, which was scaled when it was emitted; 20 × 200. */
    check_text("slowdown", times(&text, &run), "5980 = 1040 + 4000 + 940");
    run_fini(&run);
}

TEST(timers_and_events)
{
    static const struct {
        const char *what;
        struct tiny tiny;
        const char *log, *times;
    } rows[] = {
        {"a timer fires while idle, at its instant",
         {.program = "sleep 10000", .timers = {4000}},
         "idle@0 timer@4000",
         "10000 = 0 + 0 + 10000"},
        {"two, set in the wrong order",
         {.program = "sleep 10000", .timers = {7000, 3000}},
         "idle@0 timer@3000 timer@7000",
         "10000 = 0 + 0 + 10000"},
        {"two at one instant",
         {.program = "sleep 10000", .timers = {3000, 3000}},
         "idle@0 timer@3000 timer@3000",
         "10000 = 0 + 0 + 10000"},
        {"at the end of the gap",
         {.program = "sleep 10000;work 1", .timers = {10000}},
         "idle@0 timer@10000",
         "10001 = 1 + 0 + 10000"},
        {"a timer sets the next",
         {.program = "sleep 10000", .timers = {1000}, .period_ns = 4000},
         "idle@0 timer@1000 timer@5000 timer@9000",
         "10000 = 0 + 0 + 10000"},
        {"a collection uses the gap",
         {.program = "sleep 10000", .timers = {4000}, .collects_in_timer = true},
         "idle@0 timer@4000 gc2@4200",
         "10000 = 0 + 200 + 9800"},
        {"and delays what comes next if it outlasts it",
         {.program = "sleep 10000;work 1", .timers = {9900}, .collects_in_timer = true},
         "idle@0 timer@9900 gc2@10100",
         "10101 = 1 + 200 + 9900"},
        {"and the next timer",
         {.program = "sleep 10000", .timers = {4000, 4100}, .collects_in_timer = true},
         "idle@0 timer@4000 gc2@4200 timer@4200 gc2@4400",
         "10000 = 0 + 400 + 9600"},
        {"while it works, after the operation",
         {.program = "work 1000;work 1", .timers = {500}},
         "timer@1000",
         "1001 = 1001 + 0 + 0"},
        {"after the last one, too",
         {.program = "work 1000", .timers = {500}},
         "timer@1000",
         "1000 = 1000 + 0 + 0"},
        {"between two operations of the heap",
         {.program = "fill 3", .timers = {50}},
         "timer@92",
         "138 = 138 + 0 + 0"},
        {"never, if the program ends before",
         {.program = "work 1000", .timers = {5000}},
         "",
         "1000 = 1000 + 0 + 0"},
        {"not in native code, but at its end",
         {.program = "native;work 1000;new 0 0;work 1000;return;work 1", .timers = {500}},
         "timer@2046",
         "2047 = 2047 + 0 + 0"},
        {"an instant that has passed is the next one",
         {.program = "work 1000;event step_done;sleep 2000", .passes_on = "step_done"},
         "step_done@1000 idle@1000 timer@1001",
         "2000 = 1000 + 0 + 1000"},
        {"idle is reported for each wait, and only if it waits",
         {.program =
              "sleep 100;sleep 100;sleep 50;begin 0 200;wait 0 10;resume 0 210;end 0;begin 0 30"},
         "idle@0 idle@100 idle@200",
         "210 = 0 + 0 + 210: 10"},
        {"a collection when idle",
         {.program = "sleep 150;sleep 1000", .collects_on = "idle"},
         "idle@0 gc2@200 idle@200 gc2@400",
         "1000 = 0 + 400 + 600"},
        {"the program's events",
         {.program = "event startup_done;work 1;event request_end;work 1;event disconnect;"
                     "event report_done;event critical_begin;work 1;event critical_end;"
                     "event step_done"},
         "startup_done@0 request_end@1 disconnect@2 report_done@2 critical_begin@2 critical_end@3 "
         "step_done@3",
         "3 = 3 + 0 + 0"},
        {"a collection in the middle of one instant",
         {.program = "event disconnect;event step_done", .collects_on = "disconnect"},
         "disconnect@0 gc2@200 step_done@200",
         "200 = 0 + 200 + 0"},
        {"the program's own collections are told of, too",
         {.program = "collect 0;collect 1"},
         "gc0@200 gc1@400",
         "400 = 0 + 400 + 0"},
        {"a collection called for in `collected` is ignored",
         {.program = "collect 1;work 10;collect 2", .collects_when_told = true},
         "gc1@200 gc2@410",
         "410 = 10 + 400 + 0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text log = {.text = ""}, text = {.text = ""};
        tiny_run(&run, &rows[i].tiny, &log);
        check_text(rows[i].what, log.text, rows[i].log);
        tiny_check_finished(rows[i].what, &run);
        check_text(rows[i].what, times(&text, &run), rows[i].times);
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
    check_count("now", gc_now_ns(gc), 2 * 46 + 220 + 500); /* the pause is 200 + 20.1 */
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
    check_that("enabled", collector->enabled);
    gc_freeze(gc);
    check_count("freeze", collector->count[0], 0);
    gc_unfreeze(gc);
    gc_collect(gc, 2);
    check_count("collected", collector->stats[2].collections, 1);
}

TEST(the_gc_interface)
{
    static const struct policy policy = {.about = {.name = "look"}, .event = look};
    struct tiny tiny = {.program = "new 0 0;collect 0;new 1 1;work 500;event step_done"};
    const struct setting workload = tiny_workload(&tiny);
    const struct setting setting = {.component = &policy.about, .state = &tiny};
    struct run run;
    run_simulation(&run, &(struct simulation_setup){
                             .collector = collector_version("cpython-3.11"),
                             .costs = &tiny_costs,
                             .workload = &workload,
                             .policy = &setting,
                         });
    tiny_check_finished("the program", &run);
    check_count("collections", run.record.collection_count, 2);
    check_count("cause", run.record.collections[0].cause, CAUSE_program);
    check_count("cause", run.record.collections[1].cause, CAUSE_policy);
    check_count("frozen and unfrozen", run.record.collections[1].before[2], 2);
    run_fini(&run);
}

/* As OPERATION:OBJECTS IN GENERATION 0. */
TEST(when_automatic_collections_run)
{
    static const struct {
        const char *what, *collector, *program, *collections;
    } rows[] = {
        {"3.11: the new object is not examined", "cpython-3.11", "threshold 10;fill 35",
         "11:10 22:11 33:11"},
        {"3.12: it is", "cpython-3.12", "threshold 10;fill 35", "11:11 22:11 33:11"},
        {"3.11: inside a native section", "cpython-3.11", "threshold 10;native;fill 35;return",
         "12:10 23:11 34:11"},
        {"3.12: once, after it", "cpython-3.12", "threshold 10;native;fill 35;return", "37:35"},
        {"3.13: the same", "cpython-3.13", "threshold 10;native;fill 35;return", "37:35"},
        {"nothing asked for it", "cpython-3.12", "threshold 10;native;fill 10;return", ""},
        {"once after each of two", "cpython-3.12",
         "threshold 4;native;fill 5;return;native;fill 10;return", "7:5 19:10"},
        {"not if it is disabled by then", "cpython-3.12",
         "threshold 4;native;fill 5;disable;return", ""},
        {"not if everything is frozen by then", "cpython-3.12",
         "threshold 4;native;fill 5;freeze;return", ""},
        {"not if the threshold is higher by then", "cpython-3.12",
         "threshold 4;native;fill 5;threshold 5;return", ""},
        {"the program's own runs inside, and answers it", "cpython-3.12",
         "threshold 4;native;fill 5;collect 0;return", "7:5"},
        {"what was asked for is answered once", "cpython-3.12",
         "threshold 4;native;fill 5;return;disable;native;fill 12;enable;return", "7:5"},
        {"disabled", "cpython-3.11", "threshold 10;disable;fill 35", ""},
        {"enabled again: at the next allocation", "cpython-3.11",
         "threshold 3;disable;fill 5;enable;work 1;new 5 0", "9:5"},
        {"threshold 0", "cpython-3.11", "threshold 0;fill 35", ""},
        {"a drop counts down", "cpython-3.11", "threshold 4;new 0 0;new 1 0;drop 0;drop 1;fill 5",
         "9:4"},
        {"freeze sets the counter to 0", "cpython-3.11",
         "threshold 4;new 0 0;new 1 0;freeze;fill 7", "10:6"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &(struct tiny){.program = rows[i].program, .collector = rows[i].collector},
                 NULL);
        tiny_check_finished(rows[i].what, &run);
        for (size_t c = 0; c < run.record.collection_count; c++) {
            const struct collection *collection = &run.record.collections[c];
            text_add(&text, "%s%" PRIu64 ":%" PRIu64, c ? " " : "", collection->operation,
                     collection->before[0]);
            check_count(rows[i].what, collection->sequence, c);
        }
        check_text(rows[i].what, text.text, rows[i].collections);
        run_fini(&run);
    }
}

/* `new` into a register that holds something, when it sets off a collection: the old object is
 * still there while it runs, and is freed from where it was promoted to. */
TEST(the_old_object_goes_after_the_allocation)
{
    static const struct {
        const char *collector;
        uint64_t before, young, middle;
    } rows[] = {{"cpython-3.11", 1, 1, 0}, {"cpython-3.12", 2, 0, 1}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run,
                 &(struct tiny){.program = "threshold 1;new 0 0;new 0 0",
                                .collector = rows[i].collector},
                 NULL);
        tiny_check_finished(rows[i].collector, &run);
        check_count(rows[i].collector, run.record.collection_count, 1);
        check_count(rows[i].collector, run.record.collections[0].cause, CAUSE_threshold);
        check_count(rows[i].collector, run.record.collections[0].before[0], rows[i].before);
        check_count(rows[i].collector, run.result.totals.tracked[0], rows[i].young);
        check_count(rows[i].collector, run.result.totals.tracked[1], rows[i].middle);
        check_count(rows[i].collector, run.result.totals.freed_by_count[1], 1);
        run_fini(&run);
    }
}

/* Two cycles of one object, of which one is dropped; pause by the formula: 200 + 20.1 × 2 + 4.0 × 2
 * + 46.9 × 1. */
TEST(what_is_told_of_a_collection)
{
    struct run run;
    tiny_run(&run,
             &(struct tiny){.program = "new 0 1;store 0 0 0;new 1 1;store 1 0 1;drop 1;collect 1",
                            .permanent = 3},
             NULL);
    tiny_check_finished("the program", &run);
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
    check_count("promoted", c->promoted, 1);
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

TEST(what_collections_promote)
{
    static const struct {
        const char *what, *program, *promoted;
    } rows[] = {
        {"what is in generation 0", "new 0 0;new 1 0;collect 0", "2"},
        {"and in 1", "new 0 0;collect 0;new 1 0;collect 1", "1 2"},
        {"what is in 2 stays there", "new 0 0;collect 1;new 1 0;new 2 0;collect 2", "1 2"},
        {"survivors alone", "new 0 1;store 0 0 0;drop 0;new 1 0;collect 0", "1"},
        {"of the young ones, whatever of the old ones is garbage",
         "new 0 1;store 0 0 0;collect 1;new 1 1;store 1 0 1;drop 0;drop 1;new 2 0;collect 2",
         "1 1"},
        {"not what is frozen", "new 0 0;freeze;new 1 0;collect 0", "1"},
        {"nothing", "collect 0;collect 2", "0 0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text text = {.text = ""};
        tiny_run(&run, &(struct tiny){.program = rows[i].program, .permanent = 3}, NULL);
        tiny_check_finished(rows[i].what, &run);
        for (size_t c = 0; c < run.record.collection_count; c++)
            text_add(&text, c ? " %" PRIu64 : "%" PRIu64, run.record.collections[c].promoted);
        check_text(rows[i].what, text.text, rows[i].promoted);
        run_fini(&run);
    }
}

/* "operation: …" of each event. */
static const char *gc_events(struct text *text, const struct run_record *record)
{
    for (size_t i = 0; i < record->gc_event_count; i++) {
        const struct gc_event *event = &record->gc_events[i];
        text_add(text, "%s%" PRIu64 ": ", i ? "; " : "", event->operation);
        if (event->kind == GC_EVENT_COLLECTION)
            text_add(text, "gc%d %" PRIu64 " %" PRIu64 " %" PRIu64 " + %" PRIu64, event->generation,
                     event->before[0], event->before[1], event->before[2], event->permanent);
        else if (event->kind == GC_EVENT_DONE)
            text_add(text, "done %" PRIu64 ", %" PRIu64 " ns", event->unreachable, event->pause_ns);
        else if (event->kind == GC_EVENT_COLLECT)
            text_add(text, "returns %" PRId64, event->answer);
        else
            text_add(text, "end %" PRIu32 " %" PRIu32 " %" PRIu32 ", %" PRIu64 " of %" PRIu64,
                     event->count[0], event->count[1], event->count[2], event->stats[0].collected,
                     event->stats[0].collections);
    }
    return text->text;
}

TEST(what_module_gc_is_told_to_do)
{
    static const struct {
        struct tiny tiny;
        const char *told;
    } rows[] = {
        {{.program = ""}, "0: end 0 0 0, 0 of 0"},
        {{.program = "new 0 0;new 1 0"}, "2: end 2 0 0, 0 of 0"},
        {{.program = "new 0 1;store 0 0 0;drop 0;collect 0;new 0 0", .permanent = 3},
         "3: gc0 1 0 0 + 3; 3: done 1, 271 ns; 3: returns 1; 5: end 1 1 0, 1 of 1"},
        {{.program = "threshold 1;new 0 0;new 1 0"},
         "2: gc0 1 0 0 + 0; 2: done 0, 220 ns; 3: end 0 1 0, 0 of 1"},
        {{.program = "threshold 1;new 0 0;new 1 0", .collector = "cpython-3.12"},
         "2: gc0 2 0 0 + 0; 2: done 0, 240 ns; 3: end 0 1 0, 0 of 1"},
        {{.program = "event idle", .collects_on = "idle"},
         "0: gc2 0 0 0 + 0; 0: done 0, 200 ns; 1: end 0 0 0, 0 of 0"},
        {{.program = "new 0 0;drop 3"}, ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text log = {.text = ""}, text = {.text = ""};
        tiny_run(&run, &rows[i].tiny, &log);
        check_text(rows[i].tiny.program, gc_events(&text, &run.record), rows[i].told);
        run_fini(&run);
    }
}

TEST(startup_done_is_when_service_begins)
{
    static const struct {
        const char *program;
        uint64_t service_ns;
    } rows[] = {
        {"work 700;collect 2;event startup_done;work 50", 900},
        {"work 700;event request_end", 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        tiny_run(&run, &(struct tiny){.program = rows[i].program}, NULL);
        check_count(rows[i].program, run.result.service_ns, rows[i].service_ns);
        run_fini(&run);
    }
}

/* What start-up is late by moves everything behind it; what came after that is late does not. */
TEST(traffic_comes_to_a_service_that_is_ready)
{
    static const struct {
        const char *what, *program, *collects_on, *times;
        uint64_t service_ns, first_arrival_ns;
    } rows[] = {
        {"a pause of start-up", "work 50;collect 2;event startup_done;begin 0 60;work 5;end 0",
         NULL, "265 = 55 + 200 + 10: 5", 250, 260},
        {"one of the policy as it ends", "work 50;event startup_done;begin 0 60;work 5;end 0",
         "startup_done", "265 = 55 + 200 + 10: 5", 250, 260},
        {"one before it says so", "work 50;begin 0 60;work 5;end 0;event startup_done",
         "startup_done", "265 = 55 + 200 + 10: 5", 265, 60},
        {"one that a sleep in start-up makes up for",
         "work 50;collect 2;sleep 300;event startup_done;begin 0 310;work 5;end 0", NULL,
         "315 = 55 + 200 + 60: 5", 300, 310},
        {"and one that it makes up for in part",
         "work 50;collect 2;sleep 100;event startup_done;begin 0 110;work 5;end 0", NULL,
         "265 = 55 + 200 + 10: 5", 250, 260},
        {"a pause behind it", "work 50;event startup_done;collect 2;begin 0 60;work 5;end 0", NULL,
         "255 = 55 + 200 + 0: 195", 50, 60},
        {"a request that waits",
         "collect 2;event startup_done;begin 0 10;work 5;wait 0 20;resume 0 35;work 5;end 0", NULL,
         "240 = 10 + 200 + 30: 30", 200, 210},
        {"a service that begins again",
         "collect 2;event startup_done;begin 0 10;work 5;collect 2;end 0;event startup_done;"
         "begin 0 20;work 5;end 0",
         NULL, "425 = 10 + 400 + 15: 205, 5", 415, 210},
        {"a program that never says so", "collect 2;begin 0 10;work 5;end 0", NULL,
         "205 = 5 + 200 + 0: 195", 0, 10},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct run run;
        struct text log = {.text = ""}, text = {.text = ""};
        tiny_run(&run,
                 &(struct tiny){.program = rows[i].program, .collects_on = rows[i].collects_on},
                 &log);
        check_text(rows[i].what, times(&text, &run), rows[i].times);
        check_count(rows[i].what, run.result.service_ns, rows[i].service_ns);
        check_count(rows[i].what, run.result.first_arrival_ns, rows[i].first_arrival_ns);
        run_fini(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks),
        cmocka_unit_test(a_timer_and_requests),
        cmocka_unit_test(slack),
        cmocka_unit_test(latencies_without_pauses),
        cmocka_unit_test(a_pause_more),
        cmocka_unit_test(a_slower_machine),
        cmocka_unit_test(timers_and_events),
        cmocka_unit_test(the_gc_interface),
        cmocka_unit_test(when_automatic_collections_run),
        cmocka_unit_test(the_old_object_goes_after_the_allocation),
        cmocka_unit_test(what_is_told_of_a_collection),
        cmocka_unit_test(what_collections_promote),
        cmocka_unit_test(what_module_gc_is_told_to_do),
        cmocka_unit_test(startup_done_is_when_service_begins),
        cmocka_unit_test(traffic_comes_to_a_service_that_is_ready),
    };
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
