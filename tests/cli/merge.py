# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of a sweep, and pygcsim merge: row for row what one machine would have stored, or one line that
names the part which keeps it from that."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from harness import SMALL, once, test, without_progress
from programs import same_rows
from tap import Skip, check, equal
from trouble import small_disk

# Nine programs. Runs end in every way there is.
EXPERIMENT = """\
name: small
workloads:
  - {name: web, modules: 1000, duration: 1s}
  - {name: device, duration: 24h, poll: 600s, config: 100kB, report_size: 100kB, step_objects: 200,
     memory_limit: 1200KiB}
  - {name: script, file: bad.heap}
policies: [default, threshold:t0=50, off]
replications: 3
log: collections
"""


def share(place, k, n, name=None, file="e.yaml", options=""):
    """Every program of a share may be one that fails."""
    name = name or f"part-{k}.db"
    arguments = f"sweep {file} --shard {k}/{n} --db {name} {options}"
    result = place.run(arguments)
    if set(place.statuses(name)) == {"failed"}:
        equal(result.status, 3, f"status of a share of which every run failed, {result}")
        place.expect(3, arguments, err=[f"every run in {name} failed", "bad.heap:2"])
    else:
        equal((result.status, without_progress(result.err)), (0, ""), "status and standard error")
        check(f"share {k} of {n}" in result.out, result.out)


def write_experiment(place, text=EXPERIMENT, name="e.yaml"):
    place.write("bad.heap", "new 0 1\nstore 3 0 0\n")
    place.write(name, text)


@once
def whole(place):
    """The experiment on one machine."""
    write_experiment(place)
    place.expect(0, "sweep e.yaml --db one.db")
    equal(sorted(set(place.statuses("one.db"))), ["failed", "finished", "out_of_memory"], "statuses")
    return place


@once
def three(place):
    """And as three parts."""
    write_experiment(place)
    for k in (1, 2, 3):
        share(place, k, 3)
    return place


def take(place, source, *names):
    for name in names:
        shutil.copy(source.path(name), place.path(name))


def take_three(place):
    take(place, three(place), "e.yaml", "bad.heap", "part-1.db", "part-2.db", "part-3.db")


def change(place, name, sql):
    """Changes a part behind pygcsim's back; it has no seal then."""
    connection = sqlite3.connect(place.path(name))
    connection.executescript(sql + "; UPDATE experiment SET seal = NULL, seal_runs = NULL; UPDATE run SET seal = NULL")
    connection.close()


# ---- the same as one machine -----------------------------------------------------------------------


for n in (1, 2, 4, 11):
    @test(f"merge: {n} share{'s' * (n > 1)}, row for row what one machine stores, in any order")
    def as_one(place, n=n):
        take(place, whole(place), "e.yaml", "bad.heap", "one.db")
        parts = [f"part-{k}.db" for k in range(1, n + 1)]
        for k in range(1, n + 1):
            share(place, k, n)
        before = [place.read(part) for part in parts]
        random.Random(n).shuffle(parts)
        place.expect(0, ["merge", *parts, "--into", "merged.db"], out=[
            f"small: 27 runs from {n} part{'s' * (n > 1)} are in merged.db\n", "9 of them failed"])
        same_rows(place, "one.db", "merged.db")
        check([place.read(f"part-{k}.db") for k in range(1, n + 1)] == before, "a part was changed")
        for sql in ("SELECT * FROM sqlite_schema", "PRAGMA user_version", "PRAGMA application_id",
                    "PRAGMA journal_mode", "PRAGMA integrity_check"):
            equal([tuple(row) for row in place.query(sql, name="merged.db")],
                  [tuple(row) for row in place.query(sql, name="one.db")], sql)
        equal(place.files(), sorted(["e.yaml", "bad.heap", "one.db", "merged.db", *parts]), "files")


@test("merge: what it makes is a sweep's file: the same sweep finds everything done")
def continued(place):
    take_three(place)
    place.expect(0, "merge part-3.db part-1.db part-2.db")
    place.expect(0, "sweep e.yaml", out=["27 runs are in results.db, 27 of them from before"])
    same_rows(place, whole(place).path("one.db"), "results.db")


