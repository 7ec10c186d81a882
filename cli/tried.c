/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tried.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"

/* ---- which they are ------------------------------------------------------------------- */

void tried_add(struct tried_group *tried, const struct best_answer *answer, size_t setting)
{
    if (setting == NO_SETTING || tried->count == TRIED_MOST)
        return;
    for (size_t i = 0; i < tried->count; i++)
        if (tried->settings[i] == setting)
            return;
    tried->settings[tried->count] = setting;
    tried->policies[tried->count++] = answer->outcomes.settings[setting].policy;
}

void tried_begin(struct tried_group *tried, const struct best_answer *answer,
                 const struct best_group *group)
{
    *tried = (struct tried_group){.group = group};
    tried_add(tried, answer, group->best.settings->setting);
    tried_add(tried, answer, group->of->baseline);
    if (answer->condition_count)
        tried_add(tried, answer, tried_setting(answer, group, "default"));
}

struct trial tried_trial(const struct tried_group *tried, const char *workload)
{
    return (struct trial){.workload = workload,
                          .collector = tried->group->of->collector,
                          .policies = tried->policies,
                          .policy_count = tried->count};
}

char *tried_name(const struct best_answer *answer, const char *what)
{
    char *name;
    if (asprintf(&name, "%s %s", answer->outcomes.experiment->name, what) < 0)
        out_of_memory();
    return name;
}

const char *tried_objective(const struct best_answer *answer)
{
    const struct metric *metric = answer->outcomes.metrics[answer->objective.metric];
    const struct metric *seen = metric_seen(metric);
    return answer->objective.high ? NULL : (seen ? seen : metric)->name;
}

struct run_terms tried_terms(const struct best_answer *answer, const struct tried_group *tried,
                             struct store *store, const char *option)
{
    struct error error;
    struct run_terms terms;
    if (run_terms_read(&terms, store, answer->outcomes.settings[tried->settings[0]].first_run,
                       &error) != 0)
        fail("--%s: %s", option, error.text);
    return terms;
}

/* ---- what came of them ---------------------------------------------------------------- */

void tried_answer(struct best_answer *answer, struct open_results *results,
                  struct best_question *question, const struct best_answer *before,
                  const struct rounds *rounds)
{
    struct error error;
    open_results_of(results, rounds->store, rounds->plan.id);
    question->subject.store = results->store;
    question->subject.experiment = results->experiment;
    question->objective = before->outcomes.metrics[before->objective.metric];
    question->groups_most = SIZE_MAX;
    question->tied_most = SIZE_MAX;
    if (best_answer_make(answer, question, &error) != 0)
        fail("%s", error.text);
}

const struct best_group *tried_group_of(const struct best_answer *answer, const char *workload,
                                        const char *collector)
{
    for (size_t g = 0; g < answer->group_count; g++)
        if (strcmp(answer->groups[g].of->workload, workload) == 0 &&
            strcmp(answer->groups[g].of->collector, collector) == 0)
            return &answer->groups[g];
    return NULL;
}

size_t tried_setting(const struct best_answer *answer, const struct best_group *group,
                     const char *policy)
{
    return group ? outcomes_setting(&answer->outcomes,
                                    (size_t)(group->of - answer->outcomes.groups), policy)
                 : NO_SETTING;
}

void tried_add_value(struct table *table, const struct best_answer *answer, size_t setting)
{
    static const struct estimate none = {.mean = NAN, .interval = {NAN, NAN}};
    char text[SHOW_ESTIMATE];
    size_t metric = answer->objective.metric;
    table_add(table, show_estimate(text, answer->outcomes.metrics[metric],
                                   setting == NO_SETTING
                                       ? none
                                       : outcomes_mean(&answer->outcomes, setting, metric)));
}

bool tried_stays(const struct best_answer *answer, const struct best_group *group,
                 const char *policy)
{
    const struct outcome *settings = answer->outcomes.settings;
    if (!group || group->best.count == 0)
        return false;
    bool found = strcmp(settings[group->best.settings->setting].policy, policy) == 0;
    for (size_t i = 0; i < group->tied.listed; i++)
        found |= strcmp(settings[group->tied.settings[i].setting].policy, policy) == 0;
    return found;
}
