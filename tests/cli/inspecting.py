# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim inspect: a script's heap at one of its operations."""
import json
import os
import re
import shutil
import time
import xml.etree.ElementTree

from harness import check, equal, test
from tap import Skip

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A list (0) of two (1, 3) that refer to each other; a ring of two (6, 7) and what it holds (8) are garbage.
SCRIPT = """new 0 2
new 1 1
store 0 0 1
new 2 1
store 0 1 2
store 1 0 2
store 2 0 1
drop 2
new 3 2
new 4 1
store 3 0 4
store 4 0 3
new 5 0
store 3 1 5
drop 3
drop 4
drop 5
"""


def ask(place, arguments, script=SCRIPT):
    place.write("s.heap", script)
    return json.loads(place.expect(0, f"inspect s.heap --json {arguments}").out)


def labels(nodes):
    return [node["of"] for node in nodes]


def path(nodes):
    return [node["of"] if "of" in node else node.get("register", node["root"]) for node in nodes]


@test("inspect: objects by kind and generation, alive and garbage; after the last operation, or another")
def whole(place):
    found = ask(place, "")
    equal((found["operations"], found["alive"], found["garbage"]), (17, 3, 3), "operations, alive, garbage")
    equal(found["kinds"], [{"type": "Slots", "generations": [6, 0, 0, 0], "untracked": 0, "bytes": 392}], "kinds")
    for operation, alive, garbage in ((0, 1, 0), (2, 2, 0), (12, 6, 0), (15, 4, 2), (16, 3, 3)):
        found = ask(place, f"--at {operation}")
        equal((found["operations"], found["alive"], found["garbage"]), (operation + 1, alive, garbage), operation)
    found = ask(place, "", SCRIPT + "collect 0\nfreeze\n")
    equal(found["kinds"][0]["generations"], [0, 0, 0, 3], "frozen")


@test("inspect: referents, referrers and the reference count of what a register holds, or an operation has made")
def one_object(place):
    for name in ("1", "@1"):
        found = ask(place, f"--referents {name} --referrers {name} --refcount {name}")
        equal(labels(found["referents"]["seen"]), [3], "referents")
        equal(labels(found["referrers"]["seen"]), [0, 3], "referrers")
        equal([row["place"] for row in found["referrers"]["seen"]], ["[0]", "[0]"], "places")
        equal(path(found["referrers"]["roots"]), [1], "roots")
        count = found["refcount"]
        equal((count["getrefcount"], count["registers"], count["objects"]), (4, 1, 2), "count")
    found = ask(place, "--referents 0")
    equal(labels(found["referents"]["seen"]), [3, 1], "the last item first")
    found = ask(place, "--referrers 1", SCRIPT + "freeze\n")
    equal((labels(found["referrers"]["seen"]), labels(found["referrers"]["not_seen"])), ([], [0, 3]), "frozen")


INSTANCE = "disable\nnew 0 1 inst\nnew 1 0 list\nstore 0 0 1\nattrs 2 0\n"

# Of an instance whose dict was asked for, and of that dict: what gc sees, and what it does not.
INSTANCES = [
    ("3.8", ["dict"], [], ["list"]), ("3.10", ["dict"], [], ["list"]), ("3.11", ["dict"], [], ["list"]),
    ("3.12", ["dict"], [], ["list"]), ("3.13", ["list"], ["dict"], []), ("3.15", ["dict"], [], ["list"]),
]

for version, seen, not_seen, of_dict in INSTANCES:
    @test(f"inspect: referents of an instance and of its __dict__ in {version}")
    def instance(place, version=version, seen=seen, not_seen=not_seen, of_dict=of_dict):
        def types(nodes):
            return [node["type"] for node in nodes]
        found = ask(place, f"--referents 0 -c cpython-{version}", INSTANCE)["referents"]
        equal((types(found["seen"]), types(found["not_seen"])), (seen, not_seen), "of the instance")
        equal(types(ask(place, f"--referents 2 -c cpython-{version}", INSTANCE)["referents"]["seen"]), of_dict, "of the dict")
        holder = ask(place, f"--referrers 2 -c cpython-{version}", INSTANCE)["referrers"]
        equal([types(holder[key]) for key in ("seen", "not_seen")], [[] if not_seen else ["Inst"], not_seen and ["Inst"]],
              "referrers of the dict")


