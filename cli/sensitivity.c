/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim sensitivity: which parameter matters for which metric. */
#include <math.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/print.h"
#include "cli/remarks.h"
#include "cli/table.h"
#include "cli/writer.h"
#include "results/answer/sensitivity.h"

struct command {
    struct which_results which;
    struct metric_list metrics;
    bool json;
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{"metric", OPTION_METRICS, FIELD(metrics),
      .otherwise = "the usual ones that have values; with --json all",
      .meaning = "a metric, or several with commas, as often as you like"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"json", PARAM_SWITCH, FIELD(json),
      .meaning = "one JSON object for each metric and parameter"}},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- as tables ------------------------------------------------------------------------ */

/* Small enough to be shown as 0, without a sign. */
static double no_sign(double value)
{
    return fabs(value) < 0.005 ? 0 : value;
}

static void add_number(struct table *table, const char *format, double value,
                       struct interval interval, double scale)
{
    char text[64], ends[2][20];
    if (isnan(value)) {
        table_add(table, "-");
        return;
    }
    int length = snprintf(text, sizeof text, format, no_sign(value) * scale);
    if (!isnan(interval.low)) {
        snprintf(ends[0], sizeof ends[0], format, no_sign(interval.low) * scale);
        snprintf(ends[1], sizeof ends[1], format, no_sign(interval.high) * scale);
        snprintf(text + length, sizeof text - (size_t)length, " [%s, %s]", ends[0], ends[1]);
    }
    table_add(table, text);
}

/* "10 values", "50 neighbours", "24 runs" */
static void add_source(struct table *table, const struct influence *influence)
{
    char text[64];
    size_t count = influence->groups ? influence->groups : influence->observations;
    if (influence->by == INFLUENCE_BY_RUNS)
        count = influence->observations;
    snprintf(text, sizeof text, "%zu %s", count, influence_by_names[influence->by]);
    table_add(table, isnan(influence->explained.share) ? "-" : text);
}

static void add_line(struct table *table, const struct sensitivity_line *line)
{
    const struct influence *influence = &line->influence;
    table_add(table, line->factor->name);
    table_add_count(table, (int64_t)line->factor->level_count);
    table_add_count(table, (int64_t)influence->n);
    if (influence->same)
        table_add(table, "all the same");
    else
        add_number(table, "%.0f", influence->explained.share, influence->explained.interval, 100);
    add_source(table, influence);
    add_number(table, "%.0f", influence->total, (struct interval){NAN, NAN}, 100);
    add_number(table, "%+.2f", influence->rank, influence->rank_interval, 1);
}

#define COLUMNS 7

static void print_lines(const struct sensitivity_line *lines, size_t count)
{
    static const char *const header[] = {
        "parameter", "values",         "settings",        "share of the variance, %",
        "from",      "with others, %", "rank correlation"};
    struct table table;
    table_init(&table, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++)
        table_add(&table, header[i]);
    for (size_t i = 0; i < count; i++)
        add_line(&table, &lines[i]);
    table_print(&table);
}

#define MUCH_IS_MISSING 0.8 /* of the variance: below that it is said */

static void print_together(double share)
{
    if (share < MUCH_IS_MISSING)
        print(
            "\nThese shares add up to %.0f%%. The rest is chance, or what parameters do together: "
            "one with 0%% can still act through others.\n",
            100 * share);
}

static void print_metric(const struct metric_sensitivity *of, size_t factors)
{
    if (of->is == SENSITIVITY_NO_VALUES)
        print("\n%s has no values.\n", of->metric->name);
    else if (of->is == SENSITIVITY_CONSTANT)
        print("\n%s is the same in all settings.\n", of->metric->name);
    else {
        print("\n%s: %s\n\n", of->metric->name, of->metric->meaning);
        print_lines(of->lines, factors);
        print_together(of->together);
    }
}

