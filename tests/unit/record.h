/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An observer that keeps all it is told. */
#ifndef PYGCSIM_TESTS_UNIT_RECORD_H
#define PYGCSIM_TESTS_UNIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/observer.h"
#include "sim/simulation.h"

struct record {
    struct collection *collections;
    struct sample *samples;
    struct request *requests;
    size_t collection_count, sample_count, request_count, progress_count;
    size_t collection_capacity, sample_capacity, request_capacity;
    uint64_t now_ns, mutator_ns; /* the latest instants told of */
    double progress;
    bool backwards;    /* something was told of an instant earlier than one before */
    size_t told;       /* how often, of anything */
    size_t refuses_at; /* the observer gives up when told so often; 0: never */
};

/* Begins empty: an all-zero record. */
struct observer record_observer(struct record *record, const struct observer *next);
void record_fini(struct record *record);

/* A run and its record. */
struct run {
    int status;
    struct error error;
    struct simulation_result result;
    struct record record;
};

/* Simulates into *run, which may hold anything. */
void run_simulation(struct run *run, const struct simulation_setup *setup);
void run_fini(struct run *run);

/* A number that depends on all that was recorded and on the result's times and counts. */
uint64_t run_hash(const struct run *run);

#endif
