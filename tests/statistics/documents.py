#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""documents.py: collections of real programs beside those of the workload `parse` (docs/model.md).

Each interpreter that is found runs a Python program that reads documents in C, works with their rows, keeps the newest, and
leaves a cycle where a row cannot be read, as `parse` does, and one that keeps tuples; gc.DEBUG_STATS tells of each collection.
Prints how many collections of each generation there were and how many objects they examined, real and simulated. Fails if
numbers of collections are more than 1 and 1% apart, or objects more than 5%. With --short fewer documents."""
import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "conformance"))
import interpreters  # noqa: E402

# What it is given: what a row is, documents, rows. Nothing older is in the way: it is frozen, and the last full collection
# (for the 25% rule) found nothing.
PROGRAM = """
import gc, json, random, sqlite3, sys
row, documents, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
dice = random.Random(1)

def values():
    found = [dice.randrange(1 << 20) for _ in range(8)]
    if row != "tuple" and dice.random() < 0.1:
        found[0] = list(range(8))
    return found

def reader():
    if row != "tuple":
        made = [values() for _ in range(rows)]
        text = json.dumps(made if row == "list" else [dict(zip("abcdefgh", row)) for row in made])
        return lambda: json.loads(text)
    database = sqlite3.connect(":memory:")
    database.execute("create table t (a, b, c, d, e, f, g, h)")
    database.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?, ?)", (values() for _ in range(rows)))
    return lambda: database.execute("select * from t").fetchall()

def fail(row):
    try:
        raise ValueError
    except ValueError as error:
        kept = error

def read_all(read):
    for _ in range(documents):
        document = read()
        for row in document:
            [row, None]
            (row, row)
            [row, None]
            if dice.random() < 0.001:
                fail(row)
        kept = document
        del document

def keep():
    kept = [[] for _ in range(100)]
    for number in range(rows):
        kept.append((number, number))

read = reader() if row != "kept" else None
gc.collect(); gc.freeze(); gc.collect()
gc.set_debug(gc.DEBUG_STATS)
read_all(read) if read else keep()
gc.set_debug(0)
"""
IN_NODE = """
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
const [folder, program, ...given] = process.argv.slice(1);
const { loadPyodide } = await import(pathToFileURL(resolve(folder) + "/pyodide.mjs"));
const python = await loadPyodide({ indexURL: resolve(folder) });
python.globals.set("given", given.join(" "));
python.runPython("import sys; sys.argv = [''] + given.split()");
python.runPython(program);
"""
STATS = re.compile(r"collecting generation (\d)\.\.\.\n.*: (\d+) (\d+) (\d+)\n")
CASES = [("dict", 40, 20_000), ("list", 40, 20_000), ("tuple", 40, 20_000), ("kept", 1, 3_000_000)]
SHORT = [("dict", 5, 10_000), ("tuple", 5, 10_000), ("kept", 1, 100_000)]


def real(interpreter, case):
    """[collections, objects examined] of each generation."""
    command = [interpreter.executable, "-E", "-s", "-u", "-c"]
    if interpreter.platform:
        command = ["node", "--input-type=module", "-e", IN_NODE, interpreter.executable]
    done = subprocess.run([*command, PROGRAM, *map(str, case)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          universal_newlines=True)
    found = [[0, 0] for _ in range(3)]
    for generation, *objects in (tuple(map(int, match)) for match in STATS.findall(done.stderr)):
        found[generation][0] += 1
        found[generation][1] += sum(objects[:generation + 1])
    return found


def write_kept(path, count, kind):
    """A list of tuples, and a hundred others; or the same of objects that are all tracked and counted."""
    with open(path, "w", encoding="utf-8") as script:
        for other in range(100):
            print("new %d 1%s" % (other + 2, kind and " list"), file=script)
        print("new 0 %d%s" % (count, kind and " list"), file=script)
        for place in range(count):
            print("new 1 2%s\nstore 0 %d 1" % (kind and " tuple - -", place), file=script)


def simulated(pygcsim, place, version, case):
    """The same, and the time that they took in ms."""
    row, documents, rows = case
    workload = "parse:kind=%s,documents=%d,rows=%d%s" % (row, documents, rows, ",nested=0" if row == "tuple" else "")
    if row.startswith("kept"):
        script = os.path.join(place, "%s-%d.heap" % (row, rows))
        if not os.path.exists(script):
            write_kept(script, rows, "tuple" if row == "kept" else "")
        workload = "script:file=" + script
    database = os.path.join(place, "results.db")
    subprocess.run([pygcsim, "run", "--workload", workload, "--collector", "cpython-" + version, "--db", database], check=True,
                   stdout=subprocess.DEVNULL)
    with sqlite3.connect(database) as results:
        rows = results.execute("SELECT generation, COUNT(*), SUM(examined), SUM(pause_ns) / 1e6 FROM collection GROUP BY 1").fetchall()
    os.unlink(database)
    by_generation = {row[0]: list(row[1:3]) for row in rows}
    return [by_generation.get(g, [0, 0]) for g in range(3)], sum(row[3] for row in rows)


def shown(found):
    """COLLECTIONS+COLLECTIONS+COLLECTIONS, OBJECTS"""
    return "%s | %s" % (" + ".join(str(count) for count, _ in found), format(sum(objects for _, objects in found), ","))


def is_near(a, b):
    """Numbers of collections nearly the same, and of objects."""
    objects, others = (sum(examined for _, examined in found) for found in (a, b))
    return (all(abs(x - y) <= 1 + 0.01 * x for (x, _), (y, _) in zip(a, b))
            and abs(objects - others) <= 0.05 * objects)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("packages", nargs="*", help="folders of the npm package pyodide")
    options = parser.parse_args()
    apart = 0
    print("| rows | interpreter | collections | examined | simulated | examined | pauses | if all are counted |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |")
    used, _ = interpreters.find([], options.packages)
    for interpreter in used:
        interpreter.close()
    used.sort(key=lambda interpreter: interpreter.version)
    with tempfile.TemporaryDirectory() as place:
        for case in SHORT if options.short else CASES:
            for interpreter in used:
                found = real(interpreter, case)
                same, pause_ms = simulated(options.pygcsim, place, interpreter.series, case)
                counted, counted_ms = "", 0
                if case[0] == "kept":
                    counted, counted_ms = simulated(options.pygcsim, place, interpreter.series, ("kept-counted", *case[1:]))
                    counted = "%s: %.0f ms" % (" + ".join(str(count) for count, _ in counted), counted_ms)
                print("| %s | %s | %s | %s | %.0f ms | %s |" % (case[0], interpreter.number + interpreter.platform, shown(found), shown(same), pause_ms, counted),
                      flush=True)
                apart += not is_near(found, same)
    if apart:
        sys.exit("%d programs had other collections than simulated" % apart)


if __name__ == "__main__":
    main()