@test("a share without programs: a part as good as any")
def empty_share(place):
    write_experiment(place)
    share(place, 11, 11)
    equal(place.statuses("part-11.db"), [], "runs")
    share(place, 11, 11)


@test("a share killed at random moments and continued is as if never killed")
def killed_share(place):
    take_three(place)
    write_experiment(place, EXPERIMENT.replace("1s", "20s"), "long.yaml")
    began = time.monotonic()
    share(place, 2, 3, "whole.db", "long.yaml")
    length = time.monotonic() - began
    moments = random.Random(6)
    for _ in range(6):
        with place.start("sweep long.yaml --shard 2/3 --db killed.db") as sweep:
            time.sleep(moments.uniform(0, length / 3))
            sweep.kill()
    share(place, 2, 3, "killed.db", "long.yaml")
    same_rows(place, "whole.db", "killed.db")
    equal([name for name in place.files() if name.startswith("killed")], ["killed.db"], "files")


@test("a share needs no memory shared with others; a second sweep of it waits, and finds everything done")
def alone(place):
    write_experiment(place, EXPERIMENT.replace("1s", "30s"))
    with place.start("sweep e.yaml --shard 1/3 --db part.db") as first:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not os.path.exists(place.path("part.db-wal")):
            time.sleep(0.01)
        time.sleep(0.2)  # now it is at work, and catches signals
        with place.start("sweep e.yaml --shard 1/3 --db part.db") as second:
            said = second.stderr.readline()
            files = place.files()
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=60)
            out, err = second.communicate(timeout=120)
    equal(first.returncode, 130, "status of the first")
    check("another sweep is at work in part.db; waiting for it to end" in said, said)
    check("part.db-wal" in files and "part.db-shm" not in files, files)
    equal(second.returncode, 0, f"status of the second {err}")
    check("9 runs are in part.db" in out, out)


@test("a share takes nothing else into its file, and goes into no other")
def to_itself(place):
    take_three(place)
    write_experiment(place, EXPERIMENT.replace("[default,", "[freeze, default,"), "other.yaml")
    shutil.copy(place.path("part-1.db"), place.path("before.db"))
    place.expect(1, f"run -w {SMALL} --db part-1.db", err=["part-1.db: it is share 1 of 3"])
    place.expect(1, "sweep e.yaml --db part-1.db", err=["part-1.db: it is share 1 of 3"])
    place.expect(1, "sweep e.yaml --shard 2/3 --db part-1.db", err=["part-1.db: it is share 1 of 3"])
    place.expect(1, "sweep other.yaml --shard 1/3 --db part-1.db", err=["part-1.db: ", "it was changed"])
    place.expect(0, "merge part-1.db part-2.db part-3.db")
    place.expect(1, "sweep e.yaml --shard 1/3", err=["results.db: it has the whole of experiment 'small'"])
    same_rows(place, "before.db", "part-1.db")


# ---- parts that are in order, though they do not look it -------------------------------------------


# In a process that ends without closing: everything is in the log, next to nothing in the file.
LEAVE_IN_LOG = """
import os, sqlite3, sys
part = sqlite3.connect(sys.argv[2], isolation_level=None)
part.execute("PRAGMA journal_mode = WAL")
part.execute("PRAGMA wal_autocheckpoint = 0")
part.execute("ATTACH ? AS good", [sys.argv[1]])
tables = part.execute("SELECT name, sql FROM good.sqlite_schema WHERE sql IS NOT NULL").fetchall()
part.execute("BEGIN")
for pragma in ("application_id", "user_version"):
    part.execute(f"PRAGMA {pragma} = {part.execute(f'PRAGMA good.{pragma}').fetchone()[0]}")
for name, sql in tables:
    part.execute(sql)
    if sql.startswith("CREATE TABLE"):
        part.execute(f"INSERT INTO main.{name} SELECT * FROM good.{name}")
part.execute("COMMIT")
os._exit(0)
"""


