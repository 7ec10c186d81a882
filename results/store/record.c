/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/record.h"

#include <stdlib.h>
#include <string.h>

#include "results/horizon/tails.h"
#include "results/statistics/warmup.h"
#include "sim/base/allocate.h"
#include "sim/base/array.h"

/* ---- columns -------------------------------------------------------------------------- */

/* clang-format off */
#define COLUMN(row, type, name)        {#name, ROW_##type, offsetof(struct row, name), NULL}
#define COLUMN_OF(row, type, name, of) {#name, ROW_##type, offsetof(struct row, of), NULL}
#define COLUMN_WORD(row, name, words)  {#name, ROW_WORD, offsetof(struct row, name), words}
#define COLUMNS_END                    {NULL, ROW_INTEGER, 0, NULL}
/* clang-format on */

static const struct row_column run_columns[] = {
    COLUMN_WORD(simulation_result, status, run_status_names),
    COLUMN_OF(simulation_result, REAL, scatter_ns, prices.scatter_ns),
    COLUMN_OF(simulation_result, REAL, scatter_low_ns, prices_at[PRICES_LOW].scatter_ns),
    COLUMN_OF(simulation_result, REAL, scatter_high_ns, prices_at[PRICES_HIGH].scatter_ns),
    COLUMN_OF(simulation_result, REAL, calibration, prices.calibration),
    COLUMN(simulation_result, INTEGER, sample_ns),
    COLUMN(simulation_result, NULL_IF_ZERO, service_ns),
    COLUMN(simulation_result, NULL_IF_ZERO, steady_ns),
    COLUMN(simulation_result, INTEGER, steady_mutator_ns),
    COLUMN(simulation_result, INTEGER, steady_born),
    COLUMN(simulation_result, NULL_IF_ZERO, first_arrival_ns),
    COLUMN(simulation_result, NULL_IF_ZERO, last_answer_ns),
    COLUMN(simulation_result, INTEGER, wall_ns),
    COLUMN(simulation_result, INTEGER, mutator_ns),
    COLUMN(simulation_result, INTEGER, pause_ns),
    COLUMN(simulation_result, INTEGER, idle_ns),
    COLUMN_OF(simulation_result, INTEGER, heap_peak_bytes, totals.heap_peak_bytes),
    COLUMN(simulation_result, INTEGER, born),
    COLUMN(simulation_result, INTEGER, operations),
    COLUMN(simulation_result, INTEGER, requests),
    COLUMNS_END,
};

static const struct row_column collection_columns[] = {
    COLUMN_OF(collection, INTEGER, seq, sequence),
    COLUMN(collection, INTEGER, wall_ns),
    COLUMN(collection, INTEGER, mutator_ns),
    COLUMN(collection, SMALL, generation),
    COLUMN_WORD(collection, cause, collection_cause_names),
    COLUMN_OF(collection, INTEGER, before0, before[0]),
    COLUMN_OF(collection, INTEGER, before1, before[1]),
    COLUMN_OF(collection, INTEGER, before2, before[2]),
    COLUMN(collection, INTEGER, permanent),
    COLUMN(collection, INTEGER, examined),
    COLUMN(collection, INTEGER, refs),
    COLUMN(collection, INTEGER, unreachable),
    COLUMN(collection, INTEGER, promoted),
    COLUMN(collection, INTEGER, pause_ns),
    COLUMN_OF(collection, INTEGER, pause_low_ns, pause_at_ns[PRICES_LOW]),
    COLUMN_OF(collection, INTEGER, pause_high_ns, pause_at_ns[PRICES_HIGH]),
    COLUMN(collection, INTEGER, heap_bytes_before),
    COLUMN(collection, INTEGER, heap_bytes_after),
    COLUMNS_END,
};

static const struct row_column sample_columns[] = {
    COLUMN(sample, INTEGER, wall_ns),
    COLUMN(sample, INTEGER, live_bytes),
    COLUMN(sample, INTEGER, garbage_bytes),
    COLUMN_OF(sample, INTEGER, gen0, tracked[0]),
    COLUMN_OF(sample, INTEGER, gen1, tracked[1]),
    COLUMN_OF(sample, INTEGER, gen2, tracked[2]),
    COLUMNS_END,
};

static const struct row_column request_columns[] = {
    COLUMN(request, INTEGER, arrival_ns),
    COLUMN(request, INTEGER, latency_ns),
    COLUMNS_END,
};

