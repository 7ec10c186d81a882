#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which interpreters are compared, and with which collector: as pygcsim takes their versions."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import interpreters  # noqa: E402
import tap  # noqa: E402
from tap import check, equal  # noqa: E402

# Version, free-threaded, its row of pygcsim's table; None: it is not compared.
ROWS = [
    ((3, 7, 16), False, None), ((3, 8, 18), False, "cpython-3.8"), ((3, 13, 0), False, "cpython-3.13"),
    ((3, 13, 0), True, None), ((3, 14, 0), False, None), ((3, 14, 2), False, None), ((3, 14, 4), False, None),
    ((3, 14, 5), False, "cpython-3.14"), ((3, 14, 10), False, "cpython-3.14"), ((3, 14, 5), True, None),
    ((3, 15, 0), False, "cpython-3.15"), ((3, 16, 0), False, None),
]


def compares(pygcsim, version, free_threaded, collector):
    identity = {"executable": "python3", "version": version, "free_threaded": free_threaded,
                "implementation": "CPython", "legacy": True}
    interpreter = interpreters.Interpreter(identity)
    equal(interpreter.unfit() is None, collector is not None, f"compared: {interpreter.unfit()}")
    text = ".".join(map(str, version)) + "t" * free_threaded
    done = subprocess.run([pygcsim, "replay", os.devnull, "--collector", text], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    equal(done.returncode == 0, collector is not None, f"pygcsim takes {text}: {done.stderr}")
    check(collector in (None, interpreter.collector), interpreter.collector)


def main():
    _, pygcsim = sys.argv
    tests = [(f"{'.'.join(map(str, version))}{' free-threaded' * free}: {collector or 'none'}",
              lambda row=(version, free, collector): compares(pygcsim, *row))
             for version, free, collector in ROWS]
    return tap.run(tests)


if __name__ == "__main__":
    sys.exit(main())
