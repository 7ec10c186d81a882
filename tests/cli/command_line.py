# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command says: help, lists, and one clear line for everything wrong."""
import json
import re

from harness import SMALL, test
from tap import check, equal

COMMANDS = ("run", "compare", "sweep", "merge", "compile", "show", "best", "sensitivity", "export", "plot",
            "replay", "inspect", "list", "help")
LISTS = ("policies", "workloads", "collectors", "charts", "metrics", "events")
NUMBERS = "a number such as 0.5 or 50%, from 0.001 to 1e+06"
DURATIONS = "a duration such as 250ms, 10s or 1h30min"

# What it says, arguments, texts on standard output. Status 0.
GOOD = [
    ("--help names every command", "--help", COMMANDS),
    ("-h is help", "-h", COMMANDS),
    ("help is help", "help", COMMANDS),
    ("--version has a number", "--version", ["pygcsim 0."]),
    ("run --help", "run --help", ["Usage: pygcsim run", "--policy", "--workload", "--collector",
                                  "--seed", "--db", "--json", "Example:"]),
    ("show --help", "show --help", ["Usage: pygcsim show", "--baseline", "Example:"]),
    ("best --help", "best --help", ["Usage: pygcsim best", "--subject-to", "Example:"]),
    ("sensitivity --help", "sensitivity --help", ["Usage: pygcsim sensitivity", "Example:"]),
    ("export --help", "export --help", ["Usage: pygcsim export", "gcviewer", "Example:"]),
    ("compare --help", "compare --help", ["Usage: pygcsim compare", "--policy", "--db", "Example:"]),
    ("merge --help", "merge --help", ["Usage: pygcsim merge", "--into", "--replace", "Example:"]),
    ("plot --help", "plot --help", ["Usage: pygcsim plot", "--out", "--chart", "--format", "Example:"]),
    ("replay --help", "replay --help", ["Usage: pygcsim replay", "--collector", "--json",
                                        "--baseline", "Example:"]),
    ("list --help", "list --help", ["Usage: pygcsim list", "--json", *LISTS]),
    ("a run names its file", f"run -w {SMALL} --db my.db", ["my.db", "default", "heap peak"]),
    ("without --policy every policy is compared", f"compare -w {SMALL}",
     ["default", "threshold", "off", "freeze", "timed", "event"]),
]

