/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim sensitivity: which parameter matters for which metric. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/table.h"
#include "cli/writer.h"
#include "results/answer/influence.h"
#include "sim/base/allocate.h"

struct command {
    struct which_results which;
    struct metric_list metrics;
    bool json;
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{"metric", OPTION_METRICS, FIELD(metrics),
      .otherwise = "the usual ones that have values; with --json all",
      .meaning = "a metric, as often as you like"},
     .argument = "NAME",
     .times = TIMES_ANY},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{"json", PARAM_SWITCH, FIELD(json),
      .meaning = "one JSON object for each metric and parameter"}},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- in order of strength ------------------------------------------------------------- */

struct line {
    const struct factor *factor;
    struct influence influence;
};

/* What cannot be said counts as nothing. */
static double strength(double value)
{
    return isnan(value) ? -1 : fabs(value);
}

static int compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    double of_x = strength(x->influence.explained.share);
    double of_y = strength(y->influence.explained.share);
    if (!(of_x < of_y) && !(of_x > of_y)) {
        of_x = strength(x->influence.rank);
        of_y = strength(y->influence.rank);
    }
    if (!(of_x < of_y) && !(of_x > of_y))
        return (x->factor > y->factor) - (x->factor < y->factor);
    return of_x > of_y ? -1 : 1;
}

/* One line a factor, the strongest first; to be freed. */
static struct line *make_lines(const struct factors *factors, const struct outcomes *outcomes,
                               size_t metric)
{
    struct line *lines = allocate_zeroed(factors->count, sizeof *lines);
    for (size_t i = 0; i < factors->count; i++)
        lines[i] = (struct line){.factor = &factors->factors[i],
                                 .influence = influence_of(&factors->factors[i], outcomes, metric)};
    qsort(lines, factors->count, sizeof *lines, compare_lines);
    return lines;
}

/* ---- as tables ------------------------------------------------------------------------ */

/* Small enough to be shown as 0, without a sign. */
static double no_sign(double value)
{
    return fabs(value) < 0.005 ? 0 : value;
}

static void add_number(struct table *table, const char *format, double value, double low,
                       double high, double scale)
{
    char text[64], interval[48] = "";
    if (isnan(value)) {
        table_add(table, "-");
        return;
    }
    snprintf(text, sizeof text, format, no_sign(value) * scale);
    if (!isnan(low)) {
        char ends[2][20];
        snprintf(ends[0], sizeof ends[0], format, no_sign(low) * scale);
        snprintf(ends[1], sizeof ends[1], format, no_sign(high) * scale);
        snprintf(interval, sizeof interval, " [%s, %s]", ends[0], ends[1]);
    }
    strncat(text, interval, sizeof text - strlen(text) - 1);
    table_add(table, text);
}

static void print_lines(const struct line *lines, size_t count)
{
    static const char *const header[] = {"parameter", "values", "settings",
                                         "share of the variance, %", "rank correlation"};
    struct table table;
    char text[32];
    table_init(&table, 5);
    for (size_t i = 0; i < 5; i++)
        table_add(&table, header[i]);
    for (size_t i = 0; i < count; i++) {
        const struct influence *influence = &lines[i].influence;
        table_add(&table, lines[i].factor->name);
        snprintf(text, sizeof text, "%zu", lines[i].factor->level_count);
        table_add(&table, text);
        snprintf(text, sizeof text, "%zu", influence->n);
        table_add(&table, text);
        if (influence->same)
            table_add(&table, "all the same");
        else
            add_number(&table, "%.0f", influence->explained.share,
                       influence->explained.interval.low, influence->explained.interval.high, 100);
        add_number(&table, "%+.2f", influence->rank, influence->rank_interval.low,
                   influence->rank_interval.high, 1);
    }
    table_print(&table);
}

/* Are all settings the same in it? */
static bool is_constant(const struct outcomes *outcomes, size_t metric)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t s = 0; s < outcomes->setting_count; s++) {
        double mean = outcomes_average(outcomes, s, metric);
        least = fmin(least, mean);
        most = fmax(most, mean);
    }
    return !(most > least);
}

