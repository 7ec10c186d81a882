# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs were too short to see: said in tables, decided by in `best` and `show`, and warned of."""
from answers_data import File, ahead, near, objects
from harness import test
from tap import check, equal

# A policy whose long pause has been seen, one whose is to come, one of which nothing can be relied on, and one that
# never collects.
SEEN = ahead(2, service_pause_max=0.139, horizon_pause_max=0.14, pause_max=0.2, horizon_pause_max_all=0.2,
             heap_peak=1 << 20)
COMES = ahead(2, covered=0, service_pause_max=0.0023, horizon_pause_max=1.394, pause_max=0.0023,
              horizon_pause_max_all=1.394, next_gen1_low=246, next_gen1_high=374, next_gen1_pause=1.394,
              next_gen1_pause_high=1.4, heap_peak=1 << 20)
UNCLEAR = ahead(2, covered=0, flagged=1, arrival_dispersion=60, service_pause_max=0.001, horizon_pause_max=0.1,
                pause_max=0.001, horizon_pause_max_all=0.1, next_gen2_low=246, next_gen2_high=374, next_gen2_pause=0.1,
                next_gen2_pause_high=0.1, heap_peak=2 << 20)
OFF = ahead(2, next_gen0_low=None, heap_peak=9 << 20)
TABLE = {"default": SEEN, "threshold:t0=5000,t1=5": COMES, "threshold:t0=9000": UNCLEAR, "off": OFF}
TO_COME = {"default": "nothing new", "threshold:t0=5000,t1=5": "1.4 s after 4.1 to 6.2 min (gen 1)",
           "threshold:t0=9000": "unclear: bursts", "off": "nothing"}


def write(place, policies=TABLE, objective="service_pause_max", **row):
    file = File(place)
    experiment = file.experiment(baseline="default", objective=objective, planned=2 * len(policies))
    for policy in policies:
        file.setting(experiment, policy, TABLE[policy], **row)
    file.close()


def lasts(out, policies=TABLE):
    """What stands behind the last number of each policy's row of the first table."""
    found = {}
    for line in out.split("\n"):
        for policy in policies:
            if (line.startswith(policy + " ") or line.startswith(policy + "  ")) and policy not in found:
                found[policy] = line.rstrip()
    return found


@test("show: seen beside predicted, and what is still to come; the order is by what is predicted")
def show(place):
    write(place)
    out = place.expect(0, "show results.db").out
    for policy, line in lasts(out).items():
        check(line.endswith(TO_COME[policy]), policy, line)
    header = next(line for line in out.split("\n") if line.startswith("policy")).split()
    equal(header[2:4], ["service_pause_max", "horizon_pause_max"], "seen, then predicted")
    equal([line.split()[0] for line in list(lasts(out).values())],
          ["threshold:t0=9000", "default", "threshold:t0=5000,t1=5", "off"], "order")
    check("The best in horizon_pause_max first, with what is predicted (--seen: without)." in out, out)
    check("Still to come: collections that 30.0 s were too short to see." in out, out)
    check("Unclear: " in out and "To see it: --until covered." in " ".join(out.split()), out)
    out = place.expect(0, "show results.db --seen").out
    equal([line.split()[0] for line in lasts(out).values()],
          ["threshold:t0=9000", "threshold:t0=5000,t1=5", "default", "off"], "order by what was seen")
    check("The best in service_pause_max first." in out, out)


# Options of best; the best; words before the Python lines, or None; columns.
BEST = [
    ("", "threshold:t0=9000", "What comes cannot be relied on: requests come in bursts, of which 30.0 s see too few. "
     "Predicted is a pause of 100 ms (a full collection), after 4.1 to 6.2 min."),
    ("--seen", "threshold:t0=9000", "What comes cannot be relied on"),
    ("--minimise pause_max --subject-to 'heap_peak <= 1.5 * default'", "default", None),
    ("--minimise service_pause_max --subject-to 'heap_peak <= 1.5 * default'", "default", None),
    ("--minimise horizon_pause_max --subject-to 'heap_peak <= 1.5 * default'", "default", None),
    ("--seen --subject-to 'heap_peak <= 1.5 * default'", "threshold:t0=5000,t1=5",
     "Not seen yet: 30.0 s were too short to see what comes: predicted is a pause of 1.4 s (a collection of "
     "generation 1), after 4.1 to 6.2 min; the longest seen was 2.3 ms. `pygcsim best results.db --verify` runs it"),
    ("--minimise heap_peak --subject-to 'service_pause_max < 1s'", "default", None),
    ("--minimise heap_peak --subject-to 'service_pause_max < 50ms' --seen", "threshold:t0=5000,t1=5", "Not seen yet: "),
    ("--minimise heap_peak --subject-to 'pause_max < default'", "threshold:t0=9000", "Not seen yet: "),
    ("--minimise heap_peak --subject-to 'heap_peak > 4 * default'", "off", None),
]


