# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim best and sensitivity: choices and shares, computed again here; Python lines, executed."""
import itertools
import math
import os
import random
import subprocess
import sys

from answers_data import PLAIN, SKEWED, File, interval, mean, near, objects
from harness import SMALL, no_answer, once, test
from tap import check, equal

# ---- best ----------------------------------------------------------------------------------------

MEBIBYTE = 2**20


@once
def memory_for_latency(place):
    """What latency costs memory: mean latency in ms, mean heap in MiB, of each policy."""
    place.means = {"default": (50, 100), "threshold:t0=1": (40, 110), "threshold:t0=2": (30, 119),
                   "threshold:t0=3": (29.9, 121), "threshold:t0=4": (20, 200),
                   "threshold:t0=5": (45, 300), "freeze": (40, 105), "off": (10, 400)}
    file = File(place)
    experiment = file.experiment(baseline="threshold:t0=4", objective=SKEWED)
    for policy, (ms, mebibytes) in place.means.items():
        own = random.Random(policy)
        values = [ms / 1e3 + (seed - 1.5) * 1e-3 + own.gauss(0, 1e-5) for seed in range(4)]
        file.setting(experiment, policy,
                     {SKEWED: values, "heap_peak": [mebibytes * MEBIBYTE] * 4})
    file.run(experiment, "off", 5, status="out_of_memory", wall_ns=1)
    file.close()
    return place


def best(place, arguments):
    return objects(place.expect(0, f"best results.db --json {arguments}").out)[0]


CONDITIONS = [
    ("", "threshold:t0=4"),
    ("--subject-to 'heap_peak <= 1.2 * default'", "threshold:t0=2"),
    ("--subject-to 'heap_peak<1.21*default'", "threshold:t0=2"),
    ("--subject-to 'heap_peak <= 121MiB'", "threshold:t0=3"),
    ("--subject-to 'heap_peak <= 1.1 * default.heap_peak'", "freeze"),
    ("--subject-to 'default > 0.8 * heap_peak'", "threshold:t0=3"),
    ("--subject-to 'heap_peak <= 0.6 * baseline'", "threshold:t0=2"),
    ("--subject-to 'heap_peak <= 0.6 * baseline' --baseline off", "threshold:t0=4"),
    ("--subject-to '28ms < latency_p99 < 44ms' --maximise heap_peak", "threshold:t0=1"),
    ("--subject-to '28ms < latency_p99 < 44ms' --maximise heap_peak --by-means", "threshold:t0=3"),
    ("--subject-to 'heap_peak > 100MiB' --subject-to 'latency_p99 > 35ms'", "threshold:t0=1"),
    ("--subject-to 'heap_peak == default'", "default"),
    ("--subject-to 'heap_peak != default' --minimise heap_peak", "freeze"),
    ("--maximise latency_p99", "default"),
]

for arguments, expected in CONDITIONS:
    @test(f"best {arguments}: {expected}")
    def chosen(place, arguments=arguments, expected=expected):
        results = memory_for_latency(place)
        answer = best(results, arguments)
        # 40 ms are the means of two; chance decides between them.
        allowed = {expected, "freeze"} if expected == "threshold:t0=1" else {expected}
        check(answer["best"]["policy"] in allowed, answer)
        equal(answer["out_of_memory"], 1, "settings out of memory")
        metric = answer.get("minimise") or answer["maximise"]
        values = [row[0] for row in results.query(
            "SELECT value FROM run JOIN summary ON run_id = id WHERE policy = ? AND metric = ?"
            " ORDER BY seed", answer["best"]["policy"], metric)]
        low, high = interval(values)
        check(near(answer["best"][metric], mean(values)) and
              near(answer["best"][f"{metric}_low"], low, 4) and
              near(answer["best"][f"{metric}_high"], high, 4), answer, (low, high))


