/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/model/schedule.h"

#include <stdlib.h>

#include "sim/base/allocate.h"

void schedule_init(struct schedule *schedule, uint32_t slots)
{
    *schedule = (struct schedule){.slots = slots, .free_count = slots};
    schedule->free_slots = allocate_zeroed(slots, sizeof *schedule->free_slots);
    for (uint32_t i = 0; i < slots; i++)
        schedule->free_slots[i] = slots - 1 - i;
}

void schedule_fini(struct schedule *schedule)
{
    event_queue_fini(&schedule->waiting);
    free(schedule->free_slots);
    *schedule = (struct schedule){0};
}

enum schedule_step schedule_next(struct schedule *schedule, struct program *program,
                                 uint64_t next_arrival_ns, uint32_t *slot)
{
    uint64_t ready_ns = event_queue_due(&schedule->waiting);
    uint64_t arrival_ns = schedule->free_count ? next_arrival_ns : UINT64_MAX;
    if (ready_ns == UINT64_MAX && arrival_ns == UINT64_MAX)
        return SCHEDULE_DONE;
    if (arrival_ns < ready_ns) {
        *slot = schedule->free_slots[--schedule->free_count];
        program_begin(program, *slot, arrival_ns);
        return SCHEDULE_BEGIN;
    }
    *slot = event_queue_pop(&schedule->waiting).tag;
    program_resume(program, *slot, ready_ns);
    return SCHEDULE_RESUME;
}

void schedule_wait(struct schedule *schedule, struct program *program, uint32_t slot, uint64_t ns)
{
    event_queue_push(&schedule->waiting, program->nominal_ns + ns, 0, slot);
    program_wait(program, slot, ns);
}

void schedule_end(struct schedule *schedule, struct program *program, uint32_t slot)
{
    schedule->free_slots[schedule->free_count++] = slot;
    program_end(program, slot);
}
