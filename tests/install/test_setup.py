#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_setup.py: what scripts/setup does on systems that have this and lack that. As TAP.

Its tools are fakes that write down how they were called, in a folder that is the whole PATH; so is what
tells it which system it is on."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import check, equal, run  # noqa: E402

REAL = "sh dirname mktemp rm cat grep sed tr mkdir touch".split()
TOOLS = "cc meson ninja pkg-config python3".split()
LIBRARIES = "gsl sqlite3 libxxhash libzstd yaml-0.1 cmocka".split()
OTHERS = "gnuplot sqlite3".split()

# What a fake does besides noting its call.
BODIES = {
    "meson": 'mkdir -p "$2"; touch "$2/build.ninja"',
    "ninja": 'case "$*" in *-n*) [ -e built ] && echo "ninja: no work to do.";; *) touch built;; esac; exit 0',
    "pkg-config": 'for missing in $MISSING; do [ "$2" != "$missing" ] || exit 1; done',
    "apt-get": '[ "$1" != install ] || touch installed',
    "dpkg-query": 'echo "gcc  install ok installed"; echo "pkgconf pkg-config (= 1.8) install ok installed"',
    "id": "echo 0",
    "uname": 'echo "$SYSTEM"',
}


class System:
    def __init__(self, without=(), libraries=LIBRARIES, apt=False, os_release="ID=debian\n", system="Linux"):
        self.folder = tempfile.TemporaryDirectory(prefix="pygcsim-setup-")
        os.makedirs(self.path("bin"))
        os.makedirs(self.path("scripts"))
        shutil.copy(os.path.join(ROOT, "scripts", "setup"), self.path("scripts"))
        for name in REAL:
            os.symlink(shutil.which(name), self.path("bin", name))
        for name in [*TOOLS, *OTHERS, "uname", "id"] + (["apt-get", "dpkg-query"] if apt else []):
            if name not in without:
                self.fake(name)
        with open(self.path("os-release"), "w") as file:
            file.write(os_release)
        self.environment = {"PATH": self.path("bin"), "OS_RELEASE": self.path("os-release"), "SYSTEM": system,
                            "MISSING": " ".join(set(LIBRARIES) - set(libraries))}

    def path(self, *names):
        return os.path.join(self.folder.name, *names)

    def fake(self, name):
        with open(self.path("bin", name), "w") as file:
            file.write(f'#!/bin/sh\necho "{name} $*" >>"{self.path("calls")}"\n{BODIES.get(name, "")}\n')
        os.chmod(file.name, 0o755)

    def setup(self, *words):
        """(status, what it said, the calls of tools that matter)"""
        open(self.path("calls"), "w").close()
        result = subprocess.run(["sh", self.path("scripts", "setup"), *words], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                encoding="utf-8")
        calls = open(self.path("calls")).read().splitlines()
        return result.returncode, result.stdout, [call for call in calls if re.match("apt-get|meson|ninja", call)]


def builds_without_apt():
    status, said, calls = System().setup()
    equal(status, 0, "status: " + said)
    equal(calls, ["meson setup build", "ninja -C build -n", "ninja -C build"], "calls")
    equal(said, "Configuring in build/ …\nBuilding in build/ …\n", "output")


def apt_is_left_alone():
    status, _, calls = System(apt=True).setup("other", "-Dwerror=false")
    equal(status, 0, "status")
    equal(calls, ["meson setup other -Dwerror=false", "ninja -C other -n", "ninja -C other"], "calls")


def second_time_nothing():
    system = System()
    system.setup()
    status, said, calls = system.setup()
    equal((status, said, calls), (0, "", ["ninja -C build -n"]), "the second time")


