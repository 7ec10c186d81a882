# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress bar: only on a terminal, never wider than it, gone at the end. And no text that a terminal would obey."""
import contextlib
import fcntl
import json
import os
import re
import signal
import sqlite3
import struct
import subprocess
import termios
import threading
import time

from harness import ENDLESS, SMALL, test
from tap import Skip, check, equal

LONG = "event:on=request_end,every=100,generation=2,automatic=yes"


class Terminal:
    """A terminal of so many columns; what is written to `slave` gathers in `text`."""

    def __init__(self, columns):
        try:
            self.master, self.slave = os.openpty()
        except OSError as why:  # a root without /dev/pts
            raise Skip(f"no terminal can be made: {why}") from None
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.bytes = b""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            try:
                some = os.read(self.master, 65536)
            except OSError:  # the last writer has closed it
                return
            if not some:
                return
            self.bytes += some

    def close(self):
        os.close(self.slave)
        self.reader.join()
        os.close(self.master)
        return self.bytes.decode()


def on_terminal(place, arguments, columns=100):
    """(status, standard output, what the terminal got)"""
    terminal = Terminal(columns)
    try:
        result = place.run(arguments, stderr=terminal.slave)
    finally:
        text = terminal.close()
    return result.status, result.out, text


def frames(text):
    """What stood on the line, one drawing after the other."""
    return [frame.replace("\033[K", "") for frame in re.split(r"\r", text)]


@test("progress: a bar on a terminal, with the share, the part and the policy; gone at the end")
def bar(place):
    status, out, text = on_terminal(place, "compare -w web:duration=20s -p off -p threshold:t0=9000")
    equal(status, 0, "status")
    bars = [frame for frame in frames(text) if "[" in frame]
    check(len(bars) >= 3, "bars", repr(text))
    check(all(re.match(r"\[#*\.*\] +\d+%  (compiling the program|\d of 2: (off|threshold:t0=9000))$", b) for b in bars),
          *bars)
    shares = [int(re.search(r"(\d+)%", b).group(1)) for b in bars]
    check(shares == sorted(shares) and shares[-1] >= 50, shares)
    equal({len(re.match(r"\[.*\]", b).group()) for b in bars}, {32}, "widths")
    check("\n" not in text and text.endswith("\r\033[K"), "it is not taken off", repr(text[-99:]))
    check("\r" not in out and "[#" not in out, "bar on standard output", out)


@test("progress: no bar where standard error is no terminal")
def no_bar(place):
    place.expect(0, "run -w web:duration=15s")  # expects nothing there


@test("progress: the bar fits a terminal of 80 columns")
def narrow(place):
    _, _, text = on_terminal(place, f"run -w web:duration=20s -p {LONG}", columns=80)
    widest = max(frames(text), key=len)
    check(len(widest) < 80, f"{len(widest)} columns:", widest)


@test("progress: the bar is off the screen before an error is printed")
def error_after_bar(place):
    place.write("s.heap", "new 0 0\n" * 3_000_000 + "drop 9\n")
    status, _, text = on_terminal(place, "run -w script:file=s.heap")
    equal(status, 1, "status")
    last = text.split("\r\033[K")[-1]
    check(re.match(r"\S*pygcsim run: s.heap:3000001: register 9", last), repr(text[-200:]))


@test("progress: Ctrl-C at the terminal ends the run")
def ctrl_c(place):
    terminal = Terminal(100)
    try:
        with place.start(f"run -w {ENDLESS}", stderr=terminal.slave) as run:
            try:
                deadline = time.monotonic() + 30
                while b"%" not in terminal.bytes and time.monotonic() < deadline:
                    time.sleep(0.02)
                run.send_signal(signal.SIGINT)
                run.communicate(timeout=30)
            finally:
                run.kill()
    finally:
        text = terminal.close()
    check("%" in text, "no bar was drawn", repr(text))
    check(run.returncode in (-signal.SIGINT, 130), f"status {run.returncode}")


@test("progress: a run too short for a bar leaves the terminal alone")
def short(place):
    status, _, text = on_terminal(place, f"run -w {SMALL},startup=0s")
    equal((status, frames(text)[-1]), (0, ""), "status, the line at the end")


def lines_of(place, arguments, enough, stderr=subprocess.PIPE):
    """What it says on standard error until `enough`, or for half a minute; then it is ended. And standard output."""
    with place.start(arguments, stderr=stderr) as run:
        text, deadline = "", time.monotonic() + 30
        os.set_blocking(run.stderr.fileno(), False)
        while not enough(text) and time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                text += os.read(run.stderr.fileno(), 4096).decode()
            time.sleep(0.1)
        run.kill()
        return text, run.stdout.read()


