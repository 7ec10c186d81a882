/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/record.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "tests/unit/check.h"

static int told(struct run_record *record, uint64_t wall_ns)
{
    record->backwards |= wall_ns < record->now_ns;
    record->now_ns = wall_ns;
    return ++record->told == record->refuses_at ? -1 : 0;
}

static int on_collection(void *context, const struct collection *collection)
{
    struct run_record *r = context;
    r->backwards |= collection->wall_ns < r->now_ns || collection->mutator_ns < r->mutator_ns;
    r->mutator_ns = collection->mutator_ns;
    r->collections = allocate_grow(r->collections, &r->collection_capacity, r->collection_count + 1,
                                   sizeof *r->collections);
    r->collections[r->collection_count++] = *collection;
    return told(r, collection->wall_ns + collection->pause_ns);
}

static int on_sample(void *context, const struct sample *sample)
{
    struct run_record *r = context;
    r->samples =
        allocate_grow(r->samples, &r->sample_capacity, r->sample_count + 1, sizeof *r->samples);
    r->samples[r->sample_count++] = *sample;
    return told(r, sample->wall_ns);
}

static int on_request(void *context, const struct request *request)
{
    struct run_record *r = context;
    r->requests =
        allocate_grow(r->requests, &r->request_capacity, r->request_count + 1, sizeof *r->requests);
    r->requests[r->request_count++] = *request;
    return told(r, r->now_ns); /* one that a pause delayed may be answered after those behind it */
}

static int on_gc_event(void *context, const struct gc_event *event)
{
    struct run_record *r = context;
    r->gc_events = allocate_grow(r->gc_events, &r->gc_event_capacity, r->gc_event_count + 1,
                                 sizeof *r->gc_events);
    r->gc_events[r->gc_event_count] = *event;
    r->gc_events[r->gc_event_count++].labels = NULL;
    return 0;
}

static int on_progress(void *context, double fraction)
{
    struct run_record *r = context;
    r->backwards |= fraction < r->progress;
    r->progress = fraction;
    r->progress_count++;
    return told(r, r->now_ns);
}

struct observer run_record_observer(struct run_record *record, const struct observer *next)
{
    return (struct observer){
        .next = next,
        .context = record,
        .collection = on_collection,
        .sample = on_sample,
        .request = on_request,
        .gc_event = on_gc_event,
        .progress = on_progress,
    };
}

void run_record_fini(struct run_record *record)
{
    free(record->collections);
    free(record->samples);
    free(record->requests);
    free(record->gc_events);
    *record = (struct run_record){0};
}

void run_record_forget_finalizers(struct run_record *record)
{
    size_t kept = 0;
    for (size_t i = 0; i < record->gc_event_count; i++)
        if (record->gc_events[i].kind != GC_EVENT_FINALIZER)
            record->gc_events[kept++] = record->gc_events[i];
    record->gc_event_count = kept;
}

void run_with_engine(struct run *run, const struct simulation_setup *setup)
{
    *run = (struct run){0};
    const struct observer observer = run_record_observer(&run->record, NULL);
    run->status = simulate(setup, &observer, &run->result, &run->error);
    run_check_ages(run);
}

void run_check_ages(const struct run *run)
{
    const struct simulation_result *result = &run->result;
    for (int g = 0; g <= PERMANENT; g++) {
        uint64_t by_count = 0, by_collector = 0;
        for (int age = 0; age < AGE_BUCKETS; age++) {
            by_count += result->ages.by_count[g][age];
            by_collector += result->ages.by_collector[g][age];
            check_that("not less than none", result->ages.by_count[g][age] <= INT64_MAX);
        }
        check_count("ages, by count", by_count, result->totals.freed_by_count[g]);
        check_count("ages, by collector", by_collector, result->totals.freed_by_collector[g]);
    }
}

/* The last sample is of the end, but for operations that take no time: then the heap tells. */
static void check_last_sample(const struct run *run, uint64_t objects)
{
    const struct run_record *record = &run->record;
    const struct engine_totals *totals = &run->result.totals;
    if (record->sample_count == 0)
        return;
    const struct sample *last = &record->samples[record->sample_count - 1];
    if (last->wall_ns != run->result.wall_ns ||
        last->live_bytes + last->garbage_bytes != totals->heap_bytes ||
        memcmp(last->tracked, totals->tracked, sizeof last->tracked) != 0)
        return;
    uint64_t net = last->net;
    for (int g = 0; g <= PERMANENT; g++)
        net += totals->freed_by_count[g];
    check_count("born or permanent, in the last sample", net, objects);
}

void run_check_births(const struct run *run, uint64_t permanent, bool all_tracked)
{
    const struct simulation_result *result = &run->result;
    uint64_t objects = result->totals.untracked, before = 0;
    for (int g = 0; g <= PERMANENT; g++)
        objects += result->totals.tracked[g] + result->totals.freed_by_count[g] +
                   result->totals.freed_by_collector[g];
    check_last_sample(run, objects);
    if (result->status != RUN_failed && all_tracked)
        check_count("born", result->born, objects - permanent);
    check_that("born", result->status == RUN_failed || result->born >= objects - permanent);
    for (size_t i = 0; i < run->record.request_count; i++) {
        check_that("born by the end of a request", run->record.requests[i].born >= before);
        before = run->record.requests[i].born;
    }
    check_that("born by then", result->steady_born <= result->born && before <= result->born);
}

