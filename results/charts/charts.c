/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/charts.h"

#include <stdlib.h>
#include <string.h>

#include "results/embedded.h"
#include "results/store/soundness.h"
#include "sim/base/allocate.h"

/* ---- the charts ----------------------------------------------------------------------- */

/* What data may lack, in words. `runs` is `shown` or `compared`. */
#define OF_PROGRAM "(SELECT ' of ' || workload FROM ran JOIN compared USING (run_id) LIMIT 1)"
#define NONE_OF(table, runs)                                                                       \
    "SELECT 'no run' || " OF_PROGRAM " || ' has any' WHERE NOT EXISTS (SELECT 1 FROM " runs        \
    " JOIN " table " USING (run_id))"
#define NOT_LOGGED(table, runs)                                                                    \
    "SELECT iif(EXISTS (SELECT 1 FROM " runs " JOIN run ON id = run_id WHERE log = 'summary'),"    \
    "           'none are stored (log: summary)', 'no run' || " OF_PROGRAM " || ' has any')"       \
    " WHERE NOT EXISTS (SELECT 1 FROM " runs " JOIN " table " USING (run_id))"
#define ONE_POLICY                                                                                 \
    "SELECT 'there is one: ' || one FROM (SELECT max(specification) AS one,"                       \
    " count(DISTINCT specification) AS n FROM compared) WHERE n = 1"
#define NO_METRIC_OF(program, runs)                                                                \
    " UNION ALL SELECT 'no run' || " program " || ' has ' || text FROM asked"                      \
    " WHERE what = 'metric' AND NOT EXISTS (SELECT 1 FROM " runs " JOIN objective USING (run_id)"  \
    " WHERE value NOTNULL)"
#define NO_METRIC_OF_PROGRAM NO_METRIC_OF(OF_PROGRAM, "compared")
#define NO_METRIC            NO_METRIC_OF("''", "factor")

/* Which factors vary, of those that `axes` could not be made of. */
#define NO_AXES                                                                                    \
    "SELECT CASE n WHEN 0 THEN 'none does' WHEN 1 THEN 'only ' || names || ' does'"                \
    " ELSE names || ' do, but not independently' || iif(EXISTS (SELECT 1 FROM ran WHERE lost),"    \
    " ', leaving aside what ran out of memory', '') END"                                           \
    " FROM (SELECT count(*) AS n, group_concat(factor, ' and ') AS names"                          \
    "       FROM (SELECT DISTINCT factor FROM factor)) WHERE NOT EXISTS (SELECT 1 FROM axes)"

#define NO_FACTOR                                                                                  \
    "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM factor) THEN 'none does'"                          \
    " WHEN EXISTS (SELECT 1 FROM ran WHERE lost)"                                                  \
    " THEN 'none does among those that did not run out of memory' ELSE 'no run has the metric' "   \
    "END"                                                                                          \
    " WHERE NOT EXISTS (SELECT 1 FROM factor JOIN objective USING (run_id)"                        \
    "                   JOIN ran USING (run_id) WHERE NOT lost AND value NOTNULL"                  \
    "                   GROUP BY factor HAVING count(DISTINCT level) > 1)"

