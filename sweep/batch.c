/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "sim/base/allocate.h"
#include "sweep/executor_parts.h"

/* ---- windows -------------------------------------------------------------------------- */

void windows_free(struct window *windows)
{
    while (windows) {
        struct window *next = windows->next;
        compiled_fini(&windows->own);
        free(windows);
        windows = next;
    }
}

/* Takes out those that nobody needs: a run passes them in order, so they are the first. */
static struct window *take_out_passed(struct batch *batch)
{
    struct window *passed = batch->first, *end = NULL;
    while (batch->first && batch->first->to_pass == 0) {
        end = batch->first;
        batch->bytes -= end->bytes;
        batch->windows--;
        batch->first = end->next;
    }
    if (!batch->first)
        batch->last = NULL;
    if (!end)
        return NULL;
    end->next = NULL;
    return passed;
}

static void append(struct batch *batch, struct window *window)
{
    window->to_pass = batch->to_take + batch->under_way;
    if (batch->last)
        batch->last->next = window;
    else
        batch->first = window;
    batch->last = window;
    batch->windows++;
    batch->bytes += window->bytes;
    for (struct advance *advance = batch->advances; advance; advance = advance->next)
        if (!advance->window)
            advance->window = window;
}

/* ---- runs ----------------------------------------------------------------------------- */

void batch_enter(struct batch *batch, struct advance *advance)
{
    advance->batch = batch;
    advance->window = batch->first;
    advance->next = batch->advances;
    batch->advances = advance;
    batch->to_take--;
    batch->under_way++;
}

struct window *batch_pass(struct batch *batch, struct advance *advance)
{
    struct window *window = advance->window;
    window->to_pass--;
    advance->passed++;
    advance->window = window->next;
    return take_out_passed(batch);
}

struct window *batch_leave(struct batch *batch, struct advance *advance)
{
    struct advance **place = &batch->advances;
    for (struct window *window = advance->window; window; window = window->next)
        window->to_pass--;
    while (*place != advance)
        place = &(*place)->next;
    *place = advance->next;
    batch->under_way--;
    batch->to_end--;
    return take_out_passed(batch);
}

struct window *batch_defer(struct batch *batch)
{
    for (struct window *window = batch->first; window; window = window->next)
        window->to_pass -= batch->to_take;
    batch->later += batch->to_take;
    batch->to_take = 0;
    return take_out_passed(batch);
}

/* ---- the program ---------------------------------------------------------------------- */

void batch_init(struct batch *batch, size_t program, const struct execution *execution)
{
    size_t runs = execution->plan->programs[program].to_do;
    *batch = (struct batch){.to_take = runs, .to_end = runs, .state = runs ? WAITING : DONE};
    if (runs == 0 || execution_compiles(execution, program))
        return;
    struct window *all = allocate_zeroed(1, sizeof *all);
    compiled_init(&all->own);
    all->compiled = execution->compiled;
    all->part = 1;
    append(batch, all);
    batch->complete = true;
}

void batch_fini(struct batch *batch)
{
    compiler_close(batch->compiler);
    windows_free(batch->first);
    batch->compiler = NULL;
    batch->first = batch->last = NULL;
    batch->windows = 0;
    batch->bytes = 0;
}

bool batch_is_between_passes(const struct batch *batch)
{
    return batch->to_take == 0 && batch->under_way == 0 && batch->later > 0 && !batch->compiling;
}

void batch_begin_pass(struct batch *batch)
{
    batch_fini(batch);
    batch->complete = batch->failed = batch->refused = false;
    batch->to_take = batch->later;
    batch->later = 0;
}

/* ---- compiling ------------------------------------------------------------------------ */

struct compiling {
    struct worker *worker;
    struct batch *batch;
};

static uint64_t bytes_of(const struct compiled *compiled)
{
    uint64_t bytes = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        bytes += compiled->columns[i].capacity * compiled->columns[i].size;
    return bytes;
}

static int on_progress(void *context, double fraction)
{
    struct compiling *compiling = context;
    worker_did(compiling->worker, &compiling->batch->told, fraction, COMPILE_PART);
    return executor_is_stopped(compiling->worker->executor) ? -1 : 0;
}

static struct compiler *open_compiler(struct worker *worker, const struct batch *batch,
                                      struct error *error)
{
    const struct executor *executor = worker->executor;
    const struct plan *plan = executor->plan;
    const struct planned_program *planned = &plan->programs[batch - executor->batches];
    struct compile_options options = executor->execution->compile;
    options.memory_bytes = 0; /* windows are not kept in files */
    options.costs = planned->costs;
    return compiler_open(&plan->experiment->workloads[planned->workload], planned->seed,
                         planned->collector, &options, error);
}

/* 1: filled; 0: there is none; -1. */
static int fill_window(struct worker *worker, struct batch *batch, struct window *window,
                       struct error *error)
{
    struct compiling compiling = {worker, batch};
    const struct observer observer = {.context = &compiling, .progress = on_progress};
    if (!batch->compiler)
        batch->compiler = open_compiler(worker, batch, error);
    if (!batch->compiler)
        return -1;
    compiler_observe(batch->compiler, &observer);
    int status = compiler_next(batch->compiler, &window->own, error);
    window->compiled = &window->own;
    window->bytes = bytes_of(&window->own);
    window->part = window->own.progress[1];
    return status;
}

/* By as much of it as there is. */
static bool is_too_long_to_keep(const struct executor *executor, const struct batch *batch)
{
    double bytes = (double)batch->bytes, keep = (double)executor->keep_bytes;
    return batch->last && bytes > keep / 16 && bytes > keep * batch->last->part;
}

void batch_compile(struct worker *worker, struct batch *batch)
{
    struct executor *executor = worker->executor;
    struct window *window = allocate_zeroed(1, sizeof *window);
    struct error why;
    uint64_t refusals = alone_refusals(executor);
    compiled_init(&window->own);
    int status = fill_window(worker, batch, window, &why);
    bool is_last = status <= 0 || window->own.is_last;
    pthread_mutex_lock(&executor->lock);
    batch->compiling = false;
    batch->complete = status >= 0 && is_last;
    if (status < 0) {
        batch->failed = true;
        batch->why = why;
        batch->refused = alone_refusals(executor) != refusals;
    }
    if (status > 0)
        append(batch, window);
    batch->is_long |= !is_last && is_too_long_to_keep(executor, batch);
    pthread_mutex_unlock(&executor->lock);
    if (status <= 0)
        windows_free(window);
}
