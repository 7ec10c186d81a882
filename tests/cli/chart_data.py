# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim plot: what is drawn of an experiment, what its charts need, and how they are opened to users."""
import math
import re
import sqlite3

from charts import EVERY
from harness import SMALL, once, test
from results_file import compared, nearest_rank
from tap import check, equal

SWEEP = """\
name: small
workloads: {name: web, modules: 2000, duration: 2s, rate: [100, 200]}
policies:
  - {name: threshold, t0: [300, 700, 2000, 10000], t1: [2, 10]}
  - {name: timed, every: [100ms, 1s], generation: 2}
  - default
  - off
replications: 3
log: %s
minimise: service_gc_share
"""
WEB = "web:rate=100,duration=2s,modules=2000"  # the first of its workloads
LOGGED = ["memory", "timeline"]  # charts that log: summary has nothing for


@once
def swept(place):
    """A sweep of 12 policies, two workloads and three seeds, logged fully and as summary."""
    for log in ("collections", "summary"):
        place.write(f"{log}.yaml", SWEEP % log)
        place.expect(0, f"sweep {log}.yaml --db {log}.db")
    return place


def svg(place, results, options):
    """The one chart that is drawn, as text."""
    file = place.expect(0, f"plot {results} --format svg {options}").out.strip()
    return place.read(file).decode()


def statements(sql):
    """One after the other."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    check(not re.sub(r"--.*", "", statement).strip(), "it ends with a whole statement", statement)


def rows_of(place, results, chart, options=""):
    """What the queries of --show-sql give, run by SQLite alone; the last statements' only."""
    sql = place.expect(0, f"plot {results} --chart {chart} --show-sql {options}").out
    check(f"of chart {chart}\n" in sql, sql)
    connection = sqlite3.connect(results)
    connection.row_factory = sqlite3.Row
    given = []
    for statement in statements(sql):
        rows = connection.execute(statement).fetchall()
        given = rows or given
    connection.close()
    return given


# ---- what there is, and what it needs --------------------------------------------------------------


@test("plot --list: every chart, what it shows and needs")
def listed(place):
    out = place.expect(0, "plot --list").out
    equal(sorted(re.findall(r"^(\w+) ", out, re.M)), EVERY, "charts")
    equal(len(re.findall(r"^ +needs .", out, re.M)), len(EVERY), "needs")
    equal(place.expect(0, "plot --list --chart mmu").out.split("\n")[0],
          re.search(r"^mmu .*$", out, re.M).group(), "one of them")


@test("plot RESULTS --list: whether the results can give it, or what they have instead")
def listed_of_results(place):
    results = swept(place)
    for log, expected in (("collections", "they are there"), ("summary", "none are stored (log: summary)")):
        out = place.expect(0, ["plot", results.path(f"{log}.db"), "--list"]).out
        for chart in LOGGED:
            check(re.search(rf"^{chart} .*\n.*\n +in \S*{log}.db {re.escape(expected)}$", out, re.M), out)
    out = place.expect(0, ["plot", compared(place).path("results.db"), "--list"]).out
    check(re.search(r"^heatmap .*\n.*\n +in \S*results.db only policy does$", out, re.M), out)


@test("plot: what the results cannot give is left out, and named in the last line")
def left_out(place):
    out = place.expect(0, ["plot", swept(place).path("summary.db")]).out.splitlines()
    check(re.match(r"Not drawn: timeline, memory; `.*plot \S+ --list` says why\.$", out[-1]), out[-1])
    there = {f"{chart}.png" for chart in EVERY if chart not in LOGGED}
    equal(set(place.files("charts")), there, "files")


