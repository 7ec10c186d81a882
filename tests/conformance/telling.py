# SPDX-License-Identifier: GPL-3.0-or-later
"""telling.py CASES: in the CPython that is asked, runs Python lines as pygcsim writes them, with a program that does
some steps, and prints what they have told module gc. CASES: a file with a JSON list of {"lines", "steps"}; printed is
a JSON list of lists of lines, as by told.c.

The gc that the lines import is the real one behind a recorder; their clock and their timers are the program's.
Written for 3.7 and later."""
import gc
import heapq
import itertools
import json
import sys

LATE_S = 1e-6  # a thread that has waited goes on a little later than it should


class Recorder:
    """Module gc, and what it was told."""

    def __init__(self):
        self.told = []
        self.isenabled, self.get_threshold = gc.isenabled, gc.get_threshold
        self.enable, self.disable, self.set_threshold = gc.enable, gc.disable, gc.set_threshold

    def note(self, what):
        in_force = ("on" if gc.isenabled() else "off",) + gc.get_threshold()
        self.told.append("%s, %s %d %d %d" % ((what,) + in_force))

    def collect(self, generation=2):
        self.note("collect %d" % generation)
        gc.collect(generation)

    def freeze(self):
        self.note("freeze")
        gc.freeze()

    def unfreeze(self):
        self.note("unfreeze")
        gc.unfreeze()


class Clock:
    """Modules time and threading: time passes only while the program sleeps."""

    def __init__(self):
        self.now, self.timers, self.sequence = 0.0, [], itertools.count()
        clock = self

        class Timer:
            daemon = False

            def __init__(self, seconds, function):
                self.function, self.cancelled = function, False
                self.due = round(clock.now + seconds, 6)

            def start(self):
                heapq.heappush(clock.timers, (self.due, next(clock.sequence), self))

            def cancel(self):
                self.cancelled = True

        class RLock:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                pass

        self.Timer, self.RLock = Timer, RLock

    def monotonic(self):
        return self.now

    def sleep_until(self, instant):
        while self.timers and self.timers[0][0] <= instant:
            due, _, timer = heapq.heappop(self.timers)
            self.now = due + LATE_S
            if not timer.cancelled:
                timer.function()
        self.now = instant


def with_stand_ins(stand_ins, function):
    real = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        function()
    finally:
        for name, module in real.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def add_once(once, functions):
    """A function for the event that runs the lines at that report of it."""
    event, which, lines = once
    reports = itertools.count(1)

    def report():
        if next(reports) == which:
            exec(lines, functions)

    functions[event] = report


def do(step, recorder, clock, functions):
    what, *arguments = step.split()
    if what == "event":
        functions.get(arguments[0], lambda: None)()
    elif what == "sleep":
        functions.get("idle", lambda: None)()
        clock.sleep_until(int(arguments[0]) / 1e9)
    elif what == "threshold":
        recorder.set_threshold(*map(int, arguments))
    else:
        getattr(recorder, what)(*map(int, arguments))


def tell(case, thresholds):
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*thresholds)
    recorder, clock = Recorder(), Clock()
    stand_ins = {"gc": recorder, "time": clock, "threading": clock}
    functions = {"gc": recorder}
    with_stand_ins(stand_ins, lambda: exec(case["lines"], functions))
    if case.get("once"):
        add_once(case["once"], functions)
    for step in case["steps"]:
        do(step, recorder, clock, functions)
        recorder.note("step")
    return recorder.told


def main():
    thresholds = gc.get_threshold()
    with open(sys.argv[1]) as file:
        cases = json.load(file)
    json.dump([tell(case, thresholds) for case in cases], sys.stdout)


if __name__ == "__main__":
    main()
