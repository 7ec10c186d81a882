/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/answer/single_runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/runs.h"
#include "sim/base/allocate.h"
#include "sim/base/units.h"

/* The first parameter that names an event which was never reported, or not so often. */
static void find_missed(struct single_run *run)
{
    const struct simulation_result *result = run->result;
    for (const struct setting *part = run->policy; part; part = part->next) {
        const struct param *param;
        for (size_t i = 0; (param = component_param(part->component, i)); i++) {
            if (param->choices != program_event_names)
                continue;
            struct moment moment = param_moment(param, setting_state(part, param));
            if (moment.event < 0 || result->events[moment.event] >= (uint64_t)moment.count)
                continue;
            run->missed_event = program_event_names[moment.event];
            run->missed_count = moment.count;
            return;
        }
    }
}

/* The first part that has never been in force. */
static const char *find_left_out(const struct single_run *run)
{
    uint64_t bit = 1;
    for (const struct setting *part = run->policy; part; part = part->next, bit <<= 1)
        if (run->result->ending.plans.left_out & bit)
            return part->component->name;
    return NULL;
}

static bool is_unsteady(const struct simulation_result *result)
{
    return result->status == RUN_finished && result->steady_ns &&
           result->steady_ns >= result->wall_ns;
}

static bool is_setting_of(const struct outcomes *outcomes, size_t setting,
                          const struct single_run *run)
{
    const struct outcome_group *group = &outcomes->groups[outcomes->settings[setting].group];
    return strcmp(outcomes->settings[setting].policy, run->policy->text) == 0 &&
           strcmp(group->workload, run->workload->text) == 0 &&
           strcmp(group->collector, run->collector) == 0;
}

static void judge(struct single_run *run, const struct outcomes *outcomes)
{
    for (size_t s = 0; s < outcomes->setting_count && !run->limits; s++)
        if (is_setting_of(outcomes, s, run)) {
            run->limits = verdicts_of_limits(outcomes, s);
            run->horizon = outcomes->groups[outcomes->settings[s].group].horizon;
        }
}

int single_runs_read(struct single_runs *answer, const struct single_run *runs, size_t count,
                     struct store *store, struct error *error)
{
    int status = 0;
    *answer = (struct single_runs){.runs = allocate_zeroed(count + 1, sizeof *runs)};
    for (size_t i = 0; i < count && status == 0; i++) {
        struct single_run *run = &answer->runs[answer->count++];
        *run = runs[i];
        run->values = allocate_zeroed(metric_count(), sizeof *run->values);
        if (run->result) {
            find_missed(run);
            run->left_out = find_left_out(run);
            run->unsteady = is_unsteady(run->result);
        }
        status = run_read(store, run->id, &run->status, run->values, error);
        if (status == 0)
            run->outlook = outlook_of_run(run->values);
    }
    if (status != 0)
        single_runs_fini(answer);
    return status;
}

void single_runs_judge(struct single_runs *answer, const struct outcomes *outcomes)
{
    answer->outcomes = outcomes;
    for (size_t i = 0; i < answer->count; i++)
        judge(&answer->runs[i], outcomes);
}

void single_runs_fini(struct single_runs *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        free(answer->runs[i].values);
        free(answer->runs[i].limits);
    }
    free(answer->runs);
    *answer = (struct single_runs){0};
}

double single_run_value(const struct single_run *run, const struct metric *metric)
{
    return run->values[metric - metrics];
}

bool single_runs_have(const struct single_runs *answer, const struct metric *metric)
{
    for (size_t i = 0; i < answer->count; i++)
        if (!isnan(single_run_value(&answer->runs[i], metric)))
            return true;
    return false;
}
