# SPDX-License-Identifier: GPL-3.0-or-later
"""What module gc does and prints, and scripts with kinds of objects: which engine takes them."""
import json

from harness import SMALL, test
from tap import check, equal

RING = "new 0 1\nstore 0 0 0\nthreshold 1\nnew 1 1\nnew 2 0 # due\ndrop 0\nfreeze\nnew 3 1\nstore 3 0 3\ndrop 3\ncollect\n"
KINDS = "# a weak reference\nnew 0 1\n\nweakref 1 0\nnew 2 1 dict\n"
NEED = "k.heap:4: a weak reference takes the graph engine"
TAME = "new 0 1 dict\nnew 1 2 list\nstore 0 0 1\nstore 1 0 0\ndrop 0\ndrop 1\nnew 0 1 slots-del\ndrop 0\ncollect\n"


def events(place, arguments):
    return [json.loads(line) for line in place.expect(0, f"replay --events {arguments}").out.splitlines()]


@test("replay --events: everything in order, each event's own facts")
def replay_events(place):
    place.write("s.heap", RING)
    equal(events(place, "s.heap --baseline 7 -c cpython-3.11"), [
        {"op": 3, "event": "collection", "generation": 0, "before": [1, 0, 0], "permanent": 7},
        {"op": 3, "event": "done", "unreachable": 0, "uncollectable": 0},
        {"op": 10, "event": "collection", "generation": 2, "before": [1, 0, 0], "permanent": 10},
        {"op": 10, "event": "done", "unreachable": 1, "uncollectable": 0},
        {"op": 10, "event": "collect", "returned": 1},
        {"event": "end", "count": [0, 0, 0], "stats": [[1, 0, 0], [0, 0, 0], [1, 1, 0]]},
    ], "events")


@test("replay --events and --debug-text: the same in both engines, of every version")
def replay_both(place):
    place.write("s.heap", RING * 3)
    for collector in map(json.loads, place.expect(0, "list collectors --json").out.splitlines()):
        for form in "--events", "--debug-text", "--debug-text=plain":
            logs = [place.expect(0, f"replay s.heap {form} -c {collector['name']} --engine {engine}").out
                    for engine in ("graph", "interval")]
            check(logs[0], "no log")
            equal(logs[0], logs[1], f"{form} of {collector['name']}")


@test("replay --debug-text: what CPython prints, behind its operation, without what no two processes share")
def replay_text(place):
    place.write("s.heap", RING)
    for form in "--debug-text", "--debug-text=labels":
        equal(place.expect(0, f"replay {form} s.heap --baseline 7").out.splitlines()[-4:], [
            "10: gc: collecting generation 2...",
            "10: gc: objects in each generation: 1 0 0",
            "10: gc: objects in permanent generation: P",
            "10: gc: done, 1 unreachable, 0 uncollectable, Ts elapsed"], form)
    equal(place.expect(0, "replay --debug-text=plain s.heap --baseline 7").out.splitlines()[-4:], [
        "gc: collecting generation 2...",
        "gc: objects in each generation: 1 0 0",
        "gc: objects in permanent generation: 10",
        "gc: done, 1 unreachable, 0 uncollectable, 0.0000s elapsed"], "plain")


@test("replay prints one thing: --json, --events or --debug-text")
def replay_one(place):
    place.write("s.heap", "collect\n")
    place.expect(2, "replay s.heap --json --events", err=["--json or --events, one of them"])
    place.expect(2, "replay s.heap --events --debug-text", err=["--events or --debug-text, one of them"])
    place.expect(2, "replay s.heap --debug-text=none", err=["--debug-text=none is not allowed; it takes labels or plain"])
    place.expect(2, "replay --debug-text", err=["which heap script?"])


@test("a script with kinds in which collections decide nothing: any engine, and the same rows")
def any_engine(place):
    place.write("k.heap", TAME)
    for version in "3.8", "3.11", "3.13", "3.15":
        logs = [place.expect(0, f"replay k.heap --json -c {version}{engine}")
                for engine in ("", " --engine interval", " --engine graph")]
        equal({log.out for log in logs}, {logs[0].out}, version)
        equal([log.err for log in logs], ["", "", ""], version)
    place.expect(0, "run -w script:file=k.heap --db a.db")
    equal([row[0] for row in place.query("SELECT engine FROM run", name="a.db")], ["interval"], "engine")


