/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/charts/selection.h"

#include <stdlib.h>
#include <string.h>

#include "results/embedded.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"

#define POLICIES_OF_SWEEP "8" /* that have a curve each, unless others are asked for */

struct selection {
    struct store *store;
    sqlite3_str *sql;             /* executed so far */
    const struct metric *initial; /* of `objective` */
    const struct metric *metric;
    bool has_factors;
    struct limit_lines limits;
};

struct store *selection_store(const struct selection *selection)
{
    return selection->store;
}

const struct limit_lines *selection_limits(const struct selection *selection)
{
    return &selection->limits;
}

const struct metric *selection_metric(const struct selection *selection)
{
    return selection->metric;
}

const char *selection_sql(const struct selection *selection)
{
    return sqlite3_str_value(selection->sql);
}

/* Executes SQL and remembers it. */
static int make(struct selection *selection, const char *sql, struct error *error)
{
    sqlite3_str_appendall(selection->sql, sql);
    if (sqlite3_exec(store_database(selection->store), sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return store_error(selection->store, error);
}

int selection_text(const struct selection *selection, const char *sql, char **text,
                   struct error *error)
{
    sqlite3_stmt *rows = query_begin(selection->store, error, "%s", sql);
    int more = query_next(selection->store, rows, error);
    *text = more > 0 ? query_text(rows, 0) : NULL;
    sqlite3_finalize(rows);
    return more < 0 ? -1 : 0;
}

/* ---- what is asked for ---------------------------------------------------------------- */

/* The options as rows of temp.asked. */
static void ask(sqlite3_str *sql, const char *what, const char *text)
{
    if (text)
        sqlite3_str_appendf(sql, "INSERT INTO asked VALUES (%Q, %Q);\n", what, text);
}

static int make_asked(struct selection *selection, const struct selection_options *options,
                      struct error *error)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "CREATE TEMP TABLE asked (what TEXT, text TEXT);\n");
    ask(sql, "most", POLICIES_OF_SWEEP);
    ask(sql, "experiment", options->experiment);
    ask(sql, "workload", options->workload);
    ask(sql, "collector", options->collector);
    ask(sql, "seed", options->seed);
    ask(sql, "alone", options->alone ? "yes" : NULL);
    ask(sql, "seen", options->by_seen ? "yes" : NULL);
    for (int i = 0; i < SELECTION_POLICIES_MOST; i++)
        ask(sql, "policy", options->policies[i]);
    for (int i = 0; i < 2; i++)
        ask(sql, "parameter", options->parameters[i]);
    char *text = sqlite3_str_finish(sql);
    if (!text)
        out_of_memory();
    int status = make(selection, text, error);
    sqlite3_free(text);
    return status;
}

/* What was asked for and is in no run, in words; and what there is instead. Each is asked for only
 * if those before it are there. */
static const char not_there_sql[] =
    "WITH there(what, text) AS ("
    "    SELECT 'experiment', name FROM experiment UNION SELECT 'experiment', id FROM experiment"
    "    UNION SELECT 'workload', workload FROM run UNION SELECT 'collector', collector FROM run"
    "    UNION SELECT 'seed', seed FROM run UNION SELECT 'policy', policy FROM run)"
    " SELECT 'it has no ' || what || ' ''' || text || '''; there is: ' || coalesce("
    "     (SELECT group_concat(text, ', ') FROM (SELECT text FROM there"
    "      WHERE there.what = asked.what LIMIT 12)), 'none')"
    "     || iif((SELECT count(*) FROM there WHERE there.what = asked.what) > 12, ', …', '')"
    " FROM asked WHERE what IN ('experiment', 'workload', 'collector', 'seed', 'policy')"
    "     AND (what, text) NOT IN (SELECT what, CAST(text AS TEXT) FROM there)"
    " ORDER BY asked.rowid LIMIT 1";

static const char no_policy_sql[] =
    "SELECT 'no run of policy ''' || text || ''' has ended that goes with the others drawn'"
    " FROM asked WHERE what = 'policy' AND text NOT IN (SELECT specification FROM compared) LIMIT "
    "1";

