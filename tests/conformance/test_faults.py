#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the comparison with CPython see what it should? Each fault below is put into a copy of one source file; the
program built with it has to differ from some interpreter in some of the scripts in which the true one does not.

usage: test_faults.py BUILD-DIRECTORY [SCRIPTS [WORD]]: with WORD, only faults whose titles have it."""
import glob
import os
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import conformance  # noqa: E402
import generate  # noqa: E402
import heap_script  # noqa: E402
import interpreters  # noqa: E402
import tap  # noqa: E402
from tap import check, equal  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
OPERATIONS = 600

# What is wrong, the file, the text there, which occurs once, and what stands in its place.
FAULTS = [
]


class Build:
    """How the program is built: a command that compiles for each source, and one that links."""

    def __init__(self, folder):
        self.folder = folder
        done = subprocess.run(["ninja", "-C", folder, "-t", "commands", "pygcsim"], check=True, stdout=subprocess.PIPE,
                              universal_newlines=True)
        *self.commands, self.link = [line for line in done.stdout.splitlines() if not line.startswith("ninja:")]

    def run(self, command):
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
        equal(done.returncode, 0, "exit status of %s\n%s" % (shlex.join(command), done.stdout))

    def compile(self, source, text, target):
        """Makes the object file `target` of the text as of the source of that name."""
        own = os.path.relpath(os.path.join(ROOT, source), self.folder)
        command, = [words for words in map(shlex.split, self.commands) if words[-2:] == ["-c", own]]
        with open(target + ".c", "w") as file:
            file.write(text)
        for option in ("-o", "-MF"):
            command[command.index(option) + 1] = target + option
        command[command.index("-o") + 1] = target
        self.run([*command[:-1], target + ".c", "-w"])

    def link_with(self, objects, target):
        """The objects come first, so what the library has of the same names is not taken."""
        command = shlex.split(self.link)
        at = command.index("-o")
        self.run([*command[:at], "-o", target, *objects, *command[at + 2:]])


def with_fault(build, folder, number):
    """The program with that fault."""
    title, source, right, wrong = FAULTS[number]
    with open(os.path.join(ROOT, source)) as file:
        text = file.read()
    equal(text.count(right), 1, "how often %s has %r" % (source, right))
    program = os.path.join(folder, "fault-%d" % number)
    build.compile(source, text.replace(right, wrong), program + ".o")
    build.link_with([program + ".o"], program)
    return program


class Answers:
    """What the interpreters do in some scripts."""

    def __init__(self, folder, used, count):
        self.given = []
        tasks = []
        for seed in range(1, count + 1):
            path = os.path.join(folder, "%d.heap" % seed)
            heap_script.write(path, generate.generate(seed, OPERATIONS, generate.style_of(seed)))
            tasks += [(path, interpreter, interpreter.executor.submit(interpreter.replay, path)) for interpreter in used
                      if interpreter.legacy or not conformance.needs_legacy(path)]
        self.given = [(path, interpreter, task.result()) for path, interpreter, task in tasks]

    def first_difference(self, program):
        """The first from what the program does; None if there is none."""
        simulator = conformance.Simulator(program, ["graph"])
        for path, interpreter, answer in self.given:
            try:
                for difference in conformance.differences(interpreter, simulator, path, answer, {}):
                    if difference:
                        return "%s, %s: %s" % (os.path.basename(path), interpreter, difference.text)
            except interpreters.ReplayError as error:
                return "%s, %s: %s" % (os.path.basename(path), interpreter, error)
        return None


def is_caught(build, folder, answers, number):
    difference = answers.first_difference(with_fault(build, folder, number))
    check(difference, "no script shows it")


def is_right(build, answers):
    difference = answers.first_difference(os.path.join(build.folder, "pygcsim"))
    check(difference is None, difference)


def main():
    _, folder, *rest = sys.argv
    count, word = int(rest[0]) if rest else 44, rest[1] if len(rest) > 1 else ""
    build = Build(os.path.abspath(folder))
    packages = sorted(glob.glob(os.path.join(ROOT, "build", "pyodide-*", "node_modules", "pyodide")))
    used, _ = interpreters.find([], packages)
    with tempfile.TemporaryDirectory() as scratch:
        answers = Answers(scratch, used, count)
        tests = [("there are interpreters to compare with, and the program does as they do",
                  lambda: (check(used), is_right(build, answers)))]
        tests += [(fault[0], lambda number=number: is_caught(build, scratch, answers, number))
                  for number, fault in enumerate(FAULTS) if word in fault[0]]
        status = tap.run(tests)
    for interpreter in used:
        interpreter.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
