# SPDX-License-Identifier: GPL-3.0-or-later
"""Motifs of random heap scripts, what writes them, and how often each is played."""
import random

from heap_script import ATOM, KINDS, TUPLE_SIZES, WEAKREF, Contents, Malformed

FIELD_COUNTS = (0, 1, 1, 2, 2, 3, 5, 8)
STRUCTURE_SIZES = (1, 2, 2, 3, 3, 5, 5, 10, 10, 30, 30, 100, 300, 1000)
BURST_SIZES = (20, 79, 80, 81, 130, 130, 300)
YOUNG_THRESHOLDS = (1, 2, 5, 10, 20, 50, 100, 300, 700, 2000)
OLDER_THRESHOLDS = (0, 1, 2, 3, 5, 10, 20)
WILLS, FOLLOWED = 6, 3  # registers that finalizers fill, and that they follow as weak references


class Writer:
    """The script so far, what its registers hold, and the dice."""

    def __init__(self, seed, kinds, register_count, deepest):
        self.dice = random.Random("script %d" % seed)
        self.kinds = kinds
        self.deepest = deepest
        self.operations = []
        self.contents = Contents()
        # Register 0 is the hoard's, which only the motifs named after it touch.
        self.register_pool = range(1, register_count + 1)
        self.wills = range(register_count + 1, register_count + 1 + WILLS)
        self.followed = range(self.wills.stop, self.wills.stop + FOLLOWED)

    def emit(self, *operation):
        self.contents.apply(operation)
        self.operations.append(operation)

    def attempt(self, *operation):
        """Emits it if it is sure to be allowed; whether it is."""
        try:
            self.emit(*operation)
        except Malformed:
            return False
        return True

    def likely(self, probability):
        return self.dice.random() < probability

    # Registers

    def any_registers(self, count):
        return self.dice.sample(self.register_pool, count)

    def any_register(self):
        return self.dice.choice(self.register_pool)

    def holding(self, fits=lambda thing: True):
        """A register, any but the hoard's, that is sure to hold an object that fits; None if there is none."""
        found = [register for register, thing in self.contents.registers.items()
                 if register and thing.kind and fits(thing)]
        return self.dice.choice(found) if found else None

    def with_fields(self):
        """A register with an object whose fields can change, and a field; (None, 0) if luck finds none."""
        register = self.holding(lambda thing: thing.fields and thing.kind != "tuple")
        return (register, self.any_field(register)) if register else (None, 0)

    def any_field(self, register):
        return self.dice.randrange(len(self.contents.registers[register].fields))

    def maybe_drop(self, *registers):
        """The structure just built: garbage at once, or whenever its registers are used again."""
        if self.likely(0.5):
            for register in registers:
                if register in self.contents.registers:
                    self.emit("drop", register)

    # Objects

    def structure_size(self, largest=1000):
        return self.dice.choice([size for size in STRUCTURE_SIZES if size <= min(largest, self.deepest)])

    def any_kind(self, fields=0, mutable=True):
        """A kind that the script knows, which can have so many fields."""
        most = max(fields, 3 * (fields == 0))  # set, cell and func have no less than one
        fitting = [kind for kind in self.kinds
                   if KINDS[kind].fields >= most and not (mutable and kind == "tuple")]
        return self.dice.choice(fitting) if fitting else "slots"

    def make(self, register, fields, kind=None):
        """An object with so many fields, which can change."""
        kind = kind or self.any_kind(fields)
        self.emit("new", register, fields, *([] if kind == "slots" else [kind]))

    def make_tuple(self, register, sources):
        self.emit("new", register, len(sources), "tuple", *sources)

    def make_any(self, register, first=None):
        """An object of any kind, one of whose fields holds what register `first` does, if it can."""
        kind = self.any_kind(mutable=False, fields=1)
        if kind == "tuple":
            sources = [self.holding() or ATOM if self.likely(0.5) else ATOM
                       for _ in range(self.dice.choice(TUPLE_SIZES))]
            if first is not None:
                sources[self.dice.randrange(len(sources))] = first
            return self.make_tuple(register, sources)
        fields = self.dice.choice([count for count in FIELD_COUNTS if 0 < count <= KINDS[kind].fields])
        self.make(register, fields, kind)
        if first is not None:
            self.attempt("store", register, self.dice.randrange(fields), first)


# Single operations

def allocate(writer):
    if writer.likely(0.3):
        writer.make(writer.any_register(), writer.dice.choice(FIELD_COUNTS))
    else:
        writer.make_any(writer.any_register())


