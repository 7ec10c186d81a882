/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results files with chosen values, for tests of answers. Whatever fails ends the test. */
#ifndef PYGCSIM_TESTS_UNIT_SMALL_RESULTS_H
#define PYGCSIM_TESTS_UNIT_SMALL_RESULTS_H

#include "results/answer/subject.h"
#include "results/store/history.h"
#include "tests/unit/check.h"

#define SMALL_SEEDS 6 /* at most */

/* Runs of one policy with the seeds 1, 2, …: a letter each says how it went, f: finished, m: out of
 * memory after 12 s, x: failed, p: planned, u: finished, but before its steady state, o: finished,
 * and not in the plan any more, -: there is none. */
struct small_setting {
    const char *policy, *workload; /* NULL: web */
    const char *runs;
    double latency_p99[SMALL_SEEDS], heap_peak[SMALL_SEEDS]; /* NAN: no value */
    double t0; /* a parameter of the policy; 0: it has none */
};

struct small_results {
    char path[TEST_PATH];
    struct store *store;
    struct history history;
    struct subject subject; /* of the only experiment, whose name is small */
};

/* Objective and baseline may be NULL. */
void small_results_init(struct small_results *results, const struct small_setting *settings,
                        size_t count, const char *objective, const char *baseline);
void small_results_fini(struct small_results *results);

#endif
