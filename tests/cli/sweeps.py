# SPDX-License-Identifier: GPL-3.0-or-later
"""pygcsim sweep: planned first, the same rows whatever happens on the way, nothing run twice."""
import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import time

from harness import ENDLESS, SMALL, test
from programs import same_rows
from tap import check, equal
from terminal import Terminal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

THRESHOLDS = """\
name: thresholds
workload: {name: web, rate: 200, duration: %(duration)s, modules: 2000}
collector: cpython-3.13
policies:
  - {name: default}
  - {name: threshold, t0: [700, 2000, 10000, 50000], t1: [10, 50]}
  - {name: freeze, t0: {range: 2000..100000, points: 6, scale: log}}
  - {name: timed, every: [1s, 10s], generation: 2}
replications: %(replications)d
seed: 1
log: %(log)s
"""


def experiment(place, name="e.yaml", duration="1s", replications=2, log="summary", text=THRESHOLDS):
    place.write(name, text % {"duration": duration, "replications": replications, "log": log})
    return name


def count(place, where="true", name="results.db"):
    return place.query(f"SELECT count(*) FROM run WHERE {where}", name=name)[0][0]


# ---- what is run -----------------------------------------------------------------------------------


@test("sweep: every setting with every seed, a row each, by seed and then as the file has them")
def all_runs(place):
    experiment(place)
    place.expect(0, "sweep e.yaml", out=["thresholds: 34 runs are in results.db"])
    rows = place.query("SELECT * FROM run ORDER BY id")
    equal([row["id"] for row in rows], list(range(1, 35)), "numbers")
    equal([row["seed"] for row in rows], [1] * 17 + [2] * 17, "seeds")
    equal(place.statuses(), ["finished"] * 34, "statuses")
    policies = [row["policy"] for row in rows[:17]]
    equal(policies[:3], ["default", "threshold:t0=700,t1=10", "threshold:t0=700,t1=50"], "policies")
    equal(policies[9:15], [f"freeze:t0={t0}" for t0 in (2000, 4373, 9564, 20910, 45730, 100000)],
          "a range on a logarithmic scale, four digits")
    equal(policies, [row["policy"] for row in rows[17:]], "the same with each seed")
    (row,) = place.query("SELECT * FROM experiment")
    equal((row["command"], row["name"], row["baseline"], row["planned"], row["shards"]),
          ("sweep", "thresholds", "default", 34, None), "experiment")
    equal(row["document"], place.read("e.yaml").decode(), "the file is kept")


@test("sweep: the same metrics as run, for every policy and seed")
def as_run(place):
    experiment(place)
    place.expect(0, "sweep e.yaml")
    for seed in (1, 2):
        for policy in ("freeze:t0=4373", "timed:every=1s,generation=2"):
            place.expect(0, f"run -w web:rate=200,duration=1s,modules=2000 -p {policy} --seed {seed} --db one.db")
            sql = ("SELECT metric, value FROM summary JOIN run ON id = run_id WHERE policy = ? AND seed = ?"
                   " ORDER BY metric")
            equal([tuple(row) for row in place.query(sql, policy, seed)],
                  [tuple(row) for row in place.query(sql, policy, seed, name="one.db")], f"{policy}, {seed}")


for log, tables in (("summary", []), ("samples", ["sample"]), ("collections", ["sample", "collection"])):
    @test(f"sweep: log: {log} stores what it says, and the same metrics")
    def levels(place, log=log, tables=tables):
        experiment(place, log=log, replications=1)
        place.expect(0, "sweep e.yaml --db a.db")
        experiment(place, log="collections", replications=1)
        place.expect(0, "sweep e.yaml --db b.db")
        found = [table for table in ("sample", "collection")
                 if place.query(f"SELECT count(*) FROM {table}", name="a.db")[0][0]]
        equal(found, tables, "tables with rows")
        for table in ("summary", "latency", "pause", "reclaimed"):
            rows = [[tuple(row) for row in place.query(f"SELECT * FROM {table} ORDER BY 1, 2, 3", name=name)]
                    for name in ("a.db", "b.db")]
            check(rows[0] and rows[0] == rows[1], f"{table} differs")


