/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/executor.h"

#include <pthread.h>
#include <stdlib.h>

#include "results/store/metrics.h"
#include "sim/base/allocate.h"
#include "sim/base/attempt.h"

#define BATCH 65536 /* collections of one run kept back before they are stored */

struct compilation {
    enum { WAITING, COMPILING, READY, DONE } state;
    struct compiled compiled;
    const struct compiled *runs_on; /* NULL: runs generate the program themselves */
    size_t next;                    /* in the plan: where to look for its next run to do */
    size_t to_take, to_end;         /* runs */
    bool failed;                    /* it could not be compiled: why */
    struct error why;
};

struct executor {
    const struct execution *execution;
    const struct plan *plan;
    struct compilation *programs;
    struct worker *workers;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there may be something to do now */
    size_t first;           /* program that is not done */
    size_t live;            /* programs that are being compiled, or are and still needed */
    atomic_bool broken;     /* nothing more can be stored: why */
    struct error error;
    double parts; /* of what has ended */
};

struct worker {
    struct executor *executor;
    struct record *record;
    struct meter *meter;
    double *values;
    const struct planned_run *run; /* under way */
    _Atomic double parts;          /* of what is under way */
    double whole;
    pthread_t thread;
};

/* What a worker is to do next. */
struct task {
    struct compilation *program;
    const struct planned_run *run; /* NULL: compile the program */
};

static bool is_stopped(const struct executor *executor)
{
    return executor->broken || (executor->execution->stop && *executor->execution->stop);
}

/* Are the programs to be compiled? If not, runs generate them, or there is one already. */
static bool compiles(const struct execution *execution)
{
    return execution->plan->experiment->engine->compiles && !execution->compiled;
}

/* ---- progress ------------------------------------------------------------------------- */

double execution_parts(const struct execution *execution)
{
    const struct plan *plan = execution->plan;
    double parts = (double)plan->to_do;
    for (size_t i = 0; i < plan->program_count && compiles(execution); i++)
        parts += plan->programs[i].to_do ? COMPILE_PART : 0;
    return parts;
}

/* The caller has the lock. */
static void tell_progress(struct executor *executor)
{
    const struct execution *execution = executor->execution;
    double parts = executor->parts;
    for (unsigned i = 0; i < execution->workers; i++)
        parts += executor->workers[i].parts;
    if (execution->advanced)
        execution->advanced(execution->context, parts);
}

static int on_progress(void *context, double fraction)
{
    struct worker *worker = context;
    worker->parts = worker->whole * fraction;
    if (pthread_mutex_trylock(&worker->executor->lock) == 0) {
        tell_progress(worker->executor);
        pthread_mutex_unlock(&worker->executor->lock);
    }
    return is_stopped(worker->executor) ? -1 : 0;
}

static void begin_part(struct worker *worker, double whole)
{
    worker->whole = whole;
    worker->parts = 0;
}

/* The caller has the lock. */
static void end_part(struct worker *worker)
{
    worker->executor->parts += worker->whole;
    begin_part(worker, 0);
    tell_progress(worker->executor);
}

/* ---- what there is to do -------------------------------------------------------------- */

static const struct planned_run *next_run(const struct plan *plan, struct compilation *program,
                                          size_t number)
{
    while (plan->runs[program->next].program != number || plan->runs[program->next].ended)
        program->next++;
    program->to_take--;
    return &plan->runs[program->next++];
}

/* A run of a program that is compiled. *waiting: there may be one later, without anyone's help. */
static bool take_run(struct executor *executor, struct task *task, bool *waiting)
{
    const struct plan *plan = executor->plan;
    *waiting = executor->live > 0;
    while (executor->first < plan->program_count &&
           executor->programs[executor->first].state == DONE)
        executor->first++;
    for (size_t i = executor->first; i < plan->program_count; i++) {
        struct compilation *program = &executor->programs[i];
        if (program->state == READY && program->to_take) {
            *task = (struct task){program, next_run(plan, program, i)};
            return true;
        }
    }
    return false;
}

/* A program to compile, if there may be one more. */
static bool take_program(struct executor *executor, struct task *task)
{
    for (size_t i = executor->first; executor->live < executor->execution->workers; i++) {
        if (i == executor->plan->program_count)
            return false;
        if (executor->programs[i].state == WAITING) {
            executor->programs[i].state = COMPILING;
            executor->live++;
            *task = (struct task){&executor->programs[i], NULL};
            return true;
        }
    }
    return false;
}

