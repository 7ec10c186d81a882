#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""layers.py: who may include whom, and what only the command may do, as TAP.

    sim  <-  policies, workloads, results  <-  sweep  <-  cli, library

Below cli/ nothing prints or exits, and nothing outlives a simulation: no mutable statics."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import check, run  # noqa: E402

# The rooms of each layer, in order: a room includes its own headers, what stands before it in its layer, and the
# layers below. A room is a folder; the files of a layer that lie in no folder of it are its last room.
LAYERS = {
    "sim": ["base", "model", "inspect", "graph", "interval", ""],
    "policies": [""],
    "workloads": [""],
    "results": ["statistics", "horizon", "store", "answer", "charts", "report"],
    "sweep": ["file", ""],
    "library": [""],
    "cli": [""],
}

# The layers that each may include. Policies and workloads know the model, not the machinery around it.
BELOW = {
    "sim": [],
    "policies": ["sim/base", "sim/model"],
    "workloads": ["sim/base", "sim/model"],
    "results": ["sim"],
    "sweep": ["sim", "policies", "workloads", "results"],
    "library": ["sim", "policies", "workloads", "results", "sweep"],
    "cli": ["sim", "policies", "workloads", "results", "sweep"],
}
LIBRARY = tuple(layer for layer in LAYERS if layer != "cli")

# Policies and workloads do not know each other: of their own folder they include these, and what is theirs by name.
REGISTRIES = ("policies", "workloads")
EXCEPTIONS = {("workloads/script.c", "workloads/heap_script.h")}

FORBIDDEN = [
    ("changes what the whole process has", r"\b(umask|signal|sigaction|setlocale|chdir)\s*\("),
    ("exits or prints", r"\b(exit|_exit|quick_exit|abort|perror|printf|vprintf|puts|putchar)\s*\("),
    ("uses a standard stream", r"\b(stdout|stderr|stdin)\b"),
    ("keeps the time of day or reads the environment", r"\b(time|clock_gettime|getenv|rand)\s*\("),
]

# What a file in cli/ asks of a results file it asks of results/, in C.
SQL = r'\bsqlite3_|\bquery_(begin|next)\b|"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH)\s'


