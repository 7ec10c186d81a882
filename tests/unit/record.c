/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/record.h"

#include <stdlib.h>

#include "sim/memory.h"

static int told(struct record *record, uint64_t wall_ns)
{
    record->backwards |= wall_ns < record->now_ns;
    record->now_ns = wall_ns;
    return ++record->told == record->refuses_at ? -1 : 0;
}

static int on_collection(void *context, const struct collection *collection)
{
    struct record *r = context;
    r->backwards |= collection->wall_ns < r->now_ns || collection->mutator_ns < r->mutator_ns;
    r->mutator_ns = collection->mutator_ns;
    r->collections = memory_grow(r->collections, &r->collection_capacity, r->collection_count + 1,
                                 sizeof *r->collections);
    r->collections[r->collection_count++] = *collection;
    return told(r, collection->wall_ns + collection->pause_ns);
}

static int on_sample(void *context, const struct sample *sample)
{
    struct record *r = context;
    r->samples =
        memory_grow(r->samples, &r->sample_capacity, r->sample_count + 1, sizeof *r->samples);
    r->samples[r->sample_count++] = *sample;
    return told(r, sample->wall_ns);
}

static int on_request(void *context, const struct request *request)
{
    struct record *r = context;
    r->requests =
        memory_grow(r->requests, &r->request_capacity, r->request_count + 1, sizeof *r->requests);
    r->requests[r->request_count++] = *request;
    return told(r, r->now_ns); /* one that a pause delayed may be answered after those behind it */
}

static int on_progress(void *context, double fraction)
{
    struct record *r = context;
    r->backwards |= fraction < r->progress;
    r->progress = fraction;
    r->progress_count++;
    return told(r, r->now_ns);
}

struct observer record_observer(struct record *record, const struct observer *next)
{
    return (struct observer){
        .next = next,
        .context = record,
        .collection = on_collection,
        .sample = on_sample,
        .request = on_request,
        .progress = on_progress,
    };
}

void record_fini(struct record *record)
{
    free(record->collections);
    free(record->samples);
    free(record->requests);
    *record = (struct record){0};
}

void run_simulation(struct run *run, const struct simulation_setup *setup)
{
    *run = (struct run){0};
    const struct observer observer = record_observer(&run->record, NULL);
    run->status = simulate(setup, &observer, &run->result, &run->error);
}

void run_fini(struct run *run)
{
    record_fini(&run->record);
}

/* FNV-1a. What is hashed has members of 8 bytes or pairs of 4, and so no padding. */
static uint64_t hash(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

uint64_t run_hash(const struct run *run)
{
    const struct record *r = &run->record;
    const struct simulation_result *result = &run->result;
    const uint64_t facts[] = {
        (uint64_t)run->status, result->status,     result->operations, result->requests,
        result->wall_ns,       result->mutator_ns, result->pause_ns,   result->idle_ns,
        result->service_ns,    result->sample_ns,  result->layout,     r->progress_count,
    };
    uint64_t sum = hash(UINT64_C(0xcbf29ce484222325), facts, sizeof facts);
    sum = hash(sum, r->collections, r->collection_count * sizeof *r->collections);
    sum = hash(sum, r->samples, r->sample_count * sizeof *r->samples);
    sum = hash(sum, r->requests, r->request_count * sizeof *r->requests);
    sum = hash(sum, &result->totals, sizeof result->totals);
    return hash(sum, result->stats, sizeof result->stats);
}
