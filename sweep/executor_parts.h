/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of the executor: what its parts share. For others there is sweep/executor.h.
 *
 * A program is compiled window by window, and its runs advance over the windows. Both are *tasks*,
 * which workers take under one lock (sweep/tasks.c). A *batch* is a program with the windows that
 * some run has still to pass (sweep/batch.c); an *advance* is a run under way (sweep/advance.c).
 *
 * A short program is compiled as a whole and kept, and then one run after the other is begun and
 * ended; so a sweep that is killed has lost little. If a program will come to more than is kept,
 * its runs are all begun and go side by side, and it is not compiled further than a few windows
 * ahead of the slowest: what it takes does not depend on how long it is. Runs that have met the
 * limit of memory meanwhile are put off, until they can be alone (sweep/alone.c).
 *
 * Holds: a window is kept exactly as long as a run of the pass has to pass it; runs that are to
 * come have to pass all. A batch's fields change under the lock, but for those of whoever has its
 * `compiling`; an advance's, but for its `window`, belong to the worker that has it. */
#ifndef PYGCSIM_SWEEP_EXECUTOR_PARTS_H
#define PYGCSIM_SWEEP_EXECUTOR_PARTS_H

#include <pthread.h>

#include "results/store/metrics.h"
#include "sim/interval/compiled.h"
#include "sim/simulation.h"
#include "sweep/executor.h"

struct window {
    struct window *next;
    const struct compiled *compiled; /* `own`, or one that was given */
    struct compiled own;
    uint64_t bytes;
    double part;    /* of the program that is over by its end */
    size_t to_pass; /* runs that have not passed it */
};

struct advance {
    struct advance *next; /* of the batch's */
    struct batch *batch;
    const struct planned_run *run;
    struct run_plan plan;
    struct worker *worker; /* has it; NULL: none */
    struct window *window; /* its next; NULL: is not there yet */
    uint64_t passed;       /* windows */
    struct simulation *simulation;
    struct simulation_result result;
    struct record *record;
    struct observer progress, observer;
    double told;  /* of the run: what progress knows of */
    bool put_off; /* it has failed, and is to be run alone */
};

struct batch {
    enum { WAITING, LIVE, DONE } state;
    struct compiler *compiler;
    bool compiling; /* a worker has the compiler */
    bool complete;  /* its last window is there */
    bool is_long;   /* it is not kept as a whole */
    bool failed;    /* it could not be compiled further: why */
    struct error why;
    bool refused;                /* since there was not memory enough, with others under way */
    struct window *first, *last; /* those that some run has to pass */
    size_t windows;
    uint64_t bytes;           /* of these */
    struct advance *advances; /* runs under way */
    size_t under_way;
    size_t next;    /* in the plan: where to look for its next run */
    size_t to_take; /* runs of this pass that have not begun; */
    size_t later;   /* of later ones; */
    size_t to_end;  /* of all */
    double told;    /* of compiling: what progress knows of */
};

struct run_alone {
    const struct planned_run *run;
    double told; /* as of struct advance */
};

struct executor {
    const struct execution *execution;
    const struct plan *plan;
    struct batch *batches; /* by program of the plan */
    struct worker *workers;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there may be something to do now */
    size_t first;           /* batch that is not done */
    size_t live;
    uint64_t keep_bytes; /* a program that takes no more is kept as a whole */
    atomic_bool broken;  /* nothing more can be stored: why */
    struct error error;
    double parts;            /* that are done */
    struct run_alone *alone; /* runs for which there was not memory enough beside others */
    size_t alone_count;
};

struct worker {
    struct executor *executor;
    struct batch *batch;   /* that it has last had a task of */
    struct advance *spare; /* for its next run */
    struct meter *meter;
    double *values;
    double parts; /* that are done, and progress does not know of yet */
    pthread_t thread;
};

/* What a worker is to do next. */
struct task {
    struct batch *batch;
    struct advance *advance; /* NULL: compile the next window */
};

/* ---- executor.c ---- */

bool executor_is_stopped(const struct executor *executor);

/* Is the plan's program to be compiled? If not, runs generate it, or it is there already. */
bool execution_compiles(const struct execution *execution, size_t program);

/* Nothing can be stored any more: everybody stops. The caller has not got the lock. */
void executor_give_up(struct executor *executor, const struct error *error);

/* Of something that counts so much, a part is done `now`, and progress knew of the part `told`. The
 * caller has not got the lock. */
void worker_did(struct worker *worker, double *told, double now, double weight);

/* ---- tasks.c ---- */

/* The next task; waits for one if need be. False: there is nothing left, or no point. The caller
 * has the lock, and the worker a spare. */
bool take_task(struct worker *worker, struct task *task);

/* ---- batch.c ---- */

void batch_init(struct batch *batch, size_t program, const struct execution *execution);
void batch_fini(struct batch *batch);

/* Compiles the next window, or fails. The caller has not got the lock. */
void batch_compile(struct worker *worker, struct batch *batch);

/* The caller of these has the lock. A run begins; has passed its window; passes none any more;
 * those that have not begun are for a later pass. They return windows that nobody needs any more,
 * for windows_free. */
void batch_enter(struct batch *batch, struct advance *advance);
struct window *batch_pass(struct batch *batch, struct advance *advance);
struct window *batch_leave(struct batch *batch, struct advance *advance);
struct window *batch_defer(struct batch *batch);
void windows_free(struct window *windows);

/* Have all runs of a pass ended, and is there another pass? Then it is begun, with the lock. */
bool batch_is_between_passes(const struct batch *batch);
void batch_begin_pass(struct batch *batch);

/* ---- advance.c ---- */

struct advance *advance_new(void);
void advance_free(struct advance *advance);

/* It is to be used for another run. */
void advance_reuse(struct advance *advance);

/* Takes the run over its window. True: it has ended, or failed, and is stored; or it was told to
 * stop. The caller has not got the lock. */
bool advance_run(struct worker *worker, struct advance *advance);

/* The same from the run's beginning to its end, with nobody else at work. */
void advance_run_whole(struct worker *worker, struct advance *advance);

/* ---- alone.c ---- */

/* How often there has been too little memory so far. */
uint64_t alone_refusals(const struct executor *executor);

/* A run has failed: is that to be seen again, with nobody else at work? It needs a window that
 * could not be compiled, or has failed in one since that many refusals. */
bool alone_is_due(const struct executor *executor, const struct advance *advance,
                  uint64_t refusals_before);

/* Puts it off. The caller has not got the lock. */
void alone_add(struct worker *worker, const struct advance *advance);

/* Runs all that have been put off. */
void alone_run_all(struct worker *worker);

#endif
