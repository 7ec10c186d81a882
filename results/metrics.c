/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/metrics.h"

#include <stddef.h>

/* ---- sources
 * ----------------------------------------------------------------------- */

static const char collections[] =
    "(SELECT *, wall_ns > (SELECT coalesce(service_ns, -1) FROM run WHERE id = :run) AS in_service"
    " FROM collection WHERE run_id = :run)";

static const char runs[] = "(SELECT * FROM run WHERE id = :run)";

/* A latency counts as often as there are requests in its bucket. */
static const char latencies[] = "(SELECT longest_ns, sum(requests) OVER (ORDER BY bucket) AS upto,"
                                " sum(requests) OVER () AS n FROM latency WHERE run_id = :run)";

/* A sample stands for the time since the one before. */
static const char samples[] = "(SELECT *, live_bytes + garbage_bytes AS heap_bytes,"
                              " wall_ns - lag(wall_ns, 1, 0) OVER (ORDER BY wall_ns) AS span_ns"
                              " FROM sample WHERE run_id = :run)";

static const char garbage[] =
    "(SELECT garbage_bytes FROM sample WHERE run_id = :run"
    " UNION ALL SELECT heap_bytes_before - heap_bytes_after FROM collection WHERE run_id = :run)";

static const char reclaimed[] = "(SELECT * FROM reclaimed WHERE run_id = :run)";

/* ---- families
 * ---------------------------------------------------------------------- */

#define PAUSE(name, statistic, of, p, where)                                                       \
    {                                                                                              \
        name, "s", statistic " " of, collections,                                                  \
            "percentile(pause_ns, " #p ") FILTER (WHERE " where ") / 1e9"                          \
    }
#define PAUSES(prefix, of, where)                                                                  \
    PAUSE(prefix "_p50", "median pause", of, 50, where),                                           \
        PAUSE(prefix "_p90", "90th percentile of pauses", of, 90, where),                          \
        PAUSE(prefix "_p99", "99th percentile of pauses", of, 99, where),                          \
        PAUSE(prefix "_max", "longest pause", of, 100, where)
#define COLLECTIONS(name, of, where)                                                               \
    {                                                                                              \
        name, "count", "collections " of, collections, "count(*) FILTER (WHERE " where ")"         \
    }
#define GC_TIME(name, of, where)                                                                   \
    {                                                                                              \
        name, "s", "sum of pauses " of, collections,                                               \
            "total(pause_ns) FILTER (WHERE " where ") / 1e9"                                       \
    }
#define LATENCY(name, meaning, thousandths)                                                        \
    {                                                                                              \
        name, "s", meaning, latencies,                                                             \
            "min(longest_ns) FILTER (WHERE upto >= (n * " #thousandths " + 999) / 1000) / 1e9"     \
    }
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

/* clang-format off */
const struct metric metrics[] = {
    PAUSES("pause", "of all collections", "true"),
    PAUSES("pause_gen0", "of collections of generation 0", "generation = 0"),
    PAUSES("pause_gen1", "of collections of generation 1", "generation = 1"),
    PAUSES("pause_gen2", "of full collections", "generation = 2"),
    PAUSES("service_pause", "after start-up (later than event startup_done)", "in_service"),
    COLLECTIONS("collections", "of any generation", "true"),
    COLLECTIONS("collections_gen0", "of generation 0", "generation = 0"),
    COLLECTIONS("collections_gen1", "of generation 1", "generation = 1"),
    COLLECTIONS("collections_gen2", "of generation 2: full collections", "generation = 2"),
    COLLECTIONS("service_collections", "after start-up", "in_service"),
    COLLECTIONS("service_collections_gen2", "after start-up of generation 2",
                "in_service AND generation = 2"),
    GC_TIME("gc_time", "of all collections", "true"),
    GC_TIME("gc_time_gen0", "of collections of generation 0", "generation = 0"),
    GC_TIME("gc_time_gen1", "of collections of generation 1", "generation = 1"),
    GC_TIME("gc_time_gen2", "of full collections", "generation = 2"),
    {"service_gc_share", "fraction", "pauses over wall time while busy, after start-up", collections,
     "total(pause_ns) FILTER (WHERE in_service) / nullif(total(pause_ns) FILTER (WHERE in_service)"
     " + (SELECT mutator_ns - coalesce(service_mutator_ns, 0) FROM run WHERE id = :run), 0)"},
    {"examined", "count", "objects examined by all collections", collections, "total(examined)"},
    {"unreachable", "count", "objects that collections found unreachable", collections,
     "total(unreachable)"},
    {"gc_share", "fraction", "pauses over wall time while busy (mutator time + pauses)", runs,
     "pause_ns * 1.0 / nullif(mutator_ns + pause_ns, 0)"},
    {"requests", "count", "requests answered", runs, "requests"},
    {"throughput", "1/s", "requests answered for each second from the first arrival to the last answer",
     runs, "requests * 1e9 / nullif(last_answer_ns - first_arrival_ns, 0)"},
    {"wall_time", "s", "the whole run", runs, "wall_ns / 1e9"},
    {"mutator_time", "s", "the program's own work", runs, "mutator_ns / 1e9"},
    LATENCY("latency_p50", "median request latency, arrival to the end of the last burst", 500),
    LATENCY("latency_p99", "99th percentile of request latency", 990),
    LATENCY("latency_p999", "99.9th percentile of request latency", 999),
    LATENCY("latency_max", "longest request latency", 1000),
    {"live_mean", "bytes", "reachable objects, mean over time", samples,
     MEAN("live_bytes")},
    {"live_peak", "bytes", "reachable objects, largest sample", samples, "max(live_bytes)"},
    {"garbage_mean", "bytes", "floating garbage, mean over time", samples,
     MEAN("garbage_bytes")},
    {"garbage_peak", "bytes", "floating garbage, the most in a sample or reclaimed by a collection",
     garbage, "max(garbage_bytes)"},
    {"heap_mean", "bytes", "live objects and garbage, mean over time", samples,
     MEAN("heap_bytes")},
    {"heap_peak", "bytes", "live objects and garbage, the most there ever were", runs,
     "heap_peak_bytes"},
    BY_REFCOUNT("gen0", "generation 0", 0),
    BY_REFCOUNT("gen1", "generation 1", 1),
    BY_REFCOUNT("gen2", "generation 2", 2),
    BY_REFCOUNT("permanent", "the permanent generation", 3),
    BY_COLLECTOR("gen0", "generation 0", 0),
    BY_COLLECTOR("gen1", "generation 1", 1),
    BY_COLLECTOR("gen2", "generation 2", 2),
    BY_COLLECTOR("permanent", "the permanent generation", 3),
    {NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */
