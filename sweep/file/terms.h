/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The terms of an experiment: what its file says with keys (sweep/file/keys.c) and the command line
 * with options (cli/), in the same words, with the same limits and defaults. A table takes a term
 * and says where its value goes: {TERM_SEED, PARAM_FIELD(state, seed)}. */
#ifndef PYGCSIM_SWEEP_FILE_TERMS_H
#define PYGCSIM_SWEEP_FILE_TERMS_H

#include <float.h>

#include "policies/registry.h"
#include "results/answer/limits.h"
#include "results/store/logging.h"
#include "results/store/metrics.h"
#include "sim/base/param.h"
#include "sim/engines.h"
#include "sim/model/cost_choice.h"
#include "sim/model/cost_file.h"
#include "sweep/file/experiment.h"

/* Its default is the user's. */
#define TERM_COLLECTOR_NAME .name = "collector", .registry = &collector_registry

#define TERM_COLLECTOR                                                                             \
    TERM_COLLECTOR_NAME, .type = PARAM_ITEM, .initial = DEFAULT_COLLECTOR,                         \
                         .meaning = "the interpreter version"

/* Its field is a struct cost_choice. */
#define TERM_COST                                                                                  \
    .name = "cost", .type = PARAM_RULE, .read = cost_choice_read, .registry = &cost_registry,      \
    .form = COST_CHOICE_FORM, .otherwise = "those of the interpreter version",                     \
    .meaning = "what things take in time: a cost set, and a full collection that you have "        \
               "measured, which calibrates it"

#define TERM_SEED                                                                                  \
    .name = "seed", .type = PARAM_COUNT, .least = 0, .most = PARAM_UNLIMITED, .initial = "1",      \
    .meaning = "the first seed of all random streams: same seed, same program"

#define TERM_REPLICATIONS                                                                          \
    .name = "replications", .type = PARAM_COUNT, .least = 1, .most = REPLICATIONS_MOST,            \
    .initial = "1", .meaning = "how often each setting is run, with seed, seed + 1, …"

/* Its type, form and default are the user's. */
#define TERM_UNTIL                                                                                 \
    .name = "until",                                                                               \
    .meaning = "replications are added until the confidence interval is that small at every "      \
               "point; best: to those settings that can still be the best, until one is left; "    \
               "covered: programs are made longer until all that can come within the horizon has " \
               "been seen"

#define TERM_WARMUP                                                                                \
    .name = "warmup", .type = PARAM_DURATION, .least = 0, .most = PARAM_UNLIMITED,                 \
    .absent = "mser5", .initial = "0s",                                                            \
    .meaning = "how long after start-up the steady state begins; mser5: found from the latencies"

#define TERM_HORIZON                                                                               \
    .name = "horizon", .type = PARAM_DURATION, .least = NS_PER_S, .most = 10 * 365 * NS_PER_D,     \
    .initial = "24h",                                                                              \
    .meaning = "how long the service lives: collections that come within it are predicted"

/* Its default is the user's. */
#define TERM_LOG                                                                                   \
    .name = "log", .type = PARAM_CHOICE, .choices = log_level_names,                               \
    .meaning = "what of a run is stored besides its metrics and histograms"

#define TERM_SAMPLE                                                                                \
    .name = "sample", .type = PARAM_DURATION, .least = NS_PER_US, .most = PARAM_UNLIMITED,         \
    .absent = "auto", .initial = "auto",                                                           \
    .meaning = "wall time between two samples of memory; auto: a 250th of the planned time"

#define TERM_ENGINE                                                                                \
    .name = "engine", .type = PARAM_ITEM, .registry = &engine_registry,                            \
    .otherwise = "interval; graph for a program that takes it",                                    \
    .meaning = "how the heap is simulated; the results are the same"