@test("inspect: what is not tracked is in no generation, and does not refer for gc; it is seen all the same")
def untracked(place):
    script = "disable\nnew 0 1 tuple -\nnew 1 1 tuple 0\ncollect\n"
    found = ask(place, "-c 3.13", script)["kinds"]
    equal((found[0]["untracked"], found[0]["generations"]), (2, [0, 0, 0, 0]), "tuples")
    found = ask(place, "-c 3.13 --referrers 0 --refcount 0 --get-objects all", script)
    equal([labels(found["referrers"][key]) for key in ("seen", "not_seen")], [[], [2]], "referrers")
    equal((found["refcount"]["generation"], found["get_objects"]), (None, []), "generation")
    place.expect(0, "inspect s.heap --refcount 0", ["tuple #1: untracked, 2 references"])


@test("inspect: gc.garbage is a root; finalizers that have run; the name of weak references by version")
def garbage(place):
    script = "new 0 1 slots-del\nstore 0 0 0\ndebug saveall\nweakref 1 0\ndrop 0\ncollect\n"
    found = ask(place, "--why-alive @0 --refcount @0", script)
    equal(path(found["why_alive"]["path"]), ["garbage", 0], "path")
    equal((found["refcount"]["in_garbage"], found["refcount"]["objects"], found["refcount"]["finalized"]), (1, 1, True),
          "references")
    for version, name in (("3.9", "weakref"), ("3.10", "weakref.ReferenceType")):
        equal(ask(place, f"-c {version} --refcount 1", script)["refcount"]["type"], name, version)


@test("inspect: why an object is alive, and what keeps garbage")
def why_alive(place):
    def why(name, script=SCRIPT):
        return ask(place, f"--why-alive {name}", script)["why_alive"]
    equal(path(why("@3")["path"]), [0, 0, 3], "by another")
    equal(path(why("1")["path"]), [0, 0, 1], "but for its own register")
    equal(path(why("@1")["path"]), [1, 1], "by its own register")
    alone = why("0")
    equal((alone["path"], alone["garbage"]), ([], False), "by its own register alone")
    garbage = why("@12")
    equal((path(garbage["path"]), path(garbage["from_cycle"]), path(garbage["cycle"]), garbage["garbage"]),
          ([], [8, 12], [8, 9], True), "garbage")
    place.expect(0, "inspect s.heap --why-alive 0", ["alive by register 0, and by nothing else"])
    place.expect(0, "inspect s.heap --why-alive @12",
                 ["garbage", "kept by Slots #8[1] → Slots #12", "Slots #8[0] → Slots #9[0] → Slots #8"])


@test("inspect: gc.get_objects, of a generation or of all")
def get_objects(place):
    script = SCRIPT + "collect 0\nnew 4 0\ncollect 1\nnew 5 0\n"
    for generation, expected in (("0", [20]), ("1", []), ("2", [0, 1, 3, 18]), ("all", [20, 0, 1, 3, 18])):
        equal(labels(ask(place, f"--get-objects {generation}", script)["get_objects"]), expected, generation)


@test("inspect: cycles, those of the same make together")
def cycles(place):
    script = SCRIPT + "new 3 1\nstore 3 0 3\n" * 5
    found = ask(place, "--cycles", script)["cycles"]
    equal([(row["components"], row["size"], row["kinds"], row["alive"], path(row["cycle"])) for row in found],
          [(4, 1, {"Slots": 1}, False, [17]), (1, 2, {"Slots": 2}, True, [1, 3]),
           (1, 2, {"Slots": 2}, False, [8, 9]), (1, 1, {"Slots": 1}, True, [25])], "cycles")
    check(all(row["shortest"] for row in found), "not the shortest")
    place.expect(0, "inspect s.heap --cycles", ["4 components of 1 object each: 1 Slots; garbage"])
    place.write("none.heap", "new 0 1\n")
    place.expect(0, "inspect none.heap --cycles", ["no cycles\n"])


def a_leak(turns):
    """Register 0 holds a cache of four, 1 the end of a log; both get something in each turn of six operations."""
    lines = ["new 0 4"]
    for turn in range(turns):
        lines += ["new 2 0", f"store 0 {turn % 4} 2", "new 3 2", "store 3 0 1" if turn else "clear 3 0",
                  "copy 1 3", "drop 3"]
    return "\n".join(lines) + "\n"


