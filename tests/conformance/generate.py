#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a random heap script to standard output.

A script is a mix of motifs (a ring, a chain, a grid, dropping a register, ...). The seed decides
which motifs it knows and how often it plays each, how many registers it has, and its thresholds.
The references are followed while it is written, so no operation names an empty register. It ends
with a full collection, so there is always one to compare.
"""
import argparse
import random
import signal
import sys

from heap_script import Contents

FIELD_COUNTS = (0, 1, 1, 2, 2, 3, 5, 8)
STRUCTURE_SIZES = (1, 2, 2, 3, 3, 5, 5, 10, 10, 30, 30, 100, 300, 1000)
YOUNG_THRESHOLDS = (1, 2, 5, 10, 20, 50, 100, 300, 700, 2000)
OLDER_THRESHOLDS = (0, 1, 2, 3, 5, 10, 20)


class Writer:
    """The script so far, what its registers hold, and the dice."""

    def __init__(self, seed, register_count):
        self.dice = random.Random(seed)
        self.operations = []
        self.contents = Contents()
        # Register 0 is the hoard's, which only the motifs named after it touch.
        self.register_pool = range(1, register_count + 1)

    def emit(self, *operation):
        self.contents.apply(operation)
        self.operations.append(operation)

    def any_registers(self, count):
        return self.dice.sample(self.register_pool, count)

    def filled(self):
        """A register that holds an object, any but the hoard's; None if all are empty."""
        registers = [register for register in self.contents.registers if register]
        return self.dice.choice(registers) if registers else None

    def filled_with_fields(self, at_least=1):
        """A filled register and how many fields its object has; (None, 0) if luck finds none."""
        register = self.filled()
        fields = len(self.contents.registers[register]) if register else 0
        return (register, fields) if fields >= at_least else (None, 0)

    def structure_size(self, largest=1000):
        return self.dice.choice([size for size in STRUCTURE_SIZES if size <= largest])

    def maybe_drop(self, *registers):
        """The structure just built: garbage at once, or whenever its registers are used again."""
        if self.dice.random() < 0.5:
            for register in registers:
                if register in self.contents.registers:
                    self.emit("drop", register)


# Single operations

def allocate(writer):
    writer.emit("new", writer.any_registers(1)[0], writer.dice.choice(FIELD_COUNTS))


def link(writer):
    register, fields = writer.filled_with_fields()
    if register:
        writer.emit("store", register, writer.dice.randrange(fields), writer.filled())


def unlink(writer):
    register, fields = writer.filled_with_fields()
    if register:
        writer.emit("clear", register, writer.dice.randrange(fields))


def follow(writer):
    register, fields = writer.filled_with_fields()
    if register:
        destination = writer.any_registers(1)[0]
        writer.emit("load", destination, register, writer.dice.randrange(fields))


def alias(writer):
    register = writer.filled()
    if register:
        writer.emit("copy", writer.any_registers(1)[0], register)


def forget(writer):
    register = writer.filled()
    if register:
        writer.emit("drop", register)


# Structures

def self_loop(writer, register=None):
    register = register or writer.any_registers(1)[0]
    writer.emit("new", register, 1)
    writer.emit("store", register, 0, register)


def ring(writer):
    first, last, fresh = writer.any_registers(3)
    writer.emit("new", first, 2)
    writer.emit("copy", last, first)
    for _ in range(writer.structure_size() - 1):
        writer.emit("new", fresh, 2)
        writer.emit("store", last, 0, fresh)
        writer.emit("copy", last, fresh)
    writer.emit("store", last, 0, first)
    writer.maybe_drop(first, last, fresh)


def chain(writer):
    head, fresh = writer.any_registers(2)
    writer.emit("new", head, 1)
    for _ in range(writer.structure_size() - 1):
        writer.emit("new", fresh, 1)
        writer.emit("store", fresh, 0, head)
        writer.emit("copy", head, fresh)
    writer.maybe_drop(fresh, head)


def doubly_linked_list(writer):
    head, last, fresh = writer.any_registers(3)
    writer.emit("new", head, 2)
    writer.emit("copy", last, head)
    for _ in range(writer.structure_size() - 1):
        writer.emit("new", fresh, 2)
        writer.emit("store", fresh, 0, last)
        writer.emit("store", last, 1, fresh)
        writer.emit("copy", last, fresh)
    writer.maybe_drop(head, last, fresh)


def grid(writer):
    """Rows of objects with references right and down; on a torus, every row is a ring."""
    start, left, above, fresh = writer.any_registers(4)
    width, height = writer.structure_size(30), writer.structure_size(30)
    torus = writer.dice.random() < 0.5
    for row in range(height):
        if row:
            writer.emit("copy", above, start)
        for column in range(width):
            writer.emit("new", fresh, 2)
            if row:
                writer.emit("store", above, 1, fresh)
                writer.emit("load", above, above, 0)
            if column:
                writer.emit("store", left, 0, fresh)
            else:
                writer.emit("copy", start, fresh)
            writer.emit("copy", left, fresh)
        if torus:
            writer.emit("store", left, 0, start)
    writer.maybe_drop(start, left, above, fresh)


