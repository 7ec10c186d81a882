/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/single_runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"
#include "cli/remarks.h"
#include "cli/table.h"
#include "results/answer/limit_words.h"
#include "results/answer/show_value.h"
#include "sim/base/allocate.h"
#include "sim/base/json.h"

/* ---- as a table ----------------------------------------------------------------------- */

/* The usual metrics of the table; all are in the file, and in --json. */
static const struct table_column {
    const char *metric, *header;
} columns[] = {
    {"service_collections", "collections"},
    {"service_collections_gen2", "full"},
    {"service_pause_p99", "pause p99"},
    {"service_pause_max", "pause max"},
    {"service_gc_share", "GC share"},
    {"latency_p50", "latency p50"},
    {"latency_p99", "latency p99"},
    {"latency_max", "latency max"},
    {"heap_peak", "heap peak"},
    {"garbage_peak", "garbage peak"},
};
#define COLUMNS (sizeof columns / sizeof *columns)

struct shown {
    const struct metric *metric;
    const char *header;
};

/* Are they of more than one version of the interpreter? */
static bool have_versions(const struct single_runs *answer)
{
    for (size_t i = 1; i < answer->count; i++)
        if (strcmp(answer->runs[i].collector, answer->runs[0].collector) != 0)
            return true;
    return false;
}

static void add_run(struct table *table, const struct single_run *run, bool versions,
                    const struct shown *shown, size_t count, const struct outcomes *outcomes)
{
    char text[UNITS_TEXT], outlook[OUTLOOK_TEXT];
    table_add(table, run->policy->text);
    if (versions)
        table_add(table, run->collector);
    for (size_t i = 0; i < count; i++) {
        double value = single_run_value(run, shown[i].metric);
        table_add(table, isnan(value) ? "-" : show_value(text, shown[i].metric, value));
    }
    table_add_limits(table, outcomes, run->limits, run->horizon);
    table_add(table, outlook_show(outlook, &run->outlook));
}

static void print_limits(const struct single_runs *answer)
{
    const struct limit_verdict **verdicts = allocate_zeroed(answer->count + 1, sizeof *verdicts);
    size_t count = 0;
    for (size_t i = 0; i < answer->count; i++)
        if (answer->runs[i].limits)
            verdicts[count++] = answer->runs[i].limits;
    if (answer->outcomes)
        print_limits_legend(answer->outcomes, 0, verdicts, count);
    free(verdicts);
}

/* What the last columns mean. */
static void print_legend(const struct single_runs *answer)
{
    struct outlook *outlooks = allocate_zeroed(answer->count + 1, sizeof *outlooks);
    for (size_t i = 0; i < answer->count; i++)
        outlooks[i] = answer->runs[i].outlook;
    print_limits(answer);
    print_outlooks(outlooks, answer->count);
    free(outlooks);
}

static bool is_among(const struct shown *shown, size_t count, const struct metric *metric)
{
    size_t i = 0;
    while (i < count && shown[i].metric != metric)
        i++;
    return i < count;
}

/* The usual ones of which some run has a value, then those asked for; to be freed. */
static struct shown *choose_columns(const struct single_runs *answer,
                                    const struct metric_list *more, size_t *count)
{
    struct shown *shown = allocate_zeroed(COLUMNS + more->count, sizeof *shown);
    *count = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        const struct metric *metric = metric_named(columns[c].metric);
        if (single_runs_have(answer, metric))
            shown[(*count)++] = (struct shown){metric, columns[c].header};
    }
    for (size_t i = 0; i < more->count; i++)
        if (!is_among(shown, *count, more->metrics[i]))
            shown[(*count)++] = (struct shown){more->metrics[i], more->metrics[i]->name};
    return shown;
}

void single_runs_print(const struct single_runs *answer, const struct metric_list *more)
{
    struct table table;
    size_t count, limits = outcomes_limits(answer->outcomes);
    struct shown *shown = choose_columns(answer, more, &count);
    bool versions = have_versions(answer);
    table_init(&table, count + 2 + versions + limits);
    table_add(&table, "policy");
    if (versions)
        table_add(&table, "collector");
    for (size_t i = 0; i < count; i++)
        table_add(&table, shown[i].header);
    table_add_limit_names(&table, answer->outcomes);
    table_add(&table, "still to come");
    for (size_t i = 0; i < answer->count; i++)
        add_run(&table, &answer->runs[i], versions, shown, count, answer->outcomes);
    table_drop_empty(&table, count + 1 + versions + limits);
    table_print(&table);
    print_legend(answer);
    free(shown);
}

/* Runs of one collector are together. */
void single_runs_scatter(const struct single_runs *answer)
{
    const struct metric *metric = metric_named("horizon_pause_max");
    const struct single_run *runs = answer->runs;
    for (size_t first = 0, end; first < answer->count; first = end) {
        struct scatter_order order;
        for (end = first + 1; end < answer->count; end++)
            if (strcmp(runs[end].collector, runs[first].collector) != 0)
                break;
        scatter_order_of_runs(&order, &runs[first], end - first, metric);
        print_scatter_order(&order, metric, have_versions(answer) ? runs[first].collector : NULL);
        scatter_order_fini(&order);
    }
}

/* ---- as JSON -------------------------------------------------------------------------- */

void single_runs_json(const struct single_runs *answer)
{
    struct json json;
    char costs[COSTS_ID];
    json_init(&json, stdout);
    for (size_t i = 0; i < answer->count; i++) {
        const struct single_run *run = &answer->runs[i];
        json_object(&json, NULL);
        json_integer(&json, "run", run->id);
        json_text(&json, "policy", run->policy->text);
        json_text(&json, "workload", run->workload->text);
        json_text(&json, "collector", run->collector);
        json_text(&json, "costs", costs_id(run->costs, costs));
        json_text(&json, "measured_on", run->costs->interpreter);
        json_count(&json, "seed", run->seed);
        json_text(&json, "status", run_status_names[run->status]);
        for (const struct metric *metric = metrics; metric->name; metric++)
            json_real(&json, metric->name, single_run_value(run, metric));
        limits_json(&json, answer->outcomes, run->limits);
        json_end(&json);
    }
}

/* ---- remarks -------------------------------------------------------------------------- */

void single_runs_remarks(const struct single_runs *answer, bool one_seed)
{
    char text[UNITS_TEXT];
    size_t unsteady = 0;
    bool versions = have_versions(answer);
    for (size_t i = 0; i < answer->count; i++) {
        const struct single_run *run = &answer->runs[i];
        if (run->result->status == RUN_planned) /* it was run before */
            continue;
        if (run->result->status == RUN_out_of_memory && one_seed)
            print("%s%s%s: out of memory after %s\n", run->policy->text, versions ? " on " : "",
                  versions ? run->collector : "",
                  units_show_seconds(text, (double)run->result->wall_ns / 1e9));
        if (run->missed_event && run->missed_count == 1)
            print("%s: the program never reported %s\n", run->policy->text, run->missed_event);
        else if (run->missed_event)
            print("%s: the program did not report %s %s times\n", run->policy->text,
                  run->missed_event, units_write_count(text, run->missed_count));
        if (run->left_out)
            print("%s: %s was never in force, its until came before its from\n", run->policy->text,
                  run->left_out);
        unsteady += run->unsteady;
    }
    if (unsteady && one_seed)
        print_unsteady((int64_t)unsteady);
}
