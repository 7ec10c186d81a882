# SPDX-License-Identifier: GPL-3.0-or-later
"""Heap scripts: reading one, and knowing what its registers and fields hold at every operation."""

OPERAND_COUNTS = {
    "new": (2, 3), "store": (3,), "clear": (2,), "load": (3,), "copy": (2,), "drop": (1,),
    "collect": (0, 1), "freeze": (0,), "unfreeze": (0,), "enable": (0,), "disable": (0,),
    "threshold": (1, 2, 3),
}


PAYLOAD = "bytes="


class Malformed(Exception):
    """The operation names an empty register, a field out of range, or something unknown."""


class Contents:
    """What the registers hold while operations are applied in turn: no collector, just references.

    An object is the list of its fields. Only registers that hold something are in `registers`.
    """

    def __init__(self):
        self.registers = {}

    def apply(self, operation):
        name, *operands = operation
        if len(operands) not in OPERAND_COUNTS.get(name, ()):
            raise Malformed("unknown operation or wrong number of operands")
        numbers = [operand for operand in operands if not isinstance(operand, str)]
        if len(operands) - len(numbers) > (name == "new" and len(operands) == 3):
            raise Malformed("a payload where none belongs")
        if numbers and min(numbers) < 0:
            raise Malformed("negative operand")
        getattr(self, name, self._leave)(*operands)

    def object_in(self, register):
        if register not in self.registers:
            raise Malformed("register %d is empty" % register)
        return self.registers[register]

    def new(self, register, size, payload=None):
        self.registers[register] = [None] * size

    def store(self, register, field, source):
        self._fields(register, field)[field] = self.object_in(source)

    def clear(self, register, field):
        self._fields(register, field)[field] = None

    def load(self, register, source, field):
        self._put(register, self._fields(source, field)[field])

    def copy(self, register, source):
        self._put(register, self.object_in(source))

    def drop(self, register):
        self.object_in(register)
        self._put(register, None)

    def collect(self, generation=2):
        if generation > 2:
            raise Malformed("there is no generation %d" % generation)

    def _fields(self, register, field):
        fields = self.object_in(register)
        if field >= len(fields):
            raise Malformed("the object in register %d has %d fields" % (register, len(fields)))
        return fields

    def _put(self, register, value):
        if value is None:
            self.registers.pop(register, None)
        else:
            self.registers[register] = value

    def _leave(self, *operands):
        """The operation moves no reference."""


def operand(word):
    """A number, or the payload of a `new`, which no collector sees: it stays as it is written."""
    return word if word.startswith(PAYLOAD) else int(word)


def read(path, checked=True):
    """The operations of a script, each a tuple (name, operand...)."""
    operations = []
    contents = Contents()
    with open(path) as script:
        for number, line in enumerate(script, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            try:
                operation = (words[0], *map(operand, words[1:]))
                if checked:
                    contents.apply(operation)
            except (Malformed, ValueError) as error:
                raise Malformed("%s:%d: %s: %s" % (path, number, line.strip(), error)) from None
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