def allocate_around(writer):
    writer.make_any(writer.any_register(), writer.holding())


def link(writer):
    register, field = writer.with_fields()
    if register:
        writer.attempt("store", register, field, writer.holding())


def unlink(writer):
    register, field = writer.with_fields()
    if register:
        writer.emit("clear", register, field)


def follow(writer):
    register = writer.holding(lambda thing: thing.fields)
    if register:
        writer.emit("load", writer.any_register(), register, writer.any_field(register))


def alias(writer):
    register = writer.holding()
    if register:
        writer.emit("copy", writer.any_register(), register)


def forget(writer):
    register = writer.holding()
    if register:
        writer.emit("drop", register)


def emptied(writer):
    """A dictionary that held something once, while others, younger and older, come and go."""
    dictionary, content = writer.any_registers(2)
    writer.make(dictionary, 2, "dict")
    writer.make_any(content)
    writer.emit("store", dictionary, 0, content)
    for _ in range(writer.dice.randrange(5)):
        allocate(writer)
    writer.emit("collect")
    for _ in range(writer.dice.randrange(4)):
        forget(writer)
    if writer.attempt("clear", dictionary, 0):
        writer.emit("collect")
        writer.emit("tracked", dictionary)


# Structures

def self_loop(writer, register=None):
    register = register or writer.any_register()
    writer.make(register, 1)
    if not writer.attempt("store", register, 0, register):
        writer.make(register, 1, "slots")
        writer.emit("store", register, 0, register)


def ring(writer):
    first, last, fresh = writer.any_registers(3)
    writer.make(first, 2)
    writer.emit("copy", last, first)
    for _ in range(writer.structure_size() - 1):
        writer.make(fresh, 2)
        writer.emit("store", last, 0, fresh)
        writer.emit("copy", last, fresh)
    writer.emit("store", last, 0, first)
    writer.maybe_drop(first, last, fresh)


def motley_ring(writer):
    """Of all kinds, with tuples and sets: each object made around the one before, the first closed at the end."""
    first, head, fresh = writer.any_registers(3)
    writer.make(first, writer.dice.choice((2, 3)))
    writer.emit("copy", head, first)
    for _ in range(writer.structure_size()):
        writer.make_any(fresh, head)
        writer.emit("copy", head, fresh)
    writer.attempt("store", first, writer.any_field(first), head)
    if writer.likely(0.3):
        writer.attempt("store", first, writer.any_field(first), first)
    writer.maybe_drop(*writer.dice.sample((first, head, fresh), 3))


def chain(writer):
    head, fresh = writer.any_registers(2)
    writer.make(head, 1, None if writer.likely(0.5) else "slots")
    for _ in range(writer.structure_size() - 1):
        writer.make(fresh, 1)
        writer.attempt("store", fresh, 0, head)
        writer.emit("copy", head, fresh)
    writer.maybe_drop(fresh, head)


def ladder(writer):
    """A deep chain of all kinds with a finalizer at each rung, on either side: which die before what is below them?"""
    head, fresh, rung = writer.any_registers(3)
    writer.make(head, 1)
    for _ in range(writer.dice.choice((40, 60, 60, 120, 300))):
        writer.make(rung, 1, writer.dice.choice(("slots-del", "inst-del")))
        sides = writer.dice.choice(((head, rung), (rung, head)))
        kind = writer.any_kind(2, mutable=False)
        if kind == "tuple":
            writer.make_tuple(fresh, sides)
        else:
            writer.make(fresh, 2, kind)
            for field, side in enumerate(sides):
                writer.emit("store", fresh, field, side)
        writer.emit("copy", head, fresh)
    for register in (rung, fresh, head):
        writer.emit("drop", register)


def doubly_linked_list(writer):
    head, last, fresh = writer.any_registers(3)
    writer.make(head, 2)
    writer.emit("copy", last, head)
    for _ in range(writer.structure_size() - 1):
        writer.make(fresh, 2)
        writer.emit("store", fresh, 0, last)
        writer.emit("store", last, 1, fresh)
        writer.emit("copy", last, fresh)
    writer.maybe_drop(head, last, fresh)


def grid(writer):
    """Rows of objects with references right and down; on a torus, every row is a ring."""
    start, left, above, fresh = writer.any_registers(4)
    width, height = writer.structure_size(30), writer.structure_size(30)
    torus = writer.likely(0.5)
    for row in range(height):
        if row:
            writer.emit("copy", above, start)
        for column in range(width):
            writer.make(fresh, 2)
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
    size = writer.dice.choice(STRUCTURE_SIZES)
    writer.make(container, size)
    knows_container = writer.dice.choice((0, 0.1, 1))
    for field in range(size):
        writer.make(member, 1)
        writer.attempt("store", container, field, member)
        if writer.likely(knows_container):
            writer.attempt("store", member, 0, container)
    writer.maybe_drop(member, container)