/* The next task; waits for one if need be. False: there is nothing left, or no point. The caller
 * has the lock. */
static bool take_task(struct executor *executor, struct task *task)
{
    bool waiting = true;
    while (waiting && !is_stopped(executor)) {
        if (take_run(executor, task, &waiting) || take_program(executor, task)) {
            const struct execution *execution = executor->execution;
            if (execution->begun && (task->run || compiles(execution)))
                execution->begun(execution->context, task->run);
            return true;
        }
        if (waiting)
            pthread_cond_wait(&executor->changed, &executor->lock);
    }
    return false;
}

/* ---- doing it ------------------------------------------------------------------------- */

/* What each program may take of the memory; 0 is no limit. */
static uint64_t memory_of_program(const struct executor *executor)
{
    uint64_t all = executor->execution->compile.memory_bytes, at_a_time = 0;
    for (size_t i = 0; i < executor->plan->program_count; i++)
        if (executor->plan->programs[i].to_do && at_a_time < executor->execution->workers)
            at_a_time++;
    return all / at_a_time ? all / at_a_time : all;
}

static void compile_program(struct worker *worker, struct compilation *program)
{
    struct executor *executor = worker->executor;
    const struct plan *plan = executor->plan;
    const struct planned_program *planned = &plan->programs[program - executor->programs];
    struct compile_options options = executor->execution->compile;
    const struct observer observer = {.context = worker, .progress = on_progress};
    options.memory_bytes = memory_of_program(executor);
    begin_part(worker, COMPILE_PART);
    program->runs_on = &program->compiled;
    if (compile(&program->compiled, &plan->experiment->workloads[planned->workload], planned->seed,
                planned->collector, &options, &observer, &program->why) != 0)
        program->failed = true;
}

static void prepare_program(struct worker *worker, struct compilation *program)
{
    const struct execution *execution = worker->executor->execution;
    begin_part(worker, 0);
    program->runs_on = execution->compiled;
    if (compiles(execution))
        compile_program(worker, program);
}

/* Nothing can be stored any more: everybody stops. The caller has not got the lock. */
static void give_up(struct executor *executor, const struct error *error)
{
    pthread_mutex_lock(&executor->lock);
    if (!executor->broken)
        executor->error = *error;
    executor->broken = true;
    pthread_mutex_unlock(&executor->lock);
}

/* Of a long run, collections go in as they come. There may be many between two reports of progress,
 * so this ends it too if it is to stop. */
static int on_collected(void *context, struct record *record)
{
    struct worker *worker = context;
    struct error error;
    if (is_stopped(worker->executor))
        return -1;
    if (worker->executor->plan->experiment->log < LOG_collections ||
        record->tables[TABLE_collection].count - record->collections_stored < BATCH)
        return 0;
    if (store_collections(worker->executor->execution->store, worker->run->id, record, &error) == 0)
        return 0;
    give_up(worker->executor, &error);
    return -1;
}

static int store_outcome(struct worker *worker, const char *why, struct error *error)
{
    const struct executor *executor = worker->executor;
    struct store *store = executor->execution->store;
    if (why)
        return store_failure(store, worker->run->id, why, error);
    if (meter_read(worker->meter, worker->values, error) != 0)
        return -1;
    return store_run(store, worker->run->id, executor->plan->experiment->log, worker->record,
                     worker->values, error);
}

/* Stores a run that has ended, or failed for a reason, and says so. */
static void end_run(struct worker *worker, const struct simulation_result *result, const char *why)
{
    struct executor *executor = worker->executor;
    const struct execution *execution = executor->execution;
    struct error error;
    if (store_outcome(worker, why, &error) != 0) {
        give_up(executor, &error);
        return;
    }
    pthread_mutex_lock(&executor->lock);
    if (execution->ended)
        execution->ended(execution->context, worker->run, result, why ? NULL : worker->values, why);
    pthread_mutex_unlock(&executor->lock);
}

/* A run under way. */
struct running {
    struct worker *worker;
    struct run_plan plan;
    struct simulation_result result;
};

