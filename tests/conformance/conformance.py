#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares pygcsim with the CPythons of this machine: what gc does to a program, event by event.

Random heap scripts are replayed by both, in pygcsim by each engine that can. All events have to agree (collections: in
which operation, of which generation, the sizes of all as they started, how many objects they found; finalizers and
callbacks, in their order; what gc counts and answers), and what the collector prints. A script that differs is shrunk to a small
one, printed, and kept in build/conformance/.
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
LONGEST_PRINTED = 100  # operations of a shrunk script
MOST_LISTED = 5  # failures of an interpreter
# What scripts of mixed styles make gc do, if there are enough of them.
ENOUGH = 50
EXPECTED = ("collection", "done", "collectable", "uncollectable", "finalizer", "callback", "collect", "count", "objects",
            "garbage", "tracked", "finalized", "end")

Outcome = collections.namedtuple("Outcome", "found failure way collections skipped")
Outcome.__new__.__defaults__ = (None, None, (), None)
Outcome.__doc__ = """What one script showed of one interpreter.

`found` counts the events by name, collections by (generation, found garbage), replays by ("engine", name); `failure`
says what is wrong, or is None; `way` is that of the difference, if it is one, and `collections` says when there were any:
(operation, generation); `skipped` says why there is no comparison.
"""
Difference = collections.namedtuple("Difference", "text way")
Difference.__doc__ = "Where two sides differ first, in words; and in which way: while a script is shrunk, that stays."


class Simulator:
    """The command under test."""

    def __init__(self, command, engines):
        self.command = command
        self.engines = engines or [engine["name"] for engine in interpreters.parse(
            interpreters.run([command, "list", "engines", "--json"]))]

    def _replay(self, path, interpreter, answer, *options):
        """Lines. What the interpreter has of its own in the permanent generation is the baseline."""
        baseline = answer["permanent"] - answer["immortal"]
        return interpreters.run([self.command, "replay", path, "--collector", interpreter.number,
                                 "--baseline", str(baseline), *options])

    def events(self, path, interpreter, answer, engine):
        """None if the engine cannot replay the script."""
        try:
            return interpreters.parse(self._replay(path, interpreter, answer, "--engine", engine, "--events"))
        except ReplayError as error:
            if str(error).endswith(" takes the graph engine") and engine != "graph":
                return None
            raise

    def text(self, path, interpreter, answer):
        return self._replay(path, interpreter, answer, "--debug-text")


def add_immortals(events, path, immortal):
    """Adds the objects that the simulator was not told of to each collection, wherever they are.

    A full collection in 3.12 takes immortal objects out of generation 2, to the permanent
    generation, before it examines or counts anything: they change the sizes that are printed, and
    nothing else.
    """
    names = [name for name, *_ in heap_script.read(path, checked=False)]
    frozen, position = True, 0
    for record in events:
        if record["event"] != "collection":
            continue
        for name in names[position:record["op"]]:
            if name in ("freeze", "unfreeze"):
                frozen = name == "freeze"
        position = record["op"]
        if frozen:
            record["permanent"] += immortal
        else:
            record["before"][2] += immortal
        frozen = frozen or record["generation"] == 2


def kinds_of_collections(events):
    """(generation, whether it found garbage) of each collection."""
    for event in events:
        if event["event"] == "collection":
            generation = event["generation"]
        elif event["event"] == "done":
            yield generation, event["unreachable"] > 0


def first_difference(what, real, simulated):
    """None if all agrees."""
    for number in range(max(len(real), len(simulated))):
        sides = [side[number] if number < len(side) else None for side in (real, simulated)]
        if sides[0] != sides[1]:
            return Difference("%s %d differs\n  CPython: %s\n  pygcsim: %s" % (
                what, number, *("nothing more" if side is None else json.dumps(side) for side in sides)),
                (what, *way_of(*sides)))
    return None


def way_of(real, simulated):
    """Of lines that one is missing; of events which, and in what they differ."""
    if not (isinstance(real, dict) and isinstance(simulated, dict)):
        return real is None, simulated is None
    return real["event"], simulated["event"], *sorted(
        key for key in real if key not in ("op", "permanent") and real[key] != simulated.get(key))


def differences(interpreter, simulator, path, answer, found):
    """Yields the first in the events of each engine, and in text; None where all agrees."""
    for engine in simulator.engines:
        simulated = simulator.events(path, interpreter, answer, engine)
        if simulated is not None:
            add_immortals(simulated, path, answer["immortal"])
            yield first_difference("engine %s: event" % engine, answer["events"], simulated)
            found["engine", engine] += 1
    if not thawed(path):  # then the interpreter's own objects are counted in what it prints
        yield first_difference("line of text", answer["text"], simulator.text(path, interpreter, answer))


