# SPDX-License-Identifier: GPL-3.0-or-later
"""Heap scripts as calls: the objects that a script makes, and a function for each of its operations.

What the collector sees has to be the script's alone. So the interpreter's objects, and this file's, are frozen
before the first operation, and from then on nothing but the script's own expressions may allocate through the
collector or use a free list. Hence the rules for all that runs meanwhile:
- Each function has been called before (by the script of warm_up), with as many arguments: up to 3.10 the first call
  makes a frame, which the code then keeps. None is called by itself, however indirectly: that is another frame.
- No for loop whose iterator does not exist beforehand, no unpacking, slices, or type(x) (in 3.8 a tuple).
- Dictionaries hold numbers only, or they would become tracked.
- From 3.12 on a collection that has been asked for runs when the call of a builtin returns: a display such as []
  is no call, so `look` follows.
"""
import gc
import os
import sys
import types
import weakref

import heap_script
from heap_script import ATTRIBUTES_MOST, KINDS, PAYLOAD, TUPLE_SIZES

# The state of a replay: a list has an item an operation, but for `registers`, `answers` and `caught`.
registers = []  # and, last, one that stays empty
born = []  # the address of the object that the operation made or named
notes = []  # what to write when the finalizer or callback of the object it made runs
wills = []  # what the finalizer of that object is to do: (mode, target, operand)
owners = []  # the register that it filled
labels = {}  # address: operation that made the object there, if that has a finalizer or callback
answers = []  # the numbers that answer the script's questions
caught = []  # what was printed, where that is caught by sys.stderr

# Up to 3.13 the collector prints from C if there is no sys.stderr. From 3.14 on that makes an exception. Up to 3.8 a
# call of sys.stderr.write makes a tuple. So there are two ways of catching what it prints.
if sys.version_info < (3, 14):
    write = os.write
else:
    def write(descriptor, line, append=caught.append):
        append(line)

tell = answers.append
look = gc.isenabled
get_objects, get_count, is_tracked = gc.get_objects, gc.get_count, gc.is_tracked
is_finalized = getattr(gc, "is_finalized", lambda thing: None)  # 3.9


# The script's objects

def finalize(dying):
    label = labels[id(dying)]
    write(2, notes[label])
    will = wills[label]
    if will is None or registers[will[1]] is not None:
        return
    if will[0] == "self":
        registers[will[1]] = dying
    elif will[0] == "field":
        registers[will[1]] = content(dying, will[2])
    elif registers[will[2]].__class__ is Reference:
        registers[will[1]] = registers[will[2]]()


def note(reference):
    write(2, notes[labels[id(reference)]])


def note_and_empty(reference):
    label = labels[id(reference)]
    write(2, notes[label])
    if registers[owners[label]] is reference:
        registers[owners[label]] = None


class Slots(list):
    """One allocation an object, no free list, references exactly in its items."""
    __slots__ = ("__weakref__",)
    __hash__ = object.__hash__
    __eq__ = object.__eq__


class SlotsDel(list):
    __slots__ = ("__weakref__",)
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __del__ = finalize


class Inst:
    pass


class InstDel:
    __del__ = finalize


try:
    from _testcapi import with_tp_del
except ImportError:  # then there is no way to make one
    Legacy = None
else:
    @with_tp_del
    class Legacy(list):
        __slots__ = ("__weakref__",)
        __hash__ = object.__hash__
        __eq__ = object.__eq__


def make_list():
    return []


def make_dict():
    return {}


def make_cell():
    cell = Cell()
    cell.cell_contents = None
    return cell


def make_function():
    function = lambda: None  # noqa: E731
    function.__module__ = None
    return function


Cell, Reference = getattr(types, "CellType", None), weakref.ref  # up to 3.7 there is no CellType
SCRIPT_TYPES = (Slots, SlotsDel, Legacy, list, dict, tuple, set, Inst, InstDel, Cell, types.FunctionType, Exception,
                Reference)
