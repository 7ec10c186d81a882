/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One worker with the GIL and up to `slots` requests in flight. A request is a sequence of bursts
 * of work with waits (I/O) between them. Whenever the worker is free it takes the burst that became
 * ready first; a request that arrives while all slots are taken waits for one.
 *
 * The order is decided on the nominal clock (sim/model/program.h), as if collections took no time.
 */
#ifndef PYGCSIM_SIM_MODEL_SCHEDULE_H
#define PYGCSIM_SIM_MODEL_SCHEDULE_H

#include <stdint.h>

#include "sim/base/event_queue.h"
#include "sim/model/program.h"

struct schedule {
    struct event_queue waiting; /* tag: the slot; time: when its wait ends */
    uint32_t *free_slots;       /* a stack */
    uint32_t free_count, slots;
};

enum schedule_step { SCHEDULE_BEGIN, SCHEDULE_RESUME, SCHEDULE_DONE };

void schedule_init(struct schedule *schedule, uint32_t slots);
void schedule_fini(struct schedule *schedule);

/* Chooses the next burst, emits its beginning and leaves its slot in *slot. `next_arrival_ns` is
 * the instant of the next request, UINT64_MAX if none will come; after SCHEDULE_BEGIN that request
 * has been admitted and the caller draws the one after it. */
enum schedule_step schedule_next(struct schedule *schedule, struct program *program,
                                 uint64_t next_arrival_ns, uint32_t *slot);

/* Ends the burst under way: its request waits for ns, or has been answered. */
void schedule_wait(struct schedule *schedule, struct program *program, uint32_t slot, uint64_t ns);
void schedule_end(struct schedule *schedule, struct program *program, uint32_t slot);

#endif
