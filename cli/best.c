/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim best: which policies to take, and the Python lines that set them. */
#include <stdlib.h>
#include <string.h>

#include "cli/at_scatter.h"
#include "cli/best_output.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/estimate.h"
#include "cli/open_results.h"
#include "cli/run_experiment.h"
#include "cli/verify.h"
#include "policies/registry.h"
#include "sim/base/allocate.h"

struct command {
    struct which_results which;
    const struct metric *objective; /* NULL: not said */
    bool high;
    struct limits conditions; /* --subject-to */
    struct metric_list pareto;
    const char *baseline;
    struct limits limits;
    bool seen, by_means, json;

    /* How it is verified: */
    bool verify, scatter, allow_long;
    uint64_t confirm; /* replications; 0: it is not */
    uint64_t jobs, memory_bytes;
};

static int read_condition(const struct param *param, const char *label, void *field,
                          const char *text, struct error *error)
{
    struct error why;
    (void)param;
    return limits_add(field, text, &why) == 0 ? 0 : error_set(error, "%s: %s", label, why.text);
}

static int read_front(const struct param *param, const char *label, void *field, const char *text,
                      struct error *error)
{
    struct metric_list *front = field;
    int status = metric_list_read(param, label, front, text, error);
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
    {{OPTION_SEEN, FIELD(seen)}},
    {{OPTION_BY_MEANS, FIELD(by_means)}},
    {{OPTION_OTHER_LIMIT, FIELD(limits)}, .argument = "CONDITION", .times = TIMES_ANY},
    {{OPTION_BASELINE, FIELD(baseline)}, .argument = "SPEC"},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"json", PARAM_SWITCH, FIELD(json),
      .meaning = "one JSON object for each workload and collector"}},
    {{"verify", PARAM_SWITCH, FIELD(verify),
      .meaning =
          "also run the best and the baseline until they are covered for the horizon, into the "
          "same file, and say whether the advice stands"}},
    {{"confirm", PARAM_COUNT, FIELD(confirm), .least = 2, .most = REPLICATIONS_MOST,
      .otherwise = "none",
      .meaning = "also run the best, those not told apart from it (five in all at most) and the "
                 "baseline with so many seeds that the experiment has not used, into the same "
                 "file, and say whether the advice stands"},
     .argument = "N"},
    {{"scatter", PARAM_SWITCH, FIELD(scatter),
      .meaning = "also run the best, those that come next and the baseline with the least and the "
                 "most scatter of memory that services have reported, into the same file, and say "
                 "whether the best stays the best"}},
    {{OPTION_JOBS, FIELD(jobs)}, .letter = 'j', .argument = "N"},
    {{OPTION_MEMORY, FIELD(memory_bytes)}, .argument = "SIZE"},
    {{OPTION_ANYWAY, FIELD(allow_long)}},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- the command ---------------------------------------------------------------------- */

/* With what is printed only, or with everything. */
static struct best_question make_question(const struct command *command,
                                          struct open_results *results)
{
    return (struct best_question){
        .subject = subject_of(results, command->baseline, command->seen, command->by_means,
                              &command->limits),
        .objective = command->objective,
        .high = command->high,
        .conditions = command->conditions.items,
        .condition_count = command->conditions.count,
        .front = &command->pareto,
        .policies = policies,
        .groups_most = command->json ? SIZE_MAX : BEST_PRINT_GROUPS,
        .tied_most = command->json ? SIZE_MAX : BEST_PRINT_TIED,
        .front_most = command->json ? SIZE_MAX : BEST_PRINT_FRONT,
    };
}

/* Returns the exit status. */
static int no_answer(const struct best_answer *answer)
{
    size_t without = 0;
    for (size_t g = 0; g < answer->group_count; g++)
        without += answer->groups[g].best.count == 0;
    if (without && answer->group_count > 1)
        complain("for %zu of %zu workloads and collectors no setting is an answer", without,
                 answer->group_count);
    else if (without)
        complain("no setting is an answer");
    return without ? EXIT_FAILED : EXIT_DONE;
}

static int answer(const struct command *command)
{
    struct error error;
    struct open_results results;
    struct best_answer answer;
    open_results(&results, &command->which);
    const struct best_question question = make_question(command, &results);
    const struct verifying verifying = {.db = command->which.db,
                                        .workers = workers((unsigned)command->jobs),
                                        .memory_bytes = command->memory_bytes,
                                        .allow_long = command->allow_long,
                                        .json = command->json};
    if (best_answer_make(&answer, &question, &error) != 0)
        fail("%s", error.text);
    if (command->json)
        best_json(&answer);
    else
        best_print(&answer);
    if (command->verify)
        verify_advice(&verifying, &question, &answer, &results);
    if (command->confirm)
        confirm_advice(&verifying, command->confirm, &question, &answer, &results);
    if (command->scatter)
        try_at_scatter(&verifying, &question, &answer, &results);
    int status = no_answer(&answer);
    best_answer_fini(&answer);
    close_results(&results);
    return status;
}

static int run(void *state)
{
    struct command *command = state;
    int status = answer(command);
    limits_fini(&command->conditions);
    metric_list_fini(&command->pareto);
    limits_fini(&command->limits);
    return status;
}

static const char *const see[] = {"show", "sensitivity", "report", NULL};

const struct subcommand subcommand_best = {
    .name = "best",
    .summary = "which policy to take, and the Python lines that set it",
    .description = "Says which policy of an experiment is the best for each workload and "
                   "collector, which others may be the best in truth, what the choice is "
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
