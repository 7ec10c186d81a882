/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/executor.h"

#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sweep/executor_parts.h"

/* A program that takes no more is kept as a whole. */
#define KEEP_BYTES (UINT64_C(256) << 20)

bool executor_is_stopped(const struct executor *executor)
{
    return executor->broken || (executor->execution->stop && *executor->execution->stop);
}

bool execution_compiles(const struct execution *execution, size_t program)
{
    return execution->plan->programs[program].engine->compiles && !execution->compiled;
}

void executor_give_up(struct executor *executor, const struct error *error)
{
    pthread_mutex_lock(&executor->lock);
    if (!executor->broken)
        executor->error = *error;
    executor->broken = true;
    pthread_mutex_unlock(&executor->lock);
}

/* ---- progress ------------------------------------------------------------------------- */

double execution_parts(const struct execution *execution)
{
    const struct plan *plan = execution->plan;
    double parts = (double)plan->to_do;
    for (size_t i = 0; i < plan->program_count; i++)
        parts += plan->programs[i].to_do && execution_compiles(execution, i) ? COMPILE_PART : 0;
    return parts;
}

/* The caller has the lock. */
static void tell_progress(struct worker *worker)
{
    struct executor *executor = worker->executor;
    const struct execution *execution = executor->execution;
    executor->parts += worker->parts;
    worker->parts = 0;
    if (execution->advanced)
        execution->advanced(execution->context, executor->parts);
}

static void note_progress(struct worker *worker, double *told, double now, double weight)
{
    if (now <= *told)
        return;
    worker->parts += (now - *told) * weight;
    *told = now;
}

void worker_did(struct worker *worker, double *told, double now, double weight)
{
    note_progress(worker, told, now, weight);
    if (pthread_mutex_trylock(&worker->executor->lock) != 0)
        return;
    tell_progress(worker);
    pthread_mutex_unlock(&worker->executor->lock);
}

/* ---- doing it ------------------------------------------------------------------------- */

/* A run has passed its window, or ended. Returns windows that nobody needs any more. The caller has
 * the lock. */
static struct window *end_advance(struct worker *worker, struct advance *advance, bool ended)
{
    struct batch *batch = advance->batch;
    advance->worker = NULL;
    if (!ended) {
        note_progress(worker, &advance->told, advance->window->part, 1);
        return batch_pass(batch, advance);
    }
    if (!advance->put_off)
        note_progress(worker, &advance->told, 1, 1);
    return batch_leave(batch, advance);
}

/* The caller has the lock. */
static void end_batch(struct worker *worker, struct batch *batch)
{
    struct executor *executor = worker->executor;
    if (execution_compiles(executor->execution, (size_t)(batch - executor->batches)))
        note_progress(worker, &batch->told, 1, COMPILE_PART);
    batch_fini(batch);
    batch->state = DONE;
    executor->live--;
}

static void end_task(struct worker *worker, const struct task *task, bool ended)
{
    struct executor *executor = worker->executor;
    struct batch *batch = task->batch;
    struct window *passed = NULL;
    pthread_mutex_lock(&executor->lock);
    if (task->advance)
        passed = end_advance(worker, task->advance, ended);
    if (batch->to_end == 0 && !batch->compiling && batch->state == LIVE)
        end_batch(worker, batch);
    else if (batch_is_between_passes(batch))
        batch_begin_pass(batch);
    tell_progress(worker);
    pthread_cond_broadcast(&executor->changed);
    pthread_mutex_unlock(&executor->lock);
    windows_free(passed);
}

static void do_task(struct worker *worker, const struct task *task)
{
    struct advance *advance = task->advance;
    bool ended = false;
    if (advance)
        ended = advance_run(worker, advance);
    else
        batch_compile(worker, task->batch);
    end_task(worker, task, ended);
    if (!ended)
        return;
    if (worker->spare) {
        advance_free(advance);
    } else {
        advance_reuse(advance);
        worker->spare = advance;
    }
}

static bool take(struct worker *worker, struct task *task)
{
    if (!worker->spare)
        worker->spare = advance_new();
    pthread_mutex_lock(&worker->executor->lock);
    bool taken = take_task(worker, task);
    pthread_mutex_unlock(&worker->executor->lock);
    return taken;
}

