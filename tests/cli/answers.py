# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim show: means, intervals and differences, computed again here; files with little in them."""
import csv
import io
import random
import resource
from statistics import NormalDist

from answers_data import PLAIN, SKEWED, File, ahead, interval, mean, near, objects, standard_error, student
from harness import SMALL, once, test
from tap import check, equal

POLICIES = ["default", "freeze", "threshold:t0=10000", "off"]


def sample(policy, metric, n):
    """Values that seeds share, with a difference of the policy's own."""
    shared, own = random.Random(metric), random.Random(policy + metric)
    return [0.1 + shared.expovariate(50) + POLICIES.index(policy) * 0.001 + own.gauss(0, 0.0005)
            for _ in range(n)]


@once
def compared(place):
    """Experiments of 1, 2, 3, 5 and 10 replications, by their names."""
    file = File(place)
    place.values = {}
    for n in (1, 2, 3, 5, 10):
        experiment = file.experiment(f"of {n}", baseline="default", objective=SKEWED)
        for policy in POLICIES:
            values = {metric: sample(policy, metric, n) for metric in (SKEWED, PLAIN)}
            place.values[n, policy] = values
            file.setting(experiment, policy, values)
    file.close()
    return place


def check_interval(row, key, values, skewed, comparisons=1):
    low, high = interval(values, comparisons)
    got = row.get(f"{key}_low"), row.get(f"{key}_high")
    what = f"{key} of {row['policy']}, n = {len(values)}: {got}, by Student's t {low, high}"
    check(near(row.get(key), mean(values)), f"{what}; mean {row.get(key)}")
    if low is None:
        equal(got, (None, None), what)
        return
    slack = 1e-6 * (high - low)
    if skewed and len(values) >= 5:  # the wider of t and bootstrap, each end by itself
        check(got[0] <= low + slack and got[1] >= high - slack, what)
        check(got[1] - got[0] < 20 * (high - low), what)
    else:
        check(abs(got[0] - low) <= slack and abs(got[1] - high) <= slack, what)


def would_show(pairs, comparisons, reach=None):
    """What is told apart 9 times of 10: noncentral t, by Abramowitz & Stegun's 26.7.10."""
    freedom = len(pairs) - 1
    t = reach / standard_error(pairs) if reach else student(freedom, comparisons)
    return standard_error(pairs) * (t * (1 - 1 / (4 * freedom)) + NormalDist().inv_cdf(0.9) * (1 + t * t / (2 * freedom)) ** 0.5)


def check_pairs(row, metric, values, base, pairs):
    """What would show with them, by the interval's longer half, and what they are worth."""
    keys = f"{metric}_would_show", f"{metric}_pairing"
    if len(pairs) < 2:
        check(not any(key in row for key in keys), f"nothing of one pair: {row}")
        return
    middle = row[f"{metric}_difference"]
    reach = max(middle - row[f"{metric}_difference_low"], row[f"{metric}_difference_high"] - middle)
    check(near(row[keys[0]], would_show(pairs, len(POLICIES) - 1, reach)), row, keys)
    check(near(row[keys[1]], (standard_error(values) ** 2 + standard_error(base) ** 2) / standard_error(pairs) ** 2), row, keys)


for n in (1, 2, 3, 5, 10):
    @test(f"show --json, {n} replications: means, intervals, differences of pairs")
    def by_hand(place, n=n):
        results = compared(place)
        rows = objects(results.expect(0, f"show results.db --experiment 'of {n}' --json").out)
        equal(sorted(row["policy"] for row in rows), sorted(POLICIES), "policies")
        for row in rows:
            values = results.values[n, row["policy"]]
            base = results.values[n, "default"]
            equal(row["n"], n, "n")
            for metric in (SKEWED, PLAIN):
                check_interval(row, metric, values[metric], metric == SKEWED)
                if row["policy"] == "default":
                    check(f"{metric}_difference" not in row, f"default to itself: {row}")
                    continue
                pairs = [a - b for a, b in zip(values[metric], base[metric])]
                check_interval(row, f"{metric}_difference", pairs, metric == SKEWED, len(POLICIES) - 1)
                check_pairs(row, metric, values[metric], base[metric], pairs)


