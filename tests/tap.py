# SPDX-License-Identifier: GPL-3.0-or-later
"""The Test Anything Protocol, which meson reads: a plan, then "ok" or "not ok" for each test, in order.

A test is a pair (title, function without arguments). It fails by raising anything, and is skipped by
raising Skip(reason)."""
import os
import traceback
from concurrent.futures import ThreadPoolExecutor


class Skip(Exception):
    pass


def check(condition, *why):
    """Fails the test unless the condition holds; `why` are lines for whoever reads the log."""
    if not condition:
        raise AssertionError("\n".join(map(str, why)))


def equal(got, expected, what):
    check(got == expected, f"{what}:", f"  expected {expected!r}", f"  got      {got!r}")


def outcome(test):
    """(passed, what follows the title, diagnostics)"""
    try:
        test[1]()
        return True, "", ""
    except Skip as skip:
        return True, f" # SKIP {skip}", ""
    except AssertionError as failure:
        return False, "", str(failure) or traceback.format_exc()
    except Exception:
        return False, "", traceback.format_exc()


def run(tests, jobs=os.cpu_count()):
    """Runs the tests, `jobs` at a time, and prints them in order. Returns the exit status."""
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(outcome, tests)
        for number, ((title, _), (passed, note, why)) in enumerate(zip(tests, outcomes), 1):
            failed += not passed
            print("ok" if passed else "not ok", number, "-", title.replace("#", r"\#") + note)
            for line in why.splitlines():
                print("#", line)
            print(end="", flush=True)
    return 1 if failed else 0