@test("sweep: the same rows with 1, 2 and 7 jobs")
def any_number(place):
    experiment(place, log="collections")
    place.expect(0, "sweep e.yaml --db 1.db -j 1")
    for jobs in (2, 7):
        place.expect(0, f"sweep e.yaml --db {jobs}.db -j {jobs}")
        same_rows(place, "1.db", f"{jobs}.db")


# ---- stopped, and continued ------------------------------------------------------------------------


@test("sweep: killed at twenty random moments and continued, it is as if never killed")
def killed(place):
    experiment(place, duration="1s", replications=15, log="collections")
    began = time.monotonic()
    equal(place.run("sweep e.yaml --db whole.db").status, 0, "status")
    length = time.monotonic() - began
    moments = random.Random(20)
    done = [0]
    for _ in range(20):
        with place.start("sweep e.yaml --db killed.db") as sweep:
            time.sleep(moments.uniform(0, length / 4))  # the first program is compiled by an eighth or so
            sweep.kill()
        done.append(stored(place, "killed.db"))
    check(done == sorted(done), "a finished run was lost", done)
    check(len({n for n in done if 0 < n < 255}) >= 3, "killed too early or too late", done)
    result = place.run("sweep e.yaml --db killed.db")
    check(result.status == 0 and "255 runs are in killed.db, " in result.out, result)
    same_rows(place, "whole.db", "killed.db")
    equal(sorted(name for name in place.files() if name.startswith("killed")), ["killed.db"], "files")


@test("sweep: what is stored is not run again")
def not_again(place):
    experiment(place)
    place.expect(0, "sweep e.yaml")
    before = place.read("results.db")
    place.expect(0, "sweep e.yaml", out=["34 runs are in results.db, 34 of them from before"])
    same = [tuple(row) for row in place.query("SELECT * FROM summary")]
    check(same and len(before) > 0, "nothing stored")
    # A run whose metrics have been tampered with stays as it is: proof that it was not run.
    connection = sqlite3.connect(place.path("results.db"))
    connection.execute("UPDATE summary SET value = -1 WHERE run_id = 7 AND metric = 'latency_p50'")
    connection.execute("UPDATE run SET seal = NULL WHERE id = 7")
    connection.commit()
    connection.close()
    place.expect(0, "sweep e.yaml")
    equal(place.query("SELECT value FROM summary WHERE run_id = 7 AND metric = 'latency_p50'")[0][0], -1,
          "value")


@test("sweep: a changed file adds only what is new, and keeps what was stored")
def changed(place):
    experiment(place, replications=1)
    place.expect(0, "sweep e.yaml")
    more = THRESHOLDS.replace("700, 2000", "700, 1400, 2000")
    experiment(place, replications=2, text=more)
    place.expect(0, "sweep e.yaml", out=["38 runs are in results.db, 17 of them from before"])
    equal(count(place), 38, "runs")
    equal(count(place, "id <= 17 AND seed = 1"), 17, "those from before keep their numbers")
    equal(place.statuses(), ["finished"] * 38, "statuses")
    equal(len(place.query("SELECT * FROM experiment")), 1, "one experiment")
    experiment(place, replications=1)
    place.expect(0, "sweep e.yaml", out=["17 runs are in results.db, 17 of them from before"])
    equal(count(place), 38, "nothing is taken away")


@test("sweep: Ctrl-C stops in good order; the same command goes on")
def interrupted(place):
    experiment(place, duration="20s", replications=4)
    for number in (signal.SIGINT, signal.SIGTERM):
        before = stored(place)
        with place.start("sweep e.yaml") as sweep:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and sweep.poll() is None:
                if stored(place) > before + 2:
                    break
                time.sleep(0.02)
            sweep.send_signal(number)
            if number == signal.SIGTERM:  # as from a batch system, which sends it to a script and what that has begun
                time.sleep(0.005)
                sweep.send_signal(number)
            out, err = sweep.communicate(timeout=60)
        equal((sweep.returncode, out), (130, ""), f"status and output {err}")
        check("stopped; the same command goes on from there" in err, err)
        statuses = set(place.statuses())
        check(statuses <= {"finished", "planned"} and "finished" in statuses, statuses)
        equal([name for name in place.files() if name.startswith("results")], ["results.db"], "files")
    equal(count(place), 68, "runs planned")