def leave_in_log(place, good, name):
    subprocess.run([sys.executable, "-c", LEAVE_IN_LOG, place.path(good), place.path(name)], check=True)
    check(os.path.getsize(place.path(name)) < 10000 < os.path.getsize(place.path(name + "-wal")), "sizes")


@test("merge: a part whose rows are still in SQLite's log")
def in_log(place):
    take_three(place)
    os.rename(place.path("part-2.db"), place.path("good.db"))
    leave_in_log(place, "good.db", "part-2.db")
    os.remove(place.path("part-2.db-shm"))
    place.expect(0, "merge part-1.db part-2.db part-3.db")
    same_rows(place, whole(place).path("one.db"), "results.db")


@test("merge --replace: what was there is gone, with what was in its log")
def replaced(place):
    take_three(place)
    place.expect(0, f"run -w {SMALL} --db old.db")
    leave_in_log(place, "old.db", "results.db")
    os.symlink("results.db", place.path("link.db"))
    place.expect(0, "merge part-1.db part-2.db part-3.db --into link.db --replace")
    check(os.path.islink(place.path("link.db")), "the link is gone")
    same_rows(place, whole(place).path("one.db"), "results.db")
    equal([name for name in place.files() if name.startswith("results")], ["results.db"], "files")


@test("merge: what a killed one has left is no obstacle, and nothing of it stays")
def left_behind(place):
    take_three(place)
    for name in ("results.db.merging", "results.db.merging-wal", "results.db.merging-journal"):
        place.write(name, "some pages, not all of them " * 1000)
    place.expect(0, "merge part-1.db part-2.db part-3.db")
    same_rows(place, whole(place).path("one.db"), "results.db")
    equal([name for name in place.files() if name.startswith("results")], ["results.db"], "files")


# ---- parts that are not ----------------------------------------------------------------------------


def overwrite(place, name, offset, content):
    with open(place.path(name), "r+b") as file:
        file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
        file.write(content)


def exchange_run(place):
    """As if a run, with its own seal, had come from elsewhere: the seal of the share is of others."""
    connection = sqlite3.connect(place.path("part-2.db"))
    connection.executescript("UPDATE experiment SET seal_runs = seal_runs + 1")
    connection.close()


def flip_digit(place):
    """In the middle of a text, where SQLite itself sees nothing wrong."""
    overwrite(place, "part-2.db", place.read("part-2.db").index(b"1200KiB"), b"1300KiB")
    equal([row[0] for row in place.query("PRAGMA integrity_check", name="part-2.db")], ["ok"], "what SQLite says")


def truncate(place, name, size):
    with open(place.path(name), "r+b") as file:
        file.truncate(size if size >= 0 else os.path.getsize(place.path(name)) + size)


def other_shares(place):
    share(place, 2, 4, "part-2-of-4.db")


def other_name(place):
    write_experiment(place, EXPERIMENT.replace("small", "other"), "other.yaml")
    share(place, 2, 3, "other.db", "other.yaml")


def other_text(place):
    write_experiment(place, EXPERIMENT.replace("threshold:t0=50", "threshold:t0=60"), "other.yaml")
    share(place, 2, 3, "other.db", "other.yaml")


def killed_part(place):
    write_experiment(place, EXPERIMENT.replace("1s", "20h"), "long.yaml")
    with place.start("sweep long.yaml --shard 1/3 --db killed.db") as sweep:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not place.files().count("killed.db-wal"):
            time.sleep(0.01)
        time.sleep(0.5)
        sweep.kill()


def hard_link(place):
    os.link(place.path("part-2.db"), place.path("results.db"))


