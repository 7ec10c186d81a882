/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim best: which policies to take, and the Python lines that set them. */
#include <stdlib.h>
#include <string.h>

#include "cli/best_output.h"
#include "cli/command.h"
#include "cli/open_results.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"

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

/* ---- the command ---------------------------------------------------------------------- */

/* With what is printed only, or with everything. */
static struct best_question make_question(const struct command *command,
                                          struct open_results *results)
{
    return (struct best_question){
        .subject = subject_of(results, command->baseline),
        .objective = command->objective,
        .high = command->high,
        .conditions = command->conditions,
        .condition_count = command->condition_count,
        .front = &command->pareto,
        .policies = policies,
        .groups_most = command->json ? SIZE_MAX : BEST_PRINT_GROUPS,
        .tied_most = command->json ? SIZE_MAX : BEST_PRINT_TIED,
        .front_most = command->json ? SIZE_MAX : BEST_PRINT_FRONT,
    };
}

static void answer(const struct command *command)
{
    struct error error;
    struct open_results results;
    struct best_answer answer;
    open_results(&results, &command->which);
    const struct best_question question = make_question(command, &results);
    if (best_answer_make(&answer, &question, &error) != 0)
        fail("%s", error.text);
    if (command->json)
        best_json(&answer);
    else
        best_print(&answer);
    best_answer_fini(&answer);
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
