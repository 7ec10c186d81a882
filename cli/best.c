/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim best: which policies to take, and the Python lines that set them. */
#include <stdlib.h>
#include <string.h>

#include "cli/best_answer.h"
#include "cli/command.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"

#define GROUPS_MOST 10 /* answers */

struct command {
    struct which_results which;
    const struct metric *objective; /* NULL: not said */
    bool high;
    struct conditions {
        struct condition **items;
        size_t count, capacity;
    } conditions;
    struct metric_list pareto;
    const char *baseline;
    bool json;
};

static int read_condition(const struct param *param, const char *label, void *field,
                          const char *text, struct error *error)
{
    struct conditions *conditions = field;
    struct error why;
    struct condition *condition = condition_parse(text, &why);
    (void)param;
    if (!condition)
        return error_set(error, "%s: %s", label, why.text);
    conditions->items = allocate_grow(conditions->items, &conditions->capacity,
                                      conditions->count + 1, sizeof *conditions->items);
    conditions->items[conditions->count++] = condition;
    return 0;
}

static int read_front(const struct param *param, const char *label, void *field, const char *text,
                      struct error *error)
{
    struct metric_list *front = field;
    char *copy = allocate_text(text), *rest = copy;
    int status = 0;
    for (char *name; status == 0 && (name = strsep(&rest, ","));)
        status = metric_list_read(param, label, front, name, error);
    free(copy);
    return status == 0 && front->count < 2 ? param_refuse(param, label, text, error) : status;
}

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{TERM_MINIMISE, FIELD(objective), .type = PARAM_ITEM, .otherwise = "as the experiment says"},
     .argument = "METRIC",
     .rival = 1,
     .more = "--pareto takes several"},
    {{"maximise", PARAM_ITEM, FIELD(objective), .also = "maximize", .registry = &metric_registry,
      .meaning = "what is to be large, instead"},
     .argument = "METRIC",
     .rival = 1,
     .more = "--pareto takes several",
     OPTION_GIVEN(command, high)},
    {{"subject-to", PARAM_RULE, FIELD(conditions), .read = read_condition,
      .registry = &metric_registry, .form = "a condition such as 'heap_peak <= 1.2 * default'",
      .meaning = "what settings have to meet, as often as you like; default and baseline: what "
                 "that policy comes to in the same metric"},
     .argument = "CONDITION",
     .times = TIMES_ANY},
    {{"pareto", PARAM_RULE, FIELD(pareto), .read = read_front, .registry = &metric_registry,
      .form = "two metrics or more, as latency_p99,heap_peak",
      .otherwise = "the objective and those of the conditions",
      .meaning = "the metrics of the Pareto front"},
     .argument = "METRIC,METRIC"},
    {{OPTION_BASELINE, FIELD(baseline)}, .argument = "SPEC"},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"json", PARAM_SWITCH, FIELD(json),
      .meaning = "one JSON object for each workload and collector"}},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- what is asked, of outcomes ------------------------------------------------------- */

static void add_metrics(const struct command *command, const struct past_experiment *experiment,
                        struct metric_list *list)
{
    if (command->objective)
        metric_list_add(list, command->objective);
    else if (experiment->objective && metric_named(experiment->objective))
        metric_list_add(list, metric_named(experiment->objective));
    for (size_t i = 0; i < command->conditions.count; i++)
        for (const struct metric *const *metric = condition_metrics(command->conditions.items[i]);
             *metric; metric++)
            metric_list_add(list, *metric);
    for (size_t i = 0; i < command->pareto.count; i++)
        metric_list_add(list, command->pareto.metrics[i]);
}

static void show_metric(struct question *question, size_t metric)
{
    for (size_t i = 0; i < question->shown_count; i++)
        if (question->shown[i] == metric)
            return;
    question->shown[question->shown_count++] = metric;
}

