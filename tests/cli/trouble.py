# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks, full disks, files that are not ours, signals: one clear line, and nothing half-written."""
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from harness import ENDLESS, SMALL, Place, limit_files, test
from tap import Skip, check, equal

# Thousands of collections a second of real time, from the start.
BUSY = f"-w {ENDLESS} -p threshold:t0=50 --engine graph"


# ---- permissions -----------------------------------------------------------------------------------


def as_nobody():
    """In the child, before the program: root may write anywhere, nobody may not."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


@contextlib.contextmanager
def read_only(place, folder):
    """A folder that cannot be written to; the program can be reached whoever runs it."""
    place.program = shutil.copy(place.program, place.path("pygcsim"))
    os.chmod(place.folder, 0o777)
    os.chmod(place.path(folder), 0o555)
    try:
        try:
            place.run("--version", preexec_fn=as_nobody)
        except PermissionError:
            raise Skip("the user nobody cannot reach a temporary folder")
        yield
    finally:
        os.chmod(place.path(folder), 0o755)


@test("a new results file in a read-only folder: one line that says why")
def read_only_new(place):
    os.mkdir(place.path("ro"))
    with read_only(place, "ro"):
        result = place.expect(1, f"run -w {SMALL} --db ro/r.db", err=["ro/r.db"],
                              preexec_fn=as_nobody)
        check("No such file" not in result.err, result.err)
        place.expect(1, f"run -w {SMALL} --db ro/r.db", err=["ermission"], preexec_fn=as_nobody)


@test("a results file in a read-only folder: no run is added, one line")
def read_only_run(place):
    os.mkdir(place.path("ro"))
    place.expect(0, f"run -w {SMALL} --db ro/r.db")
    with read_only(place, "ro"):
        place.expect(1, f"run -w {SMALL} --db ro/r.db", err=["ro/r.db: cannot be written to"],
                     preexec_fn=as_nobody)
    equal(place.statuses("ro/r.db"), ["finished"], "statuses")


@test("a results file in a read-only folder can be plotted")
def read_only_plot(place):
    os.mkdir(place.path("ro"))
    os.mkdir(place.path("charts"))
    os.chmod(place.path("charts"), 0o777)
    place.expect(0, f"run -w {SMALL} --db ro/r.db")
    with read_only(place, "ro"):
        place.expect(0, "plot ro/r.db", preexec_fn=as_nobody)


@test("charts into a read-only folder: one line that says why")
def read_only_charts(place):
    os.mkdir(place.path("ro"))
    place.expect(0, f"run -w {SMALL}")
    with read_only(place, "ro"):
        place.expect(1, "plot results.db --out ro", err=["ro", "ermission"], preexec_fn=as_nobody)


# ---- full disks ------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(place, folder, size="1m"):
    """A folder with a disk of its own; yields whether it could be had."""
    os.mkdir(place.path(folder))
    try:
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place.path(folder)],
            stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", place.path(folder)], check=True)


@test("the disk is full: one line, the file sound, the run unfinished")
def disk_full(place):
    with small_disk(place, "disk", "24m") as mounted:
        options = {} if mounted else {"preexec_fn": lambda: limit_files(12 * 2**20)}
        place.expect(0, f"run -w {SMALL} --db disk/r.db")
        place.expect(1, f"run {BUSY} --db disk/r.db",
                     err=["disk/r.db: the disk is full" if mounted else "disk/r.db: "], **options)
        equal(place.statuses("disk/r.db"), ["finished", "unfinished"], "statuses")
        stored = place.query("SELECT count(*) FROM collection WHERE run_id = 2", name="disk/r.db")
        check(stored[0][0] > 0, "nothing of the run is there")
        place.expect(0, "plot disk/r.db --chart gctime")


@test("no room for a results file at all: one line")
def disk_full_at_once(place):
    with small_disk(place, "disk", "4k") as mounted:
        if not mounted:
            raise Skip("cannot mount a small disk")
        place.expect(1, f"run -w {SMALL} --db disk/r.db", err=["disk/r.db: the disk is full"])


@test("no room for the charts: one line that says why, and no part of a chart")
def disk_full_charts(place):
    place.expect(0, f"run -w {SMALL}")
    with small_disk(place, "disk", "8k") as mounted:
        if not mounted:
            raise Skip("cannot mount a small disk")
        result = place.expect(1, "plot results.db --out disk", err=["disk/pauses.png"])
        equal(place.files("disk"), [], "files")
        check("full" in result.err or "space" in result.err, result.err)


FULL_OUTPUT = ["--help", "--version", "run --help", "list policies", "list metrics --json",
               f"run -w {SMALL}", f"compare -w {SMALL} --json", "replay s.heap", "replay s.heap --json",
               "plot results.db --chart gctime"]

for arguments in FULL_OUTPUT:
    @test(f"{arguments} to a full disk: one line, status 1")
    def full_output(place, arguments=arguments):
        place.write("s.heap", "collect\n" * 1000)
        place.expect(0, f"run -w {SMALL} --db results.db")
        with open("/dev/full", "w") as full:
            result = place.run(arguments, stdout=full)
        equal((result.status, result.err.count("\n")), (1, 1), f"status, lines of {result.err!r}")
        check("standard output: No space left on device" in result.err, result.err)


# ---- others at the same file -----------------------------------------------------------------------


@test("locked by another writer: one line after five seconds")
def locked(place):
    place.expect(0, f"run -w {SMALL}")
    other = sqlite3.connect(place.path("results.db"), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        place.expect(0, "plot results.db --chart gctime")  # reading is possible
        began = time.monotonic()
        place.expect(1, f"run -w {SMALL}", err=["results.db: locked by another program"])
        waited = time.monotonic() - began
        check(4.5 < waited < 15, f"it waited for {waited:.1f} s")
        other.execute("ROLLBACK")
    finally:
        other.close()
    place.expect(0, f"run -w {SMALL}")
    equal(place.statuses(), ["finished"] * 2, "statuses")


@test("locked for a moment: the run waits, and goes on")
def locked_for_a_moment(place):
    place.expect(0, f"run -w {SMALL}")
    other = sqlite3.connect(place.path("results.db"), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with place.start(f"run -w {SMALL}") as run:
            time.sleep(1)
            equal(run.poll(), None, "status while it is locked")
            other.execute("ROLLBACK")
            run.communicate(timeout=60)
        equal(run.returncode, 0, "status")
    finally:
        other.close()


def finish_at_once(place, name, workload):
    runs = [place.start(f"run -w {workload} -p threshold:t0=100 --seed {seed} --db {name}")
            for seed in range(4)]
    errors = [run.communicate(timeout=60)[1] for run in runs]
    equal(([run.returncode for run in runs], errors), ([0] * 4, [""] * 4), "statuses, errors")
    equal(place.statuses(name), ["finished"] * 4, "statuses")
    seeds = place.query("SELECT seed FROM run ORDER BY seed", name=name)
    equal([row[0] for row in seeds], [0, 1, 2, 3], "seeds")


@test("runs at once into one new file all finish, whichever makes it")
def at_once_new(place):
    for attempt in range(25):
        finish_at_once(place, f"{attempt}.db", "device:duration=1s")


@test("runs at once with much to write into one file all finish")
def at_once_busy(place):
    finish_at_once(place, "results.db", "web:modules=1000,duration=10s")


# ---- signals ---------------------------------------------------------------------------------------


def collections_stored(place):
    try:
        return place.query("SELECT count(*) FROM collection")[0][0]
    except (AssertionError, sqlite3.OperationalError):
        return 0  # no file yet, no tables yet


def interrupted(place: Place, number):
    """Sends the signal to a run that has stored something. Returns its result."""
    with place.start(f"run {BUSY}") as run:
        try:
            deadline = time.monotonic() + 60
            while collections_stored(place) == 0 and time.monotonic() < deadline:
                time.sleep(0.02)
            equal(run.poll(), None, "status before the signal")
            run.send_signal(number)
            _, err = run.communicate(timeout=30)
        finally:
            run.kill()
    check(place.query("SELECT count(*) FROM collection")[0][0] > 0, "nothing was stored")
    return run.returncode, err


@test("killed: the file is sound, the run unfinished, the next one works, the charts leave it out")
def killed(place):
    equal(interrupted(place, signal.SIGKILL), (-signal.SIGKILL, ""), "status, standard error")
    equal(place.statuses(), ["unfinished"], "statuses")
    place.expect(1, "plot results.db", err=["results.db", "nothing to draw"])
    place.expect(0, f"run -w {SMALL}")
    equal(place.statuses(), ["unfinished", "finished"], "statuses")
    place.expect(0, "plot results.db --chart memory")


@test("Ctrl-C ends a run; the file is sound, the run unfinished")
def ctrl_c(place):
    status, err = interrupted(place, signal.SIGINT)
    check(status in (-signal.SIGINT, 130) and err.count("\n") <= 1, status, err)
    equal(place.statuses(), ["unfinished"], "statuses")


@test("the reader of the output has gone: no noise")
def closed_pipe(place):
    place.write("s.heap", "collect\n" * 100_000)
    with place.start("replay s.heap --json") as replay:
        replay.stdout.readline()
        replay.stdout.close()
        check(replay.wait(timeout=60) != 0, "status 0")
        check(replay.stderr.read().count("\n") <= 1, "more than a line")
