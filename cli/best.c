/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim best: which policies to take, and the Python lines that set them. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/show_value.h"
#include "cli/table.h"
#include "policies/registry.h"
#include "results/best.h"
#include "sim/memory.h"

#define GROUPS_MOST 10 /* answers */
#define TIED_MOST   10 /* settings named besides the best */
#define FRONT_MOST  30 /* settings of a front */

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
    command->conditions = memory_grow(command->conditions, &command->condition_capacity,
                                      command->condition_count + 1, sizeof *command->conditions);
    command->conditions[command->condition_count++] = condition;
}

static void set_pareto(struct command *command, const char *text)
{
    char *copy = memory_text(text), *rest = copy;
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

struct question {
    const struct command *command;
    struct outcomes outcomes;
    struct goal objective;
    struct goal *goals; /* of the front */
    size_t goal_count;
    size_t *shown; /* metrics: the objective, those of conditions, and of the front */
    size_t shown_count;
};

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

static void set_goals(struct question *question, const struct metric_list *named)
{
    const struct outcomes *outcomes = &question->outcomes;
    const struct command *command = question->command;
    const struct metric_list *front = command->pareto.count ? &command->pareto : named;
    size_t objective = question->objective.metric;
    question->shown = memory_zeroed(outcomes->metric_count + 1, sizeof *question->shown);
    question->goals = memory_zeroed(outcomes->metric_count + 1, sizeof *question->goals);
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
    *question = (struct question){.command = command};
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
    if (!command->objective)
        question->objective.high = question->outcomes.metrics[metric]->better == BETTER_HIGH;
    set_goals(question, &named);
    metric_list_fini(&named);
}

static void question_fini(struct question *question)
{
    free(question->goals);
    free(question->shown);
    outcomes_fini(&question->outcomes);
}

/* The Python lines of a policy; to be freed. */
static char *python_lines(const char *policy)
{
    struct setting setting;
    struct error error;
    char *lines;
    size_t size;
    FILE *out = open_memstream(&lines, &size);
    if (!out)
        out_of_memory();
    if (setting_parse(&setting, policy, policies, "policy", &error) == 0) {
        policy_of(setting.component)->python(setting.state, out);
        setting_fini(&setting);
    } else {
        fprintf(out, "# %s is of another version of pygcsim: %s\n", policy, error.text);
    }
    fclose(out);
    return lines;
}

/* ---- as tables ------------------------------------------------------------------------ */

static void table_header(struct table *table, const struct question *question, const char *last)
{
    table_init(table, question->shown_count + 2 + (last != NULL));
    table_add(table, "policy");
    table_add(table, "n");
    for (size_t i = 0; i < question->shown_count; i++)
        table_add(table, question->outcomes.metrics[question->shown[i]]->name);
    if (last)
        table_add(table, last);
}

static void table_setting(struct table *table, const struct question *question, size_t setting)
{
    const struct outcomes *outcomes = &question->outcomes;
    char text[SHOW_ESTIMATE];
    table_add(table, outcomes->settings[setting].policy);
    snprintf(text, sizeof text, "%zu", outcomes->settings[setting].runs[RUN_finished]);
    table_add(table, text);
    for (size_t i = 0; i < question->shown_count; i++)
        table_add(table, show_estimate(text, outcomes->metrics[question->shown[i]],
                                       outcomes_mean(outcomes, setting, question->shown[i])));
}

static void print_conditions(const struct command *command, const char *between)
{
    for (size_t i = 0; i < command->condition_count; i++)
        printf("%s%s", i ? between : "", condition_text(command->conditions[i]));
}

static void print_best(const struct question *question, const struct best *best)
{
    const struct outcomes *outcomes = &question->outcomes;
    size_t metric = question->objective.metric;
    char text[SHOW_ESTIMATE];
    struct table table;
    table_header(&table, question, best->tied_count ? "difference to the best" : NULL);
    table_setting(&table, question, best->best);
    if (best->tied_count)
        table_add(&table, "");
    for (size_t i = 0; i < best->tied_count && i < TIED_MOST; i++) {
        struct estimate difference =
            outcomes_difference(outcomes, best->tied[i], best->best, metric);
        table_setting(&table, question, best->tied[i]);
        table_add(&table, outcomes_same(outcomes, best->tied[i], best->best, metric)
                              ? "same"
                              : show_difference(text, outcomes->metrics[metric], difference));
    }
    table_print(&table);
    if (best->tied_count > TIED_MOST)
        printf("… and %zu more\n", best->tied_count - TIED_MOST);
    if (best->tied_count)
        printf("\nThe first is the best; the other%s cannot be told apart from it.\n",
               best->tied_count == 1 ? "" : "s");
    else if (outcomes->settings[best->best].runs[RUN_finished] > 1)
        printf("\nNo other comes near: each is told apart from it.\n");
    if (outcomes->settings[best->best].runs[RUN_finished] < 2)
        printf("\nOne replication: chance may have made it the best; `replications: 10` in an "
               "experiment file says more.\n");
}

static void print_left_out(const struct question *question, size_t group, const struct best *best)
{
    size_t all = question->outcomes.groups[group].count;
    if (best->breaking) {
        printf("%zu of %zu settings do not meet ", best->breaking, all);
        print_conditions(question->command, " and ");
        printf(".\n");
    }
    if (best->best == NO_SETTING && best->nearest != NO_SETTING)
        printf("%s comes nearest: it misses %s by %.3g%%.\n",
               question->outcomes.settings[best->nearest].policy,
               condition_text(best->nearest_condition), 100 * best->nearest_excess);
    if (best->out_of_memory)
        printf("%zu of %zu settings ran out of memory, and cannot be the best.\n",
               best->out_of_memory, all);
    if (best->without_value)
        printf("%zu of %zu settings have no value to compare.\n", best->without_value, all);
}

static void print_front(const struct question *question, size_t group)
{
    const struct command *command = question->command;
    const struct outcomes *outcomes = &question->outcomes;
    size_t *front = memory_zeroed(outcomes->groups[group].count, sizeof *front);
    size_t count = best_front(outcomes, group, question->goals, question->goal_count, front);
    struct table table;
    printf("\nPareto front of ");
    for (size_t i = 0; i < question->goal_count; i++)
        printf("%s%s", i ? ", " : "", outcomes->metrics[question->goals[i].metric]->name);
    printf(": no other setting is better in one and as good in the rest\n\n");
    table_header(&table, question, command->condition_count ? "meets the conditions" : NULL);
    for (size_t i = 0; i < count && i < FRONT_MOST; i++) {
        table_setting(&table, question, front[i]);
        if (command->condition_count)
            table_add(&table,
                      best_meets(outcomes, front[i], command->conditions, command->condition_count)
                          ? "yes"
                          : "no");
    }
    table_print(&table);
    if (count > FRONT_MOST)
        printf("… and %zu more\n", count - FRONT_MOST);
    free(front);
}

static void print_group(const struct question *question, size_t group)
{
    const struct outcomes *outcomes = &question->outcomes;
    struct best best;
    char *title = group_title(outcomes, group);
    best_find(&best, outcomes, group, question->objective, question->command->conditions,
              question->command->condition_count);
    printf("\n%s, ", title);
    print_replications(outcomes, group);
    printf("; %s %s", question->objective.high ? "highest" : "lowest",
           outcomes->metrics[question->objective.metric]->name);
    if (question->command->condition_count)
        printf(" with ");
    print_conditions(question->command, " and ");
    printf("\n\n");
    if (best.best == NO_SETTING)
        printf("No setting is an answer.\n");
    else
        print_best(question, &best);
    print_left_out(question, group, &best);
    if (question->goal_count > 1)
        print_front(question, group);
    if (best.best != NO_SETTING) {
        char *lines = python_lines(outcomes->settings[best.best].policy);
        printf("\n%s in an application:\n\n%s", outcomes->settings[best.best].policy, lines);
        free(lines);
    }
    best_fini(&best);
    free(title);
}

/* ---- as JSON -------------------------------------------------------------------------- */

static void json_number(const char *name, const char *ending, double value)
{
    char text[UNITS_TEXT];
    if (value == value)
        printf(", \"%s%s\": %s", name, ending, units_write_real(text, value));
}

static void json_estimate(const char *name, struct estimate estimate)
{
    json_number(name, "", estimate.mean);
    json_number(name, "_low", estimate.interval.low);
    json_number(name, "_high", estimate.interval.high);
}

/* An object without its end. */
static void json_setting(const struct question *question, size_t setting)
{
    const struct outcomes *outcomes = &question->outcomes;
    printf("{\"policy\": ");
    json_string(stdout, outcomes->settings[setting].policy);
    printf(", \"n\": %zu", outcomes->settings[setting].runs[RUN_finished]);
    for (size_t i = 0; i < question->shown_count; i++)
        json_estimate(outcomes->metrics[question->shown[i]]->name,
                      outcomes_mean(outcomes, setting, question->shown[i]));
}

static void json_best(const struct question *question, const struct best *best)
{
    const struct outcomes *outcomes = &question->outcomes;
    if (best->best == NO_SETTING && best->nearest != NO_SETTING) {
        printf(", \"nearest\": ");
        json_setting(question, best->nearest);
        printf(", \"condition\": ");
        json_string(stdout, condition_text(best->nearest_condition));
        json_number("excess", "", best->nearest_excess);
        printf("}");
    }
    if (best->best == NO_SETTING)
        return;
    printf(", \"best\": ");
    json_setting(question, best->best);
    printf("}, \"not_told_apart\": [");
    for (size_t i = 0; i < best->tied_count; i++) {
        printf("%s", i ? ", " : "");
        json_setting(question, best->tied[i]);
        json_estimate("difference", outcomes_difference(outcomes, best->tied[i], best->best,
                                                        question->objective.metric));
        printf("}");
    }
    char *lines = python_lines(outcomes->settings[best->best].policy);
    printf("], \"python\": ");
    json_string(stdout, lines);
    free(lines);
}

static void json_front(const struct question *question, size_t group)
{
    const struct command *command = question->command;
    const struct outcomes *outcomes = &question->outcomes;
    size_t *front = memory_zeroed(outcomes->groups[group].count, sizeof *front);
    size_t count = best_front(outcomes, group, question->goals, question->goal_count, front);
    printf(", \"pareto\": [");
    for (size_t i = 0; i < count; i++) {
        bool meets = best_meets(outcomes, front[i], command->conditions, command->condition_count);
        printf("%s", i ? ", " : "");
        json_setting(question, front[i]);
        printf(", \"meets\": %s}", meets ? "true" : "false");
    }
    printf("]");
    free(front);
}

static void json_group(const struct question *question, size_t group)
{
    const struct outcomes *outcomes = &question->outcomes;
    const struct outcome_group *of = &outcomes->groups[group];
    struct best best;
    best_find(&best, outcomes, group, question->objective, question->command->conditions,
              question->command->condition_count);
    printf("{\"experiment\": ");
    json_string(stdout, outcomes->experiment->name);
    printf(", \"workload\": ");
    json_string(stdout, of->workload);
    printf(", \"collector\": ");
    json_string(stdout, of->collector);
    printf(", \"%s\": \"%s\", \"settings\": %zu, \"breaking\": %zu, \"out_of_memory\": %zu",
           question->objective.high ? "maximise" : "minimise",
           outcomes->metrics[question->objective.metric]->name, of->count, best.breaking,
           best.out_of_memory);
    json_best(question, &best);
    if (question->goal_count > 1)
        json_front(question, group);
    printf("}\n");
    best_fini(&best);
}

/* ---- the command ---------------------------------------------------------------------- */

static void answer(const struct command *command)
{
    struct open_results results;
    struct question question;
    open_results(&results, &command->which);
    question_init(&question, command, &results);
    size_t groups = question.outcomes.group_count;
    if (!command->json)
        printf("Experiment %lld, %s\n", (long long)results.experiment->number,
               results.experiment->name);
    for (size_t g = 0; g < groups && command->json; g++)
        json_group(&question, g);
    for (size_t g = 0; g < groups && g < GROUPS_MOST && !command->json; g++)
        print_group(&question, g);
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
