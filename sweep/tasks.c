/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a worker does next. It stays with its program as long as there is something to do for it;
 * then it begins another; only if there is none, or there are as many under way as workers, it
 * helps others with theirs. */
#include "sweep/executor_parts.h"

#define AHEAD_MOST    3   /* windows that a long program is compiled ahead of its slowest run */
#define ADVANCES_MOST 256 /* runs of a program that are under way at a time */

/* ---- of one program ------------------------------------------------------------------- */

/* Alone, a worker compiles a window of a long program, and takes all runs over it while it is in
 * the caches. With others, one of them compiles all the time. */
static bool is_compile_due(const struct executor *executor, const struct batch *batch)
{
    size_t ahead = executor->execution->workers > 1 ? AHEAD_MOST : 1;
    if (batch->compiling || batch->complete || batch->failed)
        return false;
    if (!batch->is_long || batch->windows == 0)
        return true;
    return batch->windows < ahead && batch->bytes < executor->keep_bytes;
}

/* Of the runs under way that can go on the one that is the last. */
static struct advance *find_last(const struct batch *batch)
{
    struct advance *last = NULL;
    for (struct advance *advance = batch->advances; advance; advance = advance->next)
        if (!advance->worker && (advance->window || batch->failed) &&
            (!last || advance->passed < last->passed))
            last = advance;
    return last;
}

/* Many runs side by side must not take the memory that each would have by itself. */
static bool is_room_for_another(const struct executor *executor, const struct batch *batch)
{
    const struct memory_account *account = executor->execution->account;
    if (batch->under_way < executor->execution->workers)
        return true;
    return batch->under_way < ADVANCES_MOST &&
           (!account || !account->limit_bytes ||
            account->taken_bytes < (int64_t)(account->limit_bytes / 2));
}

static struct advance *begin_run(struct worker *worker, struct batch *batch)
{
    struct executor *executor = worker->executor;
    const struct planned_run *runs = executor->plan->runs;
    struct advance *advance = worker->spare;
    size_t program = (size_t)(batch - executor->batches);
    if (batch->to_take == 0 || !(batch->first || batch->failed) ||
        !is_room_for_another(executor, batch))
        return NULL;
    while (runs[batch->next].program != program || runs[batch->next].ended)
        batch->next++;
    worker->spare = NULL;
    batch_enter(batch, advance);
    advance->run = &runs[batch->next++];
    if (executor->execution->begun)
        executor->execution->begun(executor->execution->context, advance->run);
    return advance;
}

/* Do runs that may not begin yet hold up all others? */
static bool is_stuck(const struct batch *batch)
{
    for (const struct advance *advance = batch->advances; advance; advance = advance->next)
        if (advance->worker)
            return false;
    return batch->is_long && batch->to_take > 0 && batch->under_way > 0 && !batch->compiling;
}

static bool take_task_of(struct worker *worker, struct batch *batch, struct task *task)
{
    *task = (struct task){.batch = batch};
    if (!batch || batch->state != LIVE)
        return false;
    if (is_compile_due(worker->executor, batch))
        return batch->compiling = true;
    task->advance = find_last(batch);
    if (!task->advance)
        task->advance = begin_run(worker, batch);
    if (task->advance) {
        task->advance->worker = worker;
        return true;
    }
    if (!is_stuck(batch))
        return false;
    windows_free(batch_defer(batch));
    return take_task_of(worker, batch, task);
}

/* ---- of all of them ------------------------------------------------------------------- */

static void begin_batch(struct executor *executor, struct batch *batch)
{
    const struct execution *execution = executor->execution;
    batch->state = LIVE;
    executor->live++;
    if (execution->begun && execution_compiles(execution, (size_t)(batch - executor->batches)))
        execution->begun(execution->context, NULL);
}

/* A program that nobody has begun, if there may be one more. */
static struct batch *another_batch(struct executor *executor)
{
    size_t count = executor->plan->program_count;
    while (executor->first < count && executor->batches[executor->first].state == DONE)
        executor->first++;
    if (executor->live == executor->execution->workers)
        return NULL;
    for (size_t i = executor->first; i < count; i++) {
        if (executor->batches[i].state == WAITING) {
            begin_batch(executor, &executor->batches[i]);
            return &executor->batches[i];
        }
    }
    return NULL;
}

static bool find_task(struct worker *worker, struct task *task)
{
    struct executor *executor = worker->executor;
    if (take_task_of(worker, worker->batch, task) ||
        take_task_of(worker, another_batch(executor), task))
        return true;
    for (size_t i = executor->first; i < executor->plan->program_count; i++)
        if (take_task_of(worker, &executor->batches[i], task))
            return true;
    return false;
}

bool take_task(struct worker *worker, struct task *task)
{
    struct executor *executor = worker->executor;
    const struct execution *execution = executor->execution;
    while (!executor_is_stopped(executor)) {
        if (find_task(worker, task)) {
            worker->batch = task->batch;
            if (execution->turned)
                execution->turned(execution->context, task->advance ? task->advance->run : NULL);
            return true;
        }
        if (executor->live == 0)
            return false;
        pthread_cond_wait(&executor->changed, &executor->lock);
    }
    return false;
}
