/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/chart_script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/embedded.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"

/* ---- a value -------------------------------------------------------------------------- */

/* A query whose rows are written. */
struct feed {
    struct script *script;
    struct store *store;
    const struct chart *chart; /* for messages */
    sqlite3_stmt *row;
};

/* What is stored has been looked at when the file was opened, so a query that gives something else
 * than the chart's table says is about a file that changes. */
static int damaged(const struct feed *feed, const char *needed, struct error *error)
{
    return store_damaged(feed->store, error, "there is no %s where chart %s needs one", needed,
                         feed->chart->name);
}

static int read_number(const struct feed *feed, int column, char kind, double *value,
                       struct error *error)
{
    *value = query_real(feed->row, column);
    return isnan(*value) && kind != '?' ? damaged(feed, "number", error) : 0;
}

/* Those of one column. */
struct texts {
    char **items;
    size_t count, capacity;
};

static int add_text(struct texts *texts, const struct feed *feed, int column, struct error *error)
{
    char *text = query_text(feed->row, column);
    if (!text)
        return damaged(feed, "text", error);
    texts->items =
        allocate_grow(texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items);
    texts->items[texts->count++] = text;
    return 0;
}

static void write_texts(struct script *script, const char *name, struct texts *texts)
{
    script_array(script, name, texts->items, texts->count);
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
}

/* ---- rows of policies ----------------------------------------------------------------- */

#define HEAD_MOST 8

/* A policy, of which the last row is known when the next one begins. */
struct head {
    int64_t place;
    size_t first, last; /* row of the block, from 1 */
    double values[HEAD_MOST];
};

struct heads {
    struct head *items;
    struct texts names;
    size_t count, capacity, rows;
};

static bool is_new(const struct heads *heads, const struct feed *feed)
{
    return heads->count == 0 || heads->items[heads->count - 1].place != query_integer(feed->row, 0);
}

static int add_head(struct heads *heads, const struct feed *feed, const char *kinds,
                    struct error *error)
{
    heads->items =
        allocate_grow(heads->items, &heads->capacity, heads->count + 1, sizeof *heads->items);
    struct head *head = &heads->items[heads->count++];
    *head = (struct head){
        .place = query_integer(feed->row, 0), .first = heads->rows + 1, .last = heads->rows};
    if (add_text(&heads->names, feed, 1, error) != 0)
        return -1;
    for (int c = 1; kinds[c] != '|'; c++)
        if (read_number(feed, c + 1, kinds[c], &head->values[c], error) != 0)
            return -1;
    return 0;
}

/* A row of the last policy; with nothing behind the bar it says only that the policy is there. */
static int write_row_of_policy(struct heads *heads, const struct feed *feed, const char *kinds,
                               struct error *error)
{
    int column = (int)strcspn(kinds, "|") + 1;
    if (is_new(heads, feed) && add_head(heads, feed, kinds, error) != 0)
        return -1;
    if (query_is_null(feed->row, column))
        return 0;
    script_value(feed->script, (double)heads->count);
    for (; kinds[column]; column++) {
        double value;
        if (read_number(feed, column, kinds[column], &value, error) != 0)
            return -1;
        script_value(feed->script, value);
    }
    script_end_row(feed->script);
    heads->items[heads->count - 1].last = ++heads->rows;
    return 0;
}

static int write_heads(const struct heads *heads, struct script *script, const char *kinds,
                       struct error *error)
{
    if (script_begin(script, error) != 0)
        return -1;
    for (size_t i = 0; i < heads->count; i++) {
        const struct head *head = &heads->items[i];
        script_value(script, (double)head->first);
        script_value(script, (double)head->last);
        for (size_t c = 1; kinds[c] != '|'; c++)
            script_value(script, head->values[c]);
        script_end_row(script);
    }
    return 0;
}

static int write_policies(const struct feed *feed, const struct chart_data *data,
                          struct error *error)
{
    struct heads heads = {0};
    char name_of[32];
    int more, status = 0;
    while (status == 0 && (more = query_next(feed->store, feed->row, error)) != 0)
        status = more > 0 ? write_row_of_policy(&heads, feed, data->kinds, error) : -1;
    script_end(feed->script, data->name);
    if (status == 0)
        status = write_heads(&heads, feed->script, data->kinds, error);
    snprintf(name_of, sizeof name_of, "%s_of", data->name);
    script_end(feed->script, name_of);
    write_texts(feed->script, "name", &heads.names);
    free(heads.items);
    return status;
}

/* ---- a table -------------------------------------------------------------------------- */

#define COLUMNS_MOST 16

static int write_row(const struct feed *feed, const char *kinds, struct texts texts[COLUMNS_MOST],
                     struct error *error)
{
    for (int c = 0; kinds[c]; c++) {
        double value = NAN;
        int status = kinds[c] == 't' ? add_text(&texts[c], feed, c, error)
                                     : read_number(feed, c, kinds[c], &value, error);
        if (status != 0)
            return -1;
        script_value(feed->script, value);
    }
    script_end_row(feed->script);
    return 0;
}

static int write_table(const struct feed *feed, const struct chart_data *data, struct error *error)
{
    struct texts texts[COLUMNS_MOST] = {0};
    int more, status = 0;
    while (status == 0 && (more = query_next(feed->store, feed->row, error)) != 0)
        status = more > 0 ? write_row(feed, data->kinds, texts, error) : -1;
    script_end(feed->script, data->name);
    for (int c = 0; data->kinds[c]; c++)
        if (data->kinds[c] == 't')
            write_texts(feed->script, query_column_name(feed->row, c), &texts[c]);
    return status;
}

