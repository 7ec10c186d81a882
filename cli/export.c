/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pygcsim export: an experiment for other programs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/open_results.h"
#include "cli/output.h"
#include "results/store/export.h"
#include "results/store/query.h"

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

static void write_value(struct writer *writer, sqlite3_stmt *rows, int column)
{
    int type = sqlite3_column_type(rows, column);
    if (type == SQLITE_INTEGER)
        writer_integer(writer, sqlite3_column_int64(rows, column));
    else if (type == SQLITE_FLOAT)
        writer_real(writer, sqlite3_column_double(rows, column));
    else
        writer_text(writer, (const char *)sqlite3_column_text(rows, column));
}

static void write_rows(struct output *output, struct store *store, const char *sql,
                       enum writer_form form)
{
    struct error error;
    struct writer writer;
    int more;
    sqlite3_stmt *rows = query_begin(store, &error, "%s", sql);
    writer_init(&writer, output->out, form);
    for (int c = 0; rows && c < sqlite3_column_count(rows); c++)
        writer_column(&writer, sqlite3_column_name(rows, c));
    while ((more = query_next(store, rows, &error)) > 0 && !output_is_lost(output))
        for (int c = 0; c < sqlite3_column_count(rows); c++)
            write_value(&writer, rows, c);
    sqlite3_finalize(rows);
    if (more < 0)
        output_fail(output, "", error.text);
    writer_fini(&writer);
}

/* The only run, if none is named. */
static int64_t one_run(struct output *output, const struct command *command,
                       const struct open_results *results)
{
    struct error error;
    char why[256];
    int64_t count = 0, first = 0, last = 0;
    int more;
    if (command->run != EVERY_RUN)
        return command->run;
    sqlite3_stmt *rows =
        query_begin(results->store, &error,
                    "SELECT count(*), min(id), max(id) FROM run WHERE experiment_id = %lld",
                    (long long)results->experiment->number);
    while ((more = query_next(results->store, rows, &error)) > 0) {
        count = sqlite3_column_int64(rows, 0);
        first = sqlite3_column_int64(rows, 1);
        last = sqlite3_column_int64(rows, 2);
    }
    sqlite3_finalize(rows);
    if (more < 0)
        output_fail(output, "", error.text);
    if (count == 1)
        return first;
    snprintf(why, sizeof why,
             "a log is of one run, and experiment %" PRId64 " (%.60s) has %" PRId64
             ": say which with --run, from %" PRId64 " to %" PRId64
             " (--table runs tells what each is)",
             results->experiment->number, results->experiment->name, count, first, last);
    output_fail(output, "", why);
}

/* As a Java virtual machine with -Xlog:gc and the serial collector logs its collections; times are
 * those of their ends. GCViewer's reader (DataReaderUnifiedJvmLogging) takes a cause in
 * parentheses, without digits. */
static void write_log(struct output *output, const struct command *command,
                      const struct open_results *results)
{
    static const char *const names[] = {"Pause Young (generation zero - ",
                                        "Pause Young (generation one - ", "Pause Full ("};
    struct error error;
    int more;
    int64_t run = one_run(output, command, results);
    char *sql = export_collections(results->store, results->experiment, run, &error);
    if (!sql)
        output_fail(output, "", error.text);
    sqlite3_stmt *rows =
        query_begin(results->store, &error,
                    "SELECT seq, time + duration, duration, generation, cause,"
                    " (heap_bytes_before + 1023) / 1024, (heap_bytes_after + 1023) / 1024,"
                    " (SELECT (coalesce(heap_peak_bytes, 0) + 1023) / 1024 FROM run WHERE id = run)"
                    " FROM (%s)",
                    sql);
    sqlite3_free(sql);
    fputs("[0.000s][info][gc] Using Serial\n", output->out);
    while ((more = query_next(results->store, rows, &error)) > 0 && !output_is_lost(output))
        fprintf(output->out,
                "[%.3fs][info][gc] GC(%" PRId64 ") %s%s) %" PRId64 "K->%" PRId64 "K(%" PRId64
                "K) %.3fms\n",
                sqlite3_column_double(rows, 1), (int64_t)sqlite3_column_int64(rows, 0),
                names[sqlite3_column_int(rows, 3)], sqlite3_column_text(rows, 4),
                (int64_t)sqlite3_column_int64(rows, 5), (int64_t)sqlite3_column_int64(rows, 6),
                (int64_t)sqlite3_column_int64(rows, 7), 1e3 * sqlite3_column_double(rows, 2));
    sqlite3_finalize(rows);
    if (more < 0)
        output_fail(output, "", error.text);
}

static void write_table(struct output *output, const struct command *command,
                        const struct open_results *results)
{
    struct error error;
    enum writer_form form = command->format == FORMAT_CSV ? WRITER_CSV : WRITER_JSON;
    char *sql;
    if (command->table == TABLE_SETTINGS) {
        answers_write(results, &(struct answers_options){0}, output->out, form);
        return;
    }
    if (command->table == TABLE_RUNS)
        sql = export_runs(results->store, results->experiment, &error);
    else
        sql = (command->table == TABLE_COLLECTIONS ? export_collections : export_samples)(
            results->store, results->experiment, command->run, &error);
    if (!sql)
        output_fail(output, "", error.text);
    write_rows(output, results->store, sql, form);
    sqlite3_free(sql);
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