static const struct row_column latency_columns[] = {
    COLUMN(latency_row, INTEGER, bucket),
    COLUMN(latency_row, INTEGER, requests),
    COLUMN(latency_row, INTEGER, longest_ns),
    COLUMNS_END,
};

static const struct row_column pause_columns[] = {
    COLUMN(pause_row, INTEGER, generation),  COLUMN(pause_row, INTEGER, bucket),
    COLUMN(pause_row, INTEGER, collections), COLUMN(pause_row, INTEGER, total_ns),
    COLUMN(pause_row, INTEGER, longest_ns),  COLUMNS_END,
};

static const struct row_column age_columns[] = {
    COLUMN(age_row, INTEGER, generation),   COLUMN(age_row, INTEGER, bucket),
    COLUMN(age_row, INTEGER, youngest),     COLUMN(age_row, INTEGER, by_refcount),
    COLUMN(age_row, INTEGER, by_collector), COLUMNS_END,
};

static const struct row_column reclaimed_columns[] = {
    COLUMN(reclaimed_row, INTEGER, generation),
    COLUMN(reclaimed_row, INTEGER, by_refcount),
    COLUMN(reclaimed_row, INTEGER, by_collector),
    COLUMN(reclaimed_row, INTEGER, tracked),
    COLUMNS_END,
};

static const struct row_column prediction_columns[] = {
    COLUMN_OF(prediction, REAL, next_gen0_at, next[0].at),
    COLUMN_OF(prediction, REAL, next_gen0_low, next[0].low),
    COLUMN_OF(prediction, REAL, next_gen0_high, next[0].high),
    COLUMN_OF(prediction, REAL, next_gen0_pause, next[0].pause),
    COLUMN_OF(prediction, REAL, next_gen0_pause_high, next[0].pause_high),
    COLUMN_OF(prediction, REAL, next_gen1_at, next[1].at),
    COLUMN_OF(prediction, REAL, next_gen1_low, next[1].low),
    COLUMN_OF(prediction, REAL, next_gen1_high, next[1].high),
    COLUMN_OF(prediction, REAL, next_gen1_pause, next[1].pause),
    COLUMN_OF(prediction, REAL, next_gen1_pause_high, next[1].pause_high),
    COLUMN_OF(prediction, REAL, next_gen2_at, next[2].at),
    COLUMN_OF(prediction, REAL, next_gen2_low, next[2].low),
    COLUMN_OF(prediction, REAL, next_gen2_high, next[2].high),
    COLUMN_OF(prediction, REAL, next_gen2_pause, next[2].pause),
    COLUMN_OF(prediction, REAL, next_gen2_pause_high, next[2].pause_high),
    COLUMN_OF(prediction, REAL, expected_gen0, expected[0]),
    COLUMN_OF(prediction, REAL, expected_gen1, expected[1]),
    COLUMN_OF(prediction, REAL, expected_gen2, expected[2]),
    COLUMN_OF(prediction, REAL, usual_gen0_pause, usual_pause[0]),
    COLUMN_OF(prediction, REAL, usual_gen1_pause, usual_pause[1]),
    COLUMN_OF(prediction, REAL, usual_gen2_pause, usual_pause[2]),
    COLUMN(prediction, REAL, full_period),
    COLUMN(prediction, REAL, net_rate),
    COLUMN(prediction, REAL, live_growth),
    COLUMN(prediction, REAL, arrival_dispersion),
    COLUMN(prediction, REAL, horizon),
    COLUMN(prediction, REAL, changes),
    COLUMN(prediction, REAL, flagged),
    COLUMN(prediction, REAL, covered),
    COLUMN(prediction, REAL, horizon_pause_max),
    COLUMN_OF(prediction, REAL, horizon_pause_max_scatter_low, pause_max_at[PRICES_LOW]),
    COLUMN_OF(prediction, REAL, horizon_pause_max_scatter_high, pause_max_at[PRICES_HIGH]),
    COLUMN(prediction, REAL, horizon_heap_peak),
    COLUMN_OF(prediction, REAL, horizon_latency_p95, latency.p95),
    COLUMN_OF(prediction, REAL, horizon_latency_p99, latency.p99),
    COLUMN_OF(prediction, REAL, horizon_latency_p999, latency.p999),
    COLUMN_OF(prediction, REAL, horizon_latency_max, latency.max),
    COLUMNS_END,
};

