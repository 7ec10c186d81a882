# SPDX-License-Identifier: GPL-3.0-or-later
"""Heap scripts: reading one, and knowing what its registers and fields hold at every operation."""
import collections

Kind = collections.namedtuple("Kind", "fields weak hashable attributes final")
Kind.__doc__ = """What a script may do with objects of a kind.

`fields`: the most there can be; whether weak references may refer to it, whether it may be a member of
a set, whether it has a `__dict__`, whether it has a finalizer.
"""
MANY, ATTRIBUTES_MOST = 2 ** 26, 16
KINDS = {
    "slots": Kind(MANY, True, True, False, False),
    "slots-del": Kind(MANY, True, True, False, True),
    "legacy": Kind(MANY, True, True, False, False),
    "list": Kind(MANY, False, False, False, False),
    "dict": Kind(ATTRIBUTES_MOST, False, False, False, False),
    "tuple": Kind(21, False, False, False, False),
    "set": Kind(1, True, False, False, False),
    "inst": Kind(ATTRIBUTES_MOST, True, True, True, False),
    "inst-del": Kind(ATTRIBUTES_MOST, True, True, True, True),
    "cell": Kind(1, False, False, False, False),
    "func": Kind(2, True, True, False, False),
    "exc": Kind(ATTRIBUTES_MOST, False, True, True, False),
}
# What no operation `new` makes: it has no fields.
WEAKREF = "weakref"
TUPLE_SIZES = (*range(1, 9), 19, 20, 21)
PAYLOAD = "bytes="
ATOM = "-"
FLAGS = ("none", "collectable", "uncollectable", "saveall", "leak")

# What the operands of an operation are: r a register, n a number, a|b one of these words; [those] may be left
# out. Operations that are not here have a rule of their own, in check_operands.
OPERANDS = {
    "store": "r n r", "clear": "r n", "load": "r r n", "copy": "r r", "drop": "r", "attrs": "r r",
    "weakref": "r r [note|drop]", "deref": "r r", "tracked": "r", "finalized": "r", "collect": "[n]",
    "objects": "[n]", "freeze": "", "unfreeze": "", "enable": "", "disable": "", "count": "",
    "garbage": "", "ungarbage": "", "threshold": "n [n] [n]",
}
MODES = {"noop": 0, "self": 1, "field": 2, "weak": 2}  # of a finalizer, and how many numbers follow


class Malformed(Exception):
    """The operation names an empty register, a field out of range, or something unknown."""


class Object:
    """An object and what its fields hold. The `__dict__` of an object has the same list of fields."""

    __slots__ = ("kind", "fields", "borrowed")

    def __init__(self, kind, fields, borrowed=False):
        self.kind = kind
        self.fields = fields
        self.borrowed = borrowed

    @property
    def facts(self):
        return KINDS.get(self.kind)


# Where nobody can know without a collector: a weak reference or nothing, and anything or nothing.
MAYBE_REFERENCE = Object(None, ())
MAYBE = Object(None, ())


class Contents:
    """What the registers hold while operations are applied in turn: no collector, just references.

    Finalizers and callbacks change registers, and when they run is the collector's affair. So a register that
    a finalizer may fill holds MAYBE unless it is known to be filled; one whose weak reference's callback empties
    it, MAYBE_REFERENCE. These may be copied and stored, and nothing that needs an object may use them. So is
    what is loaded from a `__dict__` whose owner may be dead: a fault of CPython 3.13 empties it.
    """

    def __init__(self):
        self.registers = {}  # those that are known to hold something, or may
        self.willed = set()  # those that finalizers may fill
        self.followed = set()  # those that finalizers follow as weak references: they hold nothing else

    def apply(self, operation):
        name, *operands = operation
        check_operands(name, operands)
        getattr(self, name, self._leave)(*operands)

    def value(self, register):
        """What a register holds: an object, None for nothing, or a MAYBE."""
        return self.registers.get(register) or (MAYBE if register in self.willed else None)

    def object_in(self, register):
        """The object that a register is sure to hold."""
        value = self.value(register)
        if value is None or value.kind is None:
            raise Malformed("register %d is empty, or may be" % register)
        return value

    def new(self, register, size, *rest):
        rest = [word for word in rest if not str(word).startswith(PAYLOAD)]
        kind, *sources = rest or ["slots"]
        fields = [None if source == ATOM else self.value(source) for source in sources]
        self._put(register, Object(kind, fields or [None] * size))

    def store(self, register, field, source):
        self._set(register, field, self.value(source))

    def clear(self, register, field):
        self._set(register, field, None)

    def load(self, register, source, field):
        holder = self.object_in(source)
        value = self._fields(holder, field)[field]
        self._put(register, MAYBE if value and holder.borrowed else value)

    def copy(self, register, source):
        self._put(register, self.value(source))

    def drop(self, register):
        self._put(register, None)

    def attrs(self, register, source):
        owner = self.object_in(source)
        if not (owner.facts and owner.facts.attributes):
            raise Malformed("%s has no __dict__" % owner.kind)
        self._put(register, Object("dict", owner.fields, borrowed=True))

    def weakref(self, register, source, callback=None):
        target = self.object_in(source)
        if not (target.facts and target.facts.weak):
            raise Malformed("%s has no weak references" % target.kind)
        empties = MAYBE if register in self.willed else MAYBE_REFERENCE
        self._put(register, empties if callback == "drop" else Object(WEAKREF, ()))

    def deref(self, register, source):
        if self.object_in(source).kind != WEAKREF:
            raise Malformed("register %d holds no weak reference" % source)
        self._put(register, MAYBE)

    def finalizer(self, register, mode, target=None, operand=None):
        dying = self.object_in(register)
        if not (dying.facts and dying.facts.final):
            raise Malformed("%s has no finalizer" % dying.kind)
        if mode == "field":
            self._fields(dying, operand)
        if mode == "weak":
            if operand in {target} | self.willed or not holds_reference(self.value(operand)):
                raise Malformed("register %d may hold what is no weak reference" % operand)
        if mode != "noop":
            if target in self.followed:
                raise Malformed("register %d is followed as a weak reference" % target)
            self.willed.add(target)
            if mode == "weak":
                self.followed.add(operand)
            if self.registers.get(target) is MAYBE_REFERENCE:
                self.registers[target] = MAYBE

    def tracked(self, register):
        self.object_in(register)

    finalized = tracked

    def collect(self, generation=2):
        if generation > 2:
            raise Malformed("there is no generation %d" % generation)

    objects = collect

    def _fields(self, holder, field):
        if field >= len(holder.fields):
            raise Malformed("the object has %d fields" % len(holder.fields))
        return holder.fields

    def _set(self, register, field, value):
        holder = self.object_in(register)
        if holder.kind == "tuple":
            raise Malformed("a tuple does not change")
        if holder.kind == "set" and value and not (value.facts and value.facts.hashable):
            raise Malformed("not sure to be a thing that a set may have")
        self._fields(holder, field)[field] = value

    def _put(self, register, value):
        if register in self.followed and not holds_reference(value):
            raise Malformed("register %d is for weak references" % register)
        if value is None:
            self.registers.pop(register, None)
        else:
            self.registers[register] = value

    def _leave(self, *operands):
        """The operation moves no reference."""