MAKERS = {
    "slots": Slots, "slots-del": SlotsDel, "legacy": Legacy, "list": make_list, "dict": make_dict, "set": set,
    "inst": Inst, "inst-del": InstDel, "cell": make_cell, "func": make_function, "exc": Exception,
}
# An expression each: a tuple made from a list is another number of allocations.
TUPLE_MAKERS = {size: eval("lambda sources: (%s,)" % ", ".join(
    "registers[sources[%d]]" % item for item in range(size)), globals()) for size in TUPLE_SIZES}
HAVE_ITEMS = ("slots", "slots-del", "legacy", "list")
EMPTY_FIELDS = {}  # by their number
FIELD_NAMES = tuple("f%d" % field for field in range(ATTRIBUTES_MOST))
ATTRIBUTE_NAMES = {
    Inst: FIELD_NAMES, InstDel: FIELD_NAMES, Exception: FIELD_NAMES, Cell: ("cell_contents",),
    types.FunctionType: ("__doc__", "__module__"),
}
# Where storing an attribute makes a dictionary.
HAVE_DICT = (Exception,) if sys.version_info >= (3, 11) else (Exception, Inst, InstDel)


def content(holder, field):
    kind = holder.__class__
    if kind in ATTRIBUTE_NAMES:
        return getattr(holder, ATTRIBUTE_NAMES[kind][field], None)
    if kind is dict:
        return holder.get(FIELD_NAMES[field])
    if kind is not set:
        return holder[field]
    if not holder:
        return None
    member = holder.pop()
    holder.add(member)
    return member


# The operations: functions of the operation's number and three operands

def new(number, register, make, empty_fields):
    made = make()
    look()
    if empty_fields is not None:
        made.extend(empty_fields)
    born[number] = id(made)
    registers[register] = made


def new_final(number, register, make, empty_fields):
    made = make()
    if empty_fields is not None:
        made.extend(empty_fields)
    born[number] = id(made)
    labels[id(made)] = number
    registers[register] = made


def new_tuple(number, register, make, sources):
    made = make(sources)
    look()
    born[number] = id(made)
    registers[register] = made


def store(number, register, field, source):
    holder = registers[register]
    kind = holder.__class__
    if kind in ATTRIBUTE_NAMES:
        setattr(holder, ATTRIBUTE_NAMES[kind][field], registers[source])
        if kind in HAVE_DICT:
            born[number] = id(holder.__dict__)
    elif kind is dict:
        holder[FIELD_NAMES[field]] = registers[source]
    elif kind is set:
        member = registers[source]  # before a finalizer may fill it
        holder.clear()
        if member is not None:
            holder.add(member)
    else:
        holder[field] = registers[source]


def load(number, register, source, field):
    registers[register] = content(registers[source], field)


def copy(number, register, source, _):
    registers[register] = registers[source]


def attrs(number, register, source, _):
    made = registers[source].__dict__
    look()
    born[number] = id(made)
    registers[register] = made


def refer(number, register, source, callback):
    made = Reference(registers[source]) if callback is None else Reference(registers[source], callback)
    born[number] = id(made)
    labels[id(made)] = number
    registers[register] = made


def deref(number, register, source, _):
    registers[register] = registers[source]()


def finalizer(number, register, will, _):
    wills[labels[id(registers[register])]] = will


def call(number, function, argument, _):
    function(argument)


def call_without(number, function, _, __):
    function()


def threshold(number, thresholds, _, __):
    gc.set_threshold(*thresholds)


def ask(number, function, argument, _):
    tell(function(argument))


def ask_of(number, function, register, _):
    tell(function(registers[register]))


def ask_count(number, _, __, ___):
    counts = get_count()
    tell(counts[0])
    tell(counts[1])
    tell(counts[2])


def tell_addresses(things):
    index = 0
    tell(len(things))
    while index < len(things):
        tell(id(things[index]))
        index += 1


def ask_objects(number, generation, _, __):
    tell_addresses(get_objects(generation))


def ask_garbage(number, _, __, ___):
    tell_addresses(gc.garbage)


# From operations to rows: (function, number, operand, operand, operand)

def birth(register, size, *rest):
    kind, *sources = [word for word in rest if not str(word).startswith(PAYLOAD)] or ["slots"]
    if kind == "tuple":
        empty = len(registers) - 1
        return new_tuple, register, TUPLE_MAKERS[size], [empty if word == "-" else word for word in sources]
    empty_fields = EMPTY_FIELDS.setdefault(size, [None] * size) if kind in HAVE_ITEMS else None
    return new_final if KINDS[kind].final else new, register, MAKERS[kind], empty_fields


