/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/best_output.h"
#include "cli/command.h"
#include "cli/estimate.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/run_experiment.h"
#include "cli/table.h"
#include "cli/tried.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sweep/verification.h"

/* What the shorter runs said of the policies, and what the longer ones came to. */
struct verified {
    struct advice *advice;
    size_t count;
    char *name; /* of the experiment */
    const struct metric *objective;
    double *before; /* values of metrics, by advice, of each policy */
};

#define VALUES(verified, i, p) (&(verified)->before[(ADVISED * (i) + (size_t)(p)) * metric_count()])

/* ---- what is advised ------------------------------------------------------------------ */

static bool is_before(const size_t settings[ADVISED], int p)
{
    int i = 0;
    while (settings[i] != settings[p])
        i++;
    return i < p;
}

static void read_advice(struct verified *verified, const struct best_answer *answer)
{
    const struct outcomes *outcomes = &answer->outcomes;
    for (size_t g = 0; g < answer->group_count; g++) {
        const struct best_group *group = &answer->groups[g];
        struct advice *advice = &verified->advice[verified->count];
        if (group->best.count == 0)
            continue;
        size_t plain =
            answer->condition_count ? outcomes_setting(outcomes, g, "default") : NO_SETTING;
        const size_t settings[ADVISED] = {group->best.settings->setting, group->of->baseline,
                                          plain};
        advice->workload = allocate_text(group->of->workload);
        advice->collector = allocate_text(group->of->collector);
        for (int p = 0; p < ADVISED; p++) {
            if (settings[p] == NO_SETTING || is_before(settings, p))
                continue;
            const struct outcome *outcome = &outcomes->settings[settings[p]];
            advice->policies[p] = allocate_text(outcome->policy);
            advice->runs[p] = outcome->first_run;
        }
        verified->count++;
    }
}

/* That of the first run which has not seen what comes, so that there is something to see; the first
 * if all have. */
static void choose_seed(const struct verified *verified, struct run_terms *terms,
                        struct store *store)
{
    struct error error;
    int64_t chosen = 0;
    for (size_t k = 0; k < ADVISED * verified->count && !chosen; k++) {
        const struct advice *advice = &verified->advice[k / ADVISED];
        if (advice->policies[k % ADVISED] &&
            run_uncovered(&chosen, store, advice->runs[k % ADVISED], &error) != 0)
            fail("%s", error.text);
    }
    if (run_terms_read(terms, store, chosen ? chosen : verified->advice->runs[0], &error) != 0)
        fail("--verify: %s", error.text);
}

/* Of the run with that seed. */
static void read_before(struct verified *verified, uint64_t seed, struct store *store)
{
    for (size_t k = 0; k < ADVISED * verified->count; k++) {
        const struct advice *advice = &verified->advice[k / ADVISED];
        enum run_status status;
        struct error error;
        int64_t run;
        if (!advice->policies[k % ADVISED])
            continue;
        if (run_with_seed(&run, store, advice->runs[k % ADVISED], seed, &error) != 0 ||
            run_read(store, run ? run : advice->runs[k % ADVISED], &status,
                     VALUES(verified, k / ADVISED, k % ADVISED), &error) != 0)
            fail("%s", error.text);
    }
}

static void make_experiment(struct verified *verified, struct experiment *experiment,
                            const struct best_answer *answer, struct store *store)
{
    struct error error;
    struct run_terms terms;
    size_t most = answer->group_count;
    *verified = (struct verified){
        .advice = allocate_zeroed(most + 1, sizeof *verified->advice),
        .before = allocate_zeroed(ADVISED * (most + 1) * metric_count(), sizeof *verified->before),
        .objective = answer->outcomes.metrics[answer->objective.metric],
    };
    verified->name = tried_name(answer, "verified");
    read_advice(verified, answer);
    if (verified->count == 0)
        fail("there is no advice to verify: no setting is an answer");
    choose_seed(verified, &terms, store);
    read_before(verified, terms.seed, store);
    if (verification_make(experiment, verified->name, verified->advice, verified->count, &terms,
                          &error) != 0)
        fail("--verify: %s", error.text);
    run_terms_fini(&terms);
}

static void verified_fini(struct verified *verified)
{
    for (size_t i = 0; i < verified->count; i++) {
        free(verified->advice[i].workload);
        free(verified->advice[i].collector);
        for (int p = 0; p < ADVISED; p++)
            free(verified->advice[i].policies[p]);
    }
    free(verified->advice);
    free(verified->before);
    free(verified->name);
}

/* ---- what came of it ------------------------------------------------------------------ */

static void add_value(struct table *table, const struct metric *metric, const double *values)
{
    char text[UNITS_TEXT];
    double value = values[metric - metrics]; /* of the table of all */
    table_add(table, isnan(value) ? "-" : show_value(text, metric, value));
}

static void begin_table(struct table *table, const struct metric *objective)
{
    char before[80], now[80];
    snprintf(before, sizeof before, "%s before", objective->name);
    snprintf(now, sizeof now, "%s now", objective->name);
    const char *const titles[] = {"policy", before, now, "longest pause predicted",
                                  "longest pause now"};
    size_t count = sizeof titles / sizeof *titles;
    table_init(table, count);
    for (size_t i = 0; i < count; i++)
        table_add(table, titles[i]);
}