@test("show: a full collection in 2 runs of 5 that makes them others: how many, and no interval; best says it, too")
def rare(place):
    full = [0, 1, 0, 1, 0]
    file = File(place)
    experiment = file.experiment(objective=PLAIN, baseline="default")
    file.setting(experiment, "off", {PLAIN: [0.01] * 5}, workload="queue")
    for policy, more in (("default", 0.02), ("off", 0)):
        file.setting(experiment, policy, {PLAIN: [0.01 + more * i + seed * 1e-4 for seed, i in enumerate(full)],
                                          "service_collections_gen2": [i if more else 0 for i in full]})
    file.close()
    legend = "(2 of 5): in so many of the runs came a collection that decides the value"
    out = place.expect(0, f"show results.db --metric {PLAIN}", out=["1.82% (2 of 5)", legend, "~ -0.80%", "1.02 ±0.02%"]).out
    equal(out.count("(2 of 5)"), 2, out)
    _, other, row = objects(place.expect(0, "show results.db --json").out)
    equal((row[f"{PLAIN}_events"], f"{PLAIN}_low" in row, f"{PLAIN}_events" in other, f"{PLAIN}_low" in other),
          (2, False, False, True), row)
    place.expect(0, f"best results.db --minimise {PLAIN}", out=["none is ruled out", legend])
    result = place.run(f"best results.db --minimise {PLAIN} --subject-to '{PLAIN} < 0'")
    check(result.status == 1 and legend in result.out, result)


@test("--seen: a full collection that is to be expected and came in none, in show as in best, which it keeps from ruling others out")
def rare_to_come(place):
    file = File(place)
    experiment = file.experiment(objective="service_pause_max")
    for policy, to_come in (("threshold:t0=9000", 4000), ("threshold:t0=8000", 4000), ("off", 0)):
        pauses = [0.004 + ("8" in policy) * 0.004 + seed * 1e-4 for seed in range(5)]
        file.setting(experiment, policy, {**ahead(5), "service_pause_max": pauses, "horizon_pause_max": [0.12 if to_come else x for x in pauses],
                                          "steady_from": [2] * 5, "service_collections_gen2": [0] * 5, "expected_gen2": [to_come] * 5})
    file.close()
    for command in ("show", "best"):
        out = place.expect(0, f"{command} results.db --seen").out
        equal([value in out for value in ("4.20 ms (0 of 5)", "8.20 ms (0 of 5)")], [True] * 2, out)


@test("show --csv is show --json")
def csv_is_json(place):
    results = compared(place)
    for options in ("", f"--metric {PLAIN}", f"--top 2 --sort {PLAIN} --baseline off"):
        rows = objects(results.expect(0, f"show results.db --json {options}").out)
        text = results.expect(0, f"show results.db --csv {options}").out
        equal([{key.partition(" (")[0]: number(value) for key, value in row.items() if value != ""}
               for row in csv.DictReader(io.StringIO(text))], rows, f"rows of {options}")


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


@test("a difference is of seeds that both have")
def pairs_only(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective=PLAIN)
    base, other = [1.0, 2.0, 4.0, None], [None, 2.5, 5.0, 6.0]
    file.setting(experiment, "default", {PLAIN: base})
    file.setting(experiment, "off", {PLAIN: other})
    file.close()
    row = objects(place.expect(0, "show results.db --json").out)[1]
    equal((row["policy"], row["n"]), ("off", 4), "setting")
    check_interval(row, PLAIN, [2.5, 5.0, 6.0], False)
    check_interval(row, f"{PLAIN}_difference", [0.5, 1.0], False)


# ---- the table -----------------------------------------------------------------------------------