const struct row_table record_tables[] = {
#define X(name, row) [TABLE_##name] = {#name, name##_columns, sizeof(struct row)},
    RECORD_TABLES(X)
#undef X
};

/* ---- while it runs -------------------------------------------------------------------- */

struct record *record_new(void)
{
    struct record *record = allocate_zeroed(1, sizeof *record);
    record_begin(record);
    return record;
}

void record_free(struct record *record)
{
    if (!record)
        return;
    array_free(record->collections, record->collection_capacity, sizeof *record->collections);
    array_free(record->samples, record->sample_capacity, sizeof *record->samples);
    array_free(record->requests, record->request_capacity, sizeof *record->requests);
    free(record->latencies);
    free(record->pauses);
    free(record);
}

/* Room that the run before needed and few do. */
#define MUCH ((size_t)16 << 20) /* bytes */
#define GIVE_BACK(rows, capacity)                                                                  \
    do {                                                                                           \
        if ((capacity) > MUCH / sizeof *(rows)) {                                                  \
            array_free(rows, capacity, sizeof *(rows));                                            \
            (rows) = NULL;                                                                         \
            (capacity) = 0;                                                                        \
        }                                                                                          \
    } while (0)

void record_begin(struct record *record)
{
    GIVE_BACK(record->collections, record->collection_capacity);
    GIVE_BACK(record->samples, record->sample_capacity);
    GIVE_BACK(record->requests, record->request_capacity);
    for (int i = 0; i < RECORD_TABLE_COUNT; i++)
        record->tables[i] = (struct rows){.table = &record_tables[i]};
    record->collections_stored = 0;
    record->collections_digest = 0;
    record->collected = NULL;
}

static int on_collection(void *context, const struct collection *collection)
{
    struct record *record = context;
    struct rows *rows = &record->tables[TABLE_collection];
    record->collections = array_grow(record->collections, &record->collection_capacity,
                                     rows->count + 1, sizeof *record->collections);
    record->collections[rows->count++] = *collection;
    rows->row = record->collections;
    return record->collected ? record->collected(record->context, record) : 0;
}

static int on_sample(void *context, const struct sample *sample)
{
    struct record *record = context;
    struct rows *rows = &record->tables[TABLE_sample];
    record->samples = array_grow(record->samples, &record->sample_capacity, rows->count + 1,
                                 sizeof *record->samples);
    record->samples[rows->count++] = *sample;
    rows->row = record->samples;
    return 0;
}

static int on_request(void *context, const struct request *request)
{
    struct record *record = context;
    struct rows *rows = &record->tables[TABLE_request];
    record->requests = array_grow(record->requests, &record->request_capacity, rows->count + 1,
                                  sizeof *record->requests);
    record->requests[rows->count++] = *request;
    rows->row = record->requests;
    return 0;
}

struct observer record_observer(struct record *record, const struct observer *next)
{
    return (struct observer){
        .next = next,
        .context = record,
        .collection = on_collection,
        .sample = on_sample,
        .request = on_request,
    };
}

/* ---- when it has ended ---------------------------------------------------------------- */

static void clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

static bool is_steady(const struct record *record, uint64_t wall_ns)
{
    return record->result.steady_ns == 0 || wall_ns > record->result.steady_ns;
}

static void count_latencies(struct record *record)
{
    struct rows *rows = &record->tables[TABLE_latency];
    clear(&record->histogram);
    for (size_t i = 0; i < record->tables[TABLE_request].count; i++)
        if (is_steady(record, record->requests[i].arrival_ns))
            histogram_add(&record->histogram, record->requests[i].latency_ns);
    for (uint64_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        const struct bucket *bucket = &record->histogram.bucket[i];
        if (bucket->count == 0)
            continue;
        record->latencies = allocate_grow(record->latencies, &record->latency_capacity,
                                          rows->count + 1, sizeof *record->latencies);
        record->latencies[rows->count++] =
            (struct latency_row){i, bucket->count, bucket->longest_ns};
    }
    rows->row = record->latencies;
}