const struct chart charts[] = {
    {.name = "pauses",
     .summary = "pause percentiles by policy, p50 to max, in the steady state",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "shown"),
     .template = embedded_pauses_gp,
     .data = {{"$data", embedded_pauses_sql}},
     .scope = SCOPE_POLICIES},
    {.name = "histogram",
     .summary = "how many pauses are how long, by generation, a panel a policy",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "shown"),
     .template = embedded_histogram_gp,
     .data = {{"$data", embedded_histogram_sql}},
     .scope = SCOPE_POLICIES},
    {.name = "timeline",
     .summary = "collections over time, their generation and pause, a row a policy",
     .needs = "stored collections (log: collections)",
     .missing = NOT_LOGGED("collection", "shown"),
     .template = embedded_timeline_gp,
     .data = {{"$data", embedded_timeline_sql}},
     .scope = SCOPE_FIRST_SEED},
    {.name = "memory",
     .summary = "heap and live memory over time, with the full collections marked",
     .needs = "stored samples of memory (log: samples or collections)",
     .missing = NOT_LOGGED("sample", "shown"),
     .template = embedded_memory_gp,
     .data = {{"$data", embedded_memory_sql}, {"$collections", embedded_memory_collections_sql}},
     .scope = SCOPE_FIRST_SEED},
    {.name = "latency",
     .summary = "request latency by percentile, up to the longest, a curve a policy",
     .needs = "requests that arrive in the steady state",
     .missing = NONE_OF("latency", "shown"),
     .template = embedded_latency_gp,
     .data = {{"$data", embedded_latency_sql}},
     .scope = SCOPE_POLICIES},
    {.name = "mmu",
     .summary = "minimum mutator utilisation over windows of 2 ms to 1 s, a curve a policy",
     .needs = "metrics mmu_2ms to mmu_1s",
     .missing = NONE_OF("(SELECT run_id FROM summary WHERE metric GLOB 'mmu_*')", "shown"),
     .template = embedded_mmu_gp,
     .data = {{"$data", embedded_mmu_sql}},
     .scope = SCOPE_POLICIES},
    {.name = "gctime",
     .summary = "time in collections by generation, stacked, in the steady state",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "shown"),
     .template = embedded_gctime_gp,
     .data = {{"$data", embedded_gctime_sql, true}},
     .scope = SCOPE_POLICIES},
    {.name = "ages",
     .summary = "age of objects as they are reclaimed, by generation, a panel a policy",
     .needs = "ages at death",
     .missing = NONE_OF("age", "shown"),
     .template = embedded_ages_gp,
     .data = {{"$data", embedded_ages_sql}},
     .scope = SCOPE_POLICIES},
    {.name = "tradeoff",
     .summary = "p99 and longest pause against peak memory, a point a policy",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "compared"),
     .template = embedded_tradeoff_gp,
     .data = {{"$data", embedded_tradeoff_sql, true}},
     .scope = SCOPE_PROGRAM},
    {.name = "pareto",
     .summary = "a metric against peak memory, with 95% intervals, and the Pareto front",
     .needs = "two policies or more, and the metric",
     .missing = ONE_POLICY NO_METRIC_OF_PROGRAM,
     .template = embedded_pareto_gp,
     .data = {{"$data", embedded_pareto_sql, true}},
     .scope = SCOPE_PROGRAM,
     .uses_metric = true},
    {.name = "overhead",
     .summary = "lower-bound overhead against peak memory, with 95% intervals",
     .needs = "two policies or more, and the metric",
     .missing = ONE_POLICY NO_METRIC_OF_PROGRAM,
     .template = embedded_pareto_gp,
     .data = {{"$data", embedded_pareto_sql, true}},
     .scope = SCOPE_PROGRAM,
     .metric = "overhead"},
    {.name = "heatmap",
     .summary = "mean of a metric over two parameters that vary",
     .needs = "two parameters that vary, and the metric",
     .missing = NO_AXES NO_METRIC,
     .template = embedded_heatmap_gp,
     .data = {{"$data", embedded_heatmap_sql, true}},
     .scope = SCOPE_CELLS,
     .uses_metric = true,
     .uses_factors = true},
    {.name = "effects",
     .summary = "mean of a metric at each value of each parameter that varies, with 95% intervals",
     .needs = "a parameter that varies, and the metric",
     .missing = NO_FACTOR NO_METRIC,
     .template = embedded_effects_gp,
     .data = {{"$data", embedded_effects_sql, true}},
     .scope = SCOPE_FACTORS,
     .uses_metric = true,
     .uses_factors = true},
    {.name = NULL},
};

static const void *chart_at(size_t i)
{
    return charts[i].name ? &charts[i] : NULL;
}

const struct registry chart_registry = {"chart", "charts", chart_at};

const char *const chart_formats[] = {"png", "svg", "pdf", NULL};

/* In the order of chart_formats. */
static const char *const terminals[] = {
    "pngcairo size 1200,800 font 'sans-serif,11'",
    "svg size 900,600 dynamic font 'sans-serif,11' linewidth 0.75",
    "pdfcairo size 12.5in,8.3in font 'sans-serif,11' fontscale 0.75 linewidth 1.5",
};

