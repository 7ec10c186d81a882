/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An observer that keeps all it is told. */
#ifndef PYGCSIM_TESTS_UNIT_RECORD_H
#define PYGCSIM_TESTS_UNIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/model/observer.h"
#include "sim/simulation.h"

struct run_record {
    struct collection *collections;
    struct sample *samples;
    struct request *requests;
    struct gc_event *gc_events; /* without their labels */
    size_t collection_count, sample_count, request_count, gc_event_count, progress_count;
    size_t collection_capacity, sample_capacity, request_capacity, gc_event_capacity;
    uint64_t now_ns, mutator_ns; /* the latest instants told of */
    double progress;
    bool backwards;    /* something was told of an instant earlier than one before */
    size_t told;       /* how often, of anything */
    size_t refuses_at; /* the observer gives up when told so often; 0: never */
};

/* Begins empty: an all-zero record. */
struct observer run_record_observer(struct run_record *record, const struct observer *next);
void run_record_fini(struct run_record *record);

/* A run and its record. */
struct run {
    int status;
    struct error error;
    struct simulation_result result;
    struct run_record record;
};

/* Simulates into *run, which may hold anything, with the reference; and, unless the program takes
 * that one, with every other engine, whichever the setup names. Ends the test if they do not do the
 * same. */
void run_simulation(struct run *run, const struct simulation_setup *setup);

/* With the setup's engine alone. */
void run_with_engine(struct run *run, const struct simulation_setup *setup);
void run_fini(struct run *run);

/* Ends the test if the ages of the objects freed are not as many as these. The functions above, and
 * tiny_run, do it. */
void run_check_ages(const struct run *run);

/* Ends the test if the objects born are not those that are tracked, without `permanent` ones of the
 * interpreter's own, or freed; or, unless all are tracked, fewer. run_simulation and tiny_run do
 * it: not every damaged program is so.
 */
void run_check_births(const struct run *run, uint64_t permanent, bool all_tracked);

/* The first thing in which two runs differ, each with its value, in *how; false: they are the same.
 * They are the same for every engine but for the progress reported and, if a program takes too
 * long, how the message says where. */
bool run_differs(const struct run *a, const struct run *b, struct error *how);

/* Takes from the record what only the graph engine tells: that finalizers run. */
void run_record_forget_finalizers(struct run_record *record);

/* A number that depends on all that is the same for every engine. */
uint64_t run_hash(const struct run *run);

#endif