@test("what becomes of objects is told by the graph engine alone")
def told(place):
    place.write("k.heap", TAME)
    need = "to hear what becomes of its objects takes the graph engine"
    result = place.run("replay k.heap --events")
    equal((result.status, result.err.count(need), result.out.count('"finalizer"')), (0, 1, 1), result.err)
    place.expect(1, "replay k.heap --events --engine interval", err=[need])
    check('"event": "finalizer"' in place.expect(0, "replay k.heap --events --engine graph").out, "no finalizer")


@test("a program that one version's collections leave alone, and another's do not: its engine by version")
def engine_by_version(place):
    place.write("k.heap", "new 0 1 tuple -\nnew 1 1 tuple 0\ncollect\n")
    need = "k.heap:2: a tuple of tuples that may be untracked takes the graph engine"
    result = place.run("compare -w script:file=k.heap -c cpython-3.13 -c cpython-3.15 -p default --db a.db")
    equal((result.status, result.err.count(need)), (0, 1), result.err)
    equal(sorted(tuple(row) for row in place.query("SELECT collector, engine FROM run", name="a.db")),
          [("cpython-3.13", "graph"), ("cpython-3.15", "interval")], "engines")


@test("a script in which collections decide something takes the graph engine, which is said once")
def graph_taken(place):
    place.write("k.heap", KINDS)
    place.write("e.yaml", f"workloads: ['script:file=k.heap', '{SMALL}']\npolicies: [default, off]\n")
    for command in ("replay k.heap", "replay k.heap --json", "run -w script:file=k.heap --db a.db",
                    "compare -w script:file=k.heap -p default -p off -r 3 --db b.db", "sweep e.yaml --db c.db"):
        result = place.run(command)
        equal((result.status, result.err.count(NEED)), (0, 1), f"{command}: status, lines of {result.err!r}")
    for name, expected in (("a.db", {("script", "graph")}), ("b.db", {("script", "graph")}),
                           ("c.db", {("script", "graph"), ("web", "interval")})):
        rows = place.query("SELECT workload, engine FROM run", name=name)
        equal({(workload.split(":")[0], engine) for workload, engine in rows}, expected, name)


@test("an engine that is named is the one")
def engine_named(place):
    place.write("k.heap", KINDS)
    place.expect(0, "replay k.heap --engine graph")
    place.expect(1, "replay k.heap --engine interval", err=[NEED])
    place.expect(0, "run -w script:file=k.heap --engine graph")
    result = place.run("run -w script:file=k.heap --engine interval")
    equal((result.status, result.err.count(NEED)), (1, 1), f"status, lines of {result.err!r}")
    place.expect(1, "compile -w script:file=k.heap", err=[NEED])
    equal(place.files(), ["k.heap", "results.db"], "files")


# What it says, the script, texts on standard error.
REFUSED = [
    ("a kind misspelt", "new 0 1 dcit", ["s.heap:1: there is no kind 'dcit'; did you mean 'dict'?"]),
    ("a tuple without its items", "new 0 1\nnew 1 2 tuple 0", ["s.heap:2: a tuple of 2 takes 2 items, not 1"]),
    ("an empty tuple", "new 0 0 tuple", ["s.heap:1: a tuple has from 1 to 67108864 fields, not 0"]),
    ("a cell of two", "new 0 2 cell", ["s.heap:1: a cell has 1 field, not 2"]),
    ("a finalizer misspelt", "new 0 1 slots-del\nfinalizer 0 slef 1",
     ["s.heap:2: there is no finalizer 'slef'; did you mean 'self'?"]),
    ("a flag misspelt", "debug saveal", ["s.heap:1: there is no flag 'saveal'; did you mean 'saveall'?"]),
    ("a callback misspelt", "weakref 0 0 noet", ["s.heap:1: there is no callback 'noet'; did you mean 'note'?"]),
]

for title, script, texts in REFUSED:
    @test("malformed script: " + title)
    def refused(place, script=script, texts=texts):
        place.write("s.heap", script)
        place.expect(1, "replay s.heap", err=texts)