# What it says, arguments, texts on standard error. Status 2.
USAGE = [
    ("an unknown command", "xyzzy", ["'xyzzy'", *COMMANDS]),
    ("a command misspelt", "rnu", ["'rnu'", "did you mean 'run'?"]),
    ("an empty command", "''", ["''", *COMMANDS]),
    ("a word too many for --version", "--version run", ["--version: 'run' is too much"]),
    ("a word too many for --help", "--help run show", ["one command at a time: 'show'"]),
    ("a word too many for run", "run web", ["'web'"]),
    ("a word too many for plot", "plot a.db b.db", ["'b.db'", "one"]),
    ("a word too many for replay", "replay a.heap b.heap", ["'b.heap'", "one"]),
    ("a word too many for list", "list policies charts", ["'charts'", "one"]),
    ("plot without a file", "plot", ["RESULTS"]),
    ("a word too many for inspect", "inspect a.heap b.heap", ["'b.heap'", "one"]),
    ("inspect without a file", "inspect", ["FILE"]),
    ("replay without a file", "replay", ["FILE"]),
    ("list of nothing", "list", LISTS),
    ("an unknown option", "run --polcy off", ["--polcy"]),
    ("an option without its value", "run --policy", ["policy"]),
    ("a value for an option that takes none", "run --json=yes", ["--json"]),
    ("two policies for run", "run -p off -p default", ["--policy", "compare"]),

    ("an unknown list", "list xyzzy", ["'xyzzy'", *LISTS]),
    ("an unknown policy", "run -p xyzzy", ["policy 'xyzzy'", "default", "threshold", "off",
                                           "freeze", "timed", "event"]),
    ("an unknown workload", "run -w xyzzy", ["workload 'xyzzy'", "web", "device", "script"]),
    ("an unknown collector", "run -c jython", ["collector 'jython'", "cpython-3.8", "cpython-3.15"]),
    ("a version that is no release", "run -c cpython3_13", ["'cpython3_13'", "did you mean 'cpython-3.13'?"]),
    ("3.14.2", "run -c cpython-3.14.2", ["3.14.2 collects incrementally", "not modelled yet", "cpython-3.14 is 3.14.5 and"]),
    ("3.13t", "compare -c cpython-3.13t", ["3.13t is free-threaded", "not modelled yet"]),
    ("3.14t for replay", "replay -c 3.14t x.heap", ["--collector: 3.14t is free-threaded"]),
    ("3.7", "run -c 3.7", ["3.7 is older than what is modelled; cpython-3.8 is the oldest"]),
    ("3.16", "run -c python3.16", ["PEP 848", "cpython-3.15 is the newest"]),
    ("a collector of charts", "plot --collector 3.14t r.db", ["--collector: 3.14t is free-threaded"]),
    ("an unknown collector for replay", "replay -c jython x.heap", ["collector 'jython'"]),
    ("an unknown engine", "run --engine xyzzy", ["engine 'xyzzy'", "graph"]),
    ("an unknown chart", "plot --chart xyzzy r.db", ["chart 'xyzzy'", "pauses", "memory"]),
    ("an unknown format", "plot --format gif r.db", ["--format=gif ", "png", "svg", "pdf"]),
    ("an unknown parameter", "run -p timed:xyzzy=1", ["timed", "'xyzzy'", "every", "generation"]),
    ("a parameter where there are none but those that all have", "run -p off:t0=1", ["off", "'t0'", "allowed: from, until"]),
    ("an unknown event", "run -p event:on=xyzzy", ["on=xyzzy", "startup_done", "request_end"]),
    ("the second policy is checked too", "compare -p off -p freze", ["'freze'", "'freeze'"]),

    ("a parameter without value", "run -p threshold:t0", ["'t0'", "key=value"]),
    ("an empty value", "run -p threshold:t0=", ["t0=", "a whole number"]),
    ("a colon and nothing", "run -p threshold:", ["threshold", "key=value"]),
    ("a comma and nothing", "run -w web:rate=1,", ["web", "key=value"]),
    ("a parameter twice", "run -p threshold:t0=1,t0=2", ["t0", "twice"]),
    ("a script without its file", "run -w script", ["script:file="]),
    ("an empty policy", "run -p ''", ["policy ''"]),

    ("a time without unit", "run -p timed:every=10", ["every=10 ", DURATIONS, "1ms"]),
    ("a time in kg", "run -p timed:every=5kg", ["every=5kg ", DURATIONS]),
    ("a time below 0", "run -p timed:every=-1s", ["every=-1s ", DURATIONS]),
    ("a size in kg", "run -w device:memory_limit=5kg", ["memory_limit=5kg ", "16MiB", "none"]),
    ("a size too small", "run -w device:memory_limit=1", ["memory_limit=1 ", "4KiB"]),
    ("a rate below 0", "run -w web:rate=-1", ["rate=-1 ", NUMBERS]),
    ("a rate of 1e999", "run -w web:rate=1e999", ["rate=1e999 ", NUMBERS]),
    ("a rate of NaN", "run -w web:rate=NaN", ["rate=NaN ", NUMBERS]),
    ("a rate of inf", "run -w web:rate=inf", ["rate=inf ", NUMBERS]),
    ("a count too large", "run -p threshold:t0=99999999999", ["t0=99999999999 ", "2147483647"]),
    ("a count with an exponent that is not whole", "run -p threshold:t0=1.5e0", ["t0=1.5e0 ", "a whole number"]),
    ("a count in milli, or mega", "run -p threshold:t0=5m", ["5m is not a count: write 5M or 5_000_000"]),
    ("a duration in mega", "run -w web:duration=5M", ["5M is not a duration: write 5m or 5min"]),
    ("a generation there is none of", "run -p timed:generation=3", ["generation=3 ", "0 to 2"]),
    ("neither yes nor no", "run -p freeze:collect=maybe", ["collect=maybe ", "no or yes"]),
    ("a word that is no scatter", "run -w web:layout=tidy", ["scatter=tidy ", "sequential", "aged"]),
    ("a seed that is no number", "run --seed x", ["--seed=x ", "a whole number"]),
    ("a seed below 0", "run --seed -1", ["--seed=-1 ", "0"]),
    ("a seed too large", "run --seed 99999999999999999999", ["--seed=9", "9223372036854775807"]),
    ("a sampling time without unit", "run --sample 10", ["--sample=10 ", DURATIONS]),
    ("a sampling time of nothing", "run --sample 0", ["--sample=0 ", "1us"]),
    ("a baseline below 0", "replay --baseline -1 x.heap", ["--baseline=-1 ", "0"]),
    ("a results file without a name", f"run -w {SMALL} --db ''", ["--db"]),
    ("a results file that would not outlive the run", f"run -w {SMALL} --db :memory:", ["--db"]),
]