def stored(place, name="results.db"):
    """Finished runs, of a file that may be just being made."""
    if not os.path.exists(place.path(name)):
        return 0
    try:
        return count(place, "status = 'finished'", name)
    except sqlite3.OperationalError:
        return 0


@test("sweep: a full disk: one line; with room again it goes on")
def full_disk(place):
    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, 2**18))
    experiment(place, log="collections")
    place.expect(0, "sweep e.yaml --db whole.db")
    place.expect(1, "sweep e.yaml", err=["results.db"], preexec_fn=small_files)
    check(count(place, "status = 'finished'") < 34, "everything fitted")
    place.expect(0, "sweep e.yaml")
    same_rows(place, "whole.db", "results.db")


# ---- one among many --------------------------------------------------------------------------------


FAILING = """\
name: failing
workloads:
  - {name: script, file: good.heap}
  - {name: script, file: bad.heap}
policies: [default, off]
replications: 2
"""


@test("sweep: a run that fails is stored with its error and does not stop the others")
def one_fails(place):
    place.write("good.heap", "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n")
    place.write("bad.heap", "new 0 1\nstore 3 0 0\n")
    place.write("e.yaml", FAILING)
    place.expect(0, "sweep e.yaml --dry-run", out=["One of those failed: bad.heap:2"])
    place.expect(0, "sweep e.yaml", out=["8 runs are in results.db", "4 of them failed", "bad.heap:2"])
    equal(place.statuses(), ["finished", "finished", "failed", "failed"] * 2, "statuses")
    errors = {row[0] for row in place.query("SELECT error FROM run WHERE status = 'failed'")}
    check(len(errors) == 1 and "bad.heap:2: register 3" in errors.pop(), errors)
    place.write("bad.heap", "new 0 1\n")
    place.expect(0, "sweep e.yaml", out=["8 of them from before", "4 of them failed", "--retry-failed"])
    equal(place.statuses(), ["finished", "finished", "failed", "failed"] * 2, "statuses")
    place.expect(0, "sweep e.yaml --retry-failed", out=["4 of them from before"])
    equal(place.statuses(), ["finished"] * 8, "statuses")


# What it says, the share, how many runs it has.
ALL_FAILED = [("the whole", "", 4), ("a share", "--shard 1/2", 2)]

for what, share, runs in ALL_FAILED:
    @test(f"sweep: {what} of which every run fails: a status of its own, also when nothing is to do any more")
    def all_fail(place, share=share, runs=runs):
        place.write("bad.heap", "new 0 1\nstore 3 0 0\n")
        place.write("e.yaml", FAILING.replace("good", "bad"))
        for options in ("", "", "--retry-failed"):
            place.expect(3, f"sweep e.yaml {share} {options}",
                         err=["every run in results.db failed", "bad.heap:2", "--retry-failed"])
        equal(place.statuses(), ["failed"] * runs, "statuses")
        place.write("bad.heap", "new 0 1\n")
        place.expect(0, f"sweep e.yaml {share} --retry-failed")
        equal(place.statuses(), ["finished"] * runs, "statuses")


@test("sweep: every run of a plan has failed, though others of the file, of a plan before, have not")
def plan_fails(place):
    place.write("good.heap", "new 0 1\n")
    place.write("bad.heap", "fro\n")
    place.write("e.yaml", FAILING)
    place.expect(0, "sweep e.yaml", out=["4 of them failed"])
    place.write("e.yaml", FAILING.replace("  - {name: script, file: good.heap}\n", ""))
    place.expect(3, "sweep e.yaml", err=["every run"])