def installs_with_apt():
    system = System(apt=True, without=["gnuplot"])
    status, said, calls = system.setup()
    equal(status, 0, "status: " + said)
    check(re.fullmatch("apt-get update", calls[0]), calls)
    check(re.fullmatch("apt-get install -y --no-install-recommends libc6-dev meson .*gnuplot-nox .*", calls[1]),
          "not the packages that dpkg-query does not have:", calls[1])
    check(" pkg-config" not in calls[1], "pkgconf provides pkg-config", calls[1])
    equal(calls[2:], ["meson setup build", "ninja -C build -n", "ninja -C build"], "then it builds")


def still_missing_after_apt():
    system = System(apt=True, libraries=["gsl"])
    status, said, calls = system.setup()
    equal(status, 1, "status")
    check(re.search("missing:.* libzstd", said), said)
    equal(len(calls), 2, "apt-get only")


def charts_are_not_needed():
    status, said, calls = System(without=["gnuplot", "sqlite3"]).setup()
    equal(status, 0, "status")
    check("charts and tests need gnuplot sqlite3 (docs/installing.md)" in said, said)
    check("ninja -C build" in calls, calls)


def says_what_is_missing(system, missing, command):
    status, said, calls = system.setup()
    equal(status, 1, "status: " + said)
    equal(calls, [], "calls")
    lines = said.splitlines()
    equal(lines[0], "scripts/setup: missing: " + missing, "the first line")
    check("docs/installing.md" in lines[-1], said)
    equal([re.sub(r"^(Try: \S+ \S+ ?\S*).*", r"\1", line) for line in lines[1:-1]], command, "what to try")


SYSTEMS = (
    ("Fedora", {"os_release": 'NAME="Fedora Linux"\nID=fedora\n'}, ["Try: sudo dnf install"]),
    ("one like Fedora", {"os_release": 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'}, ["Try: sudo dnf install"]),
    ("Arch", {"os_release": "ID=arch\n"}, ["Try: sudo pacman -S"]),
    ("one like Arch", {"os_release": "ID=manjaro\nID_LIKE=arch\n"}, ["Try: sudo pacman -S"]),
    ("macOS", {"os_release": "", "system": "Darwin"}, ["Try: brew install meson"]),
    ("another system", {"os_release": "ID=alpine\n"}, []),
)


def missing_tests():
    for what, about, command in SYSTEMS:
        yield (f"without apt-get, on {what}: it names what is missing, and the command", lambda about=about, command=command:
               says_what_is_missing(System(libraries=LIBRARIES[2:], **about), "gsl sqlite3", command))
    yield ("without pkg-config: all libraries are missing", lambda:
           says_what_is_missing(System(without=["pkg-config", "meson"], os_release=""),
                                "meson pkg-config " + " ".join(LIBRARIES), []))


def packages_are_documented():
    """docs/installing.md has each package that scripts/setup names, in the column of its system."""
    setup = open(os.path.join(ROOT, "scripts", "setup")).read()
    document = open(os.path.join(ROOT, "docs", "installing.md")).read()
    table = re.search(r"^\| *\| Debian.*?^$", document, re.M | re.S).group().splitlines()[2:]
    rows = [line.split("|")[2:] for line in table]
    for column, variable in enumerate(("debian", "fedora", "arch", "macos")):
        words = re.search(rf"^{variable}='(.*?)'", setup, re.M | re.S).group(1).split()
        packages = words[words.index("install") + 1:] if "install" in words else words
        packages = [word for word in packages if word not in ("sudo", "pacman", "-S", "--needed")]
        documented = set(" ".join(row[column] for row in rows).split())
        equal(set(packages), documented, variable)


TESTS = [
    ("everything there, without apt-get: it builds", builds_without_apt),
    ("everything there, with apt-get: it only builds, where and how it is told", apt_is_left_alone),
    ("the second time it does nothing", second_time_nothing),
    ("with apt-get it installs what is missing, then builds", installs_with_apt),
    ("what is still missing after apt-get is said", still_missing_after_apt),
    ("without gnuplot it builds, and says what lacks", charts_are_not_needed),
    *missing_tests(),
    ("its packages are those of docs/installing.md", packages_are_documented),
]

if __name__ == "__main__":
    sys.exit(run(TESTS))
