#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_cluster.py [--pygcsim PROGRAM]: scripts/slurm-sweep under a real Slurm of two nodes, as TAP.

Skipped where Slurm is not installed, or without root."""
import argparse
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import check, equal, run  # noqa: E402
import slurm  # noqa: E402

SCRIPT = os.path.join(ROOT, "scripts", "slurm-sweep")
# Twelve programs.
EXPERIMENT = """\
name: small
workload: {name: web, modules: [1000, 2000], duration: %s}
policies:
  - {name: threshold, t0: [700, 2000, 10000]}
  - off
replications: 6
log: collections
"""
SHARES = 3


class Cluster:
    """Slurm, which is started for the first test, and a folder in which the tests work."""

    def __init__(self, program):
        self.program, self.slurm = program, None
        self.temporary = tempfile.TemporaryDirectory(prefix="pygcsim-cluster-")
        self.folder = os.path.join(self.temporary.name, "100% of it")
        os.mkdir(self.folder)

    def start(self):
        if self.slurm is None:
            self.slurm = slurm.Slurm()
            self.slurm.environment["PYGCSIM"] = self.program
            self.slurm.start()

    def stop(self):
        if self.slurm:
            self.slurm.stop()
        self.temporary.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    def submit(self, *words):
        """Returns the ids of the array and of the merge."""
        result = self.slurm.run(SCRIPT, *words, cwd=self.folder)
        found = re.search(r"^Job (\d+) runs it in \d+ tasks; then job (\d+) merges them", result.stdout, re.M)
        check(result.returncode == 0 and found, *result.args, result.stdout, result.stderr)
        return found.groups()

    def refuses(self, text, *words):
        before = sorted(os.listdir(self.folder))
        result = self.slurm.run(SCRIPT, *words, cwd=self.folder)
        check(result.returncode != 0 and text in result.stderr, *result.args, f"expected {text!r}, got",
              result.stdout, result.stderr)
        equal(sorted(os.listdir(self.folder)), before, "files")


def rows(path):
    """Everything in a results file."""
    connection = sqlite3.connect(path)
    try:
        tables = [row[0] for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return [(table, *row) for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
    finally:
        connection.close()


def finished(part):
    """How many runs of a part that a process is at work in: read from a copy, as it lets nobody else in."""
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy.db")
        try:
            shutil.copy(part, copy)
            if os.path.exists(part + "-wal"):
                shutil.copy(part + "-wal", copy + "-wal")
            connection = sqlite3.connect(copy)
            try:
                return connection.execute("SELECT count(*) FROM run WHERE status = 'finished'").fetchone()[0]
            finally:
                connection.close()
        except (FileNotFoundError, sqlite3.Error):
            return 0


def sweeps(part):
    """Processes that are at work in a part."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if b"sweep" in words and os.fsencode(part) in words:
            found.append(int(pid))
    return found


# ---- tests -----------------------------------------------------------------------------------------