@test("sweep: what has failed and is not in the plan any more is not counted among what is")
def failed_before(place):
    place.write("good.heap", "new 0 1\n")
    place.write("bad.heap", "fro\n")
    place.write("e.yaml", FAILING)
    place.expect(0, "sweep e.yaml", out=["8 runs are in results.db", "4 of them failed"])
    place.write("e.yaml", FAILING.replace("  - {name: script, file: bad.heap}\n", ""))
    done = place.expect(0, "sweep e.yaml", out=["4 runs are in results.db"])
    check("failed" not in done.out, done.out)


@test("sweep: a share without runs is done; so is a plan of one run that ran out of its memory")
def nothing_failed(place):
    place.write("bad.heap", "fro\n")
    place.write("e.yaml", "workload: script:file=bad.heap\npolicies: [off]\n")
    place.expect(0, "sweep e.yaml --shard 2/2 --db 2.db", out=["0 runs are in 2.db"])
    place.expect(3, "sweep e.yaml --shard 1/2 --db 1.db", err=["the only run in 1.db failed"])
    place.write("m.yaml", "workload: {name: device, duration: 1s, memory_limit: 4KiB}\npolicies: [off]\n")
    place.expect(0, "sweep m.yaml --db m.db")
    equal(place.statuses("m.db"), ["out_of_memory"], "statuses")


