/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/event_queue.h"

#include <stdlib.h>

#include "tests/unit/check.h"

static int compare(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

TEST(order)
{
    static const struct {
        const char *what;
        struct event in[4];
        uint32_t out[4]; /* tags */
    } rows[] = {
        {"by time", {{30, 0, 1}, {10, 0, 2}, {40, 0, 3}, {20, 0, 4}}, {2, 4, 1, 3}},
        {"one instant: by priority", {{9, 3, 1}, {9, 1, 2}, {9, 2, 3}, {9, 0, 4}}, {4, 2, 3, 1}},
        {"one instant and priority: as they came",
         {{9, 1, 4}, {9, 1, 3}, {9, 1, 2}, {9, 1, 1}},
         {4, 3, 2, 1}},
        {"time before priority", {{10, 9, 1}, {11, 0, 2}, {10, 8, 3}, {11, 1, 4}}, {3, 1, 2, 4}},
        {"the ends of time",
         {{UINT64_MAX, 0, 1}, {0, 7, 2}, {UINT64_MAX - 1, 0, 3}, {0, 6, 4}},
         {4, 2, 3, 1}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct event_queue queue = {0};
        for (size_t j = 0; j < 4; j++)
            event_queue_push(&queue, rows[i].in[j].time_ns, rows[i].in[j].priority,
                             rows[i].in[j].tag);
        for (size_t j = 0; j < 4; j++) {
            uint64_t due_ns = event_queue_due(&queue);
            struct event event = event_queue_pop(&queue);
            check_count(rows[i].what, event.tag, rows[i].out[j]);
            check_count(rows[i].what, event.time_ns, due_ns);
        }
        check_that(rows[i].what, event_queue_empty(&queue));
        event_queue_fini(&queue);
    }
}

TEST(an_empty_queue)
{
    struct event_queue queue = {0};
    check_that("empty", event_queue_empty(&queue));
    check_that("never due", event_queue_due(&queue) == UINT64_MAX);
    event_queue_push(&queue, 5, 0, 0);
    check_that("not empty", !event_queue_empty(&queue));
    check_count("due", event_queue_due(&queue), 5);
    event_queue_pop(&queue);
    check_that("empty again", event_queue_empty(&queue));
    check_that("never due again", event_queue_due(&queue) == UINT64_MAX);
    event_queue_fini(&queue);
    check_that("usable after fini", event_queue_empty(&queue));
    event_queue_push(&queue, 6, 0, 0);
    check_count("due", event_queue_due(&queue), 6);
    event_queue_fini(&queue);
}

/* Many ties: few instants, few priorities. */
TEST(random_against_a_sort)
{
    enum { EVENTS = 5000 };
    static struct event events[EVENTS];
    uint64_t seed = 1;
    for (int round = 0; round < 20; round++) {
        struct event_queue queue = {0};
        for (uint32_t i = 0; i < EVENTS; i++) {
            events[i] = (struct event){test_random_below(&seed, 300),
                                       (uint32_t)test_random_below(&seed, 4), i, i};
            event_queue_push(&queue, events[i].time_ns, events[i].priority, i);
        }
        qsort(events, EVENTS, sizeof *events, compare);
        for (size_t i = 0; i < EVENTS; i++)
            check_count("the next of the sorted ones", event_queue_pop(&queue).tag, events[i].tag);
        event_queue_fini(&queue);
    }
}

/* Pushing and popping by turns, as a simulation does. */
TEST(random_against_a_search)
{
    struct event held[64];
    size_t count = 0;
    uint64_t seed = 2, sequence = 0;
    struct event_queue queue = {0};
    for (uint32_t i = 0; i < 20000; i++) {
        bool push = count == 0 || (count < LENGTH(held) && test_random_below(&seed, 2));
        if (push) {
            held[count] = (struct event){test_random_below(&seed, 50),
                                         (uint32_t)test_random_below(&seed, 3), i, sequence++};
            event_queue_push(&queue, held[count].time_ns, held[count].priority, i);
            count++;
            continue;
        }
        size_t first = 0;
        for (size_t j = 1; j < count; j++)
            if (compare(&held[j], &held[first]) < 0)
                first = j;
        check_count("the least of those held", event_queue_pop(&queue).tag, held[first].tag);
        held[first] = held[--count];
        check_count("how many are left", queue.count, count);
    }
    event_queue_fini(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),
        cmocka_unit_test(an_empty_queue),
        cmocka_unit_test(random_against_a_sort),
        cmocka_unit_test(random_against_a_search),
    };
    return cmocka_run_group_tests_name("event_queue", tests, NULL, NULL);
}
