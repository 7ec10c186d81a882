#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_examples.py [--pygcsim PROGRAM] [--update]: are the outputs in docs/examples/ what comes out? As TAP.

A script there, NAME.heap, names in its first comment the commands that show something ("#     $ pygcsim …").
What they print under a collector is its transcript, NAME.VERSIONS.txt: one file for all versions that print the
same ("3.8-3.10+3.12"). Each is compared with the program, byte for byte, and its events and debug text with
those of each CPython found. Python code in the documents is run in each, too: a comment "# -> 6; from 3.11: 3"
says what a line prints. --update writes the transcripts anew."""
import argparse
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EXAMPLES = os.path.join(ROOT, "docs", "examples")
PRESENTED = os.path.join(EXAMPLES, "README.md")
DOCUMENTS = (PRESENTED, os.path.join(ROOT, "docs", "gc-module.md"))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "conformance")]
import interpreters  # noqa: E402
from tap import Skip, check, equal, run  # noqa: E402

LEFT_OUT = "..."  # a line of an output that stands for any number of lines


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def series(collector):
    return collector[len("cpython-"):]


class Program:
    def __init__(self, path):
        self.path = path
        rows = self.output(["list", "collectors", "--json"]).splitlines()
        self.collectors = [json.loads(row)["name"] for row in rows]

    def output(self, arguments):
        done = subprocess.run([self.path, *arguments], cwd=EXAMPLES, timeout=60, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        check(done.returncode == 0, "pygcsim " + " ".join(arguments), done.stderr)
        return done.stdout


class Example:
    """A script, the commands that its comment names, and what they print under each collector."""

    def __init__(self, path, collectors):
        self.path, self.collectors = path, collectors
        self.name = os.path.basename(path)[:-len(".heap")]
        self.comment, self.body = re.fullmatch(r"((?:#.*\n)*)([\s\S]*)", read(path)).groups()
        self.commands = re.findall(r"^# +\$ pygcsim (.*)$", self.comment, re.M)

    def files(self):
        return sorted(glob.glob(os.path.join(EXAMPLES, glob.escape(self.name) + ".[0-9]*.txt")))

    def covered(self, path):
        """The collectors that a file is for."""
        versions = [series(name) for name in self.collectors]
        for part in os.path.basename(path)[len(self.name) + 1:-len(".txt")].split("+"):
            first, _, last = part.partition("-")
            yield from self.collectors[versions.index(first):versions.index(last or first) + 1]

    def file_for(self, collector):
        files = [path for path in self.files() if collector in self.covered(path)]
        check(len(files) == 1, f"{collector}: one file of {self.name} should be for it, not {files}")
        return files[0]

    def printed(self, program, collector):
        return "".join(f"$ pygcsim {command}\n" + program.output([*command.split(), "--collector", collector])
                       for command in self.commands)

    def stored(self, collector, command):
        """What a command prints, by the transcript; None if that is none of the example's."""
        parts = re.split(r"^\$ pygcsim (.*)\n", read(self.file_for(collector)), flags=re.M)
        return dict(zip(parts[1::2], parts[2::2])).get(command)

    def replayed(self):
        return any(command.startswith("replay") for command in self.commands)

    def update(self, program):
        groups = {}
        for collector in self.collectors:
            groups.setdefault(self.printed(program, collector), []).append(collector)
        for path in self.files():
            os.remove(path)
        for text, members in groups.items():
            with open(os.path.join(EXAMPLES, f"{self.name}.{self.ranges(members)}.txt"), "w",
                      encoding="utf-8") as file:
                file.write(text)

    def ranges(self, members):
        runs = []
        for index, collector in enumerate(self.collectors):
            if collector in members:
                if index and self.collectors[index - 1] in members:
                    runs[-1][1:] = [series(collector)]
                else:
                    runs.append([series(collector)])
        return "+".join("-".join(run) for run in runs)


# ---- the program -------------------------------------------------------------------------------------


def check_program(example, program):
    check(example.commands, f"{example.path}: its comment names no command")
    for collector in program.collectors:
        path = example.file_for(collector)
        equal(example.printed(program, collector), read(path), f"{os.path.basename(path)}, {collector}")
    for path in example.files():
        check(list(example.covered(path)), f"{path} is for no collector")


# ---- real interpreters -------------------------------------------------------------------------------


def without_permanent(events):
    """An interpreter has objects of its own in the permanent generation."""
    return re.sub(r'"permanent": \d+', '"permanent": …', events)