def will_of(register, mode, target=None, operand=None):
    return finalizer, register, None if mode == "noop" else (mode, target, operand)


def flags_of(*words):
    flags = gc.DEBUG_STATS
    for word in words:
        flags |= 0 if word == "none" else getattr(gc, "DEBUG_" + word.upper())
    return call, gc.set_debug, flags


CALLBACKS = {None: None, "note": note, "drop": note_and_empty}
ROWS = {
    "new": birth,
    "store": lambda *operands: (store, *operands),
    "clear": lambda *operands: (store, *operands, len(registers) - 1),
    "load": lambda *operands: (load, *operands),
    "copy": lambda *operands: (copy, *operands),
    "drop": lambda register: (copy, register, len(registers) - 1),
    "attrs": lambda *operands: (attrs, *operands),
    "weakref": lambda register, source, callback=None: (refer, register, source, CALLBACKS[callback]),
    "deref": lambda *operands: (deref, *operands),
    "finalizer": will_of,
    "collect": lambda generation=2: (ask, gc.collect, generation),
    "freeze": lambda: (call_without, gc.freeze),
    "unfreeze": lambda: (call_without, gc.unfreeze),
    "enable": lambda: (call_without, gc.enable),
    "disable": lambda: (call_without, gc.disable),
    "threshold": lambda *thresholds: (threshold, thresholds),
    "debug": flags_of,
    "count": lambda: (ask_count,),
    "tracked": lambda register: (ask_of, is_tracked, register),
    "finalized": lambda register: (ask_of, is_finalized, register),
    "objects": lambda generation=None: (ask_objects, generation),
    "garbage": lambda: (ask_garbage,),
    "ungarbage": lambda: (call_without, gc.garbage.clear),
}


def prepare(operations):
    """Makes room for what the operations do; their rows."""
    named = [register for operation in operations for register in heap_script.registers(operation)]
    registers[:] = [None] * (max(named, default=0) + 2)
    rows = []
    for number, (name, *operands) in enumerate(operations):
        function, *arguments = ROWS[name](*operands)
        rows.append((function, number, *arguments, *[None] * (3 - len(arguments))))
        line = {"new": b"finalizer %d\n", "weakref": b"callback %d\n"}.get(name)
        notes.append(line and line % number)
        owners.append(line and operands[0])
    born[:] = wills[:] = [None] * len(rows)
    return rows


def warm_up():
    """Operations that call every function above, and give the classes the names of their attributes, in order."""
    at = {kind: register for register, kind in enumerate(MAKERS) if MAKERS[kind]}
    operations = [("new", at[kind], 1, kind) for kind in at]
    operations += [("clear", at[kind], field) for kind in ("inst", "inst-del") for field in range(ATTRIBUTES_MOST)]
    operations += [("new", 20, size, "tuple", *["-"] * size) for size in TUPLE_SIZES]
    operations += [
        ("finalizer", at["slots-del"], "noop"), ("drop", at["slots-del"]), ("drop", at["inst-del"]),
        ("weakref", 21, at["slots"], "note"), ("weakref", 22, at["slots"], "drop"), ("deref", 23, 21),
        ("load", 23, at["slots"], 0), ("attrs", 23, at["inst"]), ("drop", at["slots"]), ("tracked", at["inst"]),
        ("finalized", at["inst"]), ("collect",), ("freeze",), ("threshold", 1), ("debug", "none"), ("count",),
        ("objects",), ("garbage",)]
    return operations


def forget():
    """Lets go of all that the last script has left."""
    for number in range(len(notes)):
        notes[number], wills[number] = b"", None
    registers[:] = [None] * len(registers)
    gc.unfreeze()
    for _ in range(2):  # cycles with legacy objects in them are none once these are empty
        gc.garbage.clear()
        gc.collect()
        for legacy in gc.garbage:
            legacy.clear()
    for state in (gc.garbage, registers, born, notes, wills, owners, labels, answers, caught):
        state.clear()
