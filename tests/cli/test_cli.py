#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_cli.py [--pygcsim PROGRAM] [WORD]: end-to-end tests of the command, as TAP.

WORD: only the tests whose title has it."""
import argparse
import os
import signal
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import harness  # noqa: E402
import tap  # noqa: E402

# In this order: each adds its tests to harness.TESTS.
import command_line  # noqa: E402, F401
import any_bytes  # noqa: E402, F401
import results_file  # noqa: E402, F401
import damaged_files  # noqa: E402, F401
import trouble  # noqa: E402, F401
import memory  # noqa: E402, F401
import programs  # noqa: E402, F401
import sweeps  # noqa: E402, F401
import merge  # noqa: E402, F401
import terminal  # noqa: E402, F401
import charts  # noqa: E402, F401
import chart_data  # noqa: E402, F401
import chart_text  # noqa: E402, F401
import chart_marks  # noqa: E402, F401
import answers  # noqa: E402, F401
import best  # noqa: E402, F401
import export  # noqa: E402, F401
import options  # noqa: E402, F401


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("word", nargs="?", default="")
    options = parser.parse_args()
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
                    if options.word in title])


if __name__ == "__main__":
    sys.exit(main())
