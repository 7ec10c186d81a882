# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the command share: a place to run it in, and the list of tests."""
import os
import re
import resource
import shlex
import signal
import sqlite3
import subprocess
import tempfile
import threading
from collections import namedtuple

from tap import check, equal

TESTS = []  # (title, function of a Place), in the order in which they are printed


def test(title):
    """Decorator: adds a test."""
    def add(function):
        TESTS.append((title, function))
        return function
    return add


Result = namedtuple("Result", "status out err")

SMALL = "web:modules=1000,duration=2s"  # a run of some milliseconds
ENDLESS = "web:modules=1000,sessions=10,cache=10,duration=5h"  # less than a day's work


def without_progress(err):
    """On a slow machine a command says how long it will take, and how far it is, a line now and then."""
    return re.sub(r"^( *\d+%  |\S+( \w+)?: about \S+ \w+ on \d+ cores?).*\n", "", err, flags=re.M)


class Place:
    """A temporary folder, and the program that runs in it."""

    def __init__(self, program):
        self.program = program
        self.temporary = tempfile.TemporaryDirectory(prefix="pygcsim-test-")
        self.folder = self.temporary.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w") as file:
            file.write(content)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def files(self, folder="."):
        return sorted(os.listdir(self.path(folder)))

    def start(self, arguments, **options):
        """`arguments` as a list, or as a shell would take them."""
        if isinstance(arguments, str):
            arguments = shlex.split(arguments)
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "cwd": self.folder, **options}
        return subprocess.Popen([self.program, *arguments], encoding="utf-8", **options)

    def run(self, arguments, **options):
        with self.start(arguments, **options) as process:
            try:
                out, err = process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Result(process.returncode, out, err)

    def expect(self, status, arguments, out=(), err=(), **options):
        """Runs it. Done: nothing on standard error. Not done: one line there, nothing else anywhere.
        Every text of `out` and `err` stands in the one or the other. Returns the result."""
        result = self.run(arguments, **options)
        result = result._replace(err=without_progress(result.err or ""))
        said = (f"pygcsim {arguments}", f"status {result.status}",
                f"stdout: {(result.out or '')[:2000]}", f"stderr: {result.err}")
        check(result.status == status, f"expected status {status}", *said)
        if status == 0:
            check(not result.err, "expected nothing on standard error", *said)
        else:
            check(re.fullmatch(r"(\S*/)?pygcsim( [a-z]+)?: .*\n", result.err),
                  "expected one line on standard error", *said)
            check(not result.out, "expected nothing on standard output", *said)
        for text in out:
            check(text in result.out, f"expected {text!r} on standard output", *said)
        for text in err:
            check(text in result.err, f"expected {text!r} on standard error", *said)
        return result

    def database(self, name="results.db"):
        """The results file, to be read only; rows have their columns as keys."""
        check(os.path.exists(self.path(name)), f"there is no {name}")
        connection = sqlite3.connect(self.path(name), isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA query_only = on")
        return connection

    def query(self, sql, *values, name="results.db"):
        connection = self.database(name)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def statuses(self, name="results.db"):
        """Of all runs; the file must be sound."""
        equal([row[0] for row in self.query("PRAGMA integrity_check", name=name)], ["ok"],
              "integrity_check")
        return [row[0] for row in self.query("SELECT status FROM run ORDER BY id", name=name)]


def no_answer(place, arguments, out=()):
    """best says why on standard output, and ends with 1 and a line."""
    result = place.run(arguments)
    equal((result.status, without_progress(result.err)), (1, f"{place.program} best: no setting is an answer\n"), arguments)
    for text in out:
        check(text in result.out, f"{text!r} is not in", result.out)
    return result.out


def once(make):
    """Decorator: what make(place) returns, made at the first call in a place of its own."""
    lock, made = threading.Lock(), []

    def get(place):
        with lock:
            if not made:
                made.append(make(Place(place.program)))
            return made[0]
    return get


def limit_files(size=2**20):
    """In the child: no file may grow beyond that, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
