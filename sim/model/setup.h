/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run is given: everything that makes it what it is. The same setup gives the same run, to
 * the last bit. */
#ifndef PYGCSIM_SIM_MODEL_SETUP_H
#define PYGCSIM_SIM_MODEL_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/setting.h"
#include "sim/model/collector.h"

#define SAMPLE_AUTO  UINT64_MAX /* a 250th of the planned time; twice that after every 500 */
#define SAMPLE_NEVER 0

struct compiled;
struct costs;
struct engine;
struct snapshot;

struct simulation_setup {
    const struct engine *engine;
    const struct collector_version *collector;
    const struct costs *costs; /* what it takes in time; NULL: that of the collector's set */
    const struct setting *workload, *policy; /* borrowed while the run lasts */
    /* The workload's program, or its first window, for the interval engine; NULL: it compiles for
     * itself. Borrowed too. */
    const struct compiled *compiled;
    uint64_t seed;
    uint64_t sample_ns; /* wall time between two samples, SAMPLE_AUTO or SAMPLE_NEVER */
    uint64_t warmup_ns; /* wall time after start-up until the steady state; it changes nothing but
                           what the result says of it */
    bool listens;       /* somebody is to hear of all that module gc does (struct gc_event) */
    uint64_t permanent; /* objects of the interpreter's own in the permanent generation */
    /* Where a picture of the heap goes as the program ends (sim/inspect/snapshot.h): zeros before;
     * or NULL. An engine that cannot take one is refused. */
    struct snapshot *snapshot;
};

#endif
