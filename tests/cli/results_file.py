# SPDX-License-Identifier: GPL-3.0-or-later
"""What `run` and `compare` store: every number is computed again here, from the rows."""
import json
import math
import operator

from harness import SMALL, once, test
from tap import check, equal

POLICIES = ["default", "threshold:t0=50000", "freeze", "off", "timed:every=5s",
            "event:on=request_end,every=500"]

# The columns that issue 2 promises to whoever reads the file.
COLUMNS = {
    "run": "id policy workload collector seed status",
    "collection": "run_id seq wall_ns mutator_ns generation cause before0 before1 before2 permanent"
                  " examined refs unreachable pause_ns heap_bytes_before heap_bytes_after",
    "sample": "run_id wall_ns live_bytes garbage_bytes gen0 gen1 gen2",
    "summary": "run_id metric value",
    "experiment": "id",
    "latency": "run_id",
}


@once
def compared(place):
    """A short web service under all policies; .out is what --json printed."""
    arguments = ["compare", "--workload", "web:duration=15s", "--json"]
    for policy in POLICIES:
        arguments += ["--policy", policy]
    place.out = place.expect(0, arguments).out
    place.runs = place.query("SELECT * FROM run ORDER BY id")
    place.summary = {run["policy"]: dict(place.query(
        "SELECT metric, value FROM summary WHERE run_id = ?", run["id"])) for run in place.runs}
    return place


def rows(results, table, run):
    order = {"collection": "seq", "sample": "wall_ns", "latency": "bucket",
             "reclaimed": "generation"}[table]
    return results.query(f"SELECT * FROM {table} WHERE run_id = ? ORDER BY {order}", run["id"])


# ---- every metric, again ---------------------------------------------------------------------------


