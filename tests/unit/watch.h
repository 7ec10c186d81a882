/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small experiments, planned and executed as sweeps, and what the executor tells meanwhile. */
#ifndef PYGCSIM_TESTS_UNIT_WATCH_H
#define PYGCSIM_TESTS_UNIT_WATCH_H

#include "sweep/executor.h"
#include "tests/unit/results_file.h"
#include "tests/unit/small_experiment.h"

#define SMALL_WEB    "web:modules=100,duration=300ms,settle=50ms,startup=5ms"
#define SMALL_DEVICE "device:duration=100s"

/* 32 runs of 8 programs. */
extern const struct small_experiment watch_usual;

#define WATCH_PROGRAMS 64 /* the most there may be */

/* All-zero at first, but for the orders. */
struct watch {
    /* When it is stopped, besides at once: after so many runs, 0: never; when the first program is
     * to be compiled; when this query of the results file gives another value than 0. */
    atomic_bool stop;
    size_t stop_after;
    bool stop_in_compile;
    const char *stop_when;
    struct store *reader; /* for that query; made and closed as needed */

    struct memory_account account; /* the workers' */

    size_t compiled, begun, ended, failed, most_under_way; /* the last: begun, and not ended */
    double parts;

    size_t left[WATCH_PROGRAMS]; /* runs of a program that have not ended */
    int live, most_live;         /* programs that are compiled and still needed */
    atomic_int inside;
    bool at_once, backwards, odd; /* told by two at a time; less was done than before; values of a
                                     failure, or none of a success */
};

/* Who is told; the context is the watch. */
void watch_execution(struct watch *watch, const struct plan *plan, struct execution *execution);

/* Plans and executes; returns what `execute` does. Ends the test if it was told what cannot be. */
int watch_work(struct results_file *file, const struct small_experiment *small, unsigned workers,
               const struct compile_options *options, struct watch *watch, struct error *error);

/* Without an error. The watch may be NULL. */
void watch_work_well(struct results_file *file, const struct small_experiment *small,
                     unsigned workers, struct watch *watch);

#endif