def gathering(writer):
    """A holder that is younger than what only it holds, which the collector puts in order as it visits that."""
    holder, *members = writer.any_registers(4)
    for member in members:
        writer.make_any(member)
    kind = writer.any_kind(3, mutable=False)
    if kind == "tuple":
        writer.make_tuple(holder, members)
    else:
        writer.make(holder, 3, kind)
        for field, member in zip(writer.dice.sample(range(3), 3), members):
            writer.emit("store", holder, field, member)
    for member in members:
        writer.emit("drop", member)
    writer.emit("collect", writer.dice.choice((0, 0, 1, 2)))
    ask_objects(writer)
    writer.maybe_drop(holder)


def bequest(writer):
    """Nepotism: an object, perhaps old, dies in a cycle that refers to a young one in a cycle."""
    ancestor = writer.holding(lambda thing: len(thing.fields) >= 2 and thing.kind != "tuple")
    heir = writer.any_register()
    if ancestor and heir != ancestor:
        writer.emit("store", ancestor, 0, ancestor)
        self_loop(writer, heir)
        writer.emit("store", ancestor, 1, heir)
        writer.emit("drop", ancestor)
        writer.emit("drop", heir)


# The hoard: a chain that grows old, so that the middle generation's survivors are few beside it

def hoard(writer):
    fresh = writer.any_register()
    for _ in range(writer.dice.choice((1, 3, 10, 30, 100, 300))):
        writer.make(fresh, 2, "slots")
        if 0 in writer.contents.registers:
            writer.emit("store", fresh, 0, 0)
        writer.emit("copy", 0, fresh)
    writer.emit("drop", fresh)


def squander_hoard(writer):
    if 0 in writer.contents.registers:
        if writer.likely(0.5):
            writer.emit("store", 0, 1, 0)
        writer.emit("drop", 0)


# Free lists: many of one kind at once

def burst(writer):
    """So many that they fill a free list, overflow it, or are born from it."""
    keeper, fresh = writer.any_registers(2)
    kind, size = writer.dice.choice([kind for kind in writer.kinds if kind in ("list", "dict", "tuple")] or ["list"]), 1
    count = writer.dice.choice(BURST_SIZES)
    if kind == "tuple":
        size = writer.dice.choice((1, 2, 3, 8, 19, 20, 20, 21))
        count = 2100 if writer.likely(0.02) else count
    writer.make(keeper, count, "slots")
    for field in range(count):
        if kind == "tuple":
            writer.make_tuple(fresh, [ATOM] * size)
        else:
            writer.make(fresh, size, kind)
        writer.emit("store", keeper, field, fresh)
    writer.emit("drop", fresh)
    if writer.likely(0.3):
        writer.emit("count")
    if writer.likely(0.7):
        writer.emit("drop", keeper)
        if writer.likely(0.5):
            writer.emit("count")


# Finalizers

def dying_wish(writer, register):
    """What the finalizer of the object in the register is to do."""
    mode = writer.dice.choice(("self", "self", "field", "weak", "noop"))
    target = writer.any_register() if writer.likely(0.05) else writer.dice.choice(writer.wills)
    if mode == "noop":
        writer.emit("finalizer", register, mode)
    elif mode == "self":
        writer.attempt("finalizer", register, mode, target)
    elif mode == "field":
        writer.attempt("finalizer", register, mode, target, writer.any_field(register))
    else:
        writer.attempt("finalizer", register, mode, target, writer.dice.choice(writer.followed))


def will(writer):
    register = writer.holding(lambda thing: thing.fields and thing.facts and thing.facts.final)
    if register:
        dying_wish(writer, register)


def phoenix(writer):
    """An object that brings back itself, or what it knows: alone, in a cycle, or a cycle's neighbour."""
    register, companion = writer.any_registers(2)
    writer.make(register, 2, writer.dice.choice(("slots-del", "inst-del")))
    dying_wish(writer, register)
    if writer.likely(0.2):  # from 3.14 on the finalizer still finds the object, through a reference without callback
        reference = writer.dice.choice(writer.followed)
        writer.emit("weakref", reference, register)
        writer.attempt("finalizer", register, "weak", writer.dice.choice(writer.wills), reference)
    if writer.likely(0.6):
        writer.make_any(companion, register)
        writer.emit("store", register, 0, companion)
    if writer.likely(0.4):
        writer.emit("store", register, 1, writer.holding())
    if writer.likely(0.3):
        leave_reference(writer, register)
    writer.emit("drop", register)
    writer.emit("drop", companion)


