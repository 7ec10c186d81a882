# SPDX-License-Identifier: GPL-3.0-or-later
"""What `run` and `compare` store: every number is computed again here, from the rows."""
import bisect
import itertools
import json
import math
import operator
import re

from harness import SMALL, once, test
from tap import check, equal

POLICIES = ["default", "threshold:t0=50000", "freeze", "off", "timed:every=5s",
            "event:on=request_end,every=500"]

# The columns that issue 2 promises to whoever reads the file.
COLUMNS = {
    "run": "id policy workload collector seed status born steady_born",
    "collection": "run_id seq wall_ns mutator_ns generation cause before0 before1 before2 permanent"
                  " examined refs unreachable promoted pause_ns heap_bytes_before heap_bytes_after",
    "sample": "run_id wall_ns live_bytes garbage_bytes gen0 gen1 gen2",
    "summary": "run_id metric value",
    "experiment": "id command name version document baseline objective planned shard shards",
    "latency": "run_id bucket requests longest_ns",
    "reclaimed": "run_id generation by_refcount by_collector tracked",
    "pause": "run_id generation bucket collections total_ns longest_ns",
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
             "pause": "generation, bucket", "reclaimed": "generation"}[table]
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


ENDS = ("low", "high")


def at_ends(run, collections, service):
    """With the scatter at the ends of its range: what each collection says of itself."""
    for end in ENDS:
        ns, service_ns = ([c[f"pause_{end}_ns"] for c in some] for some in (collections, service))
        yield f"pause_max_scatter_{end}", max(ns) / 1e9 if ns else None
        for name, thousandths in (("p99", 990), ("max", 1000)):
            value = nearest_rank(service_ns, thousandths)
            yield f"service_pause_{name}_scatter_{end}", value and value / 1e9
        yield f"gc_time_scatter_{end}", sum(ns) / 1e9
        yield f"gc_share_scatter_{end}", share(sum(ns), run["mutator_ns"])
        yield f"service_gc_share_scatter_{end}", share(sum(service_ns), run["mutator_ns"] - run["steady_mutator_ns"])
    for name, column in (("scatter", "scatter_ns"), ("least_scatter", "scatter_low_ns"), ("most_scatter", "scatter_high_ns")):
        yield name, run[column] / 1e9


def bucket_of(ns):
    """32 to a doubling; below 64 each value has its own."""
    shift = max(0, ns.bit_length() - 6)
    return shift * 32 + (ns >> shift)


class Between:
    """What is known of a value if only buckets are that it was counted in: equal to any in there."""

    def __init__(self, least_ns, most_ns):
        self.least, self.most = least_ns / 1e9, most_ns / 1e9

    def __repr__(self):
        return f"from {self.least} to {self.most}"

    def holds(self, value):
        return value is not None and self.least <= value <= self.most


