/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim show: what an experiment has found out. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/ranking.h"
#include "cli/table.h"
#include "sim/base/allocate.h"

struct command {
    struct which_results which;
    struct ranking_options answers;
    bool top_given, list, json, csv;
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"metric", OPTION_METRICS, FIELD(answers.metrics),
      .otherwise = "the objective, and the usual ones",
      .meaning = "a metric to show, or several with commas, as often as you like"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{OPTION_SEEN, FIELD(answers.by_seen)}},
    {{OPTION_BY_MEANS, FIELD(answers.by_means)}},
    {{OPTION_OTHER_LIMIT, FIELD(answers.limits)}, .argument = "CONDITION", .times = TIMES_ANY},
    {{OPTION_BASELINE, FIELD(answers.baseline)}, .argument = "SPEC"},
    {{"sort", PARAM_ITEM, FIELD(answers.sort), .registry = &metric_registry,
      .otherwise = "the objective", .meaning = "the best in that first"},
     .argument = "METRIC"},
    {{"top", PARAM_COUNT, FIELD(answers.top), .least = 1, .most = UINT32_MAX, .initial = "20",
      .meaning = "so many settings of each workload and collector; all with --json and --csv"},
     .argument = "N",
     OPTION_GIVEN(command, top_given)},
    {{"list", PARAM_SWITCH, FIELD(list),
      .meaning = "which experiments the file has, and what is done of each"}},
    {{"json", PARAM_SWITCH, FIELD(json), .meaning = "one JSON object a setting, with every metric"},
     .rival = 1},
    {{"csv", PARAM_SWITCH, FIELD(csv), .meaning = "CSV with every metric, one row a setting"},
     .rival = 1},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- the list of experiments ---------------------------------------------------------- */

static void print_list(const struct history *history)
{
    struct table table;
    table_init(&table, RUN_STATUS_COUNT + 3);
    table_add(&table, "experiment");
    table_add(&table, "number");
    table_add(&table, "runs");
    for (int s = 0; s < RUN_STATUS_COUNT; s++)
        table_add(&table, run_status_names[s]);
    for (size_t i = 0; i < history->count; i++) {
        const struct past_experiment *experiment = &history->experiments[i];
        table_add(&table, experiment->name);
        table_add_count(&table, experiment->number);
        table_add_count(&table, experiment->planned);
        for (int s = 0; s < RUN_STATUS_COUNT; s++)
            table_add_count(&table, experiment->runs[s]);
    }
    table_print(&table);
}

static void write_list(const struct history *history, enum writer_form form)
{
    static const char *const columns[] = {"number",    "name",     "command", "version",
                                          "objective", "baseline", "runs"};
    struct writer writer;
    writer_init(&writer, stdout, form);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        writer_column(&writer, columns[i], NULL);
    for (int s = 0; s < RUN_STATUS_COUNT; s++)
        writer_column(&writer, run_status_names[s], NULL);
    for (size_t i = 0; i < history->count; i++) {
        const struct past_experiment *experiment = &history->experiments[i];
        writer_integer(&writer, experiment->number);
        writer_text(&writer, experiment->name);
        writer_text(&writer, experiment->command);
        writer_text(&writer, experiment->version);
        writer_text(&writer, experiment->objective);
        writer_text(&writer, experiment->baseline);
        writer_integer(&writer, experiment->planned);
        for (int s = 0; s < RUN_STATUS_COUNT; s++)
            writer_integer(&writer, experiment->runs[s]);
    }
    writer_fini(&writer);
}

/* ---- the command ---------------------------------------------------------------------- */

static void show(struct command *command)
{
    struct open_results results;
    enum writer_form form = command->csv ? WRITER_CSV : WRITER_JSON;
    bool rows = command->csv || command->json;
    open_results(&results, &command->which);
    if (command->list && rows)
        write_list(&results.history, form);
    else if (command->list)
        print_list(&results.history);
    else if (rows)
        ranking_write(&results, &command->answers, stdout, form);
    else
        ranking_print(&results, &command->answers);
    close_results(&results);
}

static int run(void *state)
{
    struct command *command = state;
    if ((command->json || command->csv) && !command->top_given)
        command->answers.top = 0;
    show(command);
    metric_list_fini(&command->answers.metrics);
    limits_fini(&command->answers.limits);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"best", "sensitivity", "report", "export", "plot", NULL};

const struct subcommand subcommand_show = {
    .name = "show",
    .summary = "what an experiment has found out: means, intervals, differences",
    .description = "Shows what an experiment has found out: for each workload and collector the "
                   "means of its settings with their 95% intervals, and the differences to a "
                   "baseline. Runs with the same seed ran the same program, so differences are of "
                   "pairs.",
    .examples = "pygcsim show results.db --metric latency_p99 --metric heap_peak \\\n"
                "    --baseline default",
    .options = {options},
    .argument = &results_argument,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
