#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the Python lines of docs/your-service.md do what the page says, in each CPython found? As TAP."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "conformance")]
import interpreters  # noqa: E402
from tap import Skip, check, equal, run  # noqa: E402

# After the lines: what has to hold of them.
CHECKS = """
gc.disable()
first = gc_numbers()
for number in range(1000):
    cycle = []
    cycle.append(cycle)
del cycle
for generation in (0, 1, 2, 2):
    gc.collect(generation)
kept = [[] for number in range(5000)]
working = time.process_time()
while time.process_time() < working + 0.3:
    pass
last = gc_numbers()
assert [b - a for a, b in zip(first["collections"], last["collections"])] == [1, 1, 2], last
assert last["found"] - first["found"] >= 1000, last
assert 4000 < last["objects"] - first["objects"] < 6000, (first, last)
assert all(0 < most <= spent for most, spent in zip(last["longest"], last["spent"])), last
assert last["spent"][2] > last["longest"][2], last
assert 0.2 < last["cpu"] - first["cpu"] < 5 and 0.2 < last["wall"] - first["wall"] < 60, (first, last)
assert last["rss"] > 1000, last
before = gc_numbers()["objects"]
gc.freeze()
assert abs(gc_numbers()["objects"] - before) < 1000, "frozen objects count"
size = sum(sys.getsizeof(x) for x in (longest, spent, began))
for number in range(1000):
    gc.collect(0)
assert size == sum(sys.getsizeof(x) for x in (longest, spent, began)), "they grow"
pause = time.perf_counter()
gc.unfreeze()
gc.collect()
assert longest[2] <= time.perf_counter() - pause or longest[2] == last["longest"][2], "longer than it took"
"""


def lines():
    with open(os.path.join(ROOT, "docs", "your-service.md"), encoding="utf-8") as file:
        found = re.findall(r"^```python\n(.*?)^```$", file.read(), re.M | re.S)
    equal(len(found), 1, "Python blocks of the page")
    return found[0]


def holds(executable):
    done = subprocess.run([executable, "-E", "-s", "-c", "import sys\n" + lines() + CHECKS], timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    check(done.returncode == 0, done.stdout)


def main():
    used, _ = interpreters.find([], [])
    tests = [("%s: the lines measure what they say" % interpreter.series,
              lambda path=interpreter.executable: holds(path)) for interpreter in used]
    for interpreter in used:
        interpreter.close()

    def there_are_some():
        if not used:
            raise Skip("no CPython of a version that is modelled")
    return run([("interpreters", there_are_some), *tests], jobs=2)


if __name__ == "__main__":
    sys.exit(main())