def lines(out):
    """Rows of tables by their first word: the rest, cut at two spaces or more."""
    found = {}
    for line in out.splitlines():
        cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
        if len(cells) > 1:
            found.setdefault(cells[0], []).append(cells[1:])
    return found


@test("show: the table by hand: units, marks, what is the same, what is missing")
def by_hand_table(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective="wall_time")
    # mean 2, sd 1: 4.303 / √3 = 2.484
    file.setting(experiment, "default",
                 {"wall_time": [1, 2, 3], "heap_peak": [2**20] * 3, "gc_share": [.1, .1, .1]})
    # differences 0.5, 1, 1.5: sd 0.5, of two comparisons 6.205 / √3 · 0.5 = 1.791 around 1
    file.setting(experiment, "off",
                 {"wall_time": [1.5, 3, 4.5], "heap_peak": [2**20] * 3, "gc_share": [.1, .2, .3]})
    file.setting(experiment, "freeze", {"wall_time": [3, 4, 5], "gc_share": [.11, .11, .11]})
    file.close()
    out = place.expect(0, "show results.db --metric wall_time --metric heap_peak "
                          "--metric gc_share", out=["the interval includes 0"]).out
    found = lines(out)
    equal(found["default (baseline)"], [["3", "2.00 ±2.48 s", "1.00 ±0.00 MiB", "10.00 ±0.00%"]],
          "default")
    equal(found["off"], [["3", "3.00 ±3.73 s", "1.00 ±0.00 MiB", "20.00 ±24.84%"],
                         ["~ +1.00 [-0.79, +2.79] s", "same", "~ +10.00 [-25.83, +45.83]%"]], "off")
    equal(found["freeze"], [["3", "4.00 ±2.48 s", "-", "11.00 ±0.00%"],
                            ["+2.00 [+2.00, +2.00] s", "-", "+1.00 [+1.00, +1.00]%"]], "freeze")


@test("show says which are not told apart, what difference would show, and what pairs are worth")
def not_told_apart(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective=PLAIN)
    base = [10, 20, 30]
    differences = {"off": [1, 2, 6], "freeze": [1, 1, 1.1], "timed": [-1, 0, 1.001],
                   "event": [0, 0, 0]}
    file.setting(experiment, "default", {PLAIN: base})
    for policy, difference in differences.items():
        file.setting(experiment, policy, {PLAIN: [a + b for a, b in zip(base, difference)]})
    file.close()
    out = " ".join(place.expect(0, "show results.db").out.split())
    largest = max(would_show(differences[policy], 4) for policy in ("off", "timed"))
    check(f"Not told apart from default in {PLAIN}: timed, off. With these replications a difference above "
          f"{100 * largest:.2f}% would show 9 times of 10." in out, largest, out)
    check("would do" not in out and "would take more than" not in out, out)
    # variances of 100 and 193, 103, 121; of differences 7, 0.0033, 1.0007: 42, over 1000, 200; the median
    values = [[a + b for a, b in zip(base, differences[policy])] for policy in ("off", "freeze", "timed")]
    worth = sorted((standard_error(base) ** 2 + standard_error(x) ** 2) / standard_error([a - b for a, b in zip(x, base)]) ** 2 for x in values)
    check(f"Without that, differences known as well would take {worth[1]:.0f} times as many runs in {PLAIN}." in out, worth, out)
    check("all intervals of a column together are right 95 times of 100" in out, out)


@test("show of one setting beside the baseline, and of one replication: no more is said of intervals than there is")
def few_intervals(place):
    for n, said in ((1, "with the same seed\n"), (2, "with the same seed; 95% intervals\n")):
        file = File(place, f"{n}.db")
        experiment = file.experiment(baseline="default", objective=PLAIN)
        for policy, value in (("default", 1), ("off", 2)):
            file.setting(experiment, policy, {PLAIN: [value + seed ** 2 * value for seed in range(n)]})
        file.close()
        out = place.expect(0, f"show {n}.db").out
        check(said in out, said, out)
        equal("share their luck" in out, n > 1, out)


