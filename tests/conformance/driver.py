# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays heap scripts in the interpreter that runs this file.

usage: driver.py [--text] SCRIPT | driver.py --serve | driver.py --identify

Prints what gc did, one JSON object a line, as `pygcsim replay --events`; with --text what the collector printed,
as `pygcsim replay --debug-text`. With --serve it reads paths of scripts from standard input and answers each with
a line: {"events": [...], "text": [...], "permanent": P, "immortal": I} or {"error": "..."}, where P is how many
objects are in the permanent generation at the start, I how many of them are immortal: 0 except in 3.12, where a
full collection takes immortal objects back from generation 2 to the permanent generation. The answer has "held" too: of
each register that holds something in the end, what gc.get_referents and gc.get_referrers say, as labels, and sys.getrefcount.

What the collector sees has to be the script's alone. So the interpreter's objects, and this file's, are frozen
before the first operation, and from then on nothing but the script's own expressions may allocate through the
collector or use a free list. Hence the rules for all that runs meanwhile:
- Each function has been called before (by the script WARM_UP), with as many arguments: up to 3.10 the first call
  makes a frame, which the code then keeps. None is called by itself, however indirectly: that is another frame.
- No for loop whose iterator does not exist beforehand, no unpacking, slices, or type(x) (in 3.8 a tuple).
- Dictionaries hold numbers only, or they would become tracked.
- From 3.12 on a collection that has been asked for runs when the call of a builtin returns: a display such as []
  is no call, so `look` follows.
"""
import contextlib
import gc
import json
import os
import platform
import re
import signal
import sys
import sysconfig
import tempfile
import types
import weakref

import heap_script
from heap_script import ATTRIBUTES_MOST, PAYLOAD, TUPLE_SIZES

DEFAULT_THRESHOLDS = gc.get_threshold()
REPLAY_TIMEOUT_S = 600

# The state of a replay: a list has an item an operation, but for `registers`, `answers` and `caught`.
registers = []  # and, last, one that stays empty
born = []  # the address of the object that the operation made or named
notes = []  # what to write when the finalizer or callback of the object it made runs
wills = []  # what the finalizer of that object is to do: (mode, target, operand)
owners = []  # the register that it filled
labels = {}  # address: operation that made the object there
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
    elif registers[will[2]] is not None:
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
MAKERS = {
    "slots": Slots, "slots-del": SlotsDel, "legacy": Legacy, "list": make_list, "dict": make_dict, "set": set,
    "inst": Inst, "inst-del": InstDel, "cell": make_cell, "func": make_function, "exc": Exception,
}
# An expression each: a tuple made from a list is another number of allocations.
TUPLE_MAKERS = {size: eval("lambda sources: (%s,)" % ", ".join(
    "registers[sources[%d]]" % item for item in range(size)), globals()) for size in TUPLE_SIZES}
HAVE_ITEMS = ("slots", "slots-del", "legacy", "list")
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
        holder.clear()
        if registers[source] is not None:
            holder.add(registers[source])
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
    return new, register, MAKERS[kind], [None] * size if kind in HAVE_ITEMS else None


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


# The replay

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


def settle():
    """Collects until nothing changes: one collection may let the next one untrack more."""
    gc.unfreeze()
    tracked_before = []
    while len(tracked_before) < 2 or tracked_before[-1] != tracked_before[-2]:
        gc.collect()
        tracked_before.append(len(gc.get_objects()))


def execute(iterator):
    """Runs the rows that it gives; what the collector says of itself before and after."""
    gc.disable()
    settle()
    immortal = gc.get_freeze_count()
    before = gc.get_stats()
    gc.freeze()
    permanent = gc.get_freeze_count()
    gc.collect()  # with nothing to examine: sets long_lived_total to 0
    gc.set_threshold(*DEFAULT_THRESHOLDS)
    gc.set_debug(gc.DEBUG_STATS)
    gc.enable()
    gc.freeze()  # sets the counters to 0
    for row in iterator:
        write(2, b"\n")
        row[0](row[1], row[2], row[3], row[4])
    counts = gc.get_count()
    gc.disable()
    gc.set_debug(0)
    after = gc.get_stats()
    stats = [[new[key] - old[key] for key in ("collections", "collected", "uncollectable")]
             for new, old in zip(after, before)]
    stats[2][0] -= 1  # that before the first operation
    return {"permanent": permanent, "immortal": immortal, "count": list(counts), "stats": stats}


class Catcher:
    """A sys.stderr with a `write` of its own, bound beforehand."""

    def __init__(self):
        self.write = caught.append


@contextlib.contextmanager
def standard_error_into(file):
    """Catches what is printed, in the file or in `caught`."""
    stream, descriptor = sys.stderr, os.dup(2)
    if write is os.write:
        os.dup2(file.fileno(), 2)
        del sys.stderr
    else:
        sys.stderr = Catcher()
    try:
        yield
    finally:
        sys.stderr = stream
        os.dup2(descriptor, 2)
        os.close(descriptor)


def replay(operations):
    """What execute says, and what was printed meanwhile, as text."""
    forget()
    rows = prepare(operations)
    with tempfile.TemporaryFile() as file:
        with standard_error_into(file):
            said = execute(iter(rows))
        file.seek(0)
        pieces = [file.read(), *caught]
    return said, "".join(piece if isinstance(piece, str) else piece.decode() for piece in pieces)


# What it has left

SCRIPT_TYPES = (Slots, SlotsDel, Legacy, list, dict, tuple, set, Inst, InstDel, Cell, types.FunctionType, Exception,
                Reference)


def labels_of(things, alive):
    """Of those that are the script's: not classes, and not what this file has made since."""
    return [alive[id(thing)] for thing in things if thing.__class__ in SCRIPT_TYPES and id(thing) in alive]