static void print_tables(const struct factors *factors, const struct outcomes *outcomes)
{
    printf("Experiment %lld, %s: %zu setting%s\n", (long long)outcomes->experiment->number,
           outcomes->experiment->name, outcomes->setting_count,
           outcomes->setting_count == 1 ? "" : "s");
    print_earlier(outcomes->experiment);
    if (factors->count == 0) {
        printf("\nIt varies nothing: every parameter has one value.\n");
        return;
    }
    for (size_t m = 0; m < outcomes->metric_count; m++) {
        if (!outcomes_have(outcomes, m)) {
            printf("\n%s has no values.\n", outcomes->metrics[m]->name);
            continue;
        }
        if (is_constant(outcomes, m)) {
            printf("\n%s is the same in all settings.\n", outcomes->metrics[m]->name);
            continue;
        }
        struct line *lines = make_lines(factors, outcomes, m);
        printf("\n%s: %s\n\n", outcomes->metrics[m]->name, outcomes->metrics[m]->meaning);
        print_lines(lines, factors->count);
        free(lines);
    }
    printf("\n[…]: 95%% intervals. The parameters of a policy or a workload: over the settings "
           "that have them.\n");
}

/* ---- as rows -------------------------------------------------------------------------- */

static void write_line(struct writer *writer, const struct metric *metric, const struct line *line)
{
    const struct influence *influence = &line->influence;
    writer_text(writer, metric->name);
    writer_text(writer, line->factor->name);
    writer_integer(writer, (int64_t)line->factor->level_count);
    writer_integer(writer, (int64_t)influence->n);
    writer_integer(writer, (int64_t)influence->observations);
    writer_integer(writer, (int64_t)influence->groups);
    writer_real(writer, influence->explained.share);
    writer_real(writer, influence->explained.interval.low);
    writer_real(writer, influence->explained.interval.high);
    writer_real(writer, influence->explained.eta2);
    writer_real(writer, influence->rank);
    writer_real(writer, influence->rank_interval.low);
    writer_real(writer, influence->rank_interval.high);
}

static void write_rows(const struct factors *factors, const struct outcomes *outcomes)
{
    static const char *const columns[] = {"metric",
                                          "parameter",
                                          "values",
                                          "settings",
                                          "observations",
                                          "groups",
                                          "share",
                                          "share_low",
                                          "share_high",
                                          "eta2",
                                          "rank_correlation",
                                          "rank_correlation_low",
                                          "rank_correlation_high"};
    struct writer writer;
    writer_init(&writer, stdout, WRITER_JSON);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        writer_column(&writer, columns[i]);
    for (size_t m = 0; m < outcomes->metric_count; m++) {
        if (is_constant(outcomes, m))
            continue;
        struct line *lines = make_lines(factors, outcomes, m);
        for (size_t i = 0; i < factors->count; i++)
            write_line(&writer, outcomes->metrics[m], &lines[i]);
        free(lines);
    }
    writer_fini(&writer);
}

/* ---- the command ---------------------------------------------------------------------- */

static void analyse(const struct command *command)
{
    struct open_results results;
    struct outcomes outcomes;
    struct factors factors;
    struct metric_list list = {0};
    struct error error;
    open_results(&results, &command->which);
    for (size_t i = 0; i < command->metrics.count; i++)
        metric_list_add(&list, command->metrics.metrics[i]);
    if (list.count == 0 && command->json)
        metric_list_add_all(&list);
    else if (list.count == 0)
        metric_list_add_usual(&list, results.experiment);
    read_outcomes(&outcomes, &results, NULL, &list);
    if (factors_read(&factors, &outcomes, results.store, &error) != 0)
        fail("%s", error.text);
    if (command->json)
        write_rows(&factors, &outcomes);
    else
        print_tables(&factors, &outcomes);
    factors_fini(&factors);
    outcomes_fini(&outcomes);
    metric_list_fini(&list);
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
