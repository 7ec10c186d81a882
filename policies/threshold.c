/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * threshold: other thresholds than the interpreter's, set once before anything else. mypy runs with
 * (200000, 30, 30), Ray Serve tried 10000. */
#include "sim/model/policy.h"
#include "sim/model/python.h"

struct threshold {
    int64_t t0, t1, t2;
};

static const struct param params[] = {
    {"t0", PARAM_FIELD(threshold, t0), PARAM_THRESHOLD, .initial = "50000",
     .meaning = "allocations minus deallocations before a young collection; 0: never"},
    {"t1", PARAM_FIELD(threshold, t1), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "young collections before one of generation 1"},
    {"t2", PARAM_FIELD(threshold, t2), PARAM_THRESHOLD, .initial = "keep",
     .meaning = "collections of generation 1 before a full one"},
    {NULL},
};

static void start(void *state, struct gc *gc)
{
    const struct threshold *threshold = state;
    gc_set_threshold(gc, threshold->t0, threshold->t1, threshold->t2);
}

static bool once(const void *state, struct python_once *once)
{
    const struct threshold *threshold = state;
    python_wish_thresholds(once->begin, threshold->t0, threshold->t1, threshold->t2);
    return true;
}

const struct policy policy_threshold = {
    .about =
        {
            POLICY_COMMON,
            .name = "threshold",
            .summary = "gc.set_threshold(t0, t1, t2) once, at the start",
            .params = params,
            .state_size = sizeof(struct threshold),
        },
    .start = start,
    .once = once,
};
