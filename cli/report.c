/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim report: a page about an experiment, to show to others. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/output.h"
#include "policies/registry.h"
#include "results/charts/gnuplot.h"
#include "results/report/report.h"
#include "sim/base/allocate.h"
#include "workloads/registry.h"

#define CHART_GROUPS_MOST 4         /* workloads and collectors with charts */
#define CHART_BYTES_MOST  3000000UL /* no further ones then */

struct command {
    struct which_results which;
    const char *out, *baseline;
    struct metric_list metrics;
    size_t top;
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{"out", PARAM_PATH, FIELD(out), .initial = "report.html", .meaning = "the page"},
     .letter = 'o',
     .argument = "FILE"},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"metric", OPTION_METRICS, FIELD(metrics), .otherwise = "the objective, and the usual ones",
      .meaning = "a metric for the tables, as often as you like"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{OPTION_BASELINE, FIELD(baseline)}, .argument = "SPEC"},
    {{"top", PARAM_COUNT, FIELD(top), .least = 0, .most = UINT32_MAX, .initial = "100",
      .meaning = "so many settings of a table, 0: all"},
     .argument = "N"},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- charts --------------------------------------------------------------------------- */

/* Owns the pictures and the reasons. */
struct drawn {
    struct report_chart *charts;
    size_t count, capacity, bytes;
};

/* One chart, or why there is none. */
static void draw(struct drawn *drawn, struct selection *selection, const struct chart *chart,
                 size_t group)
{
    struct error error;
    struct picture picture = {0};
    char *why;
    if (chart_check(chart, selection, &why, &error) != 0)
        fail("%s", error.text);
    if (!why) {
        FILE *commands = gnuplot_commands(&error);
        if (!commands || chart_write(commands, chart, selection, "svg", NULL, &error) != 0 ||
            gnuplot_draw(commands, chart->name, &picture, &error) != 0)
            fail("%s", error.text);
    }
    drawn->charts =
        allocate_grow(drawn->charts, &drawn->capacity, drawn->count + 1, sizeof *drawn->charts);
    drawn->charts[drawn->count++] = (struct report_chart){
        .chart = chart, .group = group, .why = why, .svg = picture.bytes, .size = picture.count};
    drawn->bytes += picture.count;
}

/* Those of every group, or those of one: of what the selection has. */
static void draw_all(struct drawn *drawn, struct store *store, const struct selection_options *what,
                     size_t group)
{
    struct error error;
    struct selection *selection = selection_new(store, what, &error);
    if (!selection)
        fail("%s", error.text);
    for (const struct chart *chart = charts; chart->name; chart++)
        if ((chart->scope >= SCOPE_FACTORS) == (group == OF_EVERY_GROUP))
            draw(drawn, selection, chart, group);
    selection_free(selection);
}

/* Is it the first of its workload and collector, and has any of its runs ended? */
static bool has_charts(const struct outcomes *outcomes, size_t group)
{
    const struct outcome_group *of = &outcomes->groups[group];
    for (size_t g = 0; g < group; g++)
        if (strcmp(of->workload, outcomes->groups[g].workload) == 0 &&
            strcmp(of->collector, outcomes->groups[g].collector) == 0)
            return false;
    for (size_t s = of->first; s < of->first + of->count; s++)
        if (outcomes->settings[s].runs[RUN_finished] ||
            outcomes->settings[s].runs[RUN_out_of_memory])
            return true;
    return false;
}

static void draw_charts(struct drawn *drawn, struct report *report)
{
    const struct outcomes *outcomes = report->outcomes;
    char number[32];
    size_t groups = 0, objective = outcomes_objective(outcomes);
    snprintf(number, sizeof number, "%lld", (long long)outcomes->experiment->number);
    struct selection_options what = {.experiment = number, .alone = true};
    if (objective < outcomes->metric_count)
        what.metric = outcomes->metrics[objective]->name;
    for (size_t g = 0; g < outcomes->group_count; g++) {
        if (!has_charts(outcomes, g))
            continue;
        if (groups == CHART_GROUPS_MOST || drawn->bytes > CHART_BYTES_MOST) {
            report->groups_without_charts++;
            continue;
        }
        what.workload = outcomes->groups[g].workload;
        what.collector = outcomes->groups[g].collector;
        draw_all(drawn, report->store, &what, g);
        groups++;
    }
    what.workload = what.collector = NULL;
    draw_all(drawn, report->store, &what, OF_EVERY_GROUP);
    report->charts = drawn->charts;
    report->chart_count = drawn->count;
}

static void drawn_fini(struct drawn *drawn)
{
    for (size_t i = 0; i < drawn->count; i++) {
        free((char *)drawn->charts[i].why);
        free((char *)drawn->charts[i].svg);
    }
    free(drawn->charts);
}

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
static void show_objective(const struct outcomes *outcomes, size_t *shown, size_t *count)
{
    size_t objective = outcomes_objective(outcomes);
    for (size_t i = 0; i < *count; i++)
        if (shown[i] == objective)
            return;
    if (objective == outcomes->metric_count)
        return;
    memmove(shown + 1, shown, *count * sizeof *shown);
    shown[0] = objective;
    ++*count;
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
    struct drawn drawn = {0};
    open_results(&results, &command->which);
    metric_list_add_usual(&read, results.experiment);
    for (size_t i = 0; usual_objectives[i]; i++)
        metric_list_add(&read, metric_named(usual_objectives[i]));
    for (size_t i = 0; i < command->metrics.count; i++)
        metric_list_add(&read, command->metrics.metrics[i]);
    read_outcomes(&outcomes, &results, command->baseline, &read);
    size_t shown_count, *shown = shown_metrics(&outcomes, &command->metrics, &shown_count);
    if (command->metrics.count == 0)
        show_objective(&outcomes, shown, &shown_count);
    struct report report = {.store = results.store,
                            .file = base_name(command->which.db),
                            .outcomes = &outcomes,
                            .shown = shown,
                            .shown_count = shown_count,
                            .top = command->top,
                            .policies = policies,
                            .workloads = workloads,
                            .python = python_lines};
    draw_charts(&drawn, &report);
    save(&report, command);
    drawn_fini(&drawn);
    free(shown);
    outcomes_fini(&outcomes);
    metric_list_fini(&read);
    metric_list_fini(&command->metrics);
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
