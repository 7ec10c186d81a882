/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/confirm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/best_output.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/run_experiment.h"
#include "cli/tried.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"

#define TIED_MOST 4 /* settings of a workload that are run again beside the best */

struct confirmed {
    const struct best_answer *before;
    struct tried_group *tried;
    size_t count;
    char *name; /* of the experiment */
};

/* ---- what is run again ---------------------------------------------------------------- */

static void add_group(struct confirmed *confirmed, const struct best_group *group)
{
    struct tried_group *tried = &confirmed->tried[confirmed->count];
    if (group->best.count == 0)
        return;
    confirmed->count++;
    tried_begin(tried, confirmed->before, group);
    for (size_t i = 0; i < group->tied.listed && i < TIED_MOST; i++)
        tried_add(tried, confirmed->before, group->tied.settings[i].setting);
}

/* The first that no run of the experiment has had. */
static uint64_t fresh_seed(const struct confirmed *confirmed, struct store *store)
{
    struct error error;
    uint64_t last;
    if (runs_last_seed(&last, store, confirmed->before->outcomes.experiment->number, &error) != 0)
        fail("%s", error.text);
    return last + 1;
}

static void make_experiment(const struct confirmed *confirmed, struct experiment *experiment,
                            size_t replications, struct store *store)
{
    struct error error;
    struct run_terms terms = tried_terms(confirmed->before, confirmed->tried, store, "confirm");
    struct trial *trials = allocate_zeroed(confirmed->count, sizeof *trials);
    const char *baseline = confirmed->before->outcomes.baseline;
    for (size_t i = 0; i < confirmed->count; i++)
        trials[i] = tried_trial(&confirmed->tried[i], confirmed->tried[i].group->of->workload);
    if (trials_make(experiment, confirmed->name, trials, confirmed->count, &terms,
                    fresh_seed(confirmed, store), replications, &error) != 0)
        fail("--confirm: %s", error.text);
    experiment->baseline = baseline ? allocate_text(baseline) : NULL;
    experiment->minimise = tried_objective(confirmed->before);
    free(trials);
    run_terms_fini(&terms);
}

static void confirmed_make(struct confirmed *confirmed, const struct best_answer *answer)
{
    *confirmed = (struct confirmed){
        .before = answer,
        .tried = allocate_zeroed(answer->group_count + 1, sizeof *confirmed->tried),
        .name = tried_name(answer, "confirmed"),
    };
    for (size_t g = 0; g < answer->group_count; g++)
        add_group(confirmed, &answer->groups[g]);
    if (confirmed->count == 0)
        fail("there is no advice to confirm: no setting is an answer");
}

static void confirmed_fini(struct confirmed *confirmed)
{
    free(confirmed->tried);
    free(confirmed->name);
}

/* An earlier one of that name, of which only what is missing is run; 0: there is none. */
static int64_t find_earlier(const struct confirmed *confirmed, const struct history *history)
{
    int64_t found = 0;
    for (size_t i = 0; i < history->count; i++) {
        const struct past_experiment *experiment = &history->experiments[i];
        if (strcmp(experiment->name, confirmed->name) == 0 &&
            strcmp(experiment->command, VERIFICATION) == 0 &&
            strcmp(experiment->version, PYGCSIM_VERSION) == 0)
            found = experiment->number;
    }
    return found;
}

/* ---- what came of it ------------------------------------------------------------------ */

static void begin_table(struct table *table, const char *objective)
{
    const char *const titles[] = {"policy", objective, "with fresh seeds",
                                  "difference to the first"};
    size_t count = sizeof titles / sizeof *titles;
    table_init(table, count);
    for (size_t i = 0; i < count; i++)
        table_add(table, titles[i]);
}

/* Of the same fresh seeds, one of so many comparisons. Is it not told apart from the first? */
static bool add_difference(struct table *table, const struct best_answer *answer, size_t setting,
                           size_t first, size_t comparisons)
{
    char text[SHOW_VERDICT];
    size_t metric = answer->objective.metric;
    if (setting == NO_SETTING || first == NO_SETTING || setting == first) {
        table_add(table, "");
        return false;
    }
    const struct verdict verdict =
        verdict_of_two(&answer->outcomes, setting, first, metric, comparisons);
    table_add(table, show_verdict(text, answer->outcomes.metrics[metric], &verdict));
    return verdict_is_not_told_apart(verdict.value);
}