# What is wrong, what makes it so, the words after `merge`, texts on standard error. Status 1; no file is
# made, none is changed.
ALL = "part-1.db part-2.db part-3.db"
WRONG = [
    ("a part is missing", None, "part-3.db part-1.db", ["share 2 of 3 of experiment 'small' is missing"]),
    ("two parts are missing", None, "part-2.db", ["shares 1, 3 of 3 of experiment 'small' are missing"]),
    ("a share twice", lambda place: shutil.copy(place.path("part-2.db"), place.path("copy.db")),
     ALL + " copy.db", ["part-2.db and copy.db: both are share 2 of 3"]),
    ("a file twice", None, ALL + " part-3.db", ["part-3.db and part-3.db: both are share 3 of 3"]),

    ("pages are damaged", lambda place: overwrite(place, "part-2.db", 3 * 4096, b"x" * 4096), ALL,
     ["part-2.db: damaged"]),
    ("the first page is damaged", lambda place: overwrite(place, "part-2.db", 100, b"x" * 1000), ALL,
     ["part-2.db: damaged"]),
    ("its runs are others than those that were sealed", exchange_run, ALL,
     ["part-2.db: damaged: its runs are not those that were stored", "run its sweep again"]),
    ("one digit is damaged", flip_digit, ALL, ["part-2.db: damaged", "run its sweep again"]),
    ("half of it is lost", lambda place: truncate(place, "part-2.db", 50000), ALL, ["part-2.db: damaged"]),
    ("the last page is lost", lambda place: truncate(place, "part-2.db", -4096), ALL, ["part-2.db: damaged"]),
    ("all but a few bytes are lost", lambda place: truncate(place, "part-2.db", 50), ALL, ["part-2.db: "]),
    ("all of it is lost", lambda place: truncate(place, "part-2.db", 0), ALL, ["part-2.db: ", "empty"]),
    ("a text", lambda place: place.write("part-2.db", "no database " * 1000), ALL,
     ["part-2.db: not a results file"]),
    ("no file", None, "part-1.db none.db part-3.db", ["none.db", "No such file"]),
    ("a folder", None, "part-1.db . part-3.db", [".: Is a directory"]),

    ("another experiment", other_name, "part-1.db other.db part-3.db",
     ["other.db: a share of experiment 'other'", "part-1.db is one of 'small'"]),
    ("another text", other_text, "part-1.db other.db part-3.db",
     ["other.db: a share of experiment 'small' with another text than that of part-1.db"]),
    ("another number of shares", other_shares, "part-1.db part-2-of-4.db part-3.db",
     ["part-2-of-4.db: share 2 of 4, but part-1.db is one of 3"]),
    ("another version", lambda place: change(place, "part-2.db", "UPDATE experiment SET version = '0.0.7'"),
     ALL, ["part-2.db: made by pygcsim 0.0.7, this is "]),
    ("another version's tables", lambda place: change(place, "part-2.db", "PRAGMA user_version = 99"), ALL,
     ["part-2.db: written by another version of pygcsim"]),
    ("the whole sweep", lambda place: take(place, whole(place), "one.db"), "part-1.db one.db part-3.db",
     ["one.db: no part of a sweep"]),
    ("another command's results", lambda place: place.expect(0, f"run -w {SMALL} --db run.db"),
     "part-1.db run.db part-3.db", ["run.db: no part of a sweep"]),
    ("a part and something else", lambda place: change(
        place, "part-2.db", "INSERT INTO experiment (command, name, version, planned) VALUES ('run', 'run', '', 1)"),
     ALL, ["part-2.db: no part of a sweep"]),
    ("a share that there is not", lambda place: change(place, "part-2.db", "UPDATE experiment SET shard = 4"),
     ALL, ["part-2.db: no part of a sweep"]),

    ("a part without an end", lambda place: change(
        place, "part-2.db", "UPDATE run SET status = 'planned' WHERE id IN (SELECT id FROM run LIMIT 2)"), ALL,
     ["part-2.db: 2 of 9 runs have not ended; run its sweep again"]),
    ("a run without an end", lambda place: change(
        place, "part-3.db", "UPDATE run SET status = 'unfinished' WHERE id = (SELECT max(id) FROM run)"), ALL,
     ["part-3.db: 1 of 9 runs have not ended; run its sweep again"]),
    ("a killed part", killed_part, "killed.db part-2.db part-3.db",
     ["killed.db: ", "of 9 runs have not ended; run its sweep again"]),
    ("a part killed just before its end", lambda place: change(place, "part-2.db", "SELECT 1"), ALL,
     ["part-2.db: its sweep has not ended; run it again"]),
    ("a part that has not begun", lambda place: change(
        place, "part-2.db", "DELETE FROM experiment; DELETE FROM run; DELETE FROM parameter; DELETE FROM summary"), ALL,
     ["part-2.db: no sweep has begun in it; run its sweep again"]),

    ("the new file is there", lambda place: place.write("results.db", "precious"), ALL,
     ["results.db: it is there already", "--replace"]),
    ("the new file is there, as a folder", None, ALL + " --into .", [".: it is there already"]),
    ("a folder is to be replaced", None, ALL + " --replace --into .", [".: Is a directory"]),
    ("what is to be replaced is no results file", lambda place: place.write("results.db", "precious " * 100),
     ALL + " --replace", ["results.db: not a results file: ", "; remove it, or give another name"]),
    ("a part is to be replaced", None, ALL + " --replace --into part-3.db", ["part-3.db: it is one of the parts"]),
    ("a part is to be replaced, by another name", hard_link, ALL + " --replace",
     ["results.db: it is one of the parts"]),
    ("the new file has no folder", None, ALL + " --into no/results.db", ["no/results.db", "No such file"]),
]


