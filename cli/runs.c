/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Workers take runs in order. The run whose turn it is writes to the store as it goes; what the
 * others have to say waits in memory for their turn, and if it gets too much, they wait too. So one
 * always gets on, and memory is bounded. */
#include "cli/runs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"

#define BACKLOG_BYTES ((size_t)64 << 20) /* of a run whose turn it is not */

struct turns {
    const struct runs *runs;
    struct outcome *outcomes;
    pthread_mutex_t lock;
    pthread_cond_t passed;
    atomic_size_t next; /* run to be taken by a worker */
    atomic_size_t turn; /* whose it is to write */
    atomic_bool failed; /* a run did; what comes after it does not count */
    struct error error; /* why */
};

/* What a run has said before its turn. */
enum said { SAID_COLLECTION, SAID_SAMPLE, SAID_REQUEST };

struct backlog {
    char *bytes;
    size_t used, capacity;
};

struct worker {
    struct turns *turns;
    size_t number; /* of its run */
    bool writes;   /* it is its turn, and its run has begun in the store */
    struct backlog backlog;
    struct observer store, progress;
};

static size_t size_of(enum said said)
{
    static const size_t sizes[] = {[SAID_COLLECTION] = sizeof(struct collection),
                                   [SAID_SAMPLE] = sizeof(struct sample),
                                   [SAID_REQUEST] = sizeof(struct request)};
    return sizes[said];
}

static int hand_on(const struct observer *store, enum said said, const void *fact)
{
    switch (said) {
    case SAID_COLLECTION:
        return store->collection(store->context, fact);
    case SAID_SAMPLE:
        return store->sample(store->context, fact);
    default:
        return store->request(store->context, fact);
    }
}

static void fail_runs(struct turns *turns, const struct error *error)
{
    turns->error = *error;
    turns->failed = true;
}

static void wait_for_turn(struct worker *worker)
{
    struct turns *turns = worker->turns;
    pthread_mutex_lock(&turns->lock);
    while (turns->turn != worker->number)
        pthread_cond_wait(&turns->passed, &turns->lock);
    pthread_mutex_unlock(&turns->lock);
}

static void pass_turn(struct worker *worker)
{
    struct turns *turns = worker->turns;
    pthread_mutex_lock(&turns->lock);
    turns->turn++;
    pthread_cond_broadcast(&turns->passed);
    pthread_mutex_unlock(&turns->lock);
}

/* To the store, what has been said so far. If it cannot take it, store_end_run will say why. */
static int write_backlog(struct worker *worker)
{
    struct backlog *backlog = &worker->backlog;
    int status = 0;
    for (size_t at = 0; at < backlog->used && status == 0;) {
        union {
            struct collection collection;
            struct sample sample;
            struct request request;
        } fact;
        enum said said = (enum said)backlog->bytes[at++];
        memcpy(&fact, backlog->bytes + at, size_of(said));
        at += size_of(said);
        status = hand_on(&worker->store, said, &fact);
    }
    free(backlog->bytes);
    *backlog = (struct backlog){0};
    return status;
}

/* Waits for the worker's turn; then its run begins in the store. False if it does not, because that
 * is not possible or because a run before it has failed. */
static bool begin_writing(struct worker *worker)
{
    struct turns *turns = worker->turns;
    const struct runs *runs = turns->runs;
    struct simulation_setup setup = runs->setup;
    struct error error;
    wait_for_turn(worker);
    if (turns->failed)
        return false;
    setup.policy = &runs->policies[worker->number];
    progress_next(runs->progress, 1, "%zu of %zu: %s", worker->number + 1, runs->count,
                  setup.policy->text);
    if (store_begin_run(runs->store, runs->experiment, &setup, &turns->outcomes[worker->number].run,
                        &error) != 0) {
        fail_runs(turns, &error);
        return false;
    }
    worker->store = store_observer(runs->store, NULL);
    worker->writes = true;
    return true;
}