def nearest_rank(values, thousandths):
    """The smallest value at or below which so many thousandths of them lie."""
    return sorted(values)[max(0, -(-len(values) * thousandths // 1000) - 1)] if values else None


def pauses(prefix, collections):
    ns = [c["pause_ns"] for c in collections]
    for name, thousandths in (("p50", 500), ("p90", 900), ("p99", 990), ("max", 1000)):
        value = nearest_rank(ns, thousandths)
        yield f"{prefix}_{name}", value and value / 1e9


def latencies(histogram):
    """Each request counts as the longest in its bucket."""
    total = sum(bucket["requests"] for bucket in histogram)
    for name, thousandths in (("p50", 500), ("p99", 990), ("p999", 999), ("max", 1000)):
        reached, value = 0, None
        for bucket in histogram:
            if value is None and total:
                reached += bucket["requests"]
                if reached * 1000 >= total * thousandths:
                    value = bucket["longest_ns"] / 1e9
        yield f"latency_{name}", value


def over_time(samples, sizes):
    """The mean, each sample standing for the time since the one before."""
    instants = [0] + [s["wall_ns"] for s in samples]
    spans = [after - before for before, after in zip(instants, instants[1:])]
    return sum(map(operator.mul, sizes, spans)) / sum(spans) if sum(spans) else None


def share(pause_ns, mutator_ns):
    return pause_ns / (pause_ns + mutator_ns) if pause_ns + mutator_ns else None


def metrics(results, run):
    """Every metric that the rows of a run give; None: it has no value."""
    collections, samples = rows(results, "collection", run), rows(results, "sample", run)
    service_ns = run["service_ns"]
    of = {g: [c for c in collections if c["generation"] == g] for g in (0, 1, 2)}
    service = [c for c in collections if service_ns is None or c["wall_ns"] > service_ns]
    pause_ns = sum(c["pause_ns"] for c in collections)
    heap = [s["live_bytes"] + s["garbage_bytes"] for s in samples]
    value = {
        "collections": len(collections),
        "service_collections": len(service),
        "service_collections_gen2": sum(c["generation"] == 2 for c in service),
        "gc_time": pause_ns / 1e9,
        "gc_share": share(pause_ns, run["mutator_ns"]),
        "service_gc_share": share(sum(c["pause_ns"] for c in service),
                                  run["mutator_ns"] - (run["service_mutator_ns"] or 0)),
        "examined": sum(c["examined"] for c in collections),
        "unreachable": sum(c["unreachable"] for c in collections),
        "requests": run["requests"],
        "throughput": run["requests"] * 1e9 / (run["last_answer_ns"] - run["first_arrival_ns"])
                      if run["requests"] else None,
        "heap_mean": over_time(samples, heap),
        "heap_peak": run["heap_peak_bytes"],
        "wall_time": run["wall_ns"] / 1e9,
        "mutator_time": run["mutator_ns"] / 1e9,
    }
    value.update(pauses("pause", collections))
    value.update(pauses("service_pause", service))
    value.update(latencies(rows(results, "latency", run)))
    for g in (0, 1, 2):
        value.update(pauses(f"pause_gen{g}", of[g]))
        value[f"collections_gen{g}"] = len(of[g])
        value[f"gc_time_gen{g}"] = sum(c["pause_ns"] for c in of[g]) / 1e9
    for what in ("live", "garbage"):
        size = [s[f"{what}_bytes"] for s in samples]
        value[f"{what}_mean"] = over_time(samples, size)
        value[f"{what}_peak"] = max(size, default=None)
    check(run["heap_peak_bytes"] >= max(
        heap + [c["heap_bytes_before"] for c in collections], default=0), "the peak is the most")
    reclaimed = [c["heap_bytes_before"] - c["heap_bytes_after"] for c in collections]
    value["garbage_peak"] = max([s["garbage_bytes"] for s in samples] + reclaimed, default=None)
    for row, where in zip(rows(results, "reclaimed", run), ("gen0", "gen1", "gen2", "permanent")):
        value[f"reclaimed_refcount_{where}"] = row["by_refcount"]
        value[f"reclaimed_collector_{where}"] = row["by_collector"]
    return value


def check_summary(results, run):
    stored = dict(results.query("SELECT metric, value FROM summary WHERE run_id = ?", run["id"]))
    for name, value in metrics(results, run).items():
        got = stored.get(name)
        same = got == value or None not in (got, value) and math.isclose(got, value, rel_tol=1e-9)
        check(same, f"{run['policy']}: {name} should be {value} and is {got}")


# ---- the comparison --------------------------------------------------------------------------------


@test("results file: the tables and columns have the promised names")
def columns(place):
    results = compared(place)
    for table, names in COLUMNS.items():
        there = {row["name"] for row in results.query(f"PRAGMA table_info({table})")}
        check(set(names.split()) <= there, table, set(names.split()) - there)


@test("results file: one run a policy, with its specification, finished")
def runs(place):
    results = compared(place)
    equal([(r["policy"], r["workload"], r["collector"], r["seed"], r["status"]) for r in results.runs],
          [(p, "web:duration=15s", "cpython-3.13", 1, "finished") for p in POLICIES], "runs")


@test("results file: wall time is mutator time, pauses and idle time; the pauses add up")
def accounts(place):
    for run in compared(place).runs:
        equal(run["wall_ns"], run["mutator_ns"] + run["pause_ns"] + run["idle_ns"], "wall_ns")
        equal(sum(c["pause_ns"] for c in rows(compared(place), "collection", run)),
              run["pause_ns"], "sum of pauses")


@test("results file: clocks never go back, a collection ends before the next begins")
def clocks(place):
    results = compared(place)
    for run in results.runs:
        collections, samples = rows(results, "collection", run), rows(results, "sample", run)
        equal([c["seq"] for c in collections], list(range(len(collections))), "seq")
        for a, b in zip(collections, collections[1:]):
            check(a["mutator_ns"] <= b["mutator_ns"], "mutator_ns", *map(dict, (a, b)))
            check(a["wall_ns"] + a["pause_ns"] <= b["wall_ns"], "wall_ns", *map(dict, (a, b)))
        times = [s["wall_ns"] for s in samples]
        check(times == sorted(times) and times[-1] == run["wall_ns"], "samples", times)
        check(100 <= len(samples) <= 1000, f"{len(samples)} samples")


@test("results file: every metric follows from the rows")
def summaries(place):
    for run in compared(place).runs:
        check_summary(compared(place), run)


@test("results file: what a collection says of itself is consistent")
def collections_consistent(place):
    results = compared(place)
    for run in results.runs:
        for c in rows(results, "collection", run):
            young = sum(c[f"before{g}"] for g in range(c["generation"] + 1))
            check(c["examined"] == young >= c["unreachable"] and c["pause_ns"] > 0 and
                  c["heap_bytes_after"] <= c["heap_bytes_before"], dict(c))


@test("results file: every answered request is in the histogram of latencies")
def histogram(place):
    results = compared(place)
    for run in results.runs:
        equal(sum(b["requests"] for b in rows(results, "latency", run)), run["requests"], "requests")


@test("results file: metrics have the names that are listed")
def metric_names(place):
    listed = {json.loads(line)["name"]
              for line in place.expect(0, "list metrics --json").out.splitlines()}
    stored = {row[0] for row in compared(place).query("SELECT DISTINCT metric FROM summary")}
    check(stored <= listed, stored - listed)


@test("results file: the parameters, defaults included")
def stored_parameters(place):
    found = {row["name"]: (row["value"], row["text"]) for row in compared(place).query(
        "SELECT p.* FROM parameter p JOIN run ON run.id = run_id WHERE policy = 'freeze'"
        " OR (policy = 'off' AND owner = 'policy')")}
    equal([found[name] for name in ("duration", "payload", "on", "t0")],
          [(15e9, "15s"), (64, "64B"), (None, "startup_done"), (-1, "keep")], "parameters")


@test("--json: a line a policy, equal to the file")
def json_lines(place):
    results = compared(place)
    printed = [json.loads(line) for line in results.out.splitlines()]
    for line, run in zip(printed, results.runs):
        expected = {"run": run["id"], "policy": run["policy"], "workload": run["workload"],
                    "collector": run["collector"], "seed": run["seed"], "status": run["status"],
                    **results.summary[run["policy"]]}
        equal(line, expected, "line")
    equal(len(printed), len(POLICIES), "lines")


# ---- what production reports say -------------------------------------------------------------------


@test("claim: freeze after start-up removes the stalls of full collections")
def claim_freeze(place):
    results = compared(place)
    late = {run["policy"]: [c["examined"] for c in rows(results, "collection", run)
                            if c["generation"] == 2 and c["wall_ns"] > run["service_ns"]]
            for run in results.runs}
    # Later full collections are few, and see only what is younger than the freeze.
    check(max(late["default"], default=0) > 100_000 > 10 * max(late["freeze"], default=0), late)
    longest = {p: results.summary[p]["service_pause_max"] for p in ("default", "freeze")}
    check(longest["freeze"] < longest["default"] / 20, longest)


@test("claim: off lets garbage grow")
def claim_off(place):
    results = compared(place)
    equal(results.summary["off"]["collections"], 0, "collections")
    run = next(r for r in results.runs if r["policy"] == "off")
    garbage = [s["garbage_bytes"] for s in rows(results, "sample", run)]
    check(garbage == sorted(garbage), "it never shrinks", garbage)
    peak = {p: s["garbage_peak"] for p, s in results.summary.items()}
    check(peak["off"] == max(peak.values()) and peak["off"] > 10 * peak["default"], peak)


@test("claim: a higher threshold 0 means fewer and longer young pauses")
def claim_threshold(place):
    low, high = (compared(place).summary[p] for p in ("default", "threshold:t0=50000"))
    check(high["collections_gen0"] < low["collections_gen0"] / 10 and
          high["pause_gen0_p50"] > 10 * low["pause_gen0_p50"], low, high)


# ---- small runs ------------------------------------------------------------------------------------


def dump(place, name):
    connection = place.database(name)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


for workload in (SMALL, "device:duration=2h"):
    @test(f"{workload}: the same seed, the same bytes; another seed, others")
    def seeds(place, workload=workload):
        for name, seed in (("a.db", 7), ("b.db", 7), ("c.db", 8)):
            place.expect(0, f"compare -w {workload} --seed {seed} --db {name}")
        equal(dump(place, "a.db") == dump(place, "b.db"), True, "same dump")
        sql = "SELECT wall_ns, live_bytes, garbage_bytes FROM sample ORDER BY run_id, wall_ns"
        a, c = (list(map(tuple, place.query(sql, name=name))) for name in ("a.db", "c.db"))
        check(a != c, "another seed gives the same samples")


@test("a policy does the same alone as after others in one comparison")
def independent(place):
    place.expect(0, f"compare -w {SMALL} -p off -p threshold:t0=100 -p freeze --db many.db")
    for number, policy in ((2, "threshold:t0=100"), (3, "freeze")):
        place.expect(0, f"run -w {SMALL} -p {policy} --db {number}.db")
        for table in ("collection", "sample", "summary", "latency", "reclaimed"):
            alone, among = ([tuple(row)[1:] for row in place.query(
                f"SELECT * FROM {table} WHERE run_id = ?", run, name=name)]
                for run, name in ((1, f"{number}.db"), (number, "many.db")))
            check(alone and alone == among, f"{policy}: {table} differs")


@test("the program is the same under every policy")
def same_program(place):
    place.expect(0, f"compare -w {SMALL}")
    counts = {(r["operations"], r["requests"], r["mutator_ns"])
              for r in place.query("SELECT * FROM run")}
    equal(len(counts), 1, f"different programs: {counts}; their number")


@test("specifications are stored as they are canonically written")
def canonical(place):
    given = {"freeze:t0=50_000,on=startup_done": "freeze:on=startup_done,t0=50000",
             "timed:every=10000ms": "timed:every=10s", "timed:every=1.5s": "timed:every=1500ms",
             "event:automatic=yes,every=5": "event:every=5,automatic=yes",
             "threshold:t1=keep": "threshold:t1=keep"}
    arguments = ["compare", "-w", "web:duration=100ms,payload=1024,modules=10"]
    for policy in given:
        arguments += ["-p", policy]
    place.expect(0, arguments)
    equal([r["policy"] for r in place.query("SELECT policy FROM run ORDER BY id")],
          list(given.values()), "policies")
    equal(place.query("SELECT workload FROM run")[0][0],
          "web:duration=100ms,modules=10,payload=1KiB", "workload")


@test("two experiments in one file")
def two_experiments(place):
    place.expect(0, f"run -w {SMALL}")
    before = [tuple(row) for row in place.query("SELECT * FROM collection")]
    line = json.loads(place.expect(0, f"run -w {SMALL} -p off --json").out)
    equal(line["run"], 2, "id of the second run")
    equal(place.statuses(), ["finished"] * 2, "statuses")
    equal(len(place.query("SELECT * FROM experiment")), 2, "experiments")
    equal([tuple(row) for row in place.query("SELECT * FROM collection WHERE run_id = 1")], before,
          "the first run's collections")


@test("device with little memory: the run that does not fit ends there, the others finish")
def out_of_memory(place):
    result = place.expect(0, "compare -w device:duration=24h,memory_limit=6MiB -p off -p default"
                             " -p timed:every=600s", ["off: out of memory after"])
    equal(place.statuses(), ["out_of_memory", "finished", "finished"], "statuses")
    off, default, _ = place.query("SELECT * FROM run ORDER BY id")
    samples = rows(place, "sample", off)
    check(0 < off["wall_ns"] < default["wall_ns"], result.out)
    equal(samples[-1]["wall_ns"], off["wall_ns"], "last sample")
    heap = [s["live_bytes"] + s["garbage_bytes"] for s in samples]
    check(0.99 * 6 * 2**20 < heap[-1] <= 6 * 2**20, f"heap {heap[-1]} at the end")
    check(len(samples) > 20, f"{len(samples)} samples")
    for run in (off, default):
        check_summary(place, run)
    printed = place.expect(0, "run -w device:memory_limit=8kB --json --db boot.db").out
    equal(json.loads(printed)["status"], "out_of_memory", "status in --json")


@test("metrics follow from the rows for device, a script, a run without requests and one without time")
def other_summaries(place):
    place.write("s.heap", "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n")
    for workload in ("device:duration=2h", "script:file=s.heap", "web:rate=0.001,duration=1s",
                     "web:duration=0s,modules=0,startup=0s,settle=0s"):
        place.expect(0, f"compare -w {workload} -p default -p timed:every=1s")
    for run in place.query("SELECT * FROM run"):
        equal(run["status"], "finished", run["workload"])
        check_summary(place, run)


@test("--sample: readings of memory at least so far apart")
def sampling(place):
    place.expect(0, f"run -w {SMALL} --sample 50ms")
    times = [row[0] for row in place.query("SELECT wall_ns FROM sample ORDER BY wall_ns")]
    check(all(b // 50_000_000 > a // 50_000_000 for a, b in zip(times, times[1:-1])), times)
    end = place.query("SELECT wall_ns FROM run")[0][0]
    check(len(times) > 0.8 * end / 50e6, f"{len(times)} samples in {end} ns")