@test("best names what cannot be told apart from it, and by how much")
def tied(place):
    file = File(place)
    experiment = file.experiment(baseline="default", objective=PLAIN)
    shared = [5, 7, 9, 2, 4, 8]
    differences = {"default": [0] * 6, "off": [-1, 1, 2, 0, 1, -1], "freeze": [1, 1.1, 1, 0.9, 1, 1],
                   "timed": [0] * 6, "event": [3, -1, 2, 2, -2, 3]}
    for policy, difference in differences.items():
        file.setting(experiment, policy, {PLAIN: [a + b for a, b in zip(shared, difference)]})
    file.close()
    answer = best(place, "")
    equal(answer["best"]["policy"], "default", "best")
    equal([tie["policy"] for tie in answer["not_told_apart"]], ["timed", "off", "event"], "ties")
    for tie in answer["not_told_apart"]:
        low, high = interval(differences[tie["policy"]], 4)
        check(near(tie["difference"], mean(differences[tie["policy"]])) and
              near(tie["difference_low"], low, 4) and near(tie["difference_high"], high, 4), tie)
    out = place.expect(0, "best results.db").out
    check("freeze" not in out and "same" in out, out)


# {policy: values by seed}; which may be the best, and what is said of it.
SURE = [
    ("one is the best", {"default": [3, 4, 5], "freeze": [1, 2.1, 2.9], "off": [9, 9, 9]}, ["freeze"],
     "With 95% confidence this is the truly best of the 3 settings compared."),
    ("excluded by another than the first", {"freeze": [1, 9, 2, 4], "off": [5, 6, 4, 5], "default": [5.2, 6.3, 4.2, 5.3]},
     ["freeze", "off"],
     "With 95% confidence the truly best of the 3 settings compared is among these 2. The mean of the first is likely too "
     "good, since it was chosen by that: `best --confirm 20` runs it and those that come next again, with new seeds."),
    ("none is ruled out", {"default": [1, 2, 5], "off": [2, 1, 7]}, ["default", "off"],
     "Any of the 2 settings compared may be the truly best: none is ruled out. The mean of the first is likely too good"),
    ("the same", {"default": [1, 2], "off": [1, 2]}, ["default", "off"],
     "The 2 settings compared are the same in every run.\n"),
    ("the same, and another", {"default": [1, 2], "off": [1, 2], "freeze": [9, 9.1]}, ["default", "off"],
     "With 95% confidence the truly best of the 3 settings compared is among these 2.\n"),
    ("one replication", {"default": [1], "off": [2]}, ["default"], "One replication: chance may have made it the best"),
    ("one setting", {"default": [1, 2]}, ["default"], None),
]

for what, values, kept, said in SURE:
    @test(f"best says how sure the choice is: {what}")
    def sure(place, values=values, kept=kept, said=said):
        file = File(place)
        experiment = file.experiment(baseline="default", objective=PLAIN)
        for policy, by_seed in values.items():
            file.setting(experiment, policy, {PLAIN: by_seed})
        file.close()
        answer = best(place, "")
        equal([answer["best"]["policy"], *(tie["policy"] for tie in answer["not_told_apart"])], kept, "kept")
        equal(answer["compared"], len(values), "compared")
        out = place.expect(0, "best results.db").out
        words = " ".join(out.split())
        check(" ".join(said.split()) in words if said else "compared" not in words, out)
        equal("likely too good" in words, bool(said) and "too good" in " ".join(said.split()), out)


