#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares pygcsim with the CPythons of this machine, collection by collection.

Random heap scripts are replayed by both, in pygcsim by each engine. Every collection has to agree
in the operation during which it ran, its generation, the sizes of all generations as it started,
and the number of unreachable objects it found. A script that differs is shrunk to a small one,
printed, and kept in build/conformance/.
"""
import argparse
import collections
import glob
import json
import os
import sys
import tempfile
import time

import generate
import heap_script
import interpreters
from interpreters import ReplayError
from shrink import shrink

ROOT = os.path.dirname(os.path.dirname(interpreters.HERE))
COMPARED = ("op", "generation", "before", "permanent", "unreachable")
LONGEST_PRINTED = 100  # operations of a shrunk script
MOST_LISTED = 5  # failures of an interpreter

Outcome = collections.namedtuple("Outcome", "found failure differs")
Outcome.__doc__ = """What one script showed of one interpreter.

`found` counts the collections by (generation, found garbage); `failure` says what is wrong, or is
None; `differs` if what is wrong is the collections.
"""


class Simulator:
    """The command under test."""

    def __init__(self, command, engines):
        self.command = command
        self.engines = engines or [engine["name"] for engine in interpreters.parse(
            interpreters.run([command, "list", "engines", "--json"]))]

    def replay(self, path, collector, engine, baseline):
        records = interpreters.parse(interpreters.run(
            [self.command, "replay", path, "--collector", collector, "--engine", engine,
             "--baseline", str(baseline), "--json"]))
        try:
            return [{key: record[key] for key in COMPARED} for record in records]
        except KeyError as key:
            raise ReplayError("pygcsim's output has no %s" % key) from None


def add_immortals(simulated, path, immortal):
    """Adds the objects that the simulator was not told of, wherever they are at each collection.

    A full collection in 3.12 takes immortal objects out of generation 2, to the permanent
    generation, before it examines or counts anything: they change the sizes that are printed, and
    nothing else.
    """
    names = [name for name, *_ in heap_script.read(path, checked=False)]
    frozen, position = True, 0
    for record in simulated:
        for name in names[position:record["op"]]:
            if name in ("freeze", "unfreeze"):
                frozen = name == "freeze"
        position = record["op"]
        if frozen:
            record["permanent"] += immortal
        else:
            record["before"][2] += immortal
        frozen = frozen or record["generation"] == 2


def first_difference(real, simulated):
    """What the two sides say at the first collection that differs; None if all agree."""
    for number in range(max(len(real), len(simulated))):
        sides = [json.dumps(side[number]) if number < len(side) else "no more collections"
                 for side in (real, simulated)]
        if sides[0] != sides[1]:
            return "collection %d differs\n  CPython: %s\n  pygcsim: %s" % (number, *sides)
    return None


def compare(interpreter, simulator, path):
    found = collections.Counter()
    try:
        start, real = interpreter.replay(path)
        for engine in simulator.engines:
            simulated = simulator.replay(path, interpreter.collector, engine,
                                         start["permanent"] - start["immortal"])
            if start["immortal"]:
                add_immortals(simulated, path, start["immortal"])
            difference = first_difference(real, simulated)
            if difference:
                return Outcome(found, "engine %s: %s" % (engine, difference), differs=True)
    except ReplayError as error:
        return Outcome(found, str(error), differs=False)
    if not real:
        return Outcome(found, "no collection to compare", differs=False)
    found.update((record["generation"], record["unreachable"] > 0) for record in real)
    return Outcome(found, None, differs=False)


def shrunk(interpreter, simulator, path, failure, seconds):
    """Path, length and failure of a smaller script that fails in the same way."""
    small_path = os.path.join(ROOT, "build", "conformance", "%s-%s" % (
        interpreter.collector + interpreter.platform.replace(" ", "-"), os.path.basename(path)))
    os.makedirs(os.path.dirname(small_path), exist_ok=True)
    latest = failure

    def fails(operations):
        nonlocal latest
        heap_script.write(small_path, operations)
        outcome = compare(interpreter, simulator, small_path)
        if not outcome.failure or outcome.differs != failure.differs:
            return False
        latest = outcome
        return True

    operations = shrink(heap_script.read(path), fails, seconds)
    heap_script.write(small_path, operations)
    return small_path, operations, latest.failure


def write_scripts(folder, options):
    """Yields paths; the long script comes first, since it is waited for longest."""
    if options.long_operations:
        path = os.path.join(folder, "long-%d.heap" % options.seed)
        heap_script.write(path, generate.generate(options.seed, options.long_operations,
                                                  undisturbed=True))
        yield path
    for seed in range(options.seed, options.seed + options.scripts):
        path = os.path.join(folder, "seed-%d.heap" % seed)
        heap_script.write(path, generate.generate(seed, options.operations))
        yield path


def print_failures(failures, simulator, seconds):
    """Lists the first ones of each interpreter, and shrinks its very first."""
    tasks, counts = {}, collections.Counter()
    for interpreter, path, outcome in failures:
        counts[interpreter] += 1
        if counts[interpreter] == 1:
            tasks[interpreter] = interpreter.executor.submit(
                shrunk, interpreter, simulator, path, outcome, seconds)
        if counts[interpreter] <= MOST_LISTED:
            print("FAILED %s, %s: %s" % (interpreter, os.path.basename(path), outcome.failure))
    for interpreter, task in tasks.items():
        path, operations, failure = task.result()
        print("\n%s: %d scripts failed; the first, shrunk to %d operations in %s: %s" % (
            interpreter, counts[interpreter], len(operations), path, failure))
        if len(operations) <= LONGEST_PRINTED:
            with open(path) as script:
                print(script.read(), end="")


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 if everything agrees, 1 if anything differs or nothing is compared.")
    parser.add_argument("--pygcsim", metavar="PATH", default=os.path.join(ROOT, "build", "pygcsim"),
                        help="the command to test (default: build/pygcsim)")
    parser.add_argument("--engine", metavar="NAME", action="append",
                        help="engine pygcsim should use; repeatable (default: each there is, and "
                             "all have to agree)")
    parser.add_argument("--scripts", type=int, default=100, metavar="N",
                        help="how many scripts (default: %(default)s)")
    parser.add_argument("--operations", type=int, default=5000, metavar="N",
                        help="length of each script (default: %(default)s)")
    parser.add_argument("--long-operations", type=int, default=1500000, metavar="N",
                        help="length of one script more, which lets the default thresholds get "
                             "to full collections; 0: none (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N",
                        help="seed of the first script; the next has the next "
                             "(default: %(default)s)")
    parser.add_argument("--interpreter", nargs="+", action="extend", default=[], metavar="PATH",
                        help="compare with these alone (default: every python3 and python3.X on "
                             "PATH, /usr/bin/python3 and pyenv's, one of each X.Y)")
    parser.add_argument("--pyodide", action="append", metavar="DIR",
                        help="folder of the npm package pyodide; repeatable (default: what "
                             "install-pyodide has put into build/, unless --interpreter is given)")
    parser.add_argument("--shrink-seconds", type=float, default=60, metavar="S",
                        help="how long to try to make a failing script smaller "
                             "(default: %(default)s)")
    options = parser.parse_args()
    if options.pyodide is None:
        pattern = os.path.join(ROOT, "build", "pyodide-*", "node_modules", "pyodide")
        options.pyodide = [] if options.interpreter else sorted(glob.glob(pattern))
    return options


def main():
    options = parse_options()
    if not os.access(options.pygcsim, os.X_OK):
        sys.exit("conformance.py: no command at %s: build it, or use --pygcsim" % options.pygcsim)
    used, skipped = interpreters.find(options.interpreter, options.pyodide)
    simulator = Simulator(options.pygcsim, options.engine)
    print("engines:  %s" % ", ".join(simulator.engines))
    for interpreter in used:
        print("compared: %s" % interpreter)
    for path, reason in skipped:
        print("skipped:  %s: %s" % (path, reason))
    if not used:
        sys.exit("conformance.py: no interpreter to compare with")
    sys.stdout.flush()

    begun = time.monotonic()
    found, failures, passed = collections.Counter(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        tests = []
        for path in write_scripts(folder, options):
            for interpreter in used:
                task = interpreter.executor.submit(compare, interpreter, simulator, path)
                tests.append((interpreter, path, task))
        for interpreter, path, task in tests:
            outcome = task.result()
            found += outcome.found
            passed += not outcome.failure
            if outcome.failure:
                failures.append((interpreter, path, outcome))
        print_failures(failures, simulator, options.shrink_seconds)
    for interpreter in used:
        interpreter.close()

    for generation in range(3):
        with_garbage, without = found[generation, True], found[generation, False]
        print("generation %d: %d collections compared, of which %d found garbage" % (
            generation, with_garbage + without, with_garbage))
    print("%.0f s" % (time.monotonic() - begun))
    failed = len(failures)
    if not any(found[generation, True] for generation in range(3)):
        print("FAILED: no collection found any garbage, so nothing was tested")
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
