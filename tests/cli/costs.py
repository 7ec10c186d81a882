# SPDX-License-Identifier: GPL-3.0-or-later
"""Costs: which sets there are, which one a run uses and says it uses, and a measured pause that calibrates it."""
import json
import os
import re

from harness import SMALL, test
from tap import check, equal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SETS = os.path.join(ROOT, "sim", "model", "costs")
BORROWED = "Times of cpython-3.15 are those measured on cpython-3.13.\n"
CALIBRATION = "cpython-3.13: pause=84ms@890000 makes scatter "


def set_of(carried, **changes):
    """A set that the program carries, with other words after some keywords."""
    with open(os.path.join(SETS, carried + ".cost")) as file:
        text = file.read()
    for keyword, words in changes.items():
        text, count = re.subn(rf"^({keyword}\s+).*$", rf"\g<1>{words}", text, flags=re.M)
        check(count == 1, f"no {keyword}")
    return text


def costs_of_runs(place, name="results.db"):
    return place.query("SELECT costs, measured_on, scatter_ns, calibration FROM run ORDER BY id", name=name)


@test("list costs: every set, and the interpreter version it was measured with")
def list_costs(place):
    lines = [json.loads(line) for line in place.expect(0, "list costs --json").out.splitlines()]
    equal(sorted(line["name"] + ".cost" for line in lines), sorted(os.listdir(SETS)), "sets")
    for line in lines:
        check(line["name"].startswith(line["interpreter"]) and line["meaning"], str(line))
    place.expect(0, "list costs --markdown", out=["| costs | measured on |", f"| `{lines[0]['name']}` |"])


@test("a version without costs of its own says whose it borrows, in every answer")
def borrowed(place):
    web = f"{SMALL},scatter=300ns"
    for command in (f"run -w {web}", f"compare -w {web} -p default -p off", f"compare -w {web} -p default -p off -r 2"):
        result = place.expect(0, command + " -c cpython-3.15")
        equal(result.out.count(BORROWED), 1, command)
    for command in ("show results.db", "best results.db", "sensitivity results.db"):
        equal(place.expect(0, command).out.count(BORROWED), 1, command)
    place.expect(0, "report results.db --out page.html")
    check(BORROWED.strip().encode() in place.read("page.html"), "the page")
    place.write("x.heap", "new 0 1\ncollect 2\n")
    equal(place.expect(0, "replay x.heap -c cpython-3.15").out.count(BORROWED), 1, "replay")
    check("measured on" not in place.expect(0, f"run -w {web} -c cpython-3.13 --db own.db").out, "its own")
    check("measured on" not in place.expect(0, "replay x.heap").out, "replay, its own")
    row = costs_of_runs(place)[0]
    check(row[0].startswith("cpython-3.13-xeon#"), row[0])
    equal(list(row[1:]), ["cpython-3.13", 300, 1], "stored")


@test("--cost: a set by name or file, in every command that has times; another set is another run")
def other_sets(place):
    place.write("mine.cost", set_of("cpython-3.12-xeon", name="mine", operations="store=9ns clear=9ns load=18ns copy=1ns drop=900ns"))
    place.expect(0, f"run -w {SMALL} --db a.db")
    for cost in ("cpython-3.11-xeon", "mine.cost", "./mine.cost", place.path("mine.cost")):
        place.expect(0, f"run -w {SMALL} --cost {cost} --db a.db", out=["Times of cpython-3.13 are those measured on"])
    rows = [row[0] for row in costs_of_runs(place, "a.db")]
    equal([row.split("#")[0] for row in rows], ["cpython-3.13-xeon", "cpython-3.11-xeon", "mine", "mine", "mine"], "names")
    equal(len(set(rows)), 3, "different")
    equal(len({tuple(row) for row in place.query("SELECT mutator_ns FROM run", name="a.db")}), 3, "mutator time")

    place.write("x.yaml", f"workload: {{name: web, modules: 1000, duration: 2s}}\ncost: ./mine.cost\n")
    place.write("mine.heap", "new 0 1\ncollect 2\n")
    place.expect(0, "sweep x.yaml --db b.db")
    place.expect(0, "sweep x.yaml --db b.db", out=["1 of them from before"])
    place.expect(0, "sweep x.yaml --db b.db --cost cpython-3.11-xeon")
    equal([row[0].split("#")[0] for row in costs_of_runs(place, "b.db")], ["mine", "cpython-3.11-xeon"], "the command line wins")
    one = place.expect(0, "replay mine.heap").out
    check(one != place.expect(0, "replay mine.heap --cost cpython-3.11-xeon").out, "replay")


@test("a set of a file that has changed in a number only: a sweep runs again, in words only: it does not")
def changed_set(place):
    place.write("x.yaml", "workload: {name: web, modules: 1000, duration: 1s}\ncost: mine.cost\n")
    place.write("mine.cost", set_of("cpython-3.12-xeon"))
    place.expect(0, "sweep x.yaml --db b.db")
    place.write("mine.cost", set_of("cpython-3.12-xeon", machine="a toaster"))
    place.expect(0, "sweep x.yaml --db b.db", out=["1 of them from before"])
    place.write("mine.cost", set_of("cpython-3.12-xeon", machine="a toaster", scatter="young=1ns sequential=1ns random=2ns aged=3ns"))
    check("from before" not in place.expect(0, "sweep x.yaml --db b.db").out, "run again")


