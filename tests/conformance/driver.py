# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays heap scripts in the interpreter that runs this file.

usage: driver.py [--text] SCRIPT | driver.py --serve | driver.py --identify

Prints what gc did, one JSON object a line, as `pygcsim replay --events`; with --text what the collector printed,
as `pygcsim replay --debug-text`. With --serve it reads paths of scripts from standard input and answers each with
a line: {"events": [...], "text": [...], "permanent": P, "immortal": I} or {"error": "..."}, where P is how many
objects are in the permanent generation at the start, I how many of them are immortal: 0 except in 3.12, where a
full collection takes immortal objects back from generation 2 to the permanent generation. The answer has "held" too: of
each register that holds something in the end, what gc.get_referents and gc.get_referrers say, as labels, and sys.getrefcount.
"""
import contextlib
import gc
import json
import os
import platform
import signal
import sys
import sysconfig
import tempfile

import heap_script
import machine
from account import Account

DEFAULT_THRESHOLDS = gc.get_threshold()
REPLAY_TIMEOUT_S = 600


def settle():
    """Collects until nothing changes: one collection may let the next one untrack more."""
    gc.unfreeze()
    tracked_before = []
    while len(tracked_before) < 2 or tracked_before[-1] != tracked_before[-2]:
        gc.collect()
        tracked_before.append(len(gc.get_objects()))


def execute(iterator):
    """Runs the rows that it gives; what the collector says of itself before and after."""
    write = machine.write
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
    gc.disable()  # the tuple of the counts is not the script's
    counts = gc.get_count()
    gc.set_debug(0)
    after = gc.get_stats()
    stats = [[new[key] - old[key] for key in ("collections", "collected", "uncollectable")]
             for new, old in zip(after, before)]
    stats[2][0] -= 1  # that before the first operation
    return {"permanent": permanent, "immortal": immortal, "count": list(counts), "stats": stats}


class Catcher:
    """A sys.stderr with a `write` of its own, bound beforehand."""

    def __init__(self):
        self.write = machine.caught.append


@contextlib.contextmanager
def standard_error_into(file):
    """Catches what is printed, in the file or in `caught`."""
    stream, descriptor = sys.stderr, os.dup(2)
    if machine.write is os.write:
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
    machine.forget()
    rows = machine.prepare(operations)
    with tempfile.TemporaryFile() as file:
        with standard_error_into(file):
            said = execute(iter(rows))
        file.seek(0)
        pieces = [file.read(), *machine.caught]
    return said, "".join(piece if isinstance(piece, str) else piece.decode() for piece in pieces)


def labels_of(things, alive):
    """Of those that are the script's: not classes, and not what this file has made since."""
    return [alive[id(thing)] for thing in things if thing.__class__ in machine.SCRIPT_TYPES and id(thing) in alive]


def held_by(register, alive):
    """`alive` has the labels by address. Nothing here may refer to the object meanwhile."""
    return {
        "getrefcount": sys.getrefcount(machine.registers[register]),
        "referents": labels_of(gc.get_referents(machine.registers[register]), alive),
        "referrers": labels_of(gc.get_referrers(machine.registers[register]), alive),
    }


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
    held = {register: held_by(register, account.alive) for register in range(len(machine.registers))
            if machine.registers[register] is not None}
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
        "legacy": machine.Legacy is not None,
    }


def main(words):
    if words == ["--identify"]:
        print(json.dumps(identify()))
    elif words == ["--serve"]:
        replay(machine.warm_up())
        for line in iter(sys.stdin.readline, ""):
            answer_apart(line.rstrip("\n"))
    elif len(words) == 1 + (words[:1] == ["--text"]):
        replay(machine.warm_up())
        found = report(words[-1])
        print("\n".join(found["text"] if words[0] == "--text" else map(json.dumps, found["events"])))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