static void set_goals(struct question *question, const struct command *command,
                      const struct metric_list *named)
{
    const struct outcomes *outcomes = &question->outcomes;
    const struct metric_list *front = command->pareto.count ? &command->pareto : named;
    size_t objective = question->objective.metric;
    question->shown = allocate_zeroed(outcomes->metric_count + 1, sizeof *question->shown);
    question->goals = allocate_zeroed(outcomes->metric_count + 1, sizeof *question->goals);
    show_metric(question, objective);
    for (size_t i = 0; i < named->count; i++)
        show_metric(question, outcomes_metric(outcomes, named->metrics[i]));
    if (!command->pareto.count) /* the usual objective was not named */
        question->goals[question->goal_count++] = question->objective;
    for (size_t i = 0; i < front->count; i++) {
        size_t metric = outcomes_metric(outcomes, front->metrics[i]);
        if (metric == objective && command->pareto.count)
            question->goals[question->goal_count++] = question->objective;
        else if (metric != objective)
            question->goals[question->goal_count++] =
                (struct goal){metric, front->metrics[i]->better == BETTER_HIGH};
    }
}

static void question_init(struct question *question, const struct command *command,
                          const struct open_results *results)
{
    struct metric_list named = {0}, list = {0};
    *question = (struct question){.conditions = command->conditions.items,
                                  .condition_count = command->conditions.count};
    add_metrics(command, results->experiment, &named);
    for (size_t i = 0; i < named.count; i++)
        metric_list_add(&list, named.metrics[i]);
    for (size_t i = 0; usual_objectives[i]; i++)
        metric_list_add(&list, metric_named(usual_objectives[i]));
    read_outcomes(&question->outcomes, results, command->baseline, &list);
    metric_list_fini(&list);
    size_t metric = command->objective ? outcomes_metric(&question->outcomes, command->objective)
                                       : outcomes_objective(&question->outcomes);
    if (metric == question->outcomes.metric_count || !outcomes_have(&question->outcomes, metric))
        fail("%s: no run of experiment %lld (%s) has a value of %s; name another with --minimise",
             store_path(results->store), (long long)results->experiment->number,
             results->experiment->name,
             metric == question->outcomes.metric_count
                 ? "latency_p99, service_pause_p99 or gc_share"
                 : question->outcomes.metrics[metric]->name);
    question->objective = (struct goal){metric, command->high};
    set_goals(question, command, &named);
    metric_list_fini(&named);
}

static void question_fini(struct question *question)
{
    free(question->goals);
    free(question->shown);
    outcomes_fini(&question->outcomes);
}

/* ---- the command ---------------------------------------------------------------------- */

static void print_heading(const struct past_experiment *experiment)
{
    printf("Experiment %lld, %s\n", (long long)experiment->number, experiment->name);
    print_earlier(experiment);
}

static void answer(const struct command *command)
{
    struct open_results results;
    struct question question;
    open_results(&results, &command->which);
    question_init(&question, command, &results);
    size_t groups = question.outcomes.group_count;
    if (!command->json)
        print_heading(results.experiment);
    for (size_t g = 0; g < groups && command->json; g++)
        best_json(&question, g);
    for (size_t g = 0; g < groups && g < GROUPS_MOST && !command->json; g++)
        best_print(&question, g);
    if (groups > GROUPS_MOST && !command->json)
        printf("\n%zu more workloads and collectors are left out; --json has all.\n",
               groups - GROUPS_MOST);
    question_fini(&question);
    close_results(&results);
}

static int run(void *state)
{
    struct command *command = state;
    answer(command);
    for (size_t i = 0; i < command->conditions.count; i++)
        condition_free(command->conditions.items[i]);
    free(command->conditions.items);
    metric_list_fini(&command->pareto);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"show", "sensitivity", "report", NULL};

const struct subcommand subcommand_best = {
    .name = "best",
    .summary = "which policy to take, and the Python lines that set it",
    .description = "Says which policy of an experiment is the best for each workload and "
                   "collector, which others cannot be told apart from it, what the choice is "
                   "between several metrics (the Pareto front), and the Python lines that set the "
                   "best policy in an application.",
    .examples = "pygcsim best results.db --minimise latency_p99 \\\n"
                "    --subject-to 'heap_peak <= 1.2 * default'",
    .options = {options},
    .argument = &results_argument,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
