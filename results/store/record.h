/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one run has told of itself, kept in memory until it has ended: then everything that metrics
 * and the results file want of it is an array of rows (results/store/rows.h). A record is used for
 * one run after the other; it belongs to one thread at a time. */
#ifndef PYGCSIM_RESULTS_STORE_RECORD_H
#define PYGCSIM_RESULTS_STORE_RECORD_H

#include <stdint.h>

#include "results/horizon/prediction.h"
#include "results/statistics/histogram.h"
#include "results/store/logging.h"
#include "results/store/rows.h"
#include "sim/model/observer.h"
#include "sim/simulation.h"

/* One table of the results file each, but for `request`, of which it has the histogram only, and
 * `prediction`, of which it has the metrics: X(identifier, struct of a row). */
#define RECORD_TABLES(X)                                                                           \
    X(run, simulation_result)                                                                      \
    X(collection, collection)                                                                      \
    X(sample, sample)                                                                              \
    X(request, request)                                                                            \
    X(latency, latency_row)                                                                        \
    X(pause, pause_row)                                                                            \
    X(age, age_row)                                                                                \
    X(reclaimed, reclaimed_row)                                                                    \
    X(prediction, prediction)

enum record_table {
#define X(name, row) TABLE_##name,
    RECORD_TABLES(X)
#undef X
        RECORD_TABLE_COUNT
};

/* Requests that arrive in the steady state, by latency. */
struct latency_row {
    uint64_t bucket, requests, longest_ns;
};

/* Collections of the steady state, by generation and pause. */
struct pause_row {
    uint64_t generation, bucket, collections, total_ns, longest_ns;
};

/* Objects reclaimed, by the generation they were in and by age (sim/model/age.h). */
struct age_row {
    uint64_t generation, bucket, youngest, by_refcount, by_collector;
};

/* Objects reclaimed, by the generation they were in, and those in it at the end. */
struct reclaimed_row {
    uint64_t generation, by_refcount, by_collector, tracked;
};

struct record {
    struct simulation_result result; /* the steady state begins where the warm-up's rule says */
    struct rows tables[RECORD_TABLE_COUNT];

    /* For who stores them as they come: how many have been, and who is told after each. Returns 0,
     * or -1 to end the run. */
    size_t collections_stored;
    uint64_t collections_digest; /* of the rows that have been (results/store/seal.h) */
    int (*collected)(void *context, struct record *record);
    void *context;

    struct collection *collections;
    struct sample *samples;
    struct request *requests;
    struct latency_row *latencies;
    struct pause_row *pauses;
    struct age_row ages[(GENERATIONS + 1) * AGE_BUCKETS];
    size_t collection_capacity, sample_capacity, request_capacity, latency_capacity, pause_capacity;
    struct reclaimed_row reclaimed[GENERATIONS + 1];
    struct prediction prediction;
    struct histogram histogram; /* the one being made */
};

/* To be freed with record_free. */
struct record *record_new(void);
void record_free(struct record *record);

/* Forgets the run before; the next is to be simulated with the observer. */
void record_begin(struct record *record);
struct observer record_observer(struct record *record, const struct observer *next);

/* The run has ended: works out where its steady state began, the histograms, and what would come
 * next, up to a horizon (wall time since the program began). By MSER-5 the steady state has the
 * same requests under every policy: those that arrive after the last dropped would have been
 * answered, if collections took no time. */
void record_end(struct record *record, const struct simulation_result *result, struct warmup warmup,
                uint64_t horizon_ns);

/* The tables' columns, but for run_id, which comes first in the results file. */
extern const struct row_table record_tables[RECORD_TABLE_COUNT];

/* Has the results file that table? */
static inline bool record_table_is_stored(int table)
{
    return table != TABLE_request && table != TABLE_prediction;
}

#endif
