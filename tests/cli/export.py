# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim export: what is written is what is stored, all of it or nothing."""
import csv
import io
import os
import re

from answers_data import File, objects
from harness import SMALL, limit_files, once, test
from tap import check, equal


@once
def compared(place):
    place.expect(0, f"compare -w {SMALL} -p default -p threshold:t0=500 -p off --sample 100ms")
    return place


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def name_of(heading):
    """Without the unit: "pause_max (s)"."""
    return heading.partition(" (")[0]


def table(text):
    """What has no value is left out: of a parameter in two units there is one in each row."""
    return [{name_of(key): number(value) for key, value in row.items() if value != ""}
            for row in csv.DictReader(io.StringIO(text))]


def headings(place, arguments):
    return next(csv.reader(io.StringIO(place.expect(0, arguments).out)))


@test("export: the headings of CSV have the units of metrics and parameters")
def units(place):
    results = compared(place)
    unit = {row["name"]: row["unit"] for row in objects(results.expect(0, "list metrics --json").out)}
    runs = headings(results, "export results.db")
    for name in unit:
        check(f"{name} ({unit[name]})" in runs, name, runs)
    settings = headings(results, "export results.db --table settings")
    for ending in ("", "_low", "_high", "_difference", "_difference_low", "_difference_high", "_would_show"):
        check({f"{name}{ending} ({unit[name]})" for name in unit} <= set(settings), ending, settings)
    for heading in ("workload.duration (ns)", "workload.payload (bytes)", "workload.rate", "policy.t0",
                    "workload.scatter"):
        check(heading in runs, heading, runs)
    equal(headings(results, "export results.db --table collections")[:3],
          ["time (s)", "duration (s)", "generation"], "collections")
    equal(headings(results, "export results.db --table samples")[0], "time (s)", "samples")


@test("export: a parameter that policies have in several units has a column for each")
def several_units(place):
    place.expect(0, f"compare -w {SMALL} -p timed:every=500ms -p event:every=5,on=request_end -p off")
    rows = list(csv.DictReader(io.StringIO(place.expect(0, "export results.db").out)))
    equal([(row["policy.every (ns)"], row["policy.every"]) for row in rows],
          [("5e+08", ""), ("", "5"), ("", "")], "every")
    rows = objects(place.expect(0, "export results.db --format json").out)
    equal([row.get("policy.every") for row in rows], [5e8, 5, None], "in JSON")


@test("export: a row a run, with every parameter and every metric")
def runs(place):
    results = compared(place)
    rows = table(results.expect(0, "export results.db").out)
    stored = results.query("SELECT * FROM run ORDER BY id")
    equal([row["run"] for row in rows], [run["id"] for run in stored], "runs")
    for row, run in zip(rows, stored):
        for column in ("policy", "workload", "collector", "seed", "costs", "status", "warmup"):
            equal(row[column], run[column], column)
        for owner, name, value, text in results.query(
                "SELECT owner, name, value, text FROM parameter WHERE run_id = ?", run["id"]):
            equal(value is None, not re.match("[-0-9]", text), f"{name}={text}: words have no number")
            equal(row[f"{owner}.{name}"], text if value is None else value, name)
        for metric, value in results.query("SELECT metric, value FROM summary WHERE run_id = ?",
                                           run["id"]):
            equal(row[metric], value, metric)
        busy = [other["mutator_ns"] + other["pause_ns"] for other in stored]
        check(abs(row["overhead"] - (run["mutator_ns"] + run["pause_ns"]) / min(busy)) < 1e-12, row)


for which in ("runs", "settings", "collections", "samples"):
    @test(f"export --table {which}: JSON is CSV")
    def same_in_both(place, which=which):
        results = compared(place)
        text = results.expect(0, f"export results.db --table {which}").out
        rows = objects(results.expect(0, f"export results.db --table {which} --format json").out)
        check(rows, "there are rows")
        equal(table(text), rows, "rows")


