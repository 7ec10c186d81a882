# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays a heap script in the interpreter that runs this file.

usage: driver.py SCRIPT | driver.py --identify

Prints one JSON object a line: first the state at the start,
    {"permanent": objects in the permanent generation, "immortal": how many of them are immortal}
then one for each collection, as `pygcsim replay --json` does. The interpreter's own objects are
frozen before the first operation; `immortal` is 0 except in 3.12, where a full collection takes
immortal objects back from generation 2 to the permanent generation.
"""
import contextlib
import gc
import json
import os
import platform
import re
import sys
import sysconfig
import tempfile

import heap_script

DEFAULT_THRESHOLDS = gc.get_threshold()

# What DEBUG_STATS writes in every version since 3.8, besides the replay's own markers.
STATISTICS = re.compile(
    r"gc: collecting generation (?P<generation>\d)\.\.\."
    r"|gc: objects in each generation: (?P<before>\d+ \d+ \d+)"
    r"|gc: objects in permanent generation: (?P<permanent>\d+)"
    r"|gc: done, (?P<unreachable>\d+) unreachable, 0 uncollectable, \S+s elapsed")


class Container(list):
    """One allocation an object, no free list, references exactly in its items."""
    __slots__ = ()


def identify():
    return {
        "implementation": platform.python_implementation(),
        "version": list(sys.version_info[:3]),
        "executable": sys.executable,
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    }


def prepare(operations):
    """The operations as the replay loop needs them: rows of (marker, name, and three operands)."""
    rows = []
    for number, (name, *operands) in enumerate(operations):
        if name == "collect":
            operands = operands or [2]
        elif name == "threshold":
            operands = [tuple(operands)]
        operands += [None] * (3 - len(operands))
        rows.append((b"%d\n" % number, name, *operands))
    return rows


def settle():
    """Collects until nothing changes: one collection may let the next one untrack more."""
    gc.unfreeze()
    tracked = []
    while len(tracked) < 2 or tracked[-1] != tracked[-2]:
        gc.collect()
        tracked.append(len(gc.get_objects()))


def replay(rows, registers, empty_fields):
    """Runs the operations, with statistics and markers going to file descriptor 2.

    `empty_fields[n]` is what a container with n empty fields is filled from.

    From the last full collection before the loop to the end of the loop, nothing but `Container()`
    may allocate through the collector, and nothing may use a free list: full collections empty
    those. Even unpacking a row would: 3.11 and newer make an iterator for it until specialized.
    """
    iterator = iter(rows)
    write = os.write
    gc.enable()
    gc.set_threshold(*DEFAULT_THRESHOLDS)
    settle()
    immortal = gc.get_freeze_count()
    gc.freeze()
    permanent = gc.get_freeze_count()
    gc.collect()  # with nothing to examine: sets long_lived_total to 0
    gc.set_debug(gc.DEBUG_STATS)
    for row in iterator:
        write(2, row[0])
        name = row[1]
        a = row[2]
        b = row[3]
        c = row[4]
        if name == "new":
            registers[a] = Container()
            registers[a].extend(empty_fields[b])
        elif name == "store":
            registers[a][b] = registers[c]
        elif name == "clear":
            registers[a][b] = None
        elif name == "load":
            registers[a] = registers[b][c]
        elif name == "copy":
            registers[a] = registers[b]
        elif name == "drop":
            registers[a] = None
        elif name == "collect":
            gc.collect(a)
        elif name == "freeze":
            gc.freeze()
        elif name == "unfreeze":
            gc.unfreeze()
        elif name == "enable":
            gc.enable()
        elif name == "disable":
            gc.disable()
        elif name == "threshold":
            gc.set_threshold(*a)
    gc.set_debug(0)
    return {"permanent": permanent, "immortal": immortal}


@contextlib.contextmanager
def standard_error_into(log):
    """Without sys.stderr, the collector writes its statistics from C, which allocates nothing."""
    descriptor, stream = os.dup(2), sys.stderr
    os.dup2(log.fileno(), 2)
    del sys.stderr
    try:
        yield
    finally:
        sys.stderr = stream
        os.dup2(descriptor, 2)
        os.close(descriptor)


def parse_statistics(lines):
    collections = []
    for line in lines:
        if line[:-1].isdigit():  # most are markers
            op = line
            continue
        match = STATISTICS.fullmatch(line.strip())
        if not match:
            raise ValueError("unexpected output during the replay: %r" % line)
        key, value = match.lastgroup, match.group(match.lastgroup)
        if key == "generation":
            collections.append({"op": int(op), "generation": int(value)})
        elif key == "before":
            collections[-1]["before"] = [int(size) for size in value.split()]
        else:
            collections[-1][key] = int(value)
    return collections


def report(path):
    """The replay's output for the script at `path`, as text."""
    operations = heap_script.read(path, checked=False)  # pygcsim refuses what is malformed
    named = [operands[0] for name, *operands in operations if name in ("new", "load", "copy")]
    registers = [None] * (max(named, default=0) + 1)
    sizes = {operands[1] for name, *operands in operations if name == "new"}
    empty_fields = {size: [None] * size for size in sizes}
    with tempfile.TemporaryFile("w+") as log:
        with standard_error_into(log):
            start = replay(prepare(operations), registers, empty_fields)
        log.seek(0)
        collections = parse_statistics(log)
    return "\n".join(map(json.dumps, [start, *collections]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        print(json.dumps(identify()) if sys.argv[1] == "--identify" else report(sys.argv[1]))
    except (OSError, heap_script.Malformed) as error:
        sys.exit("driver.py: %s" % error)
