/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim report: a page about an experiment, to show to others. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/output.h"
#include "cli/print.h"
#include "policies/registry.h"
#include "results/answer/moving.h"
#include "results/report/report.h"
#include "sim/base/memory_text.h"
#include "workloads/registry.h"

struct command {
    struct which_results which;
    const char *out, *baseline;
    struct metric_list metrics;
    size_t top;
    bool seen, by_means;
    struct limits limits;
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{"out", PARAM_PATH, FIELD(out), .initial = "report.html", .meaning = "the page"},
     .letter = 'o',
     .argument = "FILE"},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"metric", OPTION_METRICS, FIELD(metrics), .otherwise = "the objective, and the usual ones",
      .meaning = "a metric for the tables, or several with commas, as often as you like"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{OPTION_SEEN, FIELD(seen)}},
    {{OPTION_BY_MEANS, FIELD(by_means)}},
    {{OPTION_OTHER_LIMIT, FIELD(limits)}, .argument = "CONDITION", .times = TIMES_ANY},
    {{OPTION_BASELINE, FIELD(baseline)}, .argument = "SPEC"},
    {{"top", PARAM_COUNT, FIELD(top), .least = 0, .most = UINT32_MAX, .initial = "100",
      .meaning = "so many settings of a table, 0: all"},
     .argument = "N"},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- the page ------------------------------------------------------------------------- */

/* First all of it in memory: then errno says why it cannot be written. */
static void save(const struct report *report, const struct command *command)
{
    struct error error;
    struct output output;
    char *text;
    size_t size;
    FILE *out = memory_text_begin(&text, &size);
    if (report_write(out, report, &error) != 0)
        fail("%s", error.text);
    memory_text_end(out);
    output_open(&output, command->out, command->which.db);
    fwrite(text, 1, size, output.out);
    output_is_lost(&output);
    output_close(&output);
    free(text);
    print("%s\n", command->out);
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

static void choose_columns(struct report *report, const struct metric_list *chosen)
{
    report->columns = columns_chosen(report->outcomes, chosen);
    if (chosen->count == 0)
        show_objective(report->outcomes, &report->columns);
    for (int part = 0; part < PROFILE_PARTS; part++) {
        struct metric_list profile = {0};
        metric_list_add_profile(&profile, (enum profile_part)part);
        report->profile[part] = columns_besides(report->outcomes, &profile, &report->columns);
        metric_list_fini(&profile);
    }
}

static void free_columns(struct report *report)
{
    columns_fini(&report->columns);
    for (int part = 0; part < PROFILE_PARTS; part++)
        columns_fini(&report->profile[part]);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int run(void *state)
{
    struct command *command = state;
    struct open_results results;
    struct outcomes outcomes;
    struct metric_list read = {0};
    struct figures figures;
    struct error error;
    open_results(&results, &command->which);
    metric_list_add_usual(&read, results.experiment);
    metric_list_add_usual_objectives(&read);
    metric_list_add_list(&read, &command->metrics);
    if (!command->seen)
        metric_list_add_horizon(&read);
    metric_list_add_scatter(&read);
    moving_add_read(&read);
    for (int part = 0; part < PROFILE_PARTS; part++)
        metric_list_add_profile(&read, (enum profile_part)part);
    const struct subject subject =
        subject_of(&results, command->baseline, command->seen, command->by_means, &command->limits);
    if (subject_read(&subject, &read, &outcomes, &error) != 0)
        fail("%s", error.text);
    if (figures_draw(&figures, results.store, &outcomes, &error) != 0)
        fail("%s", error.text);
    struct report report = {.subject = subject,
                            .file = base_name(command->which.db),
                            .outcomes = &outcomes,
                            .top = command->top,
                            .figures = &figures,
                            .policies = policies,
                            .workloads = workloads};
    choose_columns(&report, &command->metrics);
    save(&report, command);
    figures_fini(&figures);
    free_columns(&report);
    outcomes_fini(&outcomes);
    metric_list_fini(&read);
    metric_list_fini(&command->metrics);
    limits_fini(&command->limits);
    close_results(&results);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"show", "best", "plot", NULL};

const struct subcommand subcommand_report = {
    .name = "report",
    .summary = "a page about an experiment, to show to others: HTML, one file",
    .description = "Writes a page (HTML, one file that loads nothing) about an experiment: the "
                   "answer, charts drawn by gnuplot, tables, the method, and what it takes to do "
                   "it again.",
    .examples = "pygcsim report results.db --out report.html",
    .options = {options},
    .argument = &results_argument,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
