/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/store/metrics.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/store/functions.h"
#include "results/store/query.h"
#include "sim/base/allocate.h"
#include "sim/base/suggest.h"

/* ---- sources -------------------------------------------------------------------------- */

static const char collections[] =
    "(SELECT *, wall_ns > coalesce((SELECT steady_ns FROM run), -1) AS steady FROM collection)";

static const char runs[] = "run";

/* With a row for a run without collections. A pause that begins at the very instant of the steady
 * state is before it. */
static const char pauses[] =
    "run LEFT JOIN collection ON collection.wall_ns > coalesce(steady_ns, -1)";

/* Early ones arrive in the first half of the time in which they do. */
static const char latencies[] =
    "(SELECT latency_ns, arrival_ns <= (SELECT max(coalesce(steady_ns, 0), first_arrival_ns) / 2 +"
    " (SELECT max(arrival_ns) FROM request) / 2 FROM run) AS early"
    " FROM request WHERE arrival_ns > coalesce((SELECT steady_ns FROM run), -1))";

static const char samples[] = "sample";

/* A sample stands for the time since the one before. */
static const char steady_samples[] =
    "(SELECT *, live_bytes + garbage_bytes AS heap_bytes, gen0 + gen1 + gen2 AS objects,"
    " wall_ns - lag(wall_ns, 1, 0) OVER (ORDER BY wall_ns) AS span_ns FROM sample)"
    " WHERE wall_ns > coalesce((SELECT steady_ns FROM run), -1)";

static const char most[] =
    "(SELECT garbage_bytes, gen0 + gen1 + gen2 AS objects FROM sample UNION ALL"
    " SELECT heap_bytes_before - heap_bytes_after, before0 + before1 + before2 FROM collection"
    " UNION ALL SELECT NULL, sum(tracked) FROM reclaimed WHERE generation < 3)";

static const char reclaimed[] = "reclaimed";

static const char predictions[] = "prediction";

/* Not of one run: the expression is over runs of the same program in the same experiment, a window:
 * those of settings that have finished as many runs, at least, each beside the run with its seed.
 * So neither another experiment nor a setting with fewer replications changes what the others have.
 */
static const char across_runs[] =
    "(SELECT id, experiment_id, workload, collector, costs, seed, mutator_ns, pause_ns, count(*)"
    " OVER (PARTITION BY experiment_id, workload, collector, costs, warmup, sampling, horizon,"
    " policy) AS replications FROM run WHERE in_plan AND status = 'finished')"
    " WINDOW program AS (PARTITION BY experiment_id, workload, collector, costs, seed"
    " ORDER BY replications DESC)";

/* ---- families ------------------------------------------------------------------------- */

#define PAUSE(name, statistic, of, p, where)                                                       \
    {                                                                                              \
        name, "s", statistic " " of, collections,                                                  \
            "quantile(sorted(pause_ns) FILTER (WHERE " where "), " #p ") / 1e9", BETTER_LOW, true  \
    }
#define PAUSES(prefix, of, where)                                                                  \
    PAUSE(prefix "_p50", "median pause", of, 50, where),                                           \
        PAUSE(prefix "_p90", "90th percentile of pauses", of, 90, where),                          \
        PAUSE(prefix "_p99", "99th percentile of pauses", of, 99, where),                          \
        PAUSE(prefix "_max", "longest pause", of, 100, where)
#define MMU(name, window, ns)                                                                      \
    {                                                                                              \
        name, "fraction",                                                                          \
            "minimum mutator utilisation: least share that is not pauses of any " window           \
            " of the steady state",                                                                \
            pauses,                                                                                \
            "mmu(collection.wall_ns, collection.pause_ns, " #ns                                    \
            ", coalesce(steady_ns, 0), run.wall_ns)",                                              \
            BETTER_HIGH, true                                                                      \
    }
#define COLLECTIONS(name, of, where)                                                               \
    {                                                                                              \
        name, "count", "collections " of, collections, "count(*) FILTER (WHERE " where ")"         \
    }
#define GC_TIME(name, of, where)                                                                   \
    {                                                                                              \
        name, "s", "sum of pauses " of, collections,                                               \
            "total(pause_ns) FILTER (WHERE " where ") / 1e9", BETTER_LOW                           \
    }
