/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/at_scatter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/best_output.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/run_experiment.h"
#include "cli/tried.h"
#include "sim/base/allocate.h"

/* Policies of a workload: the best, those that come next, the baseline. */
#define TRIED_AT_SCATTER 5

/* What is tried of each group that there is advice about, and what was before. */
struct tries {
    const struct best_answer *before;
    struct tried_ends {
        struct tried_group tried;
        double scatter_ns[PRICE_ENDS];
        char *workloads[PRICE_ENDS]; /* with that scatter */
    } * tries;
    size_t count, replications;
    char *name; /* of the experiment */
};

/* ---- what is tried -------------------------------------------------------------------- */

/* And in order of the objective what there is room for. */
static void choose_policies(struct tried_group *tried, const struct best_answer *before,
                            const struct best_group *group)
{
    const struct outcome_group *of = group->of;
    size_t *order = allocate_zeroed(of->count + 1, sizeof *order);
    size_t objective = before->objective.metric;
    for (size_t i = 0; i < of->count; i++)
        order[i] = of->first + i;
    outcomes_sort(&before->outcomes, order, of->count, objective, before->objective.high);
    tried_begin(tried, before, group);
    for (size_t i = 0; i < of->count && tried->count < TRIED_AT_SCATTER; i++)
        if (verdict_of_one(&before->outcomes, order[i], objective, NULL, 0) == VERDICT_CANDIDATE)
            tried_add(tried, before, order[i]);
    free(order);
}

static void add_group(struct tries *tries, size_t number)
{
    const struct best_group *group = &tries->before->groups[number];
    const struct scatter_range *range = &tries->before->scatter.groups[number].order.range;
    if (group->best.count == 0 || !scatter_range_is_open(range))
        return;
    struct tried_ends *one = &tries->tries[tries->count++];
    choose_policies(&one->tried, tries->before, group);
    memcpy(one->scatter_ns, range->at_ns, sizeof one->scatter_ns);
    for (int end = 0; end < PRICE_ENDS; end++)
        one->workloads[end] = scatter_trial_workload(group->of->workload, one->scatter_ns[end]);
    if (group->replications.most > tries->replications)
        tries->replications = group->replications.most;
}

static void make_experiment(const struct tries *tries, struct experiment *experiment,
                            struct store *store)
{
    struct error error;
    struct run_terms terms = tried_terms(tries->before, &tries->tries->tried, store, "scatter");
    size_t count = PRICE_ENDS * tries->count;
    struct trial *trials = allocate_zeroed(count, sizeof *trials);
    for (size_t i = 0; i < count; i++) {
        const struct tried_ends *one = &tries->tries[i / PRICE_ENDS];
        trials[i] = tried_trial(&one->tried, one->workloads[i % PRICE_ENDS]);
    }
    if (trials_make(experiment, tries->name, trials, count, &terms, terms.seed, tries->replications,
                    &error) != 0)
        fail("--scatter: %s", error.text);
    experiment->baseline = allocate_text(tries->tries->tried.policies[0]);
    experiment->minimise = tried_objective(tries->before);
    free(trials);
    run_terms_fini(&terms);
}

static void tries_make(struct tries *tries, struct experiment *experiment,
                       const struct best_answer *answer, struct store *store)
{
    *tries = (struct tries){
        .before = answer,
        .tries = allocate_zeroed(answer->group_count + 1, sizeof *tries->tries),
        .name = tried_name(answer, "at scatter"),
    };
    for (size_t g = 0; g < answer->group_count; g++)
        add_group(tries, g);
    if (tries->count == 0)
        fail(
            "--scatter: there is nothing to try: no setting is an answer that depends on times, or "
            "a measured pause says the scatter");
    make_experiment(tries, experiment, store);
}

static void tries_fini(struct tries *tries)
{
    for (size_t i = 0; i < PRICE_ENDS * tries->count; i++)
        free(tries->tries[i / PRICE_ENDS].workloads[i % PRICE_ENDS]);
    free(tries->tries);
    free(tries->name);
}

/* ---- what came of it ------------------------------------------------------------------ */

static void print_values(const struct tried_ends *one, const struct best_answer *before,
                         const struct best_answer *answer,
                         const struct best_group *const at[PRICE_ENDS])
{
    struct table table;
    char title[80];
    table_init(&table, 2 + PRICE_ENDS);
    table_add(&table, "policy");
    table_add(&table, answer->outcomes.metrics[answer->objective.metric]->name);
    for (int end = 0; end < PRICE_ENDS; end++) {
        snprintf(title, sizeof title, "at %.0f ns", one->scatter_ns[end]);
        table_add(&table, title);
    }
    for (size_t p = 0; p < one->tried.count; p++) {
        table_add(&table, one->tried.policies[p]);
        tried_add_value(&table, before, one->tried.settings[p]);
        for (int end = 0; end < PRICE_ENDS; end++)
            tried_add_value(&table, answer, tried_setting(answer, at[end], one->tried.policies[p]));
    }
    table_print(&table);
}

static void print_verdict(const struct tried_ends *one, const struct best_answer *answer,
                          const struct best_group *const at[PRICE_ENDS])
{
    const char *best = one->tried.policies[0];
    bool stands = true;
    for (int end = 0; end < PRICE_ENDS; end++) {
        if (tried_stays(answer, at[end], best))
            continue;
        stands = false;
        if (at[end] && at[end]->best.count)
            print("\nAt %.0f ns %s is the better.\n", one->scatter_ns[end],
                  answer->outcomes.settings[at[end]->best.settings->setting].policy);
        else
            print("\nAt %.0f ns none of these is an answer.\n", one->scatter_ns[end]);
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
        const struct tried_ends *one = &tries->tries[i];
        const struct best_group *at[PRICE_ENDS];
        for (int end = 0; end < PRICE_ENDS; end++)
            at[end] = tried_group_of(answer, one->workloads[end], one->tried.group->of->collector);
        print("\n%s\n\n", one->tried.group->title);
        print_values(one, tries->before, answer, at);
        print_verdict(one, answer, at);
    }
}

/* ---- all of it ------------------------------------------------------------------------ */

static void say_what_came(const struct verifying *verifying, const struct tries *tries,
                          struct best_question question, const struct rounds *rounds)
{
    struct open_results tried;
    struct best_answer answer;
    tried_answer(&answer, &tried, &question, tries->before, rounds);
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