def slurm_task(place, file, parts):
    """A task of scripts/slurm-sweep, as Slurm runs it."""
    os.makedirs(place.path(parts), exist_ok=True)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/slurm-sweep")
    return subprocess.Popen([script, "task", place.program, place.path(file), "1", place.path(parts)],
                            env={**os.environ, "SLURM_JOB_ID": "1", "SLURM_ARRAY_TASK_ID": "1"},
                            cwd=place.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@test("slurm-sweep: a task of which every run failed is done; others fail, and SIGTERM reaches the sweep")
def slurm_tasks(place):
    place.write("failing.yaml", "workload: script:file=no.heap\npolicies: [off]\n")
    place.write("none.yaml", "workload: nothing\n")
    place.write("long.yaml", f"workload: '{ENDLESS}'\npolicies: [off]\n")
    for file, status in (("failing.yaml", 0), ("none.yaml", 1)):
        task = slurm_task(place, file, file + ".parts")
        task.communicate(timeout=60)
        equal(task.returncode, status, file)
    task = slurm_task(place, "long.yaml", "long.parts")
    try:
        deadline = time.monotonic() + 60
        while not os.path.exists(place.path("long.parts/part-1.db")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(1)
        task.send_signal(signal.SIGTERM)
        _, err = task.communicate(timeout=60)
    finally:
        task.kill()
    equal(task.returncode, 130, "status")
    check(b"stopped; the same command" in err, err)


@test("sweep: two at once in one file: one says that it waits, and finds everything done")
def two_at_once(place):
    experiment(place, duration="10s", replications=3)
    with place.start("sweep e.yaml") as first:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and stored(place) == 0:
            time.sleep(0.01)
        second = place.run("sweep e.yaml")
        out, err = first.communicate(timeout=60)
    equal(first.returncode, 0, f"status of the first {err}")
    equal(second.status, 0, f"the second {second.err}")
    check("another sweep is at work in results.db; waiting for it to end\n" in second.err, second.err)
    check("51 of them from before" in second.out, second.out)
    equal(place.statuses(), ["finished"] * 51, "statuses")


@test("sweep: a results file that is removed or replaced meanwhile: one line, status 1")
def exchanged(place):
    experiment(place, duration="10s", replications=20)
    for exchange in (lambda name: os.remove(name), lambda name: os.replace(place.path("other.db"), name)):
        place.expect(0, f"run -w {SMALL} --db other.db")
        with place.start("sweep e.yaml") as sweep:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and stored(place) == 0:
                time.sleep(0.01)
            exchange(place.path("results.db"))
            out, err = sweep.communicate(timeout=60)
        equal((sweep.returncode, out), (1, ""), f"status and output {err}")
        check("results.db: removed or replaced while it was being written to" in err, err)
        for name in ("results.db", "results.db-wal", "results.db-shm"):
            if os.path.exists(place.path(name)):
                os.remove(place.path(name))


@test("sweep: others may add to the file meanwhile")
def others_meanwhile(place):
    experiment(place, duration="5s", replications=3)
    with place.start("sweep e.yaml") as sweep:
        for seed in range(1, 6):
            place.expect(0, f"run -w {SMALL} --seed {seed}")
        equal(sweep.wait(timeout=60), 0, "status")
    equal(place.statuses(), ["finished"] * 56, "statuses")


# ---- rules for replications ------------------------------------------------------------------------


UNTIL = """\
name: until
workload: {name: queue, rate: 100, duration: 4s, service: 5ms}
policies: [default, off]
replications: 3
log: summary
"""


@test("sweep --until: replications are added until the mean is known so well; killed or not, the same ones")
def until(place):
    place.write("e.yaml", UNTIL)
    rule = "--until ci=5%,metric=latency_p50,most=500"
    result = place.run(f"sweep e.yaml --db a.db {rule}")
    check(result.status == 0 and "latency_p50 is known to within" in result.out, result)
    check("from before" not in result.out, result)
    seeds = [row[0] for row in place.query("SELECT DISTINCT seed FROM run ORDER BY 1", name="a.db")]
    check(len(seeds) > 20, f"only {len(seeds)} seeds")
    equal(seeds, list(range(1, len(seeds) + 1)), "seeds")
    values = [row[0] for row in place.query(
        "SELECT value FROM summary JOIN run ON id = run_id WHERE metric = 'latency_p50' AND policy = 'off'",
        name="a.db")]
    mean = sum(values) / len(values)
    spread = (sum((x - mean)**2 for x in values) / (len(values) - 1) / len(values))**0.5
    check(1.9 * spread / mean <= 0.05, f"±{1.96 * spread / mean} is too wide")
    moments = random.Random(5)
    for _ in range(8):
        with place.start(f"sweep e.yaml --db b.db -j 3 {rule}") as sweep:
            time.sleep(moments.uniform(0, 0.6))
            sweep.kill()
    equal(place.run(f"sweep e.yaml --db b.db {rule}").status, 0, "status")
    same_rows(place, "a.db", "b.db")


@test("sweep --until with `most` too small: it says what is not known, and how well")
def until_most(place):
    place.write("e.yaml", UNTIL)
    place.expect(0, "sweep e.yaml --until ci=0.1%,metric=latency_p50,most=20",
                 out=["latency_p50 is not known to within 0.1% everywhere", "20 replications, the most allowed"])
    equal(count(place), 40, "runs")


@test("sweep --until: a mean that one run in twenty makes is said to be less well known than its interval says")
def until_heavy(place):
    place.write("e.yaml", UNTIL)
    said = "Heavy tails, at "
    for metric, heavy in (("latency_p50", False), ("latency_max", None)):
        out = place.expect(0, f"sweep e.yaml --until ci=50%,metric={metric} --db {metric}.db").out
        values = {}
        for policy, value in place.query("SELECT policy, value FROM summary JOIN run ON id = run_id WHERE metric = ?", metric,
                                         name=f"{metric}.db"):
            values.setdefault(policy, []).append(value)
        shares = [max((x - sum(of) / len(of))**2 for x in of) / sum((x - sum(of) / len(of))**2 for x in of)
                  for of in values.values()]
        equal(said in out, max(shares) > 0.5, f"{metric}: {shares}")
        check(heavy is None or heavy == (said in out), metric, shares)


RACE = """\
name: race
workloads: [{name: web, modules: 2000, duration: 2s}, {name: queue, rate: 100, duration: 2s, service: 5ms}]
policies: [off, default, 'timed:every=100ms', {name: threshold, t0: [100, 300]}]
minimise: service_gc_share
until: best=2%
log: summary
"""


@test("sweep --until best: who has lost gets no more seeds; killed or not, the same runs; `best` selects the same")
def until_best(place):
    place.write("e.yaml", RACE)
    result = place.expect(0, "sweep e.yaml --db a.db")
    said = re.findall(r"^(\w+)\S* on \S+: (\S+) is selected, after (\d+) replications, (\d+) runs in all: with 95% "
                      r"confidence it is the best in (\w+), or within 2% of the best\.$", result.out, re.M)
    equal([group[0] for group in said], ["web", "queue"], "groups")
    for workload, policy, replications, runs, metric in said:
        seeds = dict(tuple(row) for row in place.query(
            "SELECT policy, count(*) FROM run WHERE workload LIKE ? || '%' AND in_plan GROUP BY policy", workload, name="a.db"))
        equal((sum(seeds.values()), max(seeds.values())), (int(runs), int(replications)), workload)
        equal((min(seeds.values()), seeds[policy], metric), (10, int(replications), "service_gc_share"), workload)
    best = [json.loads(line) for line in place.expect(0, "best a.db --json").out.splitlines()]
    equal([row["best"]["policy"] for row in best], [group[1] for group in said], "best")
    moments = random.Random(7)
    for _ in range(6):
        with place.start("sweep e.yaml --db b.db -j 3") as sweep:
            time.sleep(moments.uniform(0, 0.4))
            sweep.kill()
    equal(place.expect(0, "sweep e.yaml --db b.db").out.splitlines()[-2:], result.out.splitlines()[-2:], "said")
    same_rows(place, "a.db", "b.db")


@test("sweep --until best with `most` too small: it says who may still be the best; limits have no say")
def until_best_most(place):
    place.write("e.yaml", RACE.replace("until: best=2%", "until: {best: 0.01%, metric: latency_p99, most: 20}"))
    out = place.expect(0, "sweep e.yaml --limit 'heap_peak <= 1GiB'").out
    check(re.search(r"^web\S* on \S+: not decided: \S+, .* may each be the best in horizon_latency_p99 after 20 replications, "
                    r"the most allowed\.$", out, re.M), out)
    check("Limits had no part in that: `best` says who keeps to them." in out, out)
    out = place.expect(0, "sweep e.yaml --until best=2%,metric=wall_time --dry-run").out
    check("race: 100 runs of 20 programs (10 settings, 10 seeds)" in out and "without the runs that the rule adds" in out, out)


@test("compare --until: every run of every round is told of, and what a policy missed")
def until_compare(place):
    rule = "--until ci=8%,metric=latency_p50,most=100"
    programs = "-w queue:rate=100,duration=4s,service=5ms -p off -p event:on=disconnect"
    lines = place.run(f"compare {programs} {rule} --json").out.splitlines()
    runs = [json.loads(line) for line in lines]
    check(len(runs) > 20, f"only {len(runs)} runs")
    equal({run["status"] for run in runs}, {"finished"}, "statuses")
    equal([run["run"] for run in runs], list(range(1, len(runs) + 1)), "numbers")
    result = place.run(f"compare {programs} {rule} --db other.db")
    equal(result.out.count("the program never reported disconnect"), 1, result.out)


# ---- before it begins ------------------------------------------------------------------------------


@test("sweep: how many points constraints leave is said at once, with --dry-run too")
def points_left(place):
    place.write("e.yaml", "{workload: 'web:rate=10,duration=1s,modules=2000', policies: {name: threshold, t1: [1, 5],"
                          " t2: [1, 5]}, constraint: t1 <= t2}")
    for command in ("sweep e.yaml --dry-run", "sweep e.yaml"):
        place.expect(0, command, out=["3 of 4 points meet the constraints; the others are left out."])
    place.write("e.yaml", "{workload: 'web:rate=10,duration=1s,modules=2000', constraint: rate > 1}")
    out = place.expect(0, "sweep e.yaml --dry-run").out
    check("constraints" not in out, out)


@test("sweep --dry-run: the plan, its size and an estimate; no file is made")
def dry_run(place):
    experiment(place)
    out = place.expect(0, "sweep e.yaml --dry-run", out=[
        "thresholds: 34 runs of 2 programs (17 settings, 2 seeds)",
        "web:rate=200,duration=1s,modules=2000 on cpython-3.13", "  freeze:t0=4373\n"]).out
    check(re.search(r"^About \S+ m?s, between \S+ m?s and \S+ m?s on \d+ cores?, \S+ [KMG]iB of memory, and \S+ [KM]iB on disk \(from \d+ runs? done just now",
                    out, re.M), out)
    equal(place.files(), ["e.yaml"], "files")


WRONG = [
    ("no file", "sweep", 2, ["which experiment?"]),
    ("two files", "sweep a b", 2, ["one experiment at a time"]),
    ("a file that is not there", "sweep none.yaml", 1, ["none.yaml", "No such file"]),
    ("a share beyond the last", "sweep e.yaml --shard 3/2", 2, ["--shard=3/2", "K from 1 to N"]),
    ("a share that is none", "sweep e.yaml --shard x", 2, ["--shard=x"]),
    ("a share beyond all numbers", "sweep e.yaml --shard 4294967297/4294967298", 2, ["--shard=4294967297/4294967298"]),
    ("a rule without a share", "sweep e.yaml --until metric=latency_p99", 2, ["ci="]),
    ("a rule about no metric", "sweep e.yaml --until ci=5%,metric=latency_99", 2,
     ["latency_99", "did you mean 'latency_p99'"]),
    ("a rule with a share above 1", "sweep e.yaml --until ci=500%", 2, ["ci=500%"]),
    ("a rule and shares", "sweep e.yaml --until ci=5% --shard 1/2", 2, ["--shard"]),
    ("a race and shares", "sweep e.yaml --until best=5% --shard 1/2", 2, ["--shard"]),
]

for title, arguments, status, texts in WRONG:
    @test(f"sweep: {title}: one line")
    def wrong(place, arguments=arguments, status=status, texts=texts):
        experiment(place)
        place.expect(status, arguments, err=texts)
        equal(place.files(), ["e.yaml"], "files")


@test("sweep: into what is no results file: one line, and it stays as it is")
def foreign(place):
    experiment(place)
    place.write("results.db", "not a database, and longer than a header of one hundred bytes " * 3)
    place.expect(1, "sweep e.yaml", err=["results.db: not a results file"])
    equal(place.read("results.db")[:8], b"not a da", "content")


# ---- the examples ----------------------------------------------------------------------------------


def shorter(text):
    """The same experiment of shorter programs, fewer points and replications."""
    text = re.sub(r"\bduration: *[0-9.]+\w+", "duration: 2s", text)
    text = re.sub(r"\breplications: *\d+", "replications: 2", text)
    text = re.sub(r"\bpoints: *\d\d+", "points: 4", text)
    text = re.sub(r"\b\d+[0-9_]*_000\b(?=[^.]*modules)|(?<=modules: )\[[^]]*\]", "[1000, 2000]", text)
    return re.sub(r"(modules: \{range: )[0-9_.]+", r"\g<1>1000..5000", text)


for example in sorted(name for name in os.listdir(os.path.join(ROOT, "experiments")) if name.endswith(".yaml")):
    @test(f"experiments/{example}, in a short form: every run ends")
    def runs(place, example=example):
        with open(os.path.join(ROOT, "experiments", example), encoding="utf-8") as file:
            place.write("e.yaml", shorter(file.read()))
        place.expect(0, "sweep e.yaml")
        statuses = place.statuses()
        check(len(statuses) > 3 and set(statuses) <= {"finished", "out_of_memory"}, set(statuses))
        place.expect(0, "show results.db")


# ---- progress --------------------------------------------------------------------------------------


@test("progress: of a sweep: runs, rate, time left, the best so far; it fits 100 columns, and is gone at the end")
def progress(place):
    experiment(place, duration="20s", replications=8)
    terminal = Terminal(100)
    try:
        result = place.run("sweep e.yaml -j 1", stderr=terminal.slave)
    finally:
        text = terminal.close()
    equal(result.status, 0, "status")
    bars = [frame for frame in re.split(r"\r(?:\033\[K)?", text) if "[" in frame]
    check(any(re.match(r"\[#+\.*\] +\d+%  .*\d+/136 runs, \S+/s, best latency_p99 \S+ ms: \w", bar)
              for bar in bars), repr(text[-1500:]))
    check(any(" left, " in bar for bar in bars), "no time left")
    check(max(map(len, bars)) < 100, max(bars, key=len))
    check(text.endswith("\r\033[K"), "it is not taken off")