def held_by(register, alive):
    """`alive` has the labels by address. Nothing here may refer to the object meanwhile."""
    return {
        "getrefcount": sys.getrefcount(registers[register]),
        "referents": labels_of(gc.get_referents(registers[register]), alive),
        "referrers": labels_of(gc.get_referrers(registers[register]), alive),
    }


# What it did

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


def report(path):
    """What is answered about a script, as an object."""
    operations = heap_script.read(path, checked=False)  # pygcsim refuses what is malformed
    said, printed = replay(operations)
    account = Account()
    for line in printed.splitlines():
        if line:
            account.read(line)
            continue
        if account.number >= 0:
            account.finish(operations[account.number][0])
        account.number += 1
    if operations:
        account.finish(operations[-1][0])
    account.events.append({"event": "end", "count": said["count"], "stats": said["stats"]})
    held = {register: held_by(register, account.alive) for register in range(len(registers))
            if registers[register] is not None}
    return {"events": account.events, "text": account.text, "permanent": said["permanent"],
            "immortal": said["immortal"], "held": held}


def answer(path):
    """What is answered, as a line."""
    try:
        return json.dumps(report(path))
    except (OSError, ValueError, KeyError, TypeError, IndexError, heap_script.Malformed) as error:
        return json.dumps({"error": "%s: %s" % (type(error).__name__, error)})


def answer_apart(path):
    """Prints the answer of a copy of this process, which leaves nothing behind, whatever happens to it."""
    child = os.fork()
    if child == 0:
        signal.alarm(REPLAY_TIMEOUT_S)
        print(answer(path), flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        print(json.dumps({"error": "the interpreter ended with wait status %d" % status}), flush=True)


def identify():
    return {
        "implementation": platform.python_implementation(),
        "version": list(sys.version_info[:3]),
        "executable": sys.executable,
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "legacy": Legacy is not None,
    }


def main(words):
    if words == ["--identify"]:
        print(json.dumps(identify()))
    elif words == ["--serve"]:
        replay(warm_up())
        for line in iter(sys.stdin.readline, ""):
            answer_apart(line.rstrip("\n"))
    elif len(words) == 1 + (words[:1] == ["--text"]):
        replay(warm_up())
        found = report(words[-1])
        print("\n".join(found["text"] if words[0] == "--text" else map(json.dumps, found["events"])))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