def take_from_will(writer):
    """What a finalizer has brought back, if it has: let go of, or stored somewhere."""
    target = writer.dice.choice(writer.wills)
    if writer.likely(0.7):
        register, field = writer.with_fields()
        if register:
            writer.attempt("store", register, field, target)
    writer.emit("drop", target)


# Weak references

def weakly_referable(thing):
    return thing.facts and thing.facts.weak


def leave_reference(writer, target):
    """A weak reference to what is in the register `target`, kept somewhere; where."""
    register = writer.any_register() if writer.likely(0.6) else writer.dice.choice(writer.followed)
    callback = writer.dice.choice(([], ["note"], ["note"], ["drop"]))
    return register if writer.attempt("weakref", register, target, *callback) else None


def refer(writer):
    target = writer.holding(weakly_referable)
    for _ in range(writer.dice.choice((1, 1, 1, 2, 3))):
        if target and leave_reference(writer, target) == target:
            return


def keep_reference(writer):
    """A weak reference in a field, perhaps of what it refers to: it may become trash itself."""
    target, reference = writer.holding(weakly_referable), writer.any_register()
    if not target or reference == target:
        return
    holder = writer.holding(lambda thing: thing.fields and thing.kind != "tuple") if writer.likely(0.5) else target
    writer.emit("weakref", reference, target, *writer.dice.choice(([], ["note"], ["drop"])))
    if holder and writer.contents.value(holder) and writer.contents.value(holder).fields:
        writer.attempt("store", holder, writer.any_field(holder), reference)
    if writer.likely(0.7):
        writer.emit("drop", reference)


def dereference(writer):
    reference = writer.holding(lambda thing: thing.kind == WEAKREF)
    if reference:
        writer.attempt("deref", writer.any_register(), reference)


def mourning(writer):
    """An object that dies with many callbacks: the tuple for them may start a collection while it is being freed."""
    keeper, reference, target = writer.any_registers(3)
    count = writer.dice.choice((1, 2, 3, 5, 10, 11))
    suddenly = writer.likely(0.6)  # what is due comes with the next allocation, which is the tuple
    if suddenly:
        writer.emit("disable")
    writer.make(keeper, count, writer.dice.choice(("slots", "list")))
    kind = writer.any_kind(1)
    writer.make(target, 1, kind if KINDS[kind].weak else "slots")
    for field in range(count):
        writer.emit("weakref", reference, target, *writer.dice.choice((["note"], ["note"], ["drop"], [])))
        writer.emit("store", keeper, field, reference)
    writer.emit("drop", reference)
    if writer.likely(0.4):
        writer.attempt("store", target, 0, target if writer.likely(0.5) else keeper)
    if suddenly:
        writer.emit("enable")
    for register in writer.dice.sample((keeper, target), 2):
        if writer.likely(0.8):
            writer.emit("drop", register)


def mourning_in_collection(writer):
    """Two old objects, one in the other, that die in a collection of a young cycle: their callbacks' tuples make a
    collection due, and none begins in a collection."""
    outer, inner, keeper, fresh = writer.any_registers(4)
    writer.make(keeper, 5, "slots")
    writer.make(inner, 1, "slots")
    writer.make(outer, 1, "slots")
    for field, target in enumerate((outer, outer, inner, inner, inner)):
        writer.emit("weakref", fresh, target, "note")
        writer.emit("store", keeper, field, fresh)
    writer.emit("store", outer, 0, inner)
    writer.emit("collect")  # no tuples are free, and both are old
    writer.emit("threshold", 1)
    writer.make(fresh, 2, "slots")
    writer.emit("store", fresh, 0, fresh)
    writer.emit("store", fresh, 1, outer)
    for register in (outer, inner, fresh):
        writer.emit("drop", register)
    writer.emit("collect", 0)
    writer.maybe_drop(keeper)
    change_thresholds(writer)


def weak_cache(writer):
    """Cyclic values whose references their own callbacks let go of, as a WeakValueDictionary does."""
    value, *references = writer.any_registers(writer.dice.choice((2, 3, 4)))
    for reference in references:
        self_loop(writer, value)
        if weakly_referable(writer.contents.registers[value]):
            writer.emit("weakref", reference, value, "drop")
    writer.emit("drop", value)


# Attributes

