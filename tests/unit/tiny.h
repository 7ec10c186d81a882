/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workload whose program is given as text, and a policy that notes what it is told: runs small
 * enough to work out by hand. */
#ifndef PYGCSIM_TESTS_UNIT_TINY_H
#define PYGCSIM_TESTS_UNIT_TINY_H

#include "sim/simulation.h"
#include "tests/unit/record.h"

/* Of all its runs: no cache is in the way of what they find, so pauses can be worked out by hand.
 */
extern const struct costs tiny_costs;

struct tiny {
    /* Operations with ';' between them: those of heap scripts (collect with its generation,
     * threshold with one number), and work NS, begin SLOT INSTANT, wait SLOT NS, resume SLOT, end
     * SLOT, sleep INSTANT, native, return (native code begins, ends), event NAME, fill N (new
     * objects without fields, in registers 0 … N − 1). */
    const char *program;

    const struct engine *engine;             /* of tiny_simulate; NULL: the reference */
    const char *collector;                   /* NULL: cpython-3.11 */
    uint64_t sample_ns, warmup_ns;           /* as in struct simulation_setup */
    uint64_t permanent;                      /* so too */
    uint64_t planned_ns, memory_limit_bytes; /* as in struct program */
    double slowdown;                         /* 0: 1 */
    size_t stretch;                          /* operations emitted at a time; 0: all */
    const char *failure;                     /* start fails with this; NULL: it does not */
    int *stopped;                            /* counts the calls of stop; may be NULL */

    /* What the policy does besides noting. */
    uint64_t timers[4];      /* set at start; 0: none */
    uint64_t period_ns;      /* a timer sets the next; 0: none */
    const char *collects_on; /* the event at which it collects generation 2 */
    const char *passes_on;   /* the event at which it sets a timer for the instant 5, long past */
    bool collects_in_timer;  /* generation 2 */
    bool collects_when_told; /* in `collected`, where it is ignored */

    /* The run's own. */
    struct text *log;
    struct op *ops;
    size_t count, capacity, next;
};

/* The workload's setting; `tiny` has to live as long. Not to be finished. */
struct setting tiny_workload(struct tiny *tiny);

/* Runs it with the reference and every other engine, and ends the test if they do not do the same.
 * What the policy was told is noted in *log, which may be NULL: EVENT@INSTANT, timer@INSTANT, and
 * gcGENERATION@INSTANT when a collection has ended. Calls of stop are counted for one engine only.
 */
void tiny_run(struct run *run, const struct tiny *tiny, struct text *log);

/* With one engine, and an observer of one's own; returns what `simulate` does. */
int tiny_simulate(const struct tiny *tiny, struct text *log, const struct observer *observer,
                  struct simulation_result *result, struct error *error);

/* It ran to its end without an error, and its clocks add up. */
void tiny_check_finished(const char *what, const struct run *run);

#endif