@test("show: the best first; --top leaves others out but not the baseline; --sort")
def order(place):
    file = File(place)
    experiment = file.experiment(baseline="threshold:t0=7", objective="latency_p99")
    for i in (5, 1, 7, 3, 2, 4, 6):
        file.setting(experiment, f"threshold:t0={i}",
                     {"latency_p99": [i / 100], "throughput": [100 + i], "mutator_time": [1]})
    file.setting(experiment, "off", {"mutator_time": [1]})
    file.close()

    def shown(options):
        found = lines(place.expect(0, f"show results.db {options}").out)
        return [name.replace(" (baseline)", "!") for name in found if name[:3] in ("thr", "off")]
    equal(shown("")[:8], [f"threshold:t0={i}" for i in (1, 2, 3, 4, 5, 6)] +
          ["threshold:t0=7!", "off"], "order")
    equal(shown("--top 2"), ["threshold:t0=1", "threshold:t0=2", "threshold:t0=7!"], "--top")
    place.expect(0, "show results.db --top 2", out=["5 more settings are left out"])
    equal(shown("--sort throughput --top 2"), ["threshold:t0=7!", "threshold:t0=6"],
          "a high throughput is good")


@test("show: an objective is to be small, whatever metric it is")
def small_objective(place):
    file = File(place)
    experiment = file.experiment(objective="throughput")
    for policy, value in (("off", 2), ("default", 1), ("freeze", 3)):
        file.setting(experiment, policy, {"throughput": [value]})
    file.close()
    rows = objects(place.expect(0, "show results.db --json").out)
    equal([row["policy"] for row in rows], ["default", "off", "freeze"], "order")
    equal(objects(place.expect(0, "best results.db --json").out)[0]["best"]["policy"], "default",
          "best")


@test("show: workloads and collectors have tables of their own; other warm-ups and horizons are said")
def groups(place):
    file = File(place)
    experiment = file.experiment(baseline="default")
    for workload, collector, warmup, horizon in (("web:rate=100", "cpython-3.12", "0s", "24h"),
                                                 ("web:rate=100", "cpython-3.13", "0s", "24h"),
                                                 ("web:rate=100", "cpython-3.13", "10s", "24h"),
                                                 ("web:rate=200", "cpython-3.13", "0s", "24h"),
                                                 ("web:rate=200", "cpython-3.13", "0s", "1h")):
        for policy in ("default", "off"):
            file.setting(experiment, policy, {PLAIN: [1, 2]}, workload=workload,
                         collector=collector, warmup=warmup, horizon=horizon)
    file.close()
    place.expect(0, "show results.db",
                 out=["web:rate=100 on cpython-3.12, 2 replications each",
                      "web:rate=100 on cpython-3.13, warm-up 0s, 2 replications each",
                      "web:rate=100 on cpython-3.13, warm-up 10s, 2 replications each",
                      "web:rate=200 on cpython-3.13, horizon 24h, 2 replications each",
                      "web:rate=200 on cpython-3.13, horizon 1h, 2 replications each"])
    rows = objects(place.expect(0, "show results.db --json").out)
    equal([(row["collector"], row["policy"]) for row in rows],
          [(f"cpython-3.{v}", policy) for v in (12, 13, 13, 13, 13) for policy in ("default", "off")], "rows")


@test("show of a compare: one replication, no intervals, and how to get them")
def one_replication(place):
    place.expect(0, f"compare -w {SMALL} -p default -p freeze")
    out = place.expect(0, "show results.db", out=["1 replication", "replications: 10"]).out
    check("±" not in out and "[" not in out, out)
    rows = objects(place.expect(0, "show results.db --json").out)
    summary = {row["policy"]: dict(place.query(
        "SELECT metric, value FROM summary JOIN run ON id = run_id WHERE policy = ?",
        row["policy"])) for row in rows}
    for row in rows:
        for metric, value in summary[row["policy"]].items():
            check(near(row[metric], value), f"{metric}: {row[metric]}, stored {value}")


