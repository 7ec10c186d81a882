# SPDX-License-Identifier: GPL-3.0-or-later
"""Results files for the tests of `pygcsim report`, each made once."""
import sqlite3

from answers_data import File
from harness import SMALL, once
from tap import equal

SWEEP = """\
# Which thresholds? <b>Bold</b> &amp; "quoted" </script> {{name}}
name: thresholds <script>alert(1)</script> & "more"
workload: {name: web, modules: 3000, duration: 4s}
policies:
  - default
  - {name: threshold, t0: [700, 5000, 50_000], t1: [10, 20]}
  - freeze
  - off
replications: 3
log: collections
minimise: service_pause_max
limits: [service_pause_max <= 1s, service_pause_p99 <= 20ms, heap_peak <= 1.2 * default]
"""


def sweep(place, name):
    """What a slow one says about its progress does not matter."""
    result = place.run(f"sweep {name}.yaml --db {name}.db")
    equal(result.status, 0, f"status of sweep; {result.err}")


@once
def swept(place):
    """A sweep with every kind of data; `sweep.db`."""
    place.write("sweep.yaml", SWEEP)
    sweep(place, "sweep")
    return place


def changed(place, name, *changes):
    """A copy of the sweep with some rows changed by SQL; runs that have not finished have no values."""
    with open(swept(place).path("sweep.db"), "rb") as file:
        content = file.read()
    with open(place.path(name), "wb") as file:
        file.write(content)
    database = sqlite3.connect(place.path(name))
    for change in changes:
        database.execute(change)
    for table in ("summary", "pause", "latency", "collection", "sample", "reclaimed"):
        database.execute(f"DELETE FROM {table} WHERE run_id IN"
                         " (SELECT id FROM run WHERE status NOT IN ('finished', 'out_of_memory'))")
    database.execute("DELETE FROM summary WHERE run_id IN (SELECT id FROM run WHERE status = 'out_of_memory')")
    # They are not what was stored, and not damage.
    database.execute("UPDATE run SET seal = NULL, seal_histograms = NULL, seal_log = NULL")
    database.execute("UPDATE experiment SET seal = NULL, seal_runs = NULL")
    database.commit()
    database.close()


def with_failures(place, name):
    changed(place, name,
            "UPDATE run SET status = 'out_of_memory' WHERE policy = 'off' AND seed = 2",
            "UPDATE run SET status = 'failed', error = 'cannot read <i>x</i> & \"y\"'"
            " WHERE policy = 'freeze' AND seed = 3",
            "UPDATE run SET status = 'planned' WHERE policy GLOB 'threshold:t0=50000*' AND seed > 1")


def of_many(place, name, settings, seeds=2):
    """So many settings of one policy, each with values of its own, and little else."""
    file = File(place, name)
    experiment = file.experiment("many", baseline="default", objective="service_pause_max",
                                 planned=settings * seeds, document="name: many\n")
    for i in range(settings):
        policy = f"threshold:t0={1000 + i}" if i else "default"
        for seed in range(1, seeds + 1):
            file.run(experiment, policy, seed,
                     {"service_pause_max": 0.001 + 1e-6 * ((i * 7919) % settings) + 1e-7 * seed,
                      "latency_p99": 0.1 + 1e-5 * i + 0.001 * seed, "heap_peak": 1e6 + 1000 * i},
                     {"policy.t0": (1000 + i, str(1000 + i))} if i else {})
    file.close()


def by_command(arguments):
    def make(place, name):
        place.write("it's <b> & \"q\".heap", "new 0 1\nstore 0 0 0\ndrop 0\ncollect\n")
        place.expect(0, [*arguments, "--db", name])
    return make


# Odd data: what it says, and what makes the file.
ODD = [
    ("failed runs", with_failures),
    ("one run", by_command(["run", "-w", SMALL])),
    ("one replication", by_command(["compare", "-w", SMALL, "-p", "default", "-p", "freeze"])),
    ("no requests", by_command(["compare", "-w", "device:duration=60s", "-p", "default", "-p", "off"])),
    ("a metric that one policy has", by_command(
        ["compare", "-w", "device:duration=10min", "-p", "timed:every=10s", "-p", "off"])),
    ("no collections", by_command(["run", "-w", SMALL, "-p", "off"])),
    ("summaries only", by_command(["compare", "-w", SMALL, "-p", "default", "-p", "timed:every=1s",
                                   "--replications", "2", "--log", "summary"])),
    ("a script with an odd name", by_command(["run", "-w", "script:file=it's <b> & \"q\".heap"])),
    ("200 settings", lambda place, name: of_many(place, name, 200)),
]

SEVERAL = """\
name: several
workloads:
  - {name: web, modules: [1000, 2000], duration: 2s}
collectors: [cpython-3.11, cpython-3.13]
policies: [default, freeze]
replications: 2
"""


@once
def several(place):
    """Two workloads on two collectors; `several.db`."""
    place.write("several.yaml", SEVERAL)
    sweep(place, "several")
    return place
