# SPDX-License-Identifier: GPL-3.0-or-later
"""What gc did, from what was printed and answered during a replay."""
import re

from machine import answers, born

LINE = re.compile(
    r"gc: collecting generation (?P<generation>\d)\.\.\."
    r"|gc: objects in each generation: (?P<before>\d+ \d+ \d+)"
    r"|gc: objects in permanent generation: (?P<permanent>\d+)"
    r"|gc: (?P<fate>(?:un)?collectable) <(?P<type>\S+) 0x(?P<address>[0-9a-f]+)>"
    r"|gc: done, (?P<unreachable>\d+) unreachable, (?P<uncollectable>\d+) uncollectable, \d+\.\d{4}s elapsed"
    r"|(?P<ran>finalizer|callback) (?P<label>\d+)")


class Account:
    """Events and text, from what was printed and answered, an operation after the other."""

    def __init__(self):
        self.events = []
        self.text = []
        self.number = -1
        self.alive = {}  # address: label of the object there
        self.answers = iter(answers)

    def add(self, event, **more):
        self.events.append({"op": self.number, "event": event, **more})

    def say(self, line, anonymous):
        """`anonymous` is the line without what differs from one run to the next."""
        self.text.append("%d: %s" % (self.number, anonymous or line))

    def read(self, line):
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError("unexpected output during the replay: %r" % line)
        found = {key: value for key, value in match.groupdict().items() if value is not None}
        anonymous = None
        if "ran" in found:
            return self.add(found["ran"], of=int(found["label"]))
        if "generation" in found:
            self.add("collection", generation=int(found["generation"]))
        elif "before" in found:
            self.events[-1]["before"] = [int(size) for size in found["before"].split()]
        elif "permanent" in found:
            self.events[-1]["permanent"] = int(found["permanent"])
            anonymous = "gc: objects in permanent generation: P"
        elif "fate" in found:
            label = self.alive.get(int(found["address"], 16))
            anonymous = "gc: %s <%s #%s>" % (found["fate"], found["type"], label)
            self.add(found["fate"], type=found["type"], of=label)
        else:
            anonymous = re.sub(r"[\d.]+s elapsed", "Ts elapsed", line)
            self.add("done", unreachable=int(found["unreachable"]), uncollectable=int(found["uncollectable"]))
        self.say(line, anonymous)

    def labels(self):
        return [self.alive.get(next(self.answers)) for _ in range(next(self.answers))]

    def finish(self, name):
        """The end of an operation: its object has its label from now on, and it has its answer."""
        if born[self.number] is not None:
            self.alive[born[self.number]] = self.number
        if name == "collect":
            self.add(name, returned=next(self.answers))
        elif name == "count":
            self.add(name, count=[next(self.answers) for _ in range(3)])
        elif name in ("tracked", "finalized"):
            self.add(name, **{"is": next(self.answers)})
        elif name in ("objects", "garbage"):
            self.add(name, of=self.labels())
