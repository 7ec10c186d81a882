/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/at_scatter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/best_output.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/run_experiment.h"
#include "cli/table.h"
#include "results/answer/show_value.h"
#include "results/store/runs.h"
#include "sim/base/allocate.h"
#include "sweep/verification.h"

#define TRIED_MOST 5 /* policies of a workload: the best, those that come next, the baseline */

/* What is tried of each group that there is advice about, and what was before. */
struct tries {
    const struct best_answer *before;
    struct
    try {
        const struct best_group *group;
        size_t settings[TRIED_MOST]; /* the best first */
        const char *policies[TRIED_MOST];
    }
    *tries;
    struct scatter_trial *trials; /* the same of it for the experiment */
    size_t count, replications;
    char *name; /* of the experiment */
};

/* ---- what is tried -------------------------------------------------------------------- */

static void add_policy(struct tries *tries, size_t setting)
{
    struct try *one = &tries->tries[tries->count];
    struct scatter_trial *trial = &tries->trials[tries->count];
    for (size_t i = 0; i < trial->policy_count; i++)
        if (one->settings[i] == setting)
            return;
    one->settings[trial->policy_count] = setting;
    one->policies[trial->policy_count++] = tries->before->outcomes.settings[setting].policy;
}

/* The best, the baseline, what conditions may speak of, and in order of the objective what there is
 * room for. */
static void choose_policies(struct tries *tries, const struct best_group *group)
{
    const struct best_answer *before = tries->before;
    const struct outcome_group *of = group->of;
    size_t *order = allocate_zeroed(of->count + 1, sizeof *order);
    size_t objective = before->objective.metric;
    size_t reference =
        outcomes_setting(&before->outcomes, (size_t)(group - before->groups), "default");
    for (size_t i = 0; i < of->count; i++)
        order[i] = of->first + i;
    outcomes_sort(&before->outcomes, order, of->count, objective, before->objective.high);
    add_policy(tries, group->best.settings->setting);
    if (of->baseline != NO_SETTING)
        add_policy(tries, of->baseline);
    if (before->condition_count && reference != NO_SETTING)
        add_policy(tries, reference);
    for (size_t i = 0; i < of->count && tries->trials[tries->count].policy_count < TRIED_MOST; i++)
        if (verdict_of_one(&before->outcomes, order[i], objective, NULL, 0) == VERDICT_CANDIDATE)
            add_policy(tries, order[i]);
    free(order);
}

static void add_group(struct tries *tries, size_t number)
{
    const struct best_group *group = &tries->before->groups[number];
    const struct scatter_range *range = &tries->before->scatter.groups[number].order.range;
    if (group->best.count == 0 || !scatter_range_is_open(range))
        return;
    struct try *one = &tries->tries[tries->count];
    one->group = group;
    choose_policies(tries, group);
    struct scatter_trial *trial = &tries->trials[tries->count++];
    trial->workload = group->of->workload;
    trial->collector = group->of->collector;
    trial->policies = one->policies;
    memcpy(trial->scatter_ns, range->at_ns, sizeof trial->scatter_ns);
    if (group->replications.most > tries->replications)
        tries->replications = group->replications.most;
}

static void tries_make(struct tries *tries, struct experiment *experiment,
                       const struct best_answer *answer, struct store *store)
{
    struct error error;
    struct run_terms terms;
    *tries = (struct tries){
        .before = answer,
        .tries = allocate_zeroed(answer->group_count + 1, sizeof *tries->tries),
        .trials = allocate_zeroed(answer->group_count + 1, sizeof *tries->trials),
    };
    if (asprintf(&tries->name, "%s at scatter", answer->outcomes.experiment->name) < 0)
        out_of_memory();
    for (size_t g = 0; g < answer->group_count; g++)
        add_group(tries, g);
    if (tries->count == 0)
        fail(
            "--scatter: there is nothing to try: no setting is an answer that depends on times, or "
            "a measured pause says the scatter");
    int64_t first = answer->outcomes.settings[tries->tries->settings[0]].first_run;
    if (run_terms_read(&terms, store, first, &error) != 0 ||
        scatter_trials_make(experiment, tries->name, tries->trials, tries->count, &terms,
                            tries->replications, &error) != 0)
        fail("--scatter: %s", error.text);
    experiment->baseline = allocate_text(tries->tries->policies[0]);
    run_terms_fini(&terms);
}

static void tries_fini(struct tries *tries)
{
    free(tries->tries);
    free(tries->trials);
    free(tries->name);
}

/* ---- what came of it ------------------------------------------------------------------ */

/* The group with that scatter of the answer about what was tried; NULL: it has none. */
static const struct best_group *group_at(const struct best_answer *answer,
                                         const struct scatter_trial *trial, int end)
{
    const struct best_group *found = NULL;
    char *workload = scatter_trial_workload(trial->workload, trial->scatter_ns[end]);
    for (size_t g = 0; g < answer->group_count && !found; g++) {
        const struct outcome_group *of = answer->groups[g].of;
        if (strcmp(of->workload, workload) == 0 && strcmp(of->collector, trial->collector) == 0)
            found = &answer->groups[g];
    }
    free(workload);
    return found;
}

