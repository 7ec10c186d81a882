/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/verification.h"

#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sweep/file/terms.h"
#include "workloads/registry.h"

/* ---- settings ------------------------------------------------------------------------- */

/* The place of a setting among `settings`, to which it is added if it is new. Returns 0 or -1. */
static int place_of(const char *text, const struct component *const *registry, const char *what,
                    struct setting *settings, size_t *count, size_t *place, struct error *error)
{
    for (*place = 0; *place < *count; ++*place)
        if (strcmp(settings[*place].text, text) == 0)
            return 0;
    if (setting_parse(&settings[*count], text, registry, what, error) != 0)
        return -1;
    ++*count;
    return 0;
}

static int add_point(struct experiment *experiment, const struct advice *advice, const char *policy,
                     struct error *error)
{
    struct point *point = &experiment->points[experiment->point_count];
    point->collector = collector_version(advice->collector);
    if (!point->collector)
        return error_set(error, "%s is a collector of another pygcsim", advice->collector);
    if (place_of(advice->workload, workloads, "workload", experiment->workloads,
                 &experiment->workload_count, &point->workload, error) != 0 ||
        place_of(policy, policies, "policy", experiment->policies, &experiment->policy_count,
                 &point->policy, error) != 0)
        return -1;
    experiment->point_count++;
    return 0;
}

static int add_points(struct experiment *experiment, const struct advice *advice, size_t count,
                      struct error *error)
{
    experiment->workloads = allocate_zeroed(count, sizeof *experiment->workloads);
    experiment->policies = allocate_zeroed(2 * count, sizeof *experiment->policies);
    experiment->points = allocate_zeroed(2 * count, sizeof *experiment->points);
    for (size_t i = 0; i < count; i++)
        for (int p = 0; p < 2; p++)
            if (advice[i].policies[p] &&
                add_point(experiment, &advice[i], advice[i].policies[p], error) != 0)
                return -1;
    return 0;
}

/* ---- terms ---------------------------------------------------------------------------- */

struct told {
    const struct engine *engine;
    int64_t log;
    struct warmup warmup;
    uint64_t sample_ns, horizon_ns;
};

static int read_terms(struct experiment *experiment, const struct run_terms *terms,
                      struct error *error)
{
    static const struct param params[] = {
        {TERM_ENGINE, PARAM_FIELD(told, engine)},      {TERM_LOG, PARAM_FIELD(told, log)},
        {TERM_WARMUP, PARAM_FIELD(told, warmup)},      {TERM_SAMPLE, PARAM_FIELD(told, sample_ns)},
        {TERM_HORIZON, PARAM_FIELD(told, horizon_ns)},
    };
    const char *const texts[] = {terms->engine, terms->log, terms->warmup, terms->sampling,
                                 terms->horizon};
    struct told told = {0};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if (param_read(&params[i], params[i].name, &told, texts[i], error) != 0)
            return -1;
    experiment->engine = told.engine;
    experiment->log = (enum log_level)told.log;
    experiment->warmup = told.warmup;
    experiment->sample_ns = told.sample_ns;
    experiment->horizon_ns = told.horizon_ns;
    return 0;
}

static int use_costs(struct experiment *experiment, const struct run_terms *terms,
                     struct error *error)
{
    struct cost_choice cost;
    const struct collector_version *collector = collector_version(terms->collector);
    if (!collector)
        return error_set(error, "%s is a collector of another pygcsim", terms->collector);
    if (cost_choice_again(&cost, terms->costs, collector, error) != 0)
        return -1;
    experiment_use_cost(experiment, &cost);
    return 0;
}

int verification_make(struct experiment *experiment, const char *name, const struct advice *advice,
                      size_t count, const struct run_terms *terms, struct error *error)
{
    *experiment = (struct experiment){.name = allocate_text(name), .until = {.covered = true}};
    if (read_terms(experiment, terms, error) == 0 &&
        seeds_make(experiment, terms->seed, 1, error) == 0 &&
        add_points(experiment, advice, count, error) == 0 &&
        use_costs(experiment, terms, error) == 0 && until_settle(experiment, error) == 0)
        return 0;
    experiment_fini(experiment);
    return -1;
}