# ---- which experiment ----------------------------------------------------------------------------


@test("show --list: what the file has, and what is done of it")
def listed(place):
    file = File(place)
    first = file.experiment("first", planned=5)
    for seed, status in enumerate(["planned", "unfinished", "finished", "out_of_memory", "failed"]):
        file.run(first, "default", seed, status=status)
    file.experiment("second", planned=7, baseline="off", objective="gc_share")
    file.close()
    equal(lines(place.expect(0, "show results.db --list").out),
          {"experiment": [["number", "runs", "planned", "unfinished", "finished", "out_of_memory",
                           "failed"]],
           "first": [["1", "5", "1", "1", "1", "1", "1"]],
           "second": [["2", "7", "0", "0", "0", "0", "0"]]}, "table")
    rows = objects(place.expect(0, "show results.db --list --json").out)
    equal([(row["number"], row["name"], row.get("baseline"), row["runs"], row["failed"])
           for row in rows], [(1, "first", None, 5, 1), (2, "second", "off", 7, 0)], "json")


@test("--experiment: a number, a name, the newest of a name; else one line with what there is")
def which_experiment(place):
    file = File(place)
    for name, value in (("a", 1), ("b", 2), ("a", 3), ("2", 4)):
        file.setting(file.experiment(name), "default", {PLAIN: [value]})
    file.close()
    for which, value in (("", 4), ("--experiment a", 3), ("--experiment b", 2),
                         ("--experiment 1", 1), ("--experiment 2", 2)):
        row = objects(place.expect(0, f"show results.db --json {which}").out)[0]
        equal(row[PLAIN], value, which)
    for command in ("show", "best", "sensitivity", "export"):
        place.expect(1, f"{command} results.db --experiment c",
                     err=["results.db: there is no experiment 'c'", "2, a, b", "from 1 to 4"])


# ---- little or nothing ---------------------------------------------------------------------------


@test("failed runs and those out of memory are named, and not counted")
def failures(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective=PLAIN)
    file.setting(experiment, "default", {PLAIN: [1, 2]})
    file.run(experiment, "off", 1, {PLAIN: 5})
    file.run(experiment, "off", 2, {PLAIN: 500}, status="out_of_memory", wall_ns=12 * 10**9)
    for seed in range(10):
        file.run(experiment, "freeze", seed, status="failed", error=f"no luck {seed}")
    file.close()
    out = place.expect(0, "show results.db",
                       out=["off, seed 2: after 12.0 s", "freeze, seed 0: no luck 0",
                            "10 runs failed, and are not counted:", "and 2 more",
                            "1 run ran out of memory, and is not counted:"]).out
    equal(lines(out)["off"][0], ["1", "500.00%"], "off")
    rows = {row["policy"]: row for row in objects(place.expect(0, "show results.db --json").out)}
    equal([(rows[p]["n"], rows[p]["failed"], rows[p]["out_of_memory"]) for p in
           ("default", "off", "freeze")], [(2, 0, 0), (1, 0, 1), (0, 10, 0)], "counts")


@test("a sweep that is not done yet: what there is, and that it is not all")
def unfinished(place):
    file = File(place)
    experiment = file.experiment(baseline="default", planned=4)
    file.setting(experiment, "default", {PLAIN: [1, 2]})
    file.run(experiment, "off", 1, {PLAIN: 5})
    file.run(experiment, "off", 2, status="planned")
    file.close()
    place.expect(0, "show results.db", out=["1 of its runs is not done yet",
                                            "1 to 2 replications"])


NOTHING = {
    "no experiments": (lambda file: None, "there are no experiments in it"),
    "no runs": (lambda file: file.experiment("empty"), "no run of experiment 1 (empty) has finished"),
    "only planned runs": (lambda file: file.run(file.experiment("x"), "off", 1, status="planned"),
                          "planned 1, unfinished 0, out of memory 0, failed 0"),
    "only failed runs": (lambda file: file.run(file.experiment("x"), "off", 1, status="failed"),
                         "failed 1"),
}