#define WALL        "nullif((SELECT wall_ns FROM run), 0)"
#define STEADY_WALL "nullif((SELECT wall_ns - coalesce(steady_ns, 0) FROM run), 0)"
#define SURVIVAL(name, of, g)                                                                      \
    {                                                                                              \
        "survival_" name, "fraction",                                                              \
            "survivors of the objects examined by " of " in the steady state", collections,        \
            "sum(examined - unreachable) FILTER (WHERE steady AND generation = " #g ") * 1.0"      \
            " / nullif(sum(examined) FILTER (WHERE steady AND generation = " #g "), 0)"            \
    }
#define GC_SHARE(name, of, where, wall)                                                            \
    {                                                                                              \
        name, "fraction", "pauses of " of " over wall time, waiting included", collections,        \
            "total(pause_ns) FILTER (WHERE " where ") / " wall, BETTER_LOW                         \
    }
#define SERVICE_GC_SHARE(name, of, g)                                                              \
    GC_SHARE("service_gc_share_" name, of " in the steady state", "steady AND generation = " #g,   \
             STEADY_WALL)
#define PROMOTION(name, of, where)                                                                 \
    {                                                                                              \
        "promotion_rate_" name, "1/s",                                                             \
            "objects that " of ", for each second of wall time in the steady state", collections,  \
            "total(promoted) FILTER (WHERE steady AND " where ") * 1e9 / " STEADY_WALL             \
    }
#define LATENCY(name, meaning, expression)                                                         \
    {                                                                                              \
        name, "s", meaning, latencies, expression, BETTER_LOW, true                                \
    }
#define P99_WHERE(where)         "quantile(sorted(latency_ns) FILTER (WHERE " where "), 99)"
#define PERCENTILE_OF_LATENCY(p) "quantile(sorted(latency_ns), " #p ") / 1e9"
/* Of fewer requests than METRIC_P999_LEAST one in a thousand is a handful that came close together:
 * then the expression has no value. */
#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)
#define P999(expression)                                                                           \
    "iif((SELECT sum(requests) FROM latency) >= " TEXT(METRIC_P999_LEAST) ", " expression ", "     \
                                                                          "NULL)"
#define OF_P999 ", if " TEXT(METRIC_P999_LEAST) " requests or more arrive in the steady state"
/* A metric with the scatter at an end of its range, for each: what they are made of are the columns
 * of collections and predictions, with `end` in their names. */
#define AT_END(name, unit, of, expression, end, most)                                              \
    {                                                                                              \
        name "_scatter_" #end, unit,                                                               \
            of ", with the " most " scatter of memory that services have reported", collections,   \
            expression, BETTER_LOW                                                                 \
    }
