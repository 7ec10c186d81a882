# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory that runs out, or is limited: one clear line, what is stored is sound, and nothing crashes."""
import os
import resource

from harness import SMALL, test
from tap import Skip, check, equal


def limit_memory():
    """In the child: 200 MB of address space."""
    resource.setrlimit(resource.RLIMIT_AS, (200_000_000, 200_000_000))


for engine in ("graph", "interval"):
    @test(f"no memory: one line, the file sound, the run failed ({engine})")
    def no_memory(place, engine=engine):
        if place.run("--version", preexec_fn=limit_memory).status != 0:
            raise Skip("the program does not start in 200 MB, as with sanitizers")
        place.expect(1, f"run -w web:modules=20000000 --engine {engine}", err=["out of memory"],
                     preexec_fn=limit_memory)
        equal(place.statuses(), ["failed"], "statuses")


# What it says, an engine, a limit.
LIMITS = [("graph", "30MiB"), ("interval", "30MiB"), ("graph", "200MiB"), ("interval", "1GiB")]

for engine, limit in LIMITS:
    @test(f"--memory {limit}: of a sweep the runs that need more fail, and the rest is done ({engine})")
    def memory_limit(place, engine=engine, limit=limit):
        place.write("big.heap", "".join(f"new {i} 67108864\n" for i in range(60)))
        place.write("e.yaml", f"engine: {engine}\npolicies: [default, off]\n"
                              "workload: ['script:file=big.heap', 'queue:duration=1s,live=1000']\n")
        result = place.expect(0, f"sweep e.yaml --memory {limit} -j 2")
        check("out of memory: more than the" in result.out and "--memory" in result.out, result.out)
        equal(sorted(place.statuses()), ["failed", "failed", "finished", "finished"], "statuses")


@test("compile and replay meet the limit of memory, too")
def memory_limit_elsewhere(place):
    place.write("big.heap", "".join(f"new {i} 67108864\n" for i in range(60)))
    place.expect(1, "compile -w script:file=big.heap --memory 30MiB",
                 err=["out of memory: more than the 30.0 MiB allowed", "--memory"])
    equal(place.files(), ["big.heap"], "files")


@test("what a run remembers of garbage that nothing collects counts, too")
def memory_of_garbage(place):
    garbage = "web:duration=4s,settle=0s,startup=0s,modules=0,objects=10,cycles=1,cycle_size=5000"
    place.expect(1, f"run -w {garbage} -p off --memory 40MiB",
                 err=["out of memory: more than the 40.0 MiB allowed", "--memory"])
    equal(place.statuses(), ["failed"], "statuses")
    place.expect(0, f"run -w {garbage} -p default --memory 40MiB")


@test("--memory: which runs fail does not depend on how many go side by side")
def memory_side_by_side(place):
    program = "-w web:duration=4s,modules=20000,cycles=1,cycle_size=5000,objects=10"
    policies = "-p default -p off -p freeze -p threshold:t0=50000"
    for limit, statuses in (("40MiB", ["finished", "failed", "finished", "failed"]), ("20MiB", ["failed"] * 4)):
        for jobs in (1, 2, 3, 4):
            place.run(f"compare {program} {policies} --memory {limit} -j {jobs} --db {limit}{jobs}.db")
            equal(place.statuses(f"{limit}{jobs}.db"), statuses, f"{limit}, {jobs} at a time")
    place.expect(0, f"compare {program} -p default -p freeze --db all.db")
    for table in ("collection", "summary"):
        told = [[tuple(row) for row in place.query(
            f"SELECT policy, t.* FROM {table} t JOIN run ON run.id = run_id WHERE policy IN ('default', 'freeze')",
            name=name)] for name in ("40MiB4.db", "all.db")]
        told = [sorted((row[0], *row[2:]) for row in rows) for rows in told]
        check(len(told[1]) > 20 and told[0] == told[1], f"{table}: other rows, or none", len(told[0]), len(told[1]))


# ---- every allocation in turn ------------------------------------------------------------------------

# Allocations after which all others fail: each of the first, then ever more rarely.
MOMENTS = [*range(40), *(int(40 * 1.25 ** i) for i in range(34))]
# Where libyaml is at work, which does not say of each allocation that it was one.
MOMENTS_OF_FILES = [*range(100, 300, 3), *MOMENTS]

COMMANDS = [
    f"run -w {SMALL} --db x.db",
    f"compare -w {SMALL} -p default -p off --engine graph --db x.db",
    "sweep e.yaml --db x.db",
    "sweep e.yaml --dry-run",
    "show results.db",
    "best results.db",
    "sensitivity results.db",
    "export results.db --table collections --out x.csv",
    "list policies",
    "list metrics --markdown",
    f"compile -w {SMALL} --out x.program",
    "merge a.db b.db --into x.db",
    "help sweep",
]


def preload(place):
    """What makes allocations fail, in the environment."""
    library = os.path.join(os.path.dirname(os.path.abspath(place.program)), "tests", "failing_malloc.so")
    if not os.path.exists(library):
        raise Skip("there is no failing_malloc.so (glibc and no sanitizers)")
    return lambda after: {**os.environ, "LD_PRELOAD": library, "FAIL_AFTER": str(after)}


for command in COMMANDS:
    @test(f"memory runs out at any moment: one line, status 1 ({command.replace(SMALL, 'web')})")
    def any_moment(place, command=command):
        failing = preload(place)
        place.write("e.yaml", f"workload: '{SMALL}'\npolicies: [{{name: threshold, t0: [100, 700]}}]\nreplications: 2\nlog: collections\n")
        place.expect(0, "sweep e.yaml --db results.db --shard 1/2")
        os.rename(place.path("results.db"), place.path("a.db"))
        place.expect(0, "sweep e.yaml --db b.db --shard 2/2")
        place.expect(0, "sweep e.yaml --db results.db")
        failed = 0
        for moment in MOMENTS_OF_FILES if "dry-run" in command else MOMENTS:
            for name in ("x.db", "x.program", "x.csv"):
                if os.path.exists(place.path(name)):
                    os.remove(place.path(name))
            result = place.run(command, env=failing(moment))
            lines = result.err.splitlines()
            check(result.status in (0, 1), moment, result.status, result.err)
            if result.status == 1 and not command.startswith("sweep"):
                check(len(lines) == 1, moment, result.err)
            if result.status == 1:
                check("memory" in result.err, moment, result.err)
            failed += result.status == 1
        check(failed > 2, "nothing ever failed")
