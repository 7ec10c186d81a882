/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/verification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sweep/file/length.h"
#include "sweep/file/terms.h"
#include "workloads/registry.h"

/* ---- settings ------------------------------------------------------------------------- */

/* The place of a setting among `settings`, to which it is added if it is new. A results file may
 * write it in another way than settings do. Returns 0 or -1. */
static int place_of(const char *text, const struct component *const *registry, const char *what,
                    struct setting *settings, size_t *count, size_t *place, struct error *error)
{
    struct setting setting;
    if (setting_parse(&setting, text, registry, what, error) != 0)
        return -1;
    for (*place = 0; *place < *count; ++*place)
        if (strcmp(settings[*place].text, setting.text) == 0)
            break;
    if (*place < *count)
        setting_fini(&setting);
    else
        settings[(*count)++] = setting;
    return 0;
}

static int add_point(struct experiment *experiment, const char *workload, const char *collector,
                     const char *policy, struct error *error)
{
    struct point *point = &experiment->points[experiment->point_count];
    point->collector = collector_version(collector);
    if (!point->collector)
        return error_set(error, "%s is a collector of another pygcsim", collector);
    if (place_of(workload, workloads, "workload", experiment->workloads,
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
    experiment->policies = allocate_zeroed(ADVISED * count, sizeof *experiment->policies);
    experiment->points = allocate_zeroed(ADVISED * count, sizeof *experiment->points);
    for (size_t i = 0; i < count; i++)
        for (int p = 0; p < ADVISED; p++)
            if (advice[i].policies[p] &&
                add_point(experiment, advice[i].workload, advice[i].collector,
                          advice[i].policies[p], error) != 0)
                return -1;
    return 0;
}

char *scatter_trial_workload(const char *workload, double scatter_ns)
{
    char value[32];
    snprintf(value, sizeof value, "%.0fns", scatter_ns);
    char *spec = spec_with(workload, "scatter", value);
    struct setting setting;
    struct error error; /* whoever uses the workload says so */
    if (setting_parse(&setting, spec, workloads, "workload", &error) != 0)
        return spec;
    free(spec);
    spec = allocate_text(setting.text);
    setting_fini(&setting);
    return spec;
}

static int add_trials(struct experiment *experiment, const struct trial *trials, size_t count,
                      struct error *error)
{
    size_t most = 0;
    int status = 0;
    for (size_t i = 0; i < count; i++)
        most += trials[i].policy_count;
    experiment->workloads = allocate_zeroed(count, sizeof *experiment->workloads);
    experiment->policies = allocate_zeroed(most, sizeof *experiment->policies);
    experiment->points = allocate_zeroed(most, sizeof *experiment->points);
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < trials[i].policy_count && status == 0; p++)
            status = add_point(experiment, trials[i].workload, trials[i].collector,
                               trials[i].policies[p], error);
    return status;
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
    /* What is chosen where none is named: other programs of the experiment may take another. */
    experiment->engine = told.engine == &interval_engine ? NULL : told.engine;
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

int trials_make(struct experiment *experiment, const char *name, const struct trial *trials,
                size_t count, const struct run_terms *terms, uint64_t seed, size_t replications,
                struct error *error)
{
    *experiment = (struct experiment){.name = allocate_text(name)};
    if (read_terms(experiment, terms, error) == 0 &&
        seeds_make(experiment, seed, replications, error) == 0 &&
        add_trials(experiment, trials, count, error) == 0 &&
        use_costs(experiment, terms, error) == 0 && until_settle(experiment, error) == 0)
        return 0;
    experiment_fini(experiment);
    return -1;
}
