/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A random program under a random policy: everything that a run depends on, drawn from one seed. */
#ifndef PYGCSIM_TESTS_PROPERTY_TRIAL_H
#define PYGCSIM_TESTS_PROPERTY_TRIAL_H

#include "sim/interval/compiled.h"
#include "sim/simulation.h"
#include "tests/property/meddler.h"
#include "tests/property/random_program.h"
#include "tests/property/specs.h"

struct trial {
    uint64_t seed; /* of what is still to be drawn */
    char workload_text[SPEC_TEXT], policy_text[SPEC_TEXT];

    /* A program of operations, if it is not a workload's. */
    struct random_ops ops;
    struct program declared; /* registers, slots, planned_ns, memory_limit_bytes, slowdown, scatter,
                                has_kinds */
    size_t stretch;          /* operations emitted at a time */

    struct meddler meddler;
    uint64_t seen;                           /* by it */
    struct setting workload, policy, others; /* the last: what the meddler is joined with */
    struct simulation_setup setup;           /* but the engine and the compiled program */
    struct compile_options options;
};

/* A program of operations, of at most so many. */
void trial_of_operations(struct trial *trial, uint64_t seed, uint32_t most);

/* The same whose objects are what their kinds say. */
void trial_of_kinds(struct trial *trial, uint64_t seed, uint32_t most);

/* One of the workloads. */
void trial_of_workload(struct trial *trial, uint64_t seed);
void trial_fini(struct trial *trial);

/* What it is, in a line. */
#define TRIAL_TEXT (2 * SPEC_TEXT + 200)
void trial_text(char text[TRIAL_TEXT], const struct trial *trial);

#endif
