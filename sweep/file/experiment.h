/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment: which programs are run under which policies, how often, and what is kept of it.
 * It comes from a YAML file (docs/experiments.md) or from the options of `pygcsim compare`.
 *
 * Its points are what is compared: one workload setting, one collector, one policy setting. Each
 * point is run once with every seed. */
#ifndef PYGCSIM_SWEEP_FILE_EXPERIMENT_H
#define PYGCSIM_SWEEP_FILE_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/answer/limits.h"
#include "results/store/logging.h"
#include "sim/base/error.h"
#include "sim/base/setting.h"
#include "sim/model/collector.h"
#include "sim/model/cost_choice.h"
#include "sim/model/engine.h"

#define REPLICATIONS_MOST 100000

/* Indices into the experiment's workloads and policies. */
struct point {
    size_t workload, policy;
    const struct collector_version *collector;
    const struct costs *costs; /* the experiment's */
    size_t seeds; /* it is run with the first so many of the experiment's; 0: with all */
};

/* Longer programs until their runs are covered for the horizon (sweep/coverage.h); more
 * replications until the interval of a metric's mean is small enough at every point
 * (sweep/until.h), or until it is known which point is the best (sweep/race.h). */
struct until {
    int64_t covered;    /* a flag */
    double share;       /* half of the interval over the mean; 0: no such rule */
    double best;        /* the difference that makes none, over the least mean; 0: no such rule */
    const char *metric; /* one of results/store/metrics.h; NULL: the experiment's objective */
    size_t first, most; /* replications: before the first look, and at most */
};

static inline bool until_adds_runs(const struct until *until)
{
    return until->share > 0 || until->best > 0;
}

static inline bool until_is_a_rule(const struct until *until)
{
    return until->covered || until_adds_runs(until);
}

struct experiment {
    char *name;
    char *text; /* the whole YAML file, kept with the results; NULL: not from a file */
    /* Each setting once, in the order of the file; grids with the last parameter fastest. */
    struct setting *workloads, *policies;
    size_t workload_count, policy_count;
    struct point *points;              /* each once; by workload, then collector, then policy */
    size_t point_count, points_before; /* before constraints left some out; 0: none was said */
    struct cost_choice cost; /* what was said of them, and what that comes to for each collector */
    struct costs *costs;
    uint64_t *seeds; /* one a replication; as many as the point with the most of them has */
    size_t seed_count;
    const struct engine *engine; /* NULL: of each program, the one that it takes */
    enum log_level log;
    struct warmup warmup;
    uint64_t horizon_ns;
    uint64_t sample_ns;   /* as in struct simulation_setup */
    const char *minimise; /* a metric: the objective; NULL: not said */
    char *baseline; /* the text of the policy that others are compared with; NULL: the first */
    struct limits limits; /* conditions that settings have to meet */
    struct until until;
};

/* Reads a file. Returns 0, or -1 with a line in *error: "FILE:LINE: what, and what is allowed". */
int experiment_read(struct experiment *experiment, const char *path, struct error *error);

/* What runs take in time: to be said again when collectors have changed. */
void experiment_use_cost(struct experiment *experiment, const struct cost_choice *cost);

void experiment_fini(struct experiment *experiment);

/* How many a point is run with. */
size_t experiment_seeds_of(const struct experiment *experiment, size_t point);

/* The largest. */
uint64_t experiment_last_seed(const struct experiment *experiment);

#endif
