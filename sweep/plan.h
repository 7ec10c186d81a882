/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment comes to: its runs, each with its row in the results file, and the programs
 * that they are runs of. Runs are numbered by seed, then by point. A program is one workload
 * setting with one seed and one set of mutator times: all that run it can share its compiled form.
 */
#ifndef PYGCSIM_SWEEP_PLAN_H
#define PYGCSIM_SWEEP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/store/store.h"
#include "sweep/file/experiment.h"

/* A share of the programs: number `shard` of `shards`, from 1. 0 of 0: all of them. */
struct share {
    unsigned shard, shards;
};

struct planned_run {
    int64_t id; /* its row */
    uint64_t seed;
    size_t point;   /* of the experiment */
    size_t program; /* of the plan */
    bool ended;     /* it is stored already */
};

struct planned_program {
    size_t workload;
    uint64_t seed;
    const struct collector_version *collector;
    const struct costs *costs; /* one of those with its mutator times */
    const struct engine *engine;
    size_t runs, to_do; /* of the plan; and those not stored yet */
};

/* What its programs are run with, if they are asked to be. */
struct planned_workload {
    const struct engine *engine; /* NULL: it has no program of the plan yet */
    char *needs_graph;           /* the graph engine, why: as struct program says; or NULL */
};

struct plan {
    const struct experiment *experiment;
    bool may_grow; /* more seeds may follow: what was planned for them before is kept */
    int64_t id;    /* of the experiment's row, which may be set to continue one */
    struct planned_run *runs;
    struct planned_program *programs;
    struct planned_workload *workloads; /* of the experiment */
    size_t run_count, to_do, program_count;
    size_t all_runs; /* with those of other shares */
};

/* What is to be run, with no row anywhere yet. To be freed with plan_fini. */
void plan_init(struct plan *plan, const struct experiment *experiment, struct share share);
void plan_fini(struct plan *plan);

/* Makes the rows, and finds those that have ended; those that failed are to be run again if that is
 * wanted. Returns 0, or -1 with a line in *error. */
int plan_store(struct plan *plan, const char *command, struct share share, bool retry_failed,
               struct store *store, struct error *error);

/* Everything about a run but its compiled program. */
struct run_plan plan_run(const struct plan *plan, const struct planned_run *run);

#endif