for what, (fill, error) in NOTHING.items():
    @test(f"show, best and sensitivity of a file with {what}: one line that says so")
    def nothing(place, fill=fill, error=error):
        file = File(place)
        fill(file)
        file.close()
        for command in ("show", "show --json", "best", "sensitivity"):
            place.expect(1, f"{command} results.db", err=["results.db: ", error])


@test("no baseline in the file: no differences, and that is said")
def no_baseline(place):
    file = File(place)
    file.setting(file.experiment(baseline="threshold:t0=5"), "off", {PLAIN: [1, 2]})
    file.close()
    place.expect(0, "show results.db", out=["No run of threshold:t0=5 here: no differences."])


@test("show --baseline: any way to write it; another than there is: one line")
def other_baseline(place):
    results = compared(place)
    results.expect(0, "show results.db --baseline threshold:t0=10_000",
                   out=["Difference to threshold:t0=10000", "threshold:t0=10000 (baseline)"])
    results.expect(1, "show results.db --baseline threshold:t0=5",
                   err=["experiment 'of 10' is without it", "threshold:t0=10000"])
    results.expect(2, "show results.db --baseline treshold", err=["--baseline", "'threshold'"])


REFUSED = [
    ("show", ["which results file?"]),
    ("show a.db b.db", ["one results file at a time: 'b.db'"]),
    ("show ''", ["RESULTS needs the name of a file"]),
    ("show r.db --metric latency_p9", ["--metric: there is no metric", "latency_p9"]),
    ("show r.db --sort heap", ["--sort: there is no metric 'heap'"]),
    ("show r.db --top 0", ["--top=0 is not allowed"]),
    ("show r.db --json --csv", ["one of them"]),
    ("show r.db --jsn", ["there is no option '--jsn'; did you mean '--json'?"]),
    ("best", ["which results file?"]),
    ("best r.db --minimise gc_share --maximise gc_share", ["one of them"]),
    ("best r.db --minimise latncy_p99", ["--minimise: there is no metric", "latency_p99"]),
    ("best r.db --pareto heap_peak", ["two metrics or more"]),
    ("best r.db --subject-to 'heap_peak<'", ["--subject-to: ", "is missing at the end"]),
    ("best r.db --subject-to 'heap_peak'", ["is no condition"]),
    ("best r.db --subject-to '1 < 2'", ["names no metric"]),
    ("best r.db --subject-to 'heap_peek < 5MiB'", ["there is no metric 'heap_peek'", "heap_peak"]),
    ("best r.db --subject-to 'heap_peak < default.heap'", ["there is no metric 'heap'"]),
    ("best r.db --subject-to 'latency_p99 <= 50'", ["latency_p99 is a time: write 50ms or 50s"]),
    ("best r.db --subject-to 'heap_peak <= 64K'", ["write 64KiB for a size or 64_000 for a number"]),
    ("best r.db --subject-to 'heap_peak <= 1MiB / 0'", ["'1MiB / 0' divides by 0"]),
    ("best r.db --subject-to 'heap_peak < gc_share * default'", ["default.heap_peak"]),
    ("sensitivity", ["which results file?"]),
    ("sensitivity r.db --metric x", ["there is no metric 'x'"]),
    ("export", ["which results file?"]),
    ("export r.db --format xml", ["--format=xml is not allowed", "csv, json or gcviewer"]),
    ("export r.db --table run", ["--table=run is not allowed", "did you mean 'runs'?"]),
    ("export r.db --out ''", ["--out needs the name"]),
    ("export r.db --format gcviewer --table runs", ["--table is for csv and json"]),
    ("export r.db --run 1", ["--run is for"]),
]

