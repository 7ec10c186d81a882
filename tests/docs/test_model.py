#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does docs/model.md have the tables that `test_programs --table` prints? As TAP."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import check, run  # noqa: E402


def tables():
    printed = subprocess.run([sys.argv[1], "--table"], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    found = printed.strip().split("\n\n")
    check(len(found) == 2, printed)
    return found


def page_has_them():
    with open(os.path.join(ROOT, "docs", "model.md"), encoding="utf-8") as file:
        page = file.read()
    for table in tables():
        lacking = [line for line in table.splitlines() if line not in page.splitlines()]
        check(table + "\n" in page, "docs/model.md lacks, or has in another order:", *lacking)


sys.exit(run([("docs/model.md has the pauses of real programs as they are simulated", page_has_them)]))