MISSING = [
    # what is asked for, of which results, what is said
    ("--chart heatmap", "compare", ["heatmap needs two parameters", "only policy does"]),
    ("--chart timeline", "summary", ["timeline needs stored collections", "log: summary"]),
    ("--chart heatmap -p threshold:t0=300,t1=2 -p threshold:t0=700,t1=10 -w %(web)s", "summary",
     ["heatmap needs two parameters", "threshold.t0 and threshold.t1 do, but not independently"]),
    ("--chart pareto -p default", "summary", ["pareto needs two policies", "there is one: default"]),
    ("--chart pauses -p off", "summary", ["pauses needs collections", "no run of web:rate=100,duration=2s,modules=2000 has any"]),
    ("--chart heatmap --metric latency_max -p off -w %(web)s", "summary", ["heatmap needs two", "none does"]),
    ("--policy freeze", "summary", ["it has no policy 'freeze'", "default, off, threshold:t0=10000,t1=10"]),
    ("--seed 4", "summary", ["it has no seed '4'", "1, 2, 3"]),
    ("--workload web", "summary", ["it has no workload 'web'", "web:rate=100,"]),
    ("--experiment large", "summary", ["it has no experiment 'large'", "small"]),
    ("--parameter t7", "summary", ["no parameter 't7' varies", "threshold.t0, threshold.t1", "web.rate"]),
]

for options, results, said in MISSING:
    @test(f"plot {options}, which {results} has not: one line that says what it has")
    def missing(place, options=options, results=results, said=said):
        file = compared(place).path("results.db") if results == "compare" else swept(place).path(f"{results}.db")
        place.expect(1, f"plot {file} {options % {'web': WEB}}", err=[file, *said])
        equal(place.files(), [], "files")


@test("plot of a metric that no run has: its whole message, with its name and line")
def no_metric(place):
    place.expect(0, "compare -w device:duration=1s -p default -p off")
    place.expect(1, "plot results.db --chart pareto",
                 err=["pareto needs two policies or more, and the metric",
                      "no run of device:duration=1s has service_pause_p99"])


USAGE = [
    ("results.db --metric latency", ["latency_p50"]),
    ("results.db --show-sql", ["--chart NAME"]),
    ("results.db --template x.gp", ["--chart NAME"]),
    ("results.db --chart mmu --show-sql --list", ["one of them"]),
    ("results.db --parameter a --parameter b --parameter c", ["--parameter: at most 2 of them"]),
    ("results.db --collector cpython-2.7", ["cpython-3.8 is the oldest"]),
    ("--chart mmu", ["which results file?"]),
]

for arguments, said in USAGE:
    @test(f"refused: plot {arguments}")
    def usage(place, arguments=arguments, said=said):
        place.expect(2, f"plot {arguments}", err=said)


# ---- what is drawn ---------------------------------------------------------------------------------


@test("plot of a sweep with many policies: the baseline, the best of each kind, and the worst; which of how many")
def few_of_many(place):
    results = swept(place).path("summary.db")
    mean = {row[0]: row[1] for row in place.query(
        "SELECT policy, avg(value) FROM run JOIN summary ON run_id = id WHERE metric = 'service_gc_share'"
        " AND workload LIKE '%rate=100,%' GROUP BY policy", name=results)}
    equal(len(mean), 12, "policies")
    content = svg(place, results, "--chart mmu")
    drawn = {policy for policy in mean if f"{policy}<" in content}
    equal(len(drawn), 8, "curves")
    baseline = place.query("SELECT baseline FROM experiment", name=results)[0][0]
    check({max(mean, key=mean.get), baseline} <= drawn, drawn)
    for kind in ("threshold", "timed", "default", "off"):
        best = [min(mean[p] for p in among if p.startswith(kind)) for among in (mean, drawn)]
        check(best[0] == best[1], f"the best {kind}", drawn, mean)
    check("seeds 1 to 3; 8 of 12 policies" in content and "rate=100" in content, "subtitle")


