/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs for which there was not memory enough while others were under way. Which of several meets
 * the limit first is chance; so they are done again when all others are over, one at a time, with
 * the compiler of a program for that run alone. Only what there is no room for then has failed. */
#include <stdlib.h>

#include "sim/base/attempt.h"
#include "sweep/executor_parts.h"

uint64_t alone_refusals(const struct executor *executor)
{
    const struct memory_account *account = executor->execution->account;
    return account ? account->refusals : 0;
}

/* The only run, a window at a time, has had all the memory there is. */
static bool was_alone(const struct executor *executor, const struct batch *batch)
{
    return executor->plan->to_do == 1 && batch->is_long;
}

bool alone_is_due(const struct executor *executor, const struct advance *advance,
                  uint64_t refusals_before)
{
    const struct batch *batch = advance->batch;
    bool refused = advance->window ? alone_refusals(executor) != refusals_before : batch->refused;
    return refused && !was_alone(executor, batch);
}

void alone_add(struct worker *worker, const struct advance *advance)
{
    struct executor *executor = worker->executor;
    struct error error;
    pthread_mutex_lock(&executor->lock);
    executor->alone[executor->alone_count++] = (struct run_alone){advance->run, advance->told};
    pthread_mutex_unlock(&executor->lock);
    if (store_run_again(executor->execution->store, advance->run->id, &error) != 0)
        executor_give_up(executor, &error);
}

struct alone {
    struct worker *worker;
    const struct run_alone *run;
    struct advance *advance;
};

static int run_one(void *context, struct error *error)
{
    struct alone *alone = context;
    (void)error;
    alone->advance = advance_new();
    alone->advance->worker = alone->worker;
    alone->advance->run = alone->run->run;
    alone->advance->told = alone->run->told;
    advance_run_whole(alone->worker, alone->advance);
    return 0;
}

static int free_one(void *context, struct error *error)
{
    struct alone *alone = context;
    (void)error;
    advance_free(alone->advance);
    return 0;
}

void alone_run_all(struct worker *worker)
{
    struct executor *executor = worker->executor;
    struct memory_account *account = executor->execution->account;
    struct error error;
    for (size_t i = 0; i < executor->alone_count && !executor_is_stopped(executor); i++) {
        struct alone alone = {.worker = worker, .run = &executor->alone[i]};
        if (executor->execution->turned)
            executor->execution->turned(executor->execution->context, alone.run->run);
        if (attempt_within(account, run_one, &alone, &error) != 0)
            executor_give_up(executor, &error);
        attempt_within(account, free_one, &alone, &error);
    }
}