@test("best: a long start-up, freeze's own collection at its end too, delays traffic and no request")
def start_up_in_no_latency(place):
    web = "web:modules=4000000,rate=20,duration=10s"
    place.expect(0, f"compare -w {web} -p default -p freeze")
    place.expect(0, f"run -w {web} -p off --db off.db")
    query = ("SELECT policy, service_ns, first_arrival_ns - service_ns AS after_ns,"
             " (SELECT max(pause_ns) FROM collection WHERE run_id = run.id) AS pause_ns,"
             " (SELECT value FROM summary WHERE run_id = run.id AND metric = 'latency_max') AS latency FROM run")
    rows = place.query(query) + place.query(query, name="off.db")
    runs = {row["policy"]: row for row in rows}
    freeze, default, off = runs["freeze"], runs["default"], runs["off"]
    check(freeze["service_ns"] > default["service_ns"] + 2e8 > off["service_ns"] + 4e8, *map(dict, rows))
    check(freeze["pause_ns"] > 2e8 and default["pause_ns"] > 2e8 and off["pause_ns"] is None, *map(dict, rows))
    equal({row["after_ns"] for row in rows}, {off["after_ns"]}, "first arrivals after the service is up")
    for row in rows:  # the pauses behind start-up are of young collections: less than a millisecond in all
        check(off["latency"] <= row["latency"] < off["latency"] + 1e-2, *map(dict, rows))
    for objective in ("latency_p99", "latency_max"):
        answer = best(place, f"--seen --minimise {objective}")
        advised = {answer["best"]["policy"], *(tie["policy"] for tie in answer["not_told_apart"])}
        check("freeze" in advised, answer)


@test("best: no setting meets the condition: the nearest, and what it misses")
def nearest(place):
    results = memory_for_latency(place)
    no_answer(results, "best results.db --subject-to 'heap_peak <= 0.8 * default'",
                  ["No setting is an answer.", "7 of 8 settings do not meet", "1 of 8 settings ran out of memory",
                   "default comes nearest: it misses heap_peak <= 0.8 * default by 25%."])
    answer = objects(no_answer(results, "best results.db --json --subject-to 'heap_peak <= 0.8 * default'"))[0]
    check("best" not in answer and "python" not in answer, answer)
    equal(answer["nearest"]["policy"], "default", "nearest")
    check(near(answer["nearest"]["excess"], 0.25), answer)


@test("best: the nearest misses all conditions together by the least, and each is named")
def nearest_of_all(place):
    """off misses one by more than freeze misses any of its two, but less in all."""
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    for policy, heap, share in (("off", 160, 0.1), ("freeze", 150, 0.3), ("default", 100, 0.9)):
        file.setting(experiment, policy, {PLAIN: [share], "heap_peak": [heap]})
    file.close()
    conditions = f"--subject-to 'heap_peak <= 100B' --subject-to '{PLAIN} <= 0.2'"
    no_answer(place, f"best results.db {conditions}",
              ["off comes nearest: it misses heap_peak <= 100B by 60%."])
    answer = objects(no_answer(place, f"best results.db --json {conditions}"))[0]["nearest"]
    equal([miss["condition"] for miss in answer["misses"]], ["heap_peak <= 100B"], "misses")
    no_answer(place, f"best results.db --subject-to 'heap_peak <= 50B' --subject-to '{PLAIN} <= 0.05'",
              ["off comes nearest: it misses heap_peak <= 50B by 220% and "
               f"{PLAIN} <= 0.05 by 100%."])


@test("best: default in a condition that no run has: said, and not taken for met")
def no_default(place):
    file = File(place)
    file.setting(file.experiment(objective=PLAIN), "off", {PLAIN: [1, 2]})
    file.close()
    no_answer(place, f"best results.db --subject-to '{PLAIN} < default'",
              ["No setting is an answer.", "1 of 1 settings have no value to compare.",
               f"{PLAIN} < default: no run of default here."])