# What is wrong with it, the script, texts on standard error besides "s.heap:". Status 1.
MALFORMED = [
    ("an unknown operation", "nwe 0 1", ["1: ", "'nwe'", "did you mean 'new'?"]),
    ("its line counts comments and blanks", "# one\n\n   # three\nfro 1", ["4: ", "'fro'"]),
    ("an operand too few", "new 0", ["1: ", "new R N"]),
    ("no operand", "store", ["1: ", "store R K S"]),
    ("an operand too many", "new 0 1 2", ["1: '2'", "new R N"]),
    ("an operand where none belongs", "freeze 1", ["1: '1'", "freeze"]),
    ("four thresholds", "threshold 1 2 3 4", ["1: '4'", "threshold T0 [T1 [T2]]"]),
    ("a register that is no number", "new x 1", ["1: 'x'", "register"]),
    ("a register below 0", "drop -1", ["1: '-1'", "register", "from 0"]),
    ("a register too large", "drop 99999999999", ["1: '99999999999'", "register", "to 16777215"]),
    ("a hundred digits", "drop " + "9" * 100, ["1: '9", "register"]),
    ("a generation there is none of", "collect 3", ["1: '3'", "generation", "0 to 2"]),
    ("a threshold below 0", "threshold -5", ["1: '-5'", "threshold", "from 0"]),
    ("an object too large", "new 0 99999999", ["1: '99999999'", "fields"]),
    ("an empty register dropped", "new 0 1\ndrop 1", ["2: register 1", "empty"]),
    ("an empty register stored", "new 0 1\nstore 0 0 7", ["2: register 7", "empty"]),
    ("an empty field loaded, then used", "new 0 1\nload 1 0 0\n\ndrop 1", ["4: register 1", "empty"]),
    ("a register empty after drop", "new 0 1\ndrop 0\ncopy 1 0", ["3: register 0", "empty"]),
    ("a field out of range", "new 0 2\nstore 0 2 0", ["2: field 2", "0 to 1"]),
    ("a field of an object without", "new 0 0\nclear 0 0", ["2: field 0", "no fields"]),
    ("bytes that are no text", "\0\1\2", ["1: ", "operation"]),
]

# What it says, arguments, texts on standard error. Status 1.
FILES = [
    ("replay of a file that is not there", "replay no.heap", ["no.heap: No such file"]),
    ("replay of a folder", "replay .", [".: Is a directory"]),
    ("a run of a file that is not there", "run -w script:file=no.heap", ["no.heap: No such file"]),
    ("a plot of a file that is not there", "plot no.db", ["no.db", "No such file"]),
    ("a plot of a folder", "plot .", [".: ", "directory"]),
    ("a folder as results file", f"run -w {SMALL} --db .", [".: ", "directory"]),
    ("a results file in no folder", f"run -w {SMALL} --db no/r.db", ["no/r.db", "No such file"]),
]