@test("export --table settings is show --csv")
def settings(place):
    results = compared(place)
    equal(results.expect(0, "export results.db --table settings").out,
          results.expect(0, "show results.db --csv").out, "rows")


@test("export --table collections and samples: the rows that are stored, by run and time")
def stored_rows(place):
    results = compared(place)
    for which, name, instant in (("collections", "collection", "seq"),
                                 ("samples", "sample", "wall_ns")):
        rows = objects(results.expect(0, f"export results.db --table {which} --format json").out)
        stored = results.query(f"SELECT * FROM {name} ORDER BY run_id, {instant}")
        equal(len(rows), len(stored), which)
        check(len(rows) > 10, which)
        for row, kept in zip(rows, stored):
            equal(row["run"], kept["run_id"], "run")
            equal(row["time"], kept["wall_ns"] / 1e9, "time")
            for column in set(kept.keys()) - {"run_id"}:
                equal(row[column], kept[column], column)
            if which == "collections":
                equal(row["duration"], kept["pause_ns"] / 1e9, "duration")
        only = objects(results.expect(
            0, f"export results.db --table {which} --format json --run 2").out)
        equal(only, [row for row in rows if row["run"] == 2], "--run")


@test("export: rows come without being sorted")
def not_sorted(place):
    file = File(place)
    experiment = file.experiment()
    for policy, seed in (("b", 2), ("a", 1), ("b", 1)):
        file.run(experiment, policy, seed, log="samples")
    for run in (1, 2, 3):
        for i in range(3):
            file.insert("sample", run_id=run, wall_ns=i, live_bytes=1, garbage_bytes=1, gen0=1,
                        gen1=1, gen2=1)
    file.close()
    rows = objects(place.expect(0, "export results.db --table samples --format json").out)
    equal([(row["run"], row["wall_ns"]) for row in rows],
          [(run, i) for run in (1, 2, 3) for i in range(3)], "order")


# A line of a Java virtual machine's log (-Xlog:gc, uptime, level and tags). GCViewer takes the cause
# in parentheses off the type, and no digits in it.
LINE = re.compile(r"\[(\d+\.\d{3})s\]\[info\]\[gc\] GC\((\d+)\) (Pause Young|Pause Full) "
                  r"\(([-a-zA-Z ]+)\) (\d+)K->(\d+)K\((\d+)K\) (\d+\.\d{3})ms")


@test("export --format gcviewer: each line is a virtual machine's, and says what is stored")
def gcviewer(place):
    results = compared(place)
    lines = results.expect(0, "export results.db --format gcviewer --run 2").out.splitlines()
    stored = results.query("SELECT * FROM collection WHERE run_id = 2 ORDER BY seq")
    peak, = results.query("SELECT heap_peak_bytes FROM run WHERE id = 2")[0]
    equal(lines[0], "[0.000s][info][gc] Using Serial", "first line")
    equal(len(lines) - 1, len(stored), "lines")
    check({row["generation"] for row in stored} >= {0, 1}, "generations")
    for line, row in zip(lines[1:], stored):
        found = LINE.fullmatch(line)
        check(found, line)
        uptime, seq, kind, cause, before, after, total, duration = found.groups()
        equal(int(seq), row["seq"], "number")
        equal(kind, "Pause Full" if row["generation"] == 2 else "Pause Young", line)
        equal("generation one" in cause, row["generation"] == 1, line)
        check(cause.endswith(row["cause"]), line)
        check(abs(float(uptime) * 1e9 - row["wall_ns"] - row["pause_ns"]) <= 5.1e5, line)
        check(abs(float(duration) * 1e6 - row["pause_ns"]) <= 510, line)
        equal([int(before), int(after), int(total)],
              [-(-size // 1024) for size in (row["heap_bytes_before"], row["heap_bytes_after"],
                                             peak)], line)