#define SHARE_AT_END(pause, work) pause " * 1.0 / nullif(" pause " + (SELECT " work " FROM run), 0)"
#define AT_ENDS(end, most)                                                                         \
    AT_END("pause_max", "s", "longest pause of all collections", "max(pause_" #end "_ns) / 1e9",   \
           end, most),                                                                             \
        AT_END("service_pause_p99", "s", "99th percentile of pauses in the steady state",          \
               "quantile(sorted(pause_" #end "_ns) FILTER (WHERE steady), 99) / 1e9", end, most),  \
        AT_END("service_pause_max", "s", "longest pause in the steady state",                      \
               "max(pause_" #end "_ns) FILTER (WHERE steady) / 1e9", end, most),                   \
        AT_END("horizon_pause_max", "s", "longest pause of the steady state up to the horizon",    \
               "nullif((SELECT horizon_pause_max_scatter_" #end " FROM prediction), 0)", end,      \
               most),                                                                              \
        AT_END("horizon_pause_max_all", "s", "longest pause of all up to the horizon",             \
               "nullif(max((SELECT horizon_pause_max_scatter_" #end " FROM prediction),"           \
               " coalesce(max(pause_" #end "_ns) / 1e9, 0)), 0)",                                  \
               end, most),                                                                         \
        AT_END("gc_time", "s", "sum of pauses", "total(pause_" #end "_ns) / 1e9", end, most),      \
        AT_END("gc_share", "fraction", "pauses over wall time while busy",                         \
               SHARE_AT_END("total(pause_" #end "_ns)", "mutator_ns"), end, most),                 \
        AT_END("service_gc_share", "fraction", "the same in the steady state",                     \
               SHARE_AT_END("total(pause_" #end "_ns) FILTER (WHERE steady)",                      \
                            "mutator_ns - steady_mutator_ns"),                                     \
               end, most)
#define MEAN(column) "sum(" column " * 1.0 * span_ns) / nullif(sum(span_ns), 0)"
#define RECLAIMED(name, column, meaning, g)                                                        \
    {                                                                                              \
        name, "count", meaning, reclaimed, "max(" column ") FILTER (WHERE generation = " #g ")"    \
    }
#define BY_REFCOUNT(name, of, g)                                                                   \
    RECLAIMED("reclaimed_refcount_" name, "by_refcount",                                           \
              "objects freed by reference count while in " of, g)
#define BY_COLLECTOR(name, of, g)                                                                  \
    RECLAIMED("reclaimed_collector_" name, "by_collector",                                         \
              "objects freed by collections, from " of, g)

#define AHEAD(name, unit, meaning)                                                                 \
    {                                                                                              \
        name, unit, meaning, predictions, name                                                     \
    }
#define NEXT(name, of)                                                                             \
    AHEAD("next_" name "_at", "s", "when the next collection " of " will come, predicted"),        \
        AHEAD("next_" name "_low", "s", "the earliest that it will come, " of),                    \
        AHEAD("next_" name "_high", "s", "the latest that it will come, " of),                     \
        AHEAD("next_" name "_pause", "s",                                                          \
              "how long it will pause, " of ", if the heap does not"                               \
              " grow"),                                                                            \
        AHEAD("next_" name "_pause_high", "s", "the same if reachable objects go on growing, " of)
#define HORIZON_LATENCY(name, meaning, expression)                                                 \
    {                                                                                              \
        name, "s", meaning, predictions, expression, BETTER_LOW, true                              \
    }

/* Of the steady state up to the horizon, in seconds: pauses, seen and expected; and what the
 * program does by itself, if it goes on as it did. */
#define STEADY_FROM "coalesce((SELECT steady_ns FROM run), 0)"
#define PAUSES_TO_HORIZON                                                                          \
    "(coalesce(expected_gen0 * usual_gen0_pause, 0) + coalesce(expected_gen1 * usual_gen1_pause,"  \
    " 0) + coalesce(expected_gen2 * usual_gen2_pause, 0) + (SELECT total(pause_ns) / 1e9 FROM"     \
    " collection WHERE collection.wall_ns > coalesce((SELECT steady_ns FROM run), -1)))"
#define WORK_TO_HORIZON                                                                            \
    "(SELECT (mutator_ns - coalesce(steady_mutator_ns, 0)) / 1e9 *"                                \
    " max(1, (prediction.horizon * 1e9 - " STEADY_FROM ") / (wall_ns - " STEADY_FROM               \
    ")) FROM run)"

/* clang-format off */
const struct metric metrics[] = {
    PAUSES("pause", "of all collections", "true"),
    PAUSES("pause_gen0", "of collections of generation 0", "generation = 0"),
    PAUSES("pause_gen1", "of collections of generation 1", "generation = 1"),
    PAUSES("pause_gen2", "of full collections", "generation = 2"),
    PAUSES("service_pause", "in the steady state", "steady"),
    {"horizon_pause_max_all", "s", "longest pause of all collections up to the horizon, start-up's too, seen or predicted",
     collections, "nullif(max((SELECT horizon_pause_max FROM prediction), coalesce(max(pause_ns) / 1e9, 0)), 0)",
     BETTER_LOW, true},
    AT_ENDS(low, "least"),
    AT_ENDS(high, "most"),
    COLLECTIONS("collections", "of any generation", "true"),
    COLLECTIONS("collections_gen0", "of generation 0", "generation = 0"),
    COLLECTIONS("collections_gen1", "of generation 1", "generation = 1"),
    COLLECTIONS("collections_gen2", "of generation 2: full collections", "generation = 2"),
    COLLECTIONS("service_collections", "in the steady state", "steady"),
    COLLECTIONS("service_collections_gen2", "of generation 2 in the steady state", "steady AND generation = 2"),
    GC_TIME("gc_time", "of all collections", "true"),
    GC_TIME("gc_time_gen0", "of collections of generation 0", "generation = 0"),
    GC_TIME("gc_time_gen1", "of collections of generation 1", "generation = 1"),
    GC_TIME("gc_time_gen2", "of full collections", "generation = 2"),
    GC_TIME("service_gc_time_gen0", "of collections of generation 0 in the steady state", "steady AND generation = 0"),
    GC_TIME("service_gc_time_gen1", "of collections of generation 1 in the steady state", "steady AND generation = 1"),
    GC_TIME("service_gc_time_gen2", "of full collections in the steady state", "steady AND generation = 2"),
    {"service_gc_share", "fraction", "pauses over wall time while busy, in the steady state", collections,
     "total(pause_ns) FILTER (WHERE steady) / nullif(total(pause_ns) FILTER (WHERE steady)"
     " + (SELECT mutator_ns - steady_mutator_ns FROM run), 0)", BETTER_LOW},
    MMU("mmu_2ms", "2 ms", 2000000),
    MMU("mmu_5ms", "5 ms", 5000000),
    MMU("mmu_10ms", "10 ms", 10000000),
    MMU("mmu_20ms", "20 ms", 20000000),
    MMU("mmu_50ms", "50 ms", 50000000),
    MMU("mmu_100ms", "100 ms", 100000000),
    MMU("mmu_1s", "1 s", 1000000000),
    SURVIVAL("gen0", "collections of generation 0", 0),
    SURVIVAL("gen1", "collections of generation 1", 1),
    SURVIVAL("gen2", "full collections", 2),
    GC_SHARE("gc_share_gen0", "collections of generation 0", "generation = 0", WALL),
    GC_SHARE("gc_share_gen1", "collections of generation 1", "generation = 1", WALL),
    GC_SHARE("gc_share_gen2", "full collections", "generation = 2", WALL),
    SERVICE_GC_SHARE("gen0", "collections of generation 0", 0),
    SERVICE_GC_SHARE("gen1", "collections of generation 1", 1),
    SERVICE_GC_SHARE("gen2", "full collections", 2),
    PROMOTION("gen1", "collections of generation 0 moved into generation 1", "generation = 0"),
    PROMOTION("gen2", "older collections moved into generation 2", "generation > 0"),
    {"examined", "count", "objects examined by all collections", collections, "total(examined)", BETTER_LOW},
    {"unreachable", "count", "objects that collections found unreachable", collections, "total(unreachable)"},
    {"gc_share", "fraction", "pauses over wall time while busy (mutator time + pauses)", runs,
     "pause_ns * 1.0 / nullif(mutator_ns + pause_ns, 0)", BETTER_LOW},
    {"scatter", "s", "how objects lie in memory: what misses add to the time of one, at most", runs, "scatter_ns / 1e9"},
    {"least_scatter", "s", "the least scatter that services have reported, or the run's own: if that is less, or measured",
     runs, "scatter_low_ns / 1e9"},
    {"most_scatter", "s", "the most, likewise", runs, "scatter_high_ns / 1e9"},
    {"requests", "count", "requests answered", runs, "requests"},
    {"throughput", "1/s", "requests of the steady state answered for each second, from the first arrival to the last answer",
     runs, "(SELECT sum(requests) FROM latency) * 1e9"
     " / nullif(last_answer_ns - max(first_arrival_ns, coalesce(steady_ns, 0)), 0)", BETTER_HIGH},
    {"allocation_rate", "1/s", "container objects born for each second of wall time, in the steady state", runs,
     "(born - steady_born) * 1e9 / " STEADY_WALL},
    {"wall_time", "s", "the whole run", runs, "wall_ns / 1e9"},
    {"mutator_time", "s", "the program's own work", runs, "mutator_ns / 1e9"},
    {"steady_from", "s", "when the steady state begins: after start-up and warm-up", runs, "steady_ns / 1e9"},
    LATENCY("latency_mean", "mean request latency, arrival to the end of the last burst", "avg(latency_ns) / 1e9"),
    LATENCY("latency_p50", "median request latency", PERCENTILE_OF_LATENCY(50)),
    LATENCY("latency_p90", "90th percentile of request latency", PERCENTILE_OF_LATENCY(90)),
    LATENCY("latency_p95", "95th percentile of request latency", PERCENTILE_OF_LATENCY(95)),
    LATENCY("latency_p99", "99th percentile of request latency", PERCENTILE_OF_LATENCY(99)),
    LATENCY("latency_p999", "99.9th percentile of request latency" OF_P999, P999(PERCENTILE_OF_LATENCY(99.9))),
    LATENCY("latency_max", "longest request latency", PERCENTILE_OF_LATENCY(100)),
    LATENCY("latency_mean_half", "mean latency of requests that arrive in the first half of the steady state",
            "avg(latency_ns) FILTER (WHERE early) / 1e9"),
    LATENCY("latency_p99_half", "99th percentile of request latency in half of the steady state: mean of both halves",
            "(" P99_WHERE("early") " + " P99_WHERE("NOT early") ") / 2e9"),
    {"live_peak", "bytes", "reachable objects, largest sample", samples, "max(live_bytes)"},
    {"live_mean", "bytes", "reachable objects, mean over time in the steady state", steady_samples, MEAN("live_bytes")},
    {"garbage_mean", "bytes", "floating garbage, mean over time in the steady state", steady_samples,
     MEAN("garbage_bytes"), BETTER_LOW},
    {"heap_mean", "bytes", "live objects and garbage, mean over time in the steady state", steady_samples,
     MEAN("heap_bytes"), BETTER_LOW},
    {"objects_mean", "count", "tracked objects, but for frozen ones, mean over time in the steady state", steady_samples,
     MEAN("objects")},
    {"garbage_peak", "bytes", "floating garbage, the most in a sample or reclaimed by a collection",
     most, "max(garbage_bytes)", BETTER_LOW, true},
    {"objects_peak", "count", "tracked objects, but for frozen ones, the most in a sample or as a collection begins",
     most, "max(objects)", BETTER_NEITHER, true},
    {"heap_peak", "bytes", "live objects and garbage, the most there ever were", runs,
     "heap_peak_bytes", BETTER_LOW, true},
    BY_REFCOUNT("gen0", "generation 0", 0),
    BY_REFCOUNT("gen1", "generation 1", 1),
    BY_REFCOUNT("gen2", "generation 2", 2),
    BY_REFCOUNT("permanent", "the permanent generation", 3),
    BY_COLLECTOR("gen0", "generation 0", 0),
    BY_COLLECTOR("gen1", "generation 1", 1),
    BY_COLLECTOR("gen2", "generation 2", 2),
    BY_COLLECTOR("permanent", "the permanent generation", 3),
    {"objects_end", "count", "tracked objects, but for frozen ones, at the end", reclaimed,
     "sum(tracked) FILTER (WHERE generation < 3)"},
    {"objects_permanent", "count", "frozen objects at the end: in the permanent generation", reclaimed,
     "max(tracked) FILTER (WHERE generation = 3)"},
    NEXT("gen0", "of generation 0"),
    NEXT("gen1", "of generation 1"),
    NEXT("gen2", "of generation 2"),
    AHEAD("expected_gen0", "count", "collections of generation 0 from the run's end to the horizon, predicted"),
    AHEAD("expected_gen1", "count", "the same of generation 1"),
    AHEAD("expected_gen2", "count", "the same of generation 2"),
    AHEAD("usual_gen0_pause", "s", "mean pause of collections of generation 0 later on, seen or predicted"),
    AHEAD("usual_gen1_pause", "s", "the same of generation 1"),
    AHEAD("usual_gen2_pause", "s", "the same of full collections"),
    AHEAD("full_period", "s", "time between full collections in the long run"),
    AHEAD("net_rate", "1/s", "objects born less those that reference counting frees, in the steady state"),
    AHEAD("live_growth", "1/s", "growth of the number of reachable objects, in the steady state"),
    AHEAD("arrival_dispersion", "ratio", "arrivals in tenths of the steady state, variance over mean: above 4, bursts"
          " are longer than these"),
    AHEAD("horizon", "s", "up to which it is said what comes"),
    AHEAD("changes", "fraction", "1: policies begin, end, freeze or unfreeze within the horizon, or began or ended in the steady state, behind its first tenth"),
    AHEAD("flagged", "fraction", "1: growth, long bursts or changes of the policy make predictions from this run unreliable"),
    AHEAD("covered", "fraction", "1: what can come within the horizon has been seen, and nothing is flagged"),
    {"horizon_pause_max", "s", "longest pause of the steady state up to the horizon, seen or predicted", predictions,
     "nullif(horizon_pause_max, 0)", BETTER_LOW, true},
    {"horizon_heap_peak", "bytes", "live objects and garbage, the most up to the horizon if reachable objects do not grow",
     predictions, "horizon_heap_peak", BETTER_LOW, true},
    {"horizon_gc_share", "fraction", "pauses over wall time while busy, in the steady state up to the horizon, seen and predicted", predictions,
     PAUSES_TO_HORIZON " / nullif(" PAUSES_TO_HORIZON " + " WORK_TO_HORIZON ", 0) + 0 * horizon", BETTER_LOW},
    HORIZON_LATENCY("horizon_latency_p95", "95th percentile of request latency up to the horizon", "horizon_latency_p95"),
    HORIZON_LATENCY("horizon_latency_p99", "99th percentile of request latency up to the horizon", "horizon_latency_p99"),
    HORIZON_LATENCY("horizon_latency_p999", "99.9th percentile of request latency up to the horizon" OF_P999,
                    P999("horizon_latency_p999")),
    HORIZON_LATENCY("horizon_latency_max", "longest latency to be expected up to the horizon", "horizon_latency_max"),
    {"overhead", "ratio", "lower-bound overhead: busy time over that of the cheapest policy of the same program, of those with as many replications",
     across_runs, "(mutator_ns + pause_ns) * 1.0 / min(mutator_ns + pause_ns) OVER program", BETTER_LOW},
    {NULL},
};
/* clang-format on */

static const void *metric_at(size_t i)
{
    return metrics[i].name ? &metrics[i] : NULL;
}

const struct registry metric_registry = {"metric", "metrics", metric_at};

size_t metric_count(void)
{
    return sizeof metrics / sizeof *metrics - 1;
}

const struct metric *metric_named(const char *name)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (strcmp(metric->name, name) == 0)
            return metric;
    return NULL;
}

const struct metric *metric_find(const char *name, struct error *error)
{
    const char *names[sizeof metrics / sizeof *metrics] = {NULL};
    for (size_t i = 0; metrics[i].name; i++)
        names[i] = metrics[i].name;
    const struct metric *metric = metric_named(name);
    if (!metric)
        suggest_error(error, metric_registry.what, name, names);
    if (!metric)
        error_set(error, "%s; `pygcsim list %s` has all", error->text, metric_registry.list);
    return metric;
}

/* Rare collections decide these, and a run is too short to see them. A percentile of pauses is not
 * one of them: it is of the pauses that there are, most of which are of young collections. */
static const struct {
    const char *seen, *at_horizon;
} counterparts[] = {
    {"service_pause_max", "horizon_pause_max"}, {"pause_max", "horizon_pause_max_all"},
    {"latency_p95", "horizon_latency_p95"},     {"latency_p99", "horizon_latency_p99"},
    {"latency_p999", "horizon_latency_p999"},   {"latency_max", "horizon_latency_max"},
    {"heap_peak", "horizon_heap_peak"},
};
#define COUNTERPARTS (sizeof counterparts / sizeof *counterparts)

const struct metric *metric_at_horizon(const struct metric *metric)
{
    for (size_t i = 0; i < COUNTERPARTS; i++)
        if (strcmp(counterparts[i].seen, metric->name) == 0)
            return metric_named(counterparts[i].at_horizon);
    return NULL;
}

const struct metric *metric_seen(const struct metric *metric)
{
    for (size_t i = 0; i < COUNTERPARTS; i++)
        if (strcmp(counterparts[i].at_horizon, metric->name) == 0)
            return metric_named(counterparts[i].seen);
    return NULL;
}

const struct metric *metric_at_scatter(const struct metric *metric, enum price_end end)
{
    static const char *const endings[] = {[PRICES_LOW] = "low", [PRICES_HIGH] = "high"};
    char name[96];
    snprintf(name, sizeof name, "%s_scatter_%s", metric->name, endings[end]);
    return metric_named(name);
}

static bool begins_with(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

const char *metric_without_pauses(const struct metric *metric)
{
    static const struct {
        const char *prefix, *tells;
    } rows[] = {
        {"horizon_pause_", "horizon"},       {"service_pause_", "service_collections"},
        {"pause_gen0_", "collections_gen0"}, {"pause_gen1_", "collections_gen1"},
        {"pause_gen2_", "collections_gen2"}, {"pause_", METRIC_COLLECTIONS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (begins_with(metric->name, rows[i].prefix))
            return rows[i].tells;
    return NULL;
}

enum interval_kind metric_interval_kind(const struct metric *metric)
{
    return metric->skewed ? INTERVAL_bootstrap : INTERVAL_t;
}

bool metric_by_rare_collections(const struct metric *metric)
{
    static const char *const names[] = {"pause_p99",         "pause_max",   "service_pause_p99",
                                        "service_pause_max", "latency_p99", "latency_p999",
                                        "latency_max",       "gc_time",     "gc_share",
                                        "service_gc_share",  "heap_peak",   "garbage_peak"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(metric->name, names[i]) == 0)
            return true;
    return begins_with(metric->name, "mmu_");
}

const char *const usual_objectives[] = {"latency_p99", "service_pause_p99", "gc_share", NULL};

bool metric_is_across_runs(const struct metric *metric)
{
    return metric->source == across_runs;
}

/* ---- of one run ----------------------------------------------------------------------- */

#define QUERIES_MOST 16

struct meter {
    struct rows tables[RECORD_TABLE_COUNT]; /* of the record that is read */
    sqlite3 *database;                      /* in memory, and nothing in it but these */
    struct {
        sqlite3_stmt *statement;
        size_t first; /* metric */
    } queries[QUERIES_MOST];
    size_t query_count;
};

/* A query for the metrics from `first` on that share a source; returns the one after them. */
static size_t prepare(struct meter *meter, size_t first)
{
    const char *source = metrics[first].source;
    size_t end = first;
    sqlite3_str *sql = sqlite3_str_new(meter->database);
    for (; metrics[end].name && metrics[end].source == source; end++)
        sqlite3_str_appendf(sql, "%s %s", end == first ? "SELECT" : ",", metrics[end].expression);
    sqlite3_str_appendf(sql, " FROM %s", source);
    char *text = sqlite3_str_finish(sql);
    sqlite3_stmt *statement = NULL;
    if (!text || sqlite3_prepare_v3(meter->database, text, -1, SQLITE_PREPARE_PERSISTENT,
                                    &statement, NULL) == SQLITE_NOMEM)
        out_of_memory();
    assert(statement && meter->query_count < QUERIES_MOST);
    meter->queries[meter->query_count].statement = statement;
    meter->queries[meter->query_count++].first = first;
    sqlite3_free(text);
    return end;
}

struct meter *meter_new(void)
{
    struct meter *meter = allocate_zeroed(1, sizeof *meter);
    bool is_whole = sqlite3_open(":memory:", &meter->database) == SQLITE_OK &&
                    statistics_register_functions(meter->database) == SQLITE_OK;
    for (int i = 0; i < RECORD_TABLE_COUNT && is_whole; i++) {
        meter->tables[i].table = &record_tables[i];
        is_whole = rows_register(meter->database, &meter->tables[i]) == SQLITE_OK;
    }
    if (!is_whole) {
        meter_free(meter);
        out_of_memory();
    }
    for (size_t i = 0; metrics[i].name && metrics[i].source != across_runs;)
        i = prepare(meter, i);
    return meter;
}

void meter_free(struct meter *meter)
{
    if (!meter)
        return;
    for (size_t i = 0; i < meter->query_count; i++)
        sqlite3_finalize(meter->queries[i].statement);
    sqlite3_close(meter->database);
    free(meter);
}

int meter_read(struct meter *meter, const struct record *record, double *values,
               struct error *error)
{
    memcpy(meter->tables, record->tables, sizeof meter->tables);
    for (size_t i = 0; i < metric_count(); i++)
        values[i] = NAN;
    for (size_t q = 0; q < meter->query_count; q++) {
        sqlite3_stmt *statement = meter->queries[q].statement;
        if (sqlite3_step(statement) != SQLITE_ROW)
            return error_set(error, "a metric: %s", sqlite3_errmsg(meter->database));
        for (int c = 0; c < query_columns(statement); c++)
            values[meter->queries[q].first + (size_t)c] = query_real(statement, c);
        sqlite3_reset(statement);
    }
    return 0;
}

/* ---- across runs ---------------------------------------------------------------------- */

int metrics_make_view(sqlite3 *database)
{
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendall(sql,
                          "CREATE TEMP VIEW metric AS SELECT run_id, metric, value FROM summary");
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (metric->source == across_runs)
            sqlite3_str_appendf(sql,
                                " UNION ALL SELECT * FROM (SELECT id, '%s', %s AS value FROM %s)"
                                " WHERE value IS NOT NULL",
                                metric->name, metric->expression, metric->source);
    char *text = sqlite3_str_finish(sql);
    int code = text ? sqlite3_exec(database, text, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return code;
}