def add_table(prefix, table, status):
    for title, arguments, texts in table:
        where = {"out" if status == 0 else "err": texts}
        test(prefix + title)(lambda place, arguments=arguments, where=where:
                             place.expect(status, arguments, **where))


add_table("", GOOD, 0)
add_table("refused: ", USAGE, 2)
add_table("", FILES, 1)

for title, script, texts in MALFORMED:
    @test("malformed script: " + title)
    def malformed(place, script=script, texts=texts):
        place.write("s.heap", script)
        for command in ("replay s.heap", "replay s.heap --json", "run -w script:file=s.heap"):
            # What was replayed up to there has been printed.
            result = place.run(command)
            equal(result.status, 1, f"status of {command}")
            check(result.err.count("\n") == 1 and all(text in result.err for text in texts) and
                  "s.heap:" + texts[0] in result.err, f"{command}: expected {texts}", result.err)
        equal([status[0] for status in place.query("SELECT status FROM run")], ["failed"], "status")


@test("no command: help on standard error, status 2")
def no_command(place):
    result = place.run("")
    equal((result.status, result.out), (2, ""), "status, standard output")
    check(all(command in result.err for command in COMMANDS), result.err)


# ---- what holds for everything in the lists -------------------------------------------------------


def listed(place, kind):
    lines = place.expect(0, f"list {kind} --json").out.splitlines()
    return [json.loads(line) for line in lines]


def names(place, kind):
    return [item["name"] for item in listed(place, kind)]


def components(place):
    """(option, name, parameters) of every policy and workload"""
    return [(option, item["name"], item["parameters"])
            for option, kind in (("-p", "policies"), ("-w", "workloads"))
            for item in listed(place, kind)]


@test("list --json: a name for everything, a meaning, no name twice")
def lists(place):
    for kind in LISTS:
        items = listed(place, kind)
        check(items, f"no {kind}")
        for item in items:
            check(item["name"] and (item.get("meaning") or item.get("summary")), kind, item)
        equal(len({item["name"] for item in items}), len(items), f"different {kind}")


@test("list: the plain and the Markdown form name everything too")
def list_forms(place):
    for kind in LISTS:
        for name in names(place, kind):
            place.expect(0, f"list {kind}", [name])
            place.expect(0, f"list {kind} --markdown", [name])


@test("list --markdown: the rows of a table have as many cells as its header")
def list_markdown(place):
    for kind in LISTS:
        tables = re.findall(r"(?:^\|.*\n)+", place.expect(0, f"list {kind} --markdown").out, re.M)
        check(tables, f"no table of {kind}")
        for table in tables:
            equal({row.count("|") for row in table.splitlines()}, {table.split("\n")[1].count("|")},
                  f"cells in {table}")


@test("list: the six policies, three workloads, four charts and the versions there are")
def list_contents(place):
    for kind, expected in (
            ("policies", {"default", "threshold", "off", "freeze", "timed", "event"}),
            ("workloads", {"web", "device", "script"}),
            ("charts", {"pauses", "memory", "tradeoff", "gctime"}),
            ("collectors", {f"cpython-3.{minor}" for minor in range(8, 16)}),
            ("metrics", {"pause_p99", "pause_max", "pause_gen2_max", "collections_gen2", "gc_share",
                         "latency_p99", "throughput", "garbage_peak", "heap_peak"}),
            ("events", {"startup_done", "request_end", "idle", "step_done", "critical_begin",
                        "critical_end", "report_done", "disconnect"})):
        check(expected <= set(names(place, kind)), kind, names(place, kind))


@test("every parameter has a name, a default, what is allowed and a meaning")
def parameters(place):
    for _, component, params in components(place):
        for param in params:
            check(param["name"] and param["allowed"] and param["meaning"] and "default" in param and
                  "unit" in param, component, param)


