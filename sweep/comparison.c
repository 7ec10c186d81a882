/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/interval/program_file.h"
#include "sim/model/costs.h"
#include "sweep/file/terms.h"
#include "workloads/registry.h"

/* ---- of specifications ---------------------------------------------------------------- */

static size_t registered_policies(void)
{
    size_t count = 0;
    while (policies[count])
        count++;
    return count;
}

/* Adds a policy, unless it is there already. */
static int add_policy(struct experiment *experiment, const char *spec, struct error *error)
{
    struct setting *policy = &experiment->policies[experiment->policy_count];
    if (setting_parse(policy, spec, policies, "policy", error) != 0)
        return -1;
    for (size_t i = 0; i < experiment->policy_count; i++) {
        if (strcmp(experiment->policies[i].text, policy->text) != 0)
            continue;
        setting_fini(policy);
        return 0;
    }
    experiment->policy_count++;
    return 0;
}

static int add_policies(const struct comparison *comparison, struct experiment *experiment,
                        struct error *error)
{
    bool named = comparison->policy_count > 0;
    size_t count = named ? comparison->policy_count : registered_policies();
    experiment->policies = allocate_zeroed(count, sizeof *experiment->policies);
    for (size_t i = 0; i < count; i++)
        if (add_policy(experiment, named ? comparison->policies[i] : policies[i]->name, error) != 0)
            return -1;
    return 0;
}

static int add_workload(const char *spec, struct experiment *experiment, struct error *error)
{
    experiment->workloads = allocate_zeroed(1, sizeof *experiment->workloads);
    if (setting_parse(&experiment->workloads[0], spec, workloads, "workload", error) != 0)
        return -1;
    experiment->workload_count = 1;
    return 0;
}

static bool is_repeated(const struct comparison *comparison, size_t collector)
{
    for (size_t i = 0; i < collector; i++)
        if (comparison->collectors[i] == comparison->collectors[collector])
            return true;
    return false;
}

static void add_points(const struct comparison *comparison, struct experiment *experiment)
{
    size_t count = experiment->policy_count;
    experiment->points =
        allocate_zeroed(comparison->collector_count * count, sizeof *experiment->points);
    for (size_t c = 0; c < comparison->collector_count; c++)
        for (size_t p = 0; p < count && !is_repeated(comparison, c); p++)
            experiment->points[experiment->point_count++] =
                (struct point){.policy = p, .collector = comparison->collectors[c]};
}

int comparison_make(const struct comparison *comparison, struct experiment *experiment,
                    struct error *error)
{
    *experiment = (struct experiment){.name = allocate_text(comparison->name)};
    if (add_policies(comparison, experiment, error) != 0 ||
        add_workload(comparison->workload, experiment, error) != 0 ||
        seeds_make(experiment, comparison->seed, comparison->replications, error) != 0) {
        experiment_fini(experiment);
        return -1;
    }
    add_points(comparison, experiment);
    experiment_use_cost(experiment, &comparison->cost);
    return 0;
}

/* ---- of a file ------------------------------------------------------------------------ */

static int use_origin(struct experiment *experiment, const char *path,
                      const struct program_origin *origin, bool keep_collectors,
                      struct error *error)
{
    struct error why;
    struct setting workload;
    const struct collector_version *collector = collector_version(origin->collector);
    if (setting_parse(&workload, origin->workload, workloads, "workload", &why) != 0)
        return error_set(error, "%s is of a pygcsim with other workloads: %s", path, why.text);
    setting_fini(&experiment->workloads[0]);
    experiment->workloads[0] = workload;
    experiment->seeds[0] = origin->seed;
    if (!collector)
        return error_set(error, "%s is of a pygcsim with other collectors, as %s", path,
                         origin->collector);
    for (size_t i = 0; i < experiment->point_count && !keep_collectors; i++)
        experiment->points[i].collector = collector;
    const struct cost_choice cost = experiment->cost;
    experiment_use_cost(experiment, &cost);
    return 0;
}

/* Its operations take the times that they have at that point. */
static int check_times(const struct compiled *compiled, const char *path, const char *compiled_for,
                       const struct point *point, struct error *error)
{
    char id[COSTS_ID];
    struct op_costs operations;
    const struct prices prices = prices_of(point->costs, &compiled->program);
    prices_of_operations(&prices, point->costs, &operations);
    if (memcmp(&operations, &compiled->program.costs, sizeof operations) == 0)
        return 0;
    if (strcmp(compiled_for, point->collector->name) == 0)
        return error_set(error,
                         "%s was compiled with other times than those of the costs %s; compile it "
                         "with the same --cost",
                         path, costs_id(point->costs, id));
    return error_set(error,
                     "%s was compiled with the times of %s, which are not those of %s; compile it "
                     "with --collector %s",
                     path, compiled_for, point->collector->name, point->collector->name);
}

int comparison_use_program(struct experiment *experiment, const char *path,
                           const struct compile_options *keep, bool keep_collectors,
                           struct compiled *compiled, struct error *error)
{
    struct program_origin origin;
    int status = program_file_read(path, keep, compiled, &origin, error);
    if (status == 0)
        status = use_origin(experiment, path, &origin, keep_collectors, error);
    for (size_t i = 0; i < experiment->point_count && status == 0; i++)
        status = check_times(compiled, path, origin.collector, &experiment->points[i], error);
    for (size_t i = 0; i < experiment->point_count && status == 0; i++)
        status = compiled_suits(compiled, experiment->points[i].collector, path, error);
    free(origin.workload);
    return status;
}
