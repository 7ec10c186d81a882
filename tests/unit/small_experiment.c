/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/small_experiment.h"

#include "policies/registry.h"
#include "sim/base/allocate.h"
#include "sim/engines.h"
#include "sim/simulation.h"
#include "tests/unit/check.h"
#include "workloads/registry.h"

static size_t length(const char *const list[])
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

static struct setting *settings_of(const char *const specs[],
                                   const struct component *const registry[])
{
    struct setting *settings = allocate_zeroed(length(specs), sizeof *settings);
    struct error error = {""};
    for (size_t i = 0; specs[i]; i++) {
        setting_parse(&settings[i], specs[i], registry, "specification", &error);
        check_text(specs[i], error.text, "");
    }
    return settings;
}

void small_experiment_make(const struct small_experiment *small, struct experiment *experiment)
{
    static const char *const usual[] = {"cpython-3.13", NULL};
    const char *const *collectors = small->collectors[0] ? small->collectors : usual;
    *experiment = (struct experiment){
        .name = allocate_text("small"),
        .workloads = settings_of(small->workloads, workloads),
        .workload_count = length(small->workloads),
        .policies = settings_of(small->policies, policies),
        .policy_count = length(small->policies),
        .seed_count = small->seeds ? small->seeds : 1,
        .engine = small->engine ? small->engine : &interval_engine,
        .log = small->log,
        .sample_ns = SAMPLE_AUTO,
    };
    experiment->points =
        allocate_zeroed(experiment->workload_count * length(collectors) * experiment->policy_count,
                        sizeof *experiment->points);
    for (size_t w = 0; w < experiment->workload_count; w++)
        for (size_t c = 0; collectors[c]; c++)
            for (size_t p = 0; p < experiment->policy_count; p++)
                experiment->points[experiment->point_count++] =
                    (struct point){w, p, collector_version(collectors[c])};
    experiment_use_cost(experiment, &(struct cost_choice){0});
    experiment->seeds = allocate_zeroed(experiment->seed_count, sizeof *experiment->seeds);
    for (size_t i = 0; i < experiment->seed_count; i++)
        experiment->seeds[i] = 11 + i;
}