/* Fails with the words that a query gives, if it gives any. */
static int fail_if(const struct selection *selection, const char *sql, struct error *error)
{
    char *words;
    if (selection_text(selection, sql, &words, error) != 0)
        return -1;
    if (!words)
        return 0;
    error_set(error, "%s: %s", store_path(selection->store), words);
    free(words);
    return -1;
}

static int check_asked(const struct selection *selection, struct error *error)
{
    static const char nothing_sql[] =
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM compared) THEN NULL"
        " WHEN EXISTS (SELECT 1 FROM asked WHERE what NOT IN ('most', 'seen')) THEN"
        "  'no run in it that has ended is what was asked for: there is nothing to draw'"
        " ELSE 'no run in it has ended: there is nothing to draw' END";
    if (fail_if(selection, not_there_sql, error) != 0 ||
        fail_if(selection, nothing_sql, error) != 0)
        return -1;
    return fail_if(selection, no_policy_sql, error);
}

/* ---- the metric ----------------------------------------------------------------------- */

int selection_set_metric(struct selection *selection, const struct metric *metric,
                         struct error *error)
{
    if (!metric)
        metric = selection->initial;
    if (metric == selection->metric)
        return 0;
    sqlite3_str *sql = sqlite3_str_new(NULL);
    if (selection->metric)
        sqlite3_str_appendall(sql,
                              "DELETE FROM objective;\n"
                              "DELETE FROM asked WHERE what IN ('metric', 'better', 'skewed');\n");
    else
        sqlite3_str_appendall(
            sql, "CREATE TEMP TABLE objective (run_id INTEGER PRIMARY KEY, value REAL);\n");
    ask(sql, "metric", metric->name);
    ask(sql, "better", metric->better == BETTER_HIGH ? "high" : "low");
    ask(sql, "skewed", metric->skewed ? "yes" : "no");
    if (metric_is_across_runs(metric))
        sqlite3_str_appendf(sql, "INSERT INTO objective SELECT id, %s FROM %s;\n",
                            metric->expression, metric->source);
    else
        sqlite3_str_appendf(
            sql, "INSERT INTO objective SELECT run_id, value FROM summary WHERE metric = %Q;\n",
            metric->name);
    sqlite3_str_appendall(
        sql,
        "DELETE FROM objective WHERE value IS NULL OR run_id NOT IN (SELECT run_id FROM ran);\n");
    char *text = sqlite3_str_finish(sql);
    if (!text)
        out_of_memory();
    int status = make(selection, text, error);
    sqlite3_free(text);
    selection->metric = metric;
    return status;
}

/* What stands in its place, if any run has a value of that. */
static int look_ahead(struct selection *selection, struct error *error)
{
    const struct metric *ahead = metric_at_horizon(selection->initial);
    char *found = NULL, *sql;
    if (!ahead)
        return 0;
    sql = sqlite3_mprintf("SELECT metric FROM ran JOIN summary USING (run_id) WHERE metric = %Q"
                          " LIMIT 1",
                          ahead->name);
    int status = selection_text(selection, sql, &found, error);
    sqlite3_free(sql);
    if (found)
        selection->initial = ahead;
    free(found);
    return status;
}

static int choose_metric(struct selection *selection, const struct selection_options *options,
                         struct error *error)
{
    const char *asked = options->metric;
    char *name = NULL;
    if (!asked &&
        selection_text(selection,
                       "SELECT coalesce((SELECT objective FROM experiment"
                       "                 WHERE id = (SELECT max(experiment_id) FROM ran)),"
                       "    iif(EXISTS (SELECT 1 FROM ran JOIN summary USING (run_id)"
                       "                WHERE metric = 'latency_p99'),"
                       "        'latency_p99', 'service_pause_p99'))",
                       &name, error) != 0)
        return -1;
    selection->initial = metric_named(asked ? asked : name);
    int status = selection->initial
                     ? 0
                     : error_set(error, "%s: its objective '%s' is not a metric of this pygcsim",
                                 store_path(selection->store), asked ? asked : name);
    free(name);
    if (status == 0 && !options->by_seen)
        status = look_ahead(selection, error);
    return status == 0 ? selection_set_metric(selection, NULL, error) : -1;
}

