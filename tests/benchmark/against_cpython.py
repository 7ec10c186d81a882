#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures pygcsim's graph engine against the CPython it simulates, side by side in one run.

Operations a second on the same heap scripts, which both have parsed before; and what a full
collection takes on the same graphs. The two alternate; figures are medians, the ratio is that of
the medians, and in brackets are the least and the largest ratio of two neighbouring measurements.
Nothing passes or fails by time.
"""
import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "conformance"))

SERIES = "3.11"
SCRIPTS = [  # name, seed, operations, undisturbed
    ("random mix 1", 1, 300000, False),
    ("random mix 2", 2, 300000, False),
    ("random mix 3", 3, 300000, False),
    ("random mix 4, default thresholds", 4, 300000, True),
    ("random mix 5, default thresholds", 5, 300000, True),
]
GRAPHS = [(size, layout) for layout in ("sequential", "random") for size in (1000000, 5000000)]


class Container(list):
    """What kind `slots` is (sim/model/object_kind.h) where nobody refers weakly to it."""
    __slots__ = ()


# What CPython runs: the same command line and the same output as benchmark-run (benchmark.c)

def make_graph(size, layout):
    """`size` containers with two references each, kept alive by one list; as in benchmark.c."""
    graph, state = [], 1
    for _ in range(size):
        container = Container()
        container.extend((None, None))
        graph.append(container)
    for number, container in enumerate(graph):
        for field in (0, 1):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
            to = (state >> 33) % size if layout == "random" else (number + field + 1) % size
            container[field] = graph[to]
    return graph


def serve_full_collections(size, layout):
    gc.disable()
    gc.freeze()
    graph = make_graph(size, layout)
    gc.collect()
    for _ in sys.stdin:
        begin = time.perf_counter()
        gc.collect()
        seconds = time.perf_counter() - begin
        print("objects %d seconds %.9f" % (len(graph), seconds), flush=True)


def execute(iterator, registers, empty_fields, Container=Container):
    """What tests/conformance/driver.py does, without a call for each operation. Returns how long it took.

    The collection at its beginning, with nothing to examine, sets the collector's counters to 0.
    """
    clock = time.perf_counter
    gc.collect()
    begin = clock()
    for row in iterator:
        name = row[0]
        a = row[1]
        b = row[2]
        c = row[3]
        if name == "new":
            registers[a] = Container()
            registers[a].extend(empty_fields[b])
        elif name == "store":
            registers[a][b] = registers[c]
        elif name == "clear":
            registers[a][b] = None
        elif name == "load":
            registers[a] = registers[b][c]
        elif name == "copy":
            registers[a] = registers[b]
        elif name == "drop":
            registers[a] = None
        elif name == "collect":
            gc.collect(a)
        elif name == "enable":
            gc.enable()
        elif name == "disable":
            gc.disable()
        elif name == "threshold":
            gc.set_threshold(*a)
    return clock() - begin


def collections():
    return [generation["collections"] for generation in gc.get_stats()]


def prepare(operations):
    """A row (name, operand, operand, operand) for each."""
    rows = []
    for name, *operands in operations:
        if name == "collect":
            operands = operands or [2]
        elif name == "threshold":
            operands = [tuple(operands)]
        rows.append((name, *operands[:3], *[None] * (3 - len(operands))))
    return rows


def serve_script(path):
    import driver
    import heap_script
    operations = heap_script.read(path)
    rows = prepare(operations)
    named = [operands[0] for name, *operands in operations if name in ("new", "load", "copy")]
    sizes = {operands[1] for name, *operands in operations if name == "new"}
    empty_fields = {size: [None] * size for size in sizes}
    for _ in sys.stdin:
        registers = [None] * (max(named, default=0) + 1)
        gc.enable()
        gc.set_threshold(*driver.DEFAULT_THRESHOLDS)
        driver.settle()
        before = collections()
        iterator = iter(rows)
        gc.freeze()
        seconds = execute(iterator, registers, empty_fields)
        done = [after - earlier for after, earlier in zip(collections(), before)]
        done[2] -= 1  # that at the beginning
        print("operations %d seconds %.9f collections %d %d %d" % (len(rows), seconds, *done),
              flush=True)


def serve(what, *arguments):
    if what == "full":
        serve_full_collections(int(arguments[0]), arguments[1])
    else:
        serve_script(*arguments)


# The comparison

class Side:
    """A process that measures once for each line it is sent."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        universal_newlines=True)

    def measure(self):
        """{"operations" or "objects": [how many], "seconds": [...], "collections": [...]}"""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().split()
        if not line:
            sys.exit("against_cpython.py: %s has ended" % " ".join(self.process.args))
        measured, key = {}, None
        for word in line:
            if word.isalpha():
                key = word
            else:
                measured.setdefault(key, []).append(float(word))
        return measured

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def alternate(commands, repetitions):
    """The measurements of each command, after one that warms up."""
    sides = [Side(command) for command in commands]
    for side in sides:
        side.measure()
    measured = [[side.measure() for side in sides] for _ in range(repetitions)]
    for side in sides:
        side.close()
    return list(zip(*measured))