@test("--cost pause=…: scatter is solved, in place of the workload's own, and said; beyond, a scale")
def calibrated(place):
    result = place.expect(0, f"run -w {SMALL},scatter=9us --cost pause=84ms@890000", out=[CALIBRATION, "in place of the workload's own."])
    scatter = float(re.search(r"makes scatter (\S+) ns", result.out).group(1))
    row = costs_of_runs(place)[0]
    check(row[0].endswith(" pause=84ms@890000"), row[0])
    check(abs(row[2] - scatter) <= 0.01 * scatter and 0 < scatter < 1400, str(row))
    equal(row[3], 1, "no scale")
    for pause, expected in (("1ms@890000", "makes scatter 0 ns"), ("1h@890000", "; all times are ")):
        place.expect(0, f"run -w {SMALL} --cost pause={pause} --db far.db", out=[expected, " times those of cpython-3.13-xeon."])
    place.write("x.yaml", "workload: {name: web, modules: 1000, duration: 1s}\ncollectors: [cpython-3.11, cpython-3.13]\ncost: pause=84ms@890000\n")
    place.expect(0, "sweep x.yaml --db b.db")
    out = place.expect(0, "show b.db").out
    check(CALIBRATION in out and CALIBRATION.replace("3.13", "3.11") in out, out)
    check(len({row[2] for row in costs_of_runs(place, "b.db")}) == 2, "of each version its own")


@test("the pause that calibrates is the one that is simulated then: a long full collection of so many objects")
def round_trip(place):
    web = "web:modules=890000,duration=20s,rate=1,cpu=400ms,cache=1,sessions=1,import_cycles=0"
    for cost in ("pause=84ms@890000", "pause=300ms@890000", "cpython-3.11-xeon:pause=900ms@890000"):
        place.expect(0, f"run -w {web} -p timed:every=10s --cost {cost}")
        row = place.query("SELECT pause_ns * 890000.0 / examined FROM collection"
                          " WHERE run_id = (SELECT max(id) FROM run) AND examined > 800000 ORDER BY seq DESC")[0]
        pause = 1e6 * int(cost.split("=")[1].split("ms")[0])
        check(abs(row[0] - pause) < 0.01 * pause, f"{cost}: {row[0]}")


@test("best --verify runs with the costs that the advice came from; with those of a file it says that it cannot")
def verified(place):
    web = "web:rate=50,modules=2000,duration=2s"
    place.expect(0, f"compare -w {web} -p default -p off --horizon 10s --cost cpython-3.11-xeon:pause=5ms@20000")
    result = place.run("best results.db --verify")
    equal(result.status, 0, str(result))
    equal(len({tuple(row)[0] for row in costs_of_runs(place)}), 1, "one set")
    place.write("mine.cost", set_of("cpython-3.12-xeon", name="mine"))
    place.expect(0, f"compare -w {web} -p default -p off --horizon 10s --cost mine.cost --db mine.db")
    result = place.run("best mine.db --verify")
    check(result.status == 1 and "--verify: its times are of the costs mine#" in result.err, str(result))


@test("a compiled program goes with the costs that it was compiled with")
def programs(place):
    place.expect(0, f"compile -w {SMALL} --cost cpython-3.11-xeon --out p.program")
    place.expect(1, "run --program p.program", err=["p.program was compiled with other times than those of the costs cpython-3.13-xeon#",
                                                    "compile it with the same --cost"])
    place.expect(0, "run --program p.program --cost cpython-3.11-xeon")


@test("--cost: what is no set, no file and no pause is refused in one line")
def refused(place):
    place.write("bad.cost", "pygcsim costs 1\nname x\nkind list a=1 b=-1 d=1 allocate=1ns\n")
    for cost, expected in (("nothing", "there is no cost set or file 'nothing' (allowed: "),
                           ("cpython-3.13-xoen", "did you mean 'cpython-3.13-xeon'?"),
                           ("bad.cost", "bad.cost:3: kind: b=-1 is not allowed; it takes a number"),
                           ("pause=84ms", "there is no @ in it; it takes pause=TIME@OBJECTS, such as pause=84ms@890000"),
                           ("pause=0s@890000", "the pause has to be from 1us to 1h")):
        for command in ("run", "compare", "replay x.heap", "compile"):
            result = place.run(f"{command} --cost {cost}")
            check(result.status == 2 and expected in result.err and result.err.count("\n") == 1, str(result))
    place.write("x.yaml", "workload: web\ncost: nothing\n")
    result = place.run("sweep x.yaml")
    check(result.status == 1 and "x.yaml:2: cost: there is no cost set or file 'nothing'" in result.err, str(result))
