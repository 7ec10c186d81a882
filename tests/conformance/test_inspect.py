#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_inspect.py PYGCSIM [SCRIPTS [SEED]]: does `pygcsim inspect` answer as gc does? As TAP.

Random heap scripts of all kinds are replayed up to one of their operations in each CPython found. Then its gc is asked
for referents, referrers and reference counts of what registers hold, and for the objects of each generation."""
import glob
import os
import random
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import generate  # noqa: E402
import heap_script  # noqa: E402
import interpreters  # noqa: E402
import tap  # noqa: E402
from tap import check, equal  # noqa: E402

OPERATIONS = 150
REGISTERS = 8  # asked about, of one script


def script_of(seed):
    """A script up to some operation; then what gc lists of each generation. (An interpreter's own objects would thaw.)"""
    dice = random.Random("inspect %d" % seed)
    style = generate.style_of(seed)
    operations = [operation for operation in generate.generate(seed, OPERATIONS, style)
                  if operation[0] != "unfreeze"]
    operations = operations[:dice.randrange(10, len(operations))]
    if dice.random() < 0.4:  # what is frozen is seen by nobody
        operations.insert(dice.randrange(len(operations) // 2, len(operations)), ("freeze",))
    return operations + [("disable",)] + [("objects", generation) for generation in range(3)]


class Comparison:
    """One script in one interpreter."""

    def __init__(self, pygcsim, interpreter, path, last):
        self.answer = interpreter.replay(path)
        self.command = [pygcsim, "inspect", path, "--at", str(last), "--collector", interpreter.number, "--json"]

    def inspect(self, *questions):
        return interpreters.only(interpreters.parse(interpreters.run([*self.command, *questions])))

    def generations(self):
        listed = [event["of"] for event in self.answer["events"] if event["event"] == "objects"][-3:]
        for generation in range(3):
            found = self.inspect("--get-objects", str(generation))["get_objects"]
            equal([node["of"] for node in found], listed[generation], "get_objects of generation %d" % generation)

    def registers(self):
        """How many were asked about."""
        held = sorted(self.answer["held"].items(), key=lambda item: int(item[0]))
        for register, expected in held[::max(1, len(held) // REGISTERS)]:
            found = self.inspect("--referents", register, "--referrers", register, "--refcount", register)
            for question in ("referents", "referrers"):
                equal([node["of"] for node in found[question]["seen"]], expected[question],
                      "%s of register %s" % (question, register))
            count = found["refcount"]
            equal(count["getrefcount"], expected["getrefcount"], "reference count of register %s" % register)
            equal(count["registers"] + count["in_garbage"] + count["objects"], count["references"],
                  "references to register %s that are known" % register)
        return len(held)


def answers_alike(pygcsim, interpreter, seeds):
    asked = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            path = os.path.join(folder, "%d.heap" % seed)
            operations = script_of(seed)
            if not interpreter.legacy and any("legacy" in operation for operation in operations):
                continue  # it cannot make them
            heap_script.write(path, operations)
            try:
                comparison = Comparison(pygcsim, interpreter, path, len(operations) - 4)
                comparison.generations()
                asked += comparison.registers()
            except (AssertionError, interpreters.ReplayError) as error:
                raise AssertionError("seed %d: %s" % (seed, error)) from None
    check(asked > len(seeds), "registers that held something: %d" % asked)


def main():
    pygcsim, scripts, seed = (sys.argv[1:] + ["12", "1"][len(sys.argv) - 2:])
    packages = glob.glob(os.path.join(os.path.dirname(pygcsim), "pyodide-*", "node_modules", "pyodide"))
    used, _ = interpreters.find([], sorted(packages))
    if not used:
        sys.exit("test_inspect.py: no interpreter to compare with")
    seeds = range(int(seed), int(seed) + int(scripts))
    tests = [("as %s answers" % interpreter, lambda interpreter=interpreter: answers_alike(pygcsim, interpreter, seeds))
             for interpreter in used]
    status = tap.run(tests)
    for interpreter in used:
        interpreter.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