@test("every parameter takes its default and its limits as they are printed")
def limits(place):
    for option, component, params in components(place):
        for param in params:
            if param["allowed"] == "a file name":
                continue
            allowed = param["allowed"].replace(", with @n for the n-th time", "")
            for value in {param["default"], *re.split(" to |, or |, | or ", allowed)}:
                # The complaint must be about what follows.
                place.expect(2, [*f"run {option}".split(), f"{component}:{param['name']}={value},?=1"],
                             err=["'?'"])


@test("every parameter refuses nonsense and says what is allowed")
def nonsense(place):
    for option, component, params in components(place):
        for param in params:
            if param["allowed"] == "a file name":
                place.expect(2, ["run", option, f"{component}:{param['name']}="],
                             err=[f"{component}: {param['name']} needs the name of a file"])
                continue
            for value in ("", "-1", "1e999", "NaN", "7parsecs", "9" * 30, "0x10", " 1", "é"):
                place.expect(2, ["run", option, f"{component}:{param['name']}={value}"],
                             err=[component, f"{param['name']}={value}", param["allowed"]])


def suggests(place, arguments, name):
    place.expect(2, arguments.format(name + name[-1]), err=[f"did you mean '{name}'?"])


for title, arguments, kind in (
        ("list", "list {}", None), ("policy", "run -p {}", "policies"),
        ("workload", "run -w {}", "workloads"), ("collector", "run -c {}", "collectors"),
        ("chart", "plot r.db --chart {}", "charts"), ("event", "run -p event:on={}", "events")):
    @test(f"every {title} is suggested for its name misspelt")
    def near_miss(place, arguments=arguments, kind=kind):
        for name in names(place, kind) if kind else LISTS:
            suggests(place, arguments, name)


@test("every parameter is suggested for its name misspelt")
def near_parameters(place):
    for option, component, params in components(place):
        for param in params:
            suggests(place, f"run {option} {component}:{{}}=1", param["name"])


# ---- replay ----------------------------------------------------------------------------------------


@test("replay --json: a cycle, found by a collection that the script asks for")
def replay_json(place):
    place.write("s.heap", "# a cycle of one\nnew 0 1\nstore 0 0 0 # itself\n\ndrop 0\ncollect\n")
    lines = place.expect(0, "replay s.heap --json").out.splitlines()
    equal(len(lines), 1, "collections")
    expected = {"op": 3, "generation": 2, "before": [1, 0, 0], "permanent": 0, "unreachable": 1}
    got = json.loads(lines[0])
    equal({key: got[key] for key in expected}, expected, "collection")


@test("replay --baseline: objects in the permanent generation, until unfreeze")
def replay_baseline(place):
    place.write("s.heap", "collect\nunfreeze\ncollect 1\n")
    lines = place.expect(0, "replay s.heap --json --baseline 7").out.splitlines()
    equal([(c["permanent"], c["before"]) for c in map(json.loads, lines)],
          [(7, [0, 0, 0]), (0, [0, 0, 7])], "permanent, before")


@test("replay: a table for people; the thresholds are the version's")
def replay_table(place):
    place.write("s.heap", "new 0 0\n" * 701 + "copy 1 0\n" * 10)
    place.write("keep.heap", "".join(f"new {r} 0\n" for r in range(702)))
    place.expect(0, "replay s.heap -c cpython-3.11", ["711 operations, 0 collections"])
    place.expect(0, "replay keep.heap -c cpython-3.11", ["702 operations, 1 collections", "threshold"])
    place.expect(0, "replay keep.heap -c cpython-3.13", ["702 operations, 0 collections"])


@test("replay of an empty script: no collections")
def replay_empty(place):
    place.write("s.heap", "")
    equal(place.expect(0, "replay s.heap --json").out, "", "standard output")
    place.expect(0, "replay s.heap", ["0 operations"])
