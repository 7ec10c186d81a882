/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim report: a page about an experiment, to show to others. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/output.h"
#include "policies/registry.h"
#include "results/report/report.h"
#include "sim/base/allocate.h"
#include "workloads/registry.h"

enum { OPT_BASELINE = 1, OPT_EXPERIMENT, OPT_METRIC, OPT_TOP };

static const struct argp_option options[] = {
    {"out", 'o', "FILE", 0, "The page (default report.html)", 0},
    {"experiment", OPT_EXPERIMENT, "NAME|NUMBER", 0, HELP_EXPERIMENT, 0},
    {"metric", OPT_METRIC, "NAME", 0,
     "A metric for the tables, as often as you like (`pygcsim list metrics`; default: the "
     "objective, and the usual ones)",
     0},
    {"baseline", OPT_BASELINE, "SPEC", 0,
     "The policy that others are compared with (default: as the experiment says)", 0},
    {"top", OPT_TOP, "N", 0, "So many settings of a table, 0: all (default 100)", 0},
    {0},
};

struct command {
    struct which_results which;
    const char *out, *baseline;
    struct metric_list metrics;
    size_t top;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct command *command = state->input;
    switch (key) {
    case 'o':
        if (!*argument)
            fail_usage("--out needs the name of a file");
        command->out = argument;
        return 0;
    case OPT_EXPERIMENT:
        command->which.experiment = argument;
        return 0;
    case OPT_METRIC:
        metric_list_add(&command->metrics, option_metric("metric", argument));
        return 0;
    case OPT_BASELINE:
        command->baseline = argument;
        return 0;
    case OPT_TOP:
        command->top = option_count("top", argument, 0, SIZE_MAX / 2);
        return 0;
    case ARGP_KEY_ARG:
        which_results_file(&command->which, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        fail_usage("which results file? Usage: pygcsim report RESULTS [--out FILE]");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "RESULTS",
    .doc = "Writes a page (HTML, one file that loads nothing) about an experiment: the answer, "
           "charts drawn by gnuplot, tables, the method, and what it takes to do it again.\v"
           "Example:  pygcsim report results.db --out report.html",
};

/* ---- the page ------------------------------------------------------------------------- */

/* First all of it in memory: then errno says why it cannot be written. */
static void save(const struct report *report, const struct command *command)
{
    struct error error;
    struct output output;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        out_of_memory();
    if (report_write(out, report, &error) != 0)
        fail("%s", error.text);
    fclose(out);
    output_open(&output, command->out, command->which.db);
    fwrite(text, 1, size, output.out);
    output_is_lost(&output);
    output_close(&output);
    free(text);
    printf("%s\n", command->out);
}

/* The objective is a column, unless others were chosen. */
static void show_objective(const struct outcomes *outcomes, struct columns *columns)
{
    size_t objective = outcomes_objective(outcomes), *first = columns->metrics;
    if (objective == outcomes->metric_count || columns_find(columns, objective) < columns->count)
        return;
    memmove(first + 1, first, columns->count++ * sizeof *first);
    *first = objective;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int command_report(int argc, char **argv)
{
    struct command command = {.out = "report.html", .top = REPORT_TOP};
    struct open_results results;
    struct outcomes outcomes;
    struct metric_list read = {0};
    struct figures figures;
    struct error error;
    command_parse(&argp, argc, argv, &command);
    open_results(&results, &command.which);
    metric_list_add_usual(&read, results.experiment);
    metric_list_add_usual_objectives(&read);
    metric_list_add_list(&read, &command.metrics);
    const struct subject subject = subject_of(&results, command.baseline);
    if (subject_read(&subject, &read, &outcomes, &error) != 0)
        fail("%s", error.text);
    struct columns columns = columns_chosen(&outcomes, &command.metrics);
    if (command.metrics.count == 0)
        show_objective(&outcomes, &columns);
    if (figures_draw(&figures, results.store, &outcomes, &error) != 0)
        fail("%s", error.text);
    const struct report report = {.store = results.store,
                                  .file = base_name(command.which.db),
                                  .outcomes = &outcomes,
                                  .columns = columns,
                                  .top = command.top,
                                  .figures = &figures,
                                  .policies = policies,
                                  .workloads = workloads};
    save(&report, &command);
    figures_fini(&figures);
    columns_fini(&columns);
    outcomes_fini(&outcomes);
    metric_list_fini(&read);
    metric_list_fini(&command.metrics);
    close_results(&results);
    return EXIT_SUCCESS;
}
