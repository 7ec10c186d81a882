# SPDX-License-Identifier: GPL-3.0-or-later
"""Results files with chosen values, made row by row, and the statistics of their values as a book
has them, for the tests of `show`, `best`, `sensitivity` and `export`."""
import json
import math
import os
import sqlite3

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

SKEWED, PLAIN = "latency_p99", "gc_share"


def mean(x):
    return math.fsum(x) / len(x)


def within(t, freedom):
    """How likely |T| <= t is: the finite sums of Abramowitz & Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    term, total = (1, 0) if freedom % 2 == 0 else (math.cos(angle), 0)
    for k in range(freedom % 2, freedom - 1, 2):
        total += term
        term *= math.cos(angle) ** 2 * (k + 1) / (k + 2)
    total *= math.sin(angle)
    return total if freedom % 2 == 0 else 2 / math.pi * (angle + total)


def student(freedom, comparisons=1):
    """Student's t of a 95% interval, or of one of so many that hold together."""
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < 1 - 0.05 / comparisons else (low, middle)
    return high


def standard_error(x):
    """The standard error of a mean."""
    middle = mean(x)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in x) / (len(x) - 1) / len(x))


def interval(x, comparisons=1):
    """By Student's t; None: no interval."""
    n, middle = len(x), mean(x)
    if n < 2:
        return None, None
    reach = student(n - 1, comparisons) * standard_error(x)
    return middle - reach, middle + reach


class File:
    """A results file to be filled: rows are dictionaries."""

    def __init__(self, place, name="results.db"):
        self.database = sqlite3.connect(place.path(name))
        with open(os.path.join(ROOT, "results", "store", "schema.sql")) as schema:
            self.database.executescript(schema.read())

    def insert(self, table, **row):
        row = {key: value for key, value in row.items() if value is not None}
        return self.database.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            list(row.values())).lastrowid

    def experiment(self, name="thresholds", **row):
        row = {"command": "sweep", "version": "0.1.0", "planned": 0, **row}
        return self.insert("experiment", name=name, **row)

    def run(self, experiment, policy, seed, values=None, parameters=None, **row):
        """`values`: of metrics; `parameters`: {"policy.t0": (number or None, text)}"""
        row = {"workload": "web", "collector": "cpython-3.13", "engine": "interval",
               "costs": "costs", "measured_on": "cpython-3.13", "log": "summary", "warmup": "0s", "sampling": "auto",
               "horizon": "24h", "status": "finished", **row}
        run = self.insert("run", experiment_id=experiment, policy=policy, seed=seed, **row)
        for metric, value in (values or {}).items():
            self.insert("summary", run_id=run, metric=metric, value=value)
        for key, (value, text) in (parameters or {}).items():
            owner, name = key.split(".")
            self.insert("parameter", run_id=run, owner=owner, name=name, value=value, text=text)
        return run

    def setting(self, experiment, policy, values, first_seed=1, **row):
        """`values`: {metric: one for each seed, None: none}"""
        count = max(map(len, values.values()))
        for i in range(count):
            self.run(experiment, policy, first_seed + i,
                     {m: x[i] for m, x in values.items() if x[i] is not None}, **row)

    def close(self):
        self.database.commit()
        self.database.close()


def ahead(seeds=1, **values):
    """For File.setting: what is predicted with each of so many runs, of 30 s if nothing else is said."""
    values = {"covered": 1, "flagged": 0, "horizon": 86400, "wall_time": 30, "arrival_dispersion": 1,
              "next_gen0_low": 30, "next_gen0_high": 31, "next_gen0_pause": 1e-3, "next_gen0_pause_high": 1e-3, **values}
    return {metric: [value] * seeds for metric, value in values.items()}


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def near(got, expected, digits=12):
    return math.isclose(got, expected, rel_tol=10 ** -digits, abs_tol=1e-15)
