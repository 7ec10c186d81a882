/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/metrics.h"

#include <stddef.h>

/* The smallest value below or at which so many thousandths of all values lie (nearest rank). */
#define RANK(thousandths) "max(0, (count(*) * " #thousandths " + 999) / 1000 - 1)"

#define PAUSE_SQL(where, thousandths)                                                              \
    "SELECT pause_ns / 1e9 FROM collection WHERE run_id = :run" where                              \
    " ORDER BY pause_ns LIMIT 1 OFFSET (SELECT " RANK(                                             \
        thousandths) " FROM collection WHERE run_id = :run" where ")"

#define PAUSES(prefix, of, where)                                                                  \
    {prefix "_p50", "s", "median pause " of, PAUSE_SQL(where, 500)},                               \
        {prefix "_p90", "s", "90th percentile of pauses " of, PAUSE_SQL(where, 900)},              \
        {prefix "_p99", "s", "99th percentile of pauses " of, PAUSE_SQL(where, 990)},              \
    {                                                                                              \
        prefix "_max", "s", "longest pause " of, PAUSE_SQL(where, 1000)                            \
    }

#define IN_SERVICE                                                                                 \
    " AND wall_ns > (SELECT coalesce(service_ns, -1) FROM run WHERE id = :run)"

#define COLLECTIONS(name, of, where)                                                               \
    {                                                                                              \
        name, "count", "collections " of,                                                          \
            "SELECT count(*) FROM collection WHERE run_id = :run" where                            \
    }

#define GC_TIME(name, of, where)                                                                   \
    {                                                                                              \
        name, "s", "sum of pauses " of,                                                            \
            "SELECT total(pause_ns) / 1e9 FROM collection WHERE run_id = :run" where               \
    }

#define LATENCY_SQL(thousandths)                                                                   \
    "SELECT longest_ns / 1e9 FROM"                                                                 \
    " (SELECT longest_ns, sum(requests) OVER (ORDER BY bucket) AS upto,"                           \
    "   sum(requests) OVER () AS n FROM latency WHERE run_id = :run)"                              \
    " WHERE upto >= (n * " #thousandths " + 999) / 1000 ORDER BY upto LIMIT 1"

#define SAMPLE(name, unit, meaning, expression)                                                    \
    {                                                                                              \
        name, unit, meaning, "SELECT " expression " FROM sample WHERE run_id = :run"               \
    }

#define RECLAIMED(name, column, meaning, generation)                                               \
    {                                                                                              \
        name, "count", meaning,                                                                    \
            "SELECT " column " FROM reclaimed WHERE run_id = :run AND generation = " #generation   \
    }

const struct metric metrics[] = {
    PAUSES("pause", "of all collections", ""),
    PAUSES("pause_gen0", "of collections of generation 0", " AND generation = 0"),
    PAUSES("pause_gen1", "of collections of generation 1", " AND generation = 1"),
    PAUSES("pause_gen2", "of full collections", " AND generation = 2"),
    PAUSES("service_pause", "after start-up (later than event startup_done)", IN_SERVICE),
    COLLECTIONS("collections", "of any generation", ""),
    COLLECTIONS("collections_gen0", "of generation 0", " AND generation = 0"),
    COLLECTIONS("collections_gen1", "of generation 1", " AND generation = 1"),
    COLLECTIONS("collections_gen2", "of generation 2: full collections", " AND generation = 2"),
    COLLECTIONS("service_collections", "after start-up", IN_SERVICE),
    GC_TIME("gc_time", "of all collections", ""),
    GC_TIME("gc_time_gen0", "of collections of generation 0", " AND generation = 0"),
    GC_TIME("gc_time_gen1", "of collections of generation 1", " AND generation = 1"),
    GC_TIME("gc_time_gen2", "of full collections", " AND generation = 2"),
    {"gc_share", "fraction", "pauses over wall time while busy (mutator time + pauses)",
     "SELECT pause_ns * 1.0 / nullif(mutator_ns + pause_ns, 0) FROM run WHERE id = :run"},
    {"examined", "count", "objects examined by all collections",
     "SELECT total(examined) FROM collection WHERE run_id = :run"},
    {"unreachable", "count", "objects that collections found unreachable",
     "SELECT total(unreachable) FROM collection WHERE run_id = :run"},
    {"latency_p50", "s", "median request latency, arrival to the end of the last burst",
     LATENCY_SQL(500)},
    {"latency_p99", "s", "99th percentile of request latency", LATENCY_SQL(990)},
    {"latency_p999", "s", "99.9th percentile of request latency", LATENCY_SQL(999)},
    {"latency_max", "s", "longest request latency", LATENCY_SQL(1000)},
    {"requests", "count", "requests answered", "SELECT requests FROM run WHERE id = :run"},
    {"throughput", "1/s", "requests answered for each second of wall time after start-up",
     "SELECT requests * 1e9 / nullif(wall_ns - coalesce(service_ns, 0), 0) FROM run"
     " WHERE id = :run AND requests > 0"},
    SAMPLE("live_mean", "bytes", "reachable objects, mean over samples", "avg(live_bytes)"),
    SAMPLE("live_peak", "bytes", "reachable objects, largest sample", "max(live_bytes)"),
    SAMPLE("garbage_mean", "bytes", "floating garbage, mean over samples", "avg(garbage_bytes)"),
    SAMPLE("garbage_peak", "bytes", "floating garbage, largest sample", "max(garbage_bytes)"),
    SAMPLE("heap_mean", "bytes", "live objects and garbage, mean over samples",
           "avg(live_bytes + garbage_bytes)"),
    {"heap_peak", "bytes", "live objects and garbage, largest at a sample or a collection's beginning",
     "SELECT max(bytes) FROM (SELECT max(live_bytes + garbage_bytes) AS bytes FROM sample"
     " WHERE run_id = :run UNION ALL SELECT max(heap_bytes_before) FROM collection"
     " WHERE run_id = :run)"},
    RECLAIMED("reclaimed_refcount_gen0", "by_refcount", "objects freed by reference count while in generation 0", 0),
    RECLAIMED("reclaimed_refcount_gen1", "by_refcount", "objects freed by reference count while in generation 1", 1),
    RECLAIMED("reclaimed_refcount_gen2", "by_refcount", "objects freed by reference count while in generation 2", 2),
    RECLAIMED("reclaimed_refcount_permanent", "by_refcount", "objects freed by reference count while in the permanent generation", 3),
    RECLAIMED("reclaimed_collector_gen0", "by_collector", "objects freed by collections, from generation 0", 0),
    RECLAIMED("reclaimed_collector_gen1", "by_collector", "objects freed by collections, from generation 1", 1),
    RECLAIMED("reclaimed_collector_gen2", "by_collector", "objects freed by collections, from generation 2", 2),
    RECLAIMED("reclaimed_collector_permanent", "by_collector", "objects freed by collections, from the permanent generation", 3),
    {"wall_time", "s", "the whole run", "SELECT wall_ns / 1e9 FROM run WHERE id = :run"},
    {"mutator_time", "s", "the program's own work",
     "SELECT mutator_ns / 1e9 FROM run WHERE id = :run"},
    {NULL, NULL, NULL, NULL},
};
