/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim best: which policies to take, and the Python lines that set them. */
#include <stdlib.h>
#include <string.h>

#include "cli/best_answer.h"
#include "cli/command.h"
#include "sim/base/allocate.h"

#define GROUPS_MOST 10 /* answers */

enum {
    OPT_BASELINE = 1,
    OPT_EXPERIMENT,
    OPT_JSON,
    OPT_MAXIMISE,
    OPT_MINIMISE,
    OPT_PARETO,
    OPT_SUBJECT_TO
};

static const struct argp_option options[] = {
    {"minimise", OPT_MINIMISE, "METRIC", 0,
     "What is to be small (`pygcsim list metrics`; default: the experiment's objective)", 0},
    {"maximise", OPT_MAXIMISE, "METRIC", 0, "What is to be large, instead", 0},
    {"subject-to", OPT_SUBJECT_TO, "CONDITION", 0,
     "What settings have to meet, as 'heap_peak <= 1.2 * default'; as often as you like. default "
     "and baseline: what that policy comes to in the same metric",
     0},
    {"pareto", OPT_PARETO, "METRIC,METRIC", 0,
     "The metrics of the Pareto front (default: the objective and those of the conditions)", 0},
    {"baseline", OPT_BASELINE, "SPEC", 0,
     "The policy that `baseline` is in conditions (default: as the experiment says)", 0},
    {"experiment", OPT_EXPERIMENT, "NAME|NUMBER", 0, HELP_EXPERIMENT, 0},
    {"json", OPT_JSON, NULL, 0, "One JSON object for each workload and collector", 0},
    {0},
};

struct command {
    struct which_results which;
    const struct metric *objective; /* NULL: not said */
    bool high;
    struct condition **conditions;
    size_t condition_count, condition_capacity;
    struct metric_list pareto;
    const char *baseline;
    bool json;
};

static void set_objective(struct command *command, const char *text, bool high)
{
    if (command->objective)
        fail_usage("--minimise or --maximise, one of them and once; --pareto takes several");
    command->objective = option_metric(high ? "maximise" : "minimise", text);
    command->high = high;
}

static void add_condition(struct command *command, const char *text)
{
    struct error error;
    struct condition *condition = condition_parse(text, &error);
    if (!condition)
        fail_usage("--subject-to: %s", error.text);
    command->conditions = allocate_grow(command->conditions, &command->condition_capacity,
                                        command->condition_count + 1, sizeof *command->conditions);
    command->conditions[command->condition_count++] = condition;
}

static void set_pareto(struct command *command, const char *text)
{
    char *copy = allocate_text(text), *rest = copy;
    for (char *name; (name = strsep(&rest, ","));)
        metric_list_add(&command->pareto, option_metric("pareto", name));
    free(copy);
    if (command->pareto.count < 2)
        fail_usage("--pareto=%s is not allowed; it takes two metrics or more, as "
                   "latency_p99,heap_peak",
                   text);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct command *command = state->input;
    switch (key) {
    case OPT_MINIMISE:
    case OPT_MAXIMISE:
        set_objective(command, argument, key == OPT_MAXIMISE);
        return 0;
    case OPT_SUBJECT_TO:
        add_condition(command, argument);
        return 0;
    case OPT_PARETO:
        set_pareto(command, argument);
        return 0;
    case OPT_BASELINE:
        command->baseline = argument;
        return 0;
    case OPT_EXPERIMENT:
        command->which.experiment = argument;
        return 0;
    case OPT_JSON:
        command->json = true;
        return 0;
    case ARGP_KEY_ARG:
        which_results_file(&command->which, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        fail_usage("which results file? Usage: pygcsim best RESULTS [--minimise METRIC]");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- what is asked, of outcomes ------------------------------------------------------- */

static void add_metrics(const struct command *command, const struct past_experiment *experiment,
                        struct metric_list *list)
{
    if (command->objective)
        metric_list_add(list, command->objective);
    else if (experiment->objective && metric_named(experiment->objective))
        metric_list_add(list, metric_named(experiment->objective));
    for (size_t i = 0; i < command->condition_count; i++)
        for (const struct metric *const *metric = condition_metrics(command->conditions[i]);
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
    *question = (struct question){.conditions = command->conditions,
                                  .condition_count = command->condition_count};
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

int command_best(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RESULTS",
        .doc = "Says which policy of an experiment is the best for each workload and collector, "
               "which others cannot be told apart from it, what the choice is between several "
               "metrics (the Pareto front), and the Python lines that set the best policy in an "
               "application.\v"
               "Example:  pygcsim best results.db --minimise latency_p99 --subject-to 'heap_peak "
               "<= 1.2 * default'",
    };
    struct command command = {0};
    command_parse(&argp, argc, argv, &command);
    answer(&command);
    for (size_t i = 0; i < command.condition_count; i++)
        condition_free(command.conditions[i]);
    free(command.conditions);
    metric_list_fini(&command.pareto);
    return EXIT_SUCCESS;
}
