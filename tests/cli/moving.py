# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of runs of this duration: what is said where a longer one would come to another."""
from harness import test
from tap import check

BUSY = "compare -w queue:rate=190,duration=60s -p off -p default --replications 10 --log summary"
SAYS = "latency_p99 still moves with the length of the run: off comes to"


@test("a queue at 0.95 of what it can do: a minute is too short for its p99, and everything that has it says so")
def busy(place):
    for command in (BUSY, "show results.db", "best results.db"):
        out = " ".join(place.expect(0, command).out.split())
        check(SAYS in out, out)
    place.expect(0, "report results.db --out page.html")
    check(SAYS in place.read("page.html").decode(), "the page")


@test("a queue at half of what it can do: a minute is enough, and nothing is said")
def idle(place):
    place.expect(0, BUSY.replace("190", "100"))
    for command in ("show", "best"):
        check("still moves" not in place.expect(0, f"{command} results.db").out, command)


@test("one replication: nothing says whether it moves")
def single(place):
    place.expect(0, BUSY.replace("--replications 10", ""))
    check("still moves" not in place.expect(0, "show results.db").out, "show")