def crowd(writer):
    """A big container and its members, some of which refer back to it."""
    container, member = writer.any_registers(2)
    size = writer.structure_size()
    writer.emit("new", container, size)
    knows_container = writer.dice.choice((0, 0.1, 1))
    for field in range(size):
        writer.emit("new", member, 1)
        writer.emit("store", container, field, member)
        if writer.dice.random() < knows_container:
            writer.emit("store", member, 0, container)
    writer.maybe_drop(member, container)


def bequest(writer):
    """Nepotism: an object, perhaps old, dies in a cycle that refers to a young one in a cycle."""
    ancestor, _ = writer.filled_with_fields(at_least=2)
    heir, = writer.any_registers(1)
    if ancestor and heir != ancestor:
        writer.emit("store", ancestor, 0, ancestor)
        self_loop(writer, heir)
        writer.emit("store", ancestor, 1, heir)
        writer.emit("drop", ancestor)
        writer.emit("drop", heir)


# The hoard: a chain that grows old, so that the middle generation's survivors are few beside it

def hoard(writer):
    fresh, = writer.any_registers(1)
    for _ in range(writer.structure_size(300)):
        writer.emit("new", fresh, 2)
        if 0 in writer.contents.registers:
            writer.emit("store", fresh, 0, 0)
        writer.emit("copy", 0, fresh)
    writer.emit("drop", fresh)


def squander_hoard(writer):
    if 0 in writer.contents.registers:
        if writer.dice.random() < 0.5:
            writer.emit("store", 0, 1, 0)
        writer.emit("drop", 0)


# The gc module

def collect(writer):
    writer.emit("collect", *writer.dice.choice(((0,), (0,), (1,), (1,), (2,), ())))


def freeze(writer):
    writer.emit("freeze")


def unfreeze(writer):
    writer.emit("unfreeze")


def disable_or_enable(writer):
    writer.emit(writer.dice.choice(("disable", "enable", "enable")))


def change_thresholds(writer):
    young = 0 if writer.dice.random() < 0.1 else writer.dice.choice(YOUNG_THRESHOLDS)
    older = [writer.dice.choice(OLDER_THRESHOLDS) for _ in range(writer.dice.choice((0, 1, 2, 2)))]
    writer.emit("threshold", young, *older)


# How often a motif is played where a script knows it, and in which part of the scripts it is known
MOTIFS = {
    allocate: (20, 1), link: (20, 0.8), unlink: (4, 0.6), follow: (8, 0.6), alias: (5, 0.6),
    forget: (8, 0.7), self_loop: (5, 0.5), ring: (0.2, 0.5), chain: (0.1, 0.4),
    doubly_linked_list: (0.1, 0.4), grid: (0.1, 0.3), crowd: (0.2, 0.4), bequest: (3, 0.5),
    hoard: (0.2, 0.4), squander_hoard: (0.02, 0.5),
}
COLLECTOR_MOTIFS = {
    collect: (0.2, 0.5), freeze: (0.3, 0.3), unfreeze: (0.1, 0.2), disable_or_enable: (0.1, 0.2),
    change_thresholds: (0.1, 0.25),
}
# Two operations an object that no count frees: the default thresholds get to full collections.
UNDISTURBED_MOTIFS = {self_loop: (100, 1)}


PAYLOADS = ("bytes=0", "bytes=100", "bytes=64KiB", "bytes=1MiB")


def with_payloads(seed, operations):
    """One object in twenty keeps bytes alive: no collection may depend on that."""
    dice = random.Random("payloads %d" % seed)
    return [operation + (dice.choice(PAYLOADS),)
            if operation[0] == "new" and dice.random() < 0.05 else operation
            for operation in operations]


def generate(seed, operation_count, undisturbed=False):
    """A list of operations, the same for the same arguments in every Python."""
    style = random.Random("style %d" % seed)
    motifs = {**MOTIFS, **(UNDISTURBED_MOTIFS if undisturbed else COLLECTOR_MOTIFS)}
    known = [motif for motif, (_, part) in motifs.items() if style.random() < part]
    weights = [motifs[motif][0] * 4 ** style.uniform(-1, 1) for motif in known]
    writer = Writer(seed, register_count=style.choice((4, 12, 40, 150, 600)))
    if not undisturbed and style.random() < 0.75:
        change_thresholds(writer)
    while len(writer.operations) < operation_count - 1:
        style.choices(known, weights)[0](writer)
    return with_payloads(seed, writer.operations[:operation_count - 1]) + [("collect",)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("seed", type=int, help="decides everything")
    parser.add_argument("operations", type=int, help="how many operations to write")
    parser.add_argument("--undisturbed", action="store_true",
                        help="leave the collector alone up to the last operation")
    options = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `generate.py ... | head` should end quietly
    for operation in generate(options.seed, options.operations, options.undisturbed):
        sys.stdout.write(" ".join(map(str, operation)) + "\n")


if __name__ == "__main__":
    main()