def thawed(path):
    return any(name == "unfreeze" for name, *_ in heap_script.read(path, checked=False))


def unfit(interpreter, path):
    """Why the interpreter cannot replay the script as it should, or None."""
    words = {word for operation in heap_script.read(path, checked=False) for word in operation}
    if "legacy" in words and not interpreter.legacy:
        return "has legacy objects, which it cannot make: no _testcapi"
    if "attrs" in words and (3, 13, 4) <= interpreter.version < (3, 14):
        return "asks for dicts of instances, which are simulated as in 3.13.0 to 3.13.3"
    if interpreter.version < (3, 11) and "deep-" in os.path.basename(path):
        return "has finalizers deep in structures, where it makes frames of its own"
    return None


def compare(interpreter, simulator, path):
    found = collections.Counter()
    reason = unfit(interpreter, path)
    if reason:
        return Outcome(found, skipped=reason)
    try:
        answer = interpreter.replay(path)
        for difference in differences(interpreter, simulator, path, answer, found):
            if difference:
                return Outcome(found, difference.text, difference.way, [
                    (event["op"], event["generation"]) for event in answer["events"] if event["event"] == "collection"])
    except ReplayError as error:
        return Outcome(found, str(error))
    found.update(event["event"] for event in answer["events"])
    found.update(kinds_of_collections(answer["events"]))
    return Outcome(found, None if found["collection"] else "no collection to compare")


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
        if not outcome.failure or outcome.way != failure.way:
            return False
        latest = outcome
        return True

    operations = shrink(heap_script.read(path), fails, seconds, failure.collections)
    heap_script.write(small_path, operations)
    return small_path, operations, latest.failure


def write_scripts(folder, options):
    """Yields paths; the long script comes first, since it is waited for longest, then those that have once differed."""
    if options.long_operations:
        path = os.path.join(folder, "long-%d.heap" % options.seed)
        heap_script.write(path, generate.generate(options.seed, options.long_operations,
                                                  undisturbed=True))
        yield path
    yield from sorted(glob.glob(os.path.join(interpreters.HERE, "scripts", "*.heap")))
    for seed in range(options.seed, options.seed + options.scripts):
        style = generate.style_of(seed) if options.style == "mixed" else options.style
        path = os.path.join(folder, "%s-%d.heap" % (style, seed))
        heap_script.write(path, generate.generate(seed, options.operations, style))
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
            for number, operation in enumerate(operations):
                print("%5d  %s" % (number, " ".join(map(str, operation))))


def print_found(found, simulator, options):
    """What was compared; 1 if that is too little to be a test, else 0."""
    for generation in range(3):
        with_garbage, without = found[generation, True], found[generation, False]
        print("generation %d: %d collections compared, of which %d found garbage" % (
            generation, with_garbage + without, with_garbage))
    print("engines:  %s" % ", ".join("%d replays by %s" % (found["engine", name], name)
                                     for name in simulator.engines))
    print("events:   %s" % ", ".join("%d %s" % (found[name], name) for name in EXPECTED if found[name]))
    if not any(found[generation, True] for generation in range(3)):
        print("FAILED: no collection found any garbage, so nothing was tested")
        return 1
    missing = [name for name in EXPECTED if not found[name]]
    if missing and options.style == "mixed" and options.scripts >= ENOUGH:
        print("FAILED: never happened, so not tested: %s" % ", ".join(missing))
        return 1
    return 0


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
    parser.add_argument("--style", choices=[*generate.STYLES, "mixed"], default="plain",
                        help="what the scripts do (default: %(default)s, which is format 1)")
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
    found, failures, skipped, passed = collections.Counter(), [], collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        tests = []
        for path in write_scripts(folder, options):
            for interpreter in used:
                task = interpreter.executor.submit(compare, interpreter, simulator, path)
                tests.append((interpreter, path, task))
        for interpreter, path, task in tests:
            outcome = task.result()
            found += outcome.found
            if outcome.skipped:
                skipped[interpreter, outcome.skipped] += 1
            elif outcome.failure:
                failures.append((interpreter, path, outcome))
            else:
                passed += 1
        print_failures(failures, simulator, options.shrink_seconds)
    for interpreter in used:
        interpreter.close()
    for (interpreter, reason), count in skipped.items():
        print("skipped:  %d scripts in %s: each %s" % (count, interpreter, reason))
    failed = len(failures) + print_found(found, simulator, options)
    print("%.0f s" % (time.monotonic() - begun))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
