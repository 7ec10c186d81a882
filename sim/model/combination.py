# SPDX-License-Identifier: GPL-3.0-or-later
# Several policies at once, or one after the other, as pygcsim simulates them: docs/policies.md.
# Call the functions at the end whenever what they are named after happens.
import gc
import threading
import time

BEGUN = time.monotonic()
LOCK = threading.RLock()  # timers are threads of their own
NAMES = "enabled", 0, 1, 2  # what a part can wish: collection is on, and each threshold
reports = {}  # of each event, so far


class Part:
    """A policy. It is in force from one report of an event, or the start, until another."""

    first = last = None  # the report that it begins with, the one that it ends with: event, n

    def __init__(self):
        self.is_to_come, self.is_in_force = True, False
        self.wishes, self.frozen, self.due = {}, False, None

    def start(self):
        pass

    def event(self, event):
        pass

    def begin(self):
        self.is_to_come, self.is_in_force = False, True
        self.start()

    def end(self):
        self.is_to_come = self.is_in_force = False
        wishes, self.wishes = self.wishes, {}
        for name in NAMES:
            if name in wishes:
                work_out(name)
        if self.frozen:
            self.unfreeze()
        if self.due:
            self.due.cancel()

    def wish(self, name, value):
        self.wishes[name] = value
        work_out(name)

    def freeze(self):
        gc.freeze()
        self.frozen = True

    def unfreeze(self):
        gc.unfreeze()
        for part in parts:
            part.frozen = False

    def set_timer(self, seconds):
        self.due = threading.Timer(seconds, self.be_due)
        self.due.daemon = True
        self.due.start()

    def be_due(self):
        with LOCK:
            if self.is_in_force:
                self.timer()


def in_force(name):
    return gc.isenabled() if name == "enabled" else gc.get_threshold()[name]


# As it was set here last; and as it is without any wish.
was_set = {name: in_force(name) for name in NAMES}
beneath = dict(was_set)


def put_in_force(name, value):
    was_set[name] = value
    if name != "enabled":
        thresholds = list(gc.get_threshold())
        thresholds[name] = value
        gc.set_threshold(*thresholds)
    elif value:
        gc.enable()
    else:
        gc.disable()


def work_out(name):
    """The last part's wish, or what lies beneath."""
    if in_force(name) != was_set[name]:  # the program has set it itself
        beneath[name] = in_force(name)
    value = beneath[name]
    for part in parts:
        value = part.wishes.get(name, value)
    put_in_force(name, value)


def report(event):
    with LOCK:
        reports[event] = reports.get(event, 0) + 1
        now = event, reports[event]
        for part in parts:
            if part.last == now:
                part.end()
        for part in parts:
            if part.first == now and part.is_to_come:
                part.begin()
        for part in parts:
            if part.is_in_force:
                part.event(event)