def ask_for_dict(writer):
    owner = writer.holding(lambda thing: thing.facts and thing.facts.attributes)
    if owner:
        writer.emit("attrs", writer.any_register(), owner)


def outlived(writer):
    """A dictionary that is kept longer than its owner, or dies in one cycle with it."""
    owner, dictionary = writer.any_registers(2)
    kind = writer.dice.choice([kind for kind in writer.kinds if KINDS[kind].attributes] or ["inst"])
    writer.make(owner, 3, kind)
    for field in range(writer.dice.randrange(3)):
        writer.emit("store", owner, field, writer.holding())
    writer.emit("attrs", dictionary, owner)
    if writer.likely(0.5):
        writer.emit("store", writer.dice.choice((owner, dictionary)), 2, writer.dice.choice((owner, dictionary)))
    if writer.likely(0.5):
        writer.attempt("store", dictionary, 1, writer.holding())
    writer.emit("drop", owner)
    if writer.likely(0.5):
        writer.emit("drop", dictionary)


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
    young = 0 if writer.likely(0.1) else writer.dice.choice(YOUNG_THRESHOLDS)
    older = [writer.dice.choice(OLDER_THRESHOLDS) for _ in range(writer.dice.choice((0, 1, 2, 2)))]
    writer.emit("threshold", young, *older)


def debug(writer):
    writer.emit("debug", *writer.dice.choice((
        ["none"], ["none"], ["collectable"], ["uncollectable"], ["saveall"], ["leak"], ["collectable", "uncollectable"],
        ["saveall", "collectable"])))


def look_at_garbage(writer):
    if writer.likely(0.3):
        collect(writer)
    writer.emit("garbage")
    if writer.likely(0.3):
        writer.emit("ungarbage")


def ask_count(writer):
    writer.emit("count")


def ask_objects(writer):
    writer.emit("objects", *writer.dice.choice(((), (0,), (0,), (1,), (2,))))


def ask_tracked(writer):
    register = writer.holding(lambda thing: thing.kind in ("tuple", "dict")) or writer.holding()
    if register:
        writer.emit("tracked", register)


def ask_finalized(writer):
    register = writer.holding(lambda thing: thing.facts and thing.facts.final) or writer.holding()
    if register:
        writer.emit("finalized", register)


# How often a motif is played where a script knows it, and in which part of the scripts it is known

SIMPLE = {
    allocate: (20, 1), link: (20, 0.8), unlink: (4, 0.6), follow: (8, 0.6), alias: (5, 0.6),
    forget: (8, 0.7), self_loop: (5, 0.5), ring: (0.2, 0.5), chain: (0.1, 0.4),
    doubly_linked_list: (0.1, 0.4), grid: (0.1, 0.3), crowd: (0.2, 0.4), bequest: (3, 0.5),
    hoard: (0.2, 0.4), squander_hoard: (0.02, 0.5), collect: (0.2, 0.5), disable_or_enable: (0.1, 0.2),
    change_thresholds: (0.1, 0.25), freeze: (0.3, 0.3),
}
# Where the interpreter's own objects may come back: their number is in the sizes, and `objects` would find them.
FREEZING = {unfreeze: (0.1, 0.2)}
KINDS_OF_ALL = {
    allocate_around: (20, 0.9), motley_ring: (2, 0.8), emptied: (0.5, 0.6), gathering: (0.7, 0.7), freeze: (0.02, 0.2),
    collect: (0.7, 0.7), ask_tracked: (2, 0.8), ask_count: (1, 0.7), ask_objects: (0.7, 0.8),
}
FINALIZERS = {will: (5, 0.9), phoenix: (4, 0.8), take_from_will: (4, 0.8), ask_finalized: (1, 0.7)}
REFERENCES = {
    refer: (6, 0.9), keep_reference: (4, 0.8), dereference: (2, 0.7), mourning: (4, 0.7),
    mourning_in_collection: (1, 0.5), weak_cache: (1, 0.6),
}
DICTIONARIES = {ask_for_dict: (5, 0.9), outlived: (3, 0.8)}
DEBUGGING = {debug: (1, 0.9), look_at_garbage: (1.5, 0.9)}
BURSTS = {burst: (0.7, 1), ask_count: (3, 1)}
DEEP = {ladder: (0.5, 0.9), chain: (1, 1), ring: (1, 0.6), motley_ring: (1, 0.8), doubly_linked_list: (0.3, 0.6)}
# Two operations an object that no count frees: the default thresholds get to full collections.
UNDISTURBED = {self_loop: (100, 1)}