@test("best: longest pauses are decided by what is predicted, conditions too; --seen; a warning before Python lines")
def best(place):
    write(place)
    for options, policy, caution in BEST:
        out = place.expect(0, f"best results.db {options}").out
        words = " ".join(out.split())
        before = words.split(f"{policy} in an application:")
        equal(len(before), 2, f"{options}: the best is {policy}")
        row, = objects(place.expect(0, f"best results.db {options} --json").out)
        equal((row["best"]["policy"], row["best"]["covered"]), (policy, caution is None), f"{options}: JSON")
        if caution is None:
            check("Not seen yet" not in words and row["caution"] is None, options, out)
        else:
            check(caution in before[0], options, out)
            check(caution.split(" `")[0] in row["caution"], options, row["caution"])


@test("best: what decides and what was seen, in words and as JSON")
def deciding(place):
    write(place, ("default", "threshold:t0=5000,t1=5"))
    out = place.expect(0, "best results.db").out
    check("service_pause_max is by what is predicted for 24h: 140 ms; seen in 30.0 s: 139 ms (--seen goes by that)."
          in out, out)
    check("lowest horizon_pause_max" in out, out)
    row, = objects(place.expect(0, "best results.db --seen --json").out)
    equal(row["minimise"], "service_pause_max", "by what was seen")
    equal(row["best"]["predicted"],
          {"generation": 1, "pause": 1.394, "pause_high": 1.4, "low": 246, "high": 374}, "predicted")
    equal((row["best"]["covered"], row["best"]["flagged"], row["best"]["horizon"]), (False, False, 86400), "covered")
    row, = objects(place.expect(0, "best results.db --json").out)
    equal((row["minimise"], row["best"]["policy"], row["best"]["flagged"]), ("horizon_pause_max", "default", False), "")
    check(near(row["best"]["horizon_pause_max"], 0.14) and near(row["best"]["service_pause_max"], 0.139), row)


@test("best: memory by what garbage makes of it by then: a policy that never collects does not stay within a limit")
def gathers(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective="latency_max", planned=4)
    file.setting(experiment, "default", ahead(2, latency_max=0.1, heap_peak=100 << 20, horizon_heap_peak=101 << 20))
    file.setting(experiment, "off", ahead(2, latency_max=0.02, heap_peak=108 << 20, horizon_heap_peak=7 << 30))
    file.close()
    for options, policy in (("", "default"), ("--seen", "off")):
        row, = objects(place.expect(0, "best results.db --subject-to 'heap_peak <= 1.2*default' --json " + options).out)
        equal(row["best"]["policy"], policy, options)


@test("results without predictions: decided by what was seen, and said")
def without(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective="service_pause_max", planned=4)
    for policy, pause in (("default", 0.1), ("freeze", 0.2)):
        file.setting(experiment, policy, {"service_pause_max": [pause, pause]})
    file.run(experiment, "off", 1, status="failed", error="why")
    file.close()
    out = place.expect(0, "best results.db").out
    check("lowest service_pause_max" in out and "still to come" not in out, out)
    check("Nothing is known of what comes after these runs." in out, out)
    check("still to come" not in place.expect(0, "show results.db").out, "a column of nothing")
    row, = objects(place.expect(0, "best results.db --json").out)
    equal((row["best"]["covered"], row["best"]["predicted"]), (None, None), "JSON")


@test("over all workloads: by what is predicted, too")
def overall(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective="service_pause_max", planned=8)
    for workload in ("web:rate=1", "web:rate=2"):
        for policy in ("default", "threshold:t0=5000,t1=5"):
            file.setting(experiment, policy, TABLE[policy], workload=workload)
    file.close()
    out = place.expect(0, "show results.db").out
    check("difference to default in horizon_pause_max" in out, out)
    check("+1.25" in out.split("All 2 workloads")[1], out)
    check("difference to default in service_pause_max" in place.expect(0, "show results.db --seen").out, "--seen")


