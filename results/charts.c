/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts.h"

#include <string.h>

#include "results/embedded.h"

const struct chart charts[] = {
    {.name = "pauses",
     .summary = "pause percentiles by policy, p50 to max, after start-up",
     .template = embedded_pauses_gp,
     .queries = {embedded_pauses_sql}},
    {.name = "memory",
     .summary = "heap and live memory over time, with the full collections marked",
     .template = embedded_memory_gp,
     .queries = {embedded_memory_sql, embedded_memory_collections_sql}},
    {.name = "tradeoff",
     .summary = "p99 and longest pause after start-up against peak memory, one point a policy",
     .template = embedded_tradeoff_gp,
     .queries = {embedded_tradeoff_sql}},
    {.name = "gctime",
     .summary = "time in collections after start-up by generation, stacked",
     .template = embedded_gctime_gp,
     .queries = {embedded_gctime_sql},
     .one_table = true},
    {.name = NULL},
};

const char *const chart_formats[] = {"png", "svg", "pdf", NULL};

/* In the order of chart_formats. */
static const char *const terminals[] = {
    "pngcairo size 1200,800 font 'sans-serif,11'",
    "svg size 900,600 dynamic font 'sans-serif,11' linewidth 0.75",
    "pdfcairo size 12.5in,8.3in font 'sans-serif,11' fontscale 0.75 linewidth 1.5",
};

static const char *const block_names[] = {"$data", "$collections"};

static sqlite3_stmt *prepare(struct store *store, const char *sql, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store_database(store), sql, -1, &statement, NULL) != SQLITE_OK)
        store_error(store, error);
    return statement;
}

/* The columns of a row from `first` on, separated by tabs. */
static void write_row(FILE *out, sqlite3_stmt *row, int first)
{
    for (int c = first; c < sqlite3_column_count(row); c++) {
        const char *text = (const char *)sqlite3_column_text(row, c);
        fprintf(out, "%s%s", c > first ? "\t" : "", text ? text : "");
    }
    fputc('\n', out);
}

/* Rows with the same first column, the policy's, are a block below a line with that; a policy
 * without values has just the line. */
static void write_block_row(FILE *out, sqlite3_stmt *row, char previous[256])
{
    const char *heading = (const char *)sqlite3_column_text(row, 0);
    if (strncmp(previous, heading, 255) != 0) {
        fprintf(out, "%s%s\n", previous[0] ? "\n\n" : "", heading);
        snprintf(previous, 256, "%s", heading);
    }
    if (sqlite3_column_type(row, 1) != SQLITE_NULL)
        write_row(out, row, 1);
}

static int write_block(FILE *out, const char *name, struct store *store, const char *sql,
                       bool one_table, struct error *error)
{
    char heading[256] = "";
    int code;
    sqlite3_stmt *statement = prepare(store, sql, error);
    if (!statement)
        return -1;
    fprintf(out, "%s << END_OF_DATA\n", name);
    if (one_table) {
        for (int c = 0; c < sqlite3_column_count(statement); c++)
            fprintf(out, "%s%s", c ? "\t" : "", sqlite3_column_name(statement, c));
        fputc('\n', out);
    }
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (one_table)
            write_row(out, statement, 0);
        else
            write_block_row(out, statement, heading);
    }
    fputs("END_OF_DATA\n", out);
    int status = code == SQLITE_DONE ? 0 : store_error(store, error);
    sqlite3_finalize(statement);
    return status;
}

/* A string of gnuplot's, quoted. */
static void write_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++)
        fputs(*text == '\'' ? "''" : (char[]){*text, '\0'}, out);
    fputc('\'', out);
}

/* The number of policies shown, and what they have in common. */
static int write_variables(FILE *out, struct store *store, struct error *error)
{
    sqlite3_stmt *statement =
        prepare(store,
                "SELECT count(*), workload || ' on ' || collector || ', seed ' || seed"
                " FROM shown JOIN run ON run.id = run_id",
                error);
    if (!statement)
        return -1;
    int status = 0;
    if (sqlite3_step(statement) != SQLITE_ROW)
        status = store_error(store, error);
    else if (sqlite3_column_int(statement, 0) == 0)
        status = error_set(error, "%s: no run in it has ended: there is nothing to draw",
                           store_path(store));
    else {
        fprintf(out, "policies = %d\nsubtitle = ", sqlite3_column_int(statement, 0));
        write_quoted(out, (const char *)sqlite3_column_text(statement, 1));
        fputc('\n', out);
    }
    sqlite3_finalize(statement);
    return status;
}

int chart_write(FILE *gnuplot, const struct chart *chart, struct store *store, const char *format,
                struct error *error)
{
    size_t terminal = 0;
    while (strcmp(chart_formats[terminal], format) != 0)
        terminal++;
    sqlite3_exec(store_database(store), "DROP VIEW IF EXISTS temp.shown", NULL, NULL, NULL);
    if (sqlite3_exec(store_database(store), embedded_shown_sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_error(store, error);
    fprintf(gnuplot, "set terminal %s background rgb 'white'\n", terminals[terminal]);
    if (write_variables(gnuplot, store, error) != 0)
        return -1;
    for (int i = 0; i < 2 && chart->queries[i]; i++)
        if (write_block(gnuplot, block_names[i], store, chart->queries[i], chart->one_table,
                        error) != 0)
            return -1;
    fprintf(gnuplot, "%s%s", embedded_style_gp, chart->template);
    return 0;
}