def holds_reference(value):
    return value is None or value is MAYBE_REFERENCE or value.kind == WEAKREF


def check_operands(name, operands):
    """Raises Malformed if the operation has others than belong to it."""
    if name == "new":
        fits = is_birth(*operands)
    elif name == "finalizer":
        fits = (len(operands) > 1 and is_number(operands[0]) and operands[1] in MODES
                and len(operands) == 2 + MODES[operands[1]] and all(map(is_number, operands[2:])))
    elif name == "debug":
        fits = bool(operands) and all(flag in FLAGS for flag in operands)
    elif name in OPERANDS:
        form = OPERANDS[name].split()
        least = sum(not part.startswith("[") for part in form)
        fits = least <= len(operands) <= len(form) and all(
            operand in part[1:-1].split("|") if "|" in part else is_number(operand)
            for operand, part in zip(operands, form))
    else:
        fits = False
    if not fits:
        raise Malformed("unknown operation, or not what belongs to it")


def is_number(operand):
    return isinstance(operand, int) and operand >= 0


def is_birth(register=None, size=None, *rest):
    """Whether these are operands of `new`."""
    rest = [word for word in rest if not str(word).startswith(PAYLOAD)]
    kind, *sources = rest or ["slots"]
    if not (is_number(register) and is_number(size) and kind in KINDS and size <= KINDS[kind].fields):
        return False
    if kind == "tuple":
        return size in TUPLE_SIZES and len(sources) == size and all(
            source == ATOM or is_number(source) for source in sources)
    return not sources and (size > 0 or kind not in ("set", "cell", "func"))


def registers(operation):
    """The registers that an operation names."""
    name, *operands = operation
    if name == "new":
        named = [operands[0], *operands[3:]]
    elif name == "finalizer":
        named = [operands[0], *operands[2:3], *operands[3:] * (operands[1] == "weak")]
    else:
        named = [operand for operand, form in zip(operands, OPERANDS.get(name, "").split()) if form == "r"]
    return [register for register in named if isinstance(register, int)]


def parse(line):
    """The operation that a line is, as a tuple (name, operand...): numbers, and words as they are written."""
    name, *words = line.split()
    return (name, *[int(word) if word.isdigit() else word for word in words])


def read(path, checked=True):
    """The operations of a script, each a tuple (name, operand...)."""
    operations = []
    contents = Contents()
    with open(path) as script:
        for number, line in enumerate(script, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            operation = parse(line)
            try:
                if checked:
                    contents.apply(operation)
            except Malformed as error:
                raise Malformed("%s:%d: %s: %s" % (path, number, line, error)) from None
            operations.append(operation)
    return operations


def write(path, operations):
    with open(path, "w") as script:
        script.writelines(" ".join(map(str, operation)) + "\n" for operation in operations)


def valid_part(operations):
    """The operations without those that have become malformed (because others were taken away)."""
    contents = Contents()
    kept = []
    for operation in operations:
        try:
            contents.apply(operation)
        except Malformed:
            continue
        kept.append(operation)
    return kept
