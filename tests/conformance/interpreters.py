# SPDX-License-Identifier: GPL-3.0-or-later
"""The CPythons of this machine: finding them, and having each replay heap scripts."""
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVER = os.path.join(HERE, "driver.py")
OLDEST, NEWEST = 8, 15
TIMEOUT_S = 600
AT_ONCE = threading.Semaphore(os.cpu_count())  # replays


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
                              universal_newlines=True, timeout=TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReplayError(str(error)) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["(no message)"]
        raise ReplayError("%s: exit status %d: %s" % (command[0], done.returncode, said[-1]))
    return done.stdout.splitlines()


class Interpreter:
    """A CPython: its identity, as driver.py gives it, and an executor its replays should run in.

    One process replays all its scripts, one after the other: `command` starts it, in native interpreters when
    it is first asked.
    """

    platform = ""

    def __init__(self, identity):
        self.executable = identity["executable"]
        self.version = tuple(identity["version"])
        self.free_threaded = identity["free_threaded"]
        self.implementation = identity["implementation"]
        self.legacy = identity["legacy"]  # whether it can make objects with tp_del
        self.process = None
        self.lock = threading.Lock()  # of the process
        self.executor = concurrent.futures.ThreadPoolExecutor(max_workers=1)

    @property
    def series(self):
        return "%d.%d" % self.version[:2]

    @property
    def collector(self):
        return "cpython-" + self.series

    @property
    def number(self):
        return ".".join(map(str, self.version))

    def __str__(self):
        return "%s%s (%s)" % (self.number, self.platform, self.executable)

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
        """What driver.py answers about the script at `path`."""
        with self.lock, AT_ONCE:
            if not self.process:
                self.process = serve([self.executable, *Native.OPTIONS, DRIVER, "--serve"])
            try:
                print(path, file=self.process.stdin, flush=True)
            except OSError as error:
                raise ReplayError("%s has ended: %s" % (self, error)) from None
            answer = answered(self.process)
        if "error" in answer:
            raise ReplayError(answer["error"])
        return answer

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()


class Native(Interpreter):
    """An executable, whose process makes a copy of itself for each script."""

    # The user's settings and site packages stay out, and no byte code is written beside the driver.
    OPTIONS = ("-E", "-s", "-B")

    def __init__(self, executable):
        super().__init__(only(parse(run([executable, *self.OPTIONS, DRIVER, "--identify"]))))


class WebAssembly(Interpreter):
    """The npm package `pyodide` under node; one interpreter for all scripts, since it starts slowly."""

    platform = " WebAssembly"

    def __init__(self, package):
        if not shutil.which("node"):
            raise ReplayError("node is not installed")
        process = serve(["node", os.path.join(HERE, "pyodide.mjs"), package])
        super().__init__(answered(process))
        self.process = process


def serve(command):
    """A process that answers lines with lines."""
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)


def answered(process):
    """The JSON object on the next line that a process prints."""
    line = process.stdout.readline()
    if not line:
        raise ReplayError("%s has ended with exit status %s" % (process.args[0], process.wait()))
    return only(parse([line]))


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
    attempts = [(Native, path) for path in executables or candidates()]
    attempts += [(WebAssembly, path) for path in packages]
    used, skipped = {}, {}
    for kind, path in attempts:
        try:
            interpreter = kind(path)
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