@test("plot --policy: these, in this order; --workload, --seed: this program")
def chosen(place):
    results = swept(place).path("summary.db")
    content = svg(place, results, "--chart pauses -p default -p threshold:t0=700,t1=2"
                                  " -w web:rate=200,duration=2s,modules=2000 --seed 2")
    names = re.findall(r"(default|threshold[^,]*,t1=\d+|off|timed\S*), \d+ pauses?<", content)
    equal(sorted(names), ["default", "threshold:t0=700,t1=2"], "policies")
    check("rate=200" in content and ", seed 2<" in content, "subtitle")
    rows = rows_of(place, results, "pauses", "-p default -p threshold:t0=700,t1=2")
    equal([row[1].rsplit(", ", 1)[0] for row in rows][::5], ["default", "threshold:t0=700,t1=2"], "order")


@test("plot of a compare: older runs with the same program too; of each policy the newest")
def comparable(place):
    for policies, seed in (("-p default -p freeze", 1), ("-p off", 2), ("-p default", 1)):
        place.expect(0, f"compare -w {SMALL} --seed {seed} {policies}")
    rows = rows_of(place, place.path("results.db"), "gctime")
    equal(sorted(row["policy"] for row in rows), ["default", "freeze"], "policies")
    sql = place.expect(0, "plot results.db --chart gctime --show-sql").out
    connection = sqlite3.connect(place.path("results.db"))
    for statement in statements(sql):
        connection.execute(statement)
    equal(sorted(row[0] for row in connection.execute("SELECT run_id FROM shown")), [2, 4], "runs")


@test("plot --experiment: another one than the newest")
def older_experiment(place):
    place.expect(0, f"compare -w {SMALL} -p off -p freeze")
    place.expect(0, f"compare -w {SMALL} -p default --seed 2")
    content = svg(place, "results.db", "--chart mmu --experiment 1")
    check("freeze" in content and "seed 1<" in content, content[:500])


@test("plot --metric: heat map, effects and front of another metric")
def other_metric(place):
    results = swept(place).path("summary.db")
    for chart in ("heatmap", "effects", "pareto"):
        for option, words in (("", "auses over wall time while busy"), ("--metric throughput", "equests of the steady")):
            check(words in svg(place, results, f"--chart {chart} {option}"), chart, option)


@test("plot --parameter: the axes of the heat map")
def axes(place):
    results = swept(place).path("summary.db")
    for options, axes in (("--parameter t1 --parameter rate", ["threshold.t1", "web.rate"]),
                          ("--parameter timed.every", ["timed.every", "web.rate"])):
        content = svg(place, results, f"--chart heatmap {options}")
        for axis in axes:
            check(f">{axis}<" in content.replace("\n", ""), f"{options}: no axis {axis}")


# ---- the numbers -----------------------------------------------------------------------------------


@test("chart pauses: percentiles of all seeds' pauses, within a bucket; the longest exactly")
def pooled_pauses(place):
    results = swept(place).path("collections.db")
    rows = rows_of(place, results, "pauses")
    checked = 0
    for policy in {row[1] for row in rows}:
        ns = [row[0] for row in place.query(
            "SELECT c.pause_ns FROM run JOIN collection AS c ON run_id = id WHERE policy = ?"
            " AND workload LIKE '%rate=100,%' AND c.wall_ns > coalesce(steady_ns, -1)",
            policy.rsplit(", ", 1)[0], name=results)]
        equal(policy.rsplit(", ", 1)[1], f"{len(ns)} pause{'' if len(ns) == 1 else 's'}", "count")
        for row in (row for row in rows if row[1] == policy and ns):
            exact = nearest_rank(ns, round(row[2] * 10)) / 1e9
            check(exact <= row[3] * (1 + 1e-9) and row[3] <= exact * 1.033, policy, row[2], exact, row[3])
            if row[2] == 100:
                equal(row[3], exact, "longest")
            checked += 1
    check(checked >= 25, f"{checked} percentiles")


@test("chart latency: every request of all seeds is below the last point")
def pooled_latencies(place):
    results = swept(place).path("summary.db")
    rows = rows_of(place, results, "latency", "-p default")
    total, longest = place.query(
        "SELECT sum(latency.requests), max(longest_ns) FROM run JOIN latency ON run_id = id"
        " WHERE policy = 'default' AND workload LIKE '%rate=100,%'", name=results)[0]
    check(math.isclose(rows[-1][2], 1 / total) and rows[-1][3] == longest / 1e9, rows[-1][:])
    shares = [row[2] for row in rows]
    check(shares == sorted(shares, reverse=True), shares)


