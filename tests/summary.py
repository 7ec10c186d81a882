# SPDX-License-Identifier: GPL-3.0-or-later
"""summary.py TESTLOG: what failed and why, and what meson's test log comes to in one line, "N passed, N failed".

A test that prints TAP counts by its lines, one that ends with "N passed, N failed" by that line, any
other as one. Exit status 1 if anything failed or nothing ran."""
import json
import re
import sys

MOST_SAID = 20  # lines about one failure


def failures(output):
    """Each line "not ok", and the first of those below that say why."""
    said = None
    for line in output.splitlines():
        if line.startswith("not ok"):
            said = 0
        elif said is None or said == MOST_SAID or not line.startswith("#"):
            said = None
            continue
        said += 1
        yield line


passed = failed = skipped = 0
for line in open(sys.argv[1]):
    test = json.loads(line)
    output = test.get("stdout", "")
    closing = re.findall(r"^(\d+) passed, (\d+) failed", output, re.M)
    good = len(re.findall(r"^ok\b(?!.*# SKIP)", output, re.M | re.I))
    bad = len(re.findall(r"^not ok\b", output, re.M))
    for what in re.findall(r"^ok\b.*# SKIP.*", output, re.M | re.I) + re.findall(r"^skipped.*", output, re.M):
        print(what)
        skipped += 1
    if closing:
        good, bad = map(int, closing[-1])
    ended_well = test["result"] in ("OK", "SKIP")
    if test["result"] == "SKIP":
        skipped += 1
    elif not good and not bad:
        good = int(ended_well)
    if not ended_well and not bad:
        bad = 1
    passed += good
    failed += bad
    if bad:
        print(f"failed: {test['name']} ({test['result']}, {bad} of {good + bad})")
        for what in failures(output):
            print(f"    {what}")
if skipped:
    print(f"skipped: {skipped}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