def check_interpreter(example, interpreter):
    command = f"replay {example.name}.heap --"
    events, text = (example.stored(interpreter.collector, command + option) for option in ("events", "debug-text"))
    if re.search(r"^unfreeze", example.body, re.M):
        raise Skip("unfreeze brings the interpreter's own objects back")
    if re.search(r"^new .* legacy", example.body, re.M) and not interpreter.legacy:
        raise Skip("it has no _testcapi")
    if (3, 13, 4) <= interpreter.version < (3, 14) and re.search(r"^attrs", example.body, re.M):
        raise Skip("the dicts of instances are as in 3.13.0 to 3.13.3")
    answer = interpreter.replay(example.path)
    if events is not None:
        real = "".join(json.dumps(event) + "\n" for event in answer["events"])
        equal(without_permanent(real), without_permanent(events), f"events of {interpreter}")
    if text is not None:
        equal(answer["text"], text.splitlines(), f"debug text of {interpreter}")


# ---- documents ---------------------------------------------------------------------------------------


def fenced(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def shows(shown, whole):
    """Is the text what is shown, where "..." is a line that stands for any number of lines?"""
    pattern = "".join(r"(?:.*\n)*" if line == LEFT_OUT else re.escape(line + "\n") for line in shown.splitlines())
    return re.fullmatch(pattern, whole)


def check_named(example, text):
    check(f"({example.name}.heap)" in text, f"README.md does not name {example.name}.heap")


def scripts(text, by_name):
    """(operations shown, those of the examples that this section of the document names)"""
    for section in re.split(r"^## ", text, flags=re.M):
        named = re.findall(r"\(([\w-]+)\.heap\)", section)
        for shown in fenced(section, "heap"):
            yield shown, [by_name[name].body for name in named if name in by_name]


def check_script(shown, bodies):
    check(any(shows(shown, body) for body in bodies), "README.md shows what no script of its section has:", shown)


def outputs(text):
    """(script's name, arguments, collector, output) of each output shown after a command"""
    pattern = (r"^```sh\nbuild/pygcsim (\S+) docs/examples/(\S+)\.heap (.*) --collector (\S+)\n```\n+"
               r"```text\n((?:.*\n)*?)```$")
    for command, name, arguments, collector, shown in re.findall(pattern, text, re.M):
        yield name, f"{command} {name}.heap {arguments}", collector, shown


def check_output(example, command, collector, shown):
    stored = example.stored(collector, command)
    check(stored is not None, f"{example.name}.heap does not name: $ pygcsim {command}")
    check(shows(shown, stored), f"{command} under {collector} prints", stored, "and the document shows", shown)


def expected(code, version):
    """The lines that the comments of the code say it prints."""
    for comment in re.findall(r"# -> (.*)$", code, re.M):
        value, *later = comment.split("; from ")
        for since, other in (part.split(": ", 1) for part in later):
            if tuple(map(int, since.split("."))) <= version[:2]:
                value = other
        yield value


def check_python(interpreter, code):
    done = subprocess.run([interpreter.executable, *interpreter.OPTIONS, "-c", code], timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode and "_testcapi" in done.stderr:
        raise Skip("no module _testcapi")
    check(done.returncode == 0, code, done.stderr)
    equal(done.stdout.splitlines(), list(expected(code, interpreter.version)), f"{interpreter}: {code}")


# ---- everything --------------------------------------------------------------------------------------


def tests(program, examples, found):
    text = read(PRESENTED)
    by_name = {example.name: example for example in examples}
    for example in examples:
        yield (f"{example.name}: the program prints what is stored",
               lambda e=example: check_program(e, program))
        yield f"{example.name} is in README.md", lambda e=example: check_named(e, text)
    for number, (shown, bodies) in enumerate(scripts(text, by_name)):
        yield f"script {number} shown", lambda s=shown, b=bodies: check_script(s, b)
    for path in DOCUMENTS:
        for name, command, collector, shown in outputs(read(path)):
            yield (f"{os.path.relpath(path, ROOT)} shows what comes out: {command}, {collector}",
                   lambda a=(by_name[name], command, collector, shown): check_output(*a))
    for example in examples:
        for interpreter in found if example.replayed() else []:
            yield (f"{example.name}: {interpreter} does so, too",
                   lambda e=example, i=interpreter: check_interpreter(e, i))
    for path in DOCUMENTS:
        for number, code in enumerate(fenced(read(path), "python")):
            for interpreter in found:
                if isinstance(interpreter, interpreters.Native):
                    yield (f"{os.path.relpath(path, ROOT)}: Python block {number} in {interpreter}",
                           lambda i=interpreter, c=code: check_python(i, c))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("--update", action="store_true", help="write the transcripts anew")
    options = parser.parse_args()
    program = Program(os.path.abspath(options.pygcsim))
    examples = [Example(path, program.collectors) for path in sorted(glob.glob(os.path.join(EXAMPLES, "*.heap")))]
    if options.update:
        for example in examples:
            example.update(program)
        return 0
    packages = sorted(glob.glob(os.path.join(ROOT, "build", "pyodide-*", "node_modules", "pyodide")))
    found, _ = interpreters.find([], packages)
    try:
        return run(list(tests(program, examples, found)))
    finally:
        for interpreter in found:
            interpreter.close()


if __name__ == "__main__":
    sys.exit(main())
