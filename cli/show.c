/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim show: what an experiment has found out. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/ranking.h"
#include "cli/table.h"
#include "sim/base/allocate.h"

enum {
    OPT_BASELINE = 1,
    OPT_CSV,
    OPT_EXPERIMENT,
    OPT_JSON,
    OPT_LIST,
    OPT_METRIC,
    OPT_SORT,
    OPT_TOP
};

static const struct argp_option options[] = {
    {"experiment", OPT_EXPERIMENT, "NAME|NUMBER", 0, HELP_EXPERIMENT, 0},
    {"metric", OPT_METRIC, "NAME", 0,
     "A metric to show, as often as you like (`pygcsim list metrics`; default: the objective, and "
     "the usual ones)",
     0},
    {"baseline", OPT_BASELINE, "SPEC", 0,
     "The policy that others are compared with (default: as the experiment says)", 0},
    {"sort", OPT_SORT, "METRIC", 0, "The best in that first (default: the objective)", 0},
    {"top", OPT_TOP, "N", 0, "So many settings of each workload and collector (default 20)", 0},
    {"list", OPT_LIST, NULL, 0, "Which experiments the file has, and what is done of each", 0},
    {"json", OPT_JSON, NULL, 0, "One JSON object a setting, with every metric", 0},
    {"csv", OPT_CSV, NULL, 0, "CSV with every metric, one row a setting", 0},
    {0},
};

struct command {
    struct which_results which;
    struct ranking_options answers;
    bool top_given, list, json, csv;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct command *command = state->input;
    switch (key) {
    case OPT_EXPERIMENT:
        command->which.experiment = argument;
        return 0;
    case OPT_METRIC:
        metric_list_add(&command->answers.metrics, option_metric("metric", argument));
        return 0;
    case OPT_BASELINE:
        command->answers.baseline = argument;
        return 0;
    case OPT_SORT:
        command->answers.sort = option_metric("sort", argument);
        return 0;
    case OPT_TOP:
        command->answers.top = option_count("top", argument, 1, UINT32_MAX);
        command->top_given = true;
        return 0;
    case OPT_LIST:
        command->list = true;
        return 0;
    case OPT_JSON:
        command->json = true;
        return 0;
    case OPT_CSV:
        command->csv = true;
        return 0;
    case ARGP_KEY_ARG:
        which_results_file(&command->which, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        fail_usage("which results file? Usage: pygcsim show RESULTS [--metric NAME]…");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

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
        writer_column(&writer, columns[i]);
    for (int s = 0; s < RUN_STATUS_COUNT; s++)
        writer_column(&writer, run_status_names[s]);
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

int command_show(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RESULTS",
        .doc = "Shows what an experiment has found out: for each workload and collector the means "
               "of its settings with their 95% intervals, and the differences to a baseline. "
               "Runs with the same seed ran the same program, so differences are of pairs.\v"
               "Example:  pygcsim show results.db --metric latency_p99 --metric heap_peak "
               "--baseline default",
    };
    struct command command = {.answers = {.top = RANKING_TOP}};
    command_parse(&argp, argc, argv, &command);
    if (command.json && command.csv)
        fail_usage("--json or --csv, one of them");
    if ((command.json || command.csv) && !command.top_given)
        command.answers.top = 0;
    show(&command);
    metric_list_fini(&command.answers.metrics);
    return EXIT_SUCCESS;
}