static void prepare(struct worker *worker)
{
    worker->meter = meter_new();
    worker->values = allocate_zeroed(metric_count(), sizeof *worker->values);
}

static int do_tasks(void *context, struct error *error)
{
    struct worker *worker = context;
    struct task task;
    (void)error;
    prepare(worker);
    while (take(worker, &task))
        do_task(worker, &task);
    return 0;
}

static int do_alone(void *context, struct error *error)
{
    struct worker *worker = context;
    (void)error;
    prepare(worker);
    alone_run_all(worker);
    return 0;
}

static int free_worker(void *context, struct error *error)
{
    struct worker *worker = context;
    (void)error;
    free(worker->values);
    meter_free(worker->meter);
    advance_free(worker->spare);
    worker->values = NULL;
    worker->meter = NULL;
    worker->spare = NULL;
    return 0;
}

/* A run for which there is no memory fails by itself (sweep/advance.c). If there is none for what a
 * worker needs besides, everybody stops. What it has is given back to the account that it is from.
 */
static void work_at(struct worker *worker, int (*action)(void *context, struct error *error))
{
    struct executor *executor = worker->executor;
    struct memory_account *account = executor->execution->account;
    struct error error;
    if (attempt_within(account, action, worker, &error) != 0)
        executor_give_up(executor, &error);
    attempt_within(account, free_worker, worker, &error);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct executor *executor = worker->executor;
    work_at(worker, do_tasks);
    pthread_mutex_lock(&executor->lock);
    pthread_cond_broadcast(&executor->changed); /* others may be waiting for nothing */
    pthread_mutex_unlock(&executor->lock);
    return NULL;
}

/* This thread is one of the workers: if no other can be had, it does it all. */
static void work_side_by_side(struct executor *executor)
{
    unsigned started = 1;
    while (started < executor->execution->workers &&
           pthread_create(&executor->workers[started].thread, NULL, work,
                          &executor->workers[started]) == 0)
        started++;
    work(&executor->workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(executor->workers[i].thread, NULL);
}

/* ---- all of it ------------------------------------------------------------------------ */

static uint64_t keep_bytes(const struct execution *execution)
{
    uint64_t each = execution->compile.memory_bytes / execution->workers;
    return execution->compile.memory_bytes && each < KEEP_BYTES ? each : KEEP_BYTES;
}

static void init(struct executor *executor)
{
    const struct plan *plan = executor->plan;
    unsigned workers = executor->execution->workers;
    executor->keep_bytes = keep_bytes(executor->execution);
    executor->batches = allocate_zeroed(plan->program_count, sizeof *executor->batches);
    executor->workers = allocate_zeroed(workers, sizeof *executor->workers);
    executor->alone = allocate_zeroed(plan->to_do + 1, sizeof *executor->alone);
    for (size_t i = 0; i < plan->program_count; i++)
        batch_init(&executor->batches[i], i, executor->execution);
    for (size_t i = plan->run_count; i-- > 0;)
        executor->batches[plan->runs[i].program].next = i;
    for (unsigned i = 0; i < workers; i++)
        executor->workers[i].executor = executor;
    pthread_mutex_init(&executor->lock, NULL);
    pthread_cond_init(&executor->changed, NULL);
}

/* What was under way when it stopped. */
static int free_batches(void *context, struct error *error)
{
    struct executor *executor = context;
    (void)error;
    for (size_t i = 0; i < executor->plan->program_count; i++) {
        struct batch *batch = &executor->batches[i];
        while (batch->advances) {
            struct advance *advance = batch->advances;
            batch->advances = advance->next;
            advance_free(advance);
        }
        batch_fini(batch);
    }
    return 0;
}

int execute(const struct execution *execution, struct error *error)
{
    struct executor executor = {.execution = execution, .plan = execution->plan};
    struct error none;
    init(&executor);
    work_side_by_side(&executor);
    attempt_within(execution->account, free_batches, &executor, &none);
    if (executor.alone_count)
        work_at(&executor.workers[0], do_alone);
    pthread_cond_destroy(&executor.changed);
    pthread_mutex_destroy(&executor.lock);
    free(executor.batches);
    free(executor.workers);
    free(executor.alone);
    if (executor.broken)
        *error = executor.error;
    return executor.broken ? -1 : 0;
}
