#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_report.py [--pygcsim PROGRAM] [--group GROUP] [WORD]: tests of `pygcsim report`, as TAP: what the page says
(contents), and how a browser shows it (in_browser).

GROUP: only one of the two. WORD: only the tests whose title has it."""
import argparse
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "cli")]
import harness  # noqa: E402
import tap  # noqa: E402

# In this order: each adds its tests to harness.TESTS.
import contents  # noqa: E402, F401
import in_browser  # noqa: E402, F401


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pygcsim", default=os.path.join(ROOT, "build", "pygcsim"))
    parser.add_argument("--group", choices=("contents", "in_browser"))
    parser.add_argument("word", nargs="?", default="")
    options = parser.parse_args()
    program = os.path.abspath(options.pygcsim)

    def in_a_place(function):
        def run():
            place = harness.Place(program)
            with place.temporary:
                function(place)
        return run

    try:
        return tap.run([(title, in_a_place(function)) for title, function in harness.TESTS
                        if options.word in title and options.group in (None, function.__module__)])
    finally:
        in_browser.stop()


if __name__ == "__main__":
    sys.exit(main())