def seconds(measurements):
    return [measurement["seconds"][0] for measurement in measurements]


def compare(options, python, *arguments):
    """(medians of seconds of pygcsim and CPython, text of the ratio, whether both collected alike)"""
    ours, theirs = alternate([[options.benchmark, *arguments],
                              [python, "-E", "-s", "-B", os.path.abspath(__file__), "--serve",
                               *arguments]], options.repetitions)
    ratios = [their / our for our, their in zip(seconds(ours), seconds(theirs))]
    our, their = statistics.median(seconds(ours)), statistics.median(seconds(theirs))
    alike = all(a.get("collections") == b.get("collections") for a, b in zip(ours, theirs))
    return our, their, "%5.1f (%.1f-%.1f)" % (their / our, min(ratios), max(ratios)), alike


def write_script(path, seed, operation_count, undisturbed):
    """Without freeze and unfreeze: in CPython they would take the script itself, which the
    simulator's heap does not have, out of the collector's sight or back into it."""
    import generate
    operations = [operation for operation in generate.generate(seed, operation_count, undisturbed=undisturbed)
                  if operation[0] not in ("freeze", "unfreeze")]
    with open(path, "w") as file:
        file.writelines(" ".join(map(str, operation)) + "\n" for operation in operations)
    return len(operations)


def compare_scripts(options, python):
    print("%-34s %21s %21s %s" % ("million operations a second", "pygcsim", "CPython", "ratio"))
    with tempfile.TemporaryDirectory() as folder:
        for name, seed, operation_count, undisturbed in SCRIPTS:
            path = os.path.join(folder, "script.heap")
            count = write_script(path, seed, operation_count, undisturbed)
            our, their, ratio, alike = compare(options, python, "script", path)
            print("%-34s %21.1f %21.1f %s%s" % (name, count / our / 1e6, count / their / 1e6, ratio,
                                                "" if alike else "  (other collections!)"),
                  flush=True)


def compare_graphs(options, python):
    print("%-34s %21s %21s %s" % ("full collection, ns an object", "pygcsim", "CPython", "ratio"))
    for size, layout in GRAPHS:
        our, their, ratio, _ = compare(options, python, "full", str(size), layout)
        print("%-34s %21.1f %21.1f %s" % ("%d objects, %s" % (size, layout), our * 1e9 / size,
                                          their * 1e9 / size, ratio), flush=True)


def find_python():
    """The interpreter of the wanted series that the conformance tests would use, or None."""
    import interpreters
    found, _ = interpreters.find([], [])
    wanted = [interpreter for interpreter in found if interpreter.series == SERIES]
    return wanted[0] if wanted else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--benchmark", required=True, help="the program benchmark-run")
    parser.add_argument("--repetitions", type=int, default=9, help="of each measurement (default 9)")
    options = parser.parse_args()
    python = find_python()
    if not python:
        print("no CPython %s on this machine: nothing to compare with" % SERIES)
        return
    print("CPython %s; medians of %d" % (python, options.repetitions))
    compare_scripts(options, python.executable)
    compare_graphs(options, python.executable)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(*sys.argv[2:])
    else:
        main()
