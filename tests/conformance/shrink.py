# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a heap script smaller while it keeps failing."""
import time

from heap_script import valid_part


class Shrinker:
    """The smallest failing operations so far; `fails` says whether a list of operations fails."""

    def __init__(self, operations, fails, seconds):
        self.operations = operations
        self.fails = fails
        self.deadline = time.monotonic() + seconds

    def accept(self, candidate):
        """Keeps the candidate if it fails too; says no to everything once the time is over."""
        candidate = valid_part(candidate)
        if time.monotonic() > self.deadline or not self.fails(candidate):
            return False
        self.operations = candidate
        return True

    def cut_tail(self):
        """The shortest beginning that fails: nothing after the first difference matters."""
        passing, failing = 0, len(self.operations)
        while failing - passing > 1:
            middle = (passing + failing) // 2
            if self.accept(self.operations[:middle]):
                failing = middle
            else:
                passing = middle

    def remove_runs(self):
        """Takes away ever smaller runs, and with them what makes no sense any more."""
        run_length = max(1, len(self.operations) // 2)
        while run_length:
            start = 0
            while start < len(self.operations):
                shorter = self.operations[:start] + self.operations[start + run_length:]
                if not self.accept(shorter):
                    start += run_length
            run_length //= 2

    def collect_explicitly(self, collections):
        """Collections asked for, in place of those that came by themselves: whether they come no longer depends on
        how many objects there are. `collections` are pairs (number of the operation, generation)."""
        explicit = [("disable",)]
        due = iter([*collections, (len(self.operations), 0)])
        at, generation = next(due)
        for number, operation in enumerate(self.operations):
            if operation[0] not in ("enable", "disable", "threshold"):
                explicit.append(operation)
            while at == number:
                explicit += [("collect", generation)] * (operation[0] != "collect")
                at, generation = next(due)
        self.accept(explicit)

    def lower_thresholds(self):
        """With smaller thresholds, fewer objects are needed."""
        for number, (name, *operands) in enumerate(self.operations):
            if name != "threshold":
                continue
            for position in range(len(operands)):
                while operands[position] > 0:
                    smaller = list(operands)
                    smaller[position] //= 2
                    candidate = list(self.operations)
                    candidate[number] = (name, *smaller)
                    if not self.accept(candidate):
                        break
                    operands = smaller


def shrink(operations, fails, seconds, collections):
    """As few operations as can be found in that time that still fail."""
    shrinker = Shrinker(operations, fails, seconds)
    shrinker.collect_explicitly(collections)
    before = None
    while shrinker.operations != before and time.monotonic() < shrinker.deadline:
        before = shrinker.operations
        shrinker.cut_tail()
        shrinker.lower_thresholds()
        shrinker.remove_runs()
    return shrinker.operations
