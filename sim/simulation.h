/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One run: a program, under one policy, on one interpreter version. Everything a run touches hangs
 * off its own struct, so any number can run side by side in threads. The same setup gives the same
 * run, to the last bit.
 *
 * The run loop keeps wall time = mutator time + pauses + waiting. Before each operation whatever is
 * due by then fires: samples, then the policy's timers. While the program waits they fire at their
 * own instant; a collection that outlasts the wait delays what comes next.
 *
 * Bursts of requests come in the order in which they would without pauses. A request that a pause
 * has delayed begins its wait later, and is ready later than its place in that order assumes. The
 * worker does not stand idle for it, or the delay would spread to everyone behind it and never be
 * made up for: its burst runs in its place, and the difference is added to when it ends. */
#ifndef PYGCSIM_SIM_SIMULATION_H
#define PYGCSIM_SIM_SIMULATION_H

#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/param.h"
#include "sim/model/age.h"
#include "sim/model/collector.h"
#include "sim/model/costs.h"
#include "sim/model/ending.h"
#include "sim/model/engine.h"
#include "sim/model/observer.h"
#include "sim/model/policy.h"
#include "sim/model/setup.h"
#include "sim/model/workload.h"

/* How a run ended: X(identifier, meaning). */
#define RUN_STATUSES(X)                                                                            \
    X(planned, "not begun, or nothing of it stored yet")                                           \
    X(unfinished, "still running, or killed: what is stored is true but not all")                  \
    X(finished, "ran to its end")                                                                  \
    X(out_of_memory, "an allocation did not fit into the workload's memory limit")                 \
    X(failed, "stopped by an error")

enum run_status {
#define X(name, meaning) RUN_##name,
    RUN_STATUSES(X)
#undef X
        RUN_STATUS_COUNT
};
extern const char *const run_status_names[RUN_STATUS_COUNT + 1];

struct simulation_result {
    enum run_status status; /* RUN_failed: the error says why */
    uint64_t operations, requests;
    uint64_t born; /* objects, but for the interpreter's own */
    uint64_t wall_ns, mutator_ns, pause_ns, idle_ns;
    uint64_t service_ns; /* wall instant of startup_done, after what the policy did; 0: never */
    /* Wall instant of the steady state, which begins warmup_ns after startup_done, or after the
     * beginning if there is none, at the first operation from then on; the end if it never came; 0
     * if it is the whole program. And mutator time, and objects born, by then. */
    uint64_t steady_ns, steady_mutator_ns, steady_born;
    uint64_t first_arrival_ns, last_answer_ns;  /* of requests; 0 if there were none */
    uint64_t events[PROGRAM_EVENT_COUNT];       /* how often each was reported */
    uint64_t early_events[PROGRAM_EVENT_COUNT]; /* by the beginning of the steady state */
    uint64_t sample_ns;                         /* the interval used */
    struct prices prices;                       /* by which pauses were worked out; */
    struct prices prices_at[PRICE_ENDS];        /* and over the range of scatter */
    struct engine_totals totals;
    struct ages ages; /* the objects that the totals count as freed, by age */
    struct collector_stats stats[GENERATIONS];
    struct ending ending; /* of a run that finished; all of the above is as it was before it was
                             looked at what collections would find */
};

/* A run under way, window by window of its compiled program (sim/interval/compiled.h), in memory
 * that does not grow with the program's length. Windows of one program may be read by many runs at
 * the same time, each in a thread of its own; one that a run has passed it does not need any more.
 */
struct simulation;

/* Before the first operation. setup->compiled is the program's first window, or the whole program,
 * and is looked at only in here; NULL for an engine that does not compile, or is to compile for
 * itself. `setup` itself is not needed after; what it refers to, and the observer, is borrowed
 * until simulation_free. NULL, with a line in *error, if it cannot be. */
struct simulation *simulation_new(const struct simulation_setup *setup,
                                  const struct observer *observer, struct error *error);

/* Runs to the end of the program's next window, which is the first one in the first call (NULL, if
 * setup->compiled was: then to the end of the program). Returns 0 if the next window is due; 1 if
 * the run has ended (also because memory has run out of the program's limit, or the observer gave
 * up); -1 with a line in *error if it has failed. */
int simulation_advance(struct simulation *simulation, const struct compiled *window,
                       struct error *error);

/* What has come of a run that has ended. Returns 0, or -1 as `simulate` does. */
int simulation_finish(struct simulation *simulation, struct simulation_result *result,
                      struct error *error);
void simulation_free(struct simulation *simulation); /* of NULL: nothing */

/* Runs to the end. Returns 0 (also when the program ran out of its memory limit), or -1 with a line
 * in *error if the program is malformed or the observer gave up (then the line is empty). */
int simulate(const struct simulation_setup *setup, const struct observer *observer,
             struct simulation_result *result, struct error *error);

#endif
