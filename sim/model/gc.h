/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a policy sees and does: Python's gc module, a clock, a timer and a reading of memory; not
 * the heap, and not the future. Names and meaning follow the functions of module gc. */
#ifndef PYGCSIM_SIM_MODEL_GC_H
#define PYGCSIM_SIM_MODEL_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/collector.h"

struct gc;

/* Collects generation 0, 1 or 2 now; ignored while a collection runs. */
void gc_collect(struct gc *gc, int generation);

void gc_freeze(struct gc *gc);
void gc_unfreeze(struct gc *gc);
void gc_enable(struct gc *gc);
void gc_disable(struct gc *gc);

/* A threshold of -1 leaves that one as it is. */
void gc_set_threshold(struct gc *gc, int64_t t0, int64_t t1, int64_t t2);

/* Read-only: count, threshold, enabled and stats of the collector. */
const struct collector *gc_state(const struct gc *gc);

/* Wall time, ns since the program began. */
uint64_t gc_now_ns(const struct gc *gc);

/* Bytes of all objects, garbage included: what the process's memory would show. */
uint64_t gc_heap_bytes(const struct gc *gc);

/* Calls the policy's `timer` at that wall instant: between two operations, or while idle. */
void gc_set_timer(struct gc *gc, uint64_t wall_ns);

#endif