/* run_differs() from one by the graph engine. */
static bool differs_but_for_finalizers(const struct run *by_graph, const struct run *other,
                                       struct error *how)
{
    struct run heard = *by_graph;
    struct run_record *record = &heard.record;
    size_t size = record->gc_event_count * sizeof *record->gc_events;
    record->gc_events = allocate_zeroed(size + 1, 1);
    if (size > 0)
        memcpy(record->gc_events, by_graph->record.gc_events, size);
    run_record_forget_finalizers(record);
    bool differs = run_differs(&heard, other, how);
    free(record->gc_events);
    return differs;
}

void run_simulation(struct run *run, const struct simulation_setup *setup)
{
    struct simulation_setup with = *setup;
    struct error why;
    with.engine = &graph_engine;
    run_with_engine(run, &with);
    with.engine = NULL;
    bool any_engine = engine_choose(&with, &why) != &graph_engine;
    run_check_births(run, setup->permanent, any_engine);
    if (!any_engine)
        return;
    for (size_t i = 0; engines[i]; i++) {
        struct run other;
        struct error how;
        if (engines[i] == &graph_engine)
            continue;
        with.engine = engines[i];
        run_with_engine(&other, &with);
        bool differs = differs_but_for_finalizers(run, &other, &how);
        check_text(engines[i]->name, differs ? how.text : "", "");
        run_fini(&other);
    }
}

void run_fini(struct run *run)
{
    run_record_fini(&run->record);
}

/* ---- comparing ----------------------------------------------------------------------------------
 */

struct member {
    const char *name;
    size_t offset, size;
};

#define MEMBER(type, name)                                                                         \
    {                                                                                              \
#name, offsetof(struct type, name), sizeof(((struct type *)0)->name)                       \
    }

static const struct member of_collection[] = {
    MEMBER(collection, sequence),
    MEMBER(collection, operation),
    MEMBER(collection, wall_ns),
    MEMBER(collection, mutator_ns),
    MEMBER(collection, generation),
    MEMBER(collection, cause),
    MEMBER(collection, before),
    MEMBER(collection, permanent),
    MEMBER(collection, examined),
    MEMBER(collection, refs),
    MEMBER(collection, unreachable),
    MEMBER(collection, promoted),
    MEMBER(collection, pause_ns),
    MEMBER(collection, pause_at_ns),
    MEMBER(collection, heap_bytes_before),
    MEMBER(collection, heap_bytes_after),
    {NULL, 0, 0},
};
static const struct member of_sample[] = {
    MEMBER(sample, wall_ns), MEMBER(sample, live_bytes), MEMBER(sample, garbage_bytes),
    MEMBER(sample, tracked), MEMBER(sample, net),        {NULL, 0, 0},
};
static const struct member of_request[] = {
    MEMBER(request, arrival_ns),   MEMBER(request, latency_ns),
    MEMBER(request, undelayed_ns), MEMBER(request, mutator_ns),
    MEMBER(request, idle_ns),      MEMBER(request, slack_ns),
    MEMBER(request, born),         {NULL, 0, 0},
};
static const struct member of_gc_event[] = {
    MEMBER(gc_event, kind),        MEMBER(gc_event, operation),
    MEMBER(gc_event, generation),  MEMBER(gc_event, before),
    MEMBER(gc_event, permanent),   MEMBER(gc_event, of),
    MEMBER(gc_event, unreachable), MEMBER(gc_event, uncollectable),
    MEMBER(gc_event, pause_ns),    MEMBER(gc_event, answer),
    MEMBER(gc_event, count),       MEMBER(gc_event, stats),
    MEMBER(gc_event, label_count), {NULL, 0, 0},
};
static const struct member of_result[] = {
    MEMBER(simulation_result, status),
    MEMBER(simulation_result, operations),
    MEMBER(simulation_result, requests),
    MEMBER(simulation_result, wall_ns),
    MEMBER(simulation_result, mutator_ns),
    MEMBER(simulation_result, pause_ns),
    MEMBER(simulation_result, idle_ns),
    MEMBER(simulation_result, service_ns),
    MEMBER(simulation_result, steady_ns),
    MEMBER(simulation_result, steady_mutator_ns),
    MEMBER(simulation_result, steady_born),
    MEMBER(simulation_result, born),
    MEMBER(simulation_result, first_arrival_ns),
    MEMBER(simulation_result, last_answer_ns),
    MEMBER(simulation_result, events),
    MEMBER(simulation_result, early_events),
    MEMBER(simulation_result, sample_ns),
    MEMBER(simulation_result, prices),
    MEMBER(simulation_result, prices_at),
    MEMBER(simulation_result, totals.heap_bytes),
    MEMBER(simulation_result, totals.heap_peak_bytes),
    MEMBER(simulation_result, totals.tracked),
    MEMBER(simulation_result, totals.untracked),
    MEMBER(simulation_result, totals.freed_by_count),
    MEMBER(simulation_result, totals.freed_by_collector),
    MEMBER(simulation_result, ages.by_count),
    MEMBER(simulation_result, ages.by_collector),
    MEMBER(simulation_result, stats),
    MEMBER(simulation_result, ending.count),
    MEMBER(simulation_result, ending.threshold),
    MEMBER(simulation_result, ending.long_lived_total),
    MEMBER(simulation_result, ending.long_lived_pending),
    MEMBER(simulation_result, ending.automatic),
    MEMBER(simulation_result, ending.tracked),
    MEMBER(simulation_result, ending.heap_bytes),
    MEMBER(simulation_result, ending.live_bytes),
    MEMBER(simulation_result, ending.would_find),
    MEMBER(simulation_result, ending.plans.plans),
    MEMBER(simulation_result, ending.plans.count),
    MEMBER(simulation_result, ending.plans.changed_ns),
    MEMBER(simulation_result, ending.plans.left_out),
    {NULL, 0, 0},
};
static_assert(sizeof(struct collection) == 18 * 8 && sizeof(struct sample) == 7 * 8 &&
                  sizeof(struct request) == 7 * 8 && sizeof(struct gc_event) == 26 * 8 &&
                  sizeof(struct simulation_result) == 329 * 8 + sizeof(struct ages),
              "a new member belongs in its table");