@test("best: the Pareto front, against every pair")
def front(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    points = random.Random(7)
    means = {}
    for i in range(60):
        policy = f"threshold:t0={i}"
        means[policy] = (points.randrange(20), -points.randrange(20), points.randrange(20))
        file.setting(experiment, policy, {PLAIN: [means[policy][0]], "throughput":
                                          [-means[policy][1]], "heap_peak": [means[policy][2]]})
    file.close()

    def undominated(count):
        return {a for a in means if not any(
            means[b][:count] != means[a][:count] and
            all(x <= y for x, y in zip(means[b][:count], means[a][:count])) for b in means)}
    for arguments, count in ((f"--pareto {PLAIN},throughput", 2),
                             (f"--pareto {PLAIN},throughput,heap_peak", 3),
                             ("--subject-to 'throughput > 5'", 2)):
        answer = best(place, arguments)
        equal({row["policy"] for row in answer["pareto"]}, undominated(count), arguments)
        equal([row[PLAIN] for row in answer["pareto"]],
              sorted(row[PLAIN] for row in answer["pareto"]), "order")
        for row in answer["pareto"]:
            equal(row["meets"], "subject" not in arguments or row["throughput"] > 5, "meets")
    place.expect(0, f"best results.db --pareto {PLAIN},throughput",
                 out=[f"Pareto front of {PLAIN}, throughput:"])
    check("pareto" not in best(place, ""), "a front of one metric")


@test("best: on the front is what no other surely beats, and which of it means leave; --by-means: that alone")
def sure_front(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    for policy, costs, heap in (("default", [5, 6, 7, 8], 10), ("off", [4, 6, 8, 10], 20), ("freeze", [1, 2, 3, 4], 30),
                                ("threshold:t0=1", [2, 3, 4, 5], 40)):
        file.setting(experiment, policy, {PLAIN: costs, "heap_peak": [heap] * 4})
    file.close()
    answer = best(place, f"--pareto {PLAIN},heap_peak")
    equal({row["policy"]: row["by_means"] for row in answer["pareto"]}, {"default": True, "off": False, "freeze": True},
          "off may be the faster; threshold is slower by the same with every seed")
    answer = best(place, f"--pareto {PLAIN},heap_peak --by-means")
    equal([row["policy"] for row in answer["pareto"]], ["freeze", "default"], "by means")
    out = place.expect(0, f"best results.db --pareto {PLAIN},heap_peak").out
    check("no other setting is surely better in one" in out and "also by means" in out, out)
    out = place.expect(0, f"best results.db --pareto {PLAIN},heap_peak --by-means").out
    check("no other setting is better in one" in out and "also by means" not in out, out)


@test("best: nobody has said what to minimise, and the usual metrics have no values")
def no_objective(place):
    file = File(place)
    file.setting(file.experiment(), "off", {"wall_time": [1]})
    file.close()
    place.expect(1, "best results.db", err=["no run of experiment 1 (thresholds) has a value of "
                                            "latency_p99, service_pause_p99 or gc_share",
                                            "--minimise"])
    place.expect(1, "best results.db --minimise heap_peak", err=["has a value of heap_peak"])
    equal(best(place, "--minimise wall_time")["best"]["policy"], "off", "best")


# ---- Python lines --------------------------------------------------------------------------------

# What the lines of each policy have to come to, in the very Python that runs this.
PYTHON = {
    "default": "assert gc.isenabled() and gc.get_threshold() == before",
    "off": "assert not gc.isenabled()",
    "threshold:t0=50000,t1=20,t2=20": "assert gc.get_threshold() == (50000, 20, 20)",
    "threshold:t0=1234567": "assert gc.get_threshold() == (1234567, *before[1:])",
    "threshold:t0=keep,t2=7": "assert gc.get_threshold() == (*before[:2], 7)",
    "threshold:t0=0": "assert gc.get_threshold()[0] == 0",
    "freeze": "assert gc.get_freeze_count() > 0 and full() == 1 and gc.get_threshold() == before",
    "freeze:collect=no,t0=50000,t1=20,t2=20":
        "assert gc.get_freeze_count() > 0 and full() == 0 and gc.get_threshold() == (50000, 20, 20)",
    "timed:every=20ms,generation=2":
        "import time; time.sleep(0.5); assert full() > 2 and not gc.isenabled(), full()",
    "timed:every=1h,generation=1,automatic=yes": "assert full() == 0 and gc.isenabled()",
    "event:on=request_end,every=1000":
        "[request_end() for _ in range(2999)]; assert full() == 2 and not gc.isenabled(), full()",
    "event:on=idle,generation=0,automatic=yes":
        "g = gc.get_stats()[0]['collections']; idle(); idle()\n"
        "assert gc.get_stats()[0]['collections'] >= g + 2 and gc.isenabled()",
}


@once
def each_policy(place):
    file = File(place)
    for policy in PYTHON:
        file.setting(file.experiment(policy, objective=PLAIN), policy, {PLAIN: [1]})
    file.close()
    return place


for policy, holds in PYTHON.items():
    @test(f"the Python lines of {policy} do what it says")
    def python_lines(place, policy=policy, holds=holds):
        results = each_policy(place)
        lines = objects(results.expect(0, ["best", "results.db", "--json", "--experiment",
                                           policy]).out)[0]["python"]
        results.expect(0, ["best", "results.db", "--experiment", policy],
                       out=[f"{policy} in an application:\n\n{lines}"])
        program = ("import gc\nbefore = gc.get_threshold()\n"
                   "begun = gc.get_stats()[2]['collections']\n"
                   "def full(): return gc.get_stats()[2]['collections'] - begun\n"
                   f"{lines}\n{holds}\n")
        # It would collect by itself too.
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", timeout=60)
        check(done.returncode == 0, program, done.stdout)


# ---- sensitivity ---------------------------------------------------------------------------------


def ranks(x):
    """Ties have the mean of their ranks."""
    return [sum(b < a for b in x) + (sum(b == a for b in x) + 1) / 2 for a in x]


def correlation(x, y):
    dx, dy = [a - mean(x) for a in x], [b - mean(y) for b in y]
    return (sum(a * b for a, b in zip(dx, dy)) /
            math.sqrt(sum(a * a for a in dx) * sum(b * b for b in dy)))


def shares(groups):
    """(eta squared, omega squared) of lists of observations."""
    every = list(itertools.chain(*groups))
    between = sum(len(g) * (mean(g) - mean(every)) ** 2 for g in groups)
    within = sum((y - mean(g)) ** 2 for g in groups for y in g)
    error = within / (len(every) - len(groups))
    omega = (between - (len(groups) - 1) * error) / (between + within + error)
    return between / (between + within), max(omega, 0)


def in_a_grid(values):
    """(share, with others) of values by cell and level, a list each: what all other parameters are, and its own."""
    means = {cell: {level: mean(y) for level, y in of.items()} for cell, of in values.items()}
    every = [y for of in means.values() for y in of.values()]
    inside = others = chance = 0
    for cell, of in values.items():
        middle = mean(list(means[cell].values()))
        seeds = [mean(list(y)) for y in zip(*of.values())]
        left = sum((y[i] - means[cell][level] - seeds[i] + middle) ** 2 for level, y in of.items() for i in range(len(seeds)))
        chance += left / (len(seeds) - 1) / len(seeds)
        inside += sum((y - middle) ** 2 for y in means[cell].values())
        others += len(of) * (middle - mean(every)) ** 2
    levels = next(iter(means.values()))
    first = sum(len(means) * (mean([of[level] for of in means.values()]) - mean(every)) ** 2 for level in levels)
    total = max(inside - chance, 0)
    share = max(first - chance / len(means), 0)
    return min(share, total) / (total + others), total / (total + others)


def sensitivity(place, arguments=""):
    rows = objects(place.expect(0, f"sensitivity results.db --json {arguments}").out)
    return {(row["metric"], row["parameter"]): row for row in rows}


def check_row(row, groups, x=None, y=None, share=None):
    eta2, omega2 = shares(groups)
    share = omega2 if share is None else share
    check(near(row["eta2"], eta2, 9) and near(row["share"], share, 9), row, (eta2, share))
    if x:
        r = correlation(ranks(x), ranks(y))
        check(near(row["rank_correlation"], r, 9), row, r)
        check(row["rank_correlation_low"] <= r <= row["rank_correlation_high"], row)
    else:
        check("rank_correlation" not in row, row)


@test("sensitivity: shares and rank correlations of a grid, by hand")
def grid(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    noise = random.Random(3)
    means, settings = {}, {}
    for t0, t1, rate in itertools.product((700, 2000, 5000), ("10", "keep"), (100, 200, 300, 400)):
        settings[t0, t1, rate] = values = [t0 / 1e4 + rate / 1e3 + noise.gauss(0, 0.1) for _ in range(3)]
        file.setting(experiment, f"threshold:t0={t0},t1={t1}",
                     {PLAIN: values, "heap_peak": [1, 1, 1]}, workload=f"web:rate={rate}",
                     parameters={"policy.t0": (t0, str(t0)),
                                 "policy.t1": (None if t1 == "keep" else 10, t1),
                                 "policy.t2": (10, "10"), "workload.rate": (rate, str(rate))})
        means[t0, t1, rate] = mean(values)
    file.close()
    rows = sensitivity(place)
    equal({key for key in rows if key[0] == PLAIN},
          {(PLAIN, name) for name in ("threshold.t0", "threshold.t1", "web.rate")}, "parameters")
    equal([key for key in rows if key[0] == "heap_peak"], [], "a metric that never changes")
    for place_of, name in enumerate(("threshold.t0", "threshold.t1", "web.rate")):
        row = rows[PLAIN, name]
        levels = sorted({key[place_of] for key in means}, key=str)
        groups = [[y for key, y in means.items() if key[place_of] == level] for level in levels]
        numbers = name != "threshold.t1"  # keep is no number, and 10 is only one
        cells = {}
        for key, y in settings.items():
            cells.setdefault(key[:place_of] + key[place_of + 1:], {})[key[place_of]] = y
        equal((row["values"], row["settings"], row["observations"], row["by"]), (len(levels), 24, 24, "grid values"), name)
        check_row(row, groups, [key[place_of] for key in means] if numbers else None,
                  list(means.values()), in_a_grid(cells)[0])
        check(row["share_low"] <= row["share"] <= row["share_high"], row)
    place.expect(0, "sensitivity results.db", out=["heap_peak is the same in all settings."])


@test("sensitivity: policies and collectors are parameters; a policy's own are over its settings")
def names(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    noise = random.Random(4)
    means, cells = {}, {}
    for collector, (policy, t0) in itertools.product(
            ("cpython-3.12", "cpython-3.13"),
            [("off", None)] + [("threshold", t0) for t0 in (1, 2, 3, 4, 5, 6)]):
        values = [(t0 or 20) + noise.gauss(0, 1) for _ in range(2)]
        file.setting(experiment, f"threshold:t0={t0}" if t0 else policy, {PLAIN: values},
                     collector=collector,
                     parameters={"policy.t0": (t0, str(t0))} if t0 else {})
        means[collector, policy, t0] = mean(values)
        if t0:
            cells.setdefault(collector, {})[t0] = values
    file.close()
    rows = sensitivity(place, f"--metric {PLAIN}")
    for place_of, name in enumerate(("collector", "policy")):
        levels = sorted({key[place_of] for key in means})
        check_row(rows[PLAIN, name], [[y for key, y in means.items() if key[place_of] == level]
                                      for level in levels])
    own = {key: y for key, y in means.items() if key[2]}
    check_row(rows[PLAIN, "threshold.t0"],
              [[y for key, y in own.items() if key[2] == t0] for t0 in range(1, 7)],
              [key[2] for key in own], list(own.values()), in_a_grid(cells)[0])
    order = [row["parameter"] for row in rows.values()]
    equal(order, sorted(order, key=lambda name: -rows[PLAIN, name]["share"]), "the strongest first")


@test("sensitivity: one setting a value: the runs, without what seeds have in common")
def runs(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    noise = random.Random(5)
    shared = [noise.gauss(0, 10) for _ in range(6)]
    values = {t0: [seed + t0 / 3 + noise.gauss(0, 1) for seed in shared] for t0 in (1, 2, 3, 4)}
    for t0, y in values.items():
        file.setting(experiment, f"threshold:t0={t0}", {PLAIN: y},
                     parameters={"policy.t0": (t0, str(t0))})
    file.close()
    row = sensitivity(place, f"--metric {PLAIN}")[PLAIN, "threshold.t0"]
    equal((row["settings"], row["observations"], row["groups"]), (4, 24, 4), "counts")
    common = [mean([y[i] for y in values.values()]) for i in range(6)]
    groups = [[a - b for a, b in zip(y, common)] for y in values.values()]
    groups = [[mean(g) + (y - mean(g)) * math.sqrt(4 / 3) for y in g] for g in groups]
    check_row(row, groups, list(values), [mean(y) for y in values.values()])


def by_neighbours(y):
    """The share, from observations in the order of a parameter."""
    of_neighbours = sum((b - a) ** 2 for a, b in zip(y, y[1:])) / (2 * (len(y) - 1))
    return max(1 - of_neighbours / (sum((a - mean(y)) ** 2 for a in y) / (len(y) - 1)), 0)


def check_neighbours(row, y, part=1):
    equal((row["by"], row["observations"], "groups" in row, "eta2" in row),
          ("neighbours", len(y), False, False), row)
    check(near(row["share"], part * by_neighbours(y), 9), row, part * by_neighbours(y))
    check(0 <= row["share_low"] <= row["share"] <= row["share_high"] <= 1, row)


@test("sensitivity: numbers that hardly repeat: by neighbours")
def sampled(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    noise = random.Random(6)
    points = sorted((noise.random(), noise.gauss(0, 0.1)) for _ in range(40))
    for x, e in noise.sample(points, 40):
        file.setting(experiment, "off", {PLAIN: [x + e]}, workload=f"web:rate={x}",
                     parameters={"workload.rate": (x, str(x))})
    file.close()
    check_neighbours(sensitivity(place)[PLAIN, "web.rate"], [x + e for x, e in points])


@test("sensitivity: parameters sampled together are told apart, by neighbours among the design's points")
def sampled_together(place):
    """Each value comes once for each policy: groups by value would be the points themselves."""
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    noise = random.Random(7)
    points = [(noise.random(), noise.random()) for _ in range(60)]
    means = {}
    for (rate, objects), policy in itertools.product(points, ("off", "freeze")):
        y = 3 * rate + (policy == "off") * 0.2 + noise.gauss(0, 0.2)
        means.setdefault((rate, objects), []).append(y)
        file.setting(experiment, policy, {PLAIN: [y]}, workload=f"web:rate={rate},objects={objects}",
                     parameters={"workload.rate": (rate, str(rate)),
                                 "workload.objects": (objects, str(objects))})
    file.close()
    rows = sensitivity(place, f"--metric {PLAIN}")
    every = list(itertools.chain(*means.values()))
    part = (sum(len(y) * (mean(y) - mean(every)) ** 2 for y in means.values()) /
            sum((y - mean(every)) ** 2 for y in every))
    for place_of, name in enumerate(("web.rate", "web.objects")):
        row = rows[PLAIN, name]
        equal((row["values"], row["settings"]), (60, 120), name)
        check_neighbours(row, [mean(means[point]) for point in
                               sorted(means, key=lambda point: point[place_of])], part)
    check(rows[PLAIN, "web.rate"]["share"] > 0.8 and rows[PLAIN, "web.objects"]["share"] < 0.2,
          rows)


@test("sensitivity: Ishigami's function, 50 points: of what goes up and down, too")
def ishigami(place):
    """Shares 0.314, 0.442, 0 (Ishigami & Homma 1990); four standard errors at most."""
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    draw = random.Random(8)
    names = ("rate", "objects", "cycles")
    for _ in range(50):
        x = [draw.uniform(-math.pi, math.pi) for _ in names]
        y = math.sin(x[0]) + 7 * math.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * math.sin(x[0])
        file.setting(experiment, "off", {PLAIN: [y + 20]},
                     workload="web:" + ",".join(f"{name}={value}" for name, value in zip(names, x)),
                     parameters={f"workload.{name}": (value, str(value)) for name, value in zip(names, x)})
    file.close()
    rows = sensitivity(place, f"--metric {PLAIN}")
    for name, truth in zip(names, (0.314, 0.442, 0)):
        row = rows[PLAIN, f"web.{name}"]
        check(row["share_low"] <= truth <= row["share_high"], name, row)
        check("with_others" not in row, "a sample", row)
    check(rows[PLAIN, "web.objects"]["share"] > 0.2, rows)
    out = place.expect(0, f"sensitivity results.db --metric {PLAIN}").out
    check("  50 neighbours  " in out and "add up" not in out, out)


LEVELS = (-1, 0, 1)
TOTALS = [  # a metric of a and b, how much of its variance a makes, and how much is left where b stands still
    ("each by itself", lambda a, b: 3 * a + b, 9 / 10, 9 / 10),
    ("only together", lambda a, b: a * b, 0, 1),
    ("both", lambda a, b: 3 * a + b + a * b, 54 / 64, 58 / 64),  # 6 of a, 2/3 of b, 4/9 of both
    ("nothing", lambda a, b: b, 0, 0),
]


def grid_of(place, value):
    """`value`: of a, b and the seed."""
    file = File(place)
    experiment = file.experiment(objective=PLAIN)
    for a, b in itertools.product(LEVELS, LEVELS):
        file.setting(experiment, f"threshold:t0={a + 5},t1={b + 5}", {PLAIN: [value(a, b, seed) for seed in range(3)]},
                     parameters={"policy.t0": (a + 5, str(a + 5)), "policy.t1": (b + 5, str(b + 5))})
    file.close()
    row = sensitivity(place, f"--metric {PLAIN}")[PLAIN, "threshold.t0"]
    row["printed"] = place.expect(0, f"sensitivity results.db --metric {PLAIN}").out
    os.remove(place.path("results.db"))
    return row


@test("sensitivity: what a parameter does together with others, in grids")
def totals(place):
    for what, metric, share, total in TOTALS:
        row = grid_of(place, lambda a, b, seed: metric(a, b) + 9 + seed)
        check(near(row["with_others"], total, 9) and near(row["share"], share, 9), what, row)
        if total in (0, 1):
            equal("These shares add up to 0%." in row["printed"], total == 1, what)


@test("sensitivity: what a parameter does together with others, less what chance does")
def totals_with_noise(place):
    noise = random.Random(9)
    y = {key: key[0] + 3 * key[1] + noise.gauss(0, 1) for key in itertools.product(LEVELS, LEVELS, range(3))}
    row = grid_of(place, lambda a, b, seed: y[a, b, seed])
    share, total = in_a_grid({b: {a: [y[a, b, seed] for seed in range(3)] for a in LEVELS} for b in LEVELS})
    check(near(row["with_others"], total, 9) and near(row["share"], share, 9), row, (share, total))


@test("sensitivity: nothing varies; one replication of few settings")
def nothing_varies(place):
    place.expect(0, f"compare -w {SMALL} -p off")
    place.expect(0, "sensitivity results.db", out=["1 setting\n", "It varies nothing"])
    equal(place.expect(0, "sensitivity results.db --json").out, "", "rows")
    place.expect(0, f"compare -w {SMALL} -p off -p freeze")
    out = place.expect(0, "sensitivity results.db --metric heap_peak --metric pause_max").out
    check(out.split("policy")[1].split()[:4] == ["2", "2", "-", "-"], out)


@test("best of several collectors: lines that are the same are printed once")
def lines_once(place):
    place.write("several.yaml", "workload: web:modules=2000,rate=100,duration=1s\ncollectors: [cpython-3.12, cpython-3.13]\n"
                                "policies: ['off:until=startup_done + freeze']\n")
    place.expect(0, "sweep several.yaml --db several.db")
    out = place.expect(0, "best several.db --minimise gc_time").out
    equal(out.count("import gc\n"), 1, "programs")
    check("freeze in an application: the lines above.\n" in out, out)