static void add_value(struct table *table, const struct best_answer *answer, size_t setting)
{
    static const struct estimate none = {.mean = NAN, .interval = {NAN, NAN}};
    char text[SHOW_ESTIMATE];
    size_t metric = answer->objective.metric;
    table_add(table, show_estimate(text, answer->outcomes.metrics[metric],
                                   setting == NO_SETTING
                                       ? none
                                       : outcomes_mean(&answer->outcomes, setting, metric)));
}

static size_t setting_at(const struct best_answer *answer, const struct best_group *group,
                         const char *policy)
{
    return group ? outcomes_setting(&answer->outcomes,
                                    (size_t)(group->of - answer->outcomes.groups), policy)
                 : NO_SETTING;
}

static void print_values(const struct tries *tries, size_t i, const struct best_answer *answer,
                         const struct best_group *const at[PRICE_ENDS])
{
    const struct scatter_trial *trial = &tries->trials[i];
    struct table table;
    char title[80];
    table_init(&table, 2 + PRICE_ENDS);
    table_add(&table, "policy");
    table_add(&table, answer->outcomes.metrics[answer->objective.metric]->name);
    for (int end = 0; end < PRICE_ENDS; end++) {
        snprintf(title, sizeof title, "at %.0f ns", trial->scatter_ns[end]);
        table_add(&table, title);
    }
    for (size_t p = 0; p < trial->policy_count; p++) {
        table_add(&table, trial->policies[p]);
        add_value(&table, tries->before, tries->tries[i].settings[p]);
        for (int end = 0; end < PRICE_ENDS; end++)
            add_value(&table, answer, setting_at(answer, at[end], trial->policies[p]));
    }
    table_print(&table);
}

/* The best there, or not told apart from it. */
static bool stays(const struct best_answer *answer, const struct best_group *group,
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

static void print_verdict(const struct scatter_trial *trial, const struct best_answer *answer,
                          const struct best_group *const at[PRICE_ENDS])
{
    const char *best = trial->policies[0];
    bool stands = true;
    for (int end = 0; end < PRICE_ENDS; end++) {
        if (stays(answer, at[end], best))
            continue;
        stands = false;
        if (at[end] && at[end]->best.count)
            print("\nAt %.0f ns %s is the better.\n", trial->scatter_ns[end],
                  answer->outcomes.settings[at[end]->best.settings->setting].policy);
        else
            print("\nAt %.0f ns none of these is an answer.\n", trial->scatter_ns[end]);
    }
    if (stands)
        print("\nThe advice stands however objects lie in memory: %s.\n", best);
    else
        print("The advice depends on how objects lie in memory: measure a pause (--cost "
              "pause=84ms@890000).\n");
}

static void print_tried(const struct tries *tries, const struct best_answer *answer,
                        const struct rounds *rounds)
{
    print("\nWith the least and the most scatter that services have reported, as experiment %lld, "
          "%s:\n",
          (long long)rounds->plan.id, tries->name);
    for (size_t i = 0; i < tries->count; i++) {
        const struct scatter_trial *trial = &tries->trials[i];
        const struct best_group *at[PRICE_ENDS];
        for (int end = 0; end < PRICE_ENDS; end++)
            at[end] = group_at(answer, trial, end);
        print("\n%s\n\n", tries->tries[i].group->title);
        print_values(tries, i, answer, at);
        print_verdict(trial, answer, at);
    }
}

/* ---- all of it ------------------------------------------------------------------------ */

static void say_what_came(const struct verifying *verifying, const struct tries *tries,
                          struct best_question question, const struct rounds *rounds)
{
    struct open_results tried;
    struct best_answer answer;
    struct error error;
    open_results_of(&tried, rounds->store, rounds->plan.id);
    question.subject.store = tried.store;
    question.subject.experiment = tried.experiment;
    question.objective = tries->before->outcomes.metrics[tries->before->objective.metric];
    question.groups_most = SIZE_MAX;
    question.tied_most = SIZE_MAX;
    if (best_answer_make(&answer, &question, &error) != 0)
        fail("%s", error.text);
    if (verifying->json)
        best_json(&answer);
    else
        print_tried(tries, &answer, rounds);
    best_answer_fini(&answer);
    close_results(&tried);
}

void try_at_scatter(const struct verifying *verifying, const struct best_question *question,
                    const struct best_answer *answer, struct open_results *results)
{
    struct tries tries;
    struct experiment experiment;
    tries_make(&tries, &experiment, answer, results->store);
    store_end_reading(results->store);
    struct rounds rounds = {.experiment = &experiment};
    run_to_verify(verifying, &rounds);
    say_what_came(verifying, &tries, *question, &rounds);
    store_close(rounds.store);
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    tries_fini(&tries);
}
