/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim export: an experiment for other programs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/output.h"
#include "cli/ranking.h"
#include "results/store/export.h"

enum format { FORMAT_CSV, FORMAT_JSON, FORMAT_GCVIEWER };
static const char *const formats[] = {"csv", "json", "gcviewer", NULL};

enum export_table { TABLE_RUNS, TABLE_SETTINGS, TABLE_COLLECTIONS, TABLE_SAMPLES };
static const char *const tables[] = {"runs", "settings", "collections", "samples", NULL};

struct command {
    struct which_results which;
    int64_t format, table;
    bool table_given;
    int64_t run;     /* or EVERY_RUN */
    const char *out; /* NULL: standard output */
};

#define FIELD(name) PARAM_FIELD(command, name)

static const struct command_option options[] = {
    {{"format", PARAM_CHOICE, FIELD(format), .choices = formats, .initial = "csv",
      .meaning = "as what; json is one object a line, gcviewer a log of collections"},
     .argument = "FORMAT"},
    {{"table", PARAM_CHOICE, FIELD(table), .choices = tables, .initial = "runs",
      .meaning = "runs are a row each, with every parameter and metric; settings have means and "
                 "intervals; collections and samples (of memory) are those of the runs"},
     .argument = "TABLE",
     OPTION_GIVEN(command, table_given)},
    {{"run", PARAM_COUNT, FIELD(run), .least = 1, .most = PARAM_UNLIMITED, .absent = "all",
      .initial = "all", .meaning = "of collections and samples only those of that run"},
     .argument = "N"},
    {{"out", PARAM_PATH, FIELD(out), .otherwise = "standard output",
      .meaning = "where to write it"},
     .letter = 'o',
     .argument = "FILE"},
    {{OPTION_EXPERIMENT, FIELD(which.experiment)}, .argument = "NAME"},
    {{NULL}},
};

static const struct command_option results_argument = {{OPTION_RESULTS, FIELD(which.db)},
                                                       .what = "results file"};

/* ---- rows ----------------------------------------------------------------------------- */

static void write_value(struct writer *writer, const struct export_value *value)
{
    switch (value->type) {
    case EXPORT_INTEGER:
        writer_integer(writer, value->integer);
        break;
    case EXPORT_REAL:
        writer_real(writer, value->real);
        break;
    case EXPORT_TEXT:
        writer_text(writer, value->text);
        break;
    }
}

static void write_rows(struct output *output, struct export *rows, enum writer_form form)
{
    struct error error;
    struct writer writer;
    int more;
    size_t columns = export_column_count(rows);
    writer_init(&writer, output->out, form);
    for (size_t c = 0; c < columns; c++)
        writer_column(&writer, export_column_name(rows, c), export_column_unit(rows, c));
    while ((more = export_next(rows, &error)) > 0 && !output_is_lost(output))
        for (size_t c = 0; c < columns; c++) {
            const struct export_value value = export_value(rows, c);
            write_value(&writer, &value);
        }
    if (more < 0)
        output_fail(output, "", error.text);
    writer_fini(&writer);
}

static void write_table(struct output *output, const struct command *command,
                        struct open_results *results)
{
    struct error error;
    struct export *rows = NULL;
    enum writer_form form = command->format == FORMAT_CSV ? WRITER_CSV : WRITER_JSON;
    switch (command->table) {
    case TABLE_SETTINGS:
        ranking_write(results, &(struct ranking_options){0}, output->out, form);
        return;
    case TABLE_RUNS:
        rows = export_runs(results->store, results->experiment, &error);
        break;
    case TABLE_COLLECTIONS:
        rows = export_collections(results->store, results->experiment, command->run, &error);
        break;
    case TABLE_SAMPLES:
        rows = export_samples(results->store, results->experiment, command->run, &error);
        break;
    }
    if (!rows)
        output_fail(output, "", error.text);
    write_rows(output, rows, form);
    export_free(rows);
}

/* ---- a log ---------------------------------------------------------------------------- */

/* The only run, if none is named. */
static int64_t one_run(struct output *output, const struct command *command,
                       const struct open_results *results)
{
    struct error error;
    struct run_numbers runs;
    char why[256];
    if (command->run != EVERY_RUN)
        return command->run;
    if (export_run_numbers(&runs, results->store, results->experiment, &error) != 0)
        output_fail(output, "", error.text);
    if (runs.count == 1)
        return runs.first;
    snprintf(
        why, sizeof why,
        "a log is of one run, and experiment %" PRId64 " (%.60s) has %" PRId64
        ": say which with --run, from %" PRId64 " to %" PRId64 " (--table runs tells what each is)",
        results->experiment->number, results->experiment->name, runs.count, runs.first, runs.last);
    output_fail(output, "", why);
}

/* As a Java virtual machine with -Xlog:gc and the serial collector logs its collections; times are
 * those of their ends. GCViewer's reader (DataReaderUnifiedJvmLogging) takes a cause in
 * parentheses, without digits. */
static void write_log_line(FILE *out, const struct export_log_line *line)
{
    static const char *const names[] = {"Pause Young (generation zero - ",
                                        "Pause Young (generation one - ", "Pause Full ("};
    fprintf(out,
            "[%.3fs][info][gc] GC(%" PRId64 ") %s%s) %" PRId64 "K->%" PRId64 "K(%" PRId64
            "K) %.3fms\n",
            line->end_s, line->sequence, names[line->generation], line->cause, line->before_kib,
            line->after_kib, line->peak_kib, 1e3 * line->pause_s);
}

static void write_log(struct output *output, const struct command *command,
                      const struct open_results *results)
{
    struct error error;
    struct export_log_line line;
    int more;
    int64_t run = one_run(output, command, results);
    struct export *rows = export_log(results->store, results->experiment, run, &error);
    if (!rows)
        output_fail(output, "", error.text);
    fputs("[0.000s][info][gc] Using Serial\n", output->out);
    while ((more = export_next_log_line(rows, &line, &error)) > 0 && !output_is_lost(output))
        write_log_line(output->out, &line);
    export_free(rows);
    if (more < 0)
        output_fail(output, "", error.text);
}

/* ---- the command ---------------------------------------------------------------------- */

static void check_together(const struct command *command)
{
    bool per_run = command->format == FORMAT_GCVIEWER || command->table >= TABLE_COLLECTIONS;
    if (command->format == FORMAT_GCVIEWER && command->table_given)
        fail_usage("--table is for csv and json: --format gcviewer is a log of collections");
    if (command->run != EVERY_RUN && !per_run)
        fail_usage("--run is for --table collections, --table samples and --format gcviewer");
}

static int run(void *state)
{
    struct command *command = state;
    struct open_results results;
    struct output output;
    check_together(command);
    open_results(&results, &command->which);
    output_open(&output, command->out, command->which.db);
    if (command->format == FORMAT_GCVIEWER)
        write_log(&output, command, &results);
    else
        write_table(&output, command, &results);
    output_close(&output);
    close_results(&results);
    return EXIT_SUCCESS;
}

static const char *const see[] = {"show", "plot", "report", NULL};

const struct subcommand subcommand_export = {
    .name = "export",
    .summary = "an experiment as CSV, JSON or a log, for other programs",
    .description = "Writes an experiment for other programs: its runs with every parameter and "
                   "metric, its settings with means and intervals, its collections or the memory "
                   "over time, as CSV or JSON; or the collections of one run as a log that "
                   "GCViewer reads.",
    .examples = "pygcsim export results.db --format csv --table runs --out runs.csv",
    .options = {options},
    .argument = &results_argument,
    .see = see,
    .state_size = sizeof(struct command),
    .run = run,
};