@test("compare: a column that says what a run was too short to see")
def compare(place):
    out = place.expect(0, "compare -w web:rate=300,modules=100000,duration=10s --collector cpython-3.12 -p default"
                          " -p off -p threshold:t0=20000").out
    words = " ".join(out.split())
    check("latency max heap peak garbage peak still to come" in words, out)
    check("Still to come: collections that" in words, out)
    check([line for line in out.split("\n") if line.startswith("off ") and " no pause; heap " in line], out)
    stored = {row["policy"]: row for row in objects(place.expect(0, "show results.db --json").out)}
    equal(stored["off"].get("next_gen2_low"), None, "nothing comes when it is off")


@test("sweep: the longest pause of a program whose big collection comes later is foretold, and decides")
def foretold(place):
    place.write("later.yaml", "name: later\nworkload: web:rate=300,modules=1200000,duration=30s,scatter=aged\n"
                "collector: cpython-3.12\nminimise: service_pause_max\nreplications: 1\n"
                "policies:\n  - {name: threshold, t0: [700, 5000], t1: 5}\n")
    place.expect(0, "sweep later.yaml --db later.db")
    rows = {row["policy"]: row for row in objects(place.expect(0, "show later.db --json").out)}
    hidden = rows["threshold:t0=5000,t1=5"]
    check(hidden["service_pause_max"] < 0.01 < 1 < hidden["horizon_pause_max"], hidden)
    check("in an application" in place.expect(0, "best later.db").out, "there is a best")
    seen = place.expect(0, "best later.db --seen").out
    check("Not seen yet: " in seen or "cannot be relied on" in seen, seen)


# Texts in a chart: of what is drawn, with options.
DRAWN = [
    ("heatmap", "", ["Longest pause of the steady state up to the horizon", "hatched: predicted, not seen yet",
                     "lowest mean: 140 ms, exactly the same in 2 cells"]),
    ("heatmap", "--seen", ["Longest pause in the steady state", "hatched: runs too short to see what comes",
                           "lowest mean: 2.30 ms, exactly the same in 2 cells"]),
    ("heatmap", "--metric heap_peak", ["hatched: runs too short to see what comes"]),
    ("pareto", "", ["Longest pause of the steady state up to the horizon", "open: runs too short to see what comes"]),
    ("pareto", "--seen", ["Longest pause in the steady state", "open: runs too short to see what comes"]),
    ("tradeoff", "", ["→ predicted", "open: runs too short to see what comes", " → 1.4 s"]),
]


@test("charts: what is predicted is drawn; cells and points of runs that were too short are hatched and open")
def charts(place):
    for name, values in (("some", COMES), ("none", SEEN)):
        file = File(place, f"{name}.db")
        experiment = file.experiment(baseline="threshold:t0=700,t1=5", objective="service_pause_max", planned=8)
        for t0 in (700, 5000):
            for t1 in (5, 50):
                here = values if t0 == 5000 else SEEN
                file.setting(experiment, f"threshold:t0={t0},t1={t1}",
                             {**here, "service_pause_p99": [1e-3 * (t1 + 1)] * 2, "heap_peak": [2e6 + t0 + t1] * 2},
                             parameters={"policy.t0": (t0, str(t0)), "policy.t1": (t1, str(t1))})
        file.database.execute("UPDATE run SET heap_peak_bytes = 2000000 + id")
        file.database.execute("INSERT INTO pause SELECT id, 2, 100, 1, 1000000, 1000000 FROM run")
        file.close()
    for chart, options, texts in DRAWN:
        picture = f"charts/{chart}.svg"
        place.expect(0, f"plot some.db --chart {chart} {options} --format svg")
        content = place.read(picture).decode()
        for text in texts:
            check(text in content, f"{chart} {options}: '{text}' is not in it")
        place.expect(0, f"plot none.db --chart {chart} {options} --format svg")
        covered = place.read(picture).decode()
        for text in ("hatched", "open: ", "predicted"):
            check(text not in covered, f"{chart} {options}: '{text}' where all has been seen")


@test("chart tradeoff: a pause that is predicted where none was seen has its line, and is in the table")
def none_seen(place):
    comes = {name: value for name, value in COMES.items() if not name.startswith("service_pause")}
    file = File(place)
    experiment = file.experiment()
    file.setting(experiment, "default", {**SEEN, "service_pause_p99": [1e-3] * 2})
    file.setting(experiment, "threshold:t0=5000", comes)
    file.database.execute("INSERT INTO pause VALUES (1, 2, 100, 1, 1000000, 1000000)")
    file.close()
    place.expect(0, "plot results.db --chart tradeoff --format svg")
    content = place.read("charts/tradeoff.svg").decode()
    check("no collections → 1.4 s" in content and "→ predicted" in content, "it is not in the table")
    check(">1 s<" in content.replace("\n", "").replace(" </", "</").replace("> ", ">"), "the axis does not reach it")
