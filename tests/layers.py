#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""layers.py: who may include whom, and what only the command may do, as TAP.

    sim  <-  policies, workloads, results  <-  sweep  <-  cli

Below cli/ nothing prints or exits, and nothing outlives a simulation: no mutable statics."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import check, run  # noqa: E402

LIBRARY = ("sim", "policies", "workloads", "results", "sweep")

# What the files of a folder may include with "…"; {stem} is the file's own name without its ending.
INCLUDES = {
    "sim": r"sim/\w+\.h",
    "policies": r"sim/\w+\.h|policies/(registry|{stem})\.h",
    "workloads": r"sim/\w+\.h|workloads/(registry|{stem})\.h",
    "results": r"(sim|results)/\w+\.h",
    "sweep": r"(sim|policies|workloads|results|sweep)/\w+\.h",
    "cli": r"(sim|policies|workloads|results|sweep|cli)/\w+\.h",
}
EXCEPTIONS = {("workloads/script.c", "workloads/heap_script.h")}

FORBIDDEN = [
    ("exits or prints", r"\b(exit|_exit|quick_exit|abort|perror|printf|vprintf|puts|putchar)\s*\("),
    ("uses a standard stream", r"\b(stdout|stderr|stdin)\b"),
    ("keeps the time of day or reads the environment", r"\b(time|clock_gettime|getenv|rand)\s*\("),
]


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


def wrong_includes(folder):
    for path in files([folder], ".c", ".h"):
        stem = os.path.splitext(os.path.basename(path))[0]
        allowed = INCLUDES[folder].replace("{stem}", stem)
        for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(path), re.M):
            if not re.fullmatch(allowed, included) and (path, included) not in EXCEPTIONS:
                yield f"{path} includes {included}"


def forbidden(pattern):
    for path in files(LIBRARY, ".c", ".h"):
        # The one function that may exit: when memory runs out, nobody can do anything about it.
        text = re.sub(r"^_Noreturn void out_of_memory\(void\)\n\{.*?^\}",
                      lambda match: "\n" * match.group().count("\n"), code(path), flags=re.M | re.S)
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(pattern, line):
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


def licensed():
    for path in files([*LIBRARY, "cli", "tests"], ".c", ".h", ".py"):
        first = read(path).split("\n")[:2]
        if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line for line in first):
            yield path


def sources_found():
    for folder in INCLUDES:
        check(files([folder], ".c"), f"no sources in {folder}/")


TESTS = (
    [("there are sources in every layer", sources_found)] +
    [(f"{folder}/ includes only what it may", lambda folder=folder: check_none(wrong_includes(folder)))
     for folder in INCLUDES] +
    [(f"below cli/ nothing {what}", lambda pattern=pattern: check_none(forbidden(pattern)))
     for what, pattern in FORBIDDEN] +
    [("below cli/ no variable that outlives a simulation", lambda: check_none(mutable_variables())),
     ("below cli/ no mutable static function pointer",
      lambda: check_none(mutable_function_pointers())),
     ("every source names its licence", lambda: check_none(licensed()))] +
    [(f"{header} compiles alone, and twice", lambda header=header: compile_alone(header))
     for header in files(INCLUDES, ".h")]
)

if __name__ == "__main__":
    sys.exit(run(TESTS))