static int write_data(struct feed *feed, const struct chart_data *data, struct error *error)
{
    feed->row = query_begin(feed->store, error, "%s", data->sql);
    if (!feed->row)
        return -1;
    int status = script_begin(feed->script, error);
    if (status == 0)
        status = strchr(data->kinds, '|') ? write_policies(feed, data, error)
                                          : write_table(feed, data, error);
    sqlite3_finalize(feed->row);
    return status;
}

/* ---- variables ------------------------------------------------------------------------ */

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

/* Numbers, and the line below the title, are columns with the names of gnuplot's variables. */
static int write_caption(const struct feed *feed, int column, struct error *error)
{
    const char *name = query_column_name(feed->row, column);
    double value;
    if (query_type(feed->row, column) == SQLITE_TEXT) {
        script_text(feed->script, name, query_string(feed->row, column));
        return 0;
    }
    if (read_number(feed, column, 'n', &value, error) != 0)
        return -1;
    script_number(feed->script, name, value);
    return 0;
}

static int write_captions(struct feed *feed, struct error *error)
{
    feed->row = query_begin(feed->store, error, "WITH drawn AS (%s)%s",
                            runs_of_scope[feed->chart->scope], embedded_captions_sql);
    if (!feed->row)
        return -1;
    sqlite3_bind_int(feed->row, 1, (int)feed->chart->scope);
    int more = query_next(feed->store, feed->row, error), status = more < 0 ? -1 : 0;
    for (int c = 0; status == 0 && c < query_columns(feed->row); c++)
        status = write_caption(feed, c, error);
    sqlite3_finalize(feed->row);
    return status;
}

static void write_metric(struct script *script, const struct metric *metric)
{
    static const char *const better[] = {
        [BETTER_NEITHER] = "", [BETTER_LOW] = "low", [BETTER_HIGH] = "high"};
    script_text(script, "metric", metric->name);
    script_text(script, "metric_unit", metric->unit);
    script_text(script, "metric_meaning", metric->meaning);
    script_text(script, "metric_better", better[metric->better]);
}

static int write_axes(struct script *script, const struct selection *selection, struct error *error)
{
    static const char *const names[] = {"x_factor", "y_factor"};
    static const char *const sql[] = {"SELECT x FROM axes", "SELECT y FROM axes"};
    for (int i = 0; i < 2; i++) {
        char *factor;
        if (selection_text(selection, sql[i], &factor, error) != 0)
            return -1;
        script_text(script, names[i], factor ? factor : "");
        free(factor);
    }
    return 0;
}

/* ---- limits --------------------------------------------------------------------------- */

static bool is_named(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at++)
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

/* Is the limit about what an axis shows? */
static bool is_on_axis(const char *names, const struct metric *limited, const struct metric *own)
{
    if (!names)
        return false;
    if (strcmp(names, "metric") == 0)
        return limited == own || metric_at_horizon(limited) == own || metric_seen(limited) == own;
    return is_named(names, limited->name);
}

/* 99 of latency_p99, 99.9 of _p999, 100 of _max; NaN: it is no percentile. */
static double percentile_of(const char *name)
{
    const char *last = strrchr(name, '_');
    if (last && strncmp(last, "_max", 4) == 0)
        return 100;
    if (!last || last[1] != 'p' || strspn(last + 2, "0123456789") != strlen(last + 2))
        return NAN;
    double digits = strtod(last + 2, NULL);
    return digits < 100 ? digits : digits / 10;
}

/* Rows of $limits: the axis, 1 of x, 2 of y; the value; the percentile; 1 if nothing should be
 * above it, -1 below. Their texts are limit_text. */
static int write_limits(struct script *script, const struct chart *chart,
                        const struct selection *selection, struct error *error)
{
    const struct limit_lines *limits = selection_limits(selection);
    const struct metric *own =
        chart->metric || chart->uses_metric ? selection_metric(selection) : NULL;
    char **texts = allocate_zeroed(2 * limits->count + 1, sizeof *texts);
    size_t count = 0;
    int status = script_begin(script, error);
    for (int axis = 1; axis <= 2 && status == 0; axis++)
        for (size_t i = 0; i < limits->count; i++) {
            const struct condition_line *line = &limits->items[i].line;
            if (!is_on_axis(axis == 1 ? chart->x_limits : chart->y_limits, line->metric, own))
                continue;
            script_value(script, axis);
            script_value(script, line->value);
            script_value(script, percentile_of(line->metric->name));
            script_value(script, line->side == BOUND_ABOVE ? 1 : -1);
            script_end_row(script);
            texts[count++] = limits->items[i].text;
        }
    if (status == 0)
        script_end(script, "limits");
    script_number(script, "limit_count", (double)count);
    script_array(script, "limit_text", texts, count);
    free(texts);
    return status;
}

/* ---- a chart -------------------------------------------------------------------------- */

int chart_write(struct script *script, const struct chart *chart, struct selection *selection,
                const struct drawing_style *style, struct error *error)
{
    struct feed feed = {.script = script, .store = selection_store(selection), .chart = chart};
    if (chart_prepare(chart, selection, error) != 0)
        return -1;
    terminal_write(script, &style->terminal);
    script_text(script, "own_title", style->title ? style->title : "");
    if (write_captions(&feed, error) != 0)
        return -1;
    if (chart->metric || chart->uses_metric)
        write_metric(script, selection_metric(selection));
    if (chart->uses_factors && write_axes(script, selection, error) != 0)
        return -1;
    for (int i = 0; i < 2 && chart->data[i].sql; i++)
        if (write_data(&feed, &chart->data[i], error) != 0)
            return -1;
    if (write_limits(script, chart, selection, error) != 0)
        return -1;
    script_lines(script, embedded_style_gp);
    return script_template(script, style->template ? style->template : chart->template,
                           style->template ? style->template_name : chart->name, error);
}
