/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events to come, in the order (time, priority, sequence number). The sequence number is the
 * queue's own, so events of one instant and priority leave in the order they entered: nothing
 * depends on addresses or on the order of a hash. A binary heap in one array; no allocation per
 * event. */
#ifndef PYGCSIM_SIM_BASE_EVENT_QUEUE_H
#define PYGCSIM_SIM_BASE_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
    uint64_t time_ns;
    uint32_t priority; /* smaller first */
    uint32_t tag;      /* whatever the owner of the queue wants to know it by */
    uint64_t sequence; /* set by event_queue_push */
};

struct event_queue {
    struct event *events; /* a heap: events[i] is before events[2i + 1] and events[2i + 2] */
    size_t count, capacity;
    uint64_t next_sequence;
};

/* An all-zero queue is empty and valid. */
void event_queue_fini(struct event_queue *queue);
void event_queue_push(struct event_queue *queue, uint64_t time_ns, uint32_t priority, uint32_t tag);

/* Takes the first event out; the queue must not be empty. */
struct event event_queue_pop(struct event_queue *queue);

static inline bool event_queue_empty(const struct event_queue *queue)
{
    return queue->count == 0;
}

/* When the first event is due, UINT64_MAX if there is none. */
static inline uint64_t event_queue_due(const struct event_queue *queue)
{
    return queue->count ? queue->events[0].time_ns : UINT64_MAX;
}

#endif
