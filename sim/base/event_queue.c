/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/event_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/base/allocate.h"

static bool before(const struct event *a, const struct event *b)
{
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    if (a->priority != b->priority)
        return a->priority < b->priority;
    return a->sequence < b->sequence;
}

void event_queue_fini(struct event_queue *queue)
{
    free(queue->events);
    *queue = (struct event_queue){0};
}

void event_queue_push(struct event_queue *queue, uint64_t time_ns, uint32_t priority, uint32_t tag)
{
    queue->events =
        allocate_grow(queue->events, &queue->capacity, queue->count + 1, sizeof *queue->events);
    const struct event event = {time_ns, priority, tag, queue->next_sequence++};
    size_t i = queue->count++;
    while (i > 0 && before(&event, &queue->events[(i - 1) / 2])) {
        queue->events[i] = queue->events[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    queue->events[i] = event;
}

struct event event_queue_pop(struct event_queue *queue)
{
    assert(queue->count > 0);
    struct event *events = queue->events;
    const struct event first = events[0], last = events[--queue->count];
    size_t i = 0;
    for (size_t child = 1; child < queue->count; child = 2 * i + 1) {
        if (child + 1 < queue->count && before(&events[child + 1], &events[child]))
            child++;
        if (!before(&events[child], &last))
            break;
        events[i] = events[child];
        i = child;
    }
    events[i] = last;
    return first;
}
