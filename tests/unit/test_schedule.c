/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/schedule.h"

#include <stdio.h>

#include "tests/unit/check.h"

#define REQUESTS 4

/* One burst, or two with a wait between them. */
struct request {
    uint64_t arrival_ns, work_ns, wait_ns, more_ns;
};

struct trace {
    char text[400];
    int length;
};

static void note(struct trace *trace, char what, uint32_t request, uint64_t nominal_ns)
{
    trace->length += snprintf(
        trace->text + trace->length, sizeof trace->text - (size_t)trace->length, "%s%c%u@%llu",
        trace->length ? " " : "", what, request, (unsigned long long)nominal_ns);
}

/* The last operation is the one that the schedule should have emitted. */
static void check_emitted(const char *what, const struct program *program, enum op_code code,
                          uint32_t slot)
{
    check_that(what, program->count > 0);
    check_count(what, program->ops[program->count - 1].code, code);
    check_count(what, program->ops[program->count - 1].a, slot);
}

/* Runs the burst that began; B, R, W, E: begin, resume, wait, end, with the request and the
 * instant. */
static void run_burst(const char *what, struct schedule *schedule, struct program *program,
                      uint32_t slot, uint32_t number, const struct request *request, bool first,
                      struct trace *trace)
{
    check_emitted(what, program, first ? OP_BEGIN : OP_RESUME, slot);
    if (first)
        check_count(what, program->ops[program->count - 1].ns, request->arrival_ns);
    note(trace, first ? 'B' : 'R', number, program->nominal_ns);
    program_work(program, first ? request->work_ns : request->more_ns);
    if (first && request->wait_ns) {
        schedule_wait(schedule, program, slot, request->wait_ns);
        check_emitted(what, program, OP_WAIT, slot);
        check_count(what, program->ops[program->count - 1].ns, request->wait_ns);
    } else {
        schedule_end(schedule, program, slot);
        check_emitted(what, program, OP_END, slot);
        note(trace, 'E', number, program->nominal_ns);
    }
}

static void run_schedule(const char *what, uint32_t slots, const struct request *requests,
                         struct trace *trace)
{
    struct program program = {.slots = slots, .slowdown = 1};
    struct schedule schedule;
    uint32_t held[REQUESTS], next = 0, slot; /* by slot: its request */
    schedule_init(&schedule, slots);
    for (;;) {
        bool any = next < REQUESTS && requests[next].work_ns;
        enum schedule_step step =
            schedule_next(&schedule, &program, any ? requests[next].arrival_ns : UINT64_MAX, &slot);
        if (step == SCHEDULE_DONE)
            break;
        check_that(what, slot < slots && (step == SCHEDULE_RESUME || any));
        if (step == SCHEDULE_BEGIN)
            held[slot] = next++;
        run_burst(what, &schedule, &program, slot, held[slot], &requests[held[slot]],
                  step == SCHEDULE_BEGIN, trace);
    }
    check_count(what, schedule.free_count, slots);
    schedule_fini(&schedule);
    program_fini(&program);
}

TEST(order_of_bursts)
{
    static const struct {
        const char *what;
        uint32_t slots;
        struct request requests[REQUESTS];
        const char *trace;
    } rows[] = {
        {"no requests", 2, {{0}}, ""},
        {"the worker is idle until the first", 2, {{100, 10}}, "B0@100 E0@110"},
        {"one after the other", 2, {{0, 10}, {50, 10}}, "B0@0 E0@10 B1@50 E1@60"},
        {"one arrives while the other computes",
         2,
         {{0, 100}, {50, 10}},
         "B0@0 E0@100 B1@100 E1@110"},
        {"one computes while the other waits",
         2,
         {{0, 10, 100, 5}, {20, 30}},
         "B0@0 B1@20 E1@50 R0@110 E0@115"},
        {"a wait that ends while another computes",
         2,
         {{0, 10, 20, 5}, {20, 30}},
         "B0@0 B1@20 E1@50 R0@50 E0@55"},
        {"the first that was ready goes first",
         3,
         {{0, 100}, {60, 10}, {50, 10}},
         "B0@0 E0@100 B1@100 E1@110 B2@110 E2@120"},
        {"ready before the other arrived",
         2,
         {{0, 10, 50, 5}, {20, 100}, {70, 10}},
         "B0@0 B1@20 E1@120 R0@120 E0@125 B2@125 E2@135"},
        {"arrived before the other was ready",
         3,
         {{0, 10, 60, 5}, {20, 100}, {69, 10}},
         "B0@0 B1@20 E1@120 B2@120 E2@130 R0@130 E0@135"},
        {"at one instant a wait's end goes first",
         3,
         {{0, 10, 60, 5}, {20, 100}, {70, 10}},
         "B0@0 B1@20 E1@120 R0@120 E0@125 B2@125 E2@135"},
        {"two waits end at one instant: as they began",
         3,
         {{0, 10, 50, 5}, {10, 10, 40, 5}},
         "B0@0 B1@10 R0@60 E0@65 R1@65 E1@70"},
        {"a free slot is waited for",
         1,
         {{0, 10, 100, 5}, {20, 30}},
         "B0@0 R0@110 E0@115 B1@115 E1@145"},
        {"with all slots taken, waits go on",
         2,
         {{0, 10, 100, 5}, {1, 10, 20, 5}, {2, 10}},
         "B0@0 B1@10 R1@40 E1@45 B2@45 E2@55 R0@110 E0@115"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct trace trace = {.text = ""};
        run_schedule(rows[i].what, rows[i].slots, rows[i].requests, &trace);
        check_text(rows[i].what, trace.text, rows[i].trace);
    }
}

TEST(slots_are_used_from_0)
{
    enum { SLOTS = 5 };
    struct program program = {.slots = SLOTS, .slowdown = 1};
    struct schedule schedule;
    schedule_init(&schedule, SLOTS);
    for (uint32_t expected = 0; expected < SLOTS; expected++) {
        uint32_t slot;
        check_count("step", schedule_next(&schedule, &program, 0, &slot), SCHEDULE_BEGIN);
        check_count("slot", slot, expected);
        schedule_wait(&schedule, &program, slot, 1000 - expected);
    }
    for (uint32_t expected = SLOTS; expected-- > 0;) { /* full; the shortest wait ends first */
        uint32_t slot;
        check_count("step", schedule_next(&schedule, &program, 0, &slot), SCHEDULE_RESUME);
        check_count("slot", slot, expected);
        schedule_wait(&schedule, &program, slot, 5000);
    }
    schedule_fini(&schedule);
    program_fini(&program);
}

/* A slower machine works longer; waits and arrivals do not change. */
TEST(slowdown)
{
    struct program program = {.slots = 1, .slowdown = 2.5};
    program_work(&program, 10);
    check_count("the operation", program.ops[0].ns, 25);
    check_count("the clock", program.nominal_ns, 25);
    program_sleep(&program, 20);
    check_count("an instant that has passed", program.nominal_ns, 25);
    program_sleep(&program, 30);
    check_count("an instant to come", program.nominal_ns, 30);
    program_fini(&program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_bursts),
        cmocka_unit_test(slots_are_used_from_0),
        cmocka_unit_test(slowdown),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