@test("inspect --leaks: what grows, and what holds it; a cache that is full does not")
def leaks(place):
    found = ask(place, "--leaks 60..120", a_leak(30))["leaks"]
    before, after = found["kinds"][0]["before"], found["kinds"][0]["after"]
    equal((before["objects"], after["objects"]), (1 + 4 + 10, 1 + 4 + 20), "objects")
    rows = {path([row])[0]: (row["born"]["objects"], row["gone"]["objects"]) for row in found["holders"]}
    # Register 2 holds the last that came into the cache, too.
    equal(rows, {1: (10, 0), 0: (3, 3), "several": (1, 1)}, "holders")
    out = place.expect(0, "inspect s.heap --leaks 60..120", ["register 1 holds +10 objects"]).out
    check("Slots #0 holds" not in out, "the cache does not grow", out)
    found = ask(place, "--leaks 0..9", "new 0 1\nstore 0 0 0\ndrop 0\n" * 10)["leaks"]
    equal((found["garbage"]["before"]["objects"], found["garbage"]["after"]["objects"]), (0, 3), "garbage")


ERRORS = [
    (1, "--at 17", ["--at=17: s.heap has 17 operations, counted from 0"]),
    (1, "--leaks 3..17", ["--leaks: operation 17: s.heap has 17 operations"]),
    (1, "--referrers 2", ["--referrers=2: register 2 is empty"]),
    (1, "--why-alive 99", ["--why-alive=99: register 99 is empty"]),
    (1, "--referents @2", ["--referents=@2: no object is alive that operation 2 has made"]),
    (2, "--refcount x", ["--refcount=x is not allowed", "a register such as 3", "@12"]),
    (2, "--refcount @", ["--refcount=@ is not allowed"]),
    (2, "--refcount 99999999999", ["--refcount=99999999999 is not allowed"]),
    (2, "--leaks 5", ["--leaks=5 is not allowed; it takes two operations, such as 1000..2000"]),
    (2, "--leaks 5..5", ["--leaks=5..5 is not allowed"]),
    (2, "--leaks 1..2 --at 1", ["--leaks or --at, one of them"]),
    (2, "--get-objects 3", ["--get-objects=3 is not allowed", "from 0 to 2, or all"]),
    (1, "--dot none/x.dot", ["none/x.dot"]),
    (2, "--dot s.heap", ["--dot=s.heap is the script itself"]),
    (2, "--svg ./s.heap", ["--svg=./s.heap is the script itself"]),
    (2, "--dot s.new --svg s.new", ["--dot and --svg are both s.new; give one another name"]),
]

for status, arguments, said in ERRORS:
    @test(f"inspect {arguments}: one line, status {status}")
    def error(place, status=status, arguments=arguments, said=said):
        place.write("s.heap", SCRIPT)
        place.expect(status, f"inspect s.heap {arguments}", err=said)
        equal(place.read("s.heap").decode(), SCRIPT, "the script")


@test("inspect of a script that is malformed: the line; before that line it can be looked at")
def malformed(place):
    place.write("s.heap", "new 0 1\nload 1 0 0\nload 2 1 0\n")
    place.expect(1, "inspect s.heap", err=["s.heap:3: register 1: the register is empty"])
    place.expect(0, "inspect s.heap --at 1")


@test("inspect --leaks of a pipe, which can be read once: one line")
def pipe(place):
    os.mkfifo(place.path("p"))
    place.expect(1, "inspect p --leaks 0..1", err=["p is a pipe"])


# ---- drawings ------------------------------------------------------------------------------------------


@test("inspect --dot: objects and references; what was asked about stands out")
def dot(place):
    place.write("s.heap", SCRIPT)
    place.expect(0, "inspect s.heap --at 0 --dot s.dot")
    check('label="after operation 0, cpython-3.13"' in place.read("s.dot").decode(), "it is as --at says")
    place.expect(0, "inspect s.heap --why-alive @3 --dot s.dot")
    drawn = place.read("s.dot").decode()
    nodes = dict(re.findall(r'^  (n\d+) \[label="(.*?)"', drawn, re.M))
    names = {name.split("\\n")[0] for name in nodes.values()}
    equal(names, {f"Slots #{label}" for label in (0, 1, 3, 8, 9, 12)} | {"register 0", "register 1"}, "nodes")
    equal(sum("garbage" in name for name in nodes.values()), 3, "garbage")
    arrows = re.findall(r"^  (n\d+) -> (n\d+) \[(.*)\];", drawn, re.M)
    short = {node: name.split("\\n")[0].split()[-1] for node, name in nodes.items()}
    bold = [(short[a], short[b]) for a, b, how in arrows if "penwidth" in how]
    equal(len(arrows), 9, "arrows")
    equal(bold, [("#0", "#3"), ("0", "#0")], "the path")


