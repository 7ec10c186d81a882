# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks, full disks, files that are not ours, signals: one clear line, and nothing half-written."""
import contextlib
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

from harness import ENDLESS, SMALL, Place, limit_files, once, test, without_progress
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
               "replay s.heap --events", "replay s.heap --debug-text",
               "plot results.db --chart gctime", "help --man run", "help --completion bash",
               "show results.db", "export results.db", "list statuses"]

for arguments in FULL_OUTPUT:
    @test(f"{arguments} to a full disk: one line, status 1")
    def full_output(place, arguments=arguments):
        place.write("s.heap", "collect\n" * 1000)
        place.expect(0, f"run -w {SMALL} --db results.db")
        with open("/dev/full", "w") as full:
            result = place.run(arguments, stdout=full)
        equal((result.status, result.err.count("\n")), (1, 1), f"status, lines of {result.err!r}")
        check("standard output: No space left on device" in result.err, result.err)


def limit_plainly(size):
    """In the child, as a shell's `ulimit -f`: the signal is not ignored."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


# Every command that writes a file, and where; with whatever is in a `write_all`.
WRITING = [
    ("run -w web:modules=1000,duration=2s -p threshold:t0=5 --db r.db", "r.db"),
    ("compare -w web:modules=1000,duration=2s -p off -p threshold:t0=5 --db r.db", "r.db"),
    ("sweep e.yaml --db r.db", "r.db"),
    ("merge part.db --into m.db", "m.db"),
    (f"compile -w {SMALL} --out p.program", "p.program"),
    (f"compile -w {SMALL} --out p.program --compress", "p.program"),
    ("export results.db --table collections --out x.csv", "x.csv"),
    ("report results.db --out r.html", ""),
    ("plot results.db --out charts", ""),
]


@once
def write_all(place):
    place.write("e.yaml", "workload: {name: web, modules: 1000, duration: 2s}\n"
                          "policies: [off, {name: threshold, t0: 5}]\nlog: collections\n")
    place.expect(0, "sweep e.yaml --shard 1/1 --db part.db")
    place.expect(0, "compare -w web:modules=1000,duration=2s -p off -p threshold:t0=5 --db results.db")
    return place


def take_all(place):
    for name in ("e.yaml", "part.db", "results.db"):
        shutil.copy(write_all(place).path(name), place.path(name))


for arguments, name in WRITING:
    @test(f"ulimit -f, {arguments}: one line, and nothing half-written")
    def limited(place, arguments=arguments, name=name):
        for size in (16384, 65536):
            take_all(place)
            before = place.files()
            result = place.expect(1, arguments, err=[name], preexec_fn=lambda: limit_plainly(size))
            if name:
                check("File too large" in result.err or "ulimit -f" in result.err, result.err)
            if "r.db" in place.files() and os.path.getsize(place.path("r.db")):
                equal(place.query("PRAGMA integrity_check", name="r.db")[0][0], "ok", "r.db")
            left = [n for n in place.files() if not n.startswith("r.db") and n != "charts"]
            equal(left, before, "files")
            for n in place.files():
                if n.startswith("r.db"):
                    os.remove(place.path(n))


def close_output():
    os.close(1)


for arguments in ("list metrics", "show results.db", "run -w queue:duration=1s --db n.db", "sweep e.yaml --db n.db",
                  "export results.db", "help run", "help --completion bash"):
    @test(f"{arguments} with standard output closed: one line, status 1, no file has it")
    def closed_output(place, arguments=arguments):
        take_all(place)
        result = place.run(arguments, preexec_fn=close_output)
        equal((result.status, result.err.count("\n")), (1, 1), f"status, lines of {result.err!r}")
        check("standard output: Bad file descriptor" in result.err, result.err)
        if "n.db" in arguments:
            equal(set(place.statuses("n.db")), {"finished"}, "statuses")


# ---- what is no file -----------------------------------------------------------------------------------


READING = ["sweep {}", "replay {}", "inspect {}", "run -w script:file={}", "compile -w script:file={}",
           "run --program {}", "run -w queue:duration=1s --db {}", "sweep e.yaml --db {}", "show {}",
           "best {} --minimise heap_peak", "export {}", "report {}", "plot {}", "merge {} --into m.db",
           "plot results.db --chart memory --template {}"]


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path)


ODD = [("a pipe that nobody writes to", os.mkfifo), ("a socket", make_socket), ("a folder", os.mkdir)]

for what, make in ODD:
    @test(f"{what} in place of any file that is read: one line at once")
    def odd(place, make=make):
        take_all(place)
        make(place.path("odd"))
        before = os.stat(place.path("odd"))
        for arguments in READING:
            began = time.monotonic()
            place.expect(1, arguments.format("odd"), err=["odd"])
            check(time.monotonic() - began < 10, f"{arguments} took long")
        equal(os.stat(place.path("odd")).st_ino, before.st_ino, "it is another now")


@test("a device without end in place of any file that is read: one line, and little memory")
def endless_device(place):
    take_all(place)

    def little_memory():
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (2**30, most))

    options = {"preexec_fn": little_memory}
    if place.run("--version", **options).status != 0:
        options = {}  # with sanitizers
    for arguments in READING:
        place.expect(1, arguments.format("/dev/zero"), err=["/dev/zero"], **options)


@test("a file of /proc in place of a results file or an experiment: one line at once")
def proc_files(place):
    for file in ("/proc/kmsg", "/proc/self/pagemap"):
        if not os.access(file, os.R_OK):
            continue
        for arguments in ("show {}", "run -w queue:duration=1s --db {}", "sweep {}", "replay {}"):
            place.expect(1, arguments.format(file), err=[file])


@test("a script and an experiment from a pipe that was given, as <(...) and /dev/stdin")
def given_pipes(place):
    for arguments, text in (("replay {}", b"new 0 1\ncollect\n"),
                            ("sweep {} --dry-run", b"workload: {name: queue, duration: 1s}\n")):
        for end in ("/dev/stdin", "another"):
            read, write = os.pipe()
            os.write(write, text)
            os.close(write)
            if end == "/dev/stdin":
                place.expect(0, arguments.format(end), stdin=read)
            else:
                place.expect(0, arguments.format(f"/dev/fd/{read}"), pass_fds=[read])
            os.close(read)
    with open("/dev/zero", "rb") as zeros:
        place.expect(1, "sweep /dev/stdin", err=["too large", "1 MiB"], stdin=zeros)


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
    errors = [without_progress(run.communicate(timeout=60)[1]) for run in runs]
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
    return run.returncode, without_progress(err)


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


# What it says, what is in an experiment file: each takes years, in a loop of its own.
YEARS = [
    ("samples while the program sleeps", "workload: {name: device, duration: 365d, poll: 365d, client: 365d}\n"
                                         "policies: [off]\nsample: 1us\n"),
    ("a timer that is always due", "workload: {name: web, modules: 10000, rate: 1, duration: 365d}\n"
                                   "policies: [{name: timed, every: 1ms}]\nengine: graph\n"),
    ("a request of 10^12 objects", "workload: {name: web, modules: 100, rate: 1, duration: 10s, "
                                   "objects: 10_000_000, objects_sigma: 4}\npolicies: [off]\n"),
    ("compiling", f"workload: '{ENDLESS}'\npolicies: [off]\n"),
    ("replaying in the graph engine", f"workload: '{ENDLESS}'\npolicies: [off]\nengine: graph\n"),
    ("a list of 10^8 rows", "workload: {name: device, duration: 10s, report_size: 16GiB, report: 1s}\n"
                            "policies: [off]\n"),
    ("three million runs to plan", "workload: queue:duration=1s\nreplications: 100_000\npolicies:\n"
                                   f"  - {{name: threshold, t0: {list(range(100, 130))}}}\n"),
]

for what, text in YEARS:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        @test(f"{number.name} is answered at once: {what}")
        def answered(place, text=text, number=number):
            place.write("e.yaml", text)
            with place.start("sweep e.yaml --anyway") as sweep:
                try:
                    wait_for_handler(sweep, number)
                    time.sleep(1)
                    equal(sweep.poll(), None, "status before the signal")
                    began = time.monotonic()
                    sweep.send_signal(number)
                    _, err = sweep.communicate(timeout=60)
                    took = time.monotonic() - began
                finally:
                    sweep.kill()
            equal((sweep.returncode, without_progress(err).count("\n")), (130, 1), f"status, lines of {err!r}")
            check("stopped; the same command goes on" in err, err)
            check(took < 3, f"it took {took:.1f} s")  # a second, on a machine with nothing else to do
            place.statuses()


def wait_for_handler(process, number):
    """Until the process catches it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with open(f"/proc/{process.pid}/status") as status:
            caught = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt"))
        if caught >> (number - 1) & 1:
            return
        time.sleep(0.01)


@test("SIGHUP under nohup does not stop a sweep")
def nohup(place):
    place.write("e.yaml", f"workload: '{ENDLESS}'\npolicies: [off]\n")
    with place.start("sweep e.yaml", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
                     ) as sweep:
        try:
            wait_for_handler(sweep, signal.SIGINT)
            sweep.send_signal(signal.SIGHUP)
            time.sleep(1)
            equal(sweep.poll(), None, "status")
        finally:
            sweep.kill()


# Bursts of nothing: most of what is drawn is that nothing comes.
for given in ("burst_factor=0", "burst_factor=0.5,rate=0.001"):
    @test(f"a year of bursts in which hardly a request comes ends ({given})")
    def no_arrivals(place, given=given):
        place.expect(0, f"run -w web:{given},burst_every=1ms,burst_length=1ms,duration=365d,modules=100")


@test("the reader of the output has gone: no noise")
def closed_pipe(place):
    place.write("s.heap", "collect\n" * 100_000)
    with place.start("replay s.heap --json") as replay:
        replay.stdout.readline()
        replay.stdout.close()
        check(replay.wait(timeout=60) != 0, "status 0")
        check(replay.stderr.read().count("\n") <= 1, "more than a line")