# What it says, the script, texts on standard error; told as the script runs, behind the line that names the engine, if
# it is the graph engine.
FAULTS = [
    ("a list in a set", "new 0 1 list\nnew 1 1 set\nstore 1 0 0",
     ["s.heap:3: register 0 holds a list: the object is not hashable", "(allowed: slots, inst, "]),
    ("a weak reference to a list", "new 0 1 list\nweakref 1 0",
     ["s.heap:2: register 0 holds a list: there are no weak references", "(allowed: slots, "]),
    ("a store into a tuple", "new 0 1 tuple -\nstore 0 0 0", ["s.heap:2: register 0 holds a tuple", "at birth"]),
    ("a __dict__ of a cell", "new 0 1 cell\nattrs 1 0",
     ["s.heap:2: register 0 holds a cell: the object has no __dict__ (allowed: inst, inst-del, exc)"]),
    ("a reference that is none", "new 0 1 func\nderef 1 0", ["s.heap:2: register 0 holds a func", "no weak reference"]),
    ("a finalizer of an object without", "new 0 1 inst\nfinalizer 0 noop",
     ["s.heap:2: register 0 holds an inst: the object has no finalizer (allowed: slots-del, inst-del)"]),
    ("a question about nothing", "new 0 1 tuple 3\n\ntracked 3", ["s.heap:3: register 3: the register is empty"]),
    ("a field of a weak reference", "new 0 1\nweakref 1 0\nclear 1 0", ["s.heap:3: field 0: the object has no fields"]),
]

for title, script, texts in FAULTS:
    @test("a script that goes wrong: " + title)
    def fault(place, script=script, texts=texts):
        place.write("s.heap", script)
        result = place.run("replay s.heap")
        lines = result.err.splitlines()
        equal((result.status, len(lines) <= 2), (1, True), result.err)
        check(all("takes the graph engine" in line for line in lines[:-1]), result.err)
        check(all(text in lines[-1] for text in texts), f"expected {texts}", lines[-1])


@test("a tuple of more items than are emitted at a time: the line is right all the same")
def long_tuple(place):
    place.write("s.heap", "".join(f"new {r} 0\n" for r in range(9)) + "new 9 9000 tuple" + " 0 - 3" * 3000 +
                "\ncount\ndrop 0\ntracked 9\ntracked 10\n")
    result = place.run("replay --events s.heap")
    check("s.heap:14: register 10: the register is empty" in result.err, result.err)
    equal([json.loads(line) for line in result.out.splitlines()],
          [{"op": 10, "event": "count", "count": [10, 0, 0]}, {"op": 12, "event": "tracked", "is": True}], "events")


@test("a finalizer that follows a weak reference to what is dying, in the trashcan or for its callbacks, finds nothing")
def dying_referent(place):
    place.write("trash.heap", "new 1 0\nweakref 2 1 note\nnew 3 1 slots-del\nfinalizer 3 weak 4 2\nnew 0 2 tuple 3 1\n"
                "drop 1\ndrop 3\n" + "new 0 1 tuple 0\n" * 49 + "drop 0\ntracked 4\n")
    place.write("tuple.heap", "disable\nnew 1 0\nweakref 2 1 note\nweakref 3 1 note\nnew 5 1 slots-del\nstore 5 0 5\n"
                "finalizer 5 weak 4 2\ndrop 5\nthreshold 1\nenable\ndrop 1\ntracked 4\n")
    for script in "trash.heap", "tuple.heap":
        result = place.run(f"replay --events -c cpython-3.11 {script}")
        check("register 4: the register is empty" in result.err, result.err)
        events = [json.loads(line)["event"] for line in result.out.splitlines()]
        equal((events.count("finalizer"), events.count("callback")), (1, 1 + (script == "tuple.heap")), script)


@test("3.13: an instance that a collection has cleared, and the program can reach all the same, keeps what is stored then")
def cleared_instance(place):
    lost = ("new 0 2 inst\nnew 1 2 inst\nnew 2 0 list\nstore 0 0 1\nstore 1 0 0\nstore 1 1 2\nattrs 3 0\ndrop 0\ndrop 1\n"
            "disable\ncollect\nload 4 3 0\nstore 3 1 4\n")
    for more in "store 4 0 2\n", "attrs 5 4\nstore 5 0 2\n":
        place.write("s.heap", lost + "load 6 4 1\nnew 7 1 list\nstore 7 0 6\n" + more + "load 6 4 0\ntracked 6\n")
        events = [json.loads(line) for line in place.run("replay --events -c cpython-3.13 s.heap").out.splitlines()]
        equal([event["is"] for event in events if event["event"] == "tracked"], [True], more)