/* PARAM_NAME or PARAM_ITEM, and its default: the user's. */
#define TERM_MINIMISE                                                                              \
    .name = "minimise", .also = "minimize", .registry = &metric_registry,                          \
    .meaning = "the objective: what is to be small"

#define TERM_BASELINE .name = "baseline", .meaning = "the policy that the others are compared with"

/* Its field is a struct limits; its default is the user's. */
#define TERM_LIMIT                                                                                 \
    .type = PARAM_RULE, .registry = &metric_registry,                                              \
    .meaning = "what every policy should keep to; stored with the results: tables and the page "   \
               "say who does, charts draw it, `best` chooses among those who do"

/* ---- the rule `until` ----------------------------------------------------------------------- */

#define UNTIL_COVERED "covered"

/* Replications before the first look: fewer are often alike by chance, and to stop at the short
 * interval that they make is to have the true mean in it less often (docs/experiments.md). A race
 * takes from its first what the variances of its pairs are. */
#define UNTIL_FEWEST      20
#define UNTIL_BEST_FEWEST 10

/* The most if nothing else is said. A race is long for a few settings only. */
#define UNTIL_MOST      100
#define UNTIL_BEST_MOST 1000

/* Both ends excluded. */
#define UNTIL_SHARE .type = PARAM_REAL, .least = DBL_MIN, .most = 1 - DBL_EPSILON / 2

#define TERM_COVERED                                                                               \
    .name = UNTIL_COVERED, .type = PARAM_FLAG, .otherwise = "no",                                  \
    .meaning = "programs are made longer, up to the horizon, until all their runs are covered"

#define TERM_CI                                                                                    \
    .name = "ci", UNTIL_SHARE, .otherwise = "none",                                                \
    .form = "a share between 0 and 1, such as 5% or 0.05",                                         \
    .meaning = "half of the 95% confidence interval over the mean"

#define TERM_UNTIL_BEST                                                                            \
    .name = "best", UNTIL_SHARE, .otherwise = "none",                                              \
    .form = "a share between 0 and 1, such as 2% or 0.02",                                         \
    .meaning = "the difference to the best that makes no difference; settings that have lost get " \
               "no more replications"

#define TERM_UNTIL_METRIC                                                                          \
    .name = "metric", .type = PARAM_NAME, .registry = &metric_registry,                            \
    .otherwise = "the objective", .meaning = "whose mean"

#define TERM_UNTIL_MOST                                                                            \
    .name = "most", .type = PARAM_COUNT, .least = UNTIL_FEWEST, .most = REPLICATIONS_MOST,         \
    .otherwise = "100, of best 1000, or replications if that is more",                             \
    .meaning = "replications of a point at most"

/* The rule as a text: "5%", "ci=5%,metric=latency_p99,most=200", "best=2%", "covered",
 * "covered,5%". The field is a struct until. */
int until_read(const struct param *param, const char *label, void *field, const char *text,
               struct error *error);

/* Whether what was read is a rule. Returns 0, or -1 with a line in *error. */
int until_check(const struct until *until, const char *label, struct error *error);

/* Its parts: of a struct until. Ends with a NULL name. */
extern const struct param until_params[];

/* ---- what several terms say together -------------------------------------------------------- */

/* Gives an experiment its seeds: so many, from that on. Returns 0, or -1 with a line in *error if
 * the last would be too large. */
int seeds_make(struct experiment *experiment, uint64_t seed, size_t replications,
               struct error *error);

/* Gives it so many seeds if it has fewer: those that it has, and then the next numbers. */
void seeds_extend(struct experiment *experiment, size_t replications);

/* For a rule `until`, once there are seeds and workloads: fills in what was not said. Returns 0, or
 * -1 with a line in *error if it allows fewer replications than there are, or seeds that would be
 * too large, or programs cannot be made longer. */
int until_settle(struct experiment *experiment, struct error *error);

/* When that is the rule: gives the experiment the seeds that are run before the first look. */
void until_begin(struct experiment *experiment);

#endif
