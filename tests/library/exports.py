#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""exports.py LIBRARY HEADER: what the library exports is what its header declares, each name beginning with
pygcsim_. As TAP."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import Skip, equal, run  # noqa: E402

LIBRARY, HEADER = sys.argv[1:]


def exported():
    try:
        output = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], stdout=subprocess.PIPE, check=True,
                                encoding="utf-8").stdout
    except FileNotFoundError:
        raise Skip("there is no nm")
    # A sanitizer's own are none of ours.
    return sorted(name for name in (line.split()[-1] for line in output.splitlines())
                  if not re.match(r"_*(asan|ubsan|odr_asan)_|__odr_asan", name))


def declared():
    with open(HEADER, encoding="utf-8") as file:
        return sorted(re.findall(r"^PYGCSIM_API [^;]*?\**(\w+)\(", file.read(), re.M))


def same():
    names = declared()
    equal([name for name in names if not name.startswith("pygcsim_")], [], "names without the prefix")
    equal(exported(), names, "exported")


if __name__ == "__main__":
    sys.exit(run([("the library exports what its header declares", same)]))