/* The next 8 bytes of a member, or as many as it has left. */
static uint64_t number_at(const void *object, const struct member *member, size_t offset)
{
    uint64_t number = 0;
    size_t left = member->size - offset;
    memcpy(&number, (const char *)object + member->offset + offset,
           left < sizeof number ? left : sizeof number);
    return number;
}

static bool members_differ(const void *a, const void *b, const struct member *members,
                           const char *what, size_t number, struct error *how)
{
    for (const struct member *m = members; m->name; m++) {
        for (size_t offset = 0; offset < m->size; offset += sizeof(uint64_t)) {
            uint64_t x = number_at(a, m, offset), y = number_at(b, m, offset);
            if (x == y)
                continue;
            error_set(how, "%s %zu, %s[%zu]: %" PRIu64 ", %" PRIu64, what, number, m->name,
                      offset / sizeof(uint64_t), x, y);
            return true;
        }
    }
    return false;
}

static bool lists_differ(const void *a, size_t a_count, const void *b, size_t b_count, size_t size,
                         const struct member *members, const char *what, struct error *how)
{
    for (size_t i = 0; i < a_count && i < b_count; i++)
        if (members_differ((const char *)a + i * size, (const char *)b + i * size, members, what, i,
                           how))
            return true;
    if (a_count != b_count)
        error_set(how, "%ss: %zu, %zu", what, a_count, b_count);
    return a_count != b_count;
}

#define LISTS_DIFFER(a, b, what, how)                                                              \
    lists_differ((a)->what##s, (a)->what##_count, (b)->what##s, (b)->what##_count,                 \
                 sizeof *(a)->what##s, of_##what, #what, how)

/* An engine may say in its own way where a program became too long. */
static const char *message_without_place(const char *message)
{
    const char *too_long = strstr(message, "the program takes more than");
    return too_long ? too_long : message;
}

bool run_differs(const struct run *a, const struct run *b, struct error *how)
{
    if (strcmp(message_without_place(a->error.text), message_without_place(b->error.text)) != 0 ||
        a->status != b->status) {
        error_set(how, "status %d '%.200s', %d '%.200s'", a->status, a->error.text, b->status,
                  b->error.text);
        return true;
    }
    return LISTS_DIFFER(&a->record, &b->record, collection, how) ||
           LISTS_DIFFER(&a->record, &b->record, sample, how) ||
           LISTS_DIFFER(&a->record, &b->record, request, how) ||
           LISTS_DIFFER(&a->record, &b->record, gc_event, how) ||
           members_differ(&a->result, &b->result, of_result, "result", 0, how);
}

/* FNV-1a. */
static uint64_t hash(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* Member by member: what is between them means nothing. */
static uint64_t hash_members(uint64_t sum, const void *object, const struct member *members)
{
    for (; members->name; members++)
        sum = hash(sum, (const char *)object + members->offset, members->size);
    return sum;
}

uint64_t run_hash(const struct run *run)
{
    const struct run_record *r = &run->record;
    uint64_t sum = hash(UINT64_C(0xcbf29ce484222325), &run->status, sizeof run->status);
    sum = hash_members(sum, &run->result, of_result);
    for (size_t i = 0; i < r->collection_count; i++)
        sum = hash_members(sum, &r->collections[i], of_collection);
    for (size_t i = 0; i < r->sample_count; i++)
        sum = hash_members(sum, &r->samples[i], of_sample);
    for (size_t i = 0; i < r->request_count; i++)
        sum = hash_members(sum, &r->requests[i], of_request);
    return sum;
}