def two_nodes(cluster):
    """With names that shells and Slurm would like to take apart."""
    cluster.write("my sweep.yaml", EXPERIMENT % "1s")
    subprocess.run([cluster.program, "sweep", "my sweep.yaml", "--db", "one.db"], cwd=cluster.folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    array, merge = cluster.submit("my sweep.yaml", "5", "it's all.db", "--", "--partition=main")
    cluster.slurm.wait_for_jobs(array, merge)
    check(rows(cluster.path("one.db")) == rows(cluster.path("it's all.db")), "the rows are not the same")
    equal(sorted(os.listdir(cluster.folder)), ["it's all.db", "my sweep.yaml", "one.db"], "files")
    nodes = {fact["NodeList"] for fact in cluster.slurm.states(array).values()}
    equal(nodes, {"n1", "n2"}, "nodes")


def stop_within(part, least):
    """Stops what is at work in a part once so many of its runs have finished, so that they stay unfinished that are."""
    slurm.wait_until(f"some runs of {part} have finished", lambda: finished(part) >= least, pause=0.01)
    for pid in sweeps(part):
        os.kill(pid, signal.SIGSTOP)


def killed_and_submitted_again(cluster):
    cluster.write("e.yaml", EXPERIMENT % "20s")
    array, merge = cluster.submit("e.yaml", str(SHARES))
    killed, cancelled = cluster.path("results.db.parts/part-1.db"), cluster.path("results.db.parts/part-2.db")
    for part in (killed, cancelled):
        stop_within(part, 4)
    cluster.refuses(f"job {array} is still at it", "e.yaml", str(SHARES))
    for pid in sweeps(killed):
        os.kill(pid, signal.SIGKILL)
    cluster.slurm.run("scancel", f"{array}_2")
    cluster.slurm.wait_for_jobs(array, merge)
    check(not os.path.exists(cluster.path("results.db")), "merged without all")
    done = [finished(killed), finished(cancelled)]
    check(all(4 <= count < 16 for count in done), f"finished when killed and cancelled: {done} of 16")
    check("stopped; the same command goes on from there" in cluster.read("results.db.parts/task-2.log"),
          cluster.read("results.db.parts/task-2.log"))

    cluster.refuses("begun with 3 shares", "e.yaml", "4")
    cluster.write("e.yaml", EXPERIMENT % "21s")
    cluster.refuses("begun with another text of e.yaml", "e.yaml", str(SHARES))
    cluster.write("e.yaml", EXPERIMENT % "20s")
    array, merge = cluster.submit("e.yaml", str(SHARES), "--", "--hold")
    cluster.write("e.yaml", "changed when it has been submitted")
    cluster.slurm.run("scontrol", "release", array)
    cluster.slurm.wait_for_jobs(array)
    for task, before in ((1, done[0]), (2, done[1]), (3, 16)):
        log = cluster.read(f"results.db.parts/task-{task}.log")
        check(f"small: 16 runs are in {cluster.folder}/results.db.parts/part-{task}.db, {before} of them from before"
              in log, log)
    cluster.slurm.run("scontrol", "release", merge)
    cluster.slurm.wait_for_jobs(merge)
    equal([name for name in os.listdir(cluster.folder) if name.startswith("results")], ["results.db"], "files")
    cluster.write("e.yaml", EXPERIMENT % "20s")
    subprocess.run([cluster.program, "sweep", "e.yaml", "--db", "whole.db"], cwd=cluster.folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check(rows(cluster.path("whole.db")) == rows(cluster.path("results.db")), "the rows are not the same")


def merge_fails(cluster):
    """What it is about is in its log; the parts stay, and the next submission merges them."""
    cluster.write("short.yaml", EXPERIMENT % "1s")
    array, merge = cluster.submit("short.yaml", "2", "late.db")
    cluster.write("late.db", "somebody else's")
    cluster.slurm.wait_for_jobs(array, merge)
    check("late.db: it is there already" in cluster.read("late.db.parts/merge.log"),
          cluster.read("late.db.parts/merge.log"))
    equal(cluster.read("late.db"), "somebody else's", "late.db")
    os.remove(cluster.path("late.db"))
    cluster.slurm.wait_for_jobs(*cluster.submit("short.yaml", "2", "late.db"))
    equal([name for name in os.listdir(cluster.folder) if name.startswith("late")], ["late.db"], "files")


def refusals(cluster):
    cluster.write("e.yaml", EXPERIMENT % "1s")
    cluster.write("wrong.yaml", EXPERIMENT.replace("policies", "polices") % "1s")
    cluster.write("there.db", "")
    os.mkdir(cluster.path("mine.db.parts"))
    for text, words in [
            ("how many shares?", ["e.yaml"]),
            ("how many shares?", ["e.yaml", "0"]),
            ("'too' is too much", ["e.yaml", "2", "r.db", "too"]),
            ("none.yaml: no such file", ["none.yaml", "2", "r.db"]),
            ("wrong.yaml:3: ", ["wrong.yaml", "2", "r.db"]),
            ("there.db: it is there already", ["e.yaml", "2", "there.db"]),
            ("mine.db.parts: it is there, and not from here", ["e.yaml", "2", "mine.db"]),
            ("nowhere", ["e.yaml", "2", "r.db", "--", "--partition=nowhere"]),
            ("no/r.db: no such folder", ["e.yaml", "2", "no/r.db"])]:
        cluster.refuses(text, *words)
    equal(cluster.slurm.ask("squeue", "--noheader"), "", "jobs")


TESTS = [
    ("slurm-sweep: over two nodes, row for row as on one machine", two_nodes),
    ("slurm-sweep: tasks killed and cancelled; submitted again they go on, and it is as if nothing had been",
     killed_and_submitted_again),
    ("slurm-sweep: a merge that fails leaves the parts to the next", merge_fails),
    ("slurm-sweep: refused with one line, and nothing submitted", refusals),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    cluster = Cluster(os.path.abspath(parser.parse_args().pygcsim))

    def with_slurm(function):
        def test():
            slurm.needs_slurm()
            cluster.start()
            function(cluster)
        return test

    try:
        return run([(title, with_slurm(function)) for title, function in TESTS], jobs=1)
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
