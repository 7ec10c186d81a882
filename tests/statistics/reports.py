#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""reports.py: pauses of full collections that services have reported, and what is simulated by default (docs/model.md).

Simulates for each report a program with so many objects, on an interpreter version that it may have had, with the default
scatter, `random`, and prints the tables of docs/model.md. With --short the small ones only. Fails if a median ratio is not
between 0.7 and 1.4, or one is beyond 3 with the scatter that explains it."""
import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Who, objects, ms (of a range, its geometric middle), version, and the scatter that explains what is far from the default:
# heaps that have just been built, collected at boot or after every test; one that was reused for long, with stalls "of up
# to a minute".
REPORTS = [
    ("sentry#120599, five in a row at boot", 890_000, 84, "3.13", "sequential"),
    ("temporal sdk-python#1847", 1_700_000, 215, "3.13", "sequential"),
    ("scitix/sieval#102", 833_021, 286, "3.13", ""),
    ("odoo#213527", 229_000, 141, "3.11", ""),
    ("romp#1735", 1_000_000, 917, "3.13", ""),
    ("romp#1763", 260_000, 238, "3.13", ""),
    ("sglang#30596", 1_080_000, 415, "3.11", ""),
    ("ROCm/ATOM#1991", 820_000, 268, "3.11", ""),
    ("dask/distributed#8958", 34_000_000, 60_000, "3.11", "aged"),
]
# Reports that were found after the default had been chosen: nothing was fitted to them.
UNSEEN = [
    ("glasgow#746, a command before its work begins", 63_705, 19.8, "3.12", ""),
    ("cpython#100403, mean of 109 full collections", 213_383, 69.3, "3.12", ""),
    ("ROCm/ATOM#1991, API server", 632_424, 265, "3.12", ""),
    ("ROCm/ATOM#1991, GPU worker", 959_694, 979, "3.12", ""),
]
SHORT_MOST = 300_000


def simulated(pygcsim, objects, version, scatter, place):
    """The pause of a full collection of about so many objects, in ms, for exactly so many."""
    database = os.path.join(place, f"{objects}-{scatter}.db")
    subprocess.run(
        [pygcsim, "run", "--workload", f"web:modules={objects},rate=1,duration=2s,scatter={scatter}", "--collector", f"cpython-{version}",
         "--policy", "event:on=startup_done,generation=2", "--log", "collections", "--db", database],
        check=True, stdout=subprocess.DEVNULL)
    with sqlite3.connect(database) as results:
        examined, pause_ns = results.execute(
            "SELECT examined, pause_ns FROM collection WHERE generation = 2 ORDER BY examined DESC LIMIT 1").fetchone()
    return pause_ns / 1e6 * objects / examined


def table(reports, pygcsim, place):
    """Prints it. Returns the ratios, simulated over reported, and who is not within 3 with the scatter that explains it."""
    ratios, wrong = [], []
    print("| report | objects | reported | simulated | ratio | |\n| --- | --- | --- | --- | --- | --- |")
    for name, objects, reported, version, better in reports:
        ms = simulated(pygcsim, objects, version, "random", place)
        ratios.append(ms / reported)
        ratio, explained = ms / reported, ""
        if better:
            ratio = simulated(pygcsim, objects, version, better, place) / reported
            explained = f"{ratio:.2f} if `{better}`"
        print(f"| {name} | {objects:,} | {reported:,} ms | {ms:,.0f} ms | {ratios[-1]:.2f} | {explained} |", flush=True)
        if not 1 / 3 <= ratio <= 3:
            wrong.append(name)
    print(f"\nmedian ratio {statistics.median(ratios):.2f}\n")
    return ratios, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as place:
        for reports in (REPORTS, UNSEEN):
            reports = [report for report in reports if not options.short or report[1] <= SHORT_MOST]
            ratios, beyond = table(reports, options.pygcsim, place)
            wrong += beyond
            if not (options.short or 0.7 <= statistics.median(ratios) <= 1.4):
                wrong.append("a median")
    if wrong:
        sys.exit(f"not near what was reported: {', '.join(wrong)}")


main()