static void print_tables(const struct sensitivity *sensitivity, struct store *store)
{
    const struct outcomes *outcomes = &sensitivity->outcomes;
    print("Experiment %lld, %s: %zu setting%s\n", (long long)outcomes->experiment->number,
          outcomes->experiment->name, outcomes->setting_count,
          outcomes->setting_count == 1 ? "" : "s");
    print_earlier(outcomes->experiment);
    print_times(store, outcomes->experiment->number);
    if (sensitivity->factors.count == 0) {
        print("\nIt varies nothing: every parameter has one value.\n");
        return;
    }
    for (size_t i = 0; i < sensitivity->count; i++)
        print_metric(&sensitivity->metrics[i], sensitivity->factors.count);
    print("\n");
    print_paragraph("[…]: 95% intervals. From: what the share comes from. With others: the part of "
                    "the variance that would be left if all other parameters stood still; only "
                    "whole grids have it. The parameters of a policy or a workload: over the "
                    "settings that have them.");
}

/* ---- as rows -------------------------------------------------------------------------- */

static void write_line(struct writer *writer, const struct metric *metric,
                       const struct sensitivity_line *line)
{
    const struct influence *influence = &line->influence;
    writer_text(writer, metric->name);
    writer_text(writer, line->factor->name);
    writer_integer(writer, (int64_t)line->factor->level_count);
    writer_integer(writer, (int64_t)influence->n);
    writer_integer(writer, (int64_t)influence->observations);
    writer_text(writer, influence_by_names[influence->by]);
    writer_real(writer, influence->groups ? (double)influence->groups : NAN);
    writer_real(writer, influence->explained.share);
    writer_real(writer, influence->explained.interval.low);
    writer_real(writer, influence->explained.interval.high);
    writer_real(writer, influence->explained.eta2);
    writer_real(writer, influence->total);
    writer_real(writer, influence->rank);
    writer_real(writer, influence->rank_interval.low);
    writer_real(writer, influence->rank_interval.high);
}

static void write_rows(const struct sensitivity *sensitivity)
{
    static const char *const columns[] = {"metric",
                                          "parameter",
                                          "values",
                                          "settings",
                                          "observations",
                                          "by",
                                          "groups",
                                          "share",
                                          "share_low",
                                          "share_high",
                                          "eta2",
                                          "with_others",
                                          "rank_correlation",
                                          "rank_correlation_low",
                                          "rank_correlation_high"};
    struct writer writer;
    writer_init(&writer, stdout, WRITER_JSON);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        writer_column(&writer, columns[i], NULL);
    for (size_t i = 0; i < sensitivity->count; i++) {
        const struct metric_sensitivity *of = &sensitivity->metrics[i];
        for (size_t f = 0; of->lines && f < sensitivity->factors.count; f++)
            write_line(&writer, of->metric, &of->lines[f]);
    }
    writer_fini(&writer);
}

/* ---- the command ---------------------------------------------------------------------- */

static void analyse(const struct command *command)
{
    struct open_results results;
    struct sensitivity sensitivity;
    struct error error;
    open_results(&results, &command->which);
    const struct sensitivity_question question = {.subject =
                                                      subject_of(&results, NULL, true, false, NULL),
                                                  .metrics = command->metrics,
                                                  .for_programs = command->json};
    if (sensitivity_make(&sensitivity, &question, &error) != 0)
        fail("%s", error.text);
    if (command->json)
        write_rows(&sensitivity);
    else
        print_tables(&sensitivity, results.store);
    sensitivity_fini(&sensitivity);
    close_results(&results);
}

static int run(void *state)
{
    struct command *command = state;
    analyse(command);
    metric_list_fini(&command->metrics);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"show", "best", "report", NULL};

const struct subcommand subcommand_sensitivity = {
    .name = "sensitivity",
    .summary = "which parameter matters for which metric",
    .description = "Says which parameter of an experiment matters for which metric: the share of "
                   "the variance between settings that goes with it, and for numbers the rank "
                   "correlation (-1: the larger the one the smaller the other; 0: nothing to do "
                   "with each other), both with 95% intervals.",
    .examples = "pygcsim sensitivity results.db --metric latency_p99 --metric heap_peak",
    .options = {options},
    .argument = &results_argument,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
