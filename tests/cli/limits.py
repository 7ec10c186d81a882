# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits: given where something is run, stored, and kept or missed in every table, for programs, in charts; what best
makes of them."""
import csv
import io
import json
import os
import re
import xml.etree.ElementTree as ElementTree

from answers_data import PLAIN, File, ahead, objects
from harness import no_answer, once, test
from tap import check, equal

WEB = "web:modules=20000,duration=3s,rate=50"
LIMITS = ["latency_p99 <= 1us", "service_pause_max <= 1h", "heap_peak <= 1.5 * default"]
GIVEN = " ".join(f"--limit '{limit}'" for limit in LIMITS)
MIB = 2**20


@once
def compared(place):
    place.table = place.expect(0, f"compare -w {WEB} -p default -p freeze -p off {GIVEN}").out
    return place


def cells(table, header):
    """{policy: text} of a column of the first table with it; columns are two spaces apart or more."""
    lines = table.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("policy ") and header in line)
    end = lines[at].index(header) + len(header)
    found = {}
    for line in lines[at + 1:]:
        if not line:
            break
        found[line.split()[0]] = re.split(r"\s{2,}", line[:end].strip())[-1]
    return found


# ---- where they are said ---------------------------------------------------------------------------


@test("--limit of compare: a column for each, stored, and by what is predicted")
def columns(place):
    table = compared(place).table
    latencies, pauses, heaps = (cells(table, limit) for limit in LIMITS)
    check(all(re.fullmatch(r"over [\d.e+]+x", cell) for cell in latencies.values()), latencies)
    equal(pauses, {"default": "within", "freeze": "within", "off": "within"}, LIMITS[1])
    equal((heaps["default"], heaps["freeze"]), ("within", "within"), LIMITS[2])
    check(re.fullmatch(r"over \d+x by 24h", heaps["off"]), heaps)
    check("No policy is within all limits." in table and "what is predicted up to 24h" in table, table)
    out = place.expect(0, "compare -w device:duration=10min -p default -p off --limit 'latency_p99 <= 1s' --db device.db").out
    check("No policy is" not in out, "there are no requests: nobody knows", out)
    row, = compared(place).query("SELECT limits, seal FROM experiment")
    equal(row["limits"], "\n".join(LIMITS), "stored")
    check(row["seal"] is not None, "sealed")


@test("limits: run, compare --json, show --json and --csv, export and best say the same of each policy")
def for_programs(place):
    results = compared(place).path("results.db")
    expected = {"default": ["missed", "within", "within"], "freeze": ["missed", "within", "within"],
                "off": ["missed", "within", "missed"]}
    runs = objects(place.expect(0, f"compare -w {WEB} -p default -p freeze -p off {GIVEN} --json --db again.db").out)
    single, = objects(place.expect(0, f"run -w {WEB} -p freeze --limit '{LIMITS[0]}' --limit '{LIMITS[1]}' --json --db one.db").out)
    equal([each["is"] for each in single["each_limit"]], ["missed", "within"], "of run")
    for run in runs:
        equal([each["is"] for each in run["each_limit"]], expected[run["policy"]], run["policy"])
        equal([each["limit"] for each in run["each_limit"]], LIMITS, "texts")
        equal(run["limits"], "missed", "all")
        latency = run["each_limit"][0]
        check(abs(latency["value"] / latency["allowed"] - 1 - latency["excess"]) < 1e-9 and latency["allowed"] == 1e-6, latency)
        equal(latency["value"], run["horizon_latency_p99"], "what decides")
    equal(next(run for run in runs if run["policy"] == "off")["each_limit"][2]["seen"], "within", "seen of off")
    for rows in (objects(place.expect(0, f"show {results} --json").out),
                 list(csv.DictReader(io.StringIO(place.expect(0, f"show {results} --csv").out))),
                 list(csv.DictReader(io.StringIO(place.expect(0, f"export {results} --table settings").out)))):
        equal({row["policy"]: [row[limit] for limit in LIMITS] for row in rows}, expected, "rows")
        check(all(row["limits"] == "missed" and float(row[f"{LIMITS[0]}, excess"]) > 0 and
                  float(row[f"{LIMITS[1]}, excess"]) == 0 for row in rows), rows)
    answer = objects(no_answer(place, f"best {results} --json"))[0]
    equal({missing["policy"]: [each["is"] for each in missing["each_limit"]] for missing in answer["missing"]}, expected, "best")


@test("limits: of a file, of sweep, of what reads: each in place of the one before; none")
def overridden(place):
    text = f"name: e\nworkload: '{WEB}'\npolicies: [default, off]\n"
    place.write("e.yaml", text + "limits: ['gc_share <= 1%', heap_peak <= 4GiB]\n")
    place.expect(0, "sweep e.yaml")
    stored = "SELECT limits FROM experiment"
    equal(place.query(stored)[0][0], "gc_share <= 1%\nheap_peak <= 4GiB", "of the file")
    shown = place.expect(0, "show results.db").out
    check("gc_share <= 1%" in shown and "heap_peak <= 4GiB" in shown, shown)
    for command in ("show", "best"):
        other = place.expect(0, f"{command} results.db --limit 'wall_time <= 1h'").out
        check("wall_time <= 1h" in other and "gc_share <= 1%" not in other, other)
        none = place.expect(0, f"{command} results.db --limit none").out
        check("<=" not in none and "within" not in none, none)
    place.expect(0, "sweep e.yaml --limit 'wall_time <= 1h'", out=["2 of them from before"])
    equal(place.query(stored)[0][0], "wall_time <= 1h", "of the command")
    place.write("e.yaml", text + "limit: gc_share < 0.1%\n")
    place.expect(0, "sweep e.yaml")
    equal(place.query(stored)[0][0], "gc_share < 0.1%", "of the file, which is another")
    place.expect(0, "sweep e.yaml --limit none")
    equal(place.query(stored)[0][0], None, "none")
    equal(place.statuses(), ["finished"] * 2, "nothing was run again")


@test("limits of shares: merged, or refused if they are not the same")
def shares(place):
    place.write("e.yaml", f"name: e\nworkload: '{WEB}'\npolicies: [default, off]\nreplications: 2\n")
    for k, limit in ((1, "1s"), (2, "1s"), (3, "2s")):
        place.expect(0, f"sweep e.yaml --shard {min(k, 2)}/2 --db {k}.db --limit 'latency_p99 <= {limit}'")
    place.expect(1, "merge 1.db 3.db --into all.db",
                 err=["3.db: a share of experiment 'e' with other limits than that of 1.db; run its sweep again with the same --limit"])
    place.expect(0, "merge 1.db 2.db --into all.db")
    equal(place.query("SELECT limits FROM experiment", name="all.db")[0][0], "latency_p99 <= 1s", "merged")
    check("latency_p99 <= 1s" in place.expect(0, "show all.db").out, "shown")


WRONG = [
    ("compare --limit 'latency_p99 <= 50'", 2, "--limit: 'latency_p99 <= 50': latency_p99 is a time: write 50ms or 50s"),
    ("compare --limit 'latency_p9 <= 50ms'", 2, "did you mean 'latency_p90'?"),
    ("compare --limit 50ms", 2, "names no metric"),
    ("compare --limit none --limit 'gc_share < 1%'", 2, "--limit: none goes with no other limit"),
    ("show results.db --limit 'gc_share'", 2, "is no condition, such as"),
    ("sweep empty.yaml", 1, "empty.yaml:2: limits is an empty list"),
    ("sweep none.yaml", 1, "none.yaml:2: limits: leave the key out for none"),
    ("sweep unit.yaml", 1, "unit.yaml:3: limits: 'heap_peak <= 4': heap_peak is a size"),
    ("sweep twice.yaml", 1, "are the same key; keep one of them"),
]


@test("limits that are none: one line that says what is wrong, and where")
def wrong(place):
    place.write("empty.yaml", "workload: web\nlimits: []\n")
    place.write("none.yaml", "workload: web\nlimits: none\n")
    place.write("unit.yaml", "workload: web\nlimits: [gc_share < 5%,\n  heap_peak <= 4]\n")
    place.write("twice.yaml", "workload: web\nlimits: gc_share < 5%\nlimit: gc_share < 6%\n")
    for arguments, status, error in WRONG:
        place.expect(status, arguments, err=[error])
    equal([name for name in place.files() if name.endswith(".db")], [], "files")


@test("a limit of a damaged file: refused in one line by all that read")
def damaged(place):
    for text, error in (("x", "there is no metric 'x'"), ("gc_share < 5%\n", "''")):
        file = File(place)
        file.setting(file.experiment(objective=PLAIN, limits=text), "off", {PLAIN: [1]})
        file.close()
        for command in ("show", "show --json", "best", "report", "plot --chart pareto", "export --table settings"):
            place.expect(1, f"{command} results.db", err=["results.db: damaged: the limits of experiment 1: ", error])
        os.remove(place.path("results.db"))


# ---- what best makes of them -----------------------------------------------------------------------


def service(place, policies, limits, **more):
    """A results file: of each policy latency in ms and heap in MiB."""
    file = File(place)
    experiment = file.experiment(objective="latency_p99", baseline="default", limits="\n".join(limits))
    for policy, (latency, heap) in policies.items():
        file.setting(experiment, policy, {"latency_p99": [latency / 1e3, latency / 1e3 + 1e-6], "heap_peak": [heap * MIB] * 2,
                                          "collections": [0 if policy == "off" else 5] * 2,
                                          **ahead(2, **more.get(policy.partition(":")[0], {}))})
    file.close()


POLICIES = {"default": (120, 100), "freeze": (70, 102), "off": (61, 400)}


@test("best: stored limits are its conditions, and --subject-to comes on top")
def conditions(place):
    service(place, POLICIES, ["latency_p99 <= 65ms"])
    check(place.expect(0, "best results.db").out.count("\noff  ") == 1, "off")
    place.expect(0, "best results.db --limit none --minimise heap_peak", out=["\ndefault "])
    place.expect(0, "best results.db --minimise heap_peak --limit 'latency_p99 <= 80ms'", out=["\nfreeze "])
    out = no_answer(place, "best results.db --subject-to 'heap_peak <= 1.1 * default'")
    check("3 of 3 settings do not meet latency_p99 <= 65ms and heap_peak <= 1.1 * default." in out, out)
    check("can reach" not in out, "off can", out)


@test("best: what even off misses no policy can reach; what each misses, the nearest first; status 1")
def out_of_reach(place):
    service(place, POLICIES, ["latency_p99 <= 50ms", "heap_peak <= 200MiB"])
    out = no_answer(place, "best results.db", [
        "No setting is an answer.", "3 of 3 settings do not meet latency_p99 <= 50ms and heap_peak <= 200MiB.",
        "No policy can reach latency_p99 <= 50ms: latency_p99 is 61.0 ms without any collection."])
    equal(cells(out, "latency_p99 <= 50ms"), {"freeze": "over 1.4x", "off": "over 1.22x", "default": "over 2.4x"}, "latencies")
    equal(list(cells(out, "heap_peak <= 200MiB").items()),
          [("freeze", "within"), ("off", "over 2x"), ("default", "within")], "heaps, in order")
    answer, = objects(no_answer(place, "best results.db --json"))
    unreached, = answer["unreached"]
    equal((unreached["condition"], unreached["metric"], unreached["allowed"]), ("latency_p99 <= 50ms", "latency_p99", 0.05), "unreached")
    check(abs(unreached["without_collections"] - 0.061) < 1e-5, unreached)
    check("best" not in answer and answer["nearest"]["policy"] == "freeze", answer)


@test("best: a memory that even off misses says nothing of other policies; of a program that collects off says nothing")
def no_bound(place):
    service(place, POLICIES, ["heap_peak <= 10MiB"])
    check("can reach" not in no_answer(place, "best results.db"), "memory")


@test("best: without off nobody knows what can be reached, and how to find out is said")
def unknown(place):
    service(place, {"default": (120, 100), "freeze": (70, 102)}, ["latency_p99 <= 50ms"])
    no_answer(place, "best results.db",
              ["Whether any policy can reach latency_p99 <= 50ms is not known: no run here is without collections. "
               "--policy off makes one, or off among the policies of a file."])
    answer, = objects(no_answer(place, "best results.db --json"))
    check("without_collections" not in answer["unreached"][0], answer)
    no_answer(place, "best results.db --limit 'latency_p99 <= 1s' --subject-to 'latency_p99 <= 1ms'",
              ["Whether any policy can reach latency_p99 <= 1ms is not known"])


@test("best: a heap that grows without end is within no limit, a latency is that of the horizon; --seen goes by what was seen")
def at_the_horizon(place):
    service(place, POLICIES, ["heap_peak <= 500MiB", "latency_p99 <= 80ms"], off={"horizon_heap_peak": 9e10, "horizon_latency_p99": 0.061},
            freeze={"horizon_latency_p99": 0.09, "horizon_heap_peak": 102 * MIB}, default={"horizon_heap_peak": 100 * MIB, "horizon_latency_p99": 0.12})
    out = no_answer(place, "best results.db")
    equal(cells(out, "heap_peak <= 500MiB")["off"], "over 172x by 24h", "off")
    equal(cells(out, "latency_p99 <= 80ms")["freeze"], "over 1.12x by 24h", "freeze")
    check("\noff " in place.expect(0, "best results.db --seen").out, "seen")


@test("best: one of two workloads has no answer: both are printed, status 1")
def one_of_two(place):
    file = File(place)
    experiment = file.experiment(objective=PLAIN, limits=f"{PLAIN} <= 0.1")
    file.setting(experiment, "default", {PLAIN: [0.05]})
    file.setting(experiment, "default", {PLAIN: [0.5]}, workload="queue")
    file.close()
    result = place.run("best results.db")
    equal((result.status, result.err),
          (1, f"{place.program} best: for 1 of 2 workloads and collectors no setting is an answer\n"), "end")
    check("default in an application" in result.out and "No setting is an answer." in result.out, result.out)


UNSURE = {"default": [0.100] * 5, "freeze": [0.046, 0.050, 0.048, 0.047, 0.049], "off": [0.052, 0.052, 0.047, 0.046, 0.046]}


def by_chance(place, policies):
    """Of each policy five latencies; a larger heap the better the latency."""
    file = File(place)
    experiment = file.experiment(objective="latency_p99", baseline="default", limits="latency_p99 <= 49ms")
    for policy in policies:
        file.setting(experiment, policy, {"latency_p99": UNSURE[policy], "heap_peak": [MIB] * 5})
    file.close()


@test("best: means that meet a limit by chance are not within it: what it would be by them, how sure; --by-means")
def by_means(place):
    by_chance(place, ["default", "freeze", "off"])
    out = no_answer(place, "best results.db", [
        "No setting is an answer.", "1 of 3 settings do not meet latency_p99 <= 49ms.",
        "2 of 3 settings meet latency_p99 <= 49ms by means, but not surely.",
        "By means freeze would be the best, but its latency_p99, 48.0 ms on average, may be 5", "--by-means goes by means."])
    found = cells(out, "latency_p99 <= 49ms")
    equal(list(found), ["freeze", "off", "default"], "the nearest first")
    check(all(re.fullmatch(r"unsure: up to 1\.\d+x", found[policy]) for policy in ("freeze", "off")), found)
    answer, = objects(no_answer(place, "best results.db --json"))
    limit, = answer["by_means"]["each_limit"]
    equal((answer["by_means"]["policy"], answer["breaking"], answer["unsure"]), ("freeze", 1, 2), "by means")
    check(limit["is"] == "unsure" and limit["value"] < limit["allowed"] < limit["may_be"] and limit["excess"] == 0, limit)
    answer, = objects(place.expect(0, "best results.db --json --by-means").out)
    limit, = answer["best"]["each_limit"]
    equal((answer["best"]["policy"], limit["is"], limit.get("may_be")), ("freeze", "within", None), "--by-means")
    other = "best results.db --limit 'latency_p99 <= 60ms' --maximise latency_p99"
    place.expect(0, other, out=["\nfreeze ", "By means off would be the best, but its latency_p99, 48.6 ms on average, may be 6"])
    answer, = objects(place.expect(0, f"{other} --json").out)
    equal((answer["best"]["policy"], answer["by_means"]["policy"], "nearest" in answer), ("freeze", "off", False), "another by means")
    rows = {row["policy"]: row["latency_p99 <= 49ms"] for row in objects(place.expect(0, "show results.db --json").out)}
    equal(rows, {"default": "missed", "freeze": "unsure", "off": "unsure"}, "show")
    place.expect(0, "show results.db", out=["Unsure: the mean is within", "No policy is surely within the limit."])
    place.expect(0, "show results.db --by-means", out=["Means decide, whether by chance or not (--by-means)."])


@test("limits: with one replication the mean decides, and that is said; a policy with one of five is not sure")
def one_replication(place):
    file = File(place, "one.db")
    experiment = file.experiment(objective=PLAIN, limits=f"{PLAIN} <= 0.1")
    file.setting(experiment, "default", {PLAIN: [0.05]})
    file.close()
    place.expect(0, "show one.db", out=["within", "One replication: chance may have kept or broken a limit."])
    file = File(place, "few.db")
    experiment = file.experiment(objective=PLAIN, limits=f"{PLAIN} <= 0.1")
    file.setting(experiment, "default", {PLAIN: [0.06] * 5})
    file.setting(experiment, "off", {PLAIN: [0.05]})
    file.close()
    equal(cells(place.expect(0, "show few.db").out, f"{PLAIN} <= 0.1"), {"off": "unsure", "default": "within"}, "few")
    place.expect(0, "best few.db", out=["\ndefault "])


# ---- in charts -------------------------------------------------------------------------------------

CHARTS = {  # which limits are in them
    "pauses": ["service_pause_p99 <= 1ms", "service_pause_max <= 20ms"],
    "histogram": ["service_pause_p99 <= 1ms", "service_pause_max <= 20ms", "pause_max <= 30ms"],
    "timeline": ["service_pause_max <= 20ms", "pause_max <= 30ms"],
    "memory": ["heap_peak <= 1.5 * default"],
    "latency": ["latency_p99 <= 90ms"],
    "tradeoff": ["heap_peak <= 1.5 * default", "service_pause_p99 <= 1ms", "service_pause_max <= 20ms", "pause_max <= 30ms"],
    "pareto": ["heap_peak <= 1.5 * default", "latency_p99 <= 90ms"],
    "overhead": ["heap_peak <= 1.5 * default"],
    "effects": ["latency_p99 <= 90ms"],
    "mmu": [], "gctime": [], "ages": [],
}
ALL = ["latency_p99 <= 90ms", "service_pause_p99 <= 1ms", "service_pause_max <= 20ms", "pause_max <= 30ms",
       "heap_peak <= 1.5 * default", "gc_share <= 5%"]


@once
def drawn(place):
    place.write("e.yaml", f"workload: '{WEB}'\npolicies: [default, freeze, off]\nlog: collections\nlimits: {json.dumps(ALL)}\n")
    place.expect(0, "sweep e.yaml")
    place.expect(0, "plot results.db --format svg")
    return place


def words(svg):
    return [" ".join(text.split()) for text in ElementTree.fromstring(svg).itertext() if text.strip()]


for chart, limits in CHARTS.items():
    @test(f"chart {chart}: limits of what its axes show, each with its text")
    def lines_of(place, chart=chart, limits=limits):
        texts = words(drawn(place).read(f"charts/{chart}.svg").decode())
        found = [limit for limit in ALL if any(limit in text for text in texts)]
        equal(sorted(found), sorted(limits), f"limits in {texts}")


@test("charts: --limit in place of those stored, none; what is far away is pointed to, and names are only texts")
def other_lines(place):
    results = drawn(place).path("results.db")
    place.expect(0, f"plot {results} --chart latency --format svg --limit 'latency_max <= 1h' --limit 'latency_p50 > 1us'")
    texts = words(place.read("charts/latency.svg").decode())
    check("↑ latency_max <= 1h" in texts and "↓ latency_p50 > 1us" in texts, texts)
    place.expect(0, f"plot {results} --chart tradeoff --format svg --limit 'heap_peak <= 4000GiB'")
    check("heap_peak <= 4000GiB →" in words(place.read("charts/tradeoff.svg").decode()), "far to the right")
    place.expect(0, f"plot {results} --chart latency --format svg --limit none")
    check(not any("<=" in text for text in words(place.read("charts/latency.svg").decode())), "none")