@test("progress: without a terminal plain lines on standard error: that it takes long, what takes less, how far it is")
def plain_lines(place):
    for arguments in (f"compare -w {ENDLESS} -p default -p off", f"run -w {ENDLESS} --engine graph"):
        text, out = lines_of(place, arguments, lambda text: text.count("\n") >= 3)
        estimate, first, second = text.splitlines()[:3]
        check(re.search(r": about \S+ (s|min|h) on \d+ cores?, ", estimate), text)
        check(re.fullmatch(r" *\d+%  very roughly [\d.e+]+ (s|min|h) left, .*a shorter duration.*Ctrl-C ends it\.", first), text)
        check(re.fullmatch(r" *\d+%  [\d.e+]+ (s|min|h) left, (compiling the program|\d of \d: (default|off))", second), text)
        equal(out, "", "standard output")


# ---- what a terminal would obey ------------------------------------------------------------------------------------

# The screen wiped, a line begun, a title set by one character of C1, letters turned around, a byte of no character.
EVIL = b"\x1b[2J\n\r\x07\x7f\xc2\x9b2J\xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa6\xff"
SHOWN = r"\x1b[2J\n\r\x07\x7f\u009b2J\u202e\u2028\u2066\xff"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def check_harmless(what, output):
    try:
        text = output.decode()
    except UnicodeDecodeError as why:
        raise AssertionError(f"{what}: {why}: {output[why.start - 99:why.end]}") from None
    found = OBEYED.search(text)
    check(not found, f"{what}: {found!r}", repr(text[:1000]))
    return text