/* Are others not told apart from the first? */
static bool print_values(const struct confirmed *confirmed, const struct tried_group *tried,
                         const struct best_answer *answer, const struct best_group *now)
{
    struct table table;
    bool open = false;
    size_t first = tried_setting(answer, now, tried->policies[0]);
    begin_table(&table, answer->outcomes.metrics[answer->objective.metric]->name);
    for (size_t i = 0; i < tried->count; i++) {
        size_t setting = tried_setting(answer, now, tried->policies[i]);
        table_add(&table, tried->policies[i]);
        tried_add_value(&table, confirmed->before, tried->settings[i]);
        tried_add_value(&table, answer, setting);
        open |= add_difference(&table, answer, setting, first, tried->count - 1);
    }
    table_print(&table);
    return open;
}

static void print_verdict(const char *advised, bool open, const struct best_answer *answer,
                          const struct best_group *now)
{
    const char *best = now && now->best.count
                           ? answer->outcomes.settings[now->best.settings->setting].policy
                           : NULL;
    if (!best)
        print("\nThe advice does not stand: with fresh seeds none of these is an answer.\n");
    else if (strcmp(best, advised) == 0)
        print("\nThe advice stands: %s %s with fresh seeds, too%s\n", advised,
              open ? "comes first" : "is the best",
              open ? ", but is not told apart from all others (~)." : ".");
    else if (tried_stays(answer, now, advised))
        print("\nThe advice stands: with fresh seeds %s comes first, but is not told apart from "
              "%s.\n",
              best, advised);
    else
        print("\nThe advice does not stand: with fresh seeds %s is the better.\n", best);
}

static void print_confirmed(const struct confirmed *confirmed, const struct best_answer *answer,
                            const struct rounds *rounds)
{
    const struct experiment *experiment = rounds->experiment;
    print("\nWith %zu seeds that it was not chosen by, %" PRIu64 " to %" PRIu64
          ", as experiment %lld, %s:\n",
          experiment->seed_count, experiment->seeds[0], experiment_last_seed(experiment),
          (long long)rounds->plan.id, confirmed->name);
    for (size_t i = 0; i < confirmed->count; i++) {
        const struct tried_group *tried = &confirmed->tried[i];
        const struct best_group *now =
            tried_group_of(answer, tried->group->of->workload, tried->group->of->collector);
        print("\n%s\n\n", tried->group->title);
        bool open = print_values(confirmed, tried, answer, now);
        print_verdict(tried->policies[0], open, answer, now);
    }
}

/* ---- all of it ------------------------------------------------------------------------ */

static void say_what_came(const struct verifying *verifying, const struct confirmed *confirmed,
                          struct best_question question, const struct rounds *rounds)
{
    struct open_results fresh;
    struct best_answer answer;
    tried_answer(&answer, &fresh, &question, confirmed->before, rounds);
    if (verifying->json)
        best_json(&answer);
    else
        print_confirmed(confirmed, &answer, rounds);
    best_answer_fini(&answer);
    close_results(&fresh);
}

void confirm_advice(const struct verifying *verifying, size_t replications,
                    const struct best_question *question, const struct best_answer *answer,
                    struct open_results *results)
{
    struct confirmed confirmed;
    struct experiment experiment;
    confirmed_make(&confirmed, answer);
    make_experiment(&confirmed, &experiment, replications, results->store);
    verify_limits(&experiment, question);
    store_end_reading(results->store);
    struct rounds rounds = {.experiment = &experiment,
                            .continues = find_earlier(&confirmed, &results->history)};
    run_to_verify(verifying, &rounds);
    say_what_came(verifying, &confirmed, *question, &rounds);
    store_close(rounds.store);
    rounds_fini(&rounds);
    experiment_fini(&experiment);
    confirmed_fini(&confirmed);
}