/* The point of an advice's policy: they are in that order. */
static void print_policies(const struct verified *verified, size_t i, const struct plan *plan,
                           size_t *point, struct store *store)
{
    const struct metric *predicted = metric_named("horizon_pause_max");
    const struct metric *longest = metric_named("service_pause_max");
    double *values = allocate_zeroed(metric_count(), sizeof *values);
    struct table table;
    begin_table(&table, verified->objective);
    for (int p = 0; p < ADVISED; p++) {
        enum run_status status;
        struct error error;
        if (!verified->advice[i].policies[p])
            continue;
        if (run_read(store, plan->runs[(*point)++].id, &status, values, &error) != 0)
            fail("%s", error.text);
        table_add(&table, verified->advice[i].policies[p]);
        add_value(&table, verified->objective, VALUES(verified, i, p));
        add_value(&table, verified->objective, values);
        add_value(&table, predicted, VALUES(verified, i, p));
        add_value(&table, longest, values);
    }
    table_print(&table);
    free(values);
}

static void print_whether_it_stands(const struct advice *advice, const struct best_answer *answer,
                                    const struct best_group *group)
{
    const char *metric = answer->outcomes.metrics[answer->objective.metric]->name;
    const char *best = group && group->best.count
                           ? answer->outcomes.settings[group->best.settings->setting].policy
                           : NULL;
    if (!best)
        print("\nThe advice does not stand: %s is no answer over that time.\n",
              advice->policies[0]);
    else if (strcmp(best, advice->policies[0]) == 0)
        print("\nThe advice stands: %s%s%s.\n", best,
              advice->policies[1] ? " is the better in " : " is still an answer in ", metric);
    else
        print("\nThe advice does not stand: over that time %s is the better in %s.\n", best,
              metric);
}

static void print_verified(const struct verified *verified, const struct best_answer *answer,
                           const struct rounds *rounds)
{
    const struct experiment *experiment = rounds->experiment;
    size_t point = 0;
    print("\nVerified, as experiment %lld, %s:\n", (long long)rounds->plan.id, verified->name);
    for (size_t i = 0; i < verified->count; i++) {
        const struct point *first = &experiment->points[point];
        const char *workload = experiment->workloads[first->workload].text;
        print("\n%s on %s, seed %llu; before: %s\n\n", workload, first->collector->name,
              (unsigned long long)experiment->seeds[0], verified->advice[i].workload);
        print_policies(verified, i, &rounds->plan, &point, rounds->store);
        print_whether_it_stands(&verified->advice[i], answer,
                                tried_group_of(answer, workload, first->collector->name));
    }
    print_rules(rounds);
}

/* ---- all of it ------------------------------------------------------------------------ */

void verify_limits(struct experiment *experiment, const struct best_question *question)
{
    const struct limits *limits = question->subject.limits;
    struct error error;
    for (size_t i = 0; limits && i < limits->count; i++)
        if (limits_add(&experiment->limits, condition_text(limits->items[i]), &error) != 0)
            fail("%s", error.text);
}

void run_to_verify(const struct verifying *verifying, struct rounds *rounds)
{
    struct error error;
    estimate_first(rounds->experiment, (struct share){0}, verifying->workers,
                   verifying->memory_bytes, verifying->allow_long);
    rounds->command = VERIFICATION;
    rounds->execution = (struct execution){.workers = verifying->workers,
                                           .compile = compile_options(verifying->memory_bytes),
                                           .account = memory_account(verifying->memory_bytes)};
    rounds->store = store_open(verifying->db, &error);
    if (!rounds->store)
        fail("%s", error.text);
    run_experiment(rounds, RUN_AS_COMPARE, verifying->allow_long);
    if (rounds->stopped) {
        store_close(rounds->store);
        interrupts_obey();
    }
    if (rounds->failed) {
        store_close(rounds->store);
        fail("%s", rounds->why.text);
    }
}

static void say_what_came(const struct verifying *verifying, const struct verified *verified,
                          struct best_question question, const struct rounds *rounds)
{
    struct open_results longer;
    struct best_answer answer;
    struct error error;
    open_results_of(&longer, rounds->store, rounds->plan.id);
    question.subject.store = longer.store;
    question.subject.experiment = longer.experiment;
    question.objective = verified->objective;
    if (best_answer_make(&answer, &question, &error) != 0)
        fail("%s", error.text);
    if (verifying->json)
        best_json(&answer);
    else
        print_verified(verified, &answer, rounds);
    best_answer_fini(&answer);
    close_results(&longer);
}

void verify_advice(const struct verifying *verifying, const struct best_question *question,
                   const struct best_answer *answer, struct open_results *results)
{
    struct verified verified;
    struct experiment experiment;
    make_experiment(&verified, &experiment, answer, results->store);
    verify_limits(&experiment, question);
    experiment.baseline =
        verified.advice->policies[1] ? allocate_text(verified.advice->policies[1]) : NULL;
    experiment.minimise = tried_objective(answer);
    store_end_reading(results->store);
    struct rounds rounds = {.experiment = &experiment};
    run_to_verify(verifying, &rounds);
    say_what_came(verifying, &verified, *question, &rounds);
    store_close(rounds.store);
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    verified_fini(&verified);
}