@test("inspect --svg: Graphviz draws it; a large heap has few boxes")
def svg(place):
    if not shutil.which("dot"):
        raise Skip("Graphviz is not installed")
    place.write("s.heap", a_leak(5000))
    place.expect(0, "inspect s.heap --svg s.svg")
    root = xml.etree.ElementTree.fromstring(place.read("s.svg"))
    boxes = root.findall(".//{http://www.w3.org/2000/svg}g[@class='node']")
    check(3 < len(boxes) <= 40, f"{len(boxes)} boxes")


@test("inspect --svg without Graphviz, or if it fails: one line, and no file; --dot does without")
def no_graphviz(place):
    place.write("s.heap", SCRIPT)
    os.mkdir(place.path("bin"))
    place.program = os.path.abspath(place.program)
    environment = {**os.environ, "PATH": place.path("bin")}
    place.expect(1, "inspect s.heap --svg s.svg", err=["Graphviz is not installed"], env=environment)
    place.expect(0, "inspect s.heap --dot s.dot", env=environment)
    place.write("bin/dot", "#!/bin/sh\necho half a picture\necho it is too steep >&2\nexit 1\n")
    os.chmod(place.path("bin/dot"), 0o755)
    place.expect(1, "inspect s.heap --svg s.svg", err=["could not draw it: it is too steep"], env=environment)
    check("s.svg" not in place.files(), "a file", *place.files())


@test("inspect of half a million objects: every question within seconds")
def large(place):
    ring = "new 1 2\nnew 2 2\nstore 1 0 2\nstore 2 0 1\nstore 1 1 3\ncopy 3 1\n"
    place.write("s.heap", "disable\nnew 3 0\n" + ring * 250000)
    for arguments in ("", "--cycles", "--why-alive @3", "--referrers @3", "--leaks 100000..1400000", "--dot s.dot"):
        began = time.monotonic()
        place.expect(0, f"inspect s.heap {arguments}")
        check(time.monotonic() - began < 30, f"{arguments} took long")


@test("inspect: docs/inspect.md shows what it prints")
def documented(place):
    with open(os.path.join(ROOT, "docs", "inspect.md")) as file:
        shown = re.findall(r"^```sh\nbuild/pygcsim (.*)\n```\n\n((?:    .*\n|\n(?=    ))+)", file.read(), re.M)
    check(len(shown) >= 4, f"{len(shown)} commands with output")
    for arguments, expected in shown:
        out = place.expect(0, arguments, cwd=ROOT).out
        equal(out.rstrip(), re.sub("^    ", "", expected, flags=re.M).rstrip(), arguments)


def rings(sizes):
    """A ring of each size, held by a register of its own."""
    lines = ["disable"]
    for register, size in enumerate(sizes, 2):
        lines += [f"new {register} 1", f"copy 0 {register}"]
        for _ in range(size - 1):
            lines += ["new 1 1", "store 0 0 1", "copy 0 1"]
        lines += [f"store 0 0 {register}"]
    return "\n".join(lines) + "\n"


@test("inspect: long lists and long paths have their ends in text, all of it in JSON")
def long_answers(place):
    found = ask(place, "--cycles", rings(range(1, 26)))["cycles"]
    equal([row["size"] for row in found], list(range(25, 0, -1)), "sizes")
    out = place.expect(0, "inspect s.heap --cycles", ["… and 5 more kinds of components, which --json has\n"]).out
    equal(out.count("component"), 21, "lines")
    found = ask(place, "--cycles", rings([1000]))["cycles"]
    equal((len(found[0]["cycle"]), found[0]["shortest"]), (1000, True), "a ring")
    place.expect(0, "inspect s.heap --cycles", ["→ … 990 more → Slots #"])
    script = "".join(f"new {register} 0\n" for register in range(30))
    equal(len(ask(place, "--leaks 2..29", script)["leaks"]["holders"]), 27, "holders")
    place.expect(0, "inspect s.heap --leaks 2..29", ["… and 7 more, which --json has\n"])
