# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs long enough: --until covered, best --verify, and what takes too long."""
import random
import re
import time

from harness import test
from programs import same_rows
from tap import check, equal

# Young collections every few seconds, full ones never in so short a time.
WEB = "web:rate=50,modules=2000,settle=1s"
COVERED = """\
name: long
workload: {name: web, rate: 50, modules: 2000, settle: 1s, duration: 2s}
policies: [{name: threshold, t0: [500, 5000]}, off]
horizon: 40s
log: summary
"""


def longer(place, arguments, out=(), err=("are not covered yet; with ",)):
    """What succeeds, and says on standard error that programs are made longer."""
    result = place.run(arguments)
    equal(result.status, 0, str(result))
    for text in out:
        check(text in result.out, f"no {text!r}", str(result))
    for text in err:
        check(text in result.err, f"no {text!r}", str(result))
    return result


def durations(place, where="in_plan", name="results.db"):
    return [row[0] for row in place.query(
        "SELECT DISTINCT text FROM parameter JOIN run ON id = run_id"
        f" WHERE owner = 'workload' AND name = 'duration' AND {where}", name=name)]


@test("compare --until covered: longer programs, for all policies alike; ordinary runs that anybody can repeat")
def until_covered(place):
    result = longer(place, f"compare -w {WEB},duration=2s -p threshold:t0=5000 -p off --until covered --horizon 40s",
                    ["Covered for 40s: web:", "duration=40s"])
    check(re.search(r"not covered yet; with \S+ m?s: about \S+ m?s on \d cores?, \S+ MiB of memory, \S+ [KM]iB on disk",
                    result.err), result.err)
    equal(durations(place), ["40s"], "of the plan")
    equal(durations(place, "NOT in_plan")[0], "2s", "the first")
    covered = place.query("SELECT value FROM summary JOIN run ON id = run_id WHERE in_plan AND metric = 'covered'")
    equal([row[0] for row in covered], [1, 1], "covered")
    place.expect(0, f"compare -w {WEB},duration=40s -p threshold:t0=5000 -p off --horizon 40s --db other.db")
    values = "SELECT policy, metric, value FROM summary JOIN run ON id = run_id WHERE in_plan ORDER BY 1, 2"
    equal(list(map(tuple, place.query(values))), list(map(tuple, place.query(values, name="other.db"))), "the same")


@test("run --until covered: what is covered at once stays as long as it is")
def covered_at_once(place):
    result = place.expect(0, f"run -w {WEB},duration=3s -p off --until covered --horizon 3s", out=["Covered for 3s"])
    check("not covered yet" not in result.err, result.err)
    equal(durations(place), ["3s"], "durations")


@test("sweep, until: covered: killed or not, the same rows; continued, nothing is run again")
def sweep_covered(place):
    place.write("e.yaml", COVERED + "until: covered\n")
    longer(place, "sweep e.yaml --db a.db", ["Covered for 40s"])
    longer(place, "sweep e.yaml --db a.db", ["3 runs are in a.db, 3 of them from before", "Covered for 40s"])
    moments = random.Random(7)
    for _ in range(6):
        with place.start("sweep e.yaml --db b.db -j 2") as sweep:
            time.sleep(moments.uniform(0, 0.5))
            sweep.kill()
    equal(place.run("sweep e.yaml --db b.db").status, 0, "status")
    # Runs of the longer programs that had not ended are planned anew, behind those that had: with other numbers.
    same_rows(place, "a.db", "b.db", numbers=False)


@test("sweep, until: covered: stopped, it says again how long the longer programs take; --dry-run that there will be such")
def estimates_again(place):
    place.write("e.yaml", COVERED)
    out = place.expect(0, "sweep e.yaml --until covered --dry-run", out=["before programs are made longer"]).out
    check("the rule adds" not in out, out)
    for db, before in ("a.db", None), ("b.db", "sweep e.yaml --db b.db"):
        if before:
            place.expect(0, before)
        err = longer(place, f"sweep e.yaml --until covered --db {db}").err
        time_, workers, memory = re.search(r"about (\S+)(?: \w+)? on (\d+) cores?, (\S+ \w+) of memory", err).groups()
        check(time_ != "0" and memory != "32.0 MiB" and "0 on disk" not in err, db, err)


@test("--until covered: with a rule for replications, first the one, then the other")
def both_rules(place):
    for rule, said, least in (("ci=20%", "latency_p50 is known to within", 20), ("best=5%", "is selected, after ", 10)):
        command = f"compare -w {WEB},duration=2s -p off -p default --until covered,{rule},metric=latency_p50 --horizon 8s"
        longer(place, f"{command} --db {least}.db", ["Covered for 8s", said])
        rows = place.query("SELECT DISTINCT workload FROM run WHERE in_plan", name=f"{least}.db")
        check(len(rows) == 1 and "duration=8s" in rows[0][0], rows)
        rows = place.query("SELECT count(*) FROM run WHERE in_plan GROUP BY policy", name=f"{least}.db")
        check(min(row[0] for row in rows) >= least, rows)