/* ---- limits --------------------------------------------------------------------------- */

/* What all runs of the first chart's program have in common. */
static int find_limits(struct selection *selection, const struct selection_options *options,
                       struct error *error)
{
    static const char experiment_sql[] = "SELECT max(experiment_id) FROM ran",
                      workload_sql[] = "SELECT min(workload) FROM ran JOIN compared USING (run_id)",
                      collector_sql[] =
                          "SELECT min(collector) FROM ran JOIN compared USING (run_id)";
    char *experiment = NULL, *workload = NULL, *collector = NULL;
    int status = selection_text(selection, experiment_sql, &experiment, error);
    if (status == 0)
        status = selection_text(selection, workload_sql, &workload, error);
    if (status == 0)
        status = selection_text(selection, collector_sql, &collector, error);
    const struct limited limited = {.store = selection->store,
                                    .experiment = experiment ? atoll(experiment) : 0,
                                    .workload = workload,
                                    .collector = collector,
                                    .limits = options->limits,
                                    .by_seen = options->by_seen};
    if (status == 0)
        status = limit_lines_read(&selection->limits, &limited, error);
    free(experiment);
    free(workload);
    free(collector);
    return status;
}

/* ---- the tables ----------------------------------------------------------------------- */

struct selection *selection_new(struct store *store, const struct selection_options *options,
                                struct error *error)
{
    static const char forget[] =
        "DROP VIEW IF EXISTS temp.ended; DROP TABLE IF EXISTS temp.asked;"
        "DROP TABLE IF EXISTS temp.ran; DROP TABLE IF EXISTS temp.compared;"
        "DROP TABLE IF EXISTS temp.objective; DROP TABLE IF EXISTS temp.shown;"
        "DROP TABLE IF EXISTS temp.unseen; DROP TABLE IF EXISTS temp.factor; DROP TABLE IF EXISTS "
        "temp.axes; DROP TABLE IF EXISTS temp.kinds";
    struct selection *selection = allocate_zeroed(1, sizeof *selection);
    selection->store = store;
    selection->sql = sqlite3_str_new(NULL);
    sqlite3_exec(store_database(store), forget, NULL, NULL, NULL);
    if (make_asked(selection, options, error) == 0 &&
        make(selection, embedded_selection_sql, error) == 0 && check_asked(selection, error) == 0 &&
        choose_metric(selection, options, error) == 0 &&
        make(selection, embedded_shown_sql, error) == 0 &&
        find_limits(selection, options, error) == 0)
        return selection;
    selection_free(selection);
    return NULL;
}

void selection_free(struct selection *selection)
{
    if (!selection)
        return;
    sqlite3_free(sqlite3_str_finish(selection->sql));
    limit_lines_fini(&selection->limits);
    free(selection);
}

/* A parameter asked for that does not vary, in words. */
static const char no_parameter_sql[] =
    "SELECT 'no parameter ''' || text || ''' varies in it; what varies: ' || coalesce("
    "     (SELECT group_concat(factor, ', ') FROM (SELECT DISTINCT factor FROM factor)), 'nothing')"
    " FROM asked WHERE what = 'parameter' AND NOT EXISTS"
    "     (SELECT 1 FROM factor WHERE factor = text OR factor LIKE '%.' || text"
    "      OR factor LIKE '%: ' || text) LIMIT 1";

int selection_find_factors(struct selection *selection, struct error *error)
{
    if (selection->has_factors)
        return 0;
    if (make(selection, embedded_factors_sql, error) != 0 ||
        make(selection, embedded_axes_sql, error) != 0)
        return -1;
    selection->has_factors = true;
    return fail_if(selection, no_parameter_sql, error);
}