/* ---- what a chart needs --------------------------------------------------------------- */

static int prepare_selection(const struct chart *chart, struct selection *selection,
                             struct error *error)
{
    const struct metric *metric = chart->metric ? metric_named(chart->metric) : NULL;
    if ((chart->metric || chart->uses_metric) &&
        selection_set_metric(selection, metric, error) != 0)
        return -1;
    return chart->uses_factors ? selection_find_factors(selection, error) : 0;
}

int chart_check(const struct chart *chart, struct selection *selection, char **why,
                struct error *error)
{
    *why = NULL;
    if (prepare_selection(chart, selection, error) != 0)
        return -1;
    for (int i = 0; i < 2 && chart->data[i].sql; i++)
        if (soundness_check_query(selection_store(selection), "SELECT run_id FROM compared",
                                  chart->data[i].sql, error) != 0)
            return -1;
    return selection_text(selection, chart->missing, why, error);
}

/* ---- data ----------------------------------------------------------------------------- */

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
static void write_block_row(FILE *out, sqlite3_stmt *row, char **heading)
{
    const char *text = (const char *)sqlite3_column_text(row, 0);
    if (!*heading || strcmp(*heading, text) != 0) {
        fprintf(out, "%s%s\n", *heading ? "\n\n" : "", text);
        free(*heading);
        *heading = allocate_text(text);
    }
    if (sqlite3_column_type(row, 1) != SQLITE_NULL)
        write_row(out, row, 1);
}

static void write_headings(FILE *out, sqlite3_stmt *statement)
{
    for (int c = 0; c < sqlite3_column_count(statement); c++)
        fprintf(out, "%s%s", c ? "\t" : "", sqlite3_column_name(statement, c));
    fputc('\n', out);
}

static int write_data(FILE *out, const struct chart_data *data, struct store *store,
                      struct error *error)
{
    char *heading = NULL;
    int code;
    sqlite3_stmt *statement = prepare(store, data->sql, error);
    if (!statement)
        return -1;
    fprintf(out, "%s << END_OF_DATA\n", data->name);
    if (data->is_table)
        write_headings(out, statement);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (data->is_table)
            write_row(out, statement, 0);
        else
            write_block_row(out, statement, &heading);
    }
    fputs("END_OF_DATA\n", out);
    free(heading);
    int status = code == SQLITE_DONE ? 0 : store_error(store, error);
    sqlite3_finalize(statement);
    return status;
}

/* ---- variables ------------------------------------------------------------------------ */

/* A string of gnuplot's, quoted. */
static void write_string(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = '", name);
    for (; *text; text++)
        fputs(*text == '\'' ? "''" : (char[]){*text, '\0'}, out);
    fputs("'\n", out);
}

/* The runs that charts of a scope are about. */
static const char *const runs_of_scope[] = {
    [SCOPE_POLICIES] = "SELECT run_id, place FROM shown",
    [SCOPE_FIRST_SEED] = "SELECT run_id, place FROM shown WHERE first",
    [SCOPE_PROGRAM] = "SELECT run_id, place FROM compared",
    [SCOPE_FACTORS] = "SELECT DISTINCT run_id, NULL AS place FROM factor JOIN ran USING (run_id)"
                      " LEFT JOIN objective USING (run_id) WHERE lost OR value IS NOT NULL",
    [SCOPE_CELLS] = "SELECT x.run_id, NULL AS place FROM axes JOIN factor AS x ON x.factor = axes.x"
                    " JOIN factor AS y ON y.factor = axes.y AND y.run_id = x.run_id"
                    " JOIN ran ON ran.run_id = x.run_id"
                    " LEFT JOIN objective ON objective.run_id = x.run_id"
                    " WHERE lost OR value IS NOT NULL",
};

