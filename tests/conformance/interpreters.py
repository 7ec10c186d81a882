# SPDX-License-Identifier: GPL-3.0-or-later
"""The CPythons of this machine: finding them, and having each replay heap scripts."""
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVER = os.path.join(HERE, "driver.py")
OLDEST, NEWEST = 8, 15
REPLAY_TIMEOUT_S = 600


class ReplayError(Exception):
    """A replay that did not end as it should."""


def parse(lines):
    """The JSON objects of a replay, one a line."""
    try:
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise ReplayError("unreadable output: %s" % error) from None


def only(records):
    """The one object a command should have printed."""
    if len(records) != 1:
        raise ReplayError("is not a Python interpreter")
    return records[0]


def run(command):
    """The lines a command prints."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True, timeout=REPLAY_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReplayError(str(error)) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["(no message)"]
        raise ReplayError("%s: exit status %d: %s" % (command[0], done.returncode, said[-1]))
    return done.stdout.splitlines()


class Interpreter:
    """A CPython: its identity, as driver.py gives it, and an executor its replays should run in."""

    platform = ""

    def __init__(self, identity, executor):
        self.executable = identity["executable"]
        self.version = tuple(identity["version"])
        self.free_threaded = identity["free_threaded"]
        self.implementation = identity["implementation"]
        self.executor = executor

    @property
    def series(self):
        return "%d.%d" % self.version[:2]

    @property
    def collector(self):
        return "cpython-" + self.series

    def __str__(self):
        version = ".".join(map(str, self.version))
        return "%s%s (%s)" % (version, self.platform, self.executable)

    def same_file(self, other):
        return os.path.realpath(self.executable) == os.path.realpath(other.executable)

    def unfit(self):
        """Why it cannot be compared, or None."""
        if self.implementation != "CPython":
            return "is %s, not CPython" % self.implementation
        if self.free_threaded:
            return "is free-threaded: its collector has no generations"
        if (3, 14) <= self.version < (3, 14, 5):
            return "3.14.0 to 3.14.4 collect incrementally"
        if not (3, OLDEST) <= self.version[:2] <= (3, NEWEST):
            return "is not one of 3.%d to 3.%d" % (OLDEST, NEWEST)
        return None

    def replay(self, path):
        """The state at the start of the script at `path`, and its collections."""
        start, *collections = self._replay(path)
        return start, collections


class Native(Interpreter):
    """An executable; one process a script."""

    # The user's settings and site packages stay out, and no byte code is written beside the driver.
    OPTIONS = ("-E", "-s", "-B")

    def __init__(self, executable, executor):
        identity = only(parse(run([executable, *self.OPTIONS, DRIVER, "--identify"])))
        super().__init__(identity, executor)

    def _replay(self, path):
        return parse(run([self.executable, *self.OPTIONS, DRIVER, path]))

    def close(self):
        pass


class WebAssembly(Interpreter):
    """The npm package `pyodide` under node; one process for all scripts, since it starts slowly."""

    platform = " WebAssembly"

    def __init__(self, package):
        if not shutil.which("node"):
            raise ReplayError("node is not installed")
        self.process = subprocess.Popen(["node", os.path.join(HERE, "pyodide.mjs"), package],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        universal_newlines=True)
        identity = only(parse([self._line()]))
        super().__init__(identity, concurrent.futures.ThreadPoolExecutor(max_workers=1))

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise ReplayError("node has ended with exit status %s" % self.process.wait())
        return line.rstrip("\n")

    def _replay(self, path):
        try:
            print(path, file=self.process.stdin, flush=True)
        except OSError as error:
            raise ReplayError("node has ended: %s" % error) from None
        return parse(iter(self._line, ""))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def candidates():
    """Paths that may be interpreters, the likeliest to be used first."""
    names = ["python3.%d" % minor for minor in range(OLDEST, NEWEST + 1)]
    found = [shutil.which("python3"), "/usr/bin/python3", *map(shutil.which, names)]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    found += sorted(glob.glob(os.path.join(pyenv, "versions", "*", "bin", "python3")))
    # pyenv's shims are scripts, which fail unless their version is the chosen one.
    shims = os.path.join(pyenv, "shims")
    return [path for path in found
            if path and os.path.exists(path) and os.path.dirname(path) != shims]


def find(executables, packages):
    """(interpreters to compare, [(path, why it is skipped)]).

    `executables` are the only native ones to look at if there are any; `packages` are folders of
    the npm package pyodide. Of two with the same X.Y the first is used, but a WebAssembly one
    beside a native one.
    """
    native = concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count())
    attempts = [(Native, path, native) for path in executables or candidates()]
    attempts += [(WebAssembly, path) for path in packages]
    used, skipped = {}, {}
    for kind, path, *executor in attempts:
        try:
            interpreter = kind(path, *executor)
        except ReplayError as error:
            skipped[path] = str(error)
            continue
        key = (kind, interpreter.series)
        reason = interpreter.unfit()
        if key in used and not interpreter.same_file(used[key]):
            reason = "%s is compared already, as %s" % (interpreter.series, used[key])
        if reason:
            skipped[interpreter.executable] = reason
        if reason or key in used:
            interpreter.close()
        else:
            used[key] = interpreter
    return list(used.values()), sorted(skipped.items())