def files(folders, *endings):
    return sorted(os.path.relpath(path, ROOT) for folder in folders for ending in endings
                  for path in glob.glob(os.path.join(ROOT, folder, "**", "*" + ending),
                                        recursive=True))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def code(path):
    """The file without comments and strings; lines keep their numbers."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"', blank, read(path), flags=re.S)


def check_none(offences):
    offences = list(offences)
    check(not offences, *offences)


def room_of(path):
    """("sim", "base") of sim/base/error.h."""
    layer, _, rest = path.partition("/")
    return layer, os.path.dirname(rest)


def may_include(path, included):
    layer, room = room_of(path)
    other_layer, other_room = room_of(included)
    if other_layer != layer:
        return any((included + "/").startswith(below + "/") for below in BELOW[layer])
    if layer in REGISTRIES:
        return os.path.splitext(included)[0] in (os.path.splitext(path)[0], layer + "/registry")
    rooms = LAYERS[layer]
    return other_room in rooms and rooms.index(other_room) <= rooms.index(room)


def wrong_includes(layer):
    for path in files([layer], ".c", ".h"):
        for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(path), re.M):
            if included in (f"{layer}/embedded.h", f"{layer}/embedded_costs.h", f"{layer}/embedded_python.h"):
                continue  # made by the build: texts, no declarations
            if not may_include(path, included) and (path, included) not in EXCEPTIONS:
                yield f"{path} includes {included}"


def strange_rooms():
    for path in files(LAYERS, ".c", ".h"):
        layer, room = room_of(path)
        if room not in LAYERS[layer]:
            yield f"{path}: {room}/ is no room of {layer}/ (LAYERS)"


def forbidden(pattern):
    for path in files(LIBRARY, ".c", ".h"):
        # The one function that may end the process: when an invariant does not hold, nobody can do anything about it.
        text = re.sub(r"^_Noreturn void invariant_broken\([^)]*\)\n\{.*?^\}",
                      lambda match: "\n" * match.group().count("\n"), code(path), flags=re.M | re.S)
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(pattern, line):
                yield f"{path}:{number}: {line.strip()}"


# In cli/ these write by themselves: what the program has made, or (writer.c) what is escaped.
PRINTERS = [f"cli/{name}.c" for name in ("print", "help", "man", "completion", "writer", "export", "progress")]


def prints_raw():
    """Names from anywhere that would reach a terminal as they are."""
    for path in files(["cli"], ".c"):
        for number, line in enumerate(code(path).splitlines(), 1):
            if path not in PRINTERS and re.search(r"\b(v?f?printf|f?puts|v?dprintf|perror)\s*\(", line):
                yield f"{path}:{number}: {line.strip()}"


def sql_in_cli():
    for path in files(["cli"], ".c", ".h"):
        for number, line in enumerate(read(path).splitlines(), 1):
            if re.search(SQL, line):
                yield f"{path}:{number}: {line.strip()}"


# What a column holds is asked of these, which give what they say whatever is in the file.
COLUMN_READERS = ("results/store/query.c", "results/store/table_reader.c")


def reads_columns():
    """Columns read as they are; copying one (sqlite3_column_value) is no reading."""
    for path in files(LAYERS, ".c"):
        for number, line in enumerate(code(path).splitlines(), 1):
            if path not in COLUMN_READERS and re.search(r"\bsqlite3_column_(?!value\b)\w+\s*\(", line):
                yield f"{path}:{number}: {line.strip()}"


def is_mutable(declaration):
    """Of a variable, without its value: what is const is what comes last."""
    before_name = re.match(r"(.*?)\w+\s*(\[.*)?$", declaration, re.S).group(1)
    return "const" not in before_name.split("*")[-1].split()


def mutable_variables():
    """Static variables, of a file or of a function, and global ones."""
    for path in files(LIBRARY, ".c", ".h"):
        for match in re.finditer(r"^( *static |(?!typedef|static)[a-z])[^;={}()#]*?(?=\s*[=;])",
                                 code(path), re.M):
            declaration = match.group().strip()
            if re.fullmatch(r"(struct|union|enum) \w+", declaration):
                continue
            # Where a thread goes back to when memory runs out: nothing of a simulation.
            if (path, declaration) == ("sim/base/attempt.c", "static _Thread_local struct attempt *innermost"):
                continue
            if is_mutable(declaration):
                yield f"{path}: {declaration}"


def mutable_function_pointers():
    for path in files(LIBRARY, ".c", ".h"):
        for match in re.finditer(r"^ *static [^;={}()]*\(\*(?!const\b)[^\n]*", code(path), re.M):
            yield f"{path}: {match.group().strip()}"


def compile_alone(header):
    build = os.path.join(ROOT, "build")
    result = subprocess.run(
        [os.environ.get("CC", "cc"), "-fsyntax-only", "-x", "c", "-std=gnu17", "-D_GNU_SOURCE",
         "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-I.", "-I", build,
         "-include", header, "-include", header, "/dev/null"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    check(result.returncode == 0, result.stdout)


def compile_without_assertions(layer):
    """As `scripts/benchmark` builds it: nothing is there for an assertion alone."""
    result = subprocess.run(
        [os.environ.get("CC", "cc"), "-fsyntax-only", "-std=gnu17", "-D_GNU_SOURCE", "-DNDEBUG", '-DPYGCSIM_VERSION=""',
         '-DPYGCSIM_DOCUMENTATION=""', "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-I.", "-I", os.path.join(ROOT, "build"),
         *files([layer], ".c")],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    check(result.returncode == 0, result.stdout)


def licensed():
    for path in files([*LIBRARY, "cli", "tests"], ".c", ".h", ".py"):
        first = read(path).split("\n")[:2]
        if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line for line in first):
            yield path


def missing_files():
    """Files of the tree that a comment or a document names and that are not there. NAME and K stand for what one likes."""
    folders = "|".join([*LAYERS, "tests", "scripts", "docs", "experiments"])
    names = re.compile(rf"(?<![\w/.])(?:\.\./)?((?:{folders})/[\w/.-]*\w\.(?:c|h|sql|gp|py|md|yaml|html|css|js|build))\b")
    for path in files([*LAYERS, "tests", "docs", "scripts", "experiments"], ".c", ".h", ".py", ".md", ".sql", ".gp") + ["README.md"]:
        for number, line in enumerate(read(path).splitlines(), 1):
            for name in names.findall(line):
                if not os.path.exists(os.path.join(ROOT, name)) and not re.search(r"NAME|embedded", name):
                    yield f"{path}:{number} names {name}"


def without_readme():
    """Each folder says what it is for, what holds in it, and where to start reading."""
    for layer, rooms in LAYERS.items():
        for folder in sorted({layer, *(os.path.join(layer, room) for room in rooms if room)}):
            if not os.path.exists(os.path.join(ROOT, folder, "README.md")):
                yield folder


def other_json():
    """Objects begun by hand."""
    for path in files(LAYERS, ".c", ".h"):
        for number, line in enumerate(read(path).splitlines(), 1):
            if path != "sim/base/json.h" and re.search(r'"[^"]*\{\\"|\\": ', line):
                yield f"{path}:{number}: {line.strip()}"


def decided_elsewhere():
    """Whether settings are told apart: the rule of results/answer/verdict.c, said again."""
    for path in files(LAYERS, ".c"):
        if path.startswith("results/statistics/") or path in ("results/answer/verdict.c", "results/answer/outcome.c"):
            continue
        for call in re.findall(r"\b(interval_excludes|outcomes_same|outcomes_surely_less|screening_\w+)\(", code(path)):
            yield f"{path} calls {call}"


def sources_found():
    for layer, rooms in LAYERS.items():
        for room in rooms:
            check(glob.glob(os.path.join(ROOT, layer, room, "*.c")), f"no sources in {layer}/{room}")


TESTS = (
    [("there are sources in every room", sources_found),
     ("every folder has a README", lambda: check_none(without_readme())),
     ("every source is in a room that is known", lambda: check_none(strange_rooms()))] +
    [(f"{layer}/ includes only what it may", lambda layer=layer: check_none(wrong_includes(layer)))
     for layer in LAYERS] +
    [(f"below cli/ nothing {what}", lambda pattern=pattern: check_none(forbidden(pattern)))
     for what, pattern in FORBIDDEN] +
    [("cli/ prints through cli/print.h", lambda: check_none(prints_raw())),
     ("cli/ has no SQL", lambda: check_none(sql_in_cli())),
     ("columns are read through results/store/query.h", lambda: check_none(reads_columns())),
     ("below cli/ no variable that outlives a simulation", lambda: check_none(mutable_variables())),
     ("below cli/ no mutable static function pointer",
      lambda: check_none(mutable_function_pointers())),
     ("nothing but sim/base/json.c writes JSON", lambda: check_none(other_json())),
     ("nothing but results/answer/verdict.c decides what is told apart", lambda: check_none(decided_elsewhere())),
     ("files that comments and documents name are there", lambda: check_none(missing_files())),
     ("every source names its licence", lambda: check_none(licensed()))] +
    [(f"{layer}/ compiles without assertions", lambda layer=layer: compile_without_assertions(layer)) for layer in LAYERS] +
    [(f"{header} compiles alone, and twice", lambda header=header: compile_alone(header))
     for header in files(LAYERS, ".h")]
)

if __name__ == "__main__":
    sys.exit(run(TESTS))
