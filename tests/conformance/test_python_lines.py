#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_python_lines.py PYGCSIM TOLD [SEED [COUNT]]: do the Python lines of policies tell module gc what the simulated
policies tell it, call by call? Random policies, joined and in phases, with a program that reports events, sleeps, and
calls gc itself; in each CPython found."""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import interpreters  # noqa: E402
import tap  # noqa: E402
from tap import check, equal  # noqa: E402

MS = 1000000
EVENTS = ["startup_done", "request_end", "idle", "disconnect", "critical_begin", "critical_end"]
# A real program, beside the random ones: what they are worth.
KNOWN = [
    ("off:until=startup_done + freeze + threshold:t0=50000,from=startup_done + timed:every=10ms",
     ["disable", "event step_done", "event startup_done", "sleep 55500000", "enable", "event startup_done"]),
    ("freeze:on=critical_begin,every=2,unfreeze=critical_end@2 + timed:every=3ms,until=request_end@3,generation=1",
     ["event critical_begin", "event critical_end"] * 4 + ["sleep 10500000", "event request_end"] * 4),
    ("threshold:t2=100,from=critical_begin,until=critical_end",
     ["threshold 1 2 3", "event critical_begin", "threshold 4 5 6", "event critical_end", "event critical_begin"]),
]


def draw_event(draw):
    return draw.choice(EVENTS[:3] if draw.random() < 0.7 else EVENTS)


def draw_value(draw, param):
    """By what is allowed: "a or b", "1 to 9, or keep", "1ms to 8760h", "an event, with @n for the n-th time, or end"."""
    allowed = param["allowed"]
    if "with @n" in allowed:
        word = allowed.rsplit(" ", 1)[1]
        count = draw.choice(["", "", "@2", "@3", "@5"])
        return word if draw.random() < 0.4 else draw_event(draw) + count
    if "startup_done" in allowed:
        return draw_event(draw)
    if draw.random() < 0.3 and ", or " in allowed:
        return allowed.rsplit(" ", 1)[1]
    span = re.match(r"(\d+)(ms)? to (\d+)", allowed)
    if not span:
        return draw.choice(re.split(", | or ", allowed))
    least, most = int(span.group(1)), int(span.group(3))
    return f"{draw.randint(least, min(most, least + 7))}{span.group(2) or ''}"


def draw_policy(draw, policies):
    parts = []
    for _ in range(draw.randint(1, 4)):
        policy = draw.choice(policies)
        given = [f"{param['name']}={draw_value(draw, param)}" for param in policy["parameters"]
                 if draw.random() < 0.6]
        parts.append(policy["name"] + ":" * bool(given) + ",".join(given))
    return " + ".join(parts)


def draw_steps(draw):
    steps, now = [], 0
    calls = ["enable", "disable", "freeze", "unfreeze", "collect 0", "collect 2", "threshold 7 7 7", "threshold 500 9 9"]
    for _ in range(draw.randint(1, 40)):
        if draw.random() < 0.65:
            steps.append("event " + draw_event(draw))
        elif draw.random() < 0.5:
            now += draw.randint(1, 12)
            steps.append(f"sleep {now * MS + MS // 2}")  # never when a timer is due
        else:
            steps.append(draw.choice(calls))
    return steps


def draw_cases(pygcsim, seed, count):
    listed = subprocess.run([pygcsim, "list", "policies", "--json"], check=True, stdout=subprocess.PIPE,
                            universal_newlines=True).stdout
    policies = [json.loads(line) for line in listed.splitlines()]
    draw = random.Random(seed)
    cases = list(KNOWN)
    while len(cases) < count:
        policy = draw_policy(draw, policies)
        if "+" in policy or "from=" in policy or "until=" in policy or "every=" in policy:
            cases.append((policy, draw_steps(draw)))
    return cases


def simulated(told, collector, cases):
    """(Python lines, what gc was told) of each case."""
    given = "".join("\n".join([policy, *steps, "run", ""]) for policy, steps in cases)
    out = subprocess.run([told, collector], check=True, input=given, stdout=subprocess.PIPE,
                         universal_newlines=True).stdout
    answers = re.findall(r"(.*?)^told\n(.*?)^end\n", out, re.M | re.S)
    equal(len(answers), len(cases), "answers")
    return [(lines, lists.splitlines()) for lines, lists in answers]


def is_program(lines):
    """Those of a single policy without phases are no program: they say in words when what is to be done."""
    return "\nparts = [" in lines


def compare(told, cases, interpreter):
    answers = simulated(told, interpreter.collector, cases)
    given = [(case, answer) for case, answer in zip(cases, answers) if is_program(answer[0])]
    check(len(given) > len(cases) * 0.8, len(given))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"lines": lines, "steps": steps} for (_, steps), (lines, _) in given], file)
        file.flush()
        out = "".join(interpreters.run([interpreter.executable, *interpreters.Native.OPTIONS,
                                        os.path.join(HERE, "telling.py"), file.name]))
    for ((policy, steps), (_, expected)), got in zip(given, json.loads(out)):
        if got != expected:
            at = next((i for i, pair in enumerate(zip(got, expected)) if pair[0] != pair[1]),
                      min(len(got), len(expected)))
            check(False, f"{policy}: {steps}\ntold differently from line {at}:\nsimulated {expected[at - 3:at + 3]}\n"
                         f"in Python {got[at - 3:at + 3]}")
    whats = {line.split(",")[0] for _, (_, expected) in given for line in expected}
    equal(whats, {"step", "freeze", "unfreeze", "collect 0", "collect 1", "collect 2"}, "what gc is told at all")


# Run as they stand, with real timers: collections begin with one event and end with another.
LIVE = """
begun = time.monotonic()
kept = []
gc.callbacks.append(lambda phase, info: kept.append((phase, info["generation"])))
startup_done()
while len(kept) < 6 and time.monotonic() - begun < 20:
    time.sleep(0.01)
assert len(kept) >= 6 and set(kept) == {("start", 1), ("stop", 1)}, kept
assert not gc.isenabled()
disconnect()
with LOCK:
    count = len(kept)
time.sleep(0.2)
assert len(kept) == count and gc.isenabled() and gc.get_freeze_count() == 0, (kept, count)
"""


def live(told, interpreter):
    policy = ("timed:every=20ms,generation=1,from=startup_done,until=disconnect + "
              "freeze:collect=no,until=disconnect")
    (lines, _), = simulated(told, interpreter.collector, [(policy, [])])
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(lines + LIVE)
        file.flush()
        interpreters.run([interpreter.executable, *interpreters.Native.OPTIONS, file.name])


def main():
    _, pygcsim, told, *numbers = sys.argv
    seed, count = [*map(int, numbers), *[1, 200][len(numbers):]]
    cases = draw_cases(pygcsim, seed, count)
    found, _ = interpreters.find([], [])
    tests = [("there is a CPython to compare with", lambda: check(found))]
    for interpreter in found:
        tests.append((f"{interpreter}: {count} policies and programs, told the same call by call",
                      lambda interpreter=interpreter: compare(told, cases, interpreter)))
        tests.append((f"{interpreter}: run as they stand, with timers",
                      lambda interpreter=interpreter: live(told, interpreter)))
    return tap.run(tests)


if __name__ == "__main__":
    sys.exit(main())