def least_of(bucket):
    """The least value that is counted there."""
    shift = max(0, bucket // 32 - 1)
    return bucket - shift * 32 << shift


P999_LEAST = 10000  # requests


def latencies(histogram):
    """Of each bucket the longest latency is known, and how many there are."""
    for bucket in histogram:
        equal(bucket_of(bucket["longest_ns"]), bucket["bucket"], "the longest is in its bucket")
    total = sum(bucket["requests"] for bucket in histogram)
    least, most = (sum(bucket["requests"] * latency(bucket) for bucket in histogram) for latency in (
        lambda bucket: least_of(bucket["bucket"]), lambda bucket: bucket["longest_ns"]))
    yield "latency_mean", Between(least / total, most / total) if total else None
    for name, thousandths in (("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990), ("p999", 999)):
        reached, value = 0, None
        for bucket in histogram:
            if value is None and total:
                reached += bucket["requests"]
                if reached * 1000 >= total * thousandths:
                    value = Between(least_of(bucket["bucket"]), bucket["longest_ns"])
        yield f"latency_{name}", None if name == "p999" and total < P999_LEAST else value
    yield "latency_max", histogram[-1]["longest_ns"] / 1e9 if histogram else None


def over_time(samples, sizes, from_ns):
    """The mean from then on, each sample standing for the time since the one before."""
    instants = [0] + [s["wall_ns"] for s in samples]
    spans = [after - before if after > from_ns else 0
             for before, after in zip(instants, instants[1:])]
    return sum(map(operator.mul, sizes, spans)) / sum(spans) if sum(spans) else None


def share(pause_ns, mutator_ns):
    return pause_ns / (pause_ns + mutator_ns) if pause_ns + mutator_ns else None


def utilisation(collections, window, begin, end):
    """The least share that is not pauses of any window from begin to end: where it is least, the
    window begins with a pause or ends with one, or lies at the edge."""
    if end - begin < window or end == begin:
        return None
    begins = [c["wall_ns"] for c in collections]
    sums = [0, *itertools.accumulate(c["pause_ns"] for c in collections)]

    def paused_by(instant):
        known = bisect.bisect_right(begins, instant)
        late = max(0, begins[known - 1] + collections[known - 1]["pause_ns"] - instant) if known else 0
        return sums[known] - late

    starts = [begin, *begins, *(c["wall_ns"] + c["pause_ns"] - window for c in collections)]
    return min(1 - (paused_by(at + window) - paused_by(at)) / window
               for at in (min(max(start, begin), end - window) for start in starts))


WINDOWS = {"2ms": 2e6, "5ms": 5e6, "10ms": 10e6, "20ms": 20e6, "50ms": 50e6, "100ms": 100e6,
           "1s": 1e9}


def overhead(results, run):
    """Against the run of the same program that was busy for the shortest time, in one experiment."""
    busy = [other["mutator_ns"] + other["pause_ns"] for other in results.query("SELECT * FROM run")
            if other["status"] == "finished" and
            all(other[key] == run[key] for key in ("experiment_id", "workload", "collector", "seed", "costs"))]
    return ((run["mutator_ns"] + run["pause_ns"]) / min(busy)
            if run["status"] == "finished" and min(busy) else None)


def by_generation(collections, service, run, steady_s):
    """Shares of wall time, survival and promotion; None: no collection, or no time."""
    def over(part, whole):
        return part / whole if whole else None

    for g in (0, 1, 2):
        pause_ns, service_ns = (sum(c["pause_ns"] for c in some if c["generation"] == g) for some in (collections, service))
        examined = [c["examined"] for c in service if c["generation"] == g]
        found = [c["unreachable"] for c in service if c["generation"] == g]
        yield f"gc_share_gen{g}", over(pause_ns, run["wall_ns"])
        yield f"service_gc_share_gen{g}", over(service_ns / 1e9, steady_s)
        yield f"survival_gen{g}", over(sum(examined) - sum(found), sum(examined))
    for into in (1, 2):
        moved = [c["promoted"] for c in service if min(c["generation"] + 1, 2) == into]
        yield f"promotion_rate_gen{into}", over(sum(moved), steady_s)
    yield "allocation_rate", over(run["born"] - run["steady_born"], steady_s)


def objects(results, run, collections, samples, steady_ns):
    """Tracked, in generations 0 to 2."""
    *young, frozen = (row["tracked"] for row in rows(results, "reclaimed", run))
    sampled = [sum(s[f"gen{g}"] for g in (0, 1, 2)) for s in samples]
    yield "objects_mean", over_time(samples, sampled, steady_ns)
    yield "objects_peak", max([*sampled, sum(young), *(
        c["before0"] + c["before1"] + c["before2"] for c in collections)])
    yield "objects_end", sum(young)
    yield "objects_permanent", frozen


def metrics(results, run):
    """Every metric that the rows of a run give; None: it has no value."""
    collections, samples = rows(results, "collection", run), rows(results, "sample", run)
    histogram = rows(results, "latency", run)
    steady_ns = -1 if run["steady_ns"] is None else run["steady_ns"]
    of = {g: [c for c in collections if c["generation"] == g] for g in (0, 1, 2)}
    service = [c for c in collections if c["wall_ns"] > steady_ns]
    pause_ns = sum(c["pause_ns"] for c in collections)
    heap = [s["live_bytes"] + s["garbage_bytes"] for s in samples]
    counted = sum(bucket["requests"] for bucket in histogram)
    value = {
        "collections": len(collections),
        "service_collections": len(service),
        "service_collections_gen2": sum(c["generation"] == 2 for c in service),
        "gc_time": pause_ns / 1e9,
        "gc_share": share(pause_ns, run["mutator_ns"]),
        "service_gc_share": share(sum(c["pause_ns"] for c in service),
                                  run["mutator_ns"] - run["steady_mutator_ns"]),
        "examined": sum(c["examined"] for c in collections),
        "unreachable": sum(c["unreachable"] for c in collections),
        "requests": run["requests"],
        "throughput": counted * 1e9 / (run["last_answer_ns"] - max(run["first_arrival_ns"], steady_ns))
                      if counted else None,
        "heap_mean": over_time(samples, heap, steady_ns),
        "heap_peak": run["heap_peak_bytes"],
        "wall_time": run["wall_ns"] / 1e9,
        "mutator_time": run["mutator_ns"] / 1e9,
        "steady_from": steady_ns / 1e9 if steady_ns >= 0 else None,
        "overhead": overhead(results, run),
    }
    value.update(at_ends(run, collections, service))
    value.update(pauses("pause", collections))
    value.update(pauses("service_pause", service))
    value.update(latencies(histogram))
    value.update(by_generation(collections, service, run, (run["wall_ns"] - max(steady_ns, 0)) / 1e9))
    value.update(objects(results, run, collections, samples, steady_ns))
    for g in (0, 1, 2):
        value.update(pauses(f"pause_gen{g}", of[g]))
        value[f"collections_gen{g}"] = len(of[g])
        value[f"gc_time_gen{g}"] = sum(c["pause_ns"] for c in of[g]) / 1e9
        value[f"service_gc_time_gen{g}"] = sum(
            c["pause_ns"] for c in service if c["generation"] == g) / 1e9
    for name, window in WINDOWS.items():
        value[f"mmu_{name}"] = utilisation(service, window, max(steady_ns, 0), run["wall_ns"])
    for what in ("live", "garbage"):
        size = [s[f"{what}_bytes"] for s in samples]
        value[f"{what}_mean"] = over_time(samples, size, steady_ns)
        value[f"{what}_peak"] = max(size, default=None)
    check(run["heap_peak_bytes"] >= max(
        heap + [c["heap_bytes_before"] for c in collections], default=0), "the peak is the most")
    reclaimed = [c["heap_bytes_before"] - c["heap_bytes_after"] for c in collections]
    value["garbage_peak"] = max([s["garbage_bytes"] for s in samples] + reclaimed, default=None)
    for row, where in zip(rows(results, "reclaimed", run), ("gen0", "gen1", "gen2", "permanent")):
        value[f"reclaimed_refcount_{where}"] = row["by_refcount"]
        value[f"reclaimed_collector_{where}"] = row["by_collector"]
    return value


GENERATIONS = ("gen0", "gen1", "gen2")
TAILS = [f"horizon_latency_{what}" for what in ("p95", "p99", "p999", "max")]
PREDICTED = TAILS + [f"next_{g}_{what}" for g in GENERATIONS for what in ("at", "low", "high", "pause", "pause_high")] + [
    what for g in GENERATIONS for what in (f"expected_{g}", f"usual_{g}_pause")] + [
    "full_period", "net_rate", "live_growth", "arrival_dispersion", "horizon", "changes", "flagged", "covered",
    "horizon_pause_max", "horizon_pause_max_all", "horizon_heap_peak", "horizon_gc_share"] + [
    f"horizon_pause_max{of}_scatter_{end}" for of in ("", "_all") for end in ("low", "high")]


def in_order(*values):
    return all(a <= b for a, b in zip(values, values[1:]))


def check_next(said, end, horizon):
    """Of each generation: an instant behind the end, in its range, or nothing at all."""
    for g in GENERATIONS:
        at, low, high, pause, most = (said.pop(f"next_{g}_{what}", None)
                                      for what in ("at", "low", "high", "pause", "pause_high"))
        check((at is None) == (low is None) == (high is None) == (pause is None) == (most is None), g, "all or none")
        expected = said.pop(f"expected_{g}")
        usual = said.pop(f"usual_{g}_pause", 1)
        check(usual > 0, "a pause is longer than nothing")
        if at is None:
            equal(expected, 0, f"none of {g} to come")
            continue
        check(in_order(end, low, at, high) and 0 < pause <= most, g, end, low, at, high, pause, most)
        check(g == "gen0" or (expected >= 1) == (at < horizon), g, "as many as come by the horizon", expected)
        yield g, low, max(pause, usual) if g == "gen2" and expected >= 2 else pause


def check_tails(results, run, said):
    """Of two requests or more: one longer than the other, and none that was is longer than what may come."""
    latencies = rows(results, "latency", run)
    requests = sum(row["requests"] for row in latencies)
    tails = {name: said.pop(name, None) for name in TAILS}
    for name, value in tails.items():
        equal(value is None, requests < (P999_LEAST if name.endswith("_p999") else 2), f"{name} is said")
    known = [value for value in tails.values() if value is not None]
    check(in_order(*known), "one tail is longer than the other", tails)
    if known:
        check(known[-1] >= max(row["longest_ns"] for row in latencies) / 1e9, "the longest", tails)


def check_at_ends(said, longest, service, collections):
    """The longest pause up to the horizon is no shorter than what was seen, and lies between those at the ends."""
    for of, seen in (("", service), ("_all", collections)):
        low, high = (said.pop(f"horizon_pause_max{of}_scatter_{end}", 0) for end in ENDS)
        check(in_order(low, longest[of], high), "in order", of, low, longest[of], high)
        for end, value in (("low", low), ("high", high)):
            check(value >= max((c[f"pause_{end}_ns"] / 1e9 for c in seen), default=0), of, end, value)


def check_share(said, run, steady_ns, horizon, seen):
    """Pauses seen and to be expected, beside what the program does in as much time."""
    pauses = sum(said[f"expected_{g}"] * said.get(f"usual_{g}_pause", 0) for g in GENERATIONS) + seen
    work = (run["mutator_ns"] - run["steady_mutator_ns"]) / 1e9
    work *= max(1, (horizon * 1e9 - steady_ns) / (run["wall_ns"] - steady_ns))
    equal(said.pop("horizon_gc_share"), pauses / (pauses + work), "horizon_gc_share")


def check_predictions(results, run, said):
    """What is said of the time behind a run, against its rows as far as they tell; takes it out of `said`."""
    if "horizon" not in said:
        check(not set(said) & set(PREDICTED), "nothing is said, or all", said)
        return
    steady_ns = -1 if run["steady_ns"] is None else run["steady_ns"]
    service = [c for c in rows(results, "collection", run) if c["wall_ns"] > steady_ns]
    seen = [sum(c["generation"] == g for c in service) for g in (0, 1, 2)]
    end, horizon = run["wall_ns"] / 1e9, said.pop("horizon")
    check_share(said, run, max(steady_ns, 0), horizon, sum(c["pause_ns"] for c in service) / 1e9)
    equal(f"{horizon / 3600:g}h", run["horizon"], "the horizon asked for")
    to_come = [one for one in check_next(said, end, horizon) if one[1] < horizon]
    longest = max([c["pause_ns"] / 1e9 for c in service] + [pause for _, _, pause in to_come], default=0)
    equal(said.pop("horizon_pause_max", 0), longest, "the longest pause")
    of_all = [c["pause_ns"] / 1e9 for c in rows(results, "collection", run)]
    equal(said.pop("horizon_pause_max_all", 0), max([longest, *of_all]), "the longest of all")
    check_at_ends(said, {"": longest, "_all": max([longest, *of_all])}, service, rows(results, "collection", run))
    flagged, bursts = said.pop("flagged"), said.pop("arrival_dispersion", 0) > 4
    growth, rate = said.pop("live_growth", None), said.pop("net_rate")
    grows = growth is not None and growth > 0.1 * rate
    changes = said.pop("changes")
    check(changes in (0, 1) and changes <= ("freeze" in run["policy"]), "no policy here begins later or ends", run["policy"])
    check(flagged in (0, 1) and max(bursts, changes) <= flagged <= (bursts or grows or changes), "flagged", flagged, bursts,
          grows, changes)
    enough = all(seen[GENERATIONS.index(g)] >= (3 if g == "gen2" else 1) for g, _, _ in to_come)
    equal(said.pop("covered"), float(end >= horizon or enough and not flagged and growth is not None), "covered")
    check(said.pop("full_period", 1) > 0, "the time between full ones")
    check(said.pop("horizon_heap_peak") >= run["heap_peak_bytes"], "the most there ever will have been")
    check_tails(results, run, said)


HALVES = ("latency_mean_half", "latency_p99_half")


def check_halves(results, run, said):
    """Which request came when is not stored: half of them are no faster than the fastest, no slower than the slowest."""
    latencies = rows(results, "latency", run)
    for name in HALVES:
        value = said.pop(name, None)
        check(value is not None or sum(row["requests"] for row in latencies) < 10, f"{name} is said")
        if value is not None:
            check(least_of(latencies[0]["bucket"]) <= value * 1e9 <= latencies[-1]["longest_ns"] * (1 + 1e-12), name, value)


def is_same(got, value):
    if isinstance(value, Between):
        return value.holds(got)
    return got == value or None not in (got, value) and math.isclose(got, value, rel_tol=1e-9)


def check_summary(results, run):
    """Table summary has every metric of a run, and nothing besides; overhead is not of one run."""
    stored = dict(results.query("SELECT metric, value FROM summary WHERE run_id = ?", run["id"]))
    expected = metrics(results, run)
    del expected["overhead"]
    for name, value in expected.items():
        got = stored.pop(name, None)
        check(is_same(got, value), f"{run['policy']}: {name} should be {value} and is {got}")
    check_predictions(results, run, stored)
    check_halves(results, run, stored)
    check(not stored, "metrics of which nothing is known here", stored)


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
            least, most = (c["before0"] + (c["before1"] if c["generation"] else 0) - some
                           for some in (c["unreachable"], 0))
            check(max(least, 0) <= c["promoted"] <= most, "promoted", dict(c))
            check(c["generation"] == 2 or c["promoted"] == least, "all that survives", dict(c))


@test("results file: what was born has been reclaimed, or is there at the end, as in the last sample")
def births(place):
    results = compared(place)
    for run in results.runs:
        of = rows(results, "reclaimed", run)
        equal(run["born"], sum(row["by_refcount"] + row["by_collector"] + row["tracked"] for row in of), "born")
        check(0 < run["steady_born"] < run["born"], "born by then", dict(run))
        last = rows(results, "sample", run)[-1]
        equal([last[f"gen{g}"] for g in (0, 1, 2)], [row["tracked"] for row in of[:3]], "at the end")
        equal(of[3]["tracked"] > 0, run["policy"] == "freeze", "frozen")


@test("results file: every answered request is in the histogram of latencies")
def histogram(place):
    results = compared(place)
    for run in results.runs:
        equal(sum(b["requests"] for b in rows(results, "latency", run)), run["requests"], "requests")


def check_pauses(results, run):
    """Table pause counts the collections of the steady state."""
    expected = {}
    for c in rows(results, "collection", run):
        if c["wall_ns"] > (-1 if run["steady_ns"] is None else run["steady_ns"]):
            expected.setdefault((c["generation"], bucket_of(c["pause_ns"])), []).append(c["pause_ns"])
    equal([tuple(row)[1:] for row in rows(results, "pause", run)],
          [(*key, len(ns), sum(ns), max(ns)) for key, ns in sorted(expected.items())], "pauses")


@test("results file: every collection of the steady state is in the histogram of pauses")
def pause_histogram(place):
    for run in compared(place).runs:
        check_pauses(compared(place), run)


@test("results file: metrics have the names that are listed")
def metric_names(place):
    listed = {json.loads(line)["name"]
              for line in place.expect(0, "list metrics --json").out.splitlines()}
    results = compared(place)
    equal(set(metrics(results, results.runs[0])) | set(PREDICTED) | set(HALVES), listed, "metrics that are worked out here")


@test("results file: the parameters, defaults included")
def stored_parameters(place):
    found = {row["name"]: (row["value"], row["text"]) for row in compared(place).query(
        "SELECT p.* FROM parameter p JOIN run ON run.id = run_id WHERE policy = 'freeze'"
        " OR (policy = 'off' AND owner = 'policy')")}
    equal([found[name] for name in ("duration", "payload", "on", "t0")],
          [(15e9, "15s"), (64, "64B"), (None, "startup_done"), (None, "keep")], "parameters")


@test("--json: a line a policy, equal to the file")
def json_lines(place):
    results = compared(place)
    printed = [json.loads(line) for line in results.out.splitlines()]
    for line, run in zip(printed, results.runs):
        expected = {"run": run["id"], "policy": run["policy"], "workload": run["workload"],
                    "collector": run["collector"], "costs": run["costs"], "measured_on": run["measured_on"],
                    "seed": run["seed"], "status": run["status"],
                    **results.summary[run["policy"]], "overhead": overhead(results, run)}
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
    @test(f"{workload}: the same seed, the same rows; another seed, others")
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


@test("a web service with little memory: it ends there, and its whole payload counts")
def out_of_memory_web(place):
    spec = "web:modules=1000,duration=20s,settle=0s,exceptions=1,rate=50,exception_payload=10kB,memory_limit=24MiB"
    place.expect(0, f"compare -w {spec} -p off -p event:every=10", ["off: out of memory after"])
    equal(place.statuses(), ["out_of_memory", "finished"], "statuses")
    place.expect(0, "show results.db", ["1 run ran out of memory, and is not counted", "off, seed 1: after "])
    place.expect(0, "best results.db --minimise heap_peak", ["1 of 2 settings ran out of memory"])


@test("a heap script's payload is memory, in each engine, and moves no collection")
def script_payload(place):
    script, runs = "new 0 1{}\nstore 0 0 0\ndrop 0\n" * 3000, {}
    for name, payload in (("bare", ""), ("full", " bytes=1KiB")):
        place.write(f"{name}.heap", script.replace("{}", payload))
        for engine in ("interval", "graph"):
            place.expect(0, f"run -w script:file={name}.heap --engine {engine} --db {name}-{engine}.db")
            runs[name, engine], = place.query("SELECT * FROM run", name=f"{name}-{engine}.db")
    most = 2001  # of cycles, at the default threshold of 3.13
    for engine in ("interval", "graph"):
        bare, full = runs["bare", engine], runs["full", engine]
        equal(full["heap_peak_bytes"] - bare["heap_peak_bytes"], most * 1024, f"payload, {engine}")
    collections = [[tuple(row) for row in place.query(
        "SELECT wall_ns, generation, examined, unreachable, pause_ns FROM collection", name="%s-%s.db" % key)]
        for key in runs]
    check(collections[0], "there is a collection")
    for other in collections[1:]:
        equal(other, collections[0], "collections")


@test("metrics follow from the rows for device, a script, a run without requests and one without time")
def other_summaries(place):
    place.write("s.heap", "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n")
    for workload in ("device:duration=2h", "script:file=s.heap", "web:rate=0.001,duration=1s",
                     "web:duration=0s,modules=0,startup=0s,settle=0s"):
        place.expect(0, f"compare -w {workload} -p default -p timed:every=1s")
    for run in place.query("SELECT * FROM run"):
        equal(run["status"], "finished", run["workload"])
        check_summary(place, run)


@test("--warmup: metrics and histograms of what comes later; everything else stays as it is")
def warm_up(place):
    for workload in ("web:duration=6s", "device:duration=2h"):
        place.expect(0, f"compare -w {workload} -p default -p timed:every=500ms --db without.db")
        before = place.query("SELECT * FROM run ORDER BY id", name="without.db")[-2:]
        for warmup, written in (("2s", "2s"), ("1500ms", "1500ms"), ("1000h", "1000h"),
                                ("mser5", "mser5")):
            place.expect(0, f"compare -w {workload} -p default -p timed:every=500ms --warmup {warmup}")
            for old, run in zip(before, place.query("SELECT * FROM run ORDER BY id")[-2:]):
                changed = {key for key in run.keys() if run[key] != old[key]}
                check(changed <= {"id", "experiment_id", "warmup", "steady_ns", "steady_mutator_ns", "steady_born",
                                  "seal", "seal_histograms", "seal_log"},
                      changed)
                equal(run["warmup"], written, "warm-up")
                late_ns = run["steady_ns"] - (run["service_ns"] or 0)
                if warmup == "mser5":
                    check(late_ns >= 0, "never within start-up", late_ns)
                elif warmup == "1000h":
                    equal(run["steady_ns"], run["wall_ns"], "it never comes")
                else:
                    asked_ns = {"2s": 2e9, "1500ms": 1.5e9}[warmup]
                    check(asked_ns <= late_ns < asked_ns + 1e9, late_ns)
                check_summary(place, run)
                check_pauses(place, run)


@test("--warmup mser5: the first requests of the program, as many under every policy")
def warm_up_of_the_program(place):
    for workload in ("queue:rate=190,duration=20s,live=200000,objects=300,cycles=0.5", "web:duration=6s,modules=50000,cpu=4ms"):
        runs = {}
        for engine in ("interval", "graph"):
            place.expect(0, f"compare -w {workload} -p default -p off -p timed:every=500ms -p freeze --warmup mser5 "
                            f"--engine {engine} --db {engine}.db")
            for run in place.query("SELECT * FROM run ORDER BY id", name=f"{engine}.db")[-4:]:
                counted, = place.query("SELECT sum(requests) FROM latency WHERE run_id = ?", run["id"], name=f"{engine}.db")[0]
                runs[engine, run["policy"]] = (run["steady_ns"] - run["service_ns"], counted)
                check(counted < run["requests"], "some are dropped", run["policy"])
        equal(len(set(runs.values())), 1, f"one instant, as many requests: {runs}")


@test("--log: the same metrics and histograms; samples and collections only if they are asked for")
def log_levels(place):
    for level in ("summary", "samples", "collections"):
        place.expect(0, f"compare -w {SMALL} -p default -p threshold:t0=100 --log {level} "
                        f"--db {level}.db")
        equal({row[0] for row in place.query("SELECT log FROM run", name=f"{level}.db")}, {level}, "log")
        there = {table: place.query(f"SELECT count(*) FROM {table}", name=f"{level}.db")[0][0] > 0
                 for table in ("sample", "collection")}
        equal(there, {"sample": level != "summary", "collection": level == "collections"}, "rows")
        for table in ("summary", "latency", "pause", "reclaimed", "parameter"):
            all_rows, these = ([tuple(row) for row in place.query(f"SELECT * FROM {table}", name=name)]
                               for name in ("summary.db", f"{level}.db"))
            check(all_rows and these == all_rows, f"{table} differs")
    place.expect(2, "run --log everything", err=["summary, samples or collections"])


@test("--sample: readings of memory at least so far apart")
def sampling(place):
    place.expect(0, f"run -w {SMALL},settle=1s --sample 50ms")
    times = [row[0] for row in place.query("SELECT wall_ns FROM sample ORDER BY wall_ns")]
    check(all(b // 50_000_000 > a // 50_000_000 for a, b in zip(times, times[1:-1])), times)
    end = place.query("SELECT wall_ns FROM run")[0][0]
    check(len(times) > 0.8 * end / 50e6, f"{len(times)} samples in {end} ns")


@test("compare of several versions: one table, with what each would give alone")
def versions(place):
    policies = "-p default -p freeze"
    table = place.expect(0, f"compare -w {SMALL} {policies} -c cpython-3.11 -c 3.13.2 -c python3.11",
                         ["web:duration=2s,modules=1000 on cpython-3.11, cpython-3.13, seed 1", "so the program differs with it"]).out
    equal([line.split()[:2] for line in table.split("\n\n")[1].splitlines()],
          [["policy", "collector"], *([policy, f"cpython-3.{v}"] for v in (11, 13) for policy in ("default", "freeze"))],
          "rows of the table")
    for v in (11, 13):
        place.expect(0, f"compare -w {SMALL} {policies} -c 3.{v} --db {v}.db")
        got, alone = (place.query("SELECT policy, wall_ns, mutator_ns, heap_peak_bytes FROM run WHERE collector = ? ORDER BY id",
                                  f"cpython-3.{v}", name=name) for name in ("results.db", f"{v}.db"))
        check(len(alone) == 2, "two runs")
        equal([tuple(row) for row in got], [tuple(row) for row in alone], f"runs on 3.{v}")
    lines = place.expect(0, f"compare -w {SMALL} {policies} -c 3.11 -c 3.13 --json --db json.db").out.splitlines()
    equal([(json.loads(line)["collector"], json.loads(line)["policy"]) for line in lines],
          [(f"cpython-3.{v}", policy) for v in (11, 13) for policy in ("default", "freeze")], "--json")
    equal([row["collector"] for row in map(json.loads, place.expect(0, "best results.db --json").out.splitlines())],
          ["cpython-3.11", "cpython-3.13"], "best: an answer each")
    place.expect(0, "show results.db", [f"modules=1000 on cpython-3.{v}, " for v in (11, 13)])
    place.expect(0, "report results.db")
    page = place.read("report.html").decode()
    check(all(f"cpython-3.{v}" in page for v in (11, 13)), "the page names both")


@test("compare of several versions whose operations take the same times: one program, from a file too")
def versions_of_one_program(place):
    place.expect(0, f"compile -w {SMALL} -c 3.13 --out p.program")
    out = place.expect(0, "compare --program p.program -p default -c 3.13 -c 3.14",
                       ["on cpython-3.13, cpython-3.14, seed 1"]).out
    check("differs" not in out, out)
    equal(place.statuses(), ["finished"] * 2, "statuses")
    place.expect(0, f"compare -w {SMALL} -p default -c 3.13 -c 3.14 --db direct.db")
    got, direct = ([tuple(row) for row in place.query("SELECT collector, wall_ns, heap_peak_bytes FROM run", name=name)]
                   for name in ("results.db", "direct.db"))
    equal(got, direct, "runs")
    place.expect(1, "compare --program p.program -c 3.13 -c 3.12 --db other.db", err=["not those of cpython-3.12"])
    check("other.db" not in place.files(), "a results file was made")


@test("compare of several versions, out of memory: which is said")
def versions_out_of_memory(place):
    place.expect(0, "compare -w device:duration=24h,memory_limit=6MiB -p off -c 3.12 -c 3.13",
                 [f"off on cpython-3.{v}: out of memory after" for v in (12, 13)])


def header_and_rows(out):
    """Of the first table of a line with "policy", by policy."""
    cells = [re.split("  +", line.strip()) for line in out.splitlines()]
    begin = next(i for i, line in enumerate(cells) if line[0] == "policy")
    return cells[begin], {line[0]: dict(zip(cells[begin], line)) for line in cells[begin + 1:begin + 3]}


@test("--metric: columns more in the tables of run and compare, each once, be there values or not")
def metric_columns(place):
    asked = ["objects_peak", "survival_gen2", "objects_permanent"]
    options = "-w web:duration=1s,modules=500 --metric objects_peak,survival_gen2 --metric service_pause_max,objects_permanent"
    for replications, named in ((1, "pause max"), (2, "service_pause_max")):
        header, table = header_and_rows(place.expect(0, f"compare {options} -p freeze -p off -r {replications}").out)
        equal([header.count(name) for name in (named, *asked)], [1] * 4, "each once")
        equal([name for name in header if name in asked], asked, "in the order given")
        check(header.index(named) < header.index(asked[0]), "the usual ones first", header)
        equal(table["off"]["survival_gen2"], "-", "without a collection")
    values = dict(place.query("SELECT policy, value FROM summary JOIN run ON run.id = run_id"
                              " WHERE metric = 'objects_permanent' AND experiment_id = 1"))
    header, table = header_and_rows(place.expect(0, f"run {options} -p freeze --db other.db").out)
    equal((table["freeze"]["objects_permanent"], values["off"]), (f"{values['freeze']:g}", 0), "frozen objects")
    check(header[-4:-1] == asked or header[-3:] == asked, header)
    place.expect(2, "run --metric objcts_peak", err=["--metric: there is no metric 'objcts_peak'; did you mean 'objects_peak'?"])
