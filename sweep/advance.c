/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sim/base/attempt.h"
#include "sweep/executor_parts.h"

#define COLLECTIONS_AT_ONCE 65536 /* of one run: kept back, and then stored */

struct advance *advance_new(void)
{
    struct advance *advance = allocate_zeroed(1, sizeof *advance);
    advance->record = record_new();
    return advance;
}

void advance_free(struct advance *advance)
{
    if (!advance)
        return;
    simulation_free(advance->simulation);
    record_free(advance->record);
    free(advance);
}

void advance_reuse(struct advance *advance)
{
    struct record *record = advance->record;
    simulation_free(advance->simulation);
    *advance = (struct advance){.record = record};
}

/* ---- what it tells -------------------------------------------------------------------- */

static int on_progress(void *context, double fraction)
{
    struct advance *advance = context;
    worker_did(advance->worker, &advance->told, fraction, 1);
    return executor_is_stopped(advance->worker->executor) ? -1 : 0;
}

/* Of a long run, collections go in as they come. There may be many between two reports of progress,
 * so this ends it too if it is to stop. */
static int on_collected(void *context, struct record *record)
{
    const struct advance *advance = context;
    struct executor *executor = advance->worker->executor;
    struct error error;
    if (executor_is_stopped(executor))
        return -1;
    if (executor->plan->experiment->log < LOG_collections ||
        record->tables[TABLE_collection].count - record->collections_stored < COLLECTIONS_AT_ONCE)
        return 0;
    if (store_collections(executor->execution->store, advance->run->id, record, &error) == 0)
        return 0;
    executor_give_up(executor, &error);
    return -1;
}

/* ---- its end -------------------------------------------------------------------------- */

static int store_outcome(struct worker *worker, const struct advance *advance, const char *why,
                         struct error *error)
{
    const struct executor *executor = worker->executor;
    struct store *store = executor->execution->store;
    if (why)
        return store_failure(store, advance->run->id, why, error);
    if (meter_read(worker->meter, advance->record, worker->values, error) != 0)
        return -1;
    return store_run(store, advance->run->id, executor->plan->experiment->log, advance->record,
                     worker->values, error);
}

/* Stores a run that has ended, or failed for a reason, and says so. */
static void end_run(struct worker *worker, const struct advance *advance, const char *why)
{
    struct executor *executor = worker->executor;
    const struct execution *execution = executor->execution;
    struct error error;
    if (store_outcome(worker, advance, why, &error) != 0) {
        executor_give_up(executor, &error);
        return;
    }
    pthread_mutex_lock(&executor->lock);
    if (execution->ended)
        execution->ended(execution->context, advance->run, &advance->result,
                         why ? NULL : worker->values, why);
    pthread_mutex_unlock(&executor->lock);
}

/* ---- over a window -------------------------------------------------------------------- */

static void begin(struct advance *advance)
{
    advance->plan = plan_run(advance->worker->executor->plan, advance->run);
    record_begin(advance->record);
    advance->record->collected = on_collected;
    advance->record->context = advance;
    advance->progress = (struct observer){.context = advance, .progress = on_progress};
    advance->observer = record_observer(advance->record, &advance->progress);
}

/* 1: it has ended; 0: it needs the next window; -1. */
static int pass_window(struct advance *advance, struct error *error)
{
    const struct compiled *window = advance->window->compiled;
    struct simulation_setup *setup = &advance->plan.setup;
    setup->compiled = window;
    if (!advance->simulation)
        advance->simulation = simulation_new(setup, &advance->observer, error);
    if (!advance->simulation)
        return -1;
    int status = simulation_advance(advance->simulation, window, error);
    if (status <= 0)
        return status;
    return simulation_finish(advance->simulation, &advance->result, error) == 0 ? 1 : -1;
}

static int pass_and_record(void *context, struct error *error)
{
    struct advance *advance = context;
    if (advance->passed == 0)
        begin(advance);
    int status = pass_window(advance, error);
    if (status > 0 && !executor_is_stopped(advance->worker->executor))
        record_end(advance->record, &advance->result, advance->plan.warmup,
                   advance->plan.horizon_ns);
    return status;
}

static void fail(struct worker *worker, struct advance *advance, const char *why, uint64_t refusals)
{
    advance->result.status = RUN_failed;
    if (executor_is_stopped(worker->executor))
        return;
    advance->put_off = alone_is_due(worker->executor, advance, refusals);
    if (advance->put_off)
        alone_add(worker, advance);
    else
        end_run(worker, advance, why);
}

bool advance_run(struct worker *worker, struct advance *advance)
{
    struct error error;
    uint64_t refusals = alone_refusals(worker->executor);
    if (!advance->window) { /* nor will there be one */
        fail(worker, advance, advance->batch->why.text, refusals);
        return true;
    }
    int status = attempt(pass_and_record, advance, &error);
    if (status < 0)
        fail(worker, advance, error.text, refusals);
    else if (status > 0 && !executor_is_stopped(worker->executor))
        end_run(worker, advance, NULL);
    return status != 0;
}

/* ---- all of it at once ------------------------------------------------------------------ */

static int simulate_and_record(void *context, struct error *error)
{
    struct advance *advance = context;
    const struct executor *executor = advance->worker->executor;
    begin(advance);
    advance->plan.setup.compiled = executor->execution->compiled;
    if (simulate(&advance->plan.setup, &advance->observer, &advance->result, error) != 0)
        return -1;
    if (!executor_is_stopped(executor))
        record_end(advance->record, &advance->result, advance->plan.warmup,
                   advance->plan.horizon_ns);
    return 0;
}

void advance_run_whole(struct worker *worker, struct advance *advance)
{
    struct error error;
    int status = attempt(simulate_and_record, advance, &error);
    if (status != 0)
        advance->result.status = RUN_failed;
    if (!executor_is_stopped(worker->executor))
        end_run(worker, advance, status == 0 ? NULL : error.text);
}