def run_bytes(place, arguments):
    with subprocess.Popen([place.program, *arguments], cwd=place.folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def poison(place):
    """Every text of the results file that its schema lets be anything begins with what is evil."""
    with contextlib.closing(sqlite3.connect(place.path("results.db"))) as db:
        evil = f"CAST(x'{EVIL.hex()}' AS TEXT)"
        for table, columns in (("run", ("policy", "workload", "collector", "error", "missed")),
                               ("experiment", ("name", "command", "version", "document")),
                               ("parameter", ("name", "text"))):
            there = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
            for column in there.intersection(columns):
                with contextlib.suppress(sqlite3.IntegrityError):  # a column that has a fixed set of values
                    db.execute(f"UPDATE OR IGNORE {table} SET {column} = {evil} || {column}")
        db.execute("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL")
        db.execute("UPDATE experiment SET seal = NULL, seal_runs = NULL")
        db.commit()


@test("texts of a results file never reach a terminal as they are: tables, CSV, JSON and messages")
def texts_of_results(place):
    place.expect(0, f"compare -w {SMALL} -p default -p freeze -p threshold:t0=9 -r 3")
    poison(place)
    shown = 0
    for arguments in ("show", "show --list", "show --csv", "show --json", "show --list --csv", "show --list --json",
                      "best --minimise heap_peak", "best --minimise heap_peak --json", "sensitivity",
                      "sensitivity --json", "export", "export --format json", "export --table settings",
                      "export --table collections", "show --experiment none", "show --baseline off"):
        first, *rest = arguments.split()
        status, out, err = run_bytes(place, [first, "results.db", *rest])
        text = check_harmless(arguments, out + err)
        check(err.count(b"\n") == (status != 0), f"{arguments}: one line", err)
        shown += SHOWN in text
    check(shown >= 6, f"{shown} of them show it", err)


@test("texts of a command line and of files never reach a terminal as they are")
def texts_of_files(place):
    evil = EVIL.replace(b"\x00", b"")
    folder = place.folder.encode()
    os.mkdir(os.path.join(folder, evil))
    with open(os.path.join(folder, evil, b"s.heap"), "wb") as script:
        script.write(b"new 0 0\n" + evil + b"\n")
    with open(os.path.join(folder, evil, b"e.yaml"), "wb") as file:
        file.write(b"workload: web\nname: \"\\e[2J\\x9b\\u202e\"\n")
    with open(os.path.join(folder, evil, b"k.yaml"), "wb") as file:
        file.write(b"workload: web\n\"\\e[2J\\n\": 1\n")
    script = os.path.join(evil, b"s.heap")
    for arguments in ([evil], [b"show", evil], [b"compare", b"-p", evil], [b"compare", b"--" + evil],
                      [b"compare", evil], [b"compare", b"--db", os.path.join(evil, b"none", b"x")],
                      [b"run", b"-w", b"web:" + evil + b"=1"], [b"run", b"-w", b"script:file=" + script],
                      [b"run", b"--program", script], [b"run", b"--program", evil], [b"replay", script],
                      [b"replay", evil], [b"inspect", script], [b"inspect", evil], [b"sweep", os.path.join(evil, b"e.yaml"), b"--dry-run"],
                      [b"sweep", os.path.join(evil, b"k.yaml")], [b"sweep", evil], [b"plot", script],
                      [b"merge", script], [b"export", script], [b"report", script], [b"list", evil],
                      [b"best", script, b"--subject-to", evil], [b"compile", b"--out", os.path.join(evil, b"x", b"y")],
                      [b"help", evil], [b"show", script, b"--experiment", evil]):
        status, out, err = run_bytes(place, arguments)
        check(status != 0, f"{arguments}: status {status}", out)
        check_harmless(f"{arguments}", out + err)
        check(err.count(b"\n") == 1, f"{arguments}: one line", err)


@test("texts on the bar of a terminal are made printable, too")
def texts_of_progress(place):
    place.write("e.yaml", "name: evil\nworkload: {name: web, duration: 20s}\npolicies: [default, freeze]\n")
    script = os.path.join(place.folder.encode(), EVIL + b".heap")
    with open(script, "wb") as file:
        file.write(b"new 0 0\n" * 2_000_000)
    terminal = Terminal(200)
    try:
        run = subprocess.Popen([place.program, b"compare", b"-w", b"script:file=" + script, b"-p", b"default", b"-p",
                                b"off"], cwd=place.folder, stdout=terminal.slave, stderr=terminal.slave)
        equal(run.wait(timeout=120), 0, "status")
    finally:
        text = terminal.close()
    rest = text.replace("\r\n", "\n").replace("\r\033[K", "\n")
    check_harmless("bar and table", rest.encode())


@test("long words are cut, and what is wrong with them is said")
def long_words(place):
    word = "a" * 100_000
    for arguments, said in ((["compare", word], "is too much"), (["show", "x", word], "is too much"),
                            (["show", word], "name too long"), (["compare", "-p", word], "there is no policy"),
                            (["run", "-w", f"script:file={word}"], "name too long"), ([word], "there is no command"),
                            (["run", "--db", word], "name too long"), (["sweep", word], "name too long")):
        done = place.run(arguments)
        check(len(done.err) < 1200 and done.err.count("\n") == 1, f"{len(done.err)} characters", done.err[:300])
        check(said.lower() in done.err.lower(), f"expected {said!r}", done.err[-300:])


@test("tables: columns are in line under accents and characters of East Asia")
def wide_names(place):
    for name in ("naïve", "日本語"):
        with open(place.path(f"{name}.heap"), "w") as file:
            file.write("new 0 0\ndrop 0\n")
        place.expect(0, ["run", "-w", f"script:file={name}.heap"])
    with contextlib.closing(sqlite3.connect(place.path("results.db"))) as db:
        db.execute("UPDATE experiment SET seal = NULL, seal_runs = NULL")
        db.execute("UPDATE experiment SET name = '日本語' WHERE id = 1")
        db.execute("UPDATE experiment SET name = 'nai\u0308ve' WHERE id = 2")
        db.commit()
    lines = place.expect(0, "show results.db --list").out.splitlines()
    check("experiment  number" in lines[0], *lines)
    check(any(line.startswith("日本語           1") for line in lines), *lines)
    check(any(line.startswith("nai\u0308ve            2") for line in lines), *lines)


@test("messages: of many names the nearest, and how to list them; that a value is one, and the option is given again")
def names_in_messages(place):
    place.expect(0, f"run -w {SMALL}")
    metrics = len(place.expect(0, "list metrics --json").out.splitlines())
    for arguments, said in (
            ("show results.db --metric pause", f"(of {metrics} the nearest: pause_p50, pause_p90, pause_p99, pause_max, "
             "pause_gen0_p50); `pygcsim list metrics` has all"),
            ("best results.db --subject-to 'collecions < 5'", "`pygcsim list metrics` has all"),
            ("plot results.db --chart pauses,memory", "for several, give --chart once for each"),
            ("compare -p default,freeze", "for several, give --policy once for each"),
            ("show results.db --metric heap_peak,lateny_p99", "there is no metric 'lateny_p99'; did you mean 'latency_p99'?")):
        done = place.run(arguments)
        check(said in done.err and len(done.err) < 400, arguments, done.err)
    check("once for each" not in done.err, "several metrics are read as such", done.err)


@test("help fits 80 columns, examples too")
def help_fits(place):
    for line in place.expect(0, "list commands --json").out.splitlines():
        name = json.loads(line)["name"]
        wide = [line for line in place.expect(0, f"help {name}", env={**os.environ, "COLUMNS": "80"}).out.splitlines()
                if len(line) > 80 and not line.startswith("Documentation")]
        equal(wide, [], name)


@test("dry run: about how long, between what and what, and what that is from; of what takes hours in seconds")
def dry_run(place):
    seconds = r"[\d.]+ (us|ms|s|min|h)"
    for duration, basis in (("1s", r"\(from 2 runs done just now: "), ("8760h", r"done just now, no longer than 1/\d+ of theirs")):
        place.write("e.yaml", f"workload: {{name: web, modules: 1000, duration: {duration}}}\npolicies: [default, off]\n")
        out = place.expect(0, "sweep e.yaml --dry-run").out
        check(re.search(f"^About {seconds}, between {seconds} and {seconds} on \\d+ cores?, .* of memory, and .* on disk", out, re.M), out)
        check(re.search(basis, out), out)