static void count_pauses_of(struct record *record, int generation)
{
    const struct rows *collections = &record->tables[TABLE_collection];
    struct rows *rows = &record->tables[TABLE_pause];
    clear(&record->histogram);
    for (size_t i = 0; i < collections->count; i++) {
        const struct collection *collection = &record->collections[i];
        if (collection->generation == generation && is_steady(record, collection->wall_ns))
            histogram_add(&record->histogram, collection->pause_ns);
    }
    for (uint64_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        const struct bucket *bucket = &record->histogram.bucket[i];
        if (bucket->count == 0)
            continue;
        record->pauses = allocate_grow(record->pauses, &record->pause_capacity, rows->count + 1,
                                       sizeof *record->pauses);
        record->pauses[rows->count++] = (struct pause_row){(uint64_t)generation, i, bucket->count,
                                                           bucket->total_ns, bucket->longest_ns};
    }
    rows->row = record->pauses;
}

static void list_ages(struct record *record)
{
    const struct ages *ages = &record->result.ages;
    struct rows *rows = &record->tables[TABLE_age];
    rows->row = record->ages;
    for (uint32_t g = 0; g <= PERMANENT; g++)
        for (uint32_t b = 0; b < AGE_BUCKETS; b++)
            if (ages->by_count[g][b] || ages->by_collector[g][b])
                record->ages[rows->count++] = (struct age_row){
                    g, b, age_least(b), ages->by_count[g][b], ages->by_collector[g][b]};
}

/* Of the first `count` requests the last that had been answered by then; NULL: none. */
static const struct request *last_answered(const struct record *record, size_t count,
                                           uint64_t wall_ns)
{
    for (size_t i = count; i-- > 0;) {
        const struct request *request = &record->requests[i];
        if (request->arrival_ns + request->latency_ns <= wall_ns)
            return request;
    }
    return NULL;
}

/* From an instant on, unless start-up ends later. */
static void begin_steady_state(struct record *record, size_t dropped, uint64_t wall_ns)
{
    struct simulation_result *result = &record->result;
    const struct request *last = last_answered(record, dropped, wall_ns);
    if (wall_ns <= result->steady_ns)
        return;
    result->steady_ns = wall_ns;
    if (last && last->mutator_ns > result->steady_mutator_ns) {
        result->steady_mutator_ns = last->mutator_ns;
        result->steady_born = last->born;
    }
}

/* The steady state by MSER-5 of the latencies that the program would have without pauses, so that
 * it is the program's: its first requests are dropped, as many under every policy, up to the
 * instant at which the last of these would have been answered. Latencies with pauses would have
 * each policy drop the requests that its own long pauses delay. */
static void find_steady_state(struct record *record)
{
    size_t count = record->tables[TABLE_request].count;
    size_t capacity = 0;
    double *latencies = array_grow(NULL, &capacity, count + 1, sizeof *latencies);
    bool settled;
    for (size_t i = 0; i < count; i++)
        latencies[i] = (double)record->requests[i].undelayed_ns;
    size_t dropped = warmup_mser5(latencies, count, &settled);
    if (dropped > 0) {
        const struct request *last = &record->requests[dropped - 1];
        begin_steady_state(record, dropped, last->arrival_ns + last->undelayed_ns);
    }
    array_free(latencies, capacity, sizeof *latencies);
}

static void look_ahead(struct record *record, uint64_t horizon_ns)
{
    struct rows *rows = &record->tables[TABLE_prediction];
    const struct past past = {
        .result = &record->result,
        .collections = record->collections,
        .samples = record->samples,
        .requests = record->requests,
        .collection_count = record->tables[TABLE_collection].count,
        .sample_count = record->tables[TABLE_sample].count,
        .request_count = record->tables[TABLE_request].count,
    };
    record->prediction = predict(&past, horizon_ns);
    record->prediction.latency = tails_find(&past, &record->prediction);
    rows->row = &record->prediction;
    rows->count = 1;
}

void record_end(struct record *record, const struct simulation_result *result, struct warmup warmup,
                uint64_t horizon_ns)
{
    record->result = *result;
    if (warmup.ns == WARMUP_MSER5)
        find_steady_state(record);
    record->tables[TABLE_run].row = &record->result;
    record->tables[TABLE_run].count = 1;
    count_latencies(record);
    for (int g = 0; g < GENERATIONS; g++)
        count_pauses_of(record, g);
    list_ages(record);
    for (uint64_t g = 0; g <= PERMANENT; g++)
        record->reclaimed[g] =
            (struct reclaimed_row){g, result->totals.freed_by_count[g],
                                   result->totals.freed_by_collector[g], result->totals.tracked[g]};
    record->tables[TABLE_reclaimed].row = record->reclaimed;
    record->tables[TABLE_reclaimed].count = GENERATIONS + 1;
    look_ahead(record, horizon_ns);
}