/* Number and names are columns of the query with the names of gnuplot variables. */
static int write_captions(FILE *out, const struct chart *chart, struct store *store,
                          struct error *error)
{
    char *sql =
        sqlite3_mprintf("WITH drawn AS (%s)%s", runs_of_scope[chart->scope], embedded_captions_sql);
    if (!sql)
        out_of_memory();
    sqlite3_stmt *statement = prepare(store, sql, error);
    sqlite3_free(sql);
    if (!statement)
        return -1;
    sqlite3_bind_int(statement, 1, (int)chart->scope);
    int status = sqlite3_step(statement) == SQLITE_ROW ? 0 : store_error(store, error);
    for (int c = 0; status == 0 && c < sqlite3_column_count(statement); c++) {
        const char *name = sqlite3_column_name(statement, c);
        const char *text = (const char *)sqlite3_column_text(statement, c);
        if (sqlite3_column_type(statement, c) == SQLITE_INTEGER)
            fprintf(out, "%s = %s\n", name, text);
        else
            write_string(out, name, text ? text : "");
    }
    sqlite3_finalize(statement);
    return status;
}

static void write_metric(FILE *out, const struct metric *metric)
{
    static const char *const better[] = {
        [BETTER_NEITHER] = "", [BETTER_LOW] = "low", [BETTER_HIGH] = "high"};
    write_string(out, "metric", metric->name);
    write_string(out, "metric_unit", metric->unit);
    write_string(out, "metric_meaning", metric->meaning);
    write_string(out, "metric_better", better[metric->better]);
}

static int write_axes(FILE *out, const struct selection *selection, struct error *error)
{
    static const char *const names[] = {"x_factor", "y_factor"};
    static const char *const sql[] = {"SELECT x FROM axes", "SELECT y FROM axes"};
    for (int i = 0; i < 2; i++) {
        char *factor;
        if (selection_text(selection, sql[i], &factor, error) != 0)
            return -1;
        write_string(out, names[i], factor ? factor : "");
        free(factor);
    }
    return 0;
}

/* ---- a chart -------------------------------------------------------------------------- */

int chart_write(FILE *gnuplot, const struct chart *chart, struct selection *selection,
                const char *format, const char *template, struct error *error)
{
    struct store *store = selection_store(selection);
    size_t terminal = 0;
    while (strcmp(chart_formats[terminal], format) != 0)
        terminal++;
    if (prepare_selection(chart, selection, error) != 0)
        return -1;
    fprintf(gnuplot, "set terminal %s background rgb 'white'\n", terminals[terminal]);
    if (write_captions(gnuplot, chart, store, error) != 0)
        return -1;
    if (chart->metric || chart->uses_metric)
        write_metric(gnuplot, selection_metric(selection));
    if (chart->uses_factors && write_axes(gnuplot, selection, error) != 0)
        return -1;
    for (int i = 0; i < 2 && chart->data[i].sql; i++)
        if (write_data(gnuplot, &chart->data[i], store, error) != 0)
            return -1;
    fprintf(gnuplot, "%s%s", embedded_style_gp, template ? template : chart->template);
    return 0;
}

/* Says which functions in a query are pygcsim's own. */
static void write_own_functions(FILE *out, const char *sql)
{
    static const char *const own[] = {"percentile",    "mean_low",       "mean_high",
                                      "bootstrap_low", "bootstrap_high", NULL};
    char call[32];
    const char *separator = "-- It runs in pygcsim only, whose functions are: ";
    for (size_t i = 0; own[i]; i++) {
        snprintf(call, sizeof call, "%s(", own[i]);
        if (strstr(sql, call)) {
            fprintf(out, "%s%s", separator, own[i]);
            separator = ", ";
        }
    }
    fputs(*separator == ',' ? "\n" : "", out);
}

int chart_write_sql(FILE *out, const struct chart *chart, struct selection *selection,
                    struct error *error)
{
    if (prepare_selection(chart, selection, error) != 0)
        return -1;
    fprintf(out, "-- ---- what is drawn\n%s", selection_sql(selection));
    for (int i = 0; i < 2 && chart->data[i].sql; i++) {
        fprintf(out, "\n-- ---- %s of chart %s\n", chart->data[i].name, chart->name);
        write_own_functions(out, chart->data[i].sql);
        size_t length = strlen(chart->data[i].sql);
        while (length > 0 && chart->data[i].sql[length - 1] == '\n')
            length--;
        fprintf(out, "%.*s;\n", (int)length, chart->data[i].sql);
    }
    return 0;
}