@test("export --format gcviewer: of one run; which, has to be said when there are several")
def one_run(place):
    results = compared(place)
    results.expect(1, "export results.db --format gcviewer",
                   err=["has 3: say which with --run, from 1 to 3"])
    results.expect(1, "export results.db --format gcviewer --run 4",
                   err=["has no run 4; its runs are from 1 to 3"])
    equal(results.expect(0, "export results.db --format gcviewer --run 3").out,
          "[0.000s][info][gc] Using Serial\n", "a run without collections")
    place.expect(0, f"run -w {SMALL}")
    place.expect(0, "export results.db --format gcviewer", out=["GC(0) Pause"])


@test("export: what was not kept: one line that says how to keep it")
def not_kept(place):
    file = File(place)
    file.run(file.experiment(), "default", 1, {"gc_share": 1}, log="summary")
    file.close()
    for arguments, needed in (("--table collections", "log: collections"),
                              ("--format gcviewer", "log: collections"),
                              ("--table samples", "log: samples")):
        place.expect(1, f"export results.db {arguments} --out x",
                     err=["results.db: ", "were not kept", needed])
    equal(place.files(), ["results.db"], "files")


@test("export: texts with commas, quotes and lines stand in quotes")
def quoting(place):
    file = File(place)
    file.run(file.experiment('a "b", c'), 'say "no", twice\nand again', 1)
    file.close()
    row, = csv.DictReader(io.StringIO(place.expect(0, "export results.db").out))
    equal((row["experiment"], row["policy"]), ('a "b", c', 'say "no", twice\nand again'), "texts")
    row, = objects(place.expect(0, "export results.db --format json").out)
    equal((row["experiment"], row["policy"]), ('a "b", c', 'say "no", twice\nand again'), "texts")


@test("export of an experiment without runs: a header, no rows")
def no_runs(place):
    file = File(place)
    file.experiment()
    file.close()
    check(place.expect(0, "export results.db").out.startswith("run,experiment,policy,"), "header")
    equal(place.expect(0, "export results.db --format json").out, "", "rows")


@test("export --out: the same as on standard output, in place of what was there")
def to_a_file(place):
    results = compared(place).path("results.db")
    expected = place.expect(0, f"export {results}").out
    place.write("old.csv", "old")
    os.symlink("old.csv", place.path("link.csv"))
    for name in ("new.csv", "link.csv"):
        equal(place.expect(0, f"export {results} --out {name}").out, "", "standard output")
        equal(place.read(name).decode(), expected, name)
    equal(place.files(), ["link.csv", "new.csv", "old.csv"], "files")
    check(os.path.islink(place.path("link.csv")), "the link stays a link")


@test("export --out: the results file itself, a folder, a folder that is not there: one line")
def bad_targets(place):
    place.expect(0, f"run -w {SMALL}")
    before = place.read("results.db")
    os.symlink("results.db", place.path("link"))
    for name in ("results.db", "./results.db", "link"):
        place.expect(2, f"export results.db --out {name}", err=["is the results file itself"])
    place.expect(1, "export results.db --out .", err=[".: Is a directory"])
    place.expect(1, "export results.db --out no/x", err=["no/x: cannot write: No such file"])
    equal(place.read("results.db") == before, True, "same content")


@test("export to a full disk: one line, what was there stays, nothing besides")
def full_disk(place):
    place.expect(0, "compare -w web:modules=1000,duration=60s -p threshold:t0=50")
    place.write("x.csv", "old")
    place.expect(1, "export results.db --table collections --out x.csv", err=["x.csv: ", "large"],
                 preexec_fn=limit_files)
    equal(place.read("x.csv"), b"old", "content")
    equal(place.files(), ["results.db", "x.csv"], "files")
    place.expect(1, "export results.db --out /dev/full", err=["/dev/full: No space left"])
    with open("/dev/full", "w") as full:
        result = place.run("export results.db", stdout=full)
    equal(result.status, 1, "status")
    check(result.err.endswith("standard output: No space left on device\n"), result.err)
