#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_cli.py [--pygcsim PROGRAM] [--group GROUP] [WORD]: end-to-end tests of the command, as TAP.

GROUP: only those of one module, of which the file `groups` has a list; the longest first, since that is how meson
starts them. WORD: only the tests whose title has it."""
import argparse
import importlib
import os
import signal
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import harness  # noqa: E402
import tap  # noqa: E402

with open(os.path.join(ROOT, "tests", "cli", "groups")) as file:
    GROUPS = file.read().split()
for group in GROUPS:  # in this order: each module adds its tests to harness.TESTS
    importlib.import_module(group)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("--group", choices=GROUPS)
    parser.add_argument("word", nargs="?", default="")
    options = parser.parse_args()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as for a command at a terminal, though this runs under nohup
    program = os.path.abspath(options.pygcsim)
    # In the background of a shell it is ignored, and the programs run here would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def in_a_place(function):
        def run():
            place = harness.Place(program)
            with place.temporary:
                function(place)
        return run

    return tap.run([(title, in_a_place(function)) for title, function in harness.TESTS
                    if options.word in title and options.group in (None, function.__module__)])


if __name__ == "__main__":
    sys.exit(main())