static int say(struct worker *worker, enum said said, const void *fact)
{
    struct backlog *backlog = &worker->backlog;
    size_t bytes = size_of(said);
    if (worker->turns->failed)
        return -1;
    if (!worker->writes &&
        (worker->turns->turn == worker->number || backlog->used > BACKLOG_BYTES) &&
        (!begin_writing(worker) || write_backlog(worker) != 0))
        return -1;
    if (worker->writes)
        return hand_on(&worker->store, said, fact);
    backlog->bytes = memory_grow(backlog->bytes, &backlog->capacity, backlog->used + 1 + bytes, 1);
    backlog->bytes[backlog->used] = (char)said;
    memcpy(backlog->bytes + backlog->used + 1, fact, bytes);
    backlog->used += 1 + bytes;
    return 0;
}

static int say_collection(void *context, const struct collection *collection)
{
    return say(context, SAID_COLLECTION, collection);
}

static int say_sample(void *context, const struct sample *sample)
{
    return say(context, SAID_SAMPLE, sample);
}

static int say_request(void *context, const struct request *request)
{
    return say(context, SAID_REQUEST, request);
}

static int say_progress(void *context, double fraction)
{
    struct worker *worker = context;
    const struct observer *bar = &worker->progress;
    if (worker->turns->failed)
        return -1;
    return worker->writes ? bar->progress(bar->context, fraction) : 0;
}

/* Ends the run in the store, in its turn. What the store could not take it says here. */
static void end_writing(struct worker *worker, int status, const struct error *error)
{
    struct turns *turns = worker->turns;
    const struct simulation_result *result = &turns->outcomes[worker->number].result;
    struct error storing;
    if (worker->writes || begin_writing(worker)) {
        write_backlog(worker);
        if (store_end_run(turns->runs->store, result, status == 0 ? NULL : error->text, &storing) !=
            0)
            fail_runs(turns, &storing);
        else if (status != 0)
            fail_runs(turns, error);
    }
    wait_for_turn(worker); /* also if it has come to nothing */
    free(worker->backlog.bytes);
    pass_turn(worker);
}

static void execute(struct turns *turns, size_t number)
{
    struct worker worker = {
        .turns = turns, .number = number, .progress = progress_observer(turns->runs->progress)};
    const struct observer observer = {.context = &worker,
                                      .collection = say_collection,
                                      .sample = say_sample,
                                      .request = say_request,
                                      .progress = say_progress};
    struct simulation_setup setup = turns->runs->setup;
    struct error error;
    setup.policy = &turns->runs->policies[number];
    int status = simulate(&setup, &observer, &turns->outcomes[number].result, &error);
    end_writing(&worker, status, &error);
}

static void *work(void *context)
{
    struct turns *turns = context;
    size_t number;
    while ((number = turns->next++) < turns->runs->count)
        execute(turns, number);
    return NULL;
}

int runs_execute(const struct runs *runs, struct outcome *outcomes, struct error *error)
{
    struct turns turns = {.runs = runs, .outcomes = outcomes};
    size_t jobs = runs->jobs < runs->count ? runs->jobs : runs->count;
    pthread_t *threads = memory_zeroed(jobs, sizeof *threads);
    size_t started = 0;
    pthread_mutex_init(&turns.lock, NULL);
    pthread_cond_init(&turns.passed, NULL);
    /* This thread is one of the workers: if no other can be had, it does them all. */
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, work, &turns) == 0)
        started++;
    work(&turns);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&turns.passed);
    pthread_mutex_destroy(&turns.lock);
    free(threads);
    if (turns.failed)
        *error = turns.error;
    return turns.failed ? -1 : 0;
}

void runs_record_failure(const struct runs *runs, const struct error *why)
{
    const struct simulation_result result = {.status = RUN_failed};
    struct simulation_setup setup = runs->setup;
    struct error storing;
    int64_t run;
    setup.policy = &runs->policies[0];
    if (store_begin_run(runs->store, runs->experiment, &setup, &run, &storing) == 0)
        store_end_run(runs->store, &result, why->text, &storing);
}