def contents(place):
    """Of all files; what SQLite makes for itself when it reads another's log does not count."""
    return {name: place.read(name) for name in place.files() if not name.endswith("-shm")}


for title, prepare, words, texts in WRONG:
    @test(f"merge, {title}: one line, and all files as they were")
    def wrong(place, prepare=prepare, words=words, texts=texts):
        take_three(place)
        if prepare:
            prepare(place)
        before = contents(place)
        place.expect(1, f"merge {words}", err=texts)
        after = contents(place)
        equal(sorted(after), sorted(before), "files")
        check(after == before, "a file was changed")


@test("merge: bytes changed anywhere in a part are noticed, or are of no account")
def any_byte(place):
    take_three(place)
    place.expect(0, f"merge {ALL} --into good.db")
    good, part = place.read("good.db"), place.read("part-2.db")
    choose, noticed = random.Random(7), 0
    for _ in range(25):
        place.write("bad.db", "")
        with open(place.path("bad.db"), "wb") as file:
            at = choose.randrange(len(part))
            file.write(part[:at] + bytes([part[at] ^ choose.randrange(1, 256)]) + part[at + 1:])
        result = place.run("merge part-1.db bad.db part-3.db --replace")
        check(result.status in (0, 1), f"byte {at}:", *result)
        if result.status == 0:
            check(place.read("results.db") == good, f"byte {at} was changed, and so are the results")
        else:
            check("bad.db: " in result.err and result.err.count("\n") == 1, f"byte {at}:", result.err)
            noticed += 1
    check(noticed > 5, f"only {noticed} were noticed")


USAGE = [
    ("no part", "merge", ["which parts?"]),
    ("no name", f"merge {ALL} --into ''", ["--into"]),
    ("a name that is none", f"merge {ALL} --into :memory:", ["--into", ":memory:"]),
    ("an unknown option", f"merge {ALL} --inot x", ["--inot", "did you mean '--into'"]),
]

for title, arguments, texts in USAGE:
    test(f"merge, {title}: one line")(
        lambda place, arguments=arguments, texts=texts: place.expect(2, arguments, err=texts))


@test("merge into a file in which a sweep is at work: one line")
def sweep_at_work(place):
    take_three(place)
    write_experiment(place, EXPERIMENT.replace("1s", "20h"), "long.yaml")
    with place.start("sweep long.yaml") as sweep:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not place.files().count("results.db-wal"):
            time.sleep(0.01)
        time.sleep(0.2)
        place.expect(1, f"merge {ALL} --replace", err=["results.db: a sweep is at work in it"])
        sweep.kill()


@test("merge onto a full disk: one line, and nothing is left of it")
def disk_full(place):
    take_three(place)
    with small_disk(place, "disk", "100k") as mounted:
        if not mounted:
            raise Skip("cannot mount a small disk")
        place.expect(1, f"merge {ALL} --into disk/r.db", err=["disk/r.db", "the disk is full"])
        equal(place.files("disk"), [], "files")