@test("chart ages: everything that was reclaimed with any seed, by generation and cause, each in its bucket")
def pooled_ages(place):
    results = swept(place).path("summary.db")
    rows = rows_of(place, results, "ages", "-p default")
    for g, *freed in place.query(
            "SELECT generation, sum(by_refcount), sum(by_collector) FROM run JOIN reclaimed ON run_id = id"
            " WHERE policy = 'default' AND workload = ? GROUP BY generation", WEB, name=results):
        equal([sum(row[i] for row in rows if row[2] == g) for i in (5, 6)], freed, f"generation {g}")
    for g in (0, 1, 2):
        buckets = [row[3:5] for row in rows if row[2] == g]
        check(all(a[0] <= a[1] < b[0] for a, b in zip(buckets, buckets[1:])), g, buckets)


def apart(samples, gap):
    """Those that are more than so far behind the one taken before, and the last."""
    taken = samples[:1]
    for sample in samples[1:]:
        if sample[0] > taken[-1][0] + gap or sample is samples[-1]:
            taken.append(sample)
    return taken


@test("chart memory: samples of the first seed; timeline: its collections, each once if they are few")
def over_time(place):
    results = swept(place).path("collections.db")
    policy = "timed:every=100ms,generation=2"
    run = place.query("SELECT id FROM run WHERE policy = ? AND workload = ? AND seed = 1", policy, WEB,
                      name=results)[0][0]
    samples = place.query("SELECT wall_ns / 1e9, live_bytes + garbage_bytes, live_bytes FROM sample"
                          " WHERE run_id = ? ORDER BY wall_ns", run, name=results)
    sql = place.expect(0, f"plot {results} --chart memory --show-sql -p {policy}").out
    connection = sqlite3.connect(results)
    given = [rows for rows in (connection.execute(s).fetchall() for s in statements(sql)) if rows]
    length = place.query("SELECT wall_ns / 1500 / 1e9 FROM run WHERE id = ?", run, name=results)[0][0]
    equal([row[3:] for row in given[-2]], apart([tuple(row) for row in samples], length), "samples")
    check(len(given[-2]) > 0.95 * len(samples), "nearly all")
    full = place.query("SELECT wall_ns / 1e9, heap_bytes_before, pause_ns / 1e9 FROM collection"
                       " WHERE run_id = ? AND generation = 2 ORDER BY seq", run, name=results)
    equal([row[4:] for row in given[-1]], [tuple(row) for row in full], "full collections")
    longest = place.query("SELECT generation, max(pause_ns) / 1e9 FROM collection WHERE run_id = ?"
                          " GROUP BY generation", run, name=results)
    check(full, "there are full collections")
    rows = rows_of(place, results, "timeline", f"-p {policy}")
    equal({g: max(r[9] for r in rows if r[8] == g) for g in {r[8] for r in rows}},
          {g: s for g, s in longest}, "longest pauses")


@test("chart heatmap: the mean over runs with both values")
def cells(place):
    results = swept(place).path("summary.db")
    rows = rows_of(place, results, "heatmap", "--parameter t0 --parameter t1")
    equal(len(rows), 8, "cells")
    for row in rows:
        policy = f"threshold:t0={row['x_label']},t1={row['y_label']}"
        mean, runs = place.query("SELECT avg(value), count(*) FROM run JOIN summary ON run_id = id"
                                 " WHERE metric = 'service_gc_share' AND policy = ?", policy, name=results)[0]
        check(row["runs"] == runs == 6 and math.isclose(row["mean"], mean), policy, row["mean"], mean)


@once
def out_of_memory(place):
    """A sweep in which two policies run out of memory where there is little of it."""
    place.write("oom.yaml", """\
name: oom
workload: {name: device, duration: 14h, memory_limit: [6MiB, 64MiB]}
policies: [default, off, {name: timed, every: [1min, 1h, 12h], automatic: no}]
replications: 2
minimise: service_gc_share
""")
    place.expect(0, "sweep oom.yaml --db oom.db")
    return place