for arguments, error in REFUSED:
    @test(f"refused: {arguments}")
    def refused(place, arguments=arguments, error=error):
        place.expect(2, arguments, err=error)


@test("show: an interval has digits that say something, and 0 has no sign")
def digits(place):
    MiB = 1 << 20
    file = File(place)
    experiment = file.experiment(baseline="off", objective="gc_share")
    columns = ("heap_peak", "gc_share", "pause_max", "service_gc_share")
    for policy, values in (
            ("off", ((1.83 * MiB, 1.83 * MiB + 60, 1.83 * MiB - 40), (1e-4, 1.01e-4, 1e-4),
                     (0, 0, 0), (0, 0, 0))),
            ("freeze", ((1.83 * MiB + 20, 1.83 * MiB + 60, 1.83 * MiB - 45),
                        (0.9e-4, 0.91e-4, 0.9e-4), (1e-6, 1e-6, 1.00001e-6), (1e-9, 2e-9, 0)))):
        file.setting(experiment, policy, dict(zip(columns, values)))
    file.close()
    out = place.expect(0, "show results.db " + " ".join(f"--metric {m}" for m in columns)).out
    found = lines(out)
    equal(found["off (baseline)"], [["3", "1.8300 ±0.0001 MiB", "0.0100 ±0.0001%", "0", "0"]], "off")
    equal(found["freeze"], [["3", "1.8300 ±0.0001 MiB", "0.0090 ±0.0001%", "1.0000 ±0.0001 us",
                             "0.0000 ±0.0001%"],
                            ["~ +5.0 [-27.9, +37.9] B", "-0.0010 [-0.0010, -0.0010]%",
                             "+1.00 [+1.00, +1.00] us", "~ <0.0001%"]], "freeze")


@test("runs that end before their steady state are counted, by compare and by show")
def unsteady(place):
    # A device's time does not wait for the warm-up.
    said = "end before their steady state"
    out = place.expect(0, "compare -w device:duration=1h,step_objects=100 -p off -p freeze "
                          "--warmup 100h --db results.db").out
    check(f"2 runs {said}" in out, out)
    check(f"2 runs {said}" in place.expect(0, "show results.db").out)
    out = place.expect(0, "compare -w device:duration=1h,step_objects=100 -p off -p freeze "
                          "--warmup 100h --replications 2 --db more.db").out
    equal(out.count(f"4 runs {said}"), 1, "of two replications")
    out = place.expect(0, f"compare -w {SMALL} -p off -p freeze --db steady.db").out
    check(said not in out + place.expect(0, "show steady.db").out, out)


@test("show: what the settings are sorted by is one of the columns")
def sort_is_shown(place):
    file = File(place)
    experiment = file.experiment(baseline="off", objective=PLAIN)
    for policy, share in (("off", 0.3), ("freeze", 0.1)):
        file.setting(experiment, policy, {PLAIN: [share], "heap_peak": [100], "pause_max": [1]})
    file.close()
    for options, columns in (("--metric heap_peak", ["heap_peak", PLAIN]),
                             (f"--metric {PLAIN} --metric heap_peak", [PLAIN, "heap_peak"]),
                             ("--metric heap_peak --sort pause_max", ["heap_peak", "pause_max"])):
        out = place.expect(0, f"show results.db {options}").out
        equal(next(line for line in out.splitlines() if line.startswith("policy")).split(),
              ["policy", "n", *columns], options)