static int simulate_and_record(void *context, struct error *error)
{
    struct running *running = context;
    struct worker *worker = running->worker;
    const struct observer progress = {.context = worker, .progress = on_progress};
    record_begin(worker->record);
    worker->record->collected = on_collected;
    worker->record->context = worker;
    const struct observer observer = record_observer(worker->record, &progress);
    if (simulate(&running->plan.setup, &observer, &running->result, error) != 0)
        return -1;
    if (!is_stopped(worker->executor))
        record_end(worker->record, &running->result, running->plan.warmup,
                   running->plan.horizon_ns);
    return 0;
}

static void simulate_run(struct worker *worker, struct compilation *program)
{
    struct running running = {.worker = worker,
                              .plan = plan_run(worker->executor->plan, worker->run),
                              .result = {.status = RUN_failed}};
    struct error error;
    if (program->failed) {
        end_run(worker, &running.result, program->why.text);
        return;
    }
    running.plan.setup.compiled = program->runs_on;
    int status = attempt(simulate_and_record, &running, &error);
    if (!is_stopped(worker->executor))
        end_run(worker, &running.result, status == 0 ? NULL : error.text);
}

static void do_task(struct worker *worker, struct task *task)
{
    struct executor *executor = worker->executor;
    struct compilation *program = task->program;
    worker->run = task->run;
    if (task->run) {
        begin_part(worker, 1);
        simulate_run(worker, program);
    } else {
        prepare_program(worker, program);
    }
    pthread_mutex_lock(&executor->lock);
    end_part(worker);
    if (!task->run) {
        program->state = READY;
    } else if (--program->to_end == 0) {
        compiled_fini(&program->compiled);
        program->state = DONE;
        executor->live--;
    }
    pthread_cond_broadcast(&executor->changed);
    pthread_mutex_unlock(&executor->lock);
}

static int do_tasks(void *context, struct error *error)
{
    struct worker *worker = context;
    struct executor *executor = worker->executor;
    struct task task;
    (void)error;
    worker->record = record_new();
    worker->meter = meter_new(worker->record);
    worker->values = allocate_zeroed(metric_count(), sizeof *worker->values);
    pthread_mutex_lock(&executor->lock);
    while (take_task(executor, &task)) {
        pthread_mutex_unlock(&executor->lock);
        do_task(worker, &task);
        pthread_mutex_lock(&executor->lock);
    }
    pthread_mutex_unlock(&executor->lock);
    return 0;
}

static int free_worker(void *context, struct error *error)
{
    struct worker *worker = context;
    (void)error;
    free(worker->values);
    meter_free(worker->meter);
    record_free(worker->record);
    return 0;
}

/* A run for which there is no memory fails by itself (simulate). If there is none for what a worker
 * needs besides, everybody stops. What it has is given back to the account that it is from. */
static void *work(void *context)
{
    struct worker *worker = context;
    struct executor *executor = worker->executor;
    struct memory_account *account = executor->execution->account;
    struct error error;
    if (attempt_within(account, do_tasks, worker, &error) != 0)
        give_up(executor, &error);
    attempt_within(account, free_worker, worker, &error);
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

int execute(const struct execution *execution, struct error *error)
{
    const struct plan *plan = execution->plan;
    struct executor executor = {.execution = execution, .plan = plan};
    executor.programs = allocate_zeroed(plan->program_count, sizeof *executor.programs);
    executor.workers = allocate_zeroed(execution->workers, sizeof *executor.workers);
    for (size_t i = 0; i < plan->program_count; i++) {
        struct compilation *program = &executor.programs[i];
        compiled_init(&program->compiled);
        program->next = plan->run_count;
        program->to_take = program->to_end = plan->programs[i].to_do;
        program->state = program->to_take ? WAITING : DONE;
    }
    for (size_t i = plan->run_count; i-- > 0;)
        executor.programs[plan->runs[i].program].next = i;
    for (unsigned i = 0; i < execution->workers; i++)
        executor.workers[i].executor = &executor;
    pthread_mutex_init(&executor.lock, NULL);
    pthread_cond_init(&executor.changed, NULL);
    work_side_by_side(&executor);
    pthread_cond_destroy(&executor.changed);
    pthread_mutex_destroy(&executor.lock);
    for (size_t i = 0; i < plan->program_count; i++)
        compiled_fini(&executor.programs[i].compiled);
    free(executor.programs);
    free(executor.workers);
    if (executor.broken)
        *error = executor.error;
    return executor.broken ? -1 : 0;
}