@test("plot: what runs out of memory is named so, and is not on a front, not in a mean")
def lost(place):
    results = out_of_memory(place).path("oom.db")
    lost = place.query("SELECT DISTINCT policy, workload FROM run WHERE status = 'out_of_memory'", name=results)
    names = ["off", "timed:every=12h,automatic=no"]
    equal(sorted(row[0] for row in lost), names, "policies that run out of memory")
    content = svg(place, results, "--chart mmu")
    for name in names:
        check(f">{name} (out of memory)<" in content.replace("\n", ""), f"{name} is marked")
    check("default (out" not in content, "default is not")
    rows = rows_of(place, results, "tradeoff")
    equal({row["policy"]: row["front"] for row in rows if "memory" in row["policy"]},
          {f"{name} (out of memory)": 0 for name in names}, "places on the front")
    rows = rows_of(place, results, "heatmap", "--parameter timed.every --parameter memory_limit")
    equal([(row["x_label"], row["y_label"]) for row in rows if row["mean"] is None], [("12h", "6MiB")], "empty")
    equal([row["runs"] for row in rows], [2, 2, 0, 2, 2, 2], "runs in the cells")
    for chart, runs in (("heatmap --parameter timed.every --parameter memory_limit", 10), ("effects", 16)):
        content = svg(place, results, f"--chart {chart}")
        check(f"{runs} runs; horizon 24h; left out where out of memory: " in content and names[1] in content, chart)


@test("chart heatmap: counts the runs in its cells; a large grid is in groups, and says so")
def grouped(place):
    results = swept(place).path("summary.db")
    check("2 workloads on cpython-3.13, seeds 1 to 3, 48 runs; horizon 24h<" in svg(
        place, results, "--chart heatmap --parameter t0 --parameter t1"), "runs")
    place.write("grid.yaml", "name: grid\nworkload: web:rate=50,modules=2000,duration=300ms\npolicies:\n  - name: threshold\n"
                f"    t0: {list(range(1000, 27000, 1000))}\n    t1: {list(range(1, 11))}\n")
    place.expect(0, "sweep grid.yaml")
    check("; 260 settings in 10 × 8 groups<" in svg(place, "results.db", "--chart heatmap"), "groups")
    labels = [row["y_label"] for row in rows_of(place, place.path("results.db"), "heatmap") if row["x"] == 1]
    equal(labels[0::7], ["1000–4000", "24–26 k"], "labels")


@test("chart tradeoff: numbers for the front, letters for others, of many policies")
def marks(place):
    results = swept(place).path("summary.db")
    front = sum(row["front"] > 0 for row in rows_of(place, results, "tradeoff"))
    content = svg(place, results, "--chart tradeoff").replace("\n", "")
    check("1, 2, …: the front; a, b, …: some of the others" in content and ", the baseline<" in content, "legend")
    for mark in [*(str(n + 1) for n in range(front)), "a", "b"]:
        equal(len(re.findall(rf">\s*{mark}\s*<", content)), 2, f"{mark}: in the table and at its point")


@test("chart tradeoff: on its front is what no other policy beats in both")
def front(place):
    rows = rows_of(place, swept(place).path("summary.db"), "tradeoff")
    point = {row["policy"]: (row["heap"], row["pause_p99"] or 0) for row in rows}
    undominated = {p for p, (x, y) in point.items()
                   if not any((a <= x and b <= y) and (a, b) != (x, y) for a, b in point.values())}
    found = {row["policy"] for row in rows if row["front"]}
    check(found and found <= undominated, found, undominated)
    equal({point[p] for p in found}, {point[p] for p in undominated}, "points")


