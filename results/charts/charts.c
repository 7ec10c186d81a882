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

#define SERVICE_PAUSES                                                                             \
    "service_pause_p50 service_pause_p90 service_pause_p99 service_pause_max horizon_pause_max"
#define LONGEST_PAUSES "service_pause_max pause_max horizon_pause_max horizon_pause_max_all"
#define LATENCIES                                                                                  \
    "latency_p50 latency_p90 latency_p95 latency_p99 latency_p999 latency_max "                    \
    "horizon_latency_p99 "                                                                         \
    "horizon_latency_p999 horizon_latency_max"
#define PEAK  "heap_peak horizon_heap_peak"
#define HEAPS PEAK " heap_mean live_peak live_mean"

const struct chart charts[] = {
    {.name = "pauses",
     .summary = "pause percentiles by policy, p50 to max, in the steady state",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "shown"),
     .template = embedded_pauses_gp,
     .data = {{"data", embedded_pauses_sql, "t|nn"}},
     .y_limits = SERVICE_PAUSES,
     .scope = SCOPE_POLICIES},
    {.name = "histogram",
     .summary = "how many pauses are how long, by generation, a panel a policy",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "shown"),
     .template = embedded_histogram_gp,
     .data = {{"data", embedded_histogram_sql, "t|nnnn"}},
     .x_limits = LONGEST_PAUSES " service_pause_p99",
     .scope = SCOPE_POLICIES},
    {.name = "timeline",
     .summary = "collections over time, their generation and pause, a row a policy",
     .needs = "stored collections (log: collections)",
     .missing = NOT_LOGGED("collection", "shown"),
     .template = embedded_timeline_gp,
     .data = {{"data", embedded_timeline_sql, "tnnnnn|nnn"}},
     .y_limits = LONGEST_PAUSES,
     .scope = SCOPE_FIRST_SEED},
    {.name = "memory",
     .summary = "heap and live memory over time, with the full collections marked",
     .needs = "stored samples of memory (log: samples or collections)",
     .missing = NOT_LOGGED("sample", "shown"),
     .template = embedded_memory_gp,
     .data = {{"data", embedded_memory_sql, "tn|nnn"},
              {"collections", embedded_memory_collections_sql, "t??|nnn"}},
     .y_limits = HEAPS,
     .scope = SCOPE_FIRST_SEED},
    {.name = "latency",
     .summary = "request latency by percentile, up to the longest, a curve a policy",
     .needs = "requests that arrive in the steady state",
     .missing = NONE_OF("latency", "shown"),
     .template = embedded_latency_gp,
     .data = {{"data", embedded_latency_sql, "t|nn"}},
     .y_limits = LATENCIES,
     .scope = SCOPE_POLICIES},
    {.name = "mmu",
     .summary = "minimum mutator utilisation over windows of 2 ms to 1 s, a curve a policy",
     .needs = "metrics mmu_2ms to mmu_1s",
     .missing = NONE_OF("(SELECT run_id FROM summary WHERE metric GLOB 'mmu_*')", "shown"),
     .template = embedded_mmu_gp,
     .data = {{"data", embedded_mmu_sql, "t|nn"}},
     .scope = SCOPE_POLICIES},
    {.name = "gctime",
     .summary = "time in collections by generation, stacked, in the steady state",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "shown"),
     .template = embedded_gctime_gp,
     .data = {{"data", embedded_gctime_sql, "t???"}},
     .scope = SCOPE_POLICIES},
    {.name = "ages",
     .summary = "age of objects as they are reclaimed, by generation, a panel a policy",
     .needs = "ages at death",
     .missing = NONE_OF("age", "shown"),
     .template = embedded_ages_gp,
     .data = {{"data", embedded_ages_sql, "t|nnnnn"}},
     .scope = SCOPE_POLICIES},
    {.name = "tradeoff",
     .summary = "p99 and longest pause against peak memory, a point a policy",
     .needs = "collections in the steady state",
     .missing = NONE_OF("pause", "compared"),
     .template = embedded_tradeoff_gp,
     .data = {{"data", embedded_tradeoff_sql, "ttnnn?????n"}},
     .x_limits = PEAK,
     .y_limits = LONGEST_PAUSES " service_pause_p99",
     .scope = SCOPE_PROGRAM},
    {.name = "pareto",
     .summary = "a metric against peak memory, with 95% intervals, and the Pareto front",
     .needs = "two policies or more, and the metric",
     .missing = ONE_POLICY NO_METRIC_OF_PROGRAM,
     .template = embedded_pareto_gp,
     .data = {{"data", embedded_pareto_sql, "ttnnn??????nn"}},
     .x_limits = PEAK,
     .y_limits = "metric",
     .scope = SCOPE_PROGRAM,
     .uses_metric = true},
    {.name = "overhead",
     .summary = "lower-bound overhead against peak memory, with 95% intervals",
     .needs = "two policies or more, and the metric",
     .missing = ONE_POLICY NO_METRIC_OF_PROGRAM,
     .template = embedded_pareto_gp,
     .data = {{"data", embedded_pareto_sql, "ttnnn??????nn"}},
     .x_limits = PEAK,
     .y_limits = "metric",
     .scope = SCOPE_PROGRAM,
     .metric = "overhead"},
    {.name = "heatmap",
     .summary = "mean of a metric over two parameters that vary",
     .needs = "two parameters that vary, and the metric",
     .missing = NO_AXES NO_METRIC,
     .template = embedded_heatmap_gp,
     .data = {{"data", embedded_heatmap_sql, "ntnt?nn"}},
     .scope = SCOPE_CELLS,
     .uses_metric = true,
     .uses_factors = true},
    {.name = "effects",
     .summary = "mean of a metric at each value of each parameter that varies, with 95% intervals",
     .needs = "a parameter that varies, and the metric",
     .missing = NO_FACTOR NO_METRIC,
     .template = embedded_effects_gp,
     .data = {{"data", embedded_effects_sql, "tntn??nnn"}},
     .y_limits = "metric",
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

/* ---- what a chart needs --------------------------------------------------------------- */

int chart_prepare(const struct chart *chart, struct selection *selection, struct error *error)
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
    if (chart_prepare(chart, selection, error) != 0)
        return -1;
    for (int i = 0; i < 2 && chart->data[i].sql; i++)
        if (soundness_check_query(selection_store(selection), "SELECT run_id FROM compared",
                                  chart->data[i].sql, error) != 0)
            return -1;
    return selection_text(selection, chart->missing, why, error);
}

/* ---- the SQL behind a chart ---------------------------------------------------------- */

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
    if (chart_prepare(chart, selection, error) != 0)
        return -1;
    fprintf(out, "-- ---- what is drawn\n%s", selection_sql(selection));
    for (int i = 0; i < 2 && chart->data[i].sql; i++) {
        fprintf(out, "\n-- ---- $%s of chart %s\n", chart->data[i].name, chart->name);
        write_own_functions(out, chart->data[i].sql);
        size_t length = strlen(chart->data[i].sql);
        while (length > 0 && chart->data[i].sql[length - 1] == '\n')
            length--;
        fprintf(out, "%.*s;\n", (int)length, chart->data[i].sql);
    }
    return 0;
}
