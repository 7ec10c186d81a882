#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the comparison with CPython see what it should? Each fault below is put into a copy of one source file; the
program built with it has to differ from some interpreter in some of the scripts in which the true one does not; a fault
of versions of which no interpreter is here is skipped.

usage: test_faults.py BUILD-DIRECTORY [SCRIPTS [WORD]]: with WORD, only faults whose titles have it."""
import collections
import glob
import os
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import conformance  # noqa: E402
import generate  # noqa: E402
import heap_script  # noqa: E402
import interpreters  # noqa: E402
import tap  # noqa: E402
from tap import Skip, check, equal  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
OPERATIONS = 600
COLLECTION, HEAP, KINDS, KIND_OPERATIONS, SPLIT, WEAKREFS = (
    "sim/graph/%s.c" % name for name in ("collection", "heap", "kinds", "kind_operations", "split", "weakrefs"))
COLLECTOR, FREE_LISTS = "sim/model/collector.c", "sim/model/free_lists.c"

# What is wrong, the file, the text there, which occurs once, and what stands in its place.
FAULTS = [
    ("births from a free list count", KINDS,
     "    if (!free_lists_take(&heap->free_lists, ends.takes))\n        allocation_counts(heap);",
     "    free_lists_take(&heap->free_lists, ends.takes);\n    allocation_counts(heap);"),
    ("deaths into a free list count", KINDS,
     "    if (!free_lists_give(&heap->free_lists, ends.gives))\n        deallocations_count(heap, 1);",
     "    free_lists_give(&heap->free_lists, ends.gives);\n    deallocations_count(heap, 1);"),
    ("free lists have no end", KINDS,
     "if (!free_lists_give(&heap->free_lists, ends.gives))",
     "if (!ends.gives || !++heap->free_lists.level[ends.gives])"),
    ("one free list for tuples of all sizes", FREE_LISTS,
     "(uint8_t)(FREE_LIST_TUPLES + fields - 1)",
     "FREE_LIST_TUPLES"),
    ("3.11, 3.12: tuples of 20 are taken from the free list, too", FREE_LISTS,
     "bool is_kept = ",
     "bool is_kept = false && "),
    ("collections leave free lists alone", COLLECTION,
     "        kind_clear_free_lists(heap);",
     "        (void)kind_clear_free_lists;"),
    ("collections of any generation empty free lists", COLLECTION,
     "    keep_legacy(heap);\n    if (heap->collected_generation == GENERATIONS - 1)",
     "    keep_legacy(heap);\n    if (heap->collected_generation <= GENERATIONS - 1)"),
    ("tuples are never untracked", COLLECTION,
     "    untrack_kind(heap, KIND_TUPLE, from);\n",
     "    (void)untrack_kind;\n"),
    ("dicts are untracked by any collection", COLLECTION,
     "heap->rules->untracks_dicts && heap->collected_generation == GENERATIONS - 1)",
     "heap->rules->untracks_dicts)"),
    ("dicts are never tracked again", KINDS,
     "!is_tracked(heap, dict) && may_be_tracked(heap, x))",
     "!is_tracked(heap, dict) && may_be_tracked(heap, x) && false)"),
    ("from 3.14 on: tuples of atoms are tracked at birth", KINDS,
     "if (!(atoms_only && heap->rules->makes_untracked_tuples))",
     "(void)atoms_only;\n    if (true)"),
    ("dicts of instances do not take the values with them", KINDS,
     "    memcpy(dict->field, owner->field, owner->fields * sizeof(ref));\n    memset(owner->field",
     "    memset(owner->field"),
    ("3.13: dicts of instances visit their values", KINDS,
     "if (owned && heap->rules->attributes == ATTRIBUTES_HIDE_DICT)",
     "if (owned && false)"),
    ("the first store of an attribute makes no dict that counts", KINDS,
     "    ref dict = kind_allocate(heap, KIND_DICT, fields, bytes);",
     "    ref dict = heap_allocate_untracked(heap, KIND_DICT, fields, bytes);"),
    ("what is reached late stays where it is", SPLIT,
     "            *refs = GC_REFS_RETURNED;\n            push_returned(heap, referent);",
     "            *refs = GC_REFS_NONE;"),
    ("fields are visited from the first to the last", SPLIT,
     "    for (uint32_t r = referents.count; r > 0; r--) {\n        ref referent = referents.at[r - 1];",
     "    for (uint32_t r = 0; r < referents.count; r++) {\n        ref referent = referents.at[r];"),
    ("generation 1 is merged before generation 0", COLLECTION,
     "young.list[young.count++] = (unsigned)g;",
     "young.list[young.count++] = (unsigned)(generation - 1 - g);"),
    ("finalizers run at each death", WEAKREFS,
     "    *finalized_slot(heap, heap_object(heap, o)) = true;\n",
     "    *finalized_slot(heap, heap_object(heap, o)) = false;\n"),
    ("finalizers do not run in collections", COLLECTION,
     "        run_finalizer(heap, o);\n        heap_release(heap, o);",
     "        heap_release(heap, o);"),
    ("finalizers fill registers that are not empty", WEAKREFS,
     "finalizer->mode != FINALIZER_NOOP && !*reg)",
     "finalizer->mode != FINALIZER_NOOP)"),
    ("what finalizers resurrect is cleared", COLLECTION,
     "        split(heap, &unreachable, target);\n        return;",
     "        return;"),
    ("3.8: one resurrected object does not resurrect the others", COLLECTION,
     "    if (!heap->rules->resurrects_all) {",
     "    if (true) {"),
    ("an object that resurrects itself stays in its generation", HEAP,
     "    heap_untrack(heap, o);\n    heap_track(heap, o, 0);\n    heap_object(heap, o)->count = 1;",
     "    heap_object(heap, o)->count = 1;"),
    ("what waits in the trashcan goes from the oldest to the newest", HEAP,
     "const struct trash trash = heap->trash[--heap->trash_count];",
     "const struct trash trash = heap->trash[0];\n        heap->trash_count--;\n"
     "        memmove(heap->trash, heap->trash + 1, heap->trash_count * sizeof trash);"),
    ("deallocations nest however deep", HEAP,
     "if (nests && heap->nesting >= heap->rules->trashcan_depth) {",
     "if (nests && heap->nesting >= 100000) {"),
    ("callbacks run for the oldest reference first", WEAKREFS,
     "insert(heap, weakref, target, mode == CALLBACK_NONE ? 0 : plain_weakref(heap, target));",
     "ref last = plain_weakref(heap, target);\n    while (mode != CALLBACK_NONE && weakrefs_first(heap, target) && weakrefs_next(heap, last ? last : weakrefs_first(heap, target)))\n        last = weakrefs_next(heap, last ? last : weakrefs_first(heap, target));\n    insert(heap, weakref, target, mode == CALLBACK_NONE ? 0 : last);"),
    ("each plain weak reference is a new one", WEAKREFS,
     "ref weakref = mode == CALLBACK_NONE ? plain_weakref(heap, target) : 0;",
     "ref weakref = 0;"),
    ("callbacks of unreachable references run", COLLECTION,
     "weakref_has_callback(heap, weakref) && !is_unreachable(heap, weakref))",
     "weakref_has_callback(heap, weakref))"),
    ("references that callbacks free do not count as collected", COLLECTION,
     "            freed++;\n",
     "            (void)freed;\n"),
    ("references whose callback ran go to generation 0", COLLECTION,
     "heap_track(heap, weakref, (uint8_t)generation_of_survivors(heap));",
     "heap_track(heap, weakref, 0);"),
    ("from 3.14 on: weak references are cleared before finalizers, too", COLLECTION,
     "        if (heap->rules->clears_weakrefs_late && !weakref_has_callback(heap, weakref))\n            continue;\n",
     ""),
    ("no tuple holds many dying references", WEAKREFS,
     "    if (count < heap->rules->callbacks_in_tuple)\n        clear_and_call(heap, weakrefs_first(heap, o));\n    else",
     "    if (count < heap->rules->callbacks_in_tuple || true)\n        while (weakrefs_first(heap, o))\n            clear_and_call(heap, weakrefs_first(heap, o));\n    else"),
    ("the arguments of weakref.ref() are no tuple", WEAKREFS,
     "    ref arguments = kind_new_tuple(heap, items, count, object_bytes(KIND_TUPLE, count));",
     "    ref arguments = heap_allocate_untracked(heap, KIND_TUPLE, 2, object_bytes(KIND_TUPLE, count));\n    heap_object(heap, arguments)->field[0] = items[0];"),
    ("legacy objects are cleared", COLLECTION,
     "    set_legacy_apart(heap);\n    tell_each",
     "    (void)set_legacy_apart;\n    tell_each"),
    ("all that legacy objects reach is in gc.garbage", COLLECTION,
     "        if (heap->debug & GC_DEBUG_SAVEALL || heap_object(heap, o)->kind == KIND_LEGACY)",
     "        if (true)"),
    ("DEBUG_SAVEALL saves nothing", COLLECTION,
     "        if (heap->debug & GC_DEBUG_SAVEALL)\n            add_to_garbage(heap, o);\n        else\n",
     "        "),
    ("what leaves gc.garbage lives on", KIND_OPERATIONS,
     "heap_release(heap, garbage[--count]);",
     "count--;"),
    ("from 3.12 on: what a dying object's tuple asks for is collected behind its callback", WEAKREFS,
     "    heap_check_pending(heap);\n    tell(heap, GC_EVENT_CALLBACK, weakref);",
     "    tell(heap, GC_EVENT_CALLBACK, weakref);"),
    ("survivors of generation 1 are not waited for before a full collection", COLLECTOR,
     "        collector->long_lived_pending += survivors;",
     "        collector->long_lived_pending += 0;"),
    ("what is uncollectable is not in get_stats()", COLLECTOR,
     "    collector->stats[generation].uncollectable += uncollectable;\n",
     ""),
    ("the list that get_objects() gives is not tracked", KIND_OPERATIONS,
     "    heap_track(heap, list, 0);\n    return list;",
     "    return list;"),
]

# Faults that show in these scripts only in some versions: the second numbers of them.
SHOWN_IN = {
    "3.11, 3.12: tuples of 20 are taken from the free list, too": range(11, 13),
    "dicts are untracked by any collection": range(8, 14),
    "dicts are never tracked again": range(8, 14),
    "from 3.14 on: tuples of atoms are tracked at birth": range(14, 16),
    "dicts of instances do not take the values with them": range(13, 16),
    "3.13: dicts of instances visit their values": [13],
    "what finalizers resurrect is cleared": range(9, 16),
    "3.8: one resurrected object does not resurrect the others": [8],
    "what waits in the trashcan goes from the oldest to the newest": range(11, 13),
    "deallocations nest however deep": range(11, 13),
    "from 3.14 on: weak references are cleared before finalizers, too": range(14, 16),
    "from 3.12 on: what a dying object's tuple asks for is collected behind its callback": range(12, 16),
    "the list that get_objects() gives is not tracked": range(12, 16),
}

# Faults that show only in objects with tp_del, which not every interpreter can make.
SHOWN_BY_LEGACY = {
    "legacy objects are cleared",
    "all that legacy objects reach is in gc.garbage",
    "what is uncollectable is not in get_stats()",
}


class Build:
    """How the program is built: a command that compiles for each source, and one that links."""

    def __init__(self, folder):
        self.folder = folder
        done = subprocess.run(["ninja", "-C", folder, "-t", "commands", "pygcsim"], check=True, stdout=subprocess.PIPE,
                              universal_newlines=True)
        *self.commands, self.link = [line for line in done.stdout.splitlines() if not line.startswith("ninja:")]

    def run(self, command):
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
        equal(done.returncode, 0, "exit status of %s\n%s" % (shlex.join(command), done.stdout))

    def compile(self, source, text, target):
        """Makes the object file `target` of the text as of the source of that name."""
        own = os.path.relpath(os.path.join(ROOT, source), self.folder)
        command, = [words for words in map(shlex.split, self.commands) if words[-2:] == ["-c", own]]
        with open(target + ".c", "w") as file:
            file.write(text)
        for option in ("-o", "-MF"):
            command[command.index(option) + 1] = target + option
        command[command.index("-o") + 1] = target
        self.run([*command[:-1], target + ".c", "-w", "-O0"])

    def link_with(self, objects, target):
        """The objects come first, so what the library has of the same names is not taken."""
        command = shlex.split(self.link)
        at = command.index("-o")
        self.run([*command[:at], "-o", target, *objects, *command[at + 2:]])


def with_fault(build, folder, number):
    """The program with that fault."""
    title, source, right, wrong = FAULTS[number]
    with open(os.path.join(ROOT, source)) as file:
        text = file.read()
    equal(text.count(right), 1, "how often %s has %r" % (source, right))
    program = os.path.join(folder, "fault-%d" % number)
    build.compile(source, text.replace(right, wrong), program + ".o")
    build.link_with([program + ".o"], program)
    return program


class Answers:
    """What the interpreters do in some scripts."""

    def __init__(self, folder, used, count):
        self.given = []
        tasks = []
        for seed in range(1, count + 1):
            style = generate.style_of(seed)
            path = os.path.join(folder, "%s-%d.heap" % (style, seed))
            heap_script.write(path, generate.generate(seed, OPERATIONS, style))
            tasks += [(path, interpreter, interpreter.executor.submit(interpreter.replay, path)) for interpreter in used
                      if not conformance.unfit(interpreter, path)]
        self.given = [(path, interpreter, task.result()) for path, interpreter, task in tasks]

    def first_difference(self, program):
        """The first from what the program does; None if there is none."""
        simulator = conformance.Simulator(program, ["graph"])
        for path, interpreter, answer in self.given:
            try:
                for difference in conformance.differences(interpreter, simulator, path, answer, collections.Counter()):
                    if difference:
                        return "%s, %s: %s" % (os.path.basename(path), interpreter, difference.text)
            except interpreters.ReplayError as error:
                return "%s, %s: %s" % (os.path.basename(path), interpreter, error)
        return None


def shows_in(title, interpreter):
    return (interpreter.version[1] in SHOWN_IN.get(title, (interpreter.version[1],)) and
            (interpreter.legacy or title not in SHOWN_BY_LEGACY))


def is_caught(build, folder, answers, used, number):
    title = FAULTS[number][0]
    if not any(shows_in(title, interpreter) for interpreter in used):
        raise Skip("no interpreter is here in which it shows")
    difference = answers.first_difference(with_fault(build, folder, number))
    check(difference, "no script shows it")


def is_right(build, answers):
    difference = answers.first_difference(os.path.join(build.folder, "pygcsim"))
    check(difference is None, difference)


def main():
    _, folder, *rest = sys.argv
    count, word = int(rest[0]) if rest else 44, rest[1] if len(rest) > 1 else ""
    build = Build(os.path.abspath(folder))
    packages = sorted(glob.glob(os.path.join(ROOT, "build", "pyodide-*", "node_modules", "pyodide")))
    used, _ = interpreters.find([], packages)
    unknown = {*SHOWN_IN, *SHOWN_BY_LEGACY} - {fault[0] for fault in FAULTS}
    equal(unknown, set(), "titles of no fault")
    with tempfile.TemporaryDirectory() as scratch:
        answers = Answers(scratch, used, count)
        tests = [("there are interpreters to compare with, and the program does as they do",
                  lambda: (check(used), is_right(build, answers)))]
        tests += [(fault[0], lambda number=number: is_caught(build, scratch, answers, used, number))
                  for number, fault in enumerate(FAULTS) if word in fault[0]]
        status = tap.run(tests)
    for interpreter in used:
        interpreter.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