@test("charts pareto and overhead: peak memory as it will be at the horizon, as `best` has it; --seen: as it was seen")
def memory_ahead(place):
    results = swept(place).path("summary.db")
    for chart in ("pareto", "overhead"):
        for option, metric, said in (("", "horizon_heap_peak", "peak heap up to the horizon, mean"),
                                     ("--seen", "heap_peak", "peak heap, mean")):
            means = dict(place.query("SELECT policy, avg(value) FROM run JOIN summary ON run_id = id WHERE workload = ?"
                                     f" AND metric = '{metric}' GROUP BY policy", WEB, name=results))
            content = re.sub(r"<[^>]*>", "|", svg(place, results, f"--chart {chart} {option}").replace("\n", ""))
            check(said in content, chart, option)
            number, unit = re.search(r"\|off[|\s]+[^|]*?, ([0-9.]+) (.iB)", content).groups()
            equal(float(number), float(f"{means['off'] / {'M': 2**20, 'G': 2**30}[unit[0]]:.3g}"), f"{chart} {option}")


@test("plot --show-sql: SQLite alone runs it, or it says whose functions it uses")
def show_sql(place):
    results = swept(place).path("collections.db")
    for chart in EVERY:
        sql = place.expect(0, f"plot {results} --chart {chart} --show-sql").out
        own = re.search(r"^-- It runs in pygcsim only, whose functions are: (.*)$", sql, re.M)
        equal(own and own.group(1), "mean_low, mean_high, bootstrap_low, bootstrap_high"
              if chart in ("effects", "overhead", "pareto") else None, chart)
        if not own:
            check(rows_of(place, results, chart), f"{chart}: no rows")


# ---- templates -------------------------------------------------------------------------------------


@test("plot --show-template: what --template draws with; a copy gives the same picture")
def same_template(place):
    results = compared(place).path("results.db")
    for chart in ("timeline", "overhead"):
        place.write("copy.gp", place.expect(0, f"plot --chart {chart} --show-template").out)
        for folder, option in (("own", ""), ("copied", "--template copy.gp")):
            place.expect(0, f"plot {results} --chart {chart} --format svg --out {folder} {option}")
        own, copied = (place.read(f"{folder}/{chart}.svg") for folder in ("own", "copied"))
        check(len(own) > 5000 and own == copied, chart)


@test("plot --template: with what was changed")
def changed_template(place):
    results = compared(place).path("results.db")
    template = place.expect(0, "plot --chart gctime --show-template").out
    place.write("my.gp", template.replace("Time spent in garbage collection", "What we pay"))
    check("What we pay" in svg(place, results, "--chart gctime --template my.gp"), "title")


@test("plot --template: one that gnuplot does not understand, or that is not there: its whole message, with its name and line")
def broken_template(place):
    results = compared(place).path("results.db")
    place.write("broken.gp", "# \x1b[2J\nplot sin(x\n")
    refused = place.run(f"plot {results} --chart pauses --template broken.gp")
    equal([refused.status, refused.out], [1, ""], "status and output")
    equal(refused.err.splitlines()[:-1], ["plot sin(x", "          ^", "\"broken.gp\" line 2: ')' expected"], "what gnuplot says")
    check(refused.err.splitlines()[-1].endswith("plot: gnuplot could not draw broken.gp: \"broken.gp\" line 2: ')' expected"),
          refused.err)
    place.expect(1, f"plot {results} --chart pauses --template none.gp", err=["none.gp", "No such file"])
    equal(place.files(), ["broken.gp"], "files")


@test("chart heatmap: a cell in which all ran out of memory is grey, and nothing is drawn on it")
def grey_cell(place):
    results = out_of_memory(place).path("oom.db")
    content = svg(place, results, "--chart heatmap --parameter timed.every --parameter memory_limit")
    cells = re.findall(r"<polygon fill *= *'(.*?)' points *= *'(.*?) *'", content)
    grey = [points for fill, points in cells if fill.replace(" ", "") == "rgb(180,180,180)"]
    equal(len(grey), 2, "grey: the key, the cell")
    equal([points for _, points in cells].count(grey[1]), 1, "drawn there")