@test("show: over all workloads, the mean difference to the baseline, and the worst")
def overall(place):
    file = File(place)
    experiment = file.experiment(baseline="off", objective=PLAIN)
    noise = random.Random(9)
    values = {(rate, policy): [rate / 1e3 + step * (rate - 150) / 1e3 + noise.gauss(0, 0.01)
                               for _ in range(4)]
              for rate in (100, 200, 400) for policy, step in (("off", 0), ("freeze", 0.5))}
    values[100, "event"] = values[100, "off"]
    for (rate, policy), y in values.items():
        file.setting(experiment, policy, {PLAIN: y}, workload=f"web:rate={rate}")
    file.close()
    seeds = [mean([values[rate, "freeze"][i] - values[rate, "off"][i] for rate in (100, 200, 400)])
             for i in range(4)]
    low, high = interval(seeds)  # of one policy; it may be the worst in any of three workloads
    worst = [a - b for a, b in zip(values[400, "freeze"], values[400, "off"])]
    out = place.expect(0, "show results.db").out
    check("All 3 workloads and collectors: difference to off" in out, out)
    table = out.split("All 3 workloads")[1].splitlines()
    cells = [f"{100 * middle:+.2f} [{100 * a:+.2f}, {100 * b:+.2f}]%" for middle, a, b in
             ((mean(seeds), low, high), (mean(worst), *interval(worst, 3)))]
    equal([line.split("  ") for line in table[2:4]][1],
          ["freeze", *cells, "web:rate=400 on cpython-3.13"], "the line")
    check("event" not in "".join(table), "a policy that one workload has", table)


@test("an experiment file that has changed: answers are of the runs that it asks for now")
def changed_experiment(place):
    def sweep(policies, more=""):
        place.write("e.yaml", "name: e\nworkload: {name: web, duration: 1s, modules: 1000}\n"
                    f"policies: [{policies}]\nreplications: 2\n{more}")
        place.expect(0, "sweep e.yaml --db results.db")
        settings = objects(place.expect(0, "export results.db --table settings --format json").out)
        counts = {(row["policy"], row["n"]) for row in settings}
        equal(len(counts), len(settings), "settings, once each")
        return counts

    equal(sweep("default, off, freeze"), {("default", 2), ("off", 2), ("freeze", 2)}, "at first")
    check("more run" not in place.expect(0, "show results.db").out)
    equal(sweep("default, freeze", "warmup: 300ms"), {("default", 2), ("freeze", 2)}, "other warm-up")
    equal(place.query("SELECT count(*) FROM run WHERE NOT in_plan")[0][0], 6, "earlier runs")
    for command in ("show", "best --minimise pause_max", "sensitivity"):
        place.expect(0, f"{command.split()[0]} results.db {' '.join(command.split()[1:])}",
                     out=["6 more runs are of the experiment as it was"])
    check("off" not in place.expect(0, "best results.db --minimise pause_max").out.split())
    place.expect(1, "plot results.db --out charts --policy off",
                 err=["no run in it that has ended is what was asked for"])
    equal(sweep("off"), {("off", 2)}, "back to the first warm-up")
    equal({row["policy"] for row in objects(
        place.expect(0, "sensitivity results.db --json").out) if "policy" in row}, set(), "one")
    place.expect(0, "sensitivity results.db", out=["1 setting\n", "8 more runs"])


@test("show, best, sensitivity, export: a file that is not there, or no results file")
def no_results(place):
    place.write("text", "hello\n" * 200)
    for command in ("show", "best", "sensitivity", "export"):
        place.expect(1, f"{command} missing.db", err=["missing.db: cannot be opened"])
        place.expect(1, f"{command} text", err=["text: not a results file"])
    equal(place.files(), ["text"], "files")


def limit_processor_time():
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))


@test("show, best and sensitivity of 1000 settings and 10 seeds: 5 s of processor time at most")
def large(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective=SKEWED)
    random_values = random.Random(1)
    metrics = [SKEWED, "service_pause_p99", "service_pause_max", "service_gc_share", "heap_peak",
               "garbage_peak"]
    for i in range(1000):
        file.setting(experiment, "default" if i == 0 else f"threshold:t0={i}",
                     {metric: [random_values.random() for _ in range(10)] for metric in metrics},
                     parameters={"policy.t0": (i, str(i))})
    file.close()
    for command in ("show results.db", f"best results.db --subject-to '{SKEWED} < 2s'",
                    "sensitivity results.db"):
        place.expect(0, command, preexec_fn=limit_processor_time)
