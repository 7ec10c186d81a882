#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_docs.py [--pygcsim PROGRAM] [--root REPOSITORY]: is what the documentation says true? As TAP.

Every ```sh block of README.md and docs/*.md is run, those of a document one after the other in one
copy of the repository. A block that begins with the line "# not run: REASON" is skipped, and so is one
that starts a script that CI starts itself."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import Skip, check, run  # noqa: E402

LISTS = ("statuses", "policies", "workloads", "collectors", "charts", "metrics", "events", "engines", "columns",
         "commands", "keys")
MACHINE = r"(?<![\w.~/])/(root|home|work)/"  # where things are on one machine only
UNFINISHED = r"\b(TO(?:DO)|FIX(?:ME))\b"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Repository:
    """`files`: tracked, or about to be; without git (a tarball), everything but what was built."""

    def __init__(self, root, program):
        self.root, self.program = root, program
        self.files = sorted(path for path in self.tracked() or self.walk()
                            if os.path.isfile(self.path(path)))

    def tracked(self):
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        try:
            return subprocess.run(command, cwd=self.root, check=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, encoding="utf-8").stdout.split("\0")
        except (FileNotFoundError, subprocess.CalledProcessError):
            return []

    def walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not re.match(r"\.git$|build|__pycache__", name)]
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), self.root)

    def path(self, path):
        return os.path.join(self.root, path)

    def read(self, path):
        return read(self.path(path))

    def documents(self):
        return [path for path in self.files if path.endswith(".md")]

    def has(self, path):
        return path in self.files or any(file.startswith(path + "/") for file in self.files)

    def copy(self, folder):
        """What is tracked, and the built program where it is expected."""
        for path in self.files:
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            shutil.copy2(self.path(path), os.path.join(folder, path))
        os.symlink(os.path.dirname(self.program), os.path.join(folder, "build"))


# ---- blocks ----------------------------------------------------------------------------------------


def blocks(repository, path):
    """(number of the first line, text) of each ```sh block"""
    text = repository.read(path)
    for match in re.finditer(r"^( *)```sh\n(.*?)^ *```$", text, re.M | re.S):
        indent = len(match.group(1))
        lines = [line[indent:] for line in match.group(2).splitlines(keepends=True)]
        yield text.count("\n", 0, match.start(2)) + 1, "".join(lines)


class Document:
    """Runs the blocks of one document in one folder, which is made for the first that is run."""

    def __init__(self, repository):
        self.repository, self.folder = repository, None

    def run(self, block):
        reason = re.match(r"# not run: (.*)", block)
        if reason:
            raise Skip(reason.group(1))
        if re.search(r"^(\./)?scripts/(demo|test)\b", block, re.M):
            raise Skip("run by CI itself")
        if not self.folder:
            self.folder = tempfile.TemporaryDirectory(prefix="pygcsim-docs-")
            self.repository.copy(self.folder.name)
        path = os.path.dirname(self.repository.program) + os.pathsep + os.environ["PATH"]
        result = subprocess.run(["sh", "-eu", "-c", block], cwd=self.folder.name, timeout=120,
                                env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        check(result.returncode == 0, block, f"status {result.returncode}:", result.stdout)


def block_tests(repository):
    for path in repository.documents():
        if re.fullmatch(r"README\.md|docs/.*\.md", path):
            document = Document(repository)
            for line, block in blocks(repository, path):
                yield f"{path}:{line} runs", lambda document=document, block=block: document.run(block)


# ---- links -----------------------------------------------------------------------------------------


def prose(text):
    """Without code, which may look like links."""
    text = re.sub(r"^( *)```.*?^ *```$", "", text, flags=re.M | re.S)
    return re.sub(r"(`+).*?\1", "", text)


def anchors(text):
    """What GitHub calls the headings."""
    found = {}
    for heading in re.findall(r"^#+ +(.*?) *#*$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S),
                              re.M):
        heading = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found[name] = found.get(name, -1) + 1
    return {name if n == 0 else f"{name}-{n}" for name, last in found.items()
            for n in range(last + 1)}


def broken_links(repository, path):
    text = prose(repository.read(path))
    targets = re.findall(r"\]\(<?([^)\s>]+)", text) + re.findall(r"^ *\[[^]]+\]: *(\S+)", text, re.M)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if not repository.has(file):
            yield f"{target}: no such file in the repository"
        elif anchor and file.endswith(".md") and anchor not in anchors(repository.read(file)):
            yield f"{target}: no such heading"


# ---- tables ----------------------------------------------------------------------------------------


def missing_tables(repository, kind):
    """A table that the program prints must stand in the documentation as it is, so that no document
    goes stale."""
    printed = subprocess.run([repository.program, "list", kind, "--markdown"], check=True,
                             stdout=subprocess.PIPE, encoding="utf-8").stdout
    documents = ["\n" + repository.read(path) for path in repository.documents()
                 if path.startswith("docs/")]
    tables = re.findall(r"(?:^\|.*\n)+", printed, re.M)
    check(tables, f"`pygcsim list {kind} --markdown` prints no table")
    for table in tables:
        if not any("\n" + table in document for document in documents):
            lines = [line for line in table.splitlines()
                     if not any("\n" + line + "\n" in document for document in documents)]
            yield f"no docs/*.md has this table of `pygcsim list {kind} --markdown`; it lacks"
            yield from lines or ["nothing, but the lines are in another order"]


# ---- everything ------------------------------------------------------------------------------------


def occurrences(repository, pattern):
    for path in repository.files:
        try:
            text = repository.read(path)
        except UnicodeDecodeError:  # a picture
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(pattern, line):
                yield f"{path}:{number}: {line.strip()[:100]}"


def check_none(offences):
    offences = list(offences)
    check(not offences, *offences)


def tests(repository):
    yield from block_tests(repository)
    for path in repository.documents():
        yield (f"{path}: links lead somewhere",
               lambda path=path: check_none(broken_links(repository, path)))
    for kind in LISTS:
        yield (f"docs/ have the tables of `pygcsim list {kind} --markdown`",
               lambda kind=kind: check_none(missing_tables(repository, kind)))
    yield ("no file names a path of one machine",
           lambda: check_none(occurrences(repository, MACHINE)))
    yield ("no file says that it is unfinished",
           lambda: check_none(occurrences(repository, UNFINISHED)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("--root", default=ROOT)
    options = parser.parse_args()
    repository = Repository(os.path.abspath(options.root), os.path.abspath(options.pygcsim))
    # One at a time: a block may need what the one before it left.
    return run(list(tests(repository)), jobs=1)


if __name__ == "__main__":
    sys.exit(main())