@test("--until covered where it cannot be: one line that says why")
def cannot_be_covered(place):
    place.write("a.heap", "new 0 1\n")
    place.expect(2, "compare -w script:file=a.heap --until covered", err=["script:file=a.heap has no duration"])
    place.write("e.yaml", COVERED.replace("duration: 2s", "duration: [2s, 4s]"))
    place.expect(2, "sweep e.yaml --until covered", err=["duration", "cannot be varied"])
    place.write("e.yaml", COVERED)
    place.expect(2, "sweep e.yaml --until covered --shard 1/2", err=["--shard"])
    place.expect(2, "sweep e.yaml --until coverd", err=["--until=coverd", "or covered; did you mean 'covered'?"])
    place.expect(2, "compare --until soon", err=["--until=soon is not allowed; it takes a rule such as 5%", "or covered\n"])
    place.write("e.yaml", COVERED + "until: {covered: maybe}\n")
    place.expect(1, "sweep e.yaml", err=["e.yaml:6", "covered", "no or yes"])


@test("what takes more than a day is refused before it begins, with what to do; what takes minutes is said")
def refused(place):
    for command in ("run -w web:duration=8760h -p off", "compare -w web:duration=8760h -p off -p freeze"):
        place.expect(1, command, err=["that would take about", "more than a day", "--anyway", "--horizon"])
    # So much that a pilot of a second cannot take it for less than a day.
    place.write("e.yaml", COVERED.replace("duration: 2s", "duration: 8760h").replace("rate: 50", "rate: 5000"))
    place.expect(1, "sweep e.yaml", err=["that would take about", "more than a day"])
    check("results.db" not in place.files(), place.files())
    for arguments in ("-w web:duration=10h -p off", "-w web:duration=8760h -p off --anyway"):
        with place.start(f"compare {arguments}") as run:
            line = run.stderr.readline()
            run.kill()
        check(re.search(r"about \S+ (s|min|h) on \d+ cores?, \S+ [MG]iB of memory, \S+ [KMG]iB on disk", line), line)


ADVICE = """\
name: advice
workload: {name: web, rate: 50, modules: 2000, settle: 1s, duration: 2s}
policies: [default, {name: threshold, t0: [5000, 20000]}]
horizon: 30s
minimise: gc_share
"""


@test("best --verify: the best and the baseline run longer, beside what was predicted, and whether the advice stands")
def verify(place):
    place.write("e.yaml", ADVICE)
    place.expect(0, "sweep e.yaml")
    result = longer(place, "best results.db --verify", [
        "Verified, as experiment 2, advice verified:", "duration=30s,settle=1s,modules=2000 on cpython-3.13, seed 1; before: web:",
        "gc_share before", "longest pause predicted", "Covered for 30s"])
    best = re.search(r"^policy .*\n(\S+)", result.out, re.M).group(1)
    check(re.search(r"^The advice (stands: %s|does not stand: )" % re.escape(best), result.out, re.M), result.out)
    equal([tuple(row) for row in place.query("SELECT name, command FROM experiment")],
          [("advice", "sweep"), ("advice verified", "best")], "experiments")
    equal(len(place.query("SELECT DISTINCT policy FROM run WHERE experiment_id = 2")), 2, "policies")
    place.expect(0, "best results.db", out=["Experiment 1, advice"])
    place.expect(0, "show results.db --experiment 'advice verified'", out=["duration=30s"])


@test("best --verify: the seed is the first with which there is something to see")
def verify_the_unseen(place):
    place.write("e.yaml", "{name: e, workload: 'web:rate=300,modules=300000,module_payload=64B,duration=20s',"
                          " policy: freeze, seeds: [2, 3], minimise: service_pause_max}")
    place.expect(0, "sweep e.yaml")
    values = place.query("SELECT value FROM summary WHERE metric = 'covered' ORDER BY run_id")
    equal([row[0] for row in values], [1, 0], "covered")
    longer(place, "best results.db --verify", ["on cpython-3.13, seed 3; before: web:", "Covered for 24h: "])


@test("best --verify: the longer runs decide whether the advice stands")
def verify_falls(place):
    place.write("e.yaml", ADVICE.replace("minimise: gc_share", "minimise: heap_peak"))
    place.expect(0, "sweep e.yaml")
    longer(place, "best results.db --verify --subject-to 'wall_time <= 10s'",
           ["The advice does not stand: ", " is no answer over that time."])
